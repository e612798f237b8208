//! Printing a licence, and collecting one on paper inside a case.

use journeys::Served;
use journeys::browser::{Browser, DESKTOP, PHONE};

use super::city::staff;
use crate::life::key_of;
use crate::scanning::{jpeg, papers};

const FOOD: &str = "JY29901020010130";

/// Sends the form of the page; gives the answer's status and kind, and how long it is.
const SEND: &str = "const f = document.querySelector('main form'); \
    const r = await fetch(f.action, {method: 'POST', body: new URLSearchParams(new FormData(f))}); \
    return [r.status, r.headers.get('content-type'), r.headers.get('content-disposition'), \
            (await r.arrayBuffer()).byteLength]";

/// An officer prints over a form: the file comes as a PDF to be saved,
/// the print stands in the list, and the computer remembers how far its printer is out.
#[tokio::test(flavor = "multi_thread")]
async fn an_officer_prints_over_a_form() {
    let city = Served::open("2026-11-16T09:30").await;
    let key = key_of(city.ctx(), FOOD, "SPJYXKZ").await;
    let desk = Browser::open(&city.base, DESKTOP).await;
    staff(&city, &desk, "sc_tancw", "2026-11-16T09:31").await;
    desk.goto(&format!("/licences/{key}")).await;
    desk.press("打印纸质证照").await;
    assert!(desk.text().await.contains("还没有打印过"));
    desk.choose("way", "overprint").await;
    desk.fill("form_no", "XK-0001").await;
    desk.fill("right", "1.5").await;
    desk.fill("down", "-0.5").await;
    let sent = desk.js_later(SEND).await;
    assert_eq!(sent[0], 200, "{sent}");
    assert_eq!(sent[1], "application/pdf");
    assert!(
        sent[2].as_str().unwrap().starts_with("attachment"),
        "{sent}"
    );
    assert!(sent[3].as_u64().unwrap() > 5_000, "{sent}");

    desk.goto(&format!("/licences/{key}/print")).await;
    let said = desk.text().await;
    assert!(said.contains("XK-0001") && said.contains("套打"), "{said}");
    let kept = "return ['right', 'down'].map((n) => document.querySelector(`[name=${n}]`).value)";
    assert_eq!(desk.js(kept).await, serde_json::json!(["1.5", "-0.5"]));
    desk.shot("print").await;
    desk.resize(PHONE).await;
    desk.shot("print").await;
    desk.resize(DESKTOP).await;
    // A number that is none is said at its field, and nothing is printed.
    desk.choose("way", "whole").await;
    desk.fill("form_no", "XK-0002").await;
    desk.press("生成打印文件").await;
    assert!(desk.text().await.contains("整张打印用白纸"));
    let prints = licences::prints(city.ctx(), &key).await.unwrap().0;
    assert_eq!(prints.len(), 1);
    desk.close().await;
    city.close().await;
}

/// From the page of an accepted case a scan goes to the desk, and the case tells of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_paper_of_a_case_goes_to_the_scan_desk() {
    let city = Served::open("2026-11-16T09:30").await;
    let (_, case) = city.town.apply("SPJYXK-XB").await;
    city.town.accept(&case).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("旧证.jpg");
    std::fs::write(&file, jpeg(&papers(1)[0].drawn())).unwrap();
    let desk = Browser::open(&city.base, DESKTOP).await;
    staff(&city, &desk, "sc_tancw", "2026-11-16T09:31").await;
    let home = format!("/desk/cases/{}", case.number());
    desk.goto(&home).await;
    desk.press("采集纸质证照").await;
    desk.shot("digitise").await;
    desk.resize(PHONE).await;
    desk.shot("digitise").await;
    desk.resize(DESKTOP).await;
    desk.choose("class", "B").await;
    desk.choose("kind", "SPJYXKZ/YD_SCJG").await;
    desk.press("送扫描台").await;
    assert!(desk.text().await.contains("请选择办件中的材料"));
    desk.put_file("#f-file", &file).await;
    desk.press("送扫描台").await;
    let said = desk.text().await;
    assert!(said.contains("已送扫描台"), "{said}");
    assert!(desk.path().await.ends_with("/scan"));
    desk.goto(&home).await;
    let said = desk.text().await;
    assert!(
        said.contains("纸质证照入库") && said.contains("扫描录入中"),
        "{said}"
    );
    desk.shot("digitised").await;
    desk.close().await;
    city.close().await;
}

/// An officer settles what differs between this library and another one of the agency.
#[tokio::test(flavor = "multi_thread")]
async fn an_officer_settles_what_differs() {
    let city = Served::open("2026-11-16T09:30").await;
    let key = key_of(city.ctx(), FOOD, "SPJYXKZ").await;
    let officer = city.town.officer("sc_tancw").await;
    let desk = Browser::open(&city.base, DESKTOP).await;
    staff(&city, &desk, "sc_tancw", "2026-11-16T09:31").await;
    desk.goto("/collection").await;
    desk.press("其他证照库").await;
    assert!(desk.text().await.contains("还没有来源库"));
    desk.fill("code", "Food").await;
    desk.fill("name", "食品证照库").await;
    desk.press("增加").await;
    assert!(desk.text().await.contains("小写字母"), "told at its field");
    desk.fill("code", "food").await;
    desk.press("增加").await;
    assert!(
        desk.text()
            .await
            .contains("POST /api/v1/licence-exchanges/food")
    );

    let code = crate::exchanging_shown::with_waiting(&officer, &key).await;
    desk.goto(&format!("/collection/exchange/{code}")).await;
    let said = desk.text().await;
    assert!(
        said.contains("东湖路15号") && said.contains("SP-10087"),
        "{said}"
    );
    desk.shot("exchange").await;
    desk.resize(PHONE).await;
    desk.shot("exchange").await;
    desk.resize(DESKTOP).await;
    desk.press("以来源库为准").await;
    assert!(desk.text().await.contains("已按来源库更新"));
    let detail = licences::detail(city.ctx(), &key).await.unwrap();
    assert_eq!(detail.version.version, 2);
    assert!(detail.version.face.face["premises"].ends_with("15号"));
    desk.choose("rule", "ours").await;
    desk.fill("every", "2000").await;
    desk.press("保存").await;
    assert!(desk.text().await.contains("1440"));
    desk.fill("every", "60").await;
    desk.press("保存").await;
    assert!(desk.text().await.contains("已保存"));
    desk.close().await;
    city.close().await;
}

//! Correcting a licence at the desk: what differs is shown, one officer proposes, another approves,
//! and the face is new.

use journeys::Served;
use journeys::browser::{Browser, DESKTOP, PHONE};

use super::city::staff;

/// 云味轩's food licence, in force until 2028.
const FOOD: &str = "JY29901020010130";

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_address_is_corrected_by_two_officers() {
    let city = Served::open("2026-11-16T09:30").await;
    let ctx = city.ctx();
    let query = licences::Query {
        licence_no: Some(FOOD.into()),
        ..licences::Query::default()
    };
    let found = licences::search(ctx, &query, kernel::PageRequest::default()).await;
    let key = found.unwrap().rows.remove(0).licence_key;

    let desk = Browser::open(&city.base, DESKTOP).await;
    staff(&city, &desk, "sc_zhudf", "2026-11-16T09:31").await;
    desk.goto(&format!("/licences/{key}")).await;
    desk.click(&format!("a[href='/licences/{key}/data']")).await;
    let said = desk.text().await;
    assert!(said.contains("自动比对一致"), "{said}");
    desk.shot("correct-check").await;
    desk.press("提交复核").await;
    let said = desk.text().await;
    assert!(
        said.contains("更正理由") && said.contains("请填写"),
        "{said}"
    );
    desk.fill("reason", "录入时门牌号有误，以场所核查记录为准")
        .await;
    desk.press("提交复核").await;
    assert!(desk.text().await.contains("没有改动任何一项"));
    let new = "云岭省云州市云东区东湖路18号";
    desk.fill("value.premises", new).await;
    desk.press("提交复核").await;
    let said = desk.text().await;
    assert!(said.contains("已提交，等待他人复核"), "{said}");
    assert_eq!(
        desk.count("form[action='/licences/corrections/approve']")
            .await,
        0,
        "not the same person"
    );
    desk.shot("correct-proposed").await;

    staff(&city, &desk, "sc_jiangby", "2026-11-16T09:40").await;
    desk.goto("/licences/corrections").await;
    desk.shot("correct-list").await;
    desk.click(&format!("a[href='/licences/{key}/data']")).await;
    desk.button("同意更正").await.click().await.unwrap();
    desk.press_at("form[action='/licences/corrections/approve'] button.pri")
        .await;
    let said = desk.text().await;
    assert!(
        said.contains("新版本已经签发") && said.contains("第2版"),
        "{said}"
    );
    desk.resize(PHONE).await;
    desk.shot("correct-phone").await;
    desk.resize(DESKTOP).await;
    desk.goto(&format!("/licences/{key}")).await;
    assert!(desk.text().await.contains(new));
    desk.close().await;
    city.close().await;
}

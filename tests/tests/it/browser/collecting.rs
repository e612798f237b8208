//! Existing licences are uploaded, tried, taken in, checked by another person and made, in a browser.

use collection::WorkState;
use journeys::Served;
use journeys::browser::{Browser, DESKTOP, PHONE};

use super::city::staff;

/// The question of an act unfolds and is answered.
async fn act(browser: &Browser, act: &str) {
    let form = format!("form:has(input[name='act'][value='{act}'])");
    let details = format!("document.querySelector(\"{form}\").closest('details')");
    browser
        .js(&format!("if ({details}) {details}.open = true"))
        .await;
    browser.press_at(&format!("{form} button.btn")).await;
}

/// The page tells by itself when the work is done.
async fn over(city: &Served, browser: &Browser, key: &str, words: &str) {
    let ctx = city.ctx();
    browser
        .until("the work is done", async || {
            city.town.drain().await;
            let works = collection::works(ctx, key).await.unwrap();
            works.iter().all(|work| work.state == WorkState::Done)
        })
        .await;
    browser
        .until(words, async || {
            // The page comes anew by itself: what was found on it a moment ago may be gone.
            let said = browser.js("return document.body.innerText").await;
            said.as_str().is_some_and(|said| said.contains(words))
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_becomes_licences() {
    let city = Served::open("2026-11-16T09:30").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("卫生许可证台账.csv");
    std::fs::write(&file, crate::collecting::some_rows()).unwrap();

    let desk = Browser::open(&city.base, DESKTOP).await;
    staff(&city, &desk, "sj_yousq", "2026-11-16T09:40").await;
    desk.goto("/collection").await;
    let said = desk.text().await;
    assert!(said.contains("还没有采集批次"), "{said}");
    desk.goto("/collection/new").await;
    desk.press("上传").await;
    assert!(desk.text().await.contains("请选择文件"));
    desk.shot("collect-new").await;
    desk.put_file("input[type=file]", &file).await;
    desk.fill("system", "卫生监督旧系统").await;
    desk.press("上传").await;
    let said = desk.text().await;
    assert!(
        said.contains("文件已收到") && said.contains("卫生许可证台账.csv"),
        "{said}"
    );
    let home = desk.path().await;
    let key = home.rsplit('/').next().unwrap().to_owned();

    // The same file again leads to what is there.
    desk.goto("/collection/new").await;
    desk.put_file("input[type=file]", &file).await;
    desk.fill("system", "卫生监督旧系统").await;
    desk.press("上传").await;
    assert!(desk.text().await.contains("同一个文件已经上传过"));

    desk.goto(&format!("{home}/columns")).await;
    desk.shot("collect-columns").await;
    desk.press("保存栏目对应").await;
    assert!(desk.text().await.contains("栏目对应已保存"));
    act(&desk, "look").await;
    over(&city, &desk, &key, "试清洗结果").await;
    desk.shot("collect-tried").await;
    act(&desk, "take").await;
    over(&city, &desk, &key, "等待第二人校验").await;
    assert_eq!(
        desk.count("input[value='check']").await,
        0,
        "another person checks"
    );
    desk.goto(&format!("{home}/rows?state=COLLECTED")).await;
    desk.shot("collect-rows").await;

    let phone = Browser::open(&city.base, PHONE).await;
    staff(&city, &phone, "wj_liucz", "2026-11-16T09:45").await;
    phone.goto(&format!("{home}/rows/1")).await;
    phone.shot("collect-row").await;
    phone.goto(&home).await;
    act(&phone, "check").await;
    over(&city, &phone, &key, "记录已校验，可以制证").await;
    act(&phone, "issue").await;
    over(&city, &phone, &key, "未能制证").await;
    phone.shot("collect-made").await;

    // What is missing is typed, and said to be checked by somebody else.
    desk.goto(&format!("{home}/rows?state=CHECKED&problem=1"))
        .await;
    desk.click("main table a").await;
    let said = desk.text().await;
    assert!(
        said.contains("没有可用的字形") || said.contains("\u{31350}"),
        "{said}"
    );
    desk.fill("face-legal_representative", "水丽娟").await;
    desk.press("保存补录").await;
    let said = desk.text().await;
    assert!(
        said.contains("已保存") && said.contains("游思齐（sj_yousq）"),
        "{said}"
    );
    desk.shot("collect-edited").await;
    desk.goto("/collection/base").await;
    assert!(desk.text().await.contains("使用中"));
    desk.shot("collect-base").await;
    desk.goto("/collection").await;
    desk.shot("collect-list").await;
    desk.close().await;
    phone.close().await;
    city.close().await;
}

//! The main path with the scripts of pages switched off.

use journeys::Served;
use journeys::browser::{Browser, PHONE};

use super::city::{FOOD, OWNER, sign_in};
use super::journey::{begin, fill_in, find_the_item, upload};

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_a_case_is_submitted_and_tracked() {
    let city = Served::open("2026-11-16T09:00").await;
    let browser = Browser::open(&city.base, PHONE).await;
    let other = Browser::open(&city.base, PHONE).await;
    browser.without_scripts().await;
    other.without_scripts().await;
    // The switch of the mode is a plain form.
    browser.goto("/").await;
    browser.press("长者模式").await;
    assert_eq!(browser.count("html[data-mode=elder]").await, 1);
    browser.press("标准模式").await;
    assert_eq!(browser.count("html[data-mode=elder]").await, 0);
    assert_eq!(browser.count("html[data-js]").await, 0, "scripts run");

    find_the_item(&browser).await;
    let draft = begin(&city, &browser, &other).await;
    fill_in(&browser, &draft).await;
    upload(&city, &browser).await;
    browser.press("下一步").await;
    assert_eq!(browser.path().await, format!("{draft}/review"));
    browser.press("提交申请").await;
    let number = browser.read(".receipt .no").await;

    // Tracked by number and the end of the identity number, without a login.
    browser.forget().await;
    browser.goto("/progress").await;
    browser.fill("no", &number).await;
    browser.fill("last", "0000").await;
    browser.press("查看进度").await;
    assert!(browser.text().await.contains("没有查到"));
    browser.fill("last", "117R").await;
    browser.press("查看进度").await;
    assert!(
        browser.text().await.contains("已提交"),
        "{FOOD} is not tracked"
    );
    // The withdrawal asks again, in place.
    sign_in(&city, &browser, &other, OWNER, "/my").await;
    browser.close().await;
    other.close().await;
    city.close().await;
}

//! A login that ends while a form is open: nothing that was typed is lost.

use journeys::Served;
use journeys::browser::{Browser, DESKTOP};

use super::city::{FOOD, SHOP, sign_in_here};

#[tokio::test(flavor = "multi_thread")]
async fn a_form_outlives_the_login() {
    let city = Served::open("2026-11-16T09:00").await;
    let browser = Browser::open(&city.base, DESKTOP).await;
    let (shop, token) = city.town.sign_in(SHOP).await;
    let draft = city.town.fill(&shop, FOOD).await.case_id;
    let form = format!("/apply/d/{draft}/form-1");

    browser.cookie("tb_session", &token).await;
    browser.goto(&form).await;
    browser.fill("contact_name", "陈掌柜").await;
    // The session ends elsewhere; the form is sent all the same.
    identity::sign_out(&shop, &token).await.unwrap();
    browser.press("下一步").await;
    assert!(browser.text().await.contains("您刚才填写的内容还在"));
    browser.press("登录并继续").await;
    sign_in_here(&city, &browser, SHOP).await;
    assert!(browser.text().await.contains("继续提交"));
    browser.press("继续提交").await;
    assert_eq!(browser.path().await, format!("/apply/d/{draft}/form-2"));
    browser.goto(&form).await;
    let name = browser.find("[name='contact_name']").await;
    assert_eq!(name.prop("value").await.unwrap().unwrap(), "陈掌柜");

    // Signed in anew in another window: the open form comes back with a fresh token.
    browser.fill("contact_name", "陈老板").await;
    let (_, other) = city.town.sign_in(SHOP).await;
    browser.cookie("tb_session", &other).await;
    browser.press("下一步").await;
    assert!(browser.text().await.contains("您重新登录过"));
    browser.press("继续提交").await;
    browser.goto(&form).await;
    let name = browser.find("[name='contact_name']").await;
    assert_eq!(name.prop("value").await.unwrap().unwrap(), "陈老板");
    browser.close().await;
    city.close().await;
}

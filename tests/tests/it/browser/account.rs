//! Registering anew, and finding the way back in.

use journeys::Served;
use journeys::browser::{Browser, DESKTOP, PHONE};

use super::city::digits;

/// A person of the register, as the registration asks for it.
const PERSON: &[(&str, &str)] = &[
    ("name", "郑凯"),
    ("id_number", "990102198708081672"),
    ("mobile", "19900120175"),
];
const PASSWORD: &str = "Qing-2026-feng";

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_recovered_and_registered() {
    let city = Served::open("2026-11-16T09:00").await;
    let browser = Browser::open(&city.base, DESKTOP).await;
    let phone = Browser::open(&city.base, PHONE).await;
    recover(&city, &browser, &phone).await;
    give_up(&city, PASSWORD).await;
    register(&city, &browser, &phone).await;
    browser.close().await;
    phone.close().await;
    city.close().await;
}

/// By link: the other platform is asked, its data come over, and the person signs in with them.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_elsewhere_is_linked() {
    let city = Served::open("2026-11-16T09:00").await;
    let browser = Browser::open(&city.base, DESKTOP).await;
    let phone = Browser::open(&city.base, PHONE).await;
    give_up(&city, &city.town.residents).await;
    browser.goto("/register").await;
    browser.press("关联其他官方平台的账户注册").await;
    browser.press("去该平台授权").await;
    browser.shot("link-consent").await;
    browser.fill("name", "郑凯旋").await;
    browser.fill("id_number", PERSON[1].1).await;
    browser.press("同意授权").await;
    assert!(browser.text().await.contains("该平台没有这个账户"));
    browser.fill("name", PERSON[0].1).await;
    browser.press("同意授权").await;
    assert!(browser.path().await.starts_with("/register/link?ticket="));
    browser.press("继续注册").await;
    let said = browser.text().await;
    assert!(said.contains("9901************72"), "masked: {said}");
    assert!(!said.contains(PERSON[1].1));
    browser.fill("code", &code(&city, &phone).await).await;
    browser.fill("password", PASSWORD).await;
    browser.fill("again", "another").await;
    browser.choose("agreement", "on").await;
    browser.press("完成注册").await;
    assert!(browser.text().await.contains("两次输入的新口令不一样"));
    assert!(
        browser.text().await.contains("9901************72"),
        "still said"
    );
    browser.shot("link-finish").await;
    browser.fill("password", PASSWORD).await;
    browser.fill("again", PASSWORD).await;
    browser.press("完成注册").await;
    assert!(browser.text().await.contains("注册成功"));
    browser.fill("login", PERSON[1].1).await;
    browser.fill("password", PASSWORD).await;
    browser.press("下一步").await;
    assert!(browser.text().await.contains("验证码已发送"));
    browser.close().await;
    phone.close().await;
    city.close().await;
}

async fn code(city: &Served, phone: &Browser) -> String {
    phone.goto("/sim/sms").await;
    let code = digits(&phone.read("main tbody").await, 6);
    city.town.clock.advance(jiff::SignedDuration::from_secs(1));
    code
}

async fn recover(city: &Served, browser: &Browser, phone: &Browser) {
    browser.goto("/login").await;
    browser.press("找回口令").await;
    browser.fill("login", "u_p25").await;
    browser.press("下一步").await;
    browser.fill("code", &code(city, phone).await).await;
    browser.fill("password", "short").await;
    browser.fill("again", "short").await;
    browser.press("保存新口令").await;
    assert_eq!(browser.count(".errors li").await, 1);
    browser.fill("password", PASSWORD).await;
    browser.fill("again", PASSWORD).await;
    browser.press("保存新口令").await;
    assert!(browser.text().await.contains("新口令已保存"));
    browser.fill("login", "u_p25").await;
    browser.fill("password", PASSWORD).await;
    browser.press("下一步").await;
    assert!(browser.text().await.contains("验证码已发送"));
}

/// The account is cancelled, so that its person can register.
async fn give_up(city: &Served, password: &str) {
    let ctx = city.ctx();
    let visitor = city.town.visitor();
    let newest = async || {
        let sent = messages::sent(ctx, 1).await.unwrap();
        city.town.clock.advance(jiff::SignedDuration::from_secs(1));
        digits(&sent[0].text, 6)
    };
    // Of messages of one moment none is the newest.
    city.town.clock.advance(jiff::SignedDuration::from_secs(1));
    let challenge = identity::sign_in_password(&visitor, "u_p25", password)
        .await
        .unwrap();
    let code = newest().await;
    let new = identity::sign_in_code(&visitor, &challenge.id, &code, "phone")
        .await
        .unwrap();
    let me = ctx.with_actor(new.session.actor.clone());
    let challenge = identity::begin_cancellation(&me).await.unwrap();
    identity::cancel_account(&me, &challenge.id, &newest().await)
        .await
        .unwrap();
}

async fn register(city: &Served, browser: &Browser, phone: &Browser) {
    browser.goto("/register").await;
    browser.press("下一步").await;
    // Name, number, mobile, two passwords, agreement.
    assert_eq!(browser.count(".errors li").await, 6);
    for (field, value) in PERSON {
        browser.fill(field, value).await;
    }
    browser.fill("password", PASSWORD).await;
    browser.fill("again", PASSWORD).await;
    browser.choose("agreement", "on").await;
    browser.press("下一步").await;
    // One more proof is asked for, and what was typed is still there.
    assert!(browser.text().await.contains("请至少再填一项"));
    let number = browser.find("[name='id_number']").await;
    let held = number.prop("value").await.unwrap().unwrap();
    assert_eq!(held.replace(' ', ""), PERSON[1].1);
    let system = city.ctx().as_system();
    let id = kernel::IdNumber::resident(PERSON[1].1).unwrap();
    let person = registers::person(&system, &id).await.unwrap().unwrap();
    let card = person.text("social_security.social_security_no").unwrap();
    browser.fill("social_security_no", card).await;
    // A new password each time: pages never give one back.
    browser.fill("password", "Qing-2027-feng").await;
    browser.fill("again", "Qing-2027-feng").await;
    browser.press("下一步").await;
    browser.fill("code", &code(city, phone).await).await;
    browser.press("完成注册").await;
    assert!(
        browser.text().await.contains("注册成功"),
        "{}",
        browser.text().await
    );
    browser.shot("registered").await;
}

//! What people of the city do before a browser.

use jiff::SignedDuration;
use journeys::Served;
use journeys::browser::Browser;

/// The item that a restaurant needs.
pub const FOOD: &str = "SPJYXK-XB";
/// The restaurant and its owner.
pub const SHOP: &str = "c_c01";
pub const OWNER: &str = "u_p01";

/// Signs a resident in; the code is read where the phone would show it.
pub async fn sign_in(city: &Served, browser: &Browser, phone: &Browser, login: &str, back: &str) {
    browser.goto(&format!("/login?back={back}")).await;
    password_and_code(city, browser, phone, login).await;
    if browser.path().await.starts_with("/agreement") {
        browser.press("我已阅读并接受").await;
    }
}

async fn password_and_code(city: &Served, browser: &Browser, phone: &Browser, login: &str) {
    // The newest message is the code.
    city.town.clock.advance(SignedDuration::from_secs(1));
    browser.fill("login", login).await;
    browser.fill("password", &city.town.residents).await;
    browser.press("下一步").await;
    phone.goto("/sim/sms").await;
    let code = digits(&phone.read("main tbody").await, 6);
    browser.fill("code", &code).await;
    browser.press("登录").await;
}

/// Goes through the sign-in that the browser stands at; the code is read in a window of its own.
pub async fn sign_in_here(city: &Served, browser: &Browser, login: &str) {
    let phone = Browser::open(&city.base, journeys::browser::PHONE).await;
    password_and_code(city, browser, &phone, login).await;
    phone.close().await;
}

/// Signs an officer in: the one-time code is read where the token would show it.
pub async fn staff(city: &Served, browser: &Browser, username: &str, at: &str) {
    city.town.set(at);
    // A code is good once; whoever signs in again has the next.
    city.town.clock.advance(SignedDuration::from_secs(31));
    browser.forget().await;
    browser.goto(&format!("/sim/totp?user={username}")).await;
    let code = digits(&browser.read("main .receipt").await, 6);
    browser.goto("/desk/sign-in").await;
    browser.fill("username", username).await;
    browser.fill("password", &city.town.staff).await;
    browser.fill("code", &code).await;
    browser.press("登录").await;
    browser.find(".c-side a").await;
}

/// The first run of this many digits.
pub fn digits(text: &str, count: usize) -> String {
    text.split(|c: char| !c.is_ascii_digit())
        .find(|run| run.len() == count)
        .unwrap_or_else(|| panic!("no {count} digits in {text}"))
        .to_owned()
}

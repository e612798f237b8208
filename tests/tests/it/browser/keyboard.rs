//! The keyboard alone: search, guide, sign-in, with the focus always in sight.

use fantoccini::key::Key;
use journeys::Served;
use journeys::browser::{Browser, DESKTOP, PHONE, Size};

/// What has the focus, whether it shows, and whether it can be seen.
const FOCUS: &str = r#"
const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
const ring = parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none"
  || style.boxShadow !== "none";
const held = e.closest("label, .opt, .search, .upload") ?? e, around = getComputedStyle(held);
const shown = ring || parseFloat(around.outlineWidth) >= 2 || around.boxShadow !== "none";
const middle = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
const over = middle && !e.contains(middle) && !middle.contains(e) && !held.contains(middle);
return { name: `${e.localName} ${e.className} ${(e.textContent || e.name || "").trim().slice(0, 20)}`,
  shown, over: Boolean(over), inside: box.bottom > 0 && box.top < innerHeight };
"#;

/// Moves the focus on with Tab until it is on the element, looking at every stop.
async fn tab_to(browser: &Browser, css: &str) {
    for _ in 0..120 {
        browser.key(Key::Tab).await;
        let stop = browser.js(FOCUS).await;
        assert_eq!(stop["shown"], true, "no focus to be seen: {stop}");
        assert_eq!(stop["inside"], true, "the focus is out of sight: {stop}");
        assert_eq!(stop["over"], false, "something lies over the focus: {stop}");
        let there = format!("return document.activeElement.matches({css:?})");
        if browser.js(&there).await == true {
            return;
        }
    }
    panic!("Tab does not come to {css}");
}

async fn with_keys(city: &Served, size: Size) {
    let browser = Browser::open(&city.base, size).await;
    browser.goto("/").await;
    // The first stop leads past the navigation.
    tab_to(&browser, "a.skip").await;
    browser.key(Key::Enter).await;
    assert_eq!(browser.js("return location.hash").await, "#main");
    tab_to(&browser, "#q").await;
    browser.type_keys("开饭店").await;
    browser.enter("q").await;
    tab_to(&browser, "main ul.rows li:first-child .t").await;
    browser.key_to_page(Key::Enter).await;
    assert_eq!(browser.path().await, "/services/SPJYXK-XB");
    tab_to(&browser, "main a.btn.pri").await;
    browser.key_to_page(Key::Enter).await;
    assert!(browser.path().await.starts_with("/login"));
    tab_to(&browser, "[name=login]").await;
    // Sent half empty: the summary has the focus, its link leads to the field.
    browser.type_keys("u_p01").await;
    browser.enter("login").await;
    assert_eq!(
        browser.js("return document.activeElement.id").await,
        "errors"
    );
    tab_to(&browser, ".errors a").await;
    browser.key(Key::Enter).await;
    assert_eq!(
        browser.js("return document.activeElement.name").await,
        "password"
    );
    let kept = "return document.querySelector('[name=login]').value";
    assert_eq!(browser.js(kept).await, "u_p01");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_is_enough() {
    let city = Served::open("2026-11-16T09:00").await;
    with_keys(&city, DESKTOP).await;
    with_keys(&city, PHONE).await;
    city.close().await;
}

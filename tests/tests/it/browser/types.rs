//! A style is drawn in the designer by mouse, by keys and by numbers, and published by another.

use fantoccini::key::Key;
use journeys::Served;
use journeys::browser::{Browser, DESKTOP, PHONE};

use super::city::staff;

/// The value of an input of the designer.
async fn value(browser: &Browser, name: &str) -> f64 {
    let held = browser
        .js(&format!(
            "return document.querySelector('[name=\"{name}\"]').value"
        ))
        .await;
    held.as_str().unwrap().parse().unwrap()
}

/// Where the picture of the page comes from.
async fn picture(browser: &Browser) -> String {
    let src = browser
        .js("return document.querySelector('[data-stage] img').src")
        .await;
    src.as_str().unwrap().to_owned()
}

async fn drawn(browser: &Browser) {
    browser
        .until("the page is drawn", async || {
            let whole = "const i = document.querySelector('[data-stage] img'); \
                return i.complete && i.naturalWidth > 300";
            browser.js(whole).await == true
        })
        .await;
}

/// Drags the box of a group by so many pixels, as a mouse does.
async fn drag(browser: &Browser, label: &str, by: (i32, i32)) {
    let script = format!(
        "const box = [...document.querySelectorAll('.d-box')].find(b => b.getAttribute('aria-label').includes('{label}')); \
         const r = box.getBoundingClientRect(); const x = r.left + 4, y = r.top + 4; \
         const at = (kind, dx, dy) => box.dispatchEvent(new PointerEvent(kind, {{bubbles: true, cancelable: true, button: 0, pointerId: 1, clientX: x + dx, clientY: y + dy}})); \
         box.setPointerCapture = () => {{}}; \
         at('pointerdown', 0, 0); at('pointermove', {0}, {1}); at('pointerup', {0}, {1});",
        by.0, by.1
    );
    browser.js(&script).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_style_is_drawn_and_published() {
    let city = Served::open("2026-11-16T09:30").await;
    let desk = Browser::open(&city.base, DESKTOP).await;
    staff(&city, &desk, "sc_zhudf", "2026-11-16T09:40").await;
    desk.goto("/licence-types").await;
    let said = desk.text().await;
    assert!(
        said.contains("食品经营许可证") && said.contains("使用中"),
        "{said}"
    );
    desk.shot("types-list").await;
    desk.goto("/licence-types/SPJYXKZ").await;
    desk.press("编制新版本").await;
    assert!(desk.path().await.ends_with("/licence-types/SPJYXKZ/2"));
    drawn(&desk).await;
    desk.shot("types-design").await;

    // By mouse: the seal goes where it was dragged, and the picture is drawn anew.
    let (before, shown) = (value(&desk, "seal.x").await, picture(&desk).await);
    drag(&desk, "印章", (-60, -20)).await;
    let after = value(&desk, "seal.x").await;
    assert!(after < before - 5.0, "{before} {after}");
    desk.until("another picture", async || picture(&desk).await != shown)
        .await;
    drawn(&desk).await;

    // By keys, and back.
    let y = value(&desk, "seal.y").await;
    desk.js("[...document.querySelectorAll('.d-box')].find(b => b.getAttribute('aria-label').includes('印章')).focus()").await;
    desk.key(Key::Down).await;
    assert_eq!(value(&desk, "seal.y").await, y + 0.5);
    desk.click("[data-undo]").await;
    assert_eq!(value(&desk, "seal.y").await, y);

    // By numbers; what cannot be is told where it is, and nothing is lost.
    desk.js("document.querySelectorAll('details.d-group').forEach(d => d.open = true)")
        .await;
    desk.fill("f.0.x", "500").await;
    desk.press("保存").await;
    let said = desk.text().await;
    assert!(said.contains("不在纸面之内"), "{said}");
    assert_eq!(value(&desk, "f.0.x").await, 500.0);
    desk.js("document.querySelectorAll('details.d-group').forEach(d => d.open = true)")
        .await;
    desk.fill("f.0.x", "72.4").await;
    desk.press("保存").await;
    assert!(desk.text().await.contains("已保存"));
    assert_eq!(value(&desk, "seal.x").await, after);
    desk.press("增加文字").await;
    desk.js("document.querySelectorAll('#elements details').forEach(d => d.open = true)")
        .await;
    desk.fill("e.0.text", "电子证照 与纸质证照具有同等法律效力")
        .await;
    desk.fill("e.0.x", "40").await;
    desk.fill("e.0.y", "278").await;
    desk.press("保存").await;
    drawn(&desk).await;
    // Who else issues the type is not lost because this officer is of one agency.
    let issuers = desk
        .js("return document.querySelectorAll('[name=issuers]:checked').length")
        .await;
    assert_eq!(issuers, 3);
    desk.shot("types-drawn").await;
    for (code, words) in [("longest", "最长内容"), ("rare", "生僻字")] {
        desk.goto(&format!("/licence-types/SPJYXKZ/2?data={code}"))
            .await;
        drawn(&desk).await;
        assert!(desk.text().await.contains(words));
        desk.shot(&format!("types-{code}")).await;
    }
    desk.press("提交审核").await;
    assert!(desk.text().await.contains("已提交审核"));

    // Without scripts and on a telephone the same page is there, as the reviewer sees it.
    let reviewer = Browser::open(&city.base, PHONE).await;
    staff(&city, &reviewer, "sj_yousq", "2026-11-16T09:45").await;
    reviewer.goto("/licence-types/SPJYXKZ/2").await;
    let said = reviewer.text().await;
    assert!(
        said.contains("待审核") && said.contains("与使用中的版本比较"),
        "{said}"
    );
    reviewer.shot("types-review-phone").await;
    reviewer
        .goto("/licence-types/SPJYXKZ/compare?a=1&b=2")
        .await;
    let said = reviewer.text().await;
    assert!(
        said.contains("印章") && said.contains("同等法律效力"),
        "{said}"
    );
    reviewer.resize(DESKTOP).await;
    reviewer.shot("types-compare").await;
    reviewer.goto("/licence-types/SPJYXKZ/2").await;
    reviewer.press("发布").await;
    let said = reviewer.text().await;
    assert!(said.contains("已发布") && said.contains("V2"), "{said}");
    reviewer.shot("types-published").await;

    // A new type from an empty page.
    desk.goto("/licence-types/new").await;
    desk.press("登记并开始设计").await;
    assert!(desk.text().await.contains("请"));
    desk.fill("name", "小餐饮登记证").await;
    desk.fill("code", "xcydj").await;
    desk.choose("authority", "YD_SCJG").await;
    desk.fill("serial", "901").await;
    desk.choose("category", "证件").await;
    desk.click("input[name=holder_kind][value=legal_person]")
        .await;
    desk.choose("first", "licence").await;
    desk.fill("second", "食品药品").await;
    desk.press("登记并开始设计").await;
    drawn(&desk).await;
    assert!(
        desk.path().await.ends_with("/licence-types/XCYDJ/1"),
        "{}",
        desk.path().await
    );
    desk.shot("types-new").await;
    desk.resize(PHONE).await;
    desk.reload().await;
    drawn(&desk).await;
    desk.shot("types-new-phone").await;
    desk.close().await;
    reviewer.close().await;
    city.close().await;
}

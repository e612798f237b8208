//! The main job from the first search to the verified licence, at a desk and on a phone.

use journeys::browser::{Browser, DESKTOP, PHONE, read_codes};
use journeys::{Served, drawing};

use super::city::{FOOD, OWNER, SHOP, sign_in, staff};

/// What the prefill of the form does not know.
const TYPED: &[(&str, &str)] = &[
    ("premises_area", "86.5"),
    ("kitchen_area", "24"),
    ("safety_officer", "陈䶮"),
];
const CHOSEN: &[(&str, &str)] = &[
    ("business_type", "餐饮服务经营者"),
    ("business_items", "热食类食品制售"),
    ("valid_choice", "电子证照和纸质证照"),
    ("delivery_way", "快递送达"),
    ("online_business", "on"),
    ("promise", "on"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_restaurant_is_licensed_at_a_desk_and_on_a_phone() {
    let city = Served::open("2026-11-16T09:00").await;
    let desk = Browser::open(&city.base, DESKTOP).await;
    let phone = Browser::open(&city.base, PHONE).await;

    find_the_item(&desk).await;
    let draft = begin(&city, &desk, &phone).await;
    fill_in(&desk, &draft).await;
    hand_in(&city, &desk, &draft).await;
    let number = submit_on_the_phone(&city, &desk, &phone, &draft).await;
    decide(&city, &desk, &number).await;
    let token = take_home(&city, &phone, &desk, &number).await;
    anyone_verifies(&city, &desk, &token, &number).await;

    for browser in [&desk, &phone] {
        let said = browser.console().await;
        assert!(said.is_empty(), "the console is not quiet: {said:#?}");
    }
    phone.close().await;
    desk.close().await;
    city.close().await;
}

/// [`FOOD`] is found by the words that people use, and its guide is whole.
pub async fn find_the_item(desk: &Browser) {
    desk.goto("/").await;
    desk.fill("q", "开饭店").await;
    desk.enter("q").await;
    desk.shot("search").await;
    let first = desk.read("main ul.rows li:first-child .t").await;
    assert_eq!(first, "食品经营许可（新办）");
    desk.press_at("main ul.rows li:first-child .t").await;
    assert_eq!(desk.path().await, format!("/services/{FOOD}"));
    assert_eq!(desk.count("#elements dl > div").await, 22, "elements");
    // The list of materials follows the situation.
    let before = desk.count("#materials .mat > li").await;
    desk.choose("agent", "yes").await;
    desk.choose("cold", "yes").await;
    desk.press("查看所需材料").await;
    assert_eq!(desk.count("#materials .mat > li").await, before + 2);
    desk.shot("guide").await;
}

/// Signs in on the way, as the company, and answers the questions. Gives the draft's address.
pub async fn begin(city: &Served, desk: &Browser, phone: &Browser) -> String {
    desk.press("在线办理").await;
    assert!(desk.path().await.starts_with("/login?back="), "signed in?");
    sign_in(city, desk, phone, OWNER, &format!("/apply/{FOOD}")).await;
    assert_eq!(desk.path().await, format!("/apply/{FOOD}"));
    act_for_the_shop(desk).await;
    desk.shot("start").await;
    desk.press("开始填写").await;
    let draft = desk.path().await;
    desk.press("情形选择").await;
    // Nothing answered: the page says so where the reader is.
    desk.press("下一步").await;
    assert_eq!(desk.js("return document.activeElement.id").await, "errors");
    assert_eq!(desk.count(".errors li").await, 3);
    for (question, answer) in [("agent", "no"), ("business", "catering"), ("cold", "no")] {
        desk.choose(question, answer).await;
    }
    desk.press("下一步").await;
    draft
}

/// Takes the identity of the shop in the account menu.
async fn act_for_the_shop(browser: &Browser) {
    browser.click("details.who summary").await;
    browser
        .press_at("form[action='/identity'] button:not([aria-current])")
        .await;
    assert!(browser.read("header").await.contains("小厨"));
}

pub async fn fill_in(desk: &Browser, draft: &str) {
    let held = desk.find("[name='applicant_name']").await;
    let name = held.prop("value").await.unwrap().unwrap();
    assert_eq!(
        name, "云州市云东区䶮记小厨餐饮店",
        "prefilled from the register"
    );
    let mut from_space = String::new();
    while desk.path().await.contains("/form-") {
        if desk.count("[name='contact_mobile']").await > 0 {
            let mobile = desk.find("[name='contact_mobile']").await;
            from_space = mobile.prop("value").await.unwrap().unwrap();
        }
        answer(desk).await;
        desk.press("下一步").await;
        assert_eq!(desk.count(".errors").await, 0, "{}", desk.text().await);
    }
    assert!(!from_space.is_empty(), "prefilled from the user space");
    assert_eq!(desk.path().await, format!("{draft}/materials"));
}

/// Answers what the page asks of what nothing else knows.
pub async fn answer(browser: &Browser) {
    for (field, value) in TYPED {
        if browser.count(&format!("[name='{field}']")).await > 0 {
            browser.fill(field, value).await;
        }
    }
    for (field, value) in CHOSEN {
        if browser.count(&format!("[name='{field}']")).await > 0 {
            browser.choose(field, value).await;
        }
    }
}

/// Uploads what the shop has made itself.
pub async fn upload(city: &Served, browser: &Browser) {
    let folder = tempfile::tempdir().unwrap();
    for code in ["M05", "M06"] {
        let file = folder.path().join(format!("{code}.png"));
        let picture = drawing(&format!("布局图 {code}"), city.ctx().now());
        std::fs::write(&file, picture).unwrap();
        let form = format!("form[data-upload][action*='{code}']");
        browser
            .put_file(&format!("{form} input[type=file]"), &file)
            .await;
        browser.press_at(&format!("{form} button")).await;
    }
    assert!(browser.text().await.contains("材料已齐全"));
}

/// Cites the business licence by hand and uploads what the shop has made itself.
async fn hand_in(city: &Served, desk: &Browser, draft: &str) {
    // The licence was found by itself; taken off, it can be cited again.
    desk.click(".files details[data-confirm] summary").await;
    desk.press_at("dialog[open] button.danger").await;
    assert!(desk.text().await.contains("材料已移除"));
    desk.press("引用").await;
    assert!(desk.text().await.contains("签章完整"));

    upload(city, desk).await;
    desk.shot("materials").await;
    desk.press("保存并退出").await;
    assert_eq!(desk.path().await, draft);
    desk.shot("tasks").await;
}

/// Comes back on a phone and submits once, though the button is pressed twice.
async fn submit_on_the_phone(
    city: &Served,
    desk: &Browser,
    phone: &Browser,
    draft: &str,
) -> String {
    sign_in(city, phone, desk, OWNER, "/my").await;
    act_for_the_shop(phone).await;
    phone.goto("/my").await;
    phone.shot("my").await;
    phone.press("继续填写").await;
    assert_eq!(phone.path().await, draft);
    phone.press("核对并提交").await;
    phone.shot("review").await;
    phone.press_twice("提交申请").await;
    assert_eq!(phone.path().await, format!("{draft}/done"));
    phone.shot("receipt").await;
    let number = phone.read(".receipt .no").await;
    let shop = city.town.person(SHOP).await;
    let mine = cases::my_cases(&shop, kernel::PageRequest::new(1, 50)).await;
    assert_eq!(mine.unwrap().rows.len(), 1, "pressed twice, one case");
    // The code on the receipt opens the progress without a login.
    let link = follow_code(phone, ".qrbox svg", &city.base).await;
    desk.forget().await;
    desk.goto(&link).await;
    assert!(desk.text().await.contains(&number));
    assert!(desk.text().await.contains("已提交"));
    desk.shot("progress").await;
    number
}

/// What the code in the picture says; it stands under the site's own address.
async fn follow_code(browser: &Browser, css: &str, base: &str) -> String {
    browser.show(css).await;
    let codes = read_codes(&browser.screenshot().await);
    let link = codes.iter().find(|code| code.starts_with(base));
    link.unwrap_or_else(|| panic!("no code of ours in {codes:?}"))
        .clone()
}

/// Every officer signs in with a one-time code and does what the flow asks of the post.
async fn decide(city: &Served, desk: &Browser, number: &str) {
    let open = async |username: &str, at: &str, list: &str| {
        staff(city, desk, username, at).await;
        desk.goto(list).await;
        desk.press(number).await;
    };
    open("sc_tancw", "2026-11-16T10:05", "/desk").await;
    desk.shot("case-desk").await;
    desk.js("document.querySelectorAll(\"[name^='points.'][value='1']\").forEach(e => e.click())")
        .await;
    desk.act("points").await;
    desk.fill("accept.opinion", "材料齐全，符合法定形式").await;
    desk.act("accept").await;
    assert!(desk.text().await.contains("审查中"));

    let opinions = [
        ("sc_xinglc", "2026-11-19T15:00"),
        ("sc_xinglc", "2026-11-20T14:00"),
        ("sc_lujm", "2026-11-20T14:10"),
    ];
    for (username, at) in opinions {
        open(username, at, "/approve").await;
        desk.choose("opinion.verdict", "1").await;
        desk.fill("opinion.opinion", "与申请一致，符合条件").await;
        desk.act("opinion").await;
    }
    open("sc_jiangby", "2026-11-24T11:00", "/approve").await;
    desk.shot("case-decide").await;
    desk.choose("decide.decision", "1").await;
    desk.fill("decide.reason", "符合法定条件、标准").await;
    desk.act("decide").await;
    open("sc_zhudf", "2026-11-24T16:10", "/approve").await;
    let missing =
        "document.querySelectorAll(\"[name^='complete.face.']\").forEach(e => e.value = '见附件')";
    desk.js(missing).await;
    desk.act("complete").await;
    assert!(desk.text().await.contains("已办结"));
    desk.shot("case-done").await;
}

/// The resident sees how it ended, and has the licence. Gives the address in its code.
async fn take_home(city: &Served, phone: &Browser, desk: &Browser, number: &str) -> String {
    phone.forget().await;
    sign_in(city, phone, desk, OWNER, "/my").await;
    act_for_the_shop(phone).await;
    phone.goto(&format!("/my/cases/{number}")).await;
    assert!(phone.text().await.contains("准予"));
    phone.shot("my-case").await;
    phone.goto("/messages").await;
    assert!(
        phone.count("main ul.rows li").await >= 3,
        "told at every step"
    );
    phone.goto("/wallet").await;
    phone.shot("wallet").await;
    phone.press("食品经营许可证").await;
    phone.shot("licence").await;
    follow_code(phone, ".qrbox svg", &city.base).await
}

/// A stranger follows the code of the licence, or has its file.
async fn anyone_verifies(city: &Served, desk: &Browser, link: &str, number: &str) {
    desk.forget().await;
    desk.goto(link).await;
    assert!(desk.path().await.starts_with("/verify/"));
    in_force(desk).await;
    desk.shot("verdict").await;

    let ctx = city.ctx();
    let case = cases::key_of(ctx, number).await.unwrap();
    let result = cases::detail(ctx, &case).await.unwrap().case.data.result;
    let key = result.unwrap().licence_key.unwrap();
    let ofd = licences::file(ctx, &key, licences::Format::Ofd)
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("licence.ofd");
    std::fs::write(&file, ofd).unwrap();
    desk.goto("/verify").await;
    desk.put_file("#f-file", &file).await;
    desk.press_at("form[enctype] button").await;
    in_force(desk).await;
}

/// Everything that anybody may know of the licence.
async fn in_force(desk: &Browser) {
    assert_eq!(desk.count(".verdict.ok").await, 1);
    let verdict = desk.read(".verdict").await;
    for words in [
        "真实有效",
        "食品经营许可证",
        "云州市云东区䶮记小厨餐饮店",
        "云州市云东区市场监督管理局",
        "2026 年 11 月 24 日",
        "2031 年 11 月 23 日",
        "照面与证照库逐项一致",
    ] {
        assert!(verdict.contains(words), "{words} is not in {verdict}");
    }
}

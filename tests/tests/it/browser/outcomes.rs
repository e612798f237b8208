//! What else can come of an application: a correction, a refusal, a pre-review; and a case that is
//! taken in at the window.

use journeys::browser::{Browser, DESKTOP, PHONE};
use journeys::{Served, drawing};

use super::city::{FOOD, SHOP, staff};

#[tokio::test(flavor = "multi_thread")]
async fn the_window_corrects_refuses_and_takes_in() {
    let city = Served::open("2026-11-16T09:00").await;
    let desk = Browser::open(&city.base, DESKTOP).await;
    let phone = Browser::open(&city.base, PHONE).await;
    correction(&city, &desk, &phone).await;
    refusal(&city, &desk).await;
    pre_review(&city, &desk).await;
    at_the_window(&city, &desk).await;
    desk.close().await;
    phone.close().await;
    city.close().await;
}

/// A whole application of the restaurant.
async fn submitted(city: &Served) -> cases::Case {
    let (shop, _) = city.town.sign_in(SHOP).await;
    let draft = city.town.fill(&shop, FOOD).await;
    cases::submit(&shop, &draft.case_id).await.unwrap().case
}

async fn correction(city: &Served, desk: &Browser, phone: &Browser) {
    let case = submitted(city).await;
    staff(city, desk, "sc_tancw", "2026-11-16T10:00").await;
    desk.goto(&format!("/desk/cases/{}", case.number())).await;
    let what = "布局图未标明餐用具清洗消毒位置，请标明后重交";
    desk.fill(&format!("correct.m.{FOOD}-M05"), what).await;
    desk.act("correct").await;
    desk.shot("correcting-desk").await;

    let (_, token) = city.town.sign_in(SHOP).await;
    phone.cookie("tb_session", &token).await;
    phone.goto("/my").await;
    phone.press("去补正").await;
    assert!(phone.text().await.contains(what));
    phone.shot("correct").await;
    // Nothing was corrected yet: that is said, and nothing happens.
    phone.press("提交补正").await;
    assert_eq!(phone.count(".errors").await, 1);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("布局图.png");
    std::fs::write(&file, drawing("布局图", city.ctx().now())).unwrap();
    phone
        .put_file("form[data-upload] input[type=file]", &file)
        .await;
    phone.press_at("form[data-upload] button").await;
    phone.press("提交补正").await;
    assert!(phone.text().await.contains("补正已提交"));
}

async fn refusal(city: &Served, desk: &Browser) {
    let case = submitted(city).await;
    staff(city, desk, "sc_tancw", "2026-11-16T10:30").await;
    desk.goto(&format!("/desk/cases/{}", case.number())).await;
    // Without a reason nothing is refused.
    desk.press_at("form[action$='/act/refuse'] > .acts button")
        .await;
    assert_eq!(desk.count(".errors").await, 1);
    desk.fill("refuse.reason", "经营场所不在本辖区").await;
    desk.act("refuse").await;
    assert!(desk.text().await.contains("不予受理"));
    desk.forget().await;
    let (_, token) = city.town.sign_in(SHOP).await;
    desk.cookie("tb_session", &token).await;
    desk.goto(&format!("/my/cases/{}", case.number())).await;
    assert!(desk.text().await.contains("经营场所不在本辖区"));
    desk.shot("refused").await;
}

async fn pre_review(city: &Served, desk: &Browser) {
    let (_, case) = city.town.apply("CJRZ").await;
    staff(city, desk, "cl_zhennc", "2026-11-16T11:00").await;
    desk.goto(&format!("/desk/cases/{}", case.number())).await;
    desk.act("pre-review-pass").await;
    assert!(desk.text().await.contains("预审通过"));
    desk.act("originals").await;
    assert!(desk.text().await.contains("已接件"));
}

/// Person, item, situation, form with what is known, scan.
async fn at_the_window(city: &Served, desk: &Browser) {
    staff(city, desk, "ck_haosy", "2026-11-16T14:20").await;
    desk.goto("/desk/intake").await;
    desk.fill("_person", "990102197803120639").await;
    desk.fill("_organisation", "92990102MA2008117R").await;
    desk.fill("_search", "开饭店").await;
    desk.press("下一步").await;
    desk.choose("_item", FOOD).await;
    desk.press("下一步").await;
    for (question, answer) in [("agent", "no"), ("business", "catering"), ("cold", "no")] {
        desk.choose(question, answer).await;
    }
    desk.press("下一步").await;
    let name = desk.find("[name='contact_name']").await;
    assert_eq!(name.prop("value").await.unwrap().unwrap(), "陈䶮");
    desk.shot("intake-form").await;
    desk.press("接件并出具收件凭证").await;
    // Everything that is missing, at once.
    assert!(desk.count(".errors li").await > 4);
    assert_eq!(desk.js("return document.activeElement.id").await, "errors");
    super::journey::answer(desk).await;
    desk.choose("_paper", "SPJYXK-XB-M06").await;
    desk.press("接件并出具收件凭证").await;
    assert!(desk.path().await.starts_with("/desk/intake/done/"));
    desk.shot("intake-done").await;
    let number = desk.path().await.rsplit('/').next().unwrap().to_owned();
    let ctx = city.ctx();
    let case = cases::key_of(ctx, &number).await.unwrap();
    let handed_in = cases::detail(ctx, &case).await.unwrap().materials;
    let paper = handed_in
        .iter()
        .find(|m| m.material_code == "SPJYXK-XB-M06");
    assert_eq!(paper.unwrap().collected, cases::Collected::Paper);
    desk.press("打开办件").await;
    desk.press("扫描上传材料").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("布局图.png");
    std::fs::write(&file, drawing("布局图", city.ctx().now())).unwrap();
    let form = "form[action$='M05']".to_owned();
    desk.put_file(&format!("{form} input[type=file]"), &file)
        .await;
    desk.press_at(&format!("{form} button")).await;
    assert!(
        desk.text().await.contains("材料已上传"),
        "{}",
        desk.text().await
    );
    desk.shot("scan").await;
    // Found again by the applicant's number, which stands in no address.
    desk.goto("/desk/search").await;
    desk.press_search("92990102MA2008117R").await;
    assert!(desk.text().await.contains(&number));
    assert!(!desk.path().await.contains("9299"));
    desk.shot("found").await;
}

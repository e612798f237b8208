//! The life of a seal at the desk: four officers, one seal.

use image::{ImageFormat, Rgb, RgbImage};
use journeys::browser::{Browser, DESKTOP, PHONE};
use journeys::{Client, Served};

/// The seal's own page.
const AGENCY: &str = "YD_SCJG";
const NAME: &str = "云州市云东区市场监督管理局食品经营专用章";

async fn as_officer(city: &Served, browser: &Browser, user: &str, path: &str) {
    let token = city.town.staff_token(user).await;
    // A code is good once.
    city.town.clock.advance(jiff::SignedDuration::from_secs(31));
    browser.cookie("tb_desk", &token).await;
    browser.goto(path).await;
}

/// Opens the question of an act, gives the reason or the number it asks for, and presses.
async fn confirm(browser: &Browser, act: &str, given: Option<(&str, &str)>) {
    let form = format!("form[action$='/{act}']");
    browser
        .click(&format!("details[data-confirm]:has({form}) > summary"))
        .await;
    if let Some((name, value)) = given {
        let css = format!("dialog[open] {form} [name='{name}']");
        browser.find(&css).await.send_keys(value).await.unwrap();
    }
    browser
        .press_at(&format!("dialog[open] {form} button.danger"))
        .await;
}

async fn says(browser: &Browser, words: &str) {
    let text = browser.text().await;
    assert!(text.contains(words), "“{words}” is not said:\n{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_lives_at_the_desk() {
    let city = Served::open("2026-11-16T09:00").await;
    let desk = Browser::open(&city.base, DESKTOP).await;
    let page = applied(&city, &desk).await;
    made(&city, &desk, &page).await;
    authorised(&city, &desk, &page).await;
    used(&city, &desk, &page).await;
    lost_and_destroyed(&city, &desk, &page).await;
    looked_at(&city, &desk, &page).await;
    assert!(desk.console().await.is_empty());
    desk.close().await;
    city.close().await;
}

/// Form, preview, a correction, and the application with its document.
async fn applied(city: &Served, desk: &Browser) -> String {
    as_officer(city, desk, "yz_leimq", "/desk/seals").await;
    desk.press("申请印章").await;
    desk.press("预览印模").await;
    assert!(
        desk.count(".errors li").await >= 3,
        "agency, type, basis, custodian"
    );
    desk.choose("agency", AGENCY).await;
    desk.choose("type", "business").await;
    desk.fill("basis", "关于启用业务专用章的通知 云市监办〔2026〕18号")
        .await;
    desk.fill("custodian", "nobody").await;
    desk.choose("shape", "oval").await;
    desk.fill("purpose", "食品经营专用章").await;
    desk.fill("digits", "9901020012345").await;
    desk.press("预览印模").await;
    says(desk, "没有这名工作人员").await;
    desk.fill("custodian", "yz_leimq").await;
    desk.press("预览印模").await;
    says(desk, NAME).await;
    says(desk, "宽 40 毫米，高 30 毫米").await;
    assert_eq!(desk.count(".shots img").await, 1);
    desk.shot("seal-preview").await;
    // Back to the form, which keeps everything, and forth again.
    desk.press("返回修改").await;
    let held = desk
        .find("[name='purpose']")
        .await
        .prop("value")
        .await
        .unwrap();
    assert_eq!(held.as_deref(), Some("食品经营专用章"));
    desk.press("预览印模").await;
    desk.press("提交申请").await;
    says(desk, "请上传依据文件").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("通知.pdf");
    std::fs::write(&file, b"%PDF-1.7 notice").unwrap();
    desk.put_file("[name='basis_file']", &file).await;
    desk.press("提交申请").await;
    says(desk, "等待审核").await;
    says(desk, "请等待另一名印章管理人员审核").await;
    assert_eq!(desk.count("form[action$='/act/approve']").await, 0);
    desk.path().await
}

/// Review by another, then making, filing, release.
async fn made(city: &Served, desk: &Browser, page: &str) {
    as_officer(city, desk, "yz_zhonglx", page).await;
    confirm(desk, "act/approve", None).await;
    says(desk, "已审核通过").await;
    as_officer(city, desk, "yz_kuangsz", page).await;
    confirm(desk, "act/make", None).await;
    says(desk, "印章已制作").await;
    says(desk, "ECDSA P-256，用于 PDF").await;
    desk.press("登记备案").await;
    says(desk, "必须填写").await;
    desk.fill("filing_no", "备99010200000099").await;
    desk.press("登记备案").await;
    desk.fill("receipt", "雷鸣谦当面签收").await;
    desk.press("发放印章").await;
    says(desk, "印章已发放").await;
}

/// Two authorisations; one is changed, then ended.
async fn authorised(city: &Served, desk: &Browser, page: &str) {
    as_officer(city, desk, "yz_leimq", page).await;
    desk.choose("document_kind", "notice").await;
    desk.fill("daily_maximum", "many").await;
    desk.press("增加授权").await;
    says(desk, "每日上限请填写整数").await;
    desk.fill("daily_maximum", "5").await;
    desk.press("增加授权").await;
    says(desk, "使用中").await;
    // The list is by the moment they were given.
    city.town.clock.advance(jiff::SignedDuration::from_secs(1));
    desk.choose("document_kind", "decision").await;
    desk.press("增加授权").await;
    says(desk, "决定书").await;
    assert_eq!(desk.count("#grants tbody tr").await, 2);
    desk.press_at("#grants tbody tr:first-child a").await;
    desk.fill("daily_maximum", "7").await;
    desk.press("保存修改").await;
    says(desk, "授权已修改").await;
    desk.press_at("#grants tbody tr:first-child a").await;
    confirm(desk, "end", Some(("reason", "系统下线"))).await;
    says(desk, "授权已终止").await;
}

/// A use is logged, found by its purpose and taken along as a file.
async fn used(city: &Served, desk: &Browser, page: &str) {
    let key = page.rsplit('/').next().unwrap().to_owned();
    let ctx = city.ctx().clone();
    let wish = std::sync::Arc::new(seals::Reserve {
        seal: key,
        purpose: "受理通知书 云东市监受字〔2026〕00012号".into(),
        document_kind: "notice".into(),
        ..seals::Reserve::default()
    });
    let inner = ctx.clone();
    let used: Result<_, seals::SealError> = ctx
        .db
        .write(move |tx| {
            let (ctx, wish) = (inner.clone(), wish.clone());
            Box::pin(async move { seals::reserve(tx, &ctx, &wish).await })
        })
        .await;
    used.unwrap();
    desk.goto(&format!("{page}?purpose=00012")).await;
    assert_eq!(desk.count("#uses tbody tr").await, 1);
    let today = desk.read("#grants tbody tr:last-child").await;
    assert!(today.contains("1 / 5"), "{today}");
    desk.goto(&format!("{page}?purpose=nothing")).await;
    says(desk, "没有符合条件的用章记录").await;
    let token = city.town.staff_token("yz_leimq").await;
    city.town.clock.advance(jiff::SignedDuration::from_secs(31));
    let address = city.base.trim_start_matches("http://");
    let mut client = Client::new(address).with_cookie("tb_desk", &token);
    let file = client
        .get(&format!("{page}/uses.csv?day=2026-11-16"))
        .await
        .unwrap();
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = file.text();
    assert!(
        text.starts_with('\u{feff}') && text.lines().count() == 2,
        "{text}"
    );
    assert!(text.contains("云东市监受字〔2026〕00012号") && text.contains("通知书"));
}

/// One press reports the loss; recovery and destruction take two.
async fn lost_and_destroyed(city: &Served, desk: &Browser, page: &str) {
    desk.goto(page).await;
    confirm(desk, "act/report_loss", Some(("reason", "载体遗失"))).await;
    says(desk, "已挂失，印章停止使用").await;
    confirm(desk, "act/ask_recover", Some(("reason", "已找回"))).await;
    says(desk, "须由另一名印章管理人员批准").await;
    assert_eq!(desk.count("form[action$='/act/recover']").await, 0);
    as_officer(city, desk, "yz_zhonglx", page).await;
    confirm(desk, "act/recover", None).await;
    says(desk, "已解除挂失").await;
    confirm(desk, "act/ask_destroy", Some(("reason", "机构更名"))).await;
    as_officer(city, desk, "yz_leimq", page).await;
    desk.shot("seal-asked").await;
    confirm(desk, "act/destroy", Some(("typed", "123"))).await;
    says(desk, "输入的印章标识不一致").await;
    let number = desk.read("main h1 + *").await;
    confirm(desk, "act/destroy", Some(("typed", number.trim()))).await;
    says(desk, "印章已销毁，密钥已删除").await;
    desk.press("换发印章").await;
    let held = desk
        .find("[name='purpose']")
        .await
        .prop("value")
        .await
        .unwrap();
    assert_eq!(held.as_deref(), Some("食品经营专用章"));
}

/// The pages as they look, at the desk, on a phone, large.
async fn looked_at(city: &Served, desk: &Browser, page: &str) {
    let wanted = seals::Wanted {
        state: Some(seals::State::Active),
        agency: Some(AGENCY.into()),
        ..seals::Wanted::default()
    };
    let officer = city.town.officer("yz_leimq").await;
    let first = kernel::PageRequest::new(1, 1);
    let found = seals::search(&officer, &wanted, first).await.unwrap();
    let active = format!("/desk/seals/{}", found.rows[0].key);
    for (size, mode, name) in [
        (DESKTOP, "standard", "desk"),
        (PHONE, "standard", "phone"),
        (PHONE, "elder", "elder"),
    ] {
        desk.cookie("ui_mode", mode).await;
        desk.resize(size).await;
        for (path, what) in [
            ("/desk/seals", "list"),
            ("/desk/seals/new", "new"),
            (active.as_str(), "active"),
            (page, "destroyed"),
        ] {
            desk.goto(path).await;
            desk.shot(&format!("seal-{what}-{name}")).await;
        }
    }
}

/// A scan is cleaned and shown before and after, without scripts; one too coarse is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_scanned_seal_is_cleaned_before_it_is_applied_for() {
    let city = Served::open("2026-11-16T09:00").await;
    let desk = Browser::open(&city.base, DESKTOP).await;
    as_officer(&city, &desk, "yz_leimq", "/desk/seals/new").await;
    desk.without_scripts().await;
    let folder = tempfile::tempdir().unwrap();
    let scan = |name: &str, dpi: f32| {
        let file = folder.path().join(name);
        std::fs::write(&file, scanned(dpi)).unwrap();
        file
    };
    desk.goto("/desk/seals/new").await;
    desk.choose("agency", AGENCY).await;
    desk.choose("type", "official").await;
    desk.fill("basis", "关于启用公章的通知").await;
    desk.fill("custodian", "yz_leimq").await;
    desk.choose("source", "uploaded").await;
    desk.press("预览印模").await;
    says(&desk, "请选择印章图样").await;
    desk.put_file("[name='picture']", &scan("coarse.png", 100.0))
        .await;
    desk.press("预览印模").await;
    says(&desk, "图片太小").await;
    desk.put_file("[name='picture']", &scan("fine.png", 300.0))
        .await;
    desk.fill("width_mm", "30").await;
    desk.press("预览印模").await;
    says(&desk, "尺寸不适合这类印章").await;
    desk.fill("width_mm", "42").await;
    desk.put_file("[name='picture']", &scan("fine.png", 300.0))
        .await;
    desk.press("预览印模").await;
    assert_eq!(desk.count(".shots img").await, 2);
    says(&desk, "处理后的印模").await;
    desk.shot("seal-cleaned").await;
    // Back to the form and forth again: the picture is still there.
    desk.press("返回修改").await;
    says(&desk, "已保留您选择的图样").await;
    desk.press("预览印模").await;
    assert_eq!(desk.count(".shots img").await, 2);
    let file = folder.path().join("通知.pdf");
    std::fs::write(&file, b"%PDF-1.7 notice").unwrap();
    desk.put_file("[name='basis_file']", &file).await;
    desk.press("提交申请").await;
    says(&desk, "等待审核").await;
    says(&desk, "原始图样").await;
    desk.close().await;
    city.close().await;
}

/// A scan of a seal on paper, with a line of print below it.
fn scanned(dpi: f32) -> Vec<u8> {
    let seal = paper::official(&paper::Official {
        organisation: "云州市云东区市场监督管理局".into(),
        purpose: None,
        digits: String::new(),
        diameter_mm: 42.0,
        dpi,
    });
    let seal = image::load_from_memory(seal.unwrap().bytes())
        .unwrap()
        .to_rgba8();
    let (w, h) = seal.dimensions();
    let mut page = RgbImage::from_pixel(w + 120, h + 80, Rgb([246, 243, 236]));
    for x in 20..w + 80 {
        for y in h / 2..h / 2 + 8 {
            page.put_pixel(x, y, Rgb([50, 50, 56]));
        }
    }
    for (x, y, ink) in seal.enumerate_pixels() {
        let alpha = f32::from(ink.0[3]) / 255.0;
        let paper = page.get_pixel_mut(x + 60, y + 40);
        for (channel, paste) in paper.0.iter_mut().zip([205_u8, 40, 46]) {
            let mixed = f32::from(*channel) * (1.0 - alpha) + f32::from(paste) * alpha;
            *channel = mixed.round() as u8;
        }
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    page.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

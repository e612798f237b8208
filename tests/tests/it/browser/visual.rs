//! A file that somebody shows: drawn beside the library's data, and what the officer saw.

use journeys::Served;
use journeys::browser::{Browser, DESKTOP, PHONE};

use super::city::staff;

/// 云味轩's food licence, in force until 2028.
const FOOD: &str = "JY29901020010130";

/// [H-56] The machine compares seal, state and fields; a person looks at the drawn page beside the
/// library's data and records the result, once.
#[tokio::test(flavor = "multi_thread")]
async fn an_officer_looks_at_a_licence_beside_the_library() {
    let city = Served::open("2026-11-16T09:30").await;
    let ctx = city.ctx();
    let query = licences::Query {
        licence_no: Some(FOOD.into()),
        ..licences::Query::default()
    };
    let found = licences::search(ctx, &query, kernel::PageRequest::default()).await;
    let key = found.unwrap().rows.remove(0).licence_key;
    let ofd = licences::file(ctx, &key, licences::Format::Ofd)
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("licence.ofd");
    std::fs::write(&file, &ofd).unwrap();

    let desk = Browser::open(&city.base, DESKTOP).await;
    staff(&city, &desk, "sc_tancw", "2026-11-16T09:31").await;
    desk.goto("/desk/verify").await;
    desk.press("开始核验").await;
    assert!(desk.text().await.contains("请选择要核验的文件"));
    desk.put_file("#f-file", &file).await;
    desk.press("开始核验").await;
    let said = desk.text().await;
    for part in ["系统核验通过", "安全核验 通过", "一致", "第1页，共1页"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("不一致"), "{said}");
    // The page was drawn: it has its size, and ink.
    let size = "const i = document.querySelector('.sheets img'); await i.decode(); \
                return [i.naturalWidth, i.naturalHeight]";
    let size = desk.js_later(size).await;
    assert!(size[0].as_u64().unwrap() > 600, "{size}");
    desk.shot("visual").await;
    desk.resize(PHONE).await;
    desk.shot("visual").await;
    desk.resize(DESKTOP).await;

    // Beside it: what the file says of itself.
    let looked_at = desk.path().await;
    desk.goto("/desk/verify/parse").await;
    desk.press("解析").await;
    assert!(desk.text().await.contains("请选择要核验的文件"));
    desk.put_file("#f-file", &file).await;
    desk.press("解析").await;
    let said = desk.text().await;
    for part in ["符合证照数据标准", FOOD, "ZZBH", "印章有效期", "未作核验"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    desk.shot("parsed").await;
    desk.resize(PHONE).await;
    desk.shot("parsed").await;
    desk.resize(DESKTOP).await;
    desk.goto(&looked_at).await;

    desk.choose("seen", "different").await;
    desk.press("记录结果").await;
    assert!(desk.text().await.contains("请写明所见"));
    desk.choose("seen", "same").await;
    desk.press("记录结果").await;
    let said = desk.text().await;
    assert!(
        said.contains("已记录") && said.contains("版面与库中数据相符"),
        "{said}"
    );
    assert_eq!(desk.count("form[action$='/seen']").await, 0, "once");
    let events = journal::stream(&mut ctx.db.reader(), &format!("licence/{key}")).await;
    let events = events.unwrap();
    let last: licences::LicenceLookedAt = events.last().unwrap().read().unwrap();
    assert_eq!(last.seen, "same");
    let number = last.number;
    let twice = licences::record_visual(
        &city.town.officer("sc_tancw").await,
        &number,
        licences::Seen::Different,
        "再看一次",
    )
    .await;
    assert!(matches!(twice, Err(licences::LicenceError::Stale)));
    // What one officer was shown is not there for another, nor for who may not query at all.
    for (other, refused) in [("sc_zhudf", 404), ("ck_haosy", 404)] {
        let other = city.town.officer(other).await;
        let problem = kernel::Problem::from(licences::visual(&other, &number).await.unwrap_err());
        assert!(
            problem.status == refused || problem.status == 403,
            "{problem:?}"
        );
    }
    desk.close().await;
    city.close().await;
}

/// A PDF is shown by the browser's own viewer in a frame of the page, under our policy, and can be
/// opened by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_pdf_is_shown_by_the_browser() {
    let city = Served::open("2026-11-16T09:30").await;
    let ctx = city.ctx();
    let query = licences::Query {
        licence_no: Some(FOOD.into()),
        ..licences::Query::default()
    };
    let found = licences::search(ctx, &query, kernel::PageRequest::default()).await;
    let key = found.unwrap().rows.remove(0).licence_key;
    let pdf = licences::file(ctx, &key, licences::Format::Pdf)
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("licence.pdf");
    std::fs::write(&file, &pdf).unwrap();

    let desk = Browser::open(&city.base, DESKTOP).await;
    staff(&city, &desk, "sc_tancw", "2026-11-16T09:31").await;
    desk.goto("/desk/verify").await;
    desk.put_file("#f-file", &file).await;
    desk.press("开始核验").await;
    let said = desk.text().await;
    assert!(said.contains("系统核验通过"), "{said}");
    assert_eq!(desk.count("iframe.viewer").await, 1);
    // A refused frame holds an error page of another origin; this one is ours, and a PDF.
    let shown = "const f = document.querySelector('iframe.viewer'); \
                 for (let i = 0; i < 100; i++) { \
                   const d = f.contentDocument; \
                   if (d && d.contentType === 'application/pdf' && d.readyState === 'complete') \
                     return d.contentType; \
                   await new Promise(r => setTimeout(r, 100)); } \
                 return f.contentDocument ? f.contentDocument.contentType : 'refused';";
    let shown = desk.js_later(shown).await;
    assert_eq!(shown, "application/pdf");
    // The viewer paints after it has loaded.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    desk.shot("visual-pdf").await;
    desk.resize(PHONE).await;
    desk.shot("visual-pdf").await;
    desk.resize(DESKTOP).await;
    desk.choose("seen", "same").await;
    desk.press("记录结果").await;
    assert!(desk.text().await.contains("已记录"));
    desk.close().await;
    city.close().await;
}

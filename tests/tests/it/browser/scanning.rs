//! Originals are scanned, read, typed beside their pictures, checked by somebody else and made, in a
//! browser.

use collection::{OriginalState, WorkState};
use image::DynamicImage;
use journeys::Served;
use journeys::browser::{Browser, DESKTOP, PHONE};
use lopdf::{Document, Object, Stream, dictionary};

use super::city::staff;
use crate::scanning::{Paper, askew, jpeg, papers};

/// A PDF as scanners write it: one picture a page.
fn pdf(page: &DynamicImage) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let picture = document.add_object(Stream::new(
        dictionary! {
            "Type" => "XObject",
            "Subtype" => "Image",
            "Width" => i64::from(page.width()),
            "Height" => i64::from(page.height()),
            "ColorSpace" => "DeviceRGB",
            "BitsPerComponent" => 8,
            "Filter" => "DCTDecode",
        },
        jpeg(&DynamicImage::ImageRgb8(page.to_rgb8())),
    ));
    let leaf = document.add_object(dictionary! {
        "Type" => "Page",
        "Parent" => tree,
        "Resources" => dictionary! { "XObject" => dictionary! { "Im0" => picture } },
    });
    let kids: Vec<Object> = vec![leaf.into()];
    document.objects.insert(
        tree,
        dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => 1 }.into(),
    );
    let root = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", root);
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

async fn settled(city: &Served, browser: &Browser, key: &str) {
    let ctx = city.ctx();
    browser
        .until("the work is done", async || {
            city.town.drain().await;
            let works = collection::works(ctx, key).await.unwrap();
            works.iter().all(|work| work.state == WorkState::Done)
        })
        .await;
}

async fn fill(desk: &Browser, paper: &Paper) {
    for (code, value) in paper.values() {
        desk.fill(&format!("v-{code}"), &value).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_is_scanned_typed_checked_and_made() {
    let city = Served::open("2026-11-16T09:30").await;
    let folder = tempfile::tempdir().unwrap();
    let papers = papers(2);
    let (one, other) = (folder.path().join("一.jpg"), folder.path().join("二.pdf"));
    std::fs::write(&one, jpeg(&askew(&papers[0].drawn()))).unwrap();
    std::fs::write(&other, pdf(&papers[1].drawn())).unwrap();

    let desk = Browser::open(&city.base, DESKTOP).await;
    staff(&city, &desk, "sj_yousq", "2026-11-16T09:40").await;
    desk.goto("/collection").await;
    desk.goto("/collection/scan").await;
    desk.press("开始扫描").await;
    assert!(desk.text().await.contains("请选择证照类型与发证机关"));
    desk.choose("kind", "WSXKZ/YD_WJJ").await;
    desk.fill("system", "卫生监督科档案室").await;
    desk.shot("scan-new").await;
    desk.press("开始扫描").await;
    let stack = desk.path().await;
    let key = stack.split('/').nth(2).unwrap().to_owned();
    assert!(desk.text().await.contains("请先上传扫描件"));
    for file in [&one, &other, &one] {
        desk.put_file("#scan-files", file).await;
        desk.press("上传").await;
    }
    let said = desk.text().await;
    assert!(said.contains("没有重复加入"), "{said}");
    assert!(said.contains("2页，2件"), "{said}");
    desk.shot("scan-stack").await;

    // A page is turned and turned back, cropped, straightened by hand.
    desk.goto(&format!("{stack}/pages/1")).await;
    desk.press_at("button[value='right']").await;
    desk.press_at("button[value='left']").await;
    desk.fill("left", "1.5").await;
    desk.press_at("button[value='crop']").await;
    desk.fill("degrees", "60").await;
    desk.press_at("button[value='straighten']").await;
    assert!(desk.text().await.contains("角度在±15度以内"));
    desk.press_at("button[value='auto']").await;
    desk.shot("scan-page").await;
    desk.goto(&stack).await;

    if collection::can_read(city.ctx()).await {
        desk.press_at("button[value='read']").await;
        settled(&city, &desk, &key).await;
        desk.goto(&format!("{stack}/1")).await;
        let said = desk.text().await;
        assert!(said.contains("识别结果，可信度"), "{said}");
        desk.shot("scan-read").await;
        // What nobody confirmed keeps it here.
        desk.press("保存，下一件").await;
        let said = desk.text().await;
        assert!(said.contains("已保存，还有"), "{said}");
        desk.js("document.querySelectorAll('input[name=ok]').forEach(one => one.checked = true)")
            .await;
    } else {
        assert!(desk.text().await.contains("没有安装文字识别程序"));
        desk.goto(&format!("{stack}/1")).await;
    }
    fill(&desk, &papers[0]).await;
    desk.fill("v-holder_id", "92990102MA5604803X").await;
    desk.press("保存，下一件").await;
    let said = desk.text().await;
    assert!(said.contains("处需要处理"), "{said}");
    desk.shot("scan-faults").await;
    desk.fill("v-holder_id", &papers[0].holder_id).await;
    desk.enter("v-holder_id").await;
    let said = desk.text().await;
    assert!(said.contains("原件1已保存"), "{said}");
    assert_eq!(desk.path().await, format!("{stack}/2"));

    let phone = Browser::open(&city.base, PHONE).await;
    staff(&city, &phone, "sj_yousq", "2026-11-16T09:41").await;
    phone.goto(&format!("{stack}/2")).await;
    phone.shot("scan-typing").await;
    // The other tab saves first: what is typed here is not lost, and not written over theirs.
    fill(&desk, &papers[1]).await;
    fill(&phone, &papers[1]).await;
    for browser in [&desk, &phone] {
        browser
            .js("document.querySelectorAll('input[name=ok]').forEach(one => one.checked = true)")
            .await;
    }
    desk.press("保存，下一件").await;
    let said = desk.text().await;
    assert!(said.contains("没有待录入的原件了"), "{said}");
    phone.press("保存，下一件").await;
    let said = phone.text().await;
    assert!(said.contains("刚刚被他人保存过"), "{said}");
    phone.goto(&stack).await;
    phone.shot("scan-stack").await;
    phone.close().await;

    let manager = city.town.officer("sj_yousq").await;
    let scan = collection::scan(&manager, &key).await.unwrap();
    assert_eq!(scan.count(OriginalState::Ready), 2);
    desk.shot("scan-typed").await;
    let send = "form:has(input[value='send'])";
    desk.js(&format!(
        "document.querySelector(\"{send}\").closest('details').open = true"
    ))
    .await;
    desk.press_at(&format!("{send} button.btn")).await;
    settled(&city, &desk, &key).await;

    // The other person sees the original beside what was typed from it.
    let phone = Browser::open(&city.base, PHONE).await;
    staff(&city, &phone, "wj_liucz", "2026-11-16T09:45").await;
    let home = format!("/collection/{key}");
    for n in [1, 2] {
        phone.goto(&format!("{home}/rows/{n}")).await;
        phone.show("#original img").await;
        phone
            .until("the picture of the original", async || {
                let wide = "return document.querySelector('#original img').naturalWidth";
                phone.js(wide).await.as_u64() > Some(0)
            })
            .await;
        phone.shot("scan-check").await;
        let check = "form[action$='/check']";
        phone
            .js(&format!(
                "document.querySelector(\"{check}\").closest('details').open = true"
            ))
            .await;
        phone.press_at(&format!("{check} button.btn")).await;
        assert!(phone.text().await.contains("已校验"));
    }
    phone.resize(DESKTOP).await;
    phone.goto(&format!("{home}/rows/1")).await;
    phone.shot("scan-checked").await;
    phone.goto(&home).await;
    phone
        .press_at("form:has(input[value='issue']) button.btn")
        .await;
    settled(&city, &phone, &key).await;
    let decider = city.town.officer("wj_liucz").await;
    for n in [1, 2] {
        let (row, _) = collection::row(&decider, &key, n).await.unwrap();
        let licence = row.licence_key.expect("a licence was made");
        let detail = licences::detail(&decider, &licence).await.unwrap();
        assert!(detail.verdict.is_valid());
    }
    desk.close().await;
    phone.close().await;
    city.close().await;
}

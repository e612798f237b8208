//! An officer seals a document at the desk, with and without scripts.

use journeys::browser::{Browser, DESKTOP, PHONE};
use journeys::{Client, FilePart, Served};

use super::city::staff;

const OFFICER: &str = "sc_jiangby";

fn laid() -> paper::Laid {
    let page = |number: usize| {
        let mut page = paper::Page::a4();
        let words = format!("关于联合检查的函 第{number}页");
        let text = paper::Text::new(words, 30.0, 40.0, 6.0);
        page.items.push(paper::Item::Text(text));
        page
    };
    let document = paper::Document {
        pages: (1..=3).map(page).collect(),
        ..paper::Document::default()
    };
    paper::lay_out(&document).unwrap()
}

fn ofd() -> Vec<u8> {
    let info = ofd::DocInfo {
        id: "0123456789abcdef0123456789abcdef".into(),
        custom: vec![],
    };
    let package = ofd::compose(&laid(), &info).unwrap();
    sealing::pack(&seals::parts_of(&package)).unwrap()
}

async fn says(browser: &Browser, words: &str) {
    let text = browser.text().await;
    assert!(text.contains(words), "“{words}” is not said:\n{text}");
}

/// The keys of the officer's seals: personal, official.
async fn held(city: &Served) -> [String; 2] {
    let officer = city.town.officer(OFFICER).await;
    let held = seals::usable(&officer).await.unwrap();
    [seals::SealType::Personal, seals::SealType::Official].map(|kind| {
        let found = held.iter().find(|one| one.seal.seal_type == kind);
        found.unwrap().seal.key.clone()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_places_and_looks_before_sealing() {
    let city = Served::open("2026-11-16T09:30").await;
    let [own, official] = held(&city).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("函.ofd");
    std::fs::write(&file, ofd()).unwrap();
    let broken = folder.path().join("broken.ofd");
    std::fs::write(&broken, &ofd()[..500]).unwrap();

    let desk = Browser::open(&city.base, DESKTOP).await;
    staff(&city, &desk, OFFICER, "2026-11-16T09:31").await;
    for scripts in [true, false] {
        if !scripts {
            desk.without_scripts().await;
        }
        desk.goto("/desk/stamp").await;
        desk.press("预览盖章位置").await;
        says(&desk, "请选择要盖章的文件").await;
        desk.goto("/desk/stamp?seals=2").await;
        desk.choose("document_kind", "letter").await;
        desk.fill("purpose", "关于联合检查的函").await;
        desk.choose("seal_1", &own).await;
        desk.fill("page_1", "9").await;
        desk.choose("seal_2", &official).await;
        desk.fill("page_2", "3").await;
        desk.choose("way_2", "both").await;
        desk.put_file("#f-file", &broken).await;
        desk.press("预览盖章位置").await;
        says(&desk, "文件不能读取").await;
        desk.put_file("#f-file", &file).await;
        desk.press("预览盖章位置").await;
        says(&desk, "文件没有第9页").await;
        if scripts {
            desk.shot("stamp-form").await;
            desk.resize(PHONE).await;
            desk.shot("stamp-form").await;
            desk.resize(DESKTOP).await;
        }
        // The document is kept: it is not chosen again.
        desk.fill("page_1", "3").await;
        desk.press("预览盖章位置").await;
        says(&desk, "尚未盖章").await;
        says(&desk, "第3页，共3页").await;
        assert!(desk.count(".sheets img").await >= 2);
        if scripts {
            desk.shot("stamp-preview").await;
            desk.resize(PHONE).await;
            desk.shot("stamp-preview").await;
            desk.resize(DESKTOP).await;
        }
        desk.press("返回修改").await;
        let kept = desk.find("[name='purpose']").await;
        let kept = kept.prop("value").await.unwrap();
        assert_eq!(kept.as_deref(), Some("关于联合检查的函"));
        desk.press("预览盖章位置").await;
        says(&desk, "尚未盖章").await;
    }
    assert!(desk.console().await.is_empty());
    desk.close().await;
    city.close().await;
}

/// What the button answers is the sealed file; what cannot be is told on the page that was seen.
#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_the_sealed_file() {
    let city = Served::open("2026-11-16T09:30").await;
    let [own, official] = held(&city).await;
    let token = city.town.staff_token(OFFICER).await;
    let mut desk = Client::new(city.base.trim_start_matches("http://"));
    desk = desk.with_cookie("tb_desk", &token);
    desk.get("/desk/stamp").await.unwrap();
    let pdf = paper::to_pdf(&laid()).unwrap();
    let fields = [
        ("seals", "2"),
        ("document_kind", "letter"),
        ("purpose", "关于联合检查的函"),
        ("case_no", ""),
        ("seal_1", own.as_str()),
        ("way_1", "place"),
        ("page_1", "3"),
        ("x_1", "85"),
        ("y_1", "220"),
        ("seal_2", official.as_str()),
        ("way_2", "both"),
        ("page_2", "3"),
        ("x_2", "130"),
        ("y_2", "210"),
        ("closing", "on"),
    ];
    let trust = seals::trust(city.ctx()).await.unwrap();
    for (name, bytes) in [("函.ofd", ofd()), ("函.pdf", pdf)] {
        let file = FilePart {
            field: "file",
            name,
            bytes: &bytes,
        };
        let seen = desk.upload("/desk/stamp", &fields, &[file]).await.unwrap();
        assert_eq!(seen.status, 200, "{}", seen.text());
        let slip = seen.input("kept").unwrap();
        let mut again = fields.to_vec();
        again.push(("kept", &slip));
        let done = desk.upload("/desk/stamp/seal", &again, &[]).await.unwrap();
        assert_eq!(done.status, 200);
        assert!(
            done.header("content-disposition")
                .unwrap()
                .starts_with("attachment")
        );
        let verdict = sealing::verify(&done.body, &trust).unwrap();
        assert!(verdict.is_valid(), "{:?}", verdict.findings);
        assert_eq!(verdict.signatures.len(), 2);
        if let Ok(folder) = std::env::var("TONGBAN_TEST_SHOTS") {
            std::fs::write(format!("{folder}/{name}"), &done.body).unwrap();
        }
        // The slip is good for nobody else.
        let other = city.town.staff_token("zj_buzp").await;
        let mut other =
            Client::new(city.base.trim_start_matches("http://")).with_cookie("tb_desk", &other);
        other.get("/desk/stamp").await.unwrap();
        let refused = other.upload("/desk/stamp/seal", &again, &[]).await.unwrap();
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("重新上传"));
    }
    // A seal that is taken out of use in between: told where the places were seen.
    let custodian = city.town.officer("yz_leimq").await;
    let ofd = ofd();
    let file = FilePart {
        field: "file",
        name: "函.ofd",
        bytes: &ofd,
    };
    let seen = desk.upload("/desk/stamp", &fields, &[file]).await.unwrap();
    let slip = seen.input("kept").unwrap();
    let mut again = fields.to_vec();
    again.push(("kept", &slip));
    seals::report_loss(&custodian, &own, "遗失").await.unwrap();
    let refused = desk.upload("/desk/stamp/seal", &again, &[]).await.unwrap();
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("挂失") || refused.text().contains("不能用印"));
    city.close().await;
}

//! What the QR codes of notices open.

use std::collections::BTreeSet;
use std::process::Command;

use journeys::browser::read_codes;
use journeys::{Client, Served};
use notices::{Format, Kind};
use store::Ctx;

/// The one code that is printed on a document.
async fn code_on(ctx: &Ctx, doc_id: &str) -> String {
    let file = notices::file(ctx, doc_id, Format::Pdf).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("notice.pdf");
    std::fs::write(&pdf, &file.bytes).unwrap();
    let drawn = Command::new("pdftoppm")
        .args(["-r", "150", "-png"])
        .arg(&pdf)
        .arg(folder.path().join("page"))
        .status();
    assert!(drawn.unwrap().success());
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "png") {
            found.extend(read_codes(&std::fs::read(path).unwrap()));
        }
    }
    assert_eq!(found.len(), 1, "{doc_id} shows {found:?}");
    found.pop_first().unwrap()
}

/// [D-17] The QR code of a notice holds the unified case number and a random token; scanning finds
/// the case. The number alone, typed or guessed, opens no more than a query without login may.
#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_a_notice_opens_its_case_and_the_number_alone_does_not() {
    let city = Served::open("2026-11-16T09:00").await;
    let town = &city.town;
    let (me, case) = town.apply("SPJYXK-XB").await;
    let case = town.accept(&case).await;
    let (_, other) = town.apply("CJRZ").await;
    town.drain().await;
    let number = case.number().to_owned();
    let name = me.actor.name.clone();
    let visitor = || Client::new(city.base.trim_start_matches("http://"));

    let all = notices::list(city.ctx(), &case.case_id).await.unwrap();
    let kinds: Vec<Kind> = all.iter().map(|n| n.kind).collect();
    assert!(kinds.contains(&Kind::Receipt) && kinds.contains(&Kind::Acceptance));
    let mut token = String::new();
    for notice in &all {
        let link = code_on(city.ctx(), &notice.doc_id).await;
        let path = link
            .strip_prefix(&city.base)
            .unwrap_or_else(|| panic!("{link}"));
        let (page, found) = path.split_once("?t=").unwrap_or_else(|| panic!("{link}"));
        assert!(page.contains(&number), "{link}");
        assert!(found.len() >= 16, "{link}");
        token = found.to_owned();
        let reply = visitor().get(path).await.unwrap();
        let text = reply.text();
        assert_eq!(reply.status, 200);
        assert!(text.contains(&number) && text.contains(&case.data.item_name));
        assert!(!text.contains(&name), "a name without login");
    }
    // Random: another case has another, and it opens nothing here.
    let theirs = notices::list(city.ctx(), &other.case_id).await.unwrap();
    let link = code_on(city.ctx(), &theirs[0].doc_id).await;
    let (_, strange) = link.split_once("?t=").unwrap();
    assert_ne!(strange, token);

    for path in [
        format!("/progress/{number}?t={strange}"),
        format!("/progress/{number}?t="),
        format!("/progress/{number}"),
    ] {
        let text = visitor().get(&path).await.unwrap().text();
        assert!(
            !text.contains(&case.data.item_name),
            "{path} shows the case"
        );
    }
    let typed = [("no", number.as_str()), ("last", "0000")];
    let mut guesser = visitor();
    guesser.get("/progress").await.unwrap();
    let reply = guesser.post("/progress", &typed).await.unwrap();
    assert_eq!(reply.status, 422);
    assert!(!reply.text().contains(&case.data.item_name));
    city.close().await;
}

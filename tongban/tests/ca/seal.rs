//! Seals and sealed files without a server.

use std::fs;

use super::tongban;

/// A PNG with a transparent ground.
pub fn impression() -> Vec<u8> {
    let official = paper::Official {
        organisation: "示范市政务局".into(),
        purpose: None,
        digits: String::new(),
        diameter_mm: 42.0,
        dpi: 150.0,
    };
    paper::official(&official).unwrap().bytes().to_vec()
}

pub fn laid(pages: usize) -> paper::Laid {
    let page = |number| {
        let mut page = paper::Page::a4();
        let text = paper::Text::new(format!("第{number}页"), 30.0, 40.0, 6.0);
        page.items.push(paper::Item::Text(text));
        page
    };
    let document = paper::Document {
        pages: (1..=pages).map(page).collect(),
        ..paper::Document::default()
    };
    paper::lay_out(&document).unwrap()
}

/// An authority, a seal, sealed files in both formats, one after another and straddling: all
/// verify against the authority's root, and `inspect` tells what is in each.
#[test]
fn files_are_sealed_inspected_and_verified_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let run = |line: &str| tongban(at, line);
    run("ca make ca --title 示范市 --organization 示范市政务局 --json").ok();
    for (name, profile, kind) in [
        ("signer", "signer", "sm2"),
        ("maker", "seal-maker", "sm2"),
        ("pdf", "signer", "p256"),
    ] {
        run(&format!(
            "ca issue ca --profile {profile} --kind {kind} --common-name {name} \
             --organization 示范市政务局 --key-out {name}.key --out {name}.pem --json"
        ))
        .ok();
    }
    fs::write(at.join("seal.png"), impression()).unwrap();
    let make = "seal make seal.png --name 示范市政务局 --id 99010200000001 --signer signer.pem \
                --key maker.key --certificate maker.pem --out seal.esl --json";
    assert_eq!(run(make).ok().json()["seal"], "99010200000001");
    let told = run("inspect seal.esl --json").ok().json();
    assert!(told.to_string().contains("示范市政务局"), "{told}");
    assert!(run("inspect seal.esl").ok().out.contains("99010200000001"));

    let info = ofd::DocInfo {
        id: "00000000000000000000000000000001".into(),
        custom: vec![],
    };
    let plain = ofd::compose(&laid(3), &info).unwrap();
    let parts = plain
        .parts()
        .iter()
        .map(|part| (part.path.clone(), part.bytes.to_vec()))
        .collect::<Vec<_>>();
    fs::write(at.join("plain.ofd"), sealing::pack(&parts).unwrap()).unwrap();
    fs::write(at.join("plain.pdf"), paper::to_pdf(&laid(3)).unwrap()).unwrap();

    let with = |key: &str| format!("--seal seal.esl --key {key}.key --certificate {key}.pem");
    let sm2 = with("signer");
    // One seal, a straddle seal over it, and then the document is closed.
    run(&format!("seal apply plain.ofd --out one.ofd {sm2}")).ok();
    run(&format!(
        "seal apply one.ofd --out two.ofd --straddle --closing {sm2}"
    ))
    .ok();
    run(&format!("seal apply two.ofd --out three.ofd {sm2}")).stopped("cannot be sealed");
    assert!(!at.join("three.ofd").exists(), "nothing is left behind");
    let p256 = with("pdf");
    run(&format!(
        "seal apply plain.pdf --out one.pdf --straddle {p256}"
    ))
    .ok();
    run(&format!("seal apply plain.ofd --out wrong.ofd {p256}")).stopped("SM2");

    let trust = "--trust ca/root-sm2.pem --trust ca/chain-sm2.pem --trust ca/root-p256.pem \
                 --trust ca/chain-p256.pem --json";
    let trust = trust.split_whitespace().collect::<Vec<_>>().join(" ");
    for (file, signatures) in [("one.ofd", 1), ("two.ofd", 2), ("one.pdf", 1)] {
        let told = run(&format!("verify {file} {trust}")).ok().json();
        assert_eq!(told["valid"], true, "{file}: {told}");
        let found = told["signatures"].as_array().unwrap().len();
        assert_eq!(found, signatures, "{file}");
        let told = run(&format!("inspect {file} --json")).ok().json();
        assert!(told.to_string().contains("示范市"), "{file}: {told}");
    }

    let told = run("inspect two.ofd --draw pages --dpi 72 --json")
        .ok()
        .json();
    let drawn = told["drawn"].as_array().unwrap();
    assert_eq!(drawn.len(), 3, "{told}");
    for page in drawn {
        let png = fs::read(at.join(page["file"].as_str().unwrap())).unwrap();
        assert!(png.starts_with(b"\x89PNG"), "a picture of every page");
        assert_eq!(page["findings"].as_array().unwrap().len(), 0, "{page}");
    }
    run("inspect seal.png").stopped("unreadable");
    run("inspect nothing.ofd").stopped("nothing.ofd");
}

//! What we write, verified and drawn by software that is not ours: gmssl, asn1crypto, easyofd.

use std::path::Path;
use std::process::Command;

use gm::{Profile, SoftKey};
use sealing::{Part, SealJob, SignJob, Straddle, pack, seal_ofd, sign_ofd, straddle};

use crate::make::{PAGE, WORLD, day, document, get, issue, places, replace};

/// What the foreign reader tells of a file.
fn told(parts: &[Part], draw: bool) -> serde_json::Value {
    // The reader cuts its working path at the first dot, and clears away what it finds there.
    let folder = tempfile::Builder::new().prefix("ofd").tempdir().unwrap();
    assert!(!folder.path().to_string_lossy().contains('.'), "{folder:?}");
    let file = folder.path().join("file.ofd");
    std::fs::write(&file, pack(parts).unwrap()).unwrap();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = here.join("../../target/python/bin/python");
    assert!(
        python.exists(),
        "easyofd and gmssl are missing: cargo xtask test installs them into target/python"
    );
    let python = std::fs::canonicalize(python.parent().unwrap())
        .unwrap()
        .join("python");
    let output = Command::new(python)
        .arg(here.join("tests/ofd/foreign.py"))
        .arg(&file)
        .args(draw.then_some("--draw"))
        // The reader unpacks into the folder it runs in.
        .current_dir(folder.path())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

/// A document of so many pages of A4.
fn pages(count: usize) -> Vec<Part> {
    let mut parts = document("1");
    let page = get(&mut parts, PAGE).clone();
    let mut list = String::new();
    for index in 2..count {
        let id = index + 100;
        list += &format!("<ofd:Page ID=\"{id}\" BaseLoc=\"Pages/Page_{index}/Content.xml\"/>");
        let name = format!("Doc_0/Pages/Page_{index}/Content.xml");
        parts.push((name, page.clone()));
    }
    let root = get(&mut parts, "Doc_0/Document.xml");
    replace(root, "</ofd:Pages>", &format!("{list}</ofd:Pages>"));
    let area = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>";
    let resources = "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>";
    replace(
        root,
        "</ofd:MaxUnitID>",
        &format!("</ofd:MaxUnitID>{area}{resources}"),
    );
    parts
}

fn officer() -> SoftKey {
    issue("张三", Profile::Signer, Some(&WORLD.issuing))
}

#[test]
fn others_verify_and_draw_a_straddle_seal() {
    let parts = pages(5);
    let mut all = straddle(&parts, &Straddle::new(42.0, 42.0)).unwrap();
    all.extend(places());
    let sealed = seal_ofd(parts, &WORLD.job(&all)).unwrap();
    let told = told(&sealed, true);
    let one = &told["signatures"][0];
    for field in ["references", "bound", "value", "seal", "listed"] {
        assert_eq!(one[field], true, "{field}: {told}");
    }
    assert_eq!(one["impressions"], 6);
    assert_eq!(one["covered"], sealed.len() - 2);
    assert_eq!(told["images"].as_array().unwrap().len(), 5, "{told}");
}

#[test]
fn others_verify_and_draw_several_seals_and_a_signature() {
    let officer = officer();
    let seal = crate::make::seal(&WORLD.maker, &officer, "张三");
    let places = places();
    let personal = SealJob {
        seal: &seal,
        signer: &officer,
        closing: false,
        ..WORLD.job(&places)
    };
    let person = SignJob {
        signer: &officer,
        time: day(),
        closing: false,
        provider: sealing::Provider::default(),
        time_stamper: None,
    };
    let parts = seal_ofd(pages(2), &personal).unwrap();
    // Both impressions are drawn on the first page. The reader cannot draw a file with a signature
    // that has none, so that comes after.
    let two = told(&seal_ofd(parts.clone(), &WORLD.job(&places)).unwrap(), true);
    assert_eq!(two["images"].as_array().unwrap().len(), 2);
    assert!(two["images"][0].as_u64().unwrap() >= 1, "{two}");
    let parts = sign_ofd(parts, &person).unwrap();
    let mut parts = seal_ofd(parts, &WORLD.job(&places)).unwrap();
    let good = told(&parts, false);
    let all = good["signatures"].as_array().unwrap();
    assert_eq!(all.len(), 3);
    for one in all {
        for field in ["references", "bound", "value"] {
            assert_eq!(one[field], true, "{field}: {good}");
        }
    }
    assert_eq!(all[2]["seal"], true);
    // And a change is seen by them as by us.
    get(&mut parts, "Doc_0/PublicRes.xml").push(b' ');
    let bad = told(&parts, false);
    assert!(
        bad["signatures"]
            .as_array()
            .unwrap()
            .iter()
            .all(|s| s["references"] == false)
    );
}

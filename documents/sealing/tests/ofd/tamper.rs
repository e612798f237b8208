//! Every tampering has its own reason.

use sealing::{Check, Part, Reason, SealJob, pack, seal_ofd, verify_ofd};

use crate::make::{
    LIST, PAGE, SIGN, WORLD, World, document, failures, first, get, places, replace, verdict,
};

fn sealed() -> Vec<Part> {
    WORLD.sealed(document("1"))
}

fn part(name: &str) -> String {
    format!("{SIGN}{name}")
}

#[test]
fn a_changed_part() {
    for name in [
        "OFD.xml",
        "Doc_0/Document.xml",
        "Doc_0/PublicRes.xml",
        "Doc_0/Res/font_3.ttf",
        LIST,
    ] {
        let mut parts = sealed();
        let data = get(&mut parts, name);
        // Behind the last element, where it changes nothing that is read.
        data.push(b'\n');
        let verdict = verdict(&parts);
        assert_eq!(failures(&verdict), [Reason::PartChanged], "{name}");
        assert_eq!(verdict.first_failure().unwrap().evidence, name);
    }
}

#[test]
fn a_swapped_face() {
    for name in [PAGE, "Doc_0/Tpls/Tpl_0/Content.xml"] {
        let mut parts = sealed();
        replace(
            get(&mut parts, name),
            "ofd:TextCode X=\"0\"",
            "ofd:TextCode X=\"9\"",
        );
        let verdict = verdict(&parts);
        assert_eq!(
            failures(&verdict),
            [Reason::FaceReplaced, Reason::PartChanged],
            "{name}"
        );
        let told: Vec<_> = verdict
            .findings
            .iter()
            .filter(|f| f.check == Check::Integrity)
            .collect();
        assert!(told.iter().all(|f| f.evidence == name));
    }
}

#[test]
fn a_face_from_another_document() {
    let mut parts = sealed();
    let mut other = WORLD.sealed(document("2"));
    *get(&mut parts, PAGE) = get(&mut other, PAGE).clone();
    assert_eq!(
        failures(&verdict(&parts)),
        [Reason::FaceReplaced, Reason::PartChanged]
    );
}

#[test]
fn a_part_added_unsigned() {
    for name in [
        "Doc_0/Attachs/more.xml",
        "Doc_0/Signs/Sign_0/more.dat",
        "more",
        "Doc_0/Annots.xml",
    ] {
        let mut parts = sealed();
        parts.push((name.into(), b"more".to_vec()));
        let verdict = verdict(&parts);
        assert_eq!(failures(&verdict), [Reason::PartUncovered], "{name}");
        assert_eq!(verdict.first_failure().unwrap().evidence, name);
    }
}

#[test]
fn a_missing_part() {
    let mut parts = sealed();
    parts.retain(|(name, _)| name != "Doc_0/Res/base.png");
    let verdict = verdict(&parts);
    assert_eq!(failures(&verdict), [Reason::PartMissing]);
    assert_eq!(
        verdict.first_failure().unwrap().evidence,
        "Doc_0/Res/base.png"
    );
}

#[test]
fn a_removed_seal() {
    // The signed value, the seal, the description, the list, each by itself.
    for name in ["SignedValue.dat", "Seal.esl", "Signature.xml"] {
        let mut parts = sealed();
        parts.retain(|(own, _)| *own != part(name));
        let reasons = failures(&verdict(&parts));
        assert_eq!(
            first(&verdict(&parts)),
            Reason::SealRemoved,
            "{name}: {reasons:?}"
        );
    }
    let mut parts = sealed();
    parts.retain(|(own, _)| own != LIST);
    assert_eq!(first(&verdict(&parts)), Reason::SealRemoved);
    // All of it.
    let mut parts = sealed();
    parts.retain(|(own, _)| !own.starts_with("Doc_0/Signs/"));
    assert_eq!(failures(&verdict(&parts)), [Reason::SealRemoved]);
    // Taken out of the list, or the list out of the entry point.
    let mut parts = sealed();
    let list = get(&mut parts, LIST);
    let text = String::from_utf8(list.clone()).unwrap();
    let start = text.find("<ofd:Signature ").unwrap();
    let end = start + text[start..].find("/>").unwrap() + 2;
    list.drain(start..end);
    assert_eq!(failures(&verdict(&parts)), [Reason::SealRemoved]);
    let mut parts = sealed();
    let named = "<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>";
    replace(get(&mut parts, "OFD.xml"), named, "");
    assert_eq!(failures(&verdict(&parts)), [Reason::SealRemoved]);
    // Every trace gone: that is a document nobody sealed.
    parts.retain(|(own, _)| !own.starts_with("Doc_0/Signs/"));
    assert_eq!(failures(&verdict(&parts)), [Reason::Unsigned]);
}

#[test]
fn a_signature_taken_out_of_several() {
    let places = places();
    let open = SealJob {
        closing: false,
        ..WORLD.job(&places)
    };
    let one = seal_ofd(document("1"), &open).unwrap();
    let mut list_of_one = one.clone();
    let list_of_one = get(&mut list_of_one, LIST).clone();
    let mut two = seal_ofd(one, &open).unwrap();
    *get(&mut two, LIST) = list_of_one;
    assert_eq!(failures(&verdict(&two)), [Reason::SealRemoved]);
}

#[test]
fn a_stamp_moved_to_another_file() {
    // The signed value alone, both sealed in the same second with the same seal.
    let mut source = WORLD.sealed(document("2"));
    let mut parts = sealed();
    *get(&mut parts, &part("SignedValue.dat")) = get(&mut source, &part("SignedValue.dat")).clone();
    assert_eq!(failures(&verdict(&parts)), [Reason::StampMoved]);
    // The whole signature onto an unsealed document that names a list.
    let mut parts = document("3");
    for (name, data) in &source {
        if name.starts_with("Doc_0/Signs/") {
            parts.push((name.clone(), data.clone()));
        }
    }
    let named = "</ofd:DocRoot><ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>";
    replace(get(&mut parts, "OFD.xml"), "</ofd:DocRoot>", named);
    assert_eq!(failures(&verdict(&parts)), [Reason::StampMoved]);
    // The whole signature in place of another.
    let mut parts = sealed();
    for (name, data) in source {
        if name.starts_with("Doc_0/Signs/") {
            *get(&mut parts, &name) = data;
        }
    }
    assert_eq!(failures(&verdict(&parts)), [Reason::StampMoved]);
}

#[test]
fn a_changed_description() {
    let mut parts = sealed();
    replace(
        get(&mut parts, &part("Signature.xml")),
        "150 220.5",
        "15 220.5",
    );
    assert_eq!(failures(&verdict(&parts)), [Reason::StampMoved]);
    // A digest fitted to a changed page.
    let mut parts = sealed();
    let mut other = WORLD.sealed(document("2"));
    *get(&mut parts, PAGE) = get(&mut other, PAGE).clone();
    let xml = String::from_utf8(get(&mut other, &part("Signature.xml")).clone()).unwrap();
    let value = |xml: &str| {
        let start = xml.find(&format!("/{PAGE}")).unwrap();
        let start = start + xml[start..].find("<ofd:CheckValue>").unwrap() + 16;
        xml[start..start + 44].to_string()
    };
    let own = String::from_utf8(get(&mut parts, &part("Signature.xml")).clone()).unwrap();
    replace(
        get(&mut parts, &part("Signature.xml")),
        &value(&own),
        &value(&xml),
    );
    assert_eq!(failures(&verdict(&parts)), [Reason::StampMoved]);
}

#[test]
fn a_broken_stamp() {
    let mut parts = sealed();
    let value = get(&mut parts, &part("SignedValue.dat"));
    let last = value.len() - 1;
    value[last] ^= 1;
    assert_eq!(failures(&verdict(&parts)), [Reason::StampBroken]);
    value_of(&mut parts, |value| value.truncate(100));
    assert_eq!(first(&verdict(&parts)), Reason::StampBroken);
}

fn value_of(parts: &mut [Part], change: impl FnOnce(&mut Vec<u8>)) {
    change(get(parts, &format!("{SIGN}SignedValue.dat")));
}

#[test]
fn a_changed_seal() {
    // Beside the stamp only: the stamp's own copy tells the difference.
    let mut parts = sealed();
    let seal = get(&mut parts, &part("Seal.esl"));
    let last = seal.len() - 1;
    seal[last] ^= 1;
    let verdict = verdict(&parts);
    assert_eq!(
        failures(&verdict),
        [Reason::PartChanged, Reason::SealMismatch]
    );
}

/// A signer who puts a seal of their own making into a stamp.
#[test]
fn a_seal_that_its_maker_did_not_make() {
    let mut seal = WORLD.seal.clone();
    let at = seal.windows(9).position(|w| w == b"SEAL-0001").unwrap();
    seal[at + 8] = b'2';
    let places = places();
    let parts = seal_ofd(
        document("1"),
        &SealJob {
            seal: &seal,
            ..WORLD.job(&places)
        },
    )
    .unwrap();
    assert_eq!(failures(&verdict(&parts)), [Reason::SealBroken]);
}

#[test]
fn a_foreign_certificate() {
    let other = World::new("外");
    let verdict = verdict(&other.sealed(document("1")));
    assert_eq!(
        failures(&verdict),
        [Reason::CertificateForeign, Reason::MakerForeign]
    );
}

#[test]
fn a_part_that_only_a_later_seal_covers_is_told() {
    let places = places();
    let open = SealJob {
        closing: false,
        ..WORLD.job(&places)
    };
    let mut parts = seal_ofd(document("1"), &open).unwrap();
    parts.push(("Doc_0/Attachs/more.xml".into(), b"more".to_vec()));
    let parts = seal_ofd(parts, &WORLD.job(&places)).unwrap();
    let verdict = verdict(&parts);
    let told = verdict
        .findings
        .iter()
        .find(|f| f.reason == Some(Reason::ChangedAfterSigning));
    let told = told.unwrap();
    assert_eq!((told.check, told.signature), (Check::Coverage, Some(0)));
    assert!(told.evidence.ends_with("Doc_0/Attachs/more.xml"));
}

#[test]
fn no_changed_byte_passes() {
    let parts = sealed();
    let trust = WORLD.trust();
    for (index, (name, data)) in parts.iter().enumerate() {
        // Every byte of the list, many of what is parsed, some of what is only digested.
        let step = match name.as_str() {
            LIST => 1,
            name if name.starts_with("Doc_0/Signs/") => 5,
            _ => 97,
        };
        for at in (0..data.len()).step_by(step) {
            let mut changed = parts.clone();
            changed[index].1[at] ^= if at % 2 == 0 { 1 } else { 0x20 };
            let Ok(verdict) = verify_ofd(&pack(&changed).unwrap(), &trust) else {
                continue;
            };
            assert!(!verdict.is_valid(), "{name} byte {at}: {verdict:#?}");
            assert!(verdict.first_failure().unwrap().reason.is_some());
        }
    }
}

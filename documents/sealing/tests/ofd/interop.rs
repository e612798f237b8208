//! Public test files of the project ofdrw (Apache-2.0), made by software that is not ours.

use std::fs;
use std::path::PathBuf;

use gm::Certificate;
use sealing::{Check, Outcome, Reason, Seal, Trust, Verdict, verify, verify_ofd};

use crate::make::{WORLD, at, failures};

/// A file of the collection; none, said aloud, where the collection is absent.
fn file(name: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("TONGBAN_INTEROP")
        .map(PathBuf::from)
        .unwrap_or_else(|| {
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/interop")
        });
    let path = folder.join(name);
    if !path.exists() {
        println!("skipped: no {} (set TONGBAN_INTEROP)", path.display());
        return None;
    }
    Some(fs::read(path).unwrap())
}

fn judged(bytes: &[u8]) -> Verdict {
    verify(bytes, &WORLD.trust().at(at("2026-09-01T00:00:00Z"))).unwrap()
}

#[track_caller]
fn passes(verdict: &Verdict, checks: &[Check]) {
    for check in checks {
        let mut findings = verdict
            .findings
            .iter()
            .filter(|f| f.check == *check)
            .peekable();
        assert!(findings.peek().is_some(), "{check:?}");
        assert!(
            findings.all(|f| f.outcome == Outcome::Pass),
            "{check:?}: {verdict:#?}"
        );
    }
}

const FOREIGN: [Reason; 2] = [Reason::CertificateForeign, Reason::MakerForeign];

#[test]
fn a_seal_used_after_its_end() {
    let Some(bytes) = file("SESV4SignDoc.ofd") else {
        return;
    };
    let verdict = judged(&bytes);
    passes(
        &verdict,
        &[
            Check::Container,
            Check::Integrity,
            Check::Stamp,
            Check::Seal,
        ],
    );
    let [reasons @ .., foreign, maker] = &failures(&verdict)[..] else {
        panic!("{verdict:#?}")
    };
    // Seal and certificate ended together.
    assert_eq!(reasons, [Reason::SealExpired, Reason::CertificateExpired]);
    assert_eq!([*foreign, *maker], FOREIGN);
    let coverage: Vec<_> = verdict
        .findings
        .iter()
        .filter(|f| f.check == Check::Coverage)
        .collect();
    assert!(coverage.iter().all(|f| f.outcome != Outcome::Fail));
    let told = coverage
        .iter()
        .find(|f| f.outcome == Outcome::Warn)
        .unwrap();
    assert_eq!(told.reason, Some(Reason::SignatureListUncovered));
    assert_eq!(told.evidence, "Doc_0/Signs/Signatures.xml");
    let signature = &verdict.signatures[0];
    assert_eq!(signature.seal_name.as_deref(), Some("OFD R&W 测试用印章"));
    assert_eq!(signature.signed_at.as_deref(), Some("2026-08-04T02:08:09Z"));
}

#[test]
fn a_document_with_every_part_covered() {
    let Some(bytes) = file("allprotected.ofd") else {
        return;
    };
    let verdict = judged(&bytes);
    let sound = [
        Check::Container,
        Check::Integrity,
        Check::Coverage,
        Check::Stamp,
        Check::Seal,
        Check::SealValidity,
    ];
    passes(&verdict, &sound);
    assert_eq!(failures(&verdict), FOREIGN);
}

#[test]
fn a_straddle_seal() {
    let Some(bytes) = file("V4RideRight.ofd") else {
        return;
    };
    let verdict = judged(&bytes);
    passes(
        &verdict,
        &[
            Check::Integrity,
            Check::Stamp,
            Check::Seal,
            Check::SealValidity,
        ],
    );
    assert_eq!(failures(&verdict), FOREIGN);
    assert_eq!(
        verdict.signatures[0].signed_at.as_deref(),
        Some("2021-05-19T12:53:44Z")
    );
}

/// What the files of others deviate in is told, and nothing else of them.
#[test]
fn deviations_of_foreign_documents_are_told() {
    for (name, wanted) in [
        ("SESV4SignDoc.ofd", &["element_order"][..]),
        ("allprotected.ofd", &["element_order"]),
        ("V4RideRight.ofd", &["element_order"]),
        ("helloworld.ofd", &[]),
    ] {
        let Some(bytes) = file(name) else { return };
        let codes = crate::deviations::codes(&judged(&bytes));
        assert_eq!(codes.iter().collect::<Vec<_>>(), wanted, "{name}");
    }
}

#[test]
fn foreign_documents_are_inspected() {
    for (name, impressions) in [
        ("SESV4SignDoc.ofd", 1),
        ("allprotected.ofd", 1),
        ("V4RideRight.ofd", 5),
        ("helloworld.ofd", 0),
    ] {
        let Some(bytes) = file(name) else { return };
        let told = serde_json::to_value(sealing::inspect(&bytes).unwrap()).unwrap();
        for signature in told["signatures"].as_array().unwrap() {
            assert_eq!(signature["stamp"]["signature"], "yes", "{name}");
            assert_eq!(signature["stamp"]["seal"]["signature"], "yes", "{name}");
            assert_eq!(signature["stamp"]["data_hash_fits"], true, "{name}");
            let references = signature["references"].as_array().unwrap();
            assert!(references.iter().all(|r| r["state"] == "same"), "{name}");
        }
        let shown = sealing::stamps(&bytes).unwrap();
        assert_eq!(shown.len(), impressions, "{name}");
        assert!(
            shown
                .iter()
                .all(|s| s.format == "PNG" && s.boundary_mm[3] == 40.0)
        );
        if name == "V4RideRight.ofd" {
            // The slices as our own layout would place them.
            let parts = sealing::unpack(&bytes).unwrap();
            let ours = sealing::straddle(&parts, &sealing::Straddle::new(40.0, 40.0)).unwrap();
            for (theirs, ours) in shown.iter().zip(ours) {
                assert_eq!(theirs.boundary_mm[0], ours.x);
                assert_eq!(theirs.clip_mm, ours.clip);
            }
        }
    }
    let (Some(four), Some(five)) = (file("UserV4.esl"), file("UserV5_ts.esl")) else {
        return;
    };
    let told = serde_json::to_value(sealing::inspect(&four).unwrap()).unwrap();
    assert_eq!(told["deviations"], serde_json::json!([]));
    let told = serde_json::to_value(sealing::inspect(&five).unwrap()).unwrap();
    assert_eq!(
        (&told["version"], &told["signature"]),
        (&5.into(), &"yes".into())
    );
    // Its time stamp is a dummy of three bytes.
    assert_eq!(told["time_stamp"]["holds"], false);
    // UserV4 encodes to the same bytes again.
    assert_eq!(crate::der::Der::read(&four).bytes(), four);
}

#[test]
fn an_unsigned_document() {
    let Some(bytes) = file("helloworld.ofd") else {
        return;
    };
    let verdict = judged(&bytes);
    assert_eq!(failures(&verdict), [Reason::Unsigned]);
    assert!(verdict.signatures.is_empty() && !verdict.is_valid());
}

/// Their maker and signer issued by one root, which is not in the files: trusted as roots
/// themselves, nothing is left to object to.
#[test]
fn a_foreign_document_is_valid_for_who_trusts_its_people() {
    let (Some(bytes), Some(seal)) = (file("allprotected.ofd"), file("UserV4.esl")) else {
        return;
    };
    let seal = Seal::parse(&seal).unwrap();
    let signer = judged(&bytes).signatures[0].certificate.clone();
    let roots = [seal.maker.to_vec(), signer];
    let trust = Trust::new(&roots, &[], &[], at("2026-09-01T00:00:00Z")).unwrap();
    let verdict = verify_ofd(&bytes, &trust).unwrap();
    assert!(verdict.is_valid(), "{verdict:#?}");
}

#[test]
fn seals_by_themselves() {
    let Some(bytes) = file("UserV4.esl") else {
        return;
    };
    let seal = Seal::parse(&bytes).unwrap();
    assert_eq!(
        (seal.version, seal.name.as_str()),
        (4, "OFD R&W 测试用印章")
    );
    assert_eq!(
        (seal.picture.format.as_str(), seal.picture.width_mm),
        ("PNG", 40)
    );
    let maker = Certificate::from_der(seal.maker).unwrap();
    assert_eq!(seal.is_made_by(&maker), Ok(()));
    let Some(bytes) = file("UserV5_ts.esl") else {
        return;
    };
    let seal = Seal::parse(&bytes).unwrap();
    assert_eq!(
        (seal.version, seal.valid_to),
        (5, at("2028-04-24T08:53:22Z"))
    );
    let maker = Certificate::from_der(seal.maker).unwrap();
    assert_eq!(seal.is_made_by(&maker), Ok(()));
}

/// Changing any byte of what the signature covers turns integrity, in files of others as well.
#[test]
fn changed_parts_of_foreign_documents_are_told() {
    for name in ["SESV4SignDoc.ofd", "allprotected.ofd", "V4RideRight.ofd"] {
        let Some(bytes) = file(name) else { return };
        let parts = sealing::unpack(&bytes).unwrap();
        for index in 0..parts.len() {
            let mut changed = parts.clone();
            changed[index].1.push(b' ');
            let verdict = judged(&sealing::pack(&changed).unwrap());
            let own = &parts[index].0;
            let told = failures(&verdict)[0];
            match own.rsplit('/').next().unwrap() {
                "SignedValue.dat" => assert_eq!(told, Reason::StampBroken),
                "Signature.xml" => assert_eq!(told, Reason::StampMoved),
                "Signatures.xml" if name == "SESV4SignDoc.ofd" => {
                    assert_eq!(told, Reason::SealExpired);
                }
                "Content.xml" => assert_eq!(told, Reason::FaceReplaced, "{name} {own}"),
                _ => assert_eq!(told, Reason::PartChanged, "{name} {own}"),
            }
        }
    }
}

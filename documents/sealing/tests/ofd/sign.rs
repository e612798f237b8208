use gm::Signer;
use sealing::{
    Check, Outcome, PageRef, Place, Reason, SealError, SealJob, pack, seal_ofd, seal_ofd_file,
    unpack, verify, verify_ofd,
};

use crate::make::{LIST, PAGE, SIGN, WORLD, World, at, day, document, places, verdict};

#[test]
fn a_sealed_document_verifies() {
    let sealed = WORLD.sealed(document("1"));
    let verdict = verdict(&sealed);
    assert!(verdict.is_valid(), "{verdict:#?}");
    assert!(
        verdict.findings.iter().all(|f| f.outcome == Outcome::Pass),
        "{verdict:#?}"
    );
    let checks = [
        Check::Container,
        Check::Integrity,
        Check::Coverage,
        Check::Stamp,
        Check::Seal,
        Check::SealValidity,
        Check::Chain,
        Check::Revocation,
    ];
    for check in checks {
        assert!(
            verdict.findings.iter().any(|f| f.check == check),
            "{check:?}"
        );
    }
    let [signature] = &verdict.signatures[..] else {
        panic!("one signature")
    };
    assert_eq!(signature.format, "GB/T 38540 v4");
    assert_eq!(signature.algorithm, "SM2-SM3");
    assert_eq!(signature.signer, "甲公章");
    assert_eq!(signature.issuer, "甲签发");
    assert_eq!(signature.seal_name.as_deref(), Some("甲公章"));
    assert_eq!(signature.seal_maker.as_deref(), Some("甲制章人"));
    assert_eq!(signature.seal_id.as_deref(), Some("SEAL-0001"));
    assert_eq!(signature.signed_at.as_deref(), Some("2026-08-04T02:08:09Z"));
    assert_eq!(signature.certificate, WORLD.signer.certificate());
}

#[test]
fn every_part_but_the_signatures_own_two_is_referenced() {
    let sealed = WORLD.sealed(document("1"));
    let file = sealed
        .iter()
        .find(|(name, _)| *name == format!("{SIGN}Signature.xml"))
        .unwrap();
    let xml = String::from_utf8(file.1.clone()).unwrap();
    for (name, _) in &sealed {
        let referenced = xml.contains(&format!("FileRef=\"/{name}\""));
        let own = name.ends_with("Signature.xml") || name.ends_with("SignedValue.dat");
        assert_eq!(referenced, !own, "{name}");
    }
    assert!(xml.contains("CheckMethod=\"SM3\""));
    assert!(xml.contains("<ofd:StampAnnot ID=\"2\" PageRef=\"4\" Boundary=\"150 220.5 42 42\"/>"));
    assert!(xml.contains("2026-08-04 10:08:09"));
    let entry = String::from_utf8(sealed[0].1.clone()).unwrap();
    let named = "</ofd:DocRoot><ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>";
    assert!(entry.contains(named), "{entry}");
}

#[test]
fn sealing_is_reproducible_and_works_on_whole_files() {
    let places = places();
    let file = pack(&document("1")).unwrap();
    let one = seal_ofd_file(&file, &WORLD.job(&places)).unwrap();
    assert_eq!(one, pack(&WORLD.sealed(document("1"))).unwrap());
    assert!(verify(&one, &WORLD.trust()).unwrap().is_valid());
    assert_eq!(unpack(&one).unwrap(), WORLD.sealed(document("1")));
}

/// [I-13] Several seals on one document (parallel approval) are supported; each later signature
/// covers the earlier. The list of signatures is covered by the closing signature only; after it
/// no seal can be added.
#[test]
fn several_seals_until_the_closing_one() {
    let places = places();
    let open = SealJob {
        closing: false,
        ..WORLD.job(&places)
    };
    let one = seal_ofd(document("1"), &open).unwrap();
    let first = verdict(&one);
    assert!(first.is_valid(), "{first:#?}");
    let warned: Vec<_> = first
        .findings
        .iter()
        .filter(|f| f.outcome != Outcome::Pass)
        .collect();
    assert_eq!(warned.len(), 1);
    assert_eq!(warned[0].reason, Some(Reason::SignatureListUncovered));
    assert_eq!(
        (warned[0].check, warned[0].outcome),
        (Check::Coverage, Outcome::Warn)
    );

    let two = seal_ofd(one, &open).unwrap();
    assert_eq!(verdict(&two).signatures.len(), 2);
    let three = seal_ofd(two, &WORLD.job(&places)).unwrap();
    let last = verdict(&three);
    assert!(last.is_valid(), "{last:#?}");
    assert_eq!(last.signatures.len(), 3);
    assert!(
        last.findings.iter().all(|f| f.outcome == Outcome::Pass),
        "{last:#?}"
    );
    let closing = &three
        .iter()
        .find(|(n, _)| n == "Doc_0/Signs/Sign_2/Signature.xml")
        .unwrap()
        .1;
    let closing = String::from_utf8(closing.clone()).unwrap();
    for name in [
        LIST,
        PAGE,
        "Doc_0/Signs/Sign_0/Signature.xml",
        "Doc_0/Signs/Sign_0/SignedValue.dat",
        "Doc_0/Signs/Sign_1/Seal.esl",
    ] {
        assert!(closing.contains(&format!("\"/{name}\"")), "{name}");
    }
    assert!(matches!(seal_ofd(three, &open), Err(SealError::Closed)));
}

#[test]
fn the_seals_of_two_agencies_stand_together() {
    let other = World::new("乙");
    let places = places();
    let one = seal_ofd(
        document("1"),
        &SealJob {
            closing: false,
            ..WORLD.job(&places)
        },
    )
    .unwrap();
    let both = seal_ofd(one, &other.job(&places)).unwrap();
    let der = |world: &World| {
        (
            world.root.certificate().to_vec(),
            world.issuing.certificate().to_vec(),
        )
    };
    let ((root_a, issuing_a), (root_b, issuing_b)) = (der(&WORLD), der(&other));
    let trust = sealing::Trust::new(&[root_a, root_b], &[issuing_a, issuing_b], &[], day());
    let verdict = verify_ofd(&pack(&both).unwrap(), &trust.unwrap()).unwrap();
    assert!(verdict.is_valid(), "{verdict:#?}");
    let names: Vec<_> = verdict
        .signatures
        .iter()
        .map(|s| s.signer.as_str())
        .collect();
    assert_eq!(names, ["甲公章", "乙公章"]);
    // Who trusts only one of them learns whose seal is foreign.
    let half = crate::make::verdict(&both);
    let failed = half.first_failure().unwrap();
    assert_eq!(
        (failed.reason, failed.signature),
        (Some(Reason::CertificateForeign), Some(1))
    );
}

#[test]
fn a_straddle_seal_stands_on_several_pages() {
    let strip = |page, x| Place {
        clip: Some([x, 0.0, 21.0, 42.0]),
        ..Place::new(PageRef::Index(page), 189.0, 100.0, 42.0, 42.0)
    };
    let places = [strip(0, 0.0), strip(1, 21.0)];
    let sealed = seal_ofd(document("1"), &WORLD.job(&places)).unwrap();
    assert!(verdict(&sealed).is_valid());
    let xml = String::from_utf8(
        sealed
            .iter()
            .find(|(n, _)| n.ends_with("Signature.xml"))
            .unwrap()
            .1
            .clone(),
    );
    let xml = xml.unwrap();
    assert!(xml.contains("ID=\"3\" PageRef=\"5\" Boundary=\"189 100 42 42\" Clip=\"21 0 21 42\""));
}

#[test]
fn what_would_not_verify_is_not_sealed() {
    let (good, empty) = (places(), []);
    let job = || WORLD.job(&good);
    let fails = |job: SealJob<'_>| seal_ofd(document("1"), &job).unwrap_err();
    let other = World::new("丙");
    let stranger = SealJob {
        signer: &other.signer,
        ..job()
    };
    assert!(matches!(fails(stranger), SealError::SignerNotInSeal));
    let late = SealJob {
        time: at("2032-01-01T00:00:00Z"),
        ..job()
    };
    assert!(matches!(fails(late), SealError::NotValid { .. }));
    assert!(matches!(
        fails(SealJob {
            seal: b"x",
            ..job()
        }),
        SealError::Seal(_)
    ));
    assert!(matches!(
        fails(SealJob {
            places: &empty,
            ..job()
        }),
        SealError::NoPlace
    ));
    let nowhere = [Place::new(PageRef::Index(2), 1.0, 1.0, 1.0, 1.0)];
    assert!(matches!(
        fails(SealJob {
            places: &nowhere,
            ..job()
        }),
        SealError::NoSuchPage(_)
    ));
    let odd = [Place::new(PageRef::Id("4".into()), f64::NAN, 1.0, 1.0, 1.0)];
    assert!(matches!(
        fails(SealJob {
            places: &odd,
            ..job()
        }),
        SealError::NoPlace
    ));
    let mut doubled = document("1");
    doubled.push(("doc_0/document.xml".into(), vec![]));
    assert!(matches!(
        seal_ofd(doubled, &job()),
        Err(SealError::Document(_))
    ));
    let mut outside = document("1");
    outside.push(("../x".into(), vec![]));
    assert!(matches!(
        seal_ofd(outside, &job()),
        Err(SealError::Document(_))
    ));
    assert!(matches!(
        seal_ofd(vec![], &job()),
        Err(SealError::Document(_))
    ));
}

#[test]
fn without_trust_and_lists_the_verdict_says_what_was_not_checked() {
    let sealed = pack(&WORLD.sealed(document("1"))).unwrap();
    let verdict = verify_ofd(&sealed, &sealing::Trust::nobody(day())).unwrap();
    let unchecked = |check| {
        let findings = verdict.findings.iter().filter(move |f| f.check == check);
        findings.map(|f| (f.outcome, f.reason)).collect::<Vec<_>>()
    };
    let skipped = |reason| vec![(Outcome::NotChecked, Some(reason)); 2];
    assert_eq!(unchecked(Check::Chain), skipped(Reason::TrustUnknown));
    assert_eq!(
        unchecked(Check::Revocation),
        skipped(Reason::RevocationUnknown)
    );
    let trust = WORLD.trust_with(&[]);
    let verdict = verify_ofd(&sealed, &trust).unwrap();
    assert!(verdict.is_valid());
    let findings = verdict
        .findings
        .iter()
        .filter(|f| f.check == Check::Revocation);
    assert!(
        findings
            .map(|f| f.reason)
            .all(|r| r == Some(Reason::RevocationUnknown))
    );
}

#[test]
fn files_are_told_apart() {
    let trust = WORLD.trust();
    let mut unsigned = pack(&document("1")).unwrap();
    let verdict = verify(&unsigned, &trust).unwrap();
    assert_eq!(crate::make::failures(&verdict), [Reason::Unsigned]);
    assert!(verify(b"", &trust).is_err());
    assert!(verify(b"some text", &trust).is_err());
    unsigned.splice(0..0, *b"MZ before");
    let verdict = verify(&unsigned, &trust).unwrap();
    assert!(crate::make::failures(&verdict).contains(&Reason::ContainerAnomaly));
}

/// A straddle seal over any number of pages, beside an ordinary one, under one signature.
#[test]
fn straddle_seals_are_laid_out() {
    use sealing::{Edge, Straddle, straddle};
    let pages = 7;
    let mut parts = document("1");
    let page = crate::make::get(&mut parts, PAGE).clone();
    let mut list = String::new();
    for index in 2..pages {
        let id = index + 100;
        list += &format!("<ofd:Page ID=\"{id}\" BaseLoc=\"Pages/Page_{index}/Content.xml\"/>");
        parts.push((
            format!("Doc_0/Pages/Page_{index}/Content.xml"),
            page.clone(),
        ));
    }
    let root = crate::make::get(&mut parts, "Doc_0/Document.xml");
    crate::make::replace(root, "</ofd:Pages>", &format!("{list}</ofd:Pages>"));
    let area = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 140</ofd:PhysicalBox></ofd:PageArea>";
    crate::make::replace(root, "<ofd:MaxUnitID>", &format!("{area}<ofd:MaxUnitID>"));
    // The last page lies the other way.
    let name = format!("Doc_0/Pages/Page_{}/Content.xml", pages - 1);
    let last = crate::make::get(&mut parts, &name);
    let own = "<ofd:Area><ofd:PhysicalBox>0 0 140 210</ofd:PhysicalBox></ofd:Area><ofd:Content>";
    crate::make::replace(last, "<ofd:Content>", own);
    for edge in [Edge::Right, Edge::Left, Edge::Top, Edge::Bottom] {
        let wanted = Straddle {
            edge,
            ..Straddle::new(42.0, 42.0)
        };
        let mut all = straddle(&parts, &wanted).unwrap();
        all.extend(places());
        let sealed = seal_ofd(parts.clone(), &WORLD.job(&all)).unwrap();
        let found = verdict(&sealed);
        assert!(
            found.findings.iter().all(|f| f.outcome == Outcome::Pass),
            "{found:#?}"
        );
        let shown = sealing::stamps(&pack(&sealed).unwrap()).unwrap();
        assert_eq!(shown.len(), pages + 1);
        let along = matches!(edge, Edge::Left | Edge::Right);
        let sum: f64 = shown[..pages]
            .iter()
            .map(|s| s.clip_mm.unwrap()[if along { 2 } else { 3 }])
            .sum();
        assert!((sum - 42.0).abs() < 1e-9, "{sum}");
        if edge == Edge::Right {
            // The last slice ends where its own page ends.
            let [x, ..] = shown[pages - 1].boundary_mm;
            assert_eq!(x + 42.0, 140.0);
        }
    }
    let one = [(0, 0)];
    for pages in one {
        let wanted = Straddle {
            pages: Some(pages),
            ..Straddle::new(42.0, 42.0)
        };
        assert!(matches!(
            straddle(&parts, &wanted),
            Err(SealError::Straddle(_))
        ));
    }
}

/// A clip that shows something beside the impression is no clip of it.
#[test]
fn a_clip_outside_the_impression_is_refused() {
    for clip in [
        [-1.0, 0.0, 8.0, 42.0],
        [40.0, 0.0, 8.0, 42.0],
        [0.0, 0.0, 0.0, 42.0],
        [0.0, f64::NAN, 1.0, 1.0],
    ] {
        let place = Place {
            clip: Some(clip),
            ..Place::new(PageRef::Index(0), 1.0, 1.0, 42.0, 42.0)
        };
        let refused = seal_ofd(document("1"), &WORLD.job(&[place]));
        assert!(matches!(refused, Err(SealError::NoPlace)), "{clip:?}");
    }
}

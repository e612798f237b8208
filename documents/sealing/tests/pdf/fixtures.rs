//! Samples made by pyHanko (`data/make.py`): every kind of signature, certifications, and what
//! people do to a document afterwards.

use sealing::pdf::{inspect, verify_pdf};
use sealing::{Check, Outcome, Reason, Trust, Verdict};

use crate::make::*;
use crate::outside::Outside;

fn sample(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pdf/data/");
    std::fs::read(format!("{folder}{name}.pdf")).unwrap()
}

fn trust(now: &str) -> Trust {
    let root = include_bytes!("data/samples-root.der").to_vec();
    Trust::new(&[root], &[], &[], time(now)).unwrap()
}

fn judged(name: &str) -> Verdict {
    verify_pdf(&sample(name), &trust("2026-12-01T00:00:00Z")).unwrap()
}

#[test]
fn signatures_of_every_kind_are_read() {
    for (name, format, algorithm) in [
        ("rsa-sha384", "PAdES", "RSA-SHA384"),
        ("rsa-sha512", "PDF PKCS#7", "RSA-SHA512"),
        ("pss-sha256", "PAdES", "RSA-PSS-SHA256"),
        ("pss-sha384", "PAdES", "RSA-PSS-SHA384"),
        ("pss-sha512", "PAdES", "RSA-PSS-SHA512"),
        ("p384-sha384", "PAdES", "ECDSA-P384-SHA384"),
        ("p384-sha256", "PAdES", "ECDSA-P384-SHA256"),
        ("p256-sha384", "PAdES", "ECDSA-P256-SHA384"),
        ("p256-sha512", "PAdES", "ECDSA-P256-SHA512"),
    ] {
        let verdict = judged(name);
        assert_eq!(failures(&verdict), [], "{name}: {:#?}", verdict.findings);
        let info = &verdict.signatures[0];
        assert_eq!((&info.format[..], &info.algorithm[..]), (format, algorithm));
        // The last digit of the value.
        let mut pdf = sample(name);
        let digits = contents(&pdf);
        let last = pdf[digits.clone()]
            .iter()
            .rposition(|b| *b != b'0')
            .unwrap()
            + digits.start;
        pdf[last] = if pdf[last] == b'1' { b'2' } else { b'1' };
        let verdict = verify_pdf(&pdf, &trust("2026-12-01T00:00:00Z")).unwrap();
        assert!(!verdict.is_valid(), "{name}");
    }
    let verdict = judged("two-signers");
    assert_eq!(failures(&verdict), []);
    let names: Vec<&str> = verdict.signatures.iter().map(|s| &s.signer[..]).collect();
    assert_eq!(names, ["p256 signer", "rsa signer"]);
}

/// What cannot be checked is refused by name, and not taken for broken.
#[test]
fn signatures_that_cannot_be_checked_are_named() {
    for (name, told) in [
        ("p521-sha512", "1.2.840.10045.4.3.4 (P-521)"),
        ("pss-salt20", "1.2.840.113549.1.1.10 (RSA)"),
    ] {
        let verdict = judged(name);
        assert_eq!(failures(&verdict), [Reason::AlgorithmUnknown], "{name}");
        let evidence = &verdict.first_failure().unwrap().evidence;
        assert!(evidence.contains(told), "{name}: {evidence}");
    }
}

/// `adbe.pkcs7.sha1` and `adbe.x509.rsa_sha1`: the first is checked and called weak, the second is
/// not supported, by name.
#[test]
fn sha1_is_called_weak() {
    let house = House::new(gm::KeyKind::P256, 1);
    let outside = Outside::new("rsa:2048");
    let rename = |to: &str| {
        let mut pdf = signed(&house);
        let at = find_last(&pdf, "/ETSI.CAdES.detached");
        // Spaces may stand behind a name; the byte range is set anew with it.
        let text = format!("{to:<20}");
        pdf[at..at + 20].copy_from_slice(text.as_bytes());
        pdf
    };
    let mut pdf = rename("/adbe.pkcs7.sha1");
    let gap = contents(&pdf);
    let covered = [&pdf[..gap.start - 1], &pdf[gap.end + 1..]].concat();
    outside.write("digest", &gm::DigestAlgorithm::Sha1.of(&covered));
    outside.run(
        "cms -sign -binary -nodetach -md sha256 -signer signer.pem -inkey signer.key -in digest \
         -outform DER -out value",
    );
    let value = outside.read("value");
    let hex: String = value.iter().map(|byte| format!("{byte:02X}")).collect();
    assert!(hex.len() <= gap.len());
    pdf[gap.clone()].fill(b'0');
    pdf[gap.start..gap.start + hex.len()].copy_from_slice(hex.as_bytes());
    let root = outside.certificate("root").der().to_vec();
    let trust = Trust::new(&[root], &[], &[], outside.now()).unwrap();
    let verdict = verify_pdf(&pdf, &trust).unwrap();
    let of = |check| verdict.findings.iter().find(|f| f.check == check).unwrap();
    assert_eq!(of(Check::Integrity).outcome, Outcome::Pass, "{verdict:#?}");
    assert_eq!(of(Check::Stamp).reason, Some(Reason::AlgorithmWeak));
    assert_eq!(verdict.signatures[0].format, "PDF PKCS#7 SHA-1");
    // Changed content is told as such.
    let at = find_last(&pdf, "/Rect [") + 7;
    pdf[at] = if pdf[at] == b'9' { b'8' } else { b'9' };
    let verdict = verify_pdf(&pdf, &trust).unwrap();
    assert_eq!(failures(&verdict)[0], Reason::PartChanged);

    let verdict = check(&rename("/adbe.x509.rsa_sha1"), &house);
    assert_eq!(failures(&verdict), [Reason::AlgorithmUnknown]);
    let evidence = &verdict.first_failure().unwrap().evidence;
    assert!(evidence.contains("adbe.x509.rsa_sha1"), "{evidence}");
}

/// What a certification, a lock or an ordinary signature lets follow it, case by case.
#[test]
fn what_follows_a_signature_is_judged_by_what_it_permits() {
    use Reason::*;
    for (name, wanted) in [
        ("certified1", Ok(None)),
        ("certified2", Ok(None)),
        ("certified3", Ok(None)),
        ("certified1-filled", Err(PermissionExceeded)),
        ("certified2-filled", Ok(Some(PermittedChange))),
        ("certified2-checked", Ok(Some(PermittedChange))),
        ("certified3-filled", Ok(Some(PermittedChange))),
        ("certified2-filled-signed", Ok(Some(PermittedChange))),
        ("certified1-annotated", Err(PermissionExceeded)),
        ("certified2-annotated", Err(PermissionExceeded)),
        ("certified3-annotated", Ok(Some(PermittedChange))),
        ("certified3-linked", Err(AnnotationChanged)),
        ("approved-filled", Err(FormChanged)),
        ("approved-annotated", Err(AnnotationChanged)),
        ("approved-information", Ok(Some(InformationUpdated))),
        ("locked-filled", Err(PermissionExceeded)),
        ("locked-other-filled", Ok(Some(PermittedChange))),
    ] {
        let verdict = judged(name);
        let coverage = verdict
            .findings
            .iter()
            .find(|f| f.check == Check::Coverage && f.signature == Some(0))
            .unwrap();
        match wanted {
            Ok(reason) => {
                assert_eq!(failures(&verdict), [], "{name}: {:#?}", verdict.findings);
                assert_eq!(coverage.reason, reason, "{name}");
            }
            Err(reason) => {
                assert_eq!(
                    failures(&verdict),
                    [reason],
                    "{name}: {:#?}",
                    verdict.findings
                );
                assert_eq!(coverage.outcome, Outcome::Fail, "{name}");
            }
        }
    }
}

/// Time stamp and security store of other software: good for as long as the root is trusted.
#[test]
fn evidence_of_other_software_is_used() {
    let late = trust("2034-01-01T00:00:00Z");
    let outcome = |name: &str| {
        let verdict = verify_pdf(&sample(name), &late).unwrap();
        assert_eq!(failures(&verdict), [], "{name}: {:#?}", verdict.findings);
        let stamped = verdict.signatures[0].stamped_at.as_deref();
        assert_eq!(stamped, Some("2026-06-01T08:30:00Z"));
        let found = verdict
            .findings
            .iter()
            .find(|f| f.check == Check::Revocation);
        found.map(|f| f.outcome).unwrap()
    };
    assert_eq!(outcome("stamped"), Outcome::NotChecked);
    assert_eq!(outcome("lasting"), Outcome::Pass);
    assert_eq!(outcome("archived"), Outcome::Pass);
}

/// What is in a file, without any judgement.
#[test]
fn inspection_tells_signatures_store_and_history() {
    let seen = inspect(&sample("certified2-filled-signed")).unwrap();
    assert_eq!((seen.pages, &seen.version[..]), (1, "1.7"));
    assert!(seen.faults.is_empty(), "{:?}", seen.faults);
    let fields: Vec<&str> = seen.signatures.iter().map(|s| &s.field[..]).collect();
    assert_eq!(fields, ["A", "B"]);
    let (first, second) = (&seen.signatures[0], &seen.signatures[1]);
    assert_eq!((first.certifies, second.certifies), (Some(2), None));
    assert!(!first.covers_whole_file && second.covers_whole_file);
    assert_eq!(second.signer.as_ref().unwrap().key, "RSA");
    assert_eq!(first.sub_filter, "ETSI.CAdES.detached");
    assert_eq!(seen.revisions.len(), 4, "{:#?}", seen.revisions);
    let signed: Vec<&[String]> = seen.revisions.iter().map(|r| &r.signed_by[..]).collect();
    assert_eq!(signed, [&[][..], &["A".to_owned()], &[], &["B".to_owned()]]);
    let changed = |revision: usize, act: &str, what: &str| {
        let mut changes = seen.revisions[revision].changes.iter();
        changes.any(|change| change.act == act && change.what == what)
    };
    assert!(changed(1, "added", "signature") && changed(1, "changed", "catalog"));
    assert!(changed(2, "changed", "form field") && changed(2, "added", "drawing"));

    let seen = inspect(&sample("lasting")).unwrap();
    let store = seen.store.as_ref().unwrap();
    assert_eq!((store.crls.len(), store.unread), (1, 0));
    assert!(seen.signatures[0].in_store);
    let stamp = seen.signatures[0].time_stamp.as_ref().unwrap();
    assert_eq!(stamp.authority, "sample clock");
    serde_json::to_string(&seen).unwrap();

    assert!(inspect(b"no PDF").is_err());
    let plain = inspect(&document(3)).unwrap();
    assert_eq!((plain.pages, plain.signatures.len()), (3, 0));
}

/// SM2 signatures by either family of identifiers: those of GM/T 0010 and GM/T 0006, and those that
/// CMS software uses.
#[test]
fn sm2_is_read_by_either_family_of_identifiers() {
    use gm::asn1::{Element, oid, sequence, small, tag, tlv};
    use gm::{ObjectIdentifier, Signer};
    let name = |text: &str| oid(ObjectIdentifier::new_unwrap(text));
    let house = House::new(gm::KeyKind::Sm2, 1);
    let signer = house.signer("审批局公章", 1);
    let certificate = signer.certificate().to_vec();
    let (serial, issuer) = {
        let mut whole = Element::parse(&certificate).unwrap().inside();
        let mut fields = whole.element().unwrap().inside();
        fields.optional(tag::context(0)).unwrap();
        let serial = fields.element().unwrap().raw.to_vec();
        fields.element().unwrap();
        (serial, fields.element().unwrap().raw.to_vec())
    };
    const GM_DATA: &str = "1.2.156.10197.6.1.4.2.1";
    const GM_SIGNED: &str = "1.2.156.10197.6.1.4.2.2";
    const DATA: &str = "1.2.840.113549.1.7.1";
    const SIGNED: &str = "1.2.840.113549.1.7.2";
    for (signed, data, algorithm, attributed) in [
        (GM_SIGNED, GM_DATA, "1.2.156.10197.1.301.1", true),
        (GM_SIGNED, GM_DATA, "1.2.156.10197.1.501", true),
        (GM_SIGNED, GM_DATA, "1.2.156.10197.1.301.1", false),
        (SIGNED, DATA, "1.2.156.10197.1.501", true),
        (SIGNED, DATA, "1.2.156.10197.1.501", false),
    ] {
        let mut pdf = crate::make::signed(&house);
        let subfilter = find_last(&pdf, "/ETSI.CAdES.detached");
        pdf[subfilter..subfilter + 20].copy_from_slice(b"/adbe.pkcs7.detached");
        let gap = contents(&pdf);
        let covered = [&pdf[..gap.start - 1], &pdf[gap.end + 1..]].concat();
        let attribute = |id: &str, value: &[u8]| sequence(&[&name(id), &tlv(tag::SET, value)]);
        let digest = tlv(tag::OCTET_STRING, &gm::sm3(&covered));
        let attributes = [
            attribute("1.2.840.113549.1.9.3", &name(data)),
            attribute("1.2.840.113549.1.9.4", &digest),
        ]
        .concat();
        let (value, attributes) = match attributed {
            true => (
                signer.sign(&tlv(tag::SET, &attributes)).unwrap(),
                tlv(tag::context(0), &attributes),
            ),
            false => (signer.sign(&covered).unwrap(), Vec::new()),
        };
        let sm3 = sequence(&[&name("1.2.156.10197.1.401")]);
        let info = sequence(&[
            &small(1),
            &sequence(&[&issuer, &serial]),
            &sm3,
            &attributes,
            &sequence(&[&name(algorithm)]),
            &tlv(tag::OCTET_STRING, &value),
        ]);
        let certificates = [&certificate[..], &signer.chain()[0]].concat();
        let inside = sequence(&[
            &small(1),
            &tlv(tag::SET, &sm3),
            &sequence(&[&name(data)]),
            &tlv(tag::context(0), &certificates),
            &tlv(tag::SET, &info),
        ]);
        let value = sequence(&[&name(signed), &tlv(tag::context(0), &inside)]);
        let hex: String = value.iter().map(|byte| format!("{byte:02X}")).collect();
        pdf[gap.clone()].fill(b'0');
        pdf[gap.start..gap.start + hex.len()].copy_from_slice(hex.as_bytes());
        let verdict = check(&pdf, &house);
        assert_eq!(
            failures(&verdict),
            [],
            "{algorithm}: {:#?}",
            verdict.findings
        );
        assert_eq!(verdict.signatures[0].algorithm, "SM2-SM3");
        let at = find_last(&pdf, "/Rect [") + 7;
        pdf[at] = if pdf[at] == b'9' { b'8' } else { b'9' };
        assert_eq!(failures(&check(&pdf, &house))[0], Reason::PartChanged);
    }
}

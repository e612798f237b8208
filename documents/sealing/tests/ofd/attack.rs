//! The systematic list of what can be done to a sealed OFD file. Each is refused, or where it is a
//! list of revocations not used, with its own reason; the table is printed.

use gm::asn1::{self, tag};
use gm::{
    CertificateSpec, Crl, KeyKind, ObjectIdentifier, Profile, RevocationReason, Revoked, Signer,
    SoftKey, Subject,
};
use sealing::{Outcome, Part, Reason, SealJob, Trust, Verdict, pack, seal_ofd, verify_ofd};

use crate::container::{Raw, entries, raw, zip};
use crate::der::{Der, Form, seal_by};
use crate::make::{
    FROM, LIST, PAGE, PNG, SIGN, TO, WORLD, World, at, day, document, get, issue, issue_between,
    places, replace, seeded,
};

/// One attack: what it is aimed at, how, and the reasons that must be among those told; the first
/// of them decides.
struct Row {
    aim: &'static str,
    how: String,
    verdict: Verdict,
    outcome: Outcome,
    reason: Reason,
    /// Words of the evidence.
    words: &'static str,
}

#[derive(Default)]
struct Table(Vec<Row>);

impl Table {
    fn bytes(&mut self, aim: &'static str, how: impl Into<String>, bytes: &[u8], reason: Reason) {
        let verdict = verify_ofd(bytes, &WORLD.trust()).unwrap();
        self.verdict(aim, how, verdict, Outcome::Fail, reason, "");
    }

    fn parts(&mut self, aim: &'static str, how: impl Into<String>, parts: &[Part], reason: Reason) {
        self.bytes(aim, how, &pack(parts).unwrap(), reason);
    }

    fn trusted(
        &mut self,
        (aim, how): (&'static str, &str),
        parts: &[Part],
        trust: &Trust,
        reason: Reason,
        words: &'static str,
    ) {
        let verdict = verify_ofd(&pack(parts).unwrap(), trust).unwrap();
        self.verdict(aim, how, verdict, Outcome::Fail, reason, words);
    }

    fn verdict(
        &mut self,
        aim: &'static str,
        how: impl Into<String>,
        verdict: Verdict,
        outcome: Outcome,
        reason: Reason,
        words: &'static str,
    ) {
        let how = how.into();
        self.0.push(Row {
            aim,
            how,
            verdict,
            outcome,
            reason,
            words,
        });
    }

    fn holds(self) {
        let mut wrong = Vec::new();
        for row in self.0 {
            let found = match row.outcome {
                Outcome::Fail => row.verdict.first_failure(),
                other => row.verdict.findings.iter().find(|f| f.outcome == other),
            };
            let told = found.and_then(|f| f.reason).map_or("—", Reason::code);
            let evidence = found.map_or("", |f| f.evidence.as_str());
            println!("{:<12} {:<58} {told:<22} {evidence}", row.aim, row.how);
            let refused = row.outcome != Outcome::Fail || !row.verdict.is_valid();
            if told != row.reason.code() || !evidence.contains(row.words) || !refused {
                wrong.push(format!(
                    "{}: {}: wanted {} “{}”, told {told} “{evidence}”",
                    row.aim,
                    row.how,
                    row.reason.code(),
                    row.words
                ));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// Which reason a changed byte of this part has.
fn changed(name: &str) -> Reason {
    match name.rsplit('/').next().unwrap() {
        "SignedValue.dat" => Reason::StampBroken,
        "Signature.xml" => Reason::StampMoved,
        "Content.xml" => Reason::FaceReplaced,
        _ => Reason::PartChanged,
    }
}

#[test]
fn every_part_of_the_file() {
    let mut table = Table::default();
    let sealed = WORLD.sealed(document("1"));
    for (index, (name, data)) in sealed.iter().enumerate() {
        let mut parts = sealed.clone();
        parts[index].1.push(b' ');
        table.parts(
            "part",
            format!("{name} longer by a blank"),
            &parts,
            changed(name),
        );
        let mut parts = sealed.clone();
        parts.remove(index);
        let reason = match name.rsplit('/').next().unwrap() {
            "OFD.xml" => continue,
            "Signature.xml" | "SignedValue.dat" | "Seal.esl" | "Signatures.xml" => {
                Reason::SealRemoved
            }
            _ => Reason::PartMissing,
        };
        table.parts("part", format!("{name} removed"), &parts, reason);
        // Under another name: one part missing, another uncovered.
        let mut parts = sealed.clone();
        parts[index].0 = format!("{name}.x");
        let reason = match reason {
            // Nobody covers a value; under another name it is a part like any other.
            Reason::SealRemoved if name.ends_with(".dat") => Reason::PartUncovered,
            other => other,
        };
        table.parts("part", format!("{name} renamed"), &parts, reason);
        if !name.ends_with(".xml") {
            let mut parts = sealed.clone();
            parts[index].1 = data.iter().rev().copied().collect();
            table.parts("part", format!("{name} reversed"), &parts, changed(name));
        }
    }
    let mut parts = sealed.clone();
    parts.push(("Doc_0/Annots/Annotations.xml".into(), b"<x/>".to_vec()));
    table.parts("part", "a part added", &parts, Reason::PartUncovered);
    let mut parts = sealed.clone();
    replace(get(&mut parts, PAGE), "第一页", "第二页");
    table.parts("part", "another face", &parts, Reason::FaceReplaced);
    let mut parts = sealed.clone();
    replace(
        get(&mut parts, &format!("{SIGN}Signature.xml")),
        "150 220.5",
        "15 20.5",
    );
    table.parts("part", "the impression moved", &parts, Reason::StampMoved);
    let mut parts = sealed.clone();
    let named = "<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>";
    replace(get(&mut parts, "OFD.xml"), named, "");
    table.parts(
        "part",
        "the list not named any more",
        &parts,
        Reason::SealRemoved,
    );
    parts.retain(|(name, _)| !name.contains("/Signs/"));
    table.parts(
        "part",
        "every trace of the seal removed",
        &parts,
        Reason::Unsigned,
    );
    let mut other = WORLD.sealed(document("2"));
    for (file, reason) in [
        ("SignedValue.dat", Reason::StampMoved),
        ("Signature.xml", Reason::PartChanged),
    ] {
        let mut parts = sealed.clone();
        let name = format!("{SIGN}{file}");
        *get(&mut parts, &name) = get(&mut other, &name).clone();
        let how = format!("{file} of another document");
        table.parts("part", how, &parts, reason);
    }
    table.holds();
}

/// What a maker signs, changed by somebody who is not the maker, in a stamp that is good.
#[test]
fn every_field_of_the_seal() {
    type Edit = fn(&mut Der);
    let fields: &[(&str, Edit)] = &[
        ("header.version", |s| s.set(&[0, 0, 1], tag::INTEGER, &[5])),
        ("header.Vid", |s| {
            s.set(&[0, 0, 2], tag::IA5_STRING, b"other")
        }),
        ("esID", |s| s.set(&[0, 1], tag::IA5_STRING, b"SEAL-0002")),
        ("type", |s| s.set(&[0, 2, 0], tag::INTEGER, &[2])),
        ("name", |s| {
            s.set(&[0, 2, 1], tag::UTF8_STRING, "某局公章".as_bytes())
        }),
        ("certListType", |s| s.set(&[0, 2, 2], tag::INTEGER, &[2])),
        ("certList: one more", |s| {
            let more = asn1::tlv(tag::OCTET_STRING, WORLD.maker.certificate());
            s.at(&[0, 2, 3]).all().push(Der::Raw(more));
        }),
        ("createDate", |s| {
            s.set(&[0, 2, 4], tag::GENERALIZED_TIME, b"20260102000000Z")
        }),
        ("validStart", |s| {
            s.set(&[0, 2, 5], tag::GENERALIZED_TIME, b"20200101000000Z")
        }),
        ("validEnd", |s| {
            s.set(&[0, 2, 6], tag::GENERALIZED_TIME, b"20500101000000Z")
        }),
        ("picture.type", |s| {
            s.set(&[0, 3, 0], tag::IA5_STRING, b"png")
        }),
        ("picture.data", |s| {
            let mut other = PNG.to_vec();
            other.push(0);
            s.set(&[0, 3, 1], tag::OCTET_STRING, &other);
        }),
        ("picture.width", |s| s.set(&[0, 3, 2], tag::INTEGER, &[43])),
        ("picture.height", |s| s.set(&[0, 3, 3], tag::INTEGER, &[43])),
        ("extDatas added", |s| {
            let empty = asn1::tlv(tag::context(0), &asn1::sequence(&[]));
            s.at(&[0]).all().push(Der::Raw(empty));
        }),
        ("cert: another maker", |s| {
            let other = World::new("外").maker.certificate().to_vec();
            s.set(&[1], tag::OCTET_STRING, &other);
        }),
        ("cert: no certificate", |s| {
            s.set(&[1], tag::OCTET_STRING, b"x")
        }),
        ("signedValue", |s| {
            let value = s.value(&[3]);
            let last = value.len() - 1;
            value[last] ^= 1;
        }),
        ("signedValue of something else", |s| {
            let other = WORLD.maker.sign(b"else").unwrap();
            *s.at(&[3]) = Der::Raw(asn1::bits(&other));
        }),
    ];
    let mut table = Table::default();
    for (field, edit) in fields {
        let mut seal = Der::read(&WORLD.seal);
        edit(&mut seal);
        let bytes = seal.bytes();
        assert_ne!(bytes, WORLD.seal, "{field}");
        let form = Form {
            seal: bytes,
            ..Form::default()
        };
        table.parts("seal", *field, &form.parts(), Reason::SealBroken);
    }
    let algorithm = |id: &str| {
        let mut seal = Der::read(&WORLD.seal);
        *seal.at(&[2]) = Der::Raw(asn1::oid(ObjectIdentifier::new_unwrap(id)));
        Form {
            seal: seal.bytes(),
            ..Form::default()
        }
        .parts()
    };
    let unknown = algorithm("1.2.156.10197.1.502");
    table.parts(
        "seal",
        "signAlgID: unknown",
        &unknown,
        Reason::AlgorithmUnknown,
    );
    let other = algorithm("1.2.840.10045.4.3.2");
    table.parts("seal", "signAlgID: ECDSA", &other, Reason::SealBroken);
    // Listed, but without the signer; by its real maker.
    let stranger = issue("丙", Profile::Signer, Some(&WORLD.issuing));
    let foreign = crate::make::seal(&WORLD.maker, &stranger, "甲公章");
    let form = Form {
        seal: foreign.clone(),
        ..Form::default()
    };
    table.parts(
        "seal",
        "a seal that does not list the signer",
        &form.parts(),
        Reason::SignerNotInSeal,
    );
    let form = Form {
        beside: Some(foreign),
        ..Form::default()
    };
    table.parts(
        "seal",
        "another seal beside the stamp",
        &form.parts(),
        Reason::SealMismatch,
    );
    let digest = |info: &mut Der| {
        info.set(&[2, 2], tag::INTEGER, &[2]);
        let name = asn1::tlv(tag::PRINTABLE_STRING, b"SM3");
        let other = asn1::tlv(tag::OCTET_STRING, &[7; 32]);
        *info.at(&[2, 3]) = Der::Raw(asn1::sequence(&[&asn1::sequence(&[&name, &other])]));
    };
    let form = Form {
        seal: seal_by(&WORLD.maker, &digest, &|_| {}),
        ..Form::default()
    };
    table.parts(
        "seal",
        "a list with another digest",
        &form.parts(),
        Reason::SignerNotInSeal,
    );
    let early = |info: &mut Der| info.set(&[2, 6], tag::GENERALIZED_TIME, b"20260701000000Z");
    let form = Form {
        seal: seal_by(&WORLD.maker, &early, &|_| {}),
        ..Form::default()
    };
    table.parts(
        "seal",
        "ended before it was used",
        &form.parts(),
        Reason::SealExpired,
    );
    let late = |info: &mut Der| info.set(&[2, 5], tag::GENERALIZED_TIME, b"20261201000000Z");
    let form = Form {
        seal: seal_by(&WORLD.maker, &late, &|_| {}),
        ..Form::default()
    };
    table.parts(
        "seal",
        "used before it began",
        &form.parts(),
        Reason::SealExpired,
    );
    // Of another agency, by a maker who may.
    let mut verdict = crate::make::verdict(&WORLD.sealed(document("1")));
    assert_eq!(verdict.signatures[0].seal_owner.as_deref(), Some("示范市"));
    verdict.require_owner("示范市");
    assert!(verdict.is_valid());
    verdict.require_owner("示范市税务局");
    let words = "belongs to “示范市”";
    let (fail, reason) = (Outcome::Fail, Reason::OwnerMismatch);
    table.verdict(
        "seal",
        "the seal of another agency",
        verdict,
        fail,
        reason,
        words,
    );
    table.holds();
}

/// What the signer signs, changed by somebody else; and what stands beside it.
#[test]
fn every_field_of_the_stamp() {
    type Edit = fn(&mut Der);
    let broken = Reason::StampBroken;
    let fields: &[(&str, Edit, Reason)] = &[
        ("version", |s| s.set(&[0, 0], tag::INTEGER, &[5]), broken),
        (
            "eseal: another seal",
            |s| {
                let other = crate::make::seal(&WORLD.maker, &WORLD.signer, "某局公章");
                *s.at(&[0, 1]) = Der::Raw(other);
            },
            broken,
        ),
        (
            "timeInfo",
            |s| s.set(&[0, 2], tag::GENERALIZED_TIME, b"20260701020809Z"),
            broken,
        ),
        (
            "dataHash",
            |s| *s.at(&[0, 3]) = Der::Raw(asn1::bits(&[7; 32])),
            broken,
        ),
        (
            "propertyInfo",
            |s| {
                s.set(
                    &[0, 4],
                    tag::IA5_STRING,
                    b"/Doc_0/Signs/Sign_1/Signature.xml",
                )
            },
            broken,
        ),
        (
            "extDatas added",
            |s| {
                let empty = asn1::tlv(tag::context(0), &asn1::sequence(&[]));
                s.at(&[0]).all().push(Der::Raw(empty));
            },
            broken,
        ),
        (
            "cert: another's",
            |s| s.set(&[1], tag::OCTET_STRING, WORLD.maker.certificate()),
            broken,
        ),
        (
            "cert: no certificate",
            |s| s.set(&[1], tag::OCTET_STRING, b"x"),
            broken,
        ),
        (
            "signatureAlgID: unknown",
            |s| *s.at(&[2]) = Der::Raw(asn1::oid(ObjectIdentifier::new_unwrap("1.2.3"))),
            Reason::AlgorithmUnknown,
        ),
        (
            "signatureAlgID: RSA",
            |s| {
                let id = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
                *s.at(&[2]) = Der::Raw(asn1::oid(id));
            },
            broken,
        ),
        (
            "signature",
            |s| {
                let value = s.value(&[3]);
                value[20] ^= 1;
            },
            broken,
        ),
        (
            "signature of something else",
            |s| *s.at(&[3]) = Der::Raw(asn1::bits(&WORLD.signer.sign(b"else").unwrap())),
            broken,
        ),
        ("signature: unused bits", |s| s.value(&[3])[0] = 1, broken),
        (
            "timeStamp: none really",
            |s| {
                let noise = asn1::tlv(tag::context(0), &asn1::bits(b"noise"));
                s.all().push(Der::Raw(noise));
            },
            Reason::TimeStampBroken,
        ),
        (
            "a field too many",
            |s| s.all().push(Der::Raw(asn1::tlv(0xa5, b""))),
            broken,
        ),
        (
            "bytes behind it",
            |s| *s = Der::Raw([s.bytes(), b"x".to_vec()].concat()),
            broken,
        ),
        (
            "cut off",
            |s| *s = Der::Raw(s.bytes()[..300].to_vec()),
            broken,
        ),
    ];
    let mut table = Table::default();
    for (field, edit, reason) in fields {
        let form = Form {
            outer: edit,
            ..Form::default()
        };
        table.parts("stamp", *field, &form.parts(), *reason);
    }
    // By the signer's own hand, but for another description.
    let form = Form {
        hash: Some(gm::sm3(b"another").to_vec()),
        ..Form::default()
    };
    table.parts(
        "stamp",
        "signed over another description",
        &form.parts(),
        Reason::StampMoved,
    );
    let form = Form {
        tbs: &|t| t.set(&[4], tag::IA5_STRING, b"/Doc_0/Signs/Sign_7/Signature.xml"),
        ..Form::default()
    };
    table.parts(
        "stamp",
        "signed for another place",
        &form.parts(),
        Reason::StampMoved,
    );
    // A time stamp that is good, over something else.
    let tsa = crate::openssl::Tsa::new().unwrap();
    let token = tsa.token(b"else");
    let form = Form {
        outer: &|s| {
            let token = asn1::tlv(tag::context(0), &asn1::bits(&token));
            s.all().push(Der::Raw(token));
        },
        ..Form::default()
    };
    table.parts(
        "stamp",
        "timeStamp of another value",
        &form.parts(),
        Reason::TimeStampBroken,
    );
    // Several seals.
    let places = places();
    let open = SealJob {
        closing: false,
        ..WORLD.job(&places)
    };
    let mut parts = seal_ofd(document("1"), &open).unwrap();
    parts = seal_ofd(parts, &WORLD.job(&places)).unwrap();
    let second = |name: &str| format!("Doc_0/Signs/Sign_1/{name}");
    let mut swapped = parts.clone();
    let value = get(&mut swapped, &format!("{SIGN}SignedValue.dat")).clone();
    *get(&mut swapped, &second("SignedValue.dat")) = value;
    table.parts(
        "stamp",
        "the first stamp in place of the second",
        &swapped,
        Reason::StampMoved,
    );
    // A seal added by force after the closing one.
    let mut closed = WORLD.sealed(document("1"));
    let list = String::from_utf8(get(&mut closed, LIST).clone()).unwrap();
    for (name, data) in &parts {
        if name.contains("Sign_1/") {
            closed.push((name.clone(), data.clone()));
        }
    }
    let entry =
        "<ofd:Signature ID=\"9\" Type=\"Seal\" BaseLoc=\"/Doc_0/Signs/Sign_1/Signature.xml\"/>";
    let more = list.replace("</ofd:Signatures>", &format!("{entry}</ofd:Signatures>"));
    *get(&mut closed, LIST) = more.into_bytes();
    table.parts(
        "stamp",
        "a seal added after the closing one",
        &closed,
        Reason::PartChanged,
    );
    let mut unlisted = closed.clone();
    *get(&mut unlisted, LIST) = list.into_bytes();
    table.parts(
        "stamp",
        "the same, not in the list",
        &unlisted,
        Reason::SealRemoved,
    );
    table.holds();
}

/// A certificate for a key by a name, of any kind.
fn certified(key: &SoftKey, name: &str, profile: Profile, above: &SoftKey, to: &str) -> SoftKey {
    let (subject, public) = (Subject::new("示范市", name), key.public_key());
    let spec = CertificateSpec {
        subject: &subject,
        key: &public,
        profile,
        not_before: at(FROM),
        not_after: at(to),
    };
    let certificate = spec.issue(above, &mut seeded(77)).unwrap();
    with_certificate(certificate.der())
}

/// The key of the seed that these tests use, with this certificate.
fn with_certificate(der: &[u8]) -> SoftKey {
    SoftKey::generate(KeyKind::Sm2, &mut seeded(4242)).with_certificate(der.to_vec(), vec![])
}

fn sealed_by(signer: &SoftKey, maker: &SoftKey) -> Vec<Part> {
    let form = Form {
        seal: crate::make::seal(maker, signer, "甲公章"),
        signer,
        ..Form::default()
    };
    form.parts()
}

#[test]
fn every_certificate_of_the_chain() {
    let mut table = Table::default();
    let crl = WORLD.crl(&[]);
    let trust = WORLD.trust();
    let (root, issuing) = (&WORLD.root, &WORLD.issuing);
    let key = SoftKey::generate(KeyKind::Sm2, &mut seeded(4242));
    let early = "2026-07-01T00:00:00Z";
    let roots = [root.certificate().to_vec()];

    // The signer.
    let expired = issue_between("甲公章", Profile::Signer, Some(issuing), FROM, early);
    table.trusted(
        ("signer", "expired when it signed"),
        &sealed_by(&expired, &WORLD.maker),
        &trust,
        Reason::CertificateExpired,
        "2026-07-01",
    );
    let young = "2026-09-01T00:00:00Z";
    let too_early = issue_between("甲公章", Profile::Signer, Some(issuing), young, TO);
    table.trusted(
        ("signer", "not valid yet"),
        &sealed_by(&too_early, &WORLD.maker),
        &trust,
        Reason::CertificateExpired,
        "2026-09-01",
    );
    let wrong_use = certified(&key, "甲公章", Profile::Issuing, root, TO);
    table.trusted(
        ("signer", "a certificate for issuing certificates"),
        &sealed_by(&wrong_use, &WORLD.maker),
        &trust,
        Reason::CertificateForeign,
        "may not sign documents",
    );
    let foreign = World::new("外");
    table.trusted(
        ("signer", "of a foreign authority"),
        &sealed_by(&foreign.signer, &WORLD.maker),
        &trust,
        Reason::CertificateForeign,
        "the issuer of “外公章” is not known",
    );
    // Signed by the signer itself.
    let own = SoftKey::generate(KeyKind::Sm2, &mut seeded(4242));
    let (subject, public) = (Subject::new("示范市", "甲公章"), own.public_key());
    let spec = CertificateSpec {
        subject: &subject,
        key: &public,
        profile: Profile::Signer,
        not_before: at(FROM),
        not_after: at(TO),
    };
    let itself = spec.self_sign(&own, &mut seeded(1)).unwrap();
    table.trusted(
        ("signer", "signed by itself"),
        &sealed_by(&with_certificate(itself.der()), &WORLD.maker),
        &trust,
        Reason::CertificateForeign,
        "is not known",
    );

    // The authority above it.
    let short = issue_between("甲签发", Profile::Issuing, Some(root), FROM, early);
    let under = certified(&key, "甲公章", Profile::Signer, &short, early);
    let trust_short = Trust::new(&roots, &[short.certificate().to_vec()], &[], day()).unwrap();
    table.trusted(
        ("authority", "expired when it was used"),
        &sealed_by(&under, &under),
        &trust_short,
        Reason::CertificateExpired,
        "",
    );
    let told = verify_ofd(&pack(&sealed_by(&under, &under)).unwrap(), &trust_short).unwrap();
    assert!(
        told.findings.iter().any(|f| {
            f.reason == Some(Reason::CertificateForeign)
                && f.evidence.contains("not valid at that time")
        }),
        "{told:#?}"
    );
    let no_ca = issue("甲签发", Profile::Signer, Some(root));
    let under = certified(&key, "甲公章", Profile::Signer, &no_ca, TO);
    let trust_no_ca = Trust::new(&roots, &[no_ca.certificate().to_vec()], &[], day()).unwrap();
    table.trusted(
        ("authority", "not an authority"),
        &sealed_by(&under, &under),
        &trust_no_ca,
        Reason::CertificateForeign,
        "not an authority",
    );
    // Another key under the same name.
    let false_name = foreign_issuing("甲签发", &foreign.root);
    let under = certified(&key, "甲公章", Profile::Signer, &false_name, TO);
    table.trusted(
        ("authority", "another key under its name"),
        &sealed_by(&under, &WORLD.maker),
        &trust,
        Reason::CertificateForeign,
        "",
    );
    let false_trust = Trust::new(&roots, &[false_name.certificate().to_vec()], &[], day()).unwrap();
    table.trusted(
        ("authority", "swapped for one of a foreign root"),
        &sealed_by(&under, &under),
        &false_trust,
        Reason::CertificateForeign,
        "is not known",
    );
    // One too many below an authority that may have none.
    let below = issue("再下级", Profile::Issuing, Some(issuing));
    let under = certified(&key, "甲公章", Profile::Signer, &below, TO);
    let helpers = [issuing.certificate().to_vec(), below.certificate().to_vec()];
    let long = Trust::new(&roots, &helpers, std::slice::from_ref(&crl), day()).unwrap();
    table.trusted(
        ("authority", "below one that may have none below it"),
        &sealed_by(&under, &under),
        &long,
        Reason::CertificateForeign,
        "too many authorities",
    );
    // The root.
    let other_root = [foreign.root.certificate().to_vec()];
    let helpers = [issuing.certificate().to_vec()];
    let other = Trust::new(&other_root, &helpers, &[], day()).unwrap();
    table.trusted(
        ("root", "not the one that is trusted"),
        &WORLD.sealed(document("1")),
        &other,
        Reason::CertificateForeign,
        "is not known",
    );

    // The maker.
    let old = issue_between(
        "旧制章人",
        Profile::Signer,
        Some(issuing),
        "2026-02-01T00:00:00Z",
        early,
    );
    table.trusted(
        ("maker", "not valid when the seal was made"),
        &sealed_by(&WORLD.signer, &old),
        &trust,
        Reason::MakerExpired,
        "",
    );
    table.trusted(
        ("maker", "of a foreign authority"),
        &sealed_by(&WORLD.signer, &foreign.maker),
        &trust,
        Reason::MakerForeign,
        "is not known",
    );
    table.trusted(
        ("maker", "a certificate for issuing certificates"),
        &sealed_by(&WORLD.signer, &wrong_use),
        &trust,
        Reason::MakerForeign,
        "may not sign documents",
    );
    table.holds();
}

fn foreign_issuing(name: &str, root: &SoftKey) -> SoftKey {
    let key = SoftKey::generate(KeyKind::Sm2, &mut seeded(4243));
    let (subject, public) = (Subject::new("示范市", name), key.public_key());
    let spec = CertificateSpec {
        subject: &subject,
        key: &public,
        profile: Profile::Issuing,
        not_before: at(FROM),
        not_after: at(TO),
    };
    let certificate = spec.issue(root, &mut seeded(9)).unwrap();
    key.with_certificate(certificate.der().to_vec(), vec![])
}

/// A list that does not hold is not used: it neither revokes nor clears anybody.
#[test]
fn every_revocation_list() {
    let mut table = Table::default();
    let parts = WORLD.sealed(document("1"));
    let end = at("2027-01-01T00:00:00Z");
    let revoked = [Revoked {
        serial: WORLD.serial(),
        at: at("2026-08-01T00:00:00Z"),
        reason: RevocationReason::KeyCompromise,
    }];
    let good = WORLD.crl(&revoked);
    table.trusted(
        ("CRL", "names the signer"),
        &parts,
        &WORLD.trust_with(std::slice::from_ref(&good)),
        Reason::CertificateRevoked,
        "was revoked 2026-08-01",
    );
    let mut unknown = |how: &'static str, crl: Vec<u8>, words: &'static str| {
        let bytes = pack(&parts).unwrap();
        let verdict = verify_ofd(&bytes, &WORLD.trust_with(&[crl])).unwrap();
        assert!(verdict.is_valid(), "{how}");
        let outcome = Outcome::NotChecked;
        let reason = Reason::RevocationUnknown;
        table.verdict("CRL", how, verdict, outcome, reason, words);
    };
    // The same list with a byte of its signature changed, or of its entries.
    let mut forged = good.clone();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    unknown(
        "forged: its signature changed",
        forged,
        "no revocation list of “甲签发”",
    );
    let mut cleared = Der::read(&good);
    cleared.at(&[0]).all().remove(5);
    unknown(
        "forged: its entries removed",
        cleared.bytes(),
        "no revocation list of “甲签发”",
    );
    let foreign = World::new("外");
    let wrong = Crl::build(&foreign.issuing, &revoked, at(FROM), end).unwrap();
    unknown(
        "of a wrong issuer",
        wrong.der().to_vec(),
        "no revocation list of “甲签发”",
    );
    let false_name = foreign_issuing("甲签发", &foreign.root);
    let wrong = Crl::build(&false_name, &revoked, at(FROM), end).unwrap();
    unknown(
        "of another key under its name",
        wrong.der().to_vec(),
        "no revocation list of “甲签发”",
    );
    let due = at("2026-03-01T00:00:00Z");
    let old = Crl::build(&WORLD.issuing, &[], at(FROM), due).unwrap();
    unknown(
        "expired",
        old.der().to_vec(),
        "the list of “甲签发” ended at 2026-03-01",
    );
    // An expired list still revokes.
    let old = Crl::build(&WORLD.issuing, &revoked, at(FROM), due).unwrap();
    table.trusted(
        ("CRL", "expired, and names the signer"),
        &parts,
        &WORLD.trust_with(&[old.der().to_vec()]),
        Reason::CertificateRevoked,
        "",
    );
    table.holds();
}

#[test]
fn every_container_trick() {
    let mut table = Table::default();
    let page = PAGE.as_bytes();
    let with = |edit: &dyn Fn(&mut Vec<Raw>)| {
        let mut all = entries();
        edit(&mut all);
        zip(&all, &[])
    };
    let at_page = |edit: &dyn Fn(&mut Raw)| {
        with(&|all| edit(all.iter_mut().find(|e| e.name == page).unwrap()))
    };
    let more = |name: &str| with(&|all| all.push(raw(name, b"x")));
    let plain = zip(&entries(), &[]);
    let doubled = Reason::DuplicateEntry;
    let odd = Reason::ContainerAnomaly;
    let deep = format!("{}x", "a/".repeat(40));
    let long = "n".repeat(600);
    let rows: Vec<(&str, Vec<u8>, Reason)> = vec![
        ("doubled entry", more(PAGE), doubled),
        (
            "names that differ in case",
            more(&PAGE.to_uppercase()),
            doubled,
        ),
        ("a name that climbs out: ../x", more("../x"), odd),
        ("a name that climbs inside: a/../x", more("Doc_0/../x"), odd),
        ("an absolute name", more("/x"), odd),
        ("a name of a drive", more("c:x"), odd),
        ("a name with a backslash", more("a\\b"), odd),
        ("a name with a line break", more("a\nb"), odd),
        ("a file that is also a folder", more("OFD.xml/x"), odd),
        ("folders nested too deep", more(&deep), odd),
        ("a name too long", more(&long), odd),
        (
            "local and central name differ",
            at_page(&|e| e.name[0] = b'X'),
            odd,
        ),
        (
            "local and central size differ",
            {
                let mut bytes = plain.clone();
                bytes[22] ^= 1;
                bytes
            },
            odd,
        ),
        (
            "local and central check sum differ",
            {
                let mut bytes = plain.clone();
                bytes[14] ^= 1;
                bytes
            },
            odd,
        ),
        (
            "local and central method differ",
            {
                let mut bytes = plain.clone();
                bytes[8] = 8;
                bytes
            },
            odd,
        ),
        ("an encrypted entry", at_page(&|e| e.flags |= 1), odd),
        ("an unknown compression", at_page(&|e| e.method = 12), odd),
        ("a symbolic link", at_page(&|e| e.mode = 0o120_777), odd),
        ("a device", at_page(&|e| e.mode = 0o020_666), odd),
        (
            "a comment at an entry",
            at_page(&|e| e.comment = b"c".to_vec()),
            odd,
        ),
        (
            "a second name in the extra field",
            at_page(&|e| {
                e.extra = [&[0x75, 0x70, 8, 0, 1, 0, 0, 0, 0][..], b"abc"].concat();
            }),
            odd,
        ),
        (
            "data before the container",
            [b"MZ", &plain[..]].concat(),
            odd,
        ),
        ("data after the end", [&plain[..], b"x"].concat(), odd),
        (
            "a second container after the end",
            [&plain[..], &plain].concat(),
            odd,
        ),
        (
            "data hidden between entries",
            zip(&entries(), b"hidden"),
            odd,
        ),
        (
            "a bomb: a size that the data cannot have",
            with(&|all| {
                let mut bomb = raw("bomb", b"\x03\x00");
                (bomb.method, bomb.size) = (8, 400 << 20);
                all.push(bomb);
            }),
            odd,
        ),
        (
            "a bomb: more than any document has",
            with(&|all| {
                let mut bomb = raw("bomb", &[0; 1 << 20]);
                (bomb.method, bomb.size) = (8, 900 << 20);
                all.push(bomb);
            }),
            odd,
        ),
        ("a wrong check sum", at_page(&|e| e.crc ^= 1), odd),
        ("a folder with contents", more("hidden/"), odd),
    ];
    for (how, bytes, reason) in rows {
        table.bytes("container", how, &bytes, reason);
    }
    table.holds();
    // An OFD in an OFD is a part like any other: covered, or told.
    let inner = pack(&WORLD.sealed(document("2"))).unwrap();
    let mut parts = document("1");
    parts.push(("Doc_0/Attachs/inner.ofd".into(), inner.clone()));
    let sealed = WORLD.sealed(parts);
    assert!(crate::make::verdict(&sealed).is_valid());
    let mut parts = WORLD.sealed(document("1"));
    parts.push(("Doc_0/Attachs/inner.ofd".into(), inner));
    assert_eq!(
        crate::make::failures(&crate::make::verdict(&parts)),
        [Reason::PartUncovered]
    );
}

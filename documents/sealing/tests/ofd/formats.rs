//! The other forms in which seals and signatures occur, made by hand.

use gm::asn1::{self, Element, tag};
use gm::{Certificate, ObjectIdentifier, Signer, oid};
use sealing::{Check, Outcome, Part, Reason, Seal};

use crate::make::{PNG, SIGN, WORLD, day, document, failures, first, get, replace, verdict};

fn octets(bytes: &[u8]) -> Vec<u8> {
    asn1::tlv(tag::OCTET_STRING, bytes)
}

fn ia5(text: &str) -> Vec<u8> {
    asn1::tlv(tag::IA5_STRING, text.as_bytes())
}

/// The same stamp with another seal, signed again.
pub fn restamp(value: &[u8], seal: &[u8], signer: &dyn Signer) -> Vec<u8> {
    let mut fields = Element::parse(value)
        .unwrap()
        .inside()
        .element()
        .unwrap()
        .inside();
    let mut raw = Vec::new();
    while !fields.is_empty() {
        raw.push(fields.element().unwrap().raw);
    }
    raw[1] = seal;
    let signed = asn1::sequence(&raw);
    stamp_of(&signed, signer)
}

fn stamp_of(signed: &[u8], signer: &dyn Signer) -> Vec<u8> {
    asn1::sequence(&[
        signed,
        &octets(signer.certificate()),
        &asn1::oid(oid::SM2_WITH_SM3),
        &asn1::bits(&signer.sign(signed).unwrap()),
    ])
}

fn description(parts: &mut [Part]) -> Vec<u8> {
    get(parts, &format!("{SIGN}Signature.xml")).clone()
}

/// Replaces the signed value.
fn with_value(value: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<Part> {
    let mut parts = WORLD.sealed(document("1"));
    let xml = description(&mut parts);
    *get(&mut parts, &format!("{SIGN}SignedValue.dat")) = value(&xml);
    parts
}

/// A description as foreign software writes it: other order, other dates, other names, no seal.
fn foreign_description(xml: &[u8], seal: bool) -> Vec<u8> {
    let text = String::from_utf8(xml.to_vec()).unwrap();
    let cut = |from: &str, to: &str| {
        let start = text.find(from).unwrap();
        let end = start + text[start..].find(to).unwrap() + to.len();
        text[start..end].to_string()
    };
    let references =
        cut("<ofd:References", "</ofd:References>").replace("\"SM3\"", "\"1.2.156.10197.1.401.2\"");
    let value = cut("<ofd:SignedValue>", "</ofd:SignedValue>");
    let stamp = cut("<ofd:StampAnnot", "/>");
    let seal = if seal {
        cut("<ofd:Seal>", "</ofd:Seal>")
    } else {
        String::new()
    };
    let text = format!(
        "<ofd:Signature xmlns:ofd=\"http://www.ofdspec.org/2016\">{value}<ofd:SignedInfo>{seal}\
         {stamp}<ofd:SignatureDateTime>20260804020809Z</ofd:SignatureDateTime>{references}\
         <ofd:SignatureMethod>1.2.156.10197.1.501</ofd:SignatureMethod></ofd:SignedInfo>\
         </ofd:Signature>"
    );
    text.replace("ofd:", "x:").into_bytes()
}

fn stamp_over(xml: &[u8], seal: &[u8], version: u32, extension: &[u8]) -> Vec<u8> {
    let signed = asn1::sequence(&[
        &asn1::small(version),
        seal,
        &asn1::tlv(tag::GENERALIZED_TIME, b"20260804020809Z"),
        &asn1::bits(&gm::sm3(xml)),
        &ia5(&format!("/{SIGN}Signature.xml")),
        extension,
    ]);
    stamp_of(&signed, &WORLD.signer)
}

#[test]
fn foreign_ways_of_writing_are_read() {
    let mut parts = WORLD.sealed(document("1"));
    let xml = foreign_description(&description(&mut parts), true);
    let extension = asn1::tlv(tag::context(0), &asn1::sequence(&[]));
    *get(&mut parts, &format!("{SIGN}SignedValue.dat")) =
        stamp_over(&xml, &WORLD.seal, 4, &extension);
    *get(&mut parts, &format!("{SIGN}Signature.xml")) = xml;
    let verdict = verdict(&parts);
    assert!(verdict.is_valid(), "{verdict:#?}");
    let form = |f: &sealing::Finding| f.check == Check::Form && f.outcome == Outcome::Warn;
    assert!(
        verdict
            .findings
            .iter()
            .all(|f| f.outcome == Outcome::Pass || form(f)),
        "{verdict:#?}"
    );
    let told: Vec<_> = verdict.findings.iter().filter(|f| form(f)).collect();
    for code in ["element_order", "element_missing", "method_form"] {
        let code = format!("[{code}]");
        assert!(
            told.iter().any(|f| f.evidence.contains(&code)),
            "{code} {told:#?}"
        );
    }
}

#[test]
fn a_missing_seal_element_is_told() {
    let mut parts = WORLD.sealed(document("1"));
    let xml = foreign_description(&description(&mut parts), false);
    *get(&mut parts, &format!("{SIGN}SignedValue.dat")) = stamp_over(&xml, &WORLD.seal, 4, &[]);
    *get(&mut parts, &format!("{SIGN}Signature.xml")) = xml;
    let verdict = verdict(&parts);
    assert!(verdict.is_valid(), "{verdict:#?}");
    let told = verdict
        .findings
        .iter()
        .find(|f| f.outcome == Outcome::Warn && f.evidence.contains("SignedInfo/Seal"))
        .unwrap();
    assert_eq!(
        (told.check, told.reason),
        (Check::Form, Some(Reason::FormatDeviation))
    );
}

/// GM/T 0031-2014: two elements, certificate and algorithm inside.
fn seal_of_version_1() -> Vec<u8> {
    let utc = |text: &str| asn1::tlv(tag::UTC_TIME, text.as_bytes());
    let info = asn1::sequence(&[
        &asn1::sequence(&[&ia5("ES"), &asn1::small(1), &ia5("other")]),
        &ia5("OLD-1"),
        &asn1::sequence(&[
            &asn1::small(1),
            &asn1::tlv(tag::UTF8_STRING, "旧公章".as_bytes()),
            &asn1::sequence(&[&octets(WORLD.signer.certificate())]),
            &utc("260101000000Z"),
            &utc("260101000000Z"),
            &utc("301231000000Z"),
        ]),
        &asn1::sequence(&[
            &ia5("PNG"),
            &octets(PNG),
            &asn1::small(40),
            &asn1::small(40),
        ]),
    ]);
    let maker = octets(WORLD.maker.certificate());
    let algorithm = asn1::oid(oid::SM2_WITH_SM3);
    let signature = WORLD
        .maker
        .sign(&asn1::sequence(&[&info, &maker, &algorithm]))
        .unwrap();
    let sign_info = asn1::sequence(&[&maker, &algorithm, &asn1::bits(&signature)]);
    asn1::sequence(&[&info, &sign_info])
}

#[test]
fn version_1_is_read() {
    let seal = seal_of_version_1();
    let parsed = Seal::parse(&seal).unwrap();
    assert_eq!((parsed.version, parsed.name.as_str()), (1, "旧公章"));
    let maker = Certificate::from_der(parsed.maker).unwrap();
    assert_eq!(parsed.is_made_by(&maker), Ok(()));

    let mut parts = WORLD.sealed(document("1"));
    // The seal is one of the covered parts: its digest stands in the description.
    let own = String::from_utf8(description(&mut parts)).unwrap();
    let digest = |bytes: &[u8]| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(gm::sm3(bytes))
    };
    let xml = own
        .replace(&digest(&WORLD.seal), &digest(&seal))
        .into_bytes();
    let signed = asn1::sequence(&[
        &asn1::small(1),
        &seal,
        &asn1::bits(b"260804020809Z"),
        &asn1::bits(&gm::sm3(&xml)),
        &ia5(&format!("/{SIGN}Signature.xml")),
        &octets(WORLD.signer.certificate()),
        &asn1::oid(oid::SM2_WITH_SM3),
    ]);
    let signature = WORLD.signer.sign(&signed).unwrap();
    let value = asn1::sequence(&[&signed, &asn1::bits(&signature)]);
    *get(&mut parts, &format!("{SIGN}Signature.xml")) = xml;
    *get(&mut parts, &format!("{SIGN}SignedValue.dat")) = value;
    *get(&mut parts, &format!("{SIGN}Seal.esl")) = seal;
    let verdict = verdict(&parts);
    assert!(verdict.is_valid(), "{verdict:#?}");
    assert_eq!(verdict.signatures[0].format, "GM/T 0031 v1");
    assert_eq!(verdict.signatures[0].signed_at, Some(day().to_string()));
}

/// SignedData of GB/T 35275, its content the digest of the description.
fn signed_data(content: &[u8], raw: bool) -> Vec<u8> {
    let der = Certificate::from_der(WORLD.signer.certificate()).unwrap();
    let sm3 = asn1::sequence(&[&asn1::oid(oid::SM3)]);
    let mut signature = WORLD.signer.sign(content).unwrap();
    if raw {
        signature = asn1::signature_to_raw(&signature).unwrap().to_vec();
    }
    let signer_info = asn1::sequence(&[
        &asn1::small(1),
        &asn1::sequence(&[der.issuer_der(), &asn1::unsigned(der.serial_bytes())]),
        &sm3,
        &asn1::sequence(&[&asn1::oid(ObjectIdentifier::new_unwrap(
            "1.2.156.10197.1.301.1",
        ))]),
        &octets(&signature),
    ]);
    let data = asn1::sequence(&[
        &asn1::small(1),
        &asn1::tlv(tag::SET, &sm3),
        &asn1::sequence(&[
            &asn1::oid(oid::GM_DATA),
            &asn1::tlv(tag::context(0), &octets(content)),
        ]),
        &asn1::tlv(tag::context(0), der.der()),
        &asn1::tlv(tag::SET, &signer_info),
    ]);
    asn1::sequence(&[
        &asn1::oid(oid::GM_SIGNED_DATA),
        &asn1::tlv(tag::context(0), &data),
    ])
}

/// Of a document whose list says Type="Sign".
fn as_sign(mut parts: Vec<Part>) -> Vec<Part> {
    let list = get(&mut parts, crate::make::LIST);
    replace(list, "Type=\"Seal\"", "Type=\"Sign\"");
    let digest = |bytes: &[u8]| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(gm::sm3(bytes))
    };
    let new = digest(list);
    replace(list, "Type=\"Sign\"", "Type=\"Seal\"");
    let old = digest(list);
    replace(list, "Type=\"Seal\"", "Type=\"Sign\"");
    replace(get(&mut parts, &format!("{SIGN}Signature.xml")), &old, &new);
    parts
}

#[test]
fn signed_data_without_seal_is_read() {
    for raw in [false, true] {
        let mut parts = as_sign(WORLD.sealed(document("1")));
        let xml = description(&mut parts);
        *get(&mut parts, &format!("{SIGN}SignedValue.dat")) = signed_data(&gm::sm3(&xml), raw);
        let verdict = verdict(&parts);
        assert!(verdict.is_valid(), "{verdict:#?}");
        assert_eq!(verdict.signatures[0].format, "GB/T 35275");
        assert_eq!(verdict.signatures[0].algorithm, "SM2-SM3");
        // Over another description it says nothing of this one.
        let value = get(&mut parts, &format!("{SIGN}SignedValue.dat"));
        *value = signed_data(&gm::sm3(b"another"), raw);
        assert_eq!(
            failures(&crate::make::verdict(&parts)),
            [Reason::StampMoved]
        );
    }
}

#[test]
fn a_bare_value_proves_nothing_without_a_certificate() {
    for raw in [false, true] {
        let parts = with_value(|xml| {
            let der = WORLD.signer.sign(xml).unwrap();
            if raw {
                asn1::signature_to_raw(&der).unwrap().to_vec()
            } else {
                der
            }
        });
        assert_eq!(first(&verdict(&parts)), Reason::SignerUnknown);
    }
}

#[test]
fn an_unknown_algorithm_is_told_as_such() {
    let parts = with_value(|xml| {
        let value = stamp_over(xml, &WORLD.seal, 4, &[]);
        let mut outer = Element::parse(&value).unwrap().inside();
        let (signed, certificate) = (outer.element().unwrap(), outer.element().unwrap());
        outer.element().unwrap();
        let signature = outer.element().unwrap();
        let other = asn1::oid(ObjectIdentifier::new_unwrap("1.2.156.10197.1.502"));
        asn1::sequence(&[signed.raw, certificate.raw, &other, signature.raw])
    });
    assert_eq!(failures(&verdict(&parts)), [Reason::AlgorithmUnknown]);
    let mut parts = WORLD.sealed(document("1"));
    let xml = String::from_utf8(description(&mut parts)).unwrap();
    let xml = xml
        .replace("CheckMethod=\"SM3\"", "CheckMethod=\"MD4\"")
        .into_bytes();
    *get(&mut parts, &format!("{SIGN}SignedValue.dat")) = stamp_over(&xml, &WORLD.seal, 4, &[]);
    *get(&mut parts, &format!("{SIGN}Signature.xml")) = xml;
    assert_eq!(failures(&verdict(&parts)), [Reason::AlgorithmUnknown]);
}

/// Nobody is known by a digest alone, but a certificate is known by its digest.
#[test]
fn a_list_of_digests_is_understood() {
    let seal = Seal::parse(&WORLD.seal).unwrap();
    let mut outer = Element::parse(&WORLD.seal).unwrap().inside();
    let mut info = outer.element().unwrap().inside();
    let (header, id) = (info.element().unwrap(), info.element().unwrap());
    let mut property = info.element().unwrap().inside();
    let picture = info.element().unwrap();
    let (kind, name) = (property.element().unwrap(), property.element().unwrap());
    property.element().unwrap();
    property.element().unwrap();
    let dates: Vec<u8> = (0..3)
        .flat_map(|_| property.element().unwrap().raw.to_vec())
        .collect();
    let digest = gm::sm3(WORLD.signer.certificate());
    let object = asn1::sequence(&[&asn1::tlv(tag::PRINTABLE_STRING, b"SM3"), &octets(&digest)]);
    let property = asn1::sequence(&[
        kind.raw,
        name.raw,
        &asn1::small(2),
        &asn1::sequence(&[&object]),
        &dates,
    ]);
    let info = asn1::sequence(&[header.raw, id.raw, &property, picture.raw]);
    let made = asn1::sequence(&[
        &info,
        &octets(seal.maker),
        &asn1::oid(oid::SM2_WITH_SM3),
        &asn1::bits(&WORLD.maker.sign(&info).unwrap()),
    ]);
    let parsed = Seal::parse(&made).unwrap();
    assert!(parsed.lists(WORLD.signer.certificate()));
    assert!(!parsed.lists(WORLD.maker.certificate()));
    let places = crate::make::places();
    let job = sealing::SealJob {
        seal: &made,
        ..WORLD.job(&places)
    };
    let parts = sealing::seal_ofd(document("1"), &job).unwrap();
    assert!(verdict(&parts).is_valid());
}

/// A stamp over a description that names no part proves nothing about any.
#[test]
fn a_signature_that_covers_nothing_is_not_a_pass() {
    let mut parts = WORLD.sealed(document("1"));
    let xml = String::from_utf8(description(&mut parts)).unwrap();
    let start = xml.find("<ofd:Reference ").unwrap();
    let end = xml.find("</ofd:References>").unwrap();
    let xml = [&xml[..start], &xml[end..]].concat().into_bytes();
    *get(&mut parts, &format!("{SIGN}SignedValue.dat")) = stamp_over(&xml, &WORLD.seal, 4, &[]);
    *get(&mut parts, &format!("{SIGN}Signature.xml")) = xml;
    assert_eq!(failures(&verdict(&parts)), [Reason::PartUncovered]);
}

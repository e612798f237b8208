//! Every field of the stamp, and several stamps on one document.

use gm::asn1::{self, tag};
use gm::{ObjectIdentifier, Signer};
use sealing::{Reason, SealJob, seal_ofd};

use super::Table;
use crate::der::{Der, Form};
use crate::make::{LIST, SIGN, WORLD, document, get, places};

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

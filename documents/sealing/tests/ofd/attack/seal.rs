//! Every field of the seal.

use gm::asn1::{self, tag};
use gm::{ObjectIdentifier, Profile, Signer};
use sealing::{Outcome, Reason};

use super::Table;
use crate::der::{Der, Form, seal_by};
use crate::make::{PNG, WORLD, World, document, issue};

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

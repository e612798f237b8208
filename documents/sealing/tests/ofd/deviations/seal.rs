//! Oddities of seals.

use gm::asn1::{self, tag};
use gm::{ObjectIdentifier, Signer, oid};
use sealing::Deviation;

use super::Table;
use crate::der::{Der, Form, endless, long, seal_by};
use crate::make::WORLD;

pub fn rows(table: &mut Table) {
    use Deviation as D;
    let octets = |bytes: &[u8]| asn1::tlv(tag::OCTET_STRING, bytes);
    table.seal(
        "seal: version as a long INTEGER",
        |i| i.set(&[0, 1], tag::INTEGER, &[0, 0, 4]),
        D::IntegerNotShortest,
    );
    table.seal(
        "seal: version 9",
        |i| i.set(&[0, 1], tag::INTEGER, &[9]),
        D::VersionUnknown,
    );
    table.seal(
        "seal: identifier as UTF8String",
        |i| i.set(&[1], tag::UTF8_STRING, b"SEAL-0001"),
        D::StringType,
    );
    table.seal(
        "seal: name in GBK",
        |i| i.set(&[2, 1], tag::UTF8_STRING, b"\xb9\xab\xd5\xc2"),
        D::StringEncoding,
    );
    table.seal(
        "seal: name as BMPString",
        |i| i.set(&[2, 1], 0x1e, &[0x51, 0x6c, 0x7a, 0xe0]),
        D::StringType,
    );
    for (text, told) in [
        (&b"260101000000Z"[..], D::TimeType),
        (b"260101080000+0800", D::TimeZone),
        (b"2601010000Z", D::TimeForm),
    ] {
        table.seal(
            "seal: date as UTCTime",
            |i| i.set(&[2, 4], tag::UTC_TIME, text),
            told,
        );
    }
    for (text, told) in [
        (&b"20260101080000+0800"[..], D::TimeZone),
        (b"20260101080000", D::TimeZone),
        (b"20260101000000.5Z", D::TimeForm),
        (b"202601010000Z", D::TimeForm),
        (b"2026-01-01 08:00:00", D::TimeForm),
    ] {
        table.seal(
            &format!("seal: date {}", String::from_utf8_lossy(text)),
            |i| i.set(&[2, 4], tag::GENERALIZED_TIME, text),
            told,
        );
    }
    table.seal(
        "seal: no kind of list",
        |i| drop(i.at(&[2]).all().remove(2)),
        D::ListKind,
    );
    table.seal(
        "seal: wrong kind of list",
        |i| i.set(&[2, 2], tag::INTEGER, &[2]),
        D::ListKind,
    );
    table.seal(
        "seal: list in a tag",
        |i| {
            let list = i.at(&[2, 3]).bytes();
            *i.at(&[2, 3]) = Der::Raw(asn1::tlv(tag::context(0), &list));
        },
        D::ListTagged,
    );
    table.seal(
        "seal: an entry of the list is no certificate",
        |i| i.at(&[2, 3]).all().push(Der::Raw(octets(b"x"))),
        D::ListEntry,
    );
    table.seal(
        "seal: a bare certificate in the list",
        |i| *i.at(&[2, 3, 0]) = Der::Raw(WORLD.signer.certificate().to_vec()),
        D::CertificateBare,
    );
    let digest = |name: Vec<u8>, digest: Vec<u8>| {
        move |info: &mut Der| {
            info.set(&[2, 2], tag::INTEGER, &[2]);
            let object = asn1::sequence(&[&name, &asn1::tlv(tag::OCTET_STRING, &digest)]);
            *info.at(&[2, 3]) = Der::Raw(asn1::sequence(&[&object]));
        }
    };
    table.seal(
        "seal: digest of a certificate named by identifier",
        digest(
            asn1::oid(oid::SM3),
            gm::sm3(WORLD.signer.certificate()).to_vec(),
        ),
        D::ListDigest,
    );
    table.seal(
        "seal: SHA-1 of a certificate",
        digest(
            asn1::tlv(tag::PRINTABLE_STRING, b"SHA1"),
            gm::legacy::sha1(WORLD.signer.certificate()).to_vec(),
        ),
        D::ListDigest,
    );
    let extension = |critical: bool| {
        let id = asn1::oid(ObjectIdentifier::new_unwrap("1.2.3.4"));
        let flag = if critical { &[1, 1, 0xff][..] } else { &[] };
        asn1::sequence(&[&asn1::sequence(&[&id, flag, &asn1::tlv(4, b"x")])])
    };
    table.seal(
        "seal: extensions without tag",
        |i| i.all().push(Der::Raw(extension(false))),
        D::ExtensionUntagged,
    );
    table.seal(
        "seal: a critical extension",
        |i| {
            let tagged = asn1::tlv(tag::context(0), &extension(true));
            i.all().push(Der::Raw(tagged));
        },
        D::ExtensionCritical,
    );
    table.seal(
        "seal: extensions that are none",
        |i| {
            i.all()
                .push(Der::Raw(asn1::tlv(tag::context(0), &asn1::small(1))))
        },
        D::ExtensionForm,
    );
    table.seal(
        "seal: a picture of no size",
        |i| i.set(&[3, 2], tag::INTEGER, &[0]),
        D::PictureSize,
    );
    table.seal(
        "seal: a GIF called PNG",
        |i| i.set(&[3, 1], tag::OCTET_STRING, b"GIF89a"),
        D::PictureForm,
    );
    table.seal(
        "seal: a field too many",
        |i| i.at(&[3]).all().push(Der::Raw(asn1::small(1))),
        D::TrailingBytes,
    );
    for (what, how, told) in [
        (
            "a long length",
            long as fn(&[u8]) -> Vec<u8>,
            D::LengthNotShortest,
        ),
        ("an indefinite length", endless, D::LengthIndefinite),
    ] {
        table.seal(
            &format!("seal: {what} inside what its maker signed"),
            |i| *i.at(&[3]) = Der::Raw(how(&i.at(&[3]).bytes())),
            told,
        );
        let whole = seal_by(&WORLD.maker, &|_| {}, &|s| *s = Der::Raw(how(&s.bytes())));
        let form = Form {
            seal: whole,
            ..Form::default()
        };
        table.row(&format!("seal: {what} around it"), form.parts(), told);
    }
    // Signed in another way than the standard's.
    let other_value = |message: &dyn Fn(&mut Der) -> Vec<u8>| {
        let mut seal = Der::read(&WORLD.seal);
        let message = message(&mut seal);
        *seal.at(&[3]) = Der::Raw(asn1::bits(&WORLD.maker.sign(&message).unwrap()));
        seal.bytes()
    };
    let more = other_value(&|s| {
        asn1::sequence(&[
            &s.at(&[0]).bytes(),
            &s.at(&[1]).bytes(),
            &s.at(&[2]).bytes(),
        ])
    });
    let over_der = other_value(&|s| {
        let message = s.at(&[0]).bytes();
        *s.at(&[0, 3]) = Der::Raw(long(&s.at(&[0, 3]).bytes()));
        message
    });
    let raw = {
        let mut seal = Der::read(&WORLD.seal);
        let signature = seal.value(&[3])[1..].to_vec();
        let raw = asn1::signature_to_raw(&signature).unwrap();
        *seal.at(&[3]) = Der::Raw(asn1::bits(&raw));
        seal.bytes()
    };
    let named = seal_by(&WORLD.maker, &|_| {}, &|s| {
        let id = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301.1");
        *s.at(&[2]) = Der::Raw(asn1::sequence(&[&asn1::oid(id)]));
    });
    let bare = seal_by(&WORLD.maker, &|_| {}, &|s| {
        *s.at(&[1]) = Der::Raw(WORLD.maker.certificate().to_vec());
    });
    for (what, seal, told) in [
        (
            "signed with certificate and algorithm",
            more,
            D::SignatureOverMore,
        ),
        ("signed over its DER form", over_der, D::SignatureOverDer),
        ("r‖s", raw, D::SignatureRaw),
        (
            "algorithm as an identifier with parameters",
            named,
            D::AlgorithmForm,
        ),
        ("the maker's certificate bare", bare, D::CertificateBare),
    ] {
        let form = Form {
            seal,
            ..Form::default()
        };
        table.row(&format!("seal: {what}"), form.parts(), told);
    }
    for (what, beside, told) in [
        (
            "bytes follow",
            [&WORLD.seal[..], b"x"].concat(),
            D::TrailingBytes,
        ),
        (
            "zeros follow",
            [&WORLD.seal[..], &[0; 9]].concat(),
            D::TrailingZeros,
        ),
        ("a long length", long(&WORLD.seal), D::SealBeside),
    ] {
        let form = Form {
            beside: Some(beside),
            ..Form::default()
        };
        table.row(&format!("Seal.esl: {what}"), form.parts(), told);
    }
}

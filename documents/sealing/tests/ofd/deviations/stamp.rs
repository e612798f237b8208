//! Oddities of stamps.

use gm::asn1::{self, tag};
use sealing::Deviation;

use super::Table;
use crate::der::{Der, Form, endless, long};

pub fn rows(table: &mut Table) {
    use Deviation as D;
    table.tbs(
        "stamp: version 5",
        |t| t.set(&[0], tag::INTEGER, &[5]),
        D::VersionsDiffer,
    );
    table.tbs(
        "stamp: version 7",
        |t| t.set(&[0], tag::INTEGER, &[7]),
        D::VersionUnknown,
    );
    table.tbs(
        "stamp: UTCTime",
        |t| t.set(&[2], tag::UTC_TIME, b"260804020809Z"),
        D::TimeType,
    );
    table.tbs(
        "stamp: a zone",
        |t| t.set(&[2], tag::GENERALIZED_TIME, b"20260804100809+0800"),
        D::TimeZone,
    );
    table.tbs(
        "stamp: no time",
        |t| t.set(&[2], tag::GENERALIZED_TIME, b"gestern"),
        D::TimeUnreadable,
    );
    table.tbs(
        "stamp: another time than the description's",
        |t| t.set(&[2], tag::GENERALIZED_TIME, b"20260804030809Z"),
        D::DateDiffers,
    );
    table.tbs(
        "stamp: the digest with unused bits",
        |t| {
            *t.at(&[3]) = {
                let mut bits = t.at(&[3]).bytes();
                bits[2] = 4;
                Der::Raw(bits)
            }
        },
        D::UnusedBits,
    );
    table.tbs(
        "stamp: the path without its folder",
        |t| t.set(&[4], tag::IA5_STRING, b"Signature.xml"),
        D::PropertyPath,
    );
    table.tbs(
        "stamp: extensions without tag",
        |t| t.all().push(Der::Raw(asn1::sequence(&[]))),
        D::ExtensionUntagged,
    );
    table.tbs(
        "stamp: an indefinite length",
        |t| *t.at(&[3]) = Der::Raw(long(&t.at(&[3]).bytes())),
        D::LengthNotShortest,
    );
    let form = Form::default();
    let (_, xml) = form.described();
    let form = Form {
        hash: Some(gm::sha256(&xml).to_vec()),
        ..form
    };
    table.row("stamp: SHA-256 under SM2", form.parts(), D::DataHash);
    table.outer(
        "stamp: r‖s",
        |s| {
            let signature = s.at(&[3]).bytes()[3..].to_vec();
            let raw = asn1::signature_to_raw(&signature).unwrap();
            *s.at(&[3]) = Der::Raw(asn1::bits(&raw));
        },
        D::SignatureRaw,
    );
    table.outer(
        "stamp: indefinite",
        |s| *s = Der::Raw(endless(&s.bytes())),
        D::LengthIndefinite,
    );
    table.outer(
        "stamp: zeros follow",
        |s| *s = Der::Raw([s.bytes(), vec![0; 100]].concat()),
        D::TrailingZeros,
    );
    let in_sign = Form {
        list: &|xml| xml.replace("Type=\"Seal\"", "Type=\"Sign\""),
        ..Form::default()
    };
    table.row(
        "a stamp in a signature of type Sign",
        in_sign.parts(),
        D::ValueForm,
    );
}

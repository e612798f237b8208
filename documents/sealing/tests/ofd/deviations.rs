//! Each way in which others deviate from the standard is read, told, and fails nothing.

use std::collections::BTreeSet;

use gm::asn1::{self, tag};
use gm::{ObjectIdentifier, Signer, oid};
use sealing::{Check, Deviation, Outcome, Part, Reason, Verdict};

use crate::der::{Der, Form, endless, long, put_value, seal, seal_by};
use crate::make::{LIST, SIGN, WORLD, document, failures, get, verdict};

/// The codes of the deviations that a verdict tells.
pub fn codes(verdict: &Verdict) -> BTreeSet<String> {
    let told = verdict.findings.iter().filter(|f| f.check == Check::Form);
    told.map(|f| {
        assert_eq!(
            (f.outcome, f.reason),
            (Outcome::Warn, Some(Reason::FormatDeviation))
        );
        let (_, code) = f.evidence.rsplit_once('[').unwrap();
        code.trim_end_matches(']').to_string()
    })
    .collect()
}

/// The table: what is odd, the file, and the code that tells it.
#[derive(Default)]
struct Table {
    rows: Vec<(String, Vec<Part>, Deviation)>,
}

impl Table {
    fn row(&mut self, what: &str, parts: Vec<Part>, told: Deviation) {
        self.rows.push((what.to_string(), parts, told));
    }

    /// A seal with an oddity, in an otherwise plain stamp.
    fn seal(&mut self, what: &str, edit: impl Fn(&mut Der), told: Deviation) {
        let form = Form {
            seal: seal(edit),
            ..Form::default()
        };
        self.row(what, form.parts(), told);
    }

    fn tbs(&mut self, what: &str, edit: impl Fn(&mut Der), told: Deviation) {
        let form = Form {
            tbs: &edit,
            ..Form::default()
        };
        self.row(what, form.parts(), told);
    }

    fn outer(&mut self, what: &str, edit: impl Fn(&mut Der), told: Deviation) {
        let form = Form {
            outer: &edit,
            ..Form::default()
        };
        self.row(what, form.parts(), told);
    }

    fn xml(&mut self, what: &str, from: &str, to: &str, told: Deviation) {
        let edit = |xml: String| {
            assert!(xml.contains(from), "{from}: {xml}");
            xml.replacen(from, to, 1)
        };
        let form = Form {
            xml: &edit,
            ..Form::default()
        };
        self.row(what, form.parts(), told);
    }

    fn list(&mut self, what: &str, from: &str, to: &str, told: Deviation) {
        let edit = |xml: String| {
            assert!(xml.contains(from), "{from}: {xml}");
            xml.replacen(from, to, 1)
        };
        let form = Form {
            list: &edit,
            ..Form::default()
        };
        self.row(what, form.parts(), told);
    }

    fn holds(self) -> BTreeSet<Deviation> {
        let mut seen = BTreeSet::new();
        let mut wrong = Vec::new();
        for (what, parts, told) in self.rows {
            let verdict = verdict(&parts);
            let found = codes(&verdict);
            println!("{what:<60} {found:?}");
            if !verdict.is_valid() || !found.contains(told.code()) {
                wrong.push(format!(
                    "{what}: wanted {}, {found:?} {:?}",
                    told.code(),
                    verdict.first_failure()
                ));
            }
            seen.insert(told);
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        seen
    }
}

fn in_seal(table: &mut Table) {
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

fn in_stamp(table: &mut Table) {
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

fn in_description(table: &mut Table) {
    use Deviation as D;
    table.xml(
        "no provider",
        "<ofd:Provider ",
        "<ofd:Other ",
        D::ElementMissing,
    );
    table.xml(
        "the date like a path",
        "2026-08-04 10:08:09",
        "2026/08/04 10:08:09",
        D::DateForm,
    );
    table.xml("no date", "2026-08-04 10:08:09", "later", D::TimeUnreadable);
    table.xml(
        "another date",
        "2026-08-04 10:08:09",
        "2026-08-04 12:08:09",
        D::DateDiffers,
    );
    table.xml(
        "the method in small letters",
        "\"SM3\"",
        "\"sm3\"",
        D::MethodForm,
    );
    table.xml("no method", " CheckMethod=\"SM3\"", "", D::ElementMissing);
    table.xml(
        "the algorithm by name",
        "1.2.156.10197.1.501",
        "SM3withSM2",
        D::AlgorithmForm,
    );
    table.xml(
        "another algorithm",
        "1.2.156.10197.1.501",
        "1.2.840.113549.1.1.11",
        D::MethodDiffers,
    );
    table.xml(
        "a relative path",
        "FileRef=\"/OFD.xml\"",
        "FileRef=\"../../../OFD.xml\"",
        D::PathRelative,
    );
    table.xml(
        "another namespace",
        "ofdspec.org/2016",
        "ofdspec.org/2013",
        D::Namespace,
    );
    table.xml(
        "an odd box",
        "150 220.5 42 42",
        "150 220.5 42",
        D::ImpressionBox,
    );
    table.xml(
        "a box of no size",
        "150 220.5 42 42",
        "1 2 0 42",
        D::ImpressionBox,
    );
    table.xml(
        "another page",
        "PageRef=\"4\"",
        "PageRef=\"44\"",
        D::ImpressionPage,
    );
    table.xml(
        "a clip beside the impression",
        "42 42\"/>",
        "42 42\" Clip=\"40 0 8 42\"/>",
        D::ImpressionClip,
    );
    table.xml(
        "no impression",
        "<ofd:StampAnnot",
        "<ofd:Nothing",
        D::ImpressionMissing,
    );
    table.list(
        "no MaxSignId",
        "<ofd:MaxSignId>2</ofd:MaxSignId>",
        "",
        D::ElementMissing,
    );
    table.list("MaxSignId too low", ">2<", ">0<", D::SignatureId);
    table.list(
        "an unknown type",
        "Type=\"Seal\"",
        "Type=\"Stamp\"",
        D::SignatureType,
    );
    let twice = Form {
        xml: &|xml| {
            let start = xml.find("<ofd:Reference ").unwrap();
            let end = start + xml[start..].find("</ofd:Reference>").unwrap() + 16;
            let one = xml[start..end].to_string();
            xml.replacen(&one, &format!("{one}{one}"), 1)
        },
        ..Form::default()
    };
    table.row(
        "a part referred to twice",
        twice.parts(),
        D::ReferenceDoubled,
    );
    let doubled = Form {
        list: &|xml| {
            let start = xml.find("<ofd:Signature ").unwrap();
            let end = start + xml[start..].find("/>").unwrap() + 2;
            let one = xml[start..end].to_string();
            xml.replacen(
                &one,
                &format!("{one}{}", one.replace("ID=\"1\"", "ID=\"2\"")),
                1,
            )
        },
        ..Form::default()
    };
    table.row("a signature listed twice", doubled.parts(), D::ListedTwice);
    let moved = Form {
        xml: &|xml| {
            let start = xml.find("<ofd:StampAnnot").unwrap();
            let end = start + xml[start..].find("/>").unwrap() + 2;
            let one = xml[start..end].to_string();
            xml.replacen(&one, "", 1).replacen(
                "<ofd:References",
                &format!("{one}<ofd:References"),
                1,
            )
        },
        ..Form::default()
    };
    table.row(
        "the impression before the references",
        moved.parts(),
        D::ElementOrder,
    );
}

#[test]
fn every_deviation_is_told_and_fails_nothing() {
    let mut table = Table::default();
    in_seal(&mut table);
    in_stamp(&mut table);
    in_description(&mut table);
    let seen = table.holds();
    // Those of other kinds of signatures are shown where these are.
    use Deviation as D;
    let elsewhere = [
        D::SignatureOverInfo,
        D::SignatureOverDigest,
        D::CertificateElsewhere,
        D::TimeStampForm,
        D::ContentForm,
        D::ContentType,
    ];
    for deviation in Deviation::ALL {
        assert!(
            seen.contains(deviation) != elsewhere.contains(deviation),
            "{deviation:?}"
        );
    }
}

#[test]
fn what_we_write_deviates_in_nothing() {
    let verdict = verdict(&WORLD.sealed(document("1")));
    assert_eq!(codes(&verdict), BTreeSet::new());
}

/// What stands behind the end of a stamp: nobody who reads it sees it.
#[test]
fn bytes_behind_a_stamp_are_refused_unless_a_later_signature_covers_them() {
    let behind = |bytes: &[u8]| {
        let mut parts = WORLD.sealed(document("1"));
        let value = get(&mut parts, &format!("{SIGN}SignedValue.dat"));
        let value = [value, bytes].concat();
        put_value(&mut parts, value);
        parts
    };
    assert_eq!(failures(&verdict(&behind(b"x"))), [Reason::StampBroken]);
    assert!(verdict(&behind(&[0, 0])).is_valid());
    // The same, sealed again.
    let places = crate::make::places();
    let open = sealing::SealJob {
        closing: false,
        ..WORLD.job(&places)
    };
    let mut parts = sealing::seal_ofd(document("1"), &open).unwrap();
    let value = get(&mut parts, &format!("{SIGN}SignedValue.dat"));
    value.extend_from_slice(b"x");
    let parts = sealing::seal_ofd(parts, &WORLD.job(&places)).unwrap();
    let verdict = verdict(&parts);
    assert!(verdict.is_valid(), "{verdict:#?}");
    assert!(codes(&verdict).contains("trailing_bytes"));
}

/// A weak digest still shows a change made after signing; that it is weak is told by itself.
#[test]
fn weak_digests_are_checked_and_told() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    type Digest = fn(&[u8]) -> Vec<u8>;
    let methods: [(&str, Digest); 3] = [
        ("MD5", |bytes| gm::legacy::md5(bytes).to_vec()),
        ("SHA1", |bytes| gm::legacy::sha1(bytes).to_vec()),
        ("SHA256", |bytes| gm::sha256(bytes).to_vec()),
    ];
    for (name, digest) in methods {
        let originals = WORLD.sealed(document("1"));
        let edit = |mut xml: String| {
            for (_, data) in &originals {
                let old = STANDARD.encode(gm::sm3(data));
                xml = xml.replace(&old, &STANDARD.encode(digest(data)));
            }
            xml.replace("\"SM3\"", &format!("\"{name}\""))
        };
        let form = Form {
            xml: &edit,
            ..Form::default()
        };
        let mut parts = form.parts();
        let found = verdict(&parts);
        assert!(found.is_valid(), "{name} {found:#?}");
        let weak = |f: &&sealing::Finding| f.reason == Some(Reason::AlgorithmWeak);
        assert_eq!(found.findings.iter().any(|f| weak(&f)), name != "SHA256");
        get(&mut parts, LIST).push(b' ');
        assert_eq!(failures(&verdict(&parts)), [Reason::PartChanged], "{name}");
    }
}

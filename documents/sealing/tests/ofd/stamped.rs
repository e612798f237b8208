//! Time stamps in stamps, signatures and seals: asked for, written, judged.

use gm::asn1::{self, tag};
use gm::{Certificate, ObjectIdentifier, Profile, Signer, SoftKey, oid};
use sealing::{Check, Reason, SealError, SealJob, SignJob, Trust, seal_ofd, sign_ofd};

use crate::der::{Der, Form, put_value, seal_by};
use crate::deviations::codes;
use crate::make::{SIGN, WORLD, day, document, failures, get, issue, places, verdict_by};
use crate::openssl::Tsa;
use crate::persons::{job, officer};

fn with_tsa(tsa: &Tsa) -> Trust {
    let roots = [WORLD.root.certificate().to_vec(), tsa.root()];
    let issuing = [WORLD.issuing.certificate().to_vec()];
    Trust::new(&roots, &issuing, &[WORLD.crl(&[])], day()).unwrap()
}

#[test]
fn a_time_stamp_is_asked_for_and_written() {
    let tsa = Tsa::new().unwrap();
    let trust = with_tsa(&tsa);
    let authority = |bytes: &[u8]| Ok(tsa.token(bytes));
    let places = places();
    let sealed = seal_ofd(
        document("1"),
        &SealJob {
            time_stamper: Some(&authority),
            ..WORLD.job(&places)
        },
    )
    .unwrap();
    let found = verdict_by(&sealed, &trust);
    assert!(found.signatures[0].stamped_at.is_some(), "{found:#?}");
    assert!(found.is_valid(), "{found:#?}");
    let officer = officer();
    let signed = sign_ofd(
        document("1"),
        &SignJob {
            time_stamper: Some(&authority),
            ..job(&officer)
        },
    )
    .unwrap();
    let found = verdict_by(&signed, &trust);
    assert!(
        found.signatures[0].stamped_at.is_some() && found.is_valid(),
        "{found:#?}"
    );
    // What would not hold is not written.
    let other = |_: &[u8]| Ok(tsa.token(b"something else"));
    let noise = |_: &[u8]| Ok(b"noise".to_vec());
    let closed = |_: &[u8]| Err("the authority does not answer".to_string());
    let all: [&dyn sealing::TimeStamper; 3] = [&other, &noise, &closed];
    for authority in all {
        let refused = seal_ofd(
            document("1"),
            &SealJob {
                time_stamper: Some(authority),
                ..WORLD.job(&places)
            },
        );
        assert!(matches!(refused, Err(SealError::TimeStamp(_))));
    }
    // A whole answer in place of the token, and a token without its wrapping.
    let name = format!("{SIGN}SignedValue.dat");
    let edited = |edit: &dyn Fn(&[u8]) -> Vec<u8>| {
        let mut parts = sealed.clone();
        let mut stamp = Der::read(get(&mut parts, &name));
        let token = stamp.value(&[4, 0])[1..].to_vec();
        *stamp.at(&[4]) = Der::Raw(edit(&token));
        put_value(&mut parts, stamp.bytes());
        verdict_by(&parts, &trust)
    };
    let answer = |token: &[u8]| asn1::sequence(&[&asn1::sequence(&[&asn1::small(0)]), token]);
    for odd in [
        edited(&|token| asn1::tlv(tag::context(0), &asn1::bits(&answer(token)))),
        edited(&|token| asn1::bits(token)),
        edited(&|token| asn1::tlv(tag::context(0), &asn1::tlv(tag::OCTET_STRING, token))),
        edited(&|token| token.to_vec()),
    ] {
        assert!(
            odd.is_valid() && odd.signatures[0].stamped_at.is_some(),
            "{odd:#?}"
        );
        assert!(codes(&odd).contains("time_stamp_form"));
    }
    // One of another signature.
    let moved = edited(&|_| asn1::tlv(tag::context(0), &asn1::bits(&tsa.token(b"x"))));
    assert_eq!(failures(&moved), [Reason::TimeStampBroken]);
}

/// Version 5 seals carry a time stamp of their own.
#[test]
fn the_time_stamp_of_a_seal_is_judged() {
    let tsa = Tsa::new().unwrap();
    let trust = with_tsa(&tsa);
    let five = |info: &mut Der| info.set(&[0, 1], tag::INTEGER, &[5]);
    let made = |token: &dyn Fn(&[u8]) -> Vec<u8>| {
        let seal = seal_by(&WORLD.maker, &five, &|seal| {
            let signature = seal.at(&[3]).bytes()[3..].to_vec();
            let token = asn1::tlv(tag::context(0), &asn1::bits(&token(&signature)));
            seal.all().push(Der::Raw(token));
        });
        let form = Form {
            seal,
            tbs: &|t| t.set(&[0], tag::INTEGER, &[5]),
            ..Form::default()
        };
        verdict_by(&form.parts(), &trust)
    };
    let good = made(&|value| tsa.token(value));
    assert!(good.is_valid(), "{good:#?}");
    assert_eq!(good.signatures[0].format, "GM/T 0031 v5");
    assert!(codes(&good).is_empty(), "{:?}", codes(&good));
    for wrong in [made(&|_| tsa.token(b"other")), made(&|_| b"dummy".to_vec())] {
        assert_eq!(failures(&wrong), [Reason::TimeStampBroken]);
        assert_eq!(wrong.first_failure().unwrap().check, Check::Seal);
    }
}

const fn id(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// An authority for time stamps that signs with SM2 over SM3, as those of China do.
fn national_authority() -> SoftKey {
    issue("时间戳", Profile::TimeStamp, Some(&WORLD.issuing))
}

/// A token of that authority. `national` names the structure by the identifiers of GM/T 0010.
fn token(authority: &SoftKey, bytes: &[u8], national: bool) -> Vec<u8> {
    let own = Certificate::from_der(authority.certificate()).unwrap();
    let sm3 = asn1::sequence(&[&asn1::oid(oid::SM3)]);
    let info_kind = id("1.2.840.113549.1.9.16.1.4");
    let info = asn1::sequence(&[
        &asn1::small(1),
        &asn1::oid(id("1.2.3.4")),
        &asn1::sequence(&[&sm3, &asn1::tlv(tag::OCTET_STRING, &gm::sm3(bytes))]),
        &asn1::small(7),
        &asn1::tlv(tag::GENERALIZED_TIME, b"20260804020810Z"),
    ]);
    let attribute = |name: &str, value: &[u8]| {
        asn1::sequence(&[&asn1::oid(id(name)), &asn1::tlv(tag::SET, value)])
    };
    let attributes = [
        attribute("1.2.840.113549.1.9.3", &asn1::oid(info_kind)),
        attribute(
            "1.2.840.113549.1.9.4",
            &asn1::tlv(tag::OCTET_STRING, &gm::sm3(&info)),
        ),
        // signing-certificate-v2, by SHA-256, which is what it means when nothing is said.
        attribute(
            "1.2.840.113549.1.9.16.2.47",
            &asn1::sequence(&[&asn1::sequence(&[&asn1::sequence(&[&asn1::tlv(
                tag::OCTET_STRING,
                &gm::sha256(own.der()),
            )])])]),
        ),
    ]
    .concat();
    let signature = authority.sign(&asn1::tlv(tag::SET, &attributes)).unwrap();
    let signer = asn1::sequence(&[
        &asn1::small(1),
        &asn1::sequence(&[own.issuer_der(), &asn1::unsigned(own.serial_bytes())]),
        &sm3,
        &asn1::tlv(tag::context(0), &attributes),
        &asn1::sequence(&[&asn1::oid(oid::SM2_WITH_SM3)]),
        &asn1::tlv(tag::OCTET_STRING, &signature),
    ]);
    let content = asn1::tlv(tag::context(0), &asn1::tlv(tag::OCTET_STRING, &info));
    let data = asn1::sequence(&[
        &asn1::small(3),
        &asn1::tlv(tag::SET, &sm3),
        &asn1::sequence(&[&asn1::oid(info_kind), &content]),
        &asn1::tlv(tag::context(0), own.der()),
        &asn1::tlv(tag::SET, &signer),
    ]);
    let kind = match national {
        true => oid::GM_SIGNED_DATA,
        false => id("1.2.840.113549.1.7.2"),
    };
    asn1::sequence(&[&asn1::oid(kind), &asn1::tlv(tag::context(0), &data)])
}

#[test]
fn time_stamps_by_sm2_are_understood() {
    let authority = national_authority();
    let places = places();
    for national in [false, true] {
        let ask = |bytes: &[u8]| Ok(token(&authority, bytes, national));
        let job = SealJob {
            time_stamper: Some(&ask),
            ..WORLD.job(&places)
        };
        let sealed = seal_ofd(document("1"), &job).unwrap();
        let found = verdict_by(&sealed, &WORLD.trust());
        assert!(found.is_valid(), "{found:#?}");
        let stamped = found.signatures[0].stamped_at.as_deref();
        assert_eq!(stamped, Some("2026-08-04T02:08:10Z"));
        // By a certificate for something else.
        let other = |bytes: &[u8]| Ok(token(&WORLD.signer, bytes, national));
        let job = SealJob {
            time_stamper: Some(&other),
            ..WORLD.job(&places)
        };
        let refused = seal_ofd(document("1"), &job);
        assert!(matches!(refused, Err(SealError::TimeStamp(_))));
    }
}

/// OpenSSL accepts the token that stands in our stamp, over our signature value.
#[test]
fn others_verify_the_time_stamp_that_was_written() {
    let tsa = Tsa::new().unwrap();
    let ask = |bytes: &[u8]| Ok(tsa.token(bytes));
    let places = places();
    let job = SealJob {
        time_stamper: Some(&ask),
        ..WORLD.job(&places)
    };
    let mut sealed = seal_ofd(document("1"), &job).unwrap();
    let mut stamp = Der::read(get(&mut sealed, &format!("{SIGN}SignedValue.dat")));
    let signature = stamp.value(&[3])[1..].to_vec();
    let token = stamp.value(&[4, 0])[1..].to_vec();
    assert!(tsa.verifies(&token, &signature));
    assert!(!tsa.verifies(&token, b"something else"));
}

//! Certificates and seals in time.

use gm::{Profile, RevocationReason, Revoked};
use sealing::{Check, Outcome, Reason, SealJob, Trust, seal_ofd};

use crate::make::{
    WORLD, World, at, day, document, failures, issue_between, places, seal, seal_between, verdict,
    verdict_by,
};

/// A world whose signer's certificate and seal have these ends.
fn world(certificate_to: &str, seal_to: &str) -> World {
    let mut world = World::new("甲");
    let from = crate::make::FROM;
    let above = Some(&world.issuing);
    world.signer = issue_between("期限章", Profile::Signer, above, from, certificate_to);
    world.seal = seal_between(&world.maker, &world.signer, "期限章", from, seal_to);
    world
}

#[test]
fn an_expired_certificate_at_signing_time() {
    let world = world("2026-07-01T00:00:00Z", "2031-01-01T00:00:00Z");
    let verdict = verdict(&world.sealed(document("1")));
    assert_eq!(failures(&verdict), [Reason::CertificateExpired]);
}

#[test]
fn an_expired_seal_at_signing_time() {
    let world = world("2031-01-01T00:00:00Z", "2026-07-01T00:00:00Z");
    let places = places();
    let refused = seal_ofd(document("1"), &world.job(&places));
    assert!(matches!(refused, Err(sealing::SealError::NotValid { .. })));
    // Signed within the seal's validity it holds, also when looked at long after.
    let early = SealJob {
        time: at("2026-06-30T00:00:00Z"),
        ..world.job(&places)
    };
    let parts = seal_ofd(document("1"), &early).unwrap();
    assert!(verdict_by(&parts, &world.trust().at(at("2030-01-01T00:00:00Z"))).is_valid());
}

/// [I-12] A signature made before loss, expiry or destruction stays valid as made at that time;
/// one made after is invalid.
#[test]
fn what_was_signed_before_the_end_stays_valid() {
    let parts = WORLD.sealed(document("1"));
    let revoked = |on: &str, reason| {
        let entry = Revoked {
            serial: WORLD.serial(),
            at: at(on),
            reason,
        };
        verdict_by(&parts, &WORLD.trust_with(&[WORLD.crl(&[entry])]))
    };
    let before = revoked(
        "2026-08-01T00:00:00Z",
        RevocationReason::CessationOfOperation,
    );
    assert_eq!(failures(&before), [Reason::CertificateRevoked]);
    let after = revoked(
        "2026-09-01T00:00:00Z",
        RevocationReason::CessationOfOperation,
    );
    assert!(after.is_valid());
    let told = |verdict: &sealing::Verdict| {
        let of_signer = |f: &&sealing::Finding| f.check == Check::Revocation;
        verdict
            .findings
            .iter()
            .find(of_signer)
            .map(|f| (f.outcome, f.reason))
            .unwrap()
    };
    assert_eq!(told(&after), (Outcome::Pass, None));
    // The same with an end that was known beforehand.
    for (end, valid) in [
        ("2026-09-01T00:00:00Z", true),
        ("2026-07-01T00:00:00Z", false),
    ] {
        let world = world(end, crate::make::TO);
        let parts = world.sealed(document("1"));
        let later = world.trust().at(at("2030-01-01T00:00:00Z"));
        assert_eq!(verdict_by(&parts, &later).is_valid(), valid);
    }
    // A stolen key can claim any time, which is told.
    let stolen = revoked("2026-09-01T00:00:00Z", RevocationReason::KeyCompromise);
    assert!(stolen.is_valid());
    assert_eq!(
        told(&stolen),
        (Outcome::Warn, Some(Reason::CertificateRevoked))
    );
}

#[test]
fn a_signer_whom_the_seal_does_not_list() {
    // A seal for another signer, in a stamp of this one: made by hand, because sealing refuses it.
    let other = World::new("乙");
    let mut parts = WORLD.sealed(document("1"));
    let foreign = seal(&WORLD.maker, &other.signer, "甲公章");
    let value = crate::make::get(&mut parts, "Doc_0/Signs/Sign_0/SignedValue.dat").clone();
    let stamp = crate::formats::restamp(&value, &foreign, &WORLD.signer);
    *crate::make::get(&mut parts, "Doc_0/Signs/Sign_0/SignedValue.dat") = stamp;
    let reasons = failures(&verdict(&parts));
    assert_eq!(reasons, [Reason::SealMismatch, Reason::SignerNotInSeal]);
}

#[test]
fn a_maker_out_of_date_and_a_foreign_maker() {
    let places = places();
    let maker = issue_between(
        "旧制章人",
        Profile::Signer,
        Some(&WORLD.issuing),
        "2026-02-01T00:00:00Z",
        "2026-03-01T00:00:00Z",
    );
    let early = seal(&maker, &WORLD.signer, "甲公章");
    let parts = seal_ofd(
        document("1"),
        &SealJob {
            seal: &early,
            ..WORLD.job(&places)
        },
    )
    .unwrap();
    assert_eq!(failures(&verdict(&parts)), [Reason::MakerExpired]);
    let other = World::new("外");
    let foreign = seal(&other.maker, &WORLD.signer, "甲公章");
    let parts = seal_ofd(
        document("1"),
        &SealJob {
            seal: &foreign,
            ..WORLD.job(&places)
        },
    )
    .unwrap();
    assert_eq!(failures(&verdict(&parts)), [Reason::MakerForeign]);
}

#[test]
fn a_time_to_come_is_told() {
    let parts = WORLD.sealed(document("1"));
    let verdict = verdict_by(&parts, &WORLD.trust().at(at("2026-08-03T00:00:00Z")));
    assert!(verdict.is_valid());
    let told = |f: &sealing::Finding| f.reason == Some(Reason::FormatDeviation);
    assert!(verdict.findings.iter().any(told));
}

/// What is remembered must not outlive what it was found under.
#[test]
fn remembered_seals_and_chains_are_judged_anew() {
    let parts = WORLD.sealed(document("1"));
    let trust = WORLD.trust();
    for _ in 0..2 {
        assert!(verdict_by(&parts, &trust).is_valid());
    }
    // Another trust knows nothing of it.
    let der = World::new("外").root;
    let other = Trust::new(&[gm::Signer::certificate(&der).to_vec()], &[], &[], day()).unwrap();
    assert!(!verdict_by(&parts, &other).is_valid());
    // The same trust after its authorities have ended.
    let places = places();
    let late = SealJob {
        time: at("2030-12-31T00:00:00Z"),
        ..WORLD.job(&places)
    };
    let late = seal_ofd(document("1"), &late).unwrap();
    assert!(verdict_by(&late, &trust.at(at("2031-06-01T00:00:00Z"))).is_valid());
    let mut changed = parts.clone();
    let value = crate::make::get(&mut changed, "Doc_0/Signs/Sign_0/SignedValue.dat");
    let at = value.windows(9).position(|w| w == b"SEAL-0001").unwrap();
    value[at] ^= 1;
    assert!(!verdict_by(&changed, &trust).is_valid());
}

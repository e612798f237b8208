//! Certificates: time, chain, revocation.

use gm::{KeyKind, RevocationReason};
use sealing::Reason;
use sealing::pdf::{sign_pdf, verify_pdf};

use crate::make::*;

const NOW: &str = "2026-12-01T00:00:00Z";

#[test]
fn a_certificate_must_be_valid_when_signing() {
    let house = House::new(KeyKind::P256, 1);
    let seal = seal();
    // Expired since: stays valid as made at that time.
    let signer = house.signer_between("章", 1, "2026-01-01T00:00:00Z", "2026-09-01T00:00:00Z");
    let pdf = sign_pdf(&document(1), &job(&signer, &seal, "S")).unwrap();
    assert!(check(&pdf, &house).is_valid());
    // Not yet valid, and expired, at signing time.
    for (from, to) in [
        ("2026-07-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00Z", "2026-05-01T00:00:00Z"),
    ] {
        let signer = house.signer_between("章", 1, from, to);
        let pdf = sign_pdf(&document(1), &job(&signer, &seal, "S")).unwrap();
        assert_eq!(failures(&check(&pdf, &house)), [Reason::CertificateExpired]);
    }
}

#[test]
fn a_foreign_house_is_not_trusted() {
    let house = House::new(KeyKind::P256, 1);
    let other = House::new(KeyKind::P256, 2);
    assert_eq!(
        failures(&check(&signed(&other), &house)),
        [Reason::CertificateForeign]
    );
}

/// [I-12] for PDF: a signature made before the revocation stays valid, one made after is not.
#[test]
fn revocation_counts_from_its_time() {
    let house = House::new(KeyKind::P256, 1);
    let signer = house.signer("审批局公章", 1);
    let pdf = signed(&house);
    let judged = |at: &str, reason| {
        let list = house.revoke(&signer, at, reason);
        verify_pdf(&pdf, &house.trust_with(&[list], NOW)).unwrap()
    };
    let clean = house.trust_with(&[house.list(&[])], NOW);
    let verdict = verify_pdf(&pdf, &clean).unwrap();
    assert!(verdict.is_valid());
    assert!(
        verdict.findings.iter().all(|f| f.reason.is_none()),
        "{verdict:#?}"
    );

    let before = judged(
        "2026-05-01T00:00:00Z",
        RevocationReason::CessationOfOperation,
    );
    assert_eq!(failures(&before), [Reason::CertificateRevoked]);
    let after = judged(
        "2026-07-01T00:00:00Z",
        RevocationReason::CessationOfOperation,
    );
    assert!(after.is_valid() && warnings(&after).is_empty());
    let stolen = judged("2026-07-01T00:00:00Z", RevocationReason::KeyCompromise);
    assert!(stolen.is_valid());
    assert_eq!(
        warnings(&stolen)[0].reason,
        Some(Reason::CertificateRevoked)
    );
}

#[test]
fn a_time_still_to_come_is_told() {
    let house = House::new(KeyKind::P256, 1);
    let trust = house.trust_with(&[], "2026-05-01T00:00:00Z");
    let verdict = verify_pdf(&signed(&house), &trust).unwrap();
    assert_eq!(warnings(&verdict)[0].reason, Some(Reason::FormatDeviation));
}

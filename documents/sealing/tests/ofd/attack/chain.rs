//! Every certificate of the chain, and every list of revocations.

use gm::{
    CertificateSpec, Crl, KeyKind, Profile, RevocationReason, Revoked, Signer, SoftKey, Subject,
};
use sealing::{Outcome, Part, Reason, Trust, pack, verify_ofd};

use super::Table;
use crate::der::{Der, Form};
use crate::make::{FROM, TO, WORLD, World, at, day, document, issue, issue_between, seeded};

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
        "a revocation list in the name of “甲签发” was not signed by it",
    );
    let mut cleared = Der::read(&good);
    cleared.at(&[0]).all().remove(5);
    unknown(
        "forged: its entries removed",
        cleared.bytes(),
        "a revocation list in the name of “甲签发” was not signed by it",
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
        "a revocation list in the name of “甲签发” was not signed by it",
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

//! What an authority has issued and revoked, and an issuing authority under a foreign root.

use gm::{
    Addresses, Authority, CertError, Certificate, CertificateSpec, Extras, KeyKind, Profile,
    Revocation, RevocationReason, Subject, TrustStore,
};

use crate::support::{MADE, at, authority, seeded, store};

const FROM: &str = "2026-02-01T00:00:00Z";
const TO: &str = "2028-02-01T00:00:00Z";

fn spec<'a>(subject: &'a Subject, key: &'a gm::PublicKey, profile: Profile) -> CertificateSpec<'a> {
    CertificateSpec {
        subject,
        key,
        profile,
        not_before: at(FROM),
        not_after: at(TO),
    }
}

#[test]
fn everything_issued_stands_in_the_books_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let authority = authority(&store, KeyKind::P256);
    let subject = Subject::new("某局", "某局公章");
    let key = store.create("k", KeyKind::P256, &mut seeded(1)).unwrap();
    let of = |profile, seed| {
        authority.issue(
            &spec(&subject, &key, profile),
            Extras::default(),
            &mut seeded(seed),
        )
    };
    let signer = of(Profile::Signer, 2).unwrap();
    of(Profile::TimeStamp, 3).unwrap();
    let below = of(Profile::Issuing, 4).unwrap();
    assert!(below.is_ca() && below.is_signed_by(authority.root()).is_ok());
    // The same bytes again give the same serial number; the next draw does not.
    let other = of(Profile::Signer, 2);
    assert!(other.is_ok_and(|other| other.serial() != signer.serial()));
    let found = Authority::open(store.clone(), KeyKind::P256)
        .unwrap()
        .issued()
        .unwrap();
    let profiles: Vec<&str> = found.iter().map(|one| one.profile.as_str()).collect();
    assert_eq!(
        profiles,
        ["intermediate", "seal-maker", "signer", "tsa", "signer"]
    );
    let serials: std::collections::HashSet<_> = found.iter().map(|one| &one.serial).collect();
    assert_eq!(serials.len(), found.len());

    // Made anew: the same name and key, other dates, another number.
    let later = (at("2027-02-01T00:00:00Z"), at("2029-02-01T00:00:00Z"));
    let reissue = |old: &Certificate, seed| {
        authority.reissue(old, later, Extras::default(), &mut seeded(seed))
    };
    let again = reissue(&signer, 6).unwrap();
    assert_eq!(again.subject_der(), signer.subject_der());
    assert!(again.public_key().is_same(&key) && again.serial() != signer.serial());
    assert_eq!((again.not_before(), again.not_after()), later);
    authority
        .revoke(
            &signer.serial(),
            at(FROM),
            RevocationReason::KeyCompromise,
            &mut seeded(7),
        )
        .unwrap();
    assert!(matches!(
        reissue(&signer, 8),
        Err(CertError::NotReissued(_, _))
    ));
    assert!(matches!(
        reissue(authority.issuing(), 8),
        Err(CertError::NotReissued(_, _))
    ));

    // What the root issued is revoked by the root.
    let reason = RevocationReason::Superseded;
    authority
        .revoke(&below.serial(), at(FROM), reason, &mut seeded(9))
        .unwrap();
    let mut trust = TrustStore::new();
    authority.entrust(&mut trust, at(FROM)).unwrap();
    let chain = trust.chain(&below, &[], at(FROM)).unwrap();
    assert!(
        matches!(trust.revocation(&chain, at(FROM)), Revocation::Revoked(_, one) if one.reason == reason)
    );
    assert_eq!(authority.revoked().unwrap().len(), 1);
}

#[test]
fn addresses_stand_in_the_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let authority = authority(&store, KeyKind::P256);
    let addresses = Addresses {
        crl: vec![
            "http://crl.example/a.crl".into(),
            "http://crl.example/b.crl".into(),
        ],
        ocsp: vec!["http://ocsp.example/".into()],
        issuer: vec!["http://ca.example/issuing.cer".into()],
    };
    let subject = Subject::new("某局", "应答");
    let extras = Extras {
        addresses: Some(&addresses),
        ..Extras::default()
    };
    let key = store.create("k", KeyKind::P256, &mut seeded(1)).unwrap();
    let made = authority
        .issue(
            &spec(&subject, &key, Profile::OcspResponder),
            extras,
            &mut seeded(2),
        )
        .unwrap();
    std::fs::write(folder.path().join("c.pem"), made.to_pem()).unwrap();
    let text = ["x509", "-in", "c.pem", "-noout", "-text"];
    let output = crate::openssl::openssl(folder.path(), &text);
    crate::openssl::accepts(&output);
    let said = String::from_utf8_lossy(&output.stdout).to_string();
    for wanted in [
        "URI:http://crl.example/a.crl",
        "URI:http://crl.example/b.crl",
        "OCSP - URI:http://ocsp.example/",
        "CA Issuers - URI:http://ca.example/issuing.cer",
        "OCSP Signing",
        "OCSP No Check",
    ] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
}

/// [H-80] The platform's issuing authority gets its certificate from another authority: what it
/// issued before and what it issues from then on leads to that one's root.
#[test]
fn the_issuing_authority_can_stand_under_another_root() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let own = authority(&store, KeyKind::Sm2);
    let elsewhere = tempfile::tempdir().unwrap();
    let real = authority(&crate::support::store(elsewhere.path()), KeyKind::Sm2);
    let subject = Subject::new("某局", "某局公章");
    let before = own
        .issue_signer("seal.1", &subject, at(FROM), at(TO), &mut seeded(1))
        .unwrap();

    let key = store.public_key("ca.sm2.issuing").unwrap();
    let named = Extras {
        name: Some(own.issuing().subject_der()),
        ..Extras::default()
    };
    let theirs = real
        .issue(
            &spec(&subject, &key, Profile::Issuing),
            named,
            &mut seeded(2),
        )
        .unwrap();
    // Another name would leave what was issued without issuer.
    let renamed = real
        .issue(
            &spec(&subject, &key, Profile::Issuing),
            Extras::default(),
            &mut seeded(6),
        )
        .unwrap();
    let adopt = |certificate: &Certificate| {
        let chain = [certificate.clone(), real.root().clone()];
        own.adopt_issuing(&chain, at(FROM), &mut seeded(3))
    };
    assert!(matches!(adopt(&renamed), Err(CertError::NotAdopted(..))));
    assert!(matches!(
        adopt(real.issuing()),
        Err(CertError::NotAdopted(..))
    ));
    assert_eq!(
        Authority::open(store.clone(), KeyKind::Sm2).unwrap().root(),
        own.root()
    );
    let now = adopt(&theirs).unwrap();
    assert_eq!((now.issuing(), now.root()), (&theirs, real.root()));
    let maker = Certificate::from_der(now.maker().unwrap().certificate()).unwrap();
    assert_eq!(maker.not_after(), at(TO));
    let after = now
        .issue_signer(
            "seal.2",
            &subject,
            at(FROM),
            at("2027-02-01T00:00:00Z"),
            &mut seeded(5),
        )
        .unwrap();

    let mut strangers = TrustStore::new();
    strangers.add_root(real.root().der()).unwrap();
    let mut ours = TrustStore::new();
    now.entrust(&mut ours, at(FROM)).unwrap();
    for signer in [before, after, now.maker().unwrap()] {
        let leaf = Certificate::from_der(signer.certificate()).unwrap();
        let extra = [theirs.clone()];
        let chain = strangers.chain(&leaf, &extra, at(FROM)).unwrap();
        assert_eq!(chain.0.last(), Some(real.root()));
        let chain = ours.chain(&leaf, &[], at(FROM)).unwrap();
        assert_eq!(ours.revocation(&chain, at(FROM)), Revocation::Good);
    }
    assert!(own.root().is_valid_at(at(MADE)));
}

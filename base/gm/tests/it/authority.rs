use gm::{
    Authority, CertError, Certificate, KeyKind, Revocation, RevocationReason, Subject, TrustStore,
};

use crate::support::{MADE, at, authority, names, seeded, store};

#[test]
fn an_authority_is_made_once_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    assert!(matches!(
        Authority::open(store.clone(), KeyKind::Sm2),
        Err(CertError::NoAuthority(_))
    ));
    let made = authority(&store, KeyKind::Sm2);
    let found = Authority::open(store.clone(), KeyKind::Sm2).unwrap();
    assert_eq!(found.root(), made.root());
    assert_eq!(found.issuing(), made.issuing());
    assert_eq!(made.root().not_after(), at("2046-01-01T00:00:00Z"));
    assert_eq!(made.issuing().not_after(), at("2036-01-01T00:00:00Z"));
    assert_eq!(made.default_end(at(MADE)), at("2031-01-01T00:00:00Z"));
    assert!(made.root().is_ca() && made.issuing().is_ca());
    let maker = Certificate::from_der(made.maker().unwrap().certificate()).unwrap();
    assert!(!maker.is_ca() && maker.may_sign());
    assert_eq!(maker.subject(), "示范市通办制章人（SM2）");
    assert_eq!(
        maker.subject_organization().as_deref(),
        Some("示范市政务服务管理局")
    );
    assert!(matches!(
        Authority::open(store, KeyKind::P256),
        Err(CertError::NoAuthority(_))
    ));
}

/// The power may go at any step; the next start must end with a whole authority.
#[test]
fn a_broken_off_creation_is_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    store
        .create("ca.sm2.root", KeyKind::Sm2, &mut seeded(1))
        .unwrap();
    let made = authority(&store, KeyKind::Sm2);
    let mut trust = TrustStore::new();
    made.entrust(&mut trust, at(MADE)).unwrap();
    let maker = Certificate::from_der(made.maker().unwrap().certificate()).unwrap();
    assert!(trust.chain(&maker, &[], at(MADE)).is_ok());
    let again = Authority::create(store, KeyKind::Sm2, &names(), at(MADE), &mut seeded(8)).unwrap();
    assert_eq!(again.root(), made.root());
}

#[test]
fn signers_are_valid_within_their_issuer_and_can_be_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let authority = authority(&store, KeyKind::Sm2);
    let subject = Subject::new("某局", "某局公章");
    let (from, to) = (at("2026-02-01T00:00:00Z"), at("2031-02-01T00:00:00Z"));
    let late = at("2037-01-01T00:00:00Z");
    let outside = authority.issue_signer("seal.0", &subject, from, late, &mut seeded(1));
    assert!(matches!(outside, Err(CertError::OutsideIssuer(_))));
    let signer = authority
        .issue_signer("seal.0", &subject, from, to, &mut seeded(2))
        .unwrap();
    let leaf = Certificate::from_der(signer.certificate()).unwrap();
    assert_eq!((leaf.not_before(), leaf.not_after()), (from, to));

    let judge = || {
        let mut trust = TrustStore::new();
        authority.entrust(&mut trust, from).unwrap();
        let chain = trust.chain(&leaf, &[], from).unwrap();
        trust.revocation(&chain, from)
    };
    assert_eq!(judge(), Revocation::Good);
    let lost = at("2026-03-01T00:00:00Z");
    for day in [lost, to] {
        authority
            .revoke(
                &leaf.serial(),
                day,
                RevocationReason::KeyCompromise,
                &mut seeded(3),
            )
            .unwrap();
    }
    let Revocation::Revoked(name, entry) = judge() else {
        panic!("not revoked")
    };
    assert_eq!((name.as_str(), entry.at), ("某局公章", lost));
}

#[test]
fn many_signers_are_made_in_one_change_all_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let authority = authority(&store, KeyKind::P256);
    let (from, to) = (at("2026-02-01T00:00:00Z"), at("2031-02-01T00:00:00Z"));
    let wanted: Vec<_> = (0..5)
        .map(|n| {
            (
                format!("seal.{n}"),
                Subject::new("某局", &format!("第{n}枚")),
            )
        })
        .collect();
    let before = std::fs::read(folder.path().join("keys")).unwrap();
    let signers = authority
        .issue_signers(&wanted, from, to, &mut seeded(3))
        .unwrap();
    let mut trust = TrustStore::new();
    authority.entrust(&mut trust, from).unwrap();
    for (signer, (name, subject)) in signers.iter().zip(&wanted) {
        let own = Certificate::from_der(signer.certificate()).unwrap();
        assert_eq!(own.subject(), subject.common_name);
        assert!(trust.chain(&own, &[], from).is_ok());
        let signature = signer.sign(b"message").unwrap();
        own.public_key()
            .verify(signer.algorithm(), b"message", &signature)
            .unwrap();
        assert_eq!(
            store.signer(name).unwrap().certificate(),
            signer.certificate()
        );
    }
    assert_ne!(std::fs::read(folder.path().join("keys")).unwrap(), before);

    // One name that is taken, or a validity that cannot be given: nothing is made.
    let keys = store.keys();
    let mut more = vec![("seal.9".to_string(), Subject::new("某局", "第9枚"))];
    let late = at("2099-01-01T00:00:00Z");
    let refused = authority.issue_signers(&more, from, late, &mut seeded(4));
    assert!(matches!(refused, Err(CertError::OutsideIssuer(_))));
    more.push(wanted[0].clone());
    let taken = authority.issue_signers(&more, from, to, &mut seeded(5));
    assert!(matches!(
        taken,
        Err(CertError::Key(gm::KeyError::Exists(_)))
    ));
    assert_eq!(store.keys(), keys);
}

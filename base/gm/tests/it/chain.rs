use gm::{
    Certificate, CertificateSpec, ChainError, Crl, KeyKind, Profile, Revocation, RevocationReason,
    Revoked, Signer, SoftKey, Subject, TrustStore,
};
use jiff::Timestamp;

use crate::support::{at, seeded};

struct Issued {
    key: SoftKey,
    certificate: Certificate,
}

fn issue(name: &str, profile: Profile, above: Option<&Issued>, from: &str, to: &str) -> Issued {
    let mut entropy = seeded(name.bytes().map(u64::from).sum());
    let key = SoftKey::generate(KeyKind::Sm2, &mut entropy);
    let (subject, public) = (Subject::new("某机构", name), key.public_key());
    let spec = CertificateSpec {
        subject: &subject,
        key: &public,
        profile,
        not_before: at(from),
        not_after: at(to),
    };
    let certificate = match above {
        Some(above) => spec.issue(&above.key, &mut entropy).unwrap(),
        None => spec.self_sign(&key, &mut entropy).unwrap(),
    };
    let key = key.with_certificate(certificate.der().to_vec(), vec![]);
    Issued { key, certificate }
}

const FROM: &str = "2026-01-01T00:00:00Z";
const TO: &str = "2036-01-01T00:00:00Z";

fn family() -> (Issued, Issued, Issued) {
    let root = issue("root", Profile::Root, None, FROM, TO);
    let issuing = issue("issuing", Profile::Issuing, Some(&root), FROM, TO);
    let leaf = issue("leaf", Profile::Signer, Some(&issuing), FROM, TO);
    (root, issuing, leaf)
}

fn trusting(root: &Issued) -> TrustStore {
    let mut trust = TrustStore::new();
    trust.add_root(root.certificate.der()).unwrap();
    trust
}

fn day() -> Timestamp {
    at("2027-01-01T00:00:00Z")
}

#[test]
fn a_chain_is_found_with_what_came_along_or_is_known() {
    let (root, issuing, leaf) = family();
    let mut trust = trusting(&root);
    let unknown = Err(ChainError::UnknownIssuer("leaf".into()));
    assert_eq!(
        trust.chain(&leaf.certificate, &[], day()).map(|_| ()),
        unknown
    );
    let extra = [issuing.certificate.clone()];
    let chain = trust.chain(&leaf.certificate, &extra, day()).unwrap();
    let names: Vec<_> = chain.0.iter().map(Certificate::subject).collect();
    assert_eq!(names, ["leaf", "issuing", "root"]);
    // Found once, it is found again without them.
    assert_eq!(trust.chain(&leaf.certificate, &[], day()).unwrap(), chain);
    trust.add_intermediate(issuing.certificate.der()).unwrap();
    assert!(trust.chain(&leaf.certificate, &[], day()).is_ok());
    let nobody = TrustStore::new().chain(&leaf.certificate, &extra, day());
    assert_eq!(nobody.map(|_| ()), Err(ChainError::NoRoots));
}

#[test]
fn authorities_must_be_valid_at_the_time_also_when_remembered() {
    let (root, issuing, leaf) = family();
    let trust = trusting(&root);
    let extra = [issuing.certificate];
    for late in [false, true] {
        let time = at(if late { "2040-01-01T00:00:00Z" } else { FROM });
        let found = trust.chain(&leaf.certificate, &extra, time).map(|_| ());
        let gone = ChainError::NotValid("issuing".into());
        assert_eq!(found, if late { Err(gone) } else { Ok(()) });
    }
}

#[test]
fn a_signer_cannot_issue() {
    let (root, issuing, leaf) = family();
    let below = issue("below", Profile::Signer, Some(&leaf), FROM, TO);
    let extra = [issuing.certificate, leaf.certificate];
    let found = trusting(&root).chain(&below.certificate, &extra, day());
    assert!(matches!(found, Err(ChainError::Misused(name, _)) if name == "leaf"));
}

#[test]
fn the_depth_of_authorities_is_limited() {
    let (root, issuing, _) = family();
    let deeper = issue("deeper", Profile::Issuing, Some(&issuing), FROM, TO);
    let leaf = issue("leaf", Profile::Signer, Some(&deeper), FROM, TO);
    let extra = [issuing.certificate, deeper.certificate];
    let found = trusting(&root).chain(&leaf.certificate, &extra, day());
    assert!(matches!(found, Err(ChainError::Misused(name, _)) if name == "issuing"));
}

#[test]
fn a_namesake_of_the_root_is_not_the_root() {
    let (root, _, _) = family();
    let mut entropy = seeded(77);
    let key = SoftKey::generate(KeyKind::Sm2, &mut entropy);
    let (subject, public) = (Subject::new("某机构", "root"), key.public_key());
    let spec = CertificateSpec {
        subject: &subject,
        key: &public,
        profile: Profile::Root,
        not_before: at(FROM),
        not_after: at(TO),
    };
    let certificate = spec.self_sign(&key, &mut entropy).unwrap();
    let key = key.with_certificate(certificate.der().to_vec(), vec![]);
    let false_root = Issued { key, certificate };
    let leaf = issue("leaf", Profile::Signer, Some(&false_root), FROM, TO);
    let extra = [false_root.certificate];
    let found = trusting(&root).chain(&leaf.certificate, &extra, day());
    assert_eq!(
        found.map(|_| ()),
        Err(ChainError::UnknownIssuer("root".into()))
    );
}

/// Certificates that issue one another in every order must not make the search endless.
#[test]
fn crossed_certificates_do_not_exhaust_the_search() {
    let (root, _, _) = family();
    let foreign = issue("foreign", Profile::Root, None, FROM, TO);
    let mut entropy = seeded(5);
    let mut extra = Vec::new();
    // Forty authorities of one name and one key, so that each can stand above each.
    let key = SoftKey::generate(KeyKind::Sm2, &mut entropy);
    let (subject, public) = (Subject::new("某机构", "crossed"), key.public_key());
    let spec = CertificateSpec {
        subject: &subject,
        key: &public,
        profile: Profile::Root,
        not_before: at(FROM),
        not_after: at(TO),
    };
    for _ in 0..40 {
        extra.push(spec.self_sign(&key, &mut entropy).unwrap());
    }
    let key = key.with_certificate(extra[0].der().to_vec(), vec![]);
    let crossed = Issued {
        key,
        certificate: extra[0].clone(),
    };
    let leaf = issue("leaf", Profile::Signer, Some(&crossed), FROM, TO);
    extra.push(foreign.certificate);
    assert!(
        trusting(&root)
            .chain(&leaf.certificate, &extra, day())
            .is_err()
    );
}

fn crl(issuer: &Issued, revoked: &[Revoked]) -> Vec<u8> {
    let end = at("2027-02-01T00:00:00Z");
    Crl::build(&issuer.key, revoked, at("2026-12-31T00:00:00Z"), end)
        .unwrap()
        .der()
        .to_vec()
}

#[test]
fn revocation_counts_only_from_the_issuers_own_list() {
    let (root, issuing, leaf) = family();
    let revoked = Revoked {
        serial: leaf.certificate.serial(),
        at: at("2026-06-01T00:00:00Z"),
        reason: RevocationReason::Superseded,
    };
    let judge = |lists: &[Vec<u8>], now: Timestamp| {
        let mut trust = trusting(&root);
        lists.iter().for_each(|der| trust.add_crl(der).unwrap());
        let extra = [issuing.certificate.clone()];
        let chain = trust.chain(&leaf.certificate, &extra, day()).unwrap();
        trust.revocation(&chain, now)
    };
    assert!(matches!(judge(&[], day()), Revocation::Unknown(_)));
    assert_eq!(judge(&[crl(&issuing, &[])], day()), Revocation::Good);
    let named = Revocation::Revoked("leaf".into(), revoked.clone());
    assert_eq!(
        judge(&[crl(&issuing, std::slice::from_ref(&revoked))], day()),
        named
    );
    // A list that has ended says no longer that all is good, but still what was revoked.
    let late = at("2028-01-01T00:00:00Z");
    assert!(matches!(
        judge(&[crl(&issuing, &[])], late),
        Revocation::Unknown(_)
    ));
    assert_eq!(
        judge(&[crl(&issuing, std::slice::from_ref(&revoked))], late),
        named
    );
    // A list of the root, or one signed by somebody else, says nothing of this signer.
    assert!(matches!(
        judge(&[crl(&root, std::slice::from_ref(&revoked))], day()),
        Revocation::Unknown(_)
    ));
    let other = SoftKey::generate(KeyKind::Sm2, &mut seeded(50))
        .with_certificate(issuing.certificate.der().to_vec(), vec![]);
    let other = Issued {
        key: other,
        certificate: issuing.certificate.clone(),
    };
    assert!(matches!(
        judge(&[crl(&other, &[revoked])], day()),
        Revocation::Unknown(_)
    ));
    // The issuing authority itself revoked by the root.
    let entry = Revoked {
        serial: issuing.certificate.serial(),
        at: at("2026-06-01T00:00:00Z"),
        reason: RevocationReason::AuthorityCompromise,
    };
    let found = judge(
        &[crl(&issuing, &[]), crl(&root, std::slice::from_ref(&entry))],
        day(),
    );
    assert_eq!(found, Revocation::Revoked("issuing".into(), entry));
}

#[test]
fn every_changed_byte_of_a_certificate_is_noticed() {
    let (root, issuing, _) = family();
    let trust = trusting(&root);
    let der = issuing.certificate.der();
    for index in 0..der.len() {
        let mut changed = der.to_vec();
        changed[index] ^= 1;
        let accepted = Certificate::from_der(&changed)
            .is_ok_and(|certificate| trust.chain(&certificate, &[], day()).is_ok());
        assert!(!accepted, "byte {index}");
    }
}

#[test]
fn a_list_reads_back() {
    let (_, issuing, _) = family();
    let entry = |serial: &str, reason| Revoked {
        serial: serial.into(),
        at: day(),
        reason,
    };
    let revoked = [
        entry("1", RevocationReason::Unspecified),
        entry("abc", RevocationReason::KeyCompromise),
    ];
    let list = Crl::from_der(&crl(&issuing, &revoked)).unwrap();
    assert_eq!(list.len(), 2);
    assert_eq!(list.entry("1"), Some(&revoked[0]));
    assert_eq!(list.entry("abc"), Some(&revoked[1]));
    assert_eq!(list.entry("ab"), None);
    assert!(issuing.key.certificate() == issuing.certificate.der());
}

//! Revocation data: lists and OpenSSL's responder, fetched once and kept.

use std::sync::Arc;

use gm::{
    Chain, Crl, Evidence, OcspError, OcspRequest, OcspResponse, OcspStatus, Revocation,
    RevocationCache, RevocationReason, RevocationSource, Transport, TrustStore,
};
use jiff::{SignedDuration, Timestamp};

use crate::outside::{LIST, OCSP, Outside};
use crate::support::seeded;

const P256: &str = "ec -pkeyopt ec_paramgen_curve:prime256v1";

fn chain(outside: &Outside) -> Chain {
    Chain(vec![
        outside.certificate("signer"),
        outside.certificate("root"),
    ])
}

fn ask(outside: &Outside, seed: u64) -> (OcspRequest, Vec<u8>) {
    let (signer, root) = (outside.certificate("signer"), outside.certificate("root"));
    let question = OcspRequest::new(&signer, &root, &mut seeded(seed));
    let answer = outside
        .post(OCSP, "application/ocsp-request", &question.to_der())
        .unwrap();
    (question, answer)
}

fn judge(evidence: &Evidence, chain: &Chain, now: Timestamp) -> Revocation {
    TrustStore::new().revocation_with(chain, evidence, None, now)
}

fn with(ocsp: OcspResponse) -> Evidence {
    Evidence {
        ocsps: vec![Arc::new(ocsp)],
        ..Evidence::new()
    }
}

#[test]
fn addresses_stand_in_the_certificate() {
    let outside = Outside::new(P256);
    let signer = outside.certificate("signer");
    assert_eq!(signer.ocsp_urls(), [OCSP]);
    assert_eq!(signer.crl_urls(), [LIST]);
    assert!(signer.issuer_urls().is_empty());
    assert!(outside.certificate("root").ocsp_urls().is_empty());
    let responder = outside.certificate("responder");
    assert!(responder.may_answer_ocsp() && responder.is_exempt_from_revocation());
    assert!(!signer.may_answer_ocsp() && !signer.is_exempt_from_revocation());
}

#[test]
fn openssl_answers_good_and_revoked() {
    for key in [P256, "rsa:2048"] {
        let outside = Outside::new(key);
        let (chain, now) = (chain(&outside), outside.now());
        let (question, answer) = ask(&outside, 1);
        let good = question.accept(&answer).unwrap();
        assert_eq!(good.answers[0].status, OcspStatus::Good);
        assert_eq!(judge(&with(good.clone()), &chain, now), Revocation::Good);
        // It ends; then it counts only for what a time stamp proves to be older.
        let late = now + SignedDuration::from_hours(24 * 30);
        assert!(matches!(
            judge(&with(good.clone()), &chain, late),
            Revocation::Unknown(_)
        ));
        let proven = TrustStore::new().revocation_with(&chain, &with(good), Some(now), late);
        assert_eq!(proven, Revocation::Good);
        // An answer to another question.
        assert_eq!(
            ask(&outside, 2).0.accept(&answer).err(),
            Some(OcspError::Nonce)
        );

        outside.revoke("signer", "keyCompromise");
        let (question, answer) = ask(&outside, 3);
        let revoked = question.accept(&answer).unwrap();
        let Revocation::Revoked(who, entry) = judge(&with(revoked), &chain, now) else {
            panic!("not revoked");
        };
        assert_eq!(who, "signer");
        assert_eq!(entry.reason, RevocationReason::KeyCompromise);
        let list = Crl::from_der(&outside.read("crl.der")).unwrap();
        let listed = Evidence {
            crls: vec![Arc::new(list)],
            ..Evidence::new()
        };
        assert!(matches!(
            judge(&listed, &chain, now),
            Revocation::Revoked(..)
        ));
    }
}

#[test]
fn only_the_issuer_and_those_it_appointed_answer() {
    let outside = Outside::new(P256);
    let (chain, now) = (chain(&outside), outside.now());
    let (question, answer) = ask(&outside, 1);
    for at in 0..answer.len() {
        let mut changed = answer.clone();
        changed[at] ^= 1;
        if let Ok(read) = question.accept(&changed) {
            let before = question.accept(&answer).unwrap();
            if judge(&with(read.clone()), &chain, now) == Revocation::Good {
                // What is not covered by the signature may differ: the outermost status, NULLs.
                assert_eq!(read.produced_at, before.produced_at, "byte {at}");
                assert_eq!(read.answers[0].next_update, before.answers[0].next_update);
            }
        }
    }
    // By a certificate of the same issuer that was made for something else.
    outside.write("q.req", &question.to_der());
    outside.run(
        "ocsp -index index.txt -rsigner signer.pem -rkey signer.key -CA root.pem -reqin q.req \
         -respout q.resp -ndays 7",
    );
    let forged = question.accept(&outside.read("q.resp")).unwrap();
    let error = forged.answer(&chain.0[0], &chain.0[1]).err();
    assert_eq!(error, Some(OcspError::Responder("root".into())));
    assert!(matches!(
        judge(&with(forged), &chain, now),
        Revocation::Unknown(_)
    ));
    // By the issuer itself.
    outside.run(
        "ocsp -index index.txt -rsigner root.pem -rkey root.key -CA root.pem -reqin q.req \
         -respout q.resp -ndays 7 -resp_key_id",
    );
    let own = question.accept(&outside.read("q.resp")).unwrap();
    assert_eq!(judge(&with(own), &chain, now), Revocation::Good);
    // By another house.
    let other = Outside::new(P256);
    let (_, strange) = ask(&other, 1);
    let strange = OcspResponse::from_der(&strange).unwrap();
    assert!(matches!(
        judge(&with(strange), &chain, now),
        Revocation::Unknown(_)
    ));
    // No answer at all.
    for (wrong, told) in [
        (&[0x30, 3, 0x0a, 1, 3][..], OcspError::Refused("try later")),
        (&[0x30, 3, 0x0a, 1, 6], OcspError::Refused("unauthorized")),
    ] {
        assert_eq!(OcspResponse::from_der(wrong).err(), Some(told));
    }
    for wrong in [
        &b""[..],
        b"no answer",
        &[0x30, 0],
        &answer[..answer.len() - 1],
    ] {
        assert!(OcspResponse::from_der(wrong).is_err());
    }
}

/// What was fetched is used until it ends; what cannot be reached is told, and not asked for again
/// at once.
#[test]
fn revocation_data_are_fetched_once_and_kept() {
    let outside = Arc::new(Outside::new(P256));
    let transport: Arc<dyn Transport> = outside.clone();
    let cache = RevocationCache::new(transport, Box::new(seeded(5)));
    let (chain, now) = (chain(&outside), outside.now());
    let asked = || std::mem::take(&mut *outside.asked.lock().unwrap());
    let hours = |hours| now + SignedDuration::from_hours(hours);
    let found = |now| judge(&cache.evidence(&chain, now), &chain, now);

    assert_eq!(found(now), Revocation::Good);
    assert_eq!(asked(), [OCSP]);
    assert_eq!(found(hours(24 * 6)), Revocation::Good);
    assert!(asked().is_empty());

    // The responder is gone: the list is asked for, and the responder not again for a while.
    outside.dead.lock().unwrap().push(OCSP);
    let cache = RevocationCache::new(outside.clone(), Box::new(seeded(6)));
    let found = |now| judge(&cache.evidence(&chain, now), &chain, now);
    assert_eq!(found(now), Revocation::Good);
    assert_eq!(asked(), [OCSP, LIST]);
    assert_eq!(found(now), Revocation::Good);
    assert!(asked().is_empty());

    // Both are gone: said, with the addresses, and never taken for good.
    outside.dead.lock().unwrap().push(LIST);
    let cache = RevocationCache::new(outside.clone(), Box::new(seeded(6)));
    let Revocation::Unknown(why) = judge(&cache.evidence(&chain, now), &chain, now) else {
        panic!("taken for known");
    };
    assert!(why.contains(OCSP) && why.contains(LIST), "{why}");
    assert_eq!(asked(), [OCSP, LIST]);
    // Back again, and asked once the pause is over.
    outside.dead.lock().unwrap().clear();
    let now = now + SignedDuration::from_secs(30);
    assert!(matches!(
        judge(&cache.evidence(&chain, now), &chain, now),
        Revocation::Unknown(_)
    ));
    let now = now + SignedDuration::from_secs(60);
    assert_eq!(
        judge(&cache.evidence(&chain, now), &chain, now),
        Revocation::Good
    );
    // A list that ended long ago is not taken for an answer.
    let (then, cache) = (
        hours(24 * 40),
        RevocationCache::new(outside, Box::new(seeded(6))),
    );
    let Revocation::Unknown(why) = judge(&cache.evidence(&chain, then), &chain, then) else {
        panic!("taken for known");
    };
    assert!(why.contains("ended already"), "{why}");
}

/// Lists that are about something else, or only about changes, say nothing (RFC 5280, 5.2.4, 5.2.5).
#[test]
fn lists_of_a_narrower_scope_count_for_what_they_are_about() {
    let outside = Outside::new(P256);
    let (chain, now) = (chain(&outside), outside.now());
    let config = String::from_utf8(outside.read("c.cnf")).unwrap();
    let judged = |scope: &str| {
        let sections = format!(
            "{config}\n[ scoped ]\n{scope}\n[ here_too ]\nfullname = URI:{LIST}\n\
             [ elsewhere ]\nfullname = URI:http://ca.example/other.crl\n\
             [ users ]\nonlyuser = TRUE\n[ authorities ]\nonlyCA = TRUE\n\
             [ some ]\nonlysomereasons = keyCompromise\n[ indirect ]\nindirectCRL = TRUE\n"
        );
        outside.write("scoped.cnf", sections.as_bytes());
        outside.run(
            "ca -config scoped.cnf -cert root.pem -keyfile root.key -gencrl -crlexts scoped \
             -out scoped.pem",
        );
        outside.run("crl -in scoped.pem -outform DER -out scoped.der");
        let list = Crl::from_der(&outside.read("scoped.der")).unwrap();
        let evidence = Evidence {
            crls: vec![Arc::new(list)],
            ..Evidence::new()
        };
        judge(&evidence, &chain, now) == Revocation::Good
    };
    for (scope, counts) in [
        ("issuingDistributionPoint = critical, @here_too", true),
        ("issuingDistributionPoint = critical, @elsewhere", false),
        ("issuingDistributionPoint = critical, @users", true),
        ("issuingDistributionPoint = critical, @authorities", false),
        ("issuingDistributionPoint = critical, @some", false),
        ("issuingDistributionPoint = critical, @indirect", false),
        ("2.5.29.27 = critical, DER:020101", false),
        ("1.2.3.4 = critical, DER:0500", false),
        ("1.2.3.4 = DER:0500", true),
    ] {
        assert_eq!(judged(scope), counts, "{scope}");
    }
}

/// Many verifications that need the same answer at the same moment ask for it once.
#[test]
fn one_question_serves_all_who_wait() {
    let outside = Arc::new(Outside::new(P256));
    let (chain, now) = (chain(&outside), outside.now());
    let cache = RevocationCache::new(outside.clone(), Box::new(seeded(5)));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let found = cache.evidence(&chain, now);
                assert_eq!(judge(&found, &chain, now), Revocation::Good);
            });
        }
    });
    assert_eq!(*outside.asked.lock().unwrap(), [OCSP]);
}

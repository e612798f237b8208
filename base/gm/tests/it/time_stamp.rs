//! Time stamps of OpenSSL's authority, and OpenSSL's opinion of ours questions.

use std::sync::Arc;

use gm::{
    CertificateSpec, DigestAlgorithm, KeyKind, Profile, Subject, TimeStampAnswerer,
    TimeStampAuthority, TimeStampClient, TimeStampError, TimeStampRequest, TimeStampToken,
    Transport, TrustStore,
};

use crate::outside::{Outside, TSA};
use crate::support::{seeded, store};

const P256: &str = "ec -pkeyopt ec_paramgen_curve:prime256v1";

fn trusting(outside: &Outside) -> TrustStore {
    let mut trust = TrustStore::new();
    trust.add_root(outside.certificate("root").der()).unwrap();
    trust
}

fn client(outside: &Arc<Outside>, digest: DigestAlgorithm, trust: TrustStore) -> TimeStampClient {
    let transport: Arc<dyn Transport> = outside.clone();
    let trust = Some(Arc::new(trust));
    TimeStampClient::new(TSA, digest, transport, trust, Box::new(seeded(7)))
}

#[test]
fn openssl_answers_our_questions_and_confirms_what_we_accept() {
    for (key, digest) in [
        (P256, DigestAlgorithm::Sha256),
        ("rsa:2048", DigestAlgorithm::Sm3),
        (
            "ec -pkeyopt ec_paramgen_curve:secp384r1",
            DigestAlgorithm::Sha512,
        ),
    ] {
        let outside = Arc::new(Outside::new(key));
        let token = client(&outside, digest, trusting(&outside))
            .stamp_parts(&[b"mess", b"age"])
            .unwrap();
        assert!(token.covers(b"message") && !token.covers(b"massage"));
        assert_eq!(token.authority(), "tsa");
        assert_eq!(token.policy, "1.2.3.4.1");
        assert!(token.time.duration_since(outside.now()).as_mins().abs() < 5);
        assert_eq!(token.chain(&trusting(&outside)).unwrap().0.len(), 2);

        outside.write("m", b"message");
        outside.write("token.der", token.der());
        let verify = "ts -verify -token_in -in token.der -data m -CAfile root.pem";
        outside.run(verify);
        outside.write("m", b"massage");
        assert!(!outside.says(verify).0);
    }
}

/// The other direction: a question by OpenSSL, whose answer we read as we would read a stranger's.
#[test]
fn a_token_asked_for_by_openssl_is_read() {
    let outside = Outside::new(P256);
    outside.write("m", b"message");
    outside.run("ts -query -data m -sha384 -cert -out q.tsq");
    outside.run("ts -reply -config c.cnf -section tsa_config -queryfile q.tsq -token_out -out t");
    let token = TimeStampToken::read(&[&outside.read("t")[..], &[0; 9]].concat()).unwrap();
    assert_eq!(token.holds(), Ok(()));
    assert_eq!(token.digest, Some(DigestAlgorithm::Sha384));
    assert!(token.covers(b"message"));
    assert_eq!(token.der(), outside.read("t"));
}

#[test]
fn answers_to_other_questions_and_refusals_are_told() {
    let outside = Arc::new(Outside::new(P256));
    let digest = DigestAlgorithm::Sha256;
    let ask = |text: &[u8], seed| TimeStampRequest::new(digest, &[text], &mut seeded(seed));
    let answer = |question: &TimeStampRequest| {
        outside
            .post(TSA, "application/timestamp-query", &question.to_der())
            .unwrap()
    };
    let question = ask(b"message", 1);
    let response = answer(&question);
    assert!(question.accept(&response).is_ok());
    let other = |error| Err::<(), _>(TimeStampError::Mismatch(error));
    let accept = |question: TimeStampRequest| question.accept(&response).map(|_| ());
    assert_eq!(accept(ask(b"massage", 1)), other("another imprint"));
    assert_eq!(accept(ask(b"message", 2)), other("another nonce"));

    // Every changed byte of the token is noticed, or it changed nothing that counts.
    let whole = question.accept(&response).unwrap();
    for at in 0..response.len() {
        let mut changed = response.clone();
        changed[at] ^= 1;
        if let Ok(token) = question.accept(&changed) {
            assert_eq!(token.time, whole.time, "byte {at}");
            assert_eq!(token.authority(), whole.authority(), "byte {at}");
        }
    }

    // A digest that the authority does not take: a refusal with its words.
    let sha1 = TimeStampRequest::new(DigestAlgorithm::Sha1, &[b"m"], &mut seeded(3));
    let refused = sha1.accept(&answer(&sha1));
    assert!(
        matches!(refused, Err(TimeStampError::Refused(_))),
        "{refused:?}"
    );

    let trust = TrustStore::new();
    let untrusted = client(&outside, digest, trust).stamp(b"message");
    assert!(matches!(untrusted, Err(TimeStampError::Untrusted(_))));
    outside.dead.lock().unwrap().push(TSA);
    let gone = client(&outside, digest, trusting(&outside)).stamp(b"message");
    assert!(
        matches!(gone, Err(TimeStampError::Unreachable(_))),
        "{gone:?}"
    );
    for wrong in [
        &b""[..],
        b"no answer",
        &[0x30, 0],
        &response[..response.len() - 1],
    ] {
        assert!(question.accept(wrong).is_err());
    }
}

/// Only a certificate made for time stamping alone, and saying so critically, stamps time
/// (RFC 3161, 2.3). OpenSSL refuses to stamp with another, so its signature command stands in.
#[test]
fn a_certificate_for_something_else_does_not_stamp() {
    let outside = Outside::new(P256);
    outside.certify("lax", "lax", P256);
    for (name, may) in [
        ("tsa", true),
        ("lax", false),
        ("signer", false),
        ("root", false),
    ] {
        assert_eq!(outside.certificate(name).may_stamp_time(), may, "{name}");
    }
    outside.write("m", b"message");
    outside.run("ts -query -data m -sha256 -cert -out q.tsq");
    outside.run("ts -reply -config c.cnf -section tsa_config -queryfile q.tsq -token_out -out t");
    let token = TimeStampToken::read(&outside.read("t")).unwrap();
    assert_eq!(token.holds(), Ok(()));
    // The same statement, signed by the certificate that may not.
    outside.run("cms -verify -noverify -inform DER -in t -out info");
    outside.run(
        "cms -sign -binary -nodetach -cades -md sha256 -econtent_type 1.2.840.113549.1.9.16.1.4 \
         -signer lax.pem -inkey lax.key -in info -outform DER -out forged",
    );
    let forged = TimeStampToken::read(&outside.read("forged")).unwrap();
    let why = "its certificate is not one for time stamps alone";
    assert_eq!(forged.holds(), Err(TimeStampError::Broken(why)));
}

/// An authority of ours: OpenSSL accepts what it answers, in every digest, and odd questions are
/// refused in the protocol's own words.
#[test]
fn openssl_accepts_our_answers() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    for kind in [KeyKind::P256, KeyKind::Rsa2048] {
        let outside = Outside::new(P256);
        let now = outside.now();
        let mut entropy = seeded(11);
        let root = store.create(&format!("root.{}", kind.name()), kind, &mut entropy);
        let root = root.unwrap();
        let bare = store.bare_signer(&format!("root.{}", kind.name())).unwrap();
        let end = now + jiff::SignedDuration::from_hours(24 * 30);
        let spec = |subject: &Subject, key: &_, profile| {
            CertificateSpec {
                subject,
                key,
                profile,
                not_before: now - jiff::SignedDuration::from_hours(1),
                not_after: end,
            }
            .self_sign(&*bare, &mut seeded(12))
            .unwrap()
        };
        let own = spec(&Subject::new("云州市", "时间戳"), &root, Profile::TimeStamp);
        store
            .certify(&format!("root.{}", kind.name()), &own, &[], &mut entropy)
            .unwrap();
        let signer = store.signer(&format!("root.{}", kind.name())).unwrap();
        let answerer = TimeStampAnswerer {
            signer: &*signer,
            policy: gm::ObjectIdentifier::new_unwrap("1.2.3.4.9"),
        };
        outside.write("own.pem", own.to_pem().as_bytes());
        outside.write("m", b"message");
        for digest in ["sha256", "sha384", "sha512", "sm3"] {
            outside.run(&format!("ts -query -data m -{digest} -cert -out q.tsq"));
            let question = outside.read("q.tsq");
            let answer = answerer.answer(&question, now, &mut entropy).unwrap();
            outside.write("r.tsr", &answer);
            outside.run("ts -reply -in r.tsr -text");
            let verify = "ts -verify -in r.tsr -queryfile q.tsq -CAfile own.pem -partial_chain";
            outside.run(verify);
        }
        let token = TimeStampRequest::new(DigestAlgorithm::Sm3, &[b"m"], &mut seeded(1));
        let answer = answerer.answer(&token.to_der(), now, &mut entropy).unwrap();
        let token = token.accept(&answer).unwrap();
        assert_eq!((token.time, token.policy.as_str()), (now, "1.2.3.4.9"));

        // A weak digest, no question at all.
        outside.run("ts -query -data m -sha1 -out q.tsq");
        let weak = outside.read("q.tsq");
        for question in [&weak[..], b"what time is it?", b""] {
            let answer = answerer.answer(question, now, &mut entropy).unwrap();
            outside.write("r.tsr", &answer);
            let (_, said) = outside.says("ts -reply -in r.tsr -text");
            assert!(said.contains("Status: Rejected"), "{said}");
            let asked = TimeStampRequest::new(DigestAlgorithm::Sha256, &[b"m"], &mut seeded(1));
            let refused = asked.accept(&answer);
            assert!(
                matches!(refused, Err(TimeStampError::Refused(_))),
                "{refused:?}"
            );
        }
    }
}

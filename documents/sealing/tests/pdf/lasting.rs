//! Signatures that last: time stamps, the security store, and time stamps over the document
//! (PAdES B-T, B-LT, B-LTA), made by us and judged by us and by others.

use std::sync::Arc;

use gm::{
    DigestAlgorithm, KeyKind, RevocationCache, SignatureAlgorithm, Signer, TimeStampClient,
    TrustStore,
};
use jiff::{SignedDuration, Timestamp};
use sealing::pdf::{
    PdfError, PdfExtras, PdfStraddle, inspect, preserve_pdf, sign_pdf_with, stamp_pdf, verify_pdf,
};
use sealing::{Check, Outcome, Reason, Trust};

use crate::foreign::{Files, accepted_shown, pixel, run};
use crate::make::*;
use crate::outside::{LIST, OCSP, Outside, TSA};

const P256: &str = "ec -pkeyopt ec_paramgen_curve:prime256v1";

/// A signer whose key OpenSSL made and holds.
struct Foreign {
    outside: Arc<Outside>,
    certificate: Vec<u8>,
    chain: Vec<Vec<u8>>,
    algorithm: SignatureAlgorithm,
}

impl Foreign {
    fn new(outside: &Arc<Outside>, algorithm: SignatureAlgorithm) -> Self {
        Self {
            outside: outside.clone(),
            certificate: outside.certificate("signer").der().to_vec(),
            chain: vec![outside.certificate("root").der().to_vec()],
            algorithm,
        }
    }
}

impl Signer for Foreign {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, gm::KeyError> {
        self.outside.write("to-sign", message);
        let digest = match DigestAlgorithm::within(self.algorithm) {
            DigestAlgorithm::Sha384 => "-sha384",
            DigestAlgorithm::Sha512 => "-sha512",
            _ => "-sha256",
        };
        let pss = match self.algorithm {
            SignatureAlgorithm::RsaPssSha256 => {
                "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest"
            }
            _ => "",
        };
        self.outside.run(&format!(
            "dgst {digest} {pss} -sign signer.key -out value to-sign"
        ));
        Ok(self.outside.read("value"))
    }
}

fn stamper(outside: &Arc<Outside>) -> TimeStampClient {
    let digest = DigestAlgorithm::Sha256;
    TimeStampClient::new(TSA, digest, outside.clone(), None, Box::new(entropy(3)))
}

fn trust(outside: &Arc<Outside>, now: Timestamp) -> Trust {
    let mut store = TrustStore::new();
    store.add_root(outside.certificate("root").der()).unwrap();
    Trust::from_store(store, now)
}

fn asking(outside: &Arc<Outside>, now: Timestamp) -> Trust {
    let cache = RevocationCache::new(outside.clone(), Box::new(entropy(4)));
    trust(outside, now).asking(Arc::new(cache))
}

fn stamped(
    outside: &Arc<Outside>,
    algorithm: SignatureAlgorithm,
    field: &str,
    pdf: &[u8],
) -> Vec<u8> {
    let signer = Foreign::new(outside, algorithm);
    let (seal, stamper) = (seal(), stamper(outside));
    let mut job = job(&signer, &seal, field);
    job.time = outside.now();
    let extras = PdfExtras {
        time_stamps: Some(&stamper),
        ..PdfExtras::default()
    };
    sign_pdf_with(pdf, &job, &extras).unwrap()
}

/// What pyHanko says of the newest signature with the certificates' evidence in the document alone,
/// as of the long-term profile: none where it is not installed.
#[track_caller]
fn pyhanko_lasting(outside: &Outside, pdf: &[u8], profile: &str) {
    outside.write("lasting.pdf", pdf);
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/tools/pyhanko_lasting.py"
    );
    let path = |name: &str| outside.path(name).to_str().unwrap().to_owned();
    let (file, root) = (path("lasting.pdf"), path("root.pem"));
    let (code, said) = run("python3", &[script, &file, &root, profile]).expect("python3 runs");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("VALID"), "{said}");
}

fn found(trust: &Trust, pdf: &[u8], check: Check) -> Vec<(Outcome, Option<Reason>)> {
    let verdict = verify_pdf(pdf, trust).unwrap();
    assert_eq!(failures(&verdict), [], "{:#?}", verdict.findings);
    let of = verdict.findings.iter().filter(|f| f.check == check);
    of.map(|f| (f.outcome, f.reason)).collect()
}

/// PAdES B-T, B-LT and B-LTA with keys of every kind that signs.
#[test]
fn signatures_last_beyond_their_certificates() {
    for (key, algorithm) in [
        (P256, SignatureAlgorithm::EcdsaP256Sha256),
        ("rsa:2048", SignatureAlgorithm::RsaSha256),
    ] {
        let outside = Arc::new(Outside::new(key));
        let now = outside.now();
        let once = stamped(&outside, algorithm, "Seal1", &document(2));
        let verdict = verify_pdf(&once, &trust(&outside, now)).unwrap();
        assert_eq!(failures(&verdict), [], "{:#?}", verdict.findings);
        assert!(verdict.signatures[0].stamped_at.is_some());
        outside.write("once.pdf", &once);
        if let Some((_, said)) = run("pdfsig", &[outside.path("once.pdf").to_str().unwrap()]) {
            assert!(said.contains("Signature is Valid."), "{said}");
        }
        pyhanko_lasting(&outside, &once, "stamped");

        let kept = preserve_pdf(&once, &asking(&outside, now)).unwrap();
        assert!(kept.starts_with(&once));
        pyhanko_lasting(&outside, &kept, "lasting");
        // A year later lists and answers have ended; the time stamp proves that they had not.
        let later = now + SignedDuration::from_hours(24 * 365);
        let good = [(Outcome::Pass, None)];
        assert_eq!(
            found(&trust(&outside, later), &kept, Check::Revocation),
            good
        );
        let unknown = [(Outcome::NotChecked, Some(Reason::RevocationUnknown))];
        assert_eq!(
            found(&trust(&outside, later), &once, Check::Revocation),
            unknown
        );

        // A second signature above the store, whose evidence joins what is there.
        let twice = stamped(&outside, algorithm, "Seal2", &kept);
        let kept = preserve_pdf(&twice, &asking(&outside, now)).unwrap();
        assert_eq!(
            found(&trust(&outside, later), &kept, Check::Revocation),
            [(Outcome::Pass, None); 2]
        );
        let seen = inspect(&kept).unwrap();
        assert!(seen.signatures.iter().all(|one| one.in_store), "{seen:#?}");
        let store = seen.store.unwrap();
        assert_eq!(store.entries.len(), 2);
        assert!(!store.ocsps.is_empty() && store.unread == 0);

        let sealed = stamp_pdf(&kept, &stamper(&outside), "Clock").unwrap();
        pyhanko_lasting(&outside, &sealed, "stamped-again");
        let verdict = verify_pdf(&sealed, &trust(&outside, later)).unwrap();
        assert_eq!(failures(&verdict), [], "{:#?}", verdict.findings);
        let formats: Vec<&str> = verdict.signatures.iter().map(|s| &s.format[..]).collect();
        assert_eq!(formats, ["PAdES", "PAdES", "PDF time stamp"]);
        outside.write("sealed.pdf", &sealed);
        let path = outside.path("sealed.pdf");
        if let Some((code, said)) = run("qpdf", &["--check", path.to_str().unwrap()]) {
            assert_eq!(code, 0, "{said}");
        }
    }
}

/// A closed document takes evidence and a time stamp over it, and nothing else.
#[test]
fn a_closed_document_takes_evidence() {
    let outside = Arc::new(Outside::new(P256));
    let now = outside.now();
    let signer = Foreign::new(&outside, SignatureAlgorithm::EcdsaP256Sha256);
    let (seal, stamper) = (seal(), stamper(&outside));
    let mut job = job(&signer, &seal, "Seal1");
    (job.time, job.closing) = (now, true);
    let closed = sign_pdf_with(&document(1), &job, &PdfExtras::default()).unwrap();
    let kept = preserve_pdf(&closed, &asking(&outside, now)).unwrap();
    let sealed = stamp_pdf(&kept, &stamper, "Clock").unwrap();
    for pdf in [&kept, &sealed] {
        let verdict = verify_pdf(pdf, &trust(&outside, now)).unwrap();
        assert_eq!(failures(&verdict), [], "{:#?}", verdict.findings);
    }
    job.field_name = "Seal2";
    let refused = sign_pdf_with(&sealed, &job, &PdfExtras::default());
    assert!(matches!(refused, Err(PdfError::Closed)));
    // The time stamp over the document stands for the moment of the signature below it.
    let late = trust(&outside, now + SignedDuration::from_hours(24 * 365));
    let revocation = found(&late, &sealed, Check::Revocation);
    assert_eq!(revocation[0], (Outcome::Pass, None));
}

/// Nothing is written that would turn out incomplete later.
#[test]
fn incomplete_evidence_is_refused() {
    let outside = Arc::new(Outside::new(P256));
    let now = outside.now();
    let pdf = stamped(
        &outside,
        SignatureAlgorithm::EcdsaP256Sha256,
        "Seal1",
        &document(1),
    );
    let refuses = |pdf: &[u8], trust: &Trust| match preserve_pdf(pdf, trust) {
        Err(PdfError::Evidence(why)) => why,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("evidence was added"),
    };
    let refused = |trust: &Trust| refuses(&pdf, trust);
    assert!(refused(&trust(&outside, now)).contains("no revocation list"));
    outside.dead.lock().unwrap().extend([OCSP, LIST]);
    let why = refused(&asking(&outside, now));
    assert!(
        why.contains(OCSP) && why.contains("connection refused"),
        "{why}"
    );
    outside.dead.lock().unwrap().clear();
    let stranger = Trust::nobody(now);
    refused(&stranger);
    assert!(matches!(
        preserve_pdf(&document(1), &asking(&outside, now)),
        Err(PdfError::Evidence(_))
    ));
    // Nothing proves this one to be older than the theft, however soon after it that comes.
    let signer = Foreign::new(&outside, SignatureAlgorithm::EcdsaP256Sha256);
    let seal = seal();
    let mut plain = job(&signer, &seal, "Seal1");
    plain.time = outside.now();
    let plain = sign_pdf_with(&document(1), &plain, &PdfExtras::default()).unwrap();
    outside.revoke("signer", "keyCompromise");
    let late = outside.now() + SignedDuration::from_hours(1);
    let why = refuses(&plain, &asking(&outside, late));
    assert!(why.contains("revoked") || why.contains("ended"), "{why}");
}

/// What a stolen key may have made is told apart from what a time stamp proves to be older.
#[test]
fn a_time_stamp_protects_against_a_later_theft() {
    let outside = Arc::new(Outside::new(P256));
    let algorithm = SignatureAlgorithm::EcdsaP256Sha256;
    let with = stamped(&outside, algorithm, "Seal1", &document(1));
    let signer = Foreign::new(&outside, algorithm);
    let seal = seal();
    let mut plain = job(&signer, &seal, "Seal1");
    plain.time = outside.now();
    let without = sign_pdf_with(&document(1), &plain, &PdfExtras::default()).unwrap();
    // Times have whole seconds: the theft is a later one.
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    outside.revoke("signer", "keyCompromise");
    let list = outside.read("crl.der");
    let mut store = TrustStore::new();
    store.add_root(outside.certificate("root").der()).unwrap();
    store.add_crl(&list).unwrap();
    let trust = Trust::from_store(store, outside.now() + SignedDuration::from_mins(5));
    assert_eq!(
        found(&trust, &with, Check::Revocation),
        [(Outcome::Pass, None)]
    );
    let verdict = verify_pdf(&without, &trust).unwrap();
    let seen = verdict
        .findings
        .iter()
        .find(|f| f.check == Check::Revocation)
        .unwrap();
    assert_eq!(seen.reason, Some(Reason::CertificateRevoked), "{seen:?}");
}

/// A token that is larger than the room left for it, and one that cannot be had.
#[test]
fn time_stamps_that_do_not_come_fail_the_signature() {
    let outside = Arc::new(Outside::new(P256));
    outside.dead.lock().unwrap().push(TSA);
    let signer = Foreign::new(&outside, SignatureAlgorithm::EcdsaP256Sha256);
    let (seal, stamper) = (seal(), stamper(&outside));
    let extras = PdfExtras {
        time_stamps: Some(&stamper),
        ..PdfExtras::default()
    };
    let refused = sign_pdf_with(&document(1), &job(&signer, &seal, "S"), &extras);
    assert!(
        matches!(refused, Err(PdfError::TimeStamp(_))),
        "{refused:?}"
    );
}

/// A straddle seal: one signature, its impression sliced over the edges of all pages.
#[test]
fn a_straddle_seal_stands_on_every_page() {
    let house = House::new(KeyKind::P256, 1);
    let (signer, seal) = (house.signer("审批局公章", 1), seal());
    let job = job(&signer, &seal, "Straddle");
    let extras = PdfExtras {
        straddle: Some(PdfStraddle {
            y: Some(job.rect.y),
            whole_too: false,
        }),
        ..PdfExtras::default()
    };
    for pages in [2, 5, 30] {
        let pdf = sign_pdf_with(&document(pages), &job, &extras).unwrap();
        let verdict = check(&pdf, &house);
        assert_eq!(failures(&verdict), [], "{:#?}", verdict.findings);
        assert_eq!(verdict.signatures.len(), 1);
        let text = String::from_utf8_lossy(&pdf);
        assert_eq!(text.matches("/Subtype /Widget").count(), pages);
        let files = Files::new(&house);
        accepted_shown(&files, "straddle.pdf", &pdf, 1, pages as u64);
        if pages == 2 {
            // The left half of the ring on the first page, the right half on the second.
            let red = |page, x: f64| {
                let seen = pixel(&files, &pdf, page, 209.9 - 21.0 + x, job.rect.y + 21.0);
                seen.is_none_or(|seen| seen[0] > 150 && seen[1] < 140)
            };
            assert!(red(0, 2.0) && red(1, 19.0));
            if crate::foreign::run("pdftoppm", &["-v"]).is_some() {
                assert!(!red(0, 19.0) && !red(1, 2.0));
            }
        }
        // A later seal beside it is fine, a slice taken away is not.
        let mut second = crate::make::job(&signer, &seal, "Seal2");
        second.page = 1;
        let twice = sealing::pdf::sign_pdf(&pdf, &second).unwrap();
        assert_eq!(failures(&check(&twice, &house)), []);
        let (page, body) = body_with(&pdf, "/Type /Page/");
        let at = body.find("/Annots [").unwrap();
        let end = at + body[at..].find(']').unwrap() + 1;
        let bare = format!("{}{}", &body[..at], &body[end..]);
        let verdict = check(&append(&pdf, &[(page, bare)]), &house);
        assert_eq!(failures(&verdict), [Reason::AnnotationChanged]);
    }
    let refused = sign_pdf_with(&document(1), &job, &extras);
    assert!(matches!(refused, Err(PdfError::OnePage)));
}

/// One signature whose impression stands whole on a page and in slices on the edges of all of them.
#[test]
fn a_seal_stands_in_its_place_and_straddles_the_pages_too() {
    let house = House::new(KeyKind::P256, 1);
    let (signer, seal) = (house.signer("审批局公章", 1), seal());
    let mut job = job(&signer, &seal, "Both");
    job.page = 1;
    let straddle = PdfStraddle {
        y: None,
        whole_too: true,
    };
    let extras = PdfExtras {
        straddle: Some(straddle),
        ..PdfExtras::default()
    };
    let place = (job.page, job.rect);
    let plain = document(3);
    let pages = sealing::pdf::check_pdf(&plain, place, Some(straddle)).unwrap();
    assert_eq!(pages.len(), 3);
    assert!((pages[2][0] - 209.9).abs() < 0.1, "{pages:?}");
    let pdf = sign_pdf_with(&plain, &job, &extras).unwrap();
    assert_eq!(failures(&check(&pdf, &house)), []);
    let text = String::from_utf8_lossy(&pdf);
    assert_eq!(text.matches("/Subtype /Widget").count(), 4);
    let files = Files::new(&house);
    accepted_shown(&files, "both.pdf", &pdf, 1, 4);
    // In the middle of the edge, and in its place on the second page.
    let red = |page, x: f64, y: f64| {
        let seen = pixel(&files, &pdf, page, x, y);
        seen.is_none_or(|seen| seen[0] > 150 && seen[1] < 140)
    };
    assert!(red(0, 209.9 - 14.0 + 2.0, 148.5));
    assert!(red(1, job.rect.x + 2.0, job.rect.y + job.rect.height / 2.0));
    // A second signature closes; nothing follows, and that is known before anything is signed.
    let mut last = crate::make::job(&signer, &seal, "Last");
    last.closing = true;
    let closed = sign_pdf_with(&pdf, &last, &PdfExtras::default()).unwrap();
    assert_eq!(failures(&check(&closed, &house)), []);
    accepted_shown(&files, "closed.pdf", &closed, 2, 5);
    let known = sealing::pdf::check_pdf(&closed, place, None);
    assert!(matches!(known, Err(PdfError::Closed)), "{known:?}");
    let missing = sealing::pdf::check_pdf(&plain, (3, job.rect), None);
    assert!(
        matches!(missing, Err(PdfError::NoSuchPage(3))),
        "{missing:?}"
    );
    let one = sealing::pdf::check_pdf(&document(1), (0, job.rect), Some(straddle));
    assert!(matches!(one, Err(PdfError::OnePage)), "{one:?}");
}

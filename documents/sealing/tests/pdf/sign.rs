//! What signing makes.

use gm::KeyKind;
use sealing::pdf::{PdfError, RectMm, SealPicture, SealPictures, sign_pdf, verify_pdf};
use sealing::{Check, Outcome, Reason};

use crate::make::*;

#[test]
fn a_signed_document_is_valid_and_says_who_signed() {
    let house = House::new(KeyKind::P256, 1);
    let plain = document(2);
    let signer = house.signer("审批局公章", 1);
    let pdf = sign_pdf(&plain, &job(&signer, &seal(), "Seal1")).unwrap();
    assert!(
        pdf.starts_with(&plain),
        "the original stands unchanged at the beginning"
    );

    let verdict = check(&pdf, &house);
    assert_eq!(failures(&verdict), [], "{verdict:#?}");
    assert!(verdict.is_valid());
    assert!(warnings(&verdict).is_empty(), "{verdict:#?}");
    let info = &verdict.signatures[0];
    assert_eq!(info.format, "PAdES");
    assert_eq!(info.algorithm, "ECDSA-P256-SHA256");
    assert_eq!(info.signer, "审批局公章");
    assert_eq!(info.issuer, "临港市签发证书");
    assert_eq!(info.seal_name.as_deref(), Some("临港市行政审批局"));
    assert_eq!(info.signed_at.as_deref(), Some("2026-06-01T08:30:00Z"));
    let checks: Vec<Check> = verdict.findings.iter().map(|f| f.check).collect();
    use Check::*;
    assert_eq!(
        checks,
        [
            Container,
            Integrity,
            Coverage,
            Stamp,
            SealValidity,
            Chain,
            Revocation
        ]
    );
    let revocation = verdict.findings.last().unwrap();
    assert_eq!(
        (revocation.outcome, revocation.reason),
        (Outcome::NotChecked, Some(Reason::RevocationUnknown))
    );
}

#[test]
fn an_sm2_signature_is_an_option() {
    let house = House::new(KeyKind::Sm2, 1);
    let verdict = check(&signed(&house), &house);
    assert!(verdict.is_valid(), "{verdict:#?}");
    assert_eq!(verdict.signatures[0].algorithm, "SM2-SM3");
}

/// [I-13] for PDF: each later signature covers the earlier, and none follows the closing one.
#[test]
fn three_signatures_and_none_after_the_closing_one() {
    let house = House::new(KeyKind::P256, 1);
    let seal = seal();
    let mut pdf = document(3);
    for number in 0..3 {
        let name = format!("公章{number}");
        let signer = house.signer(&name, number);
        let field = format!("Seal{number}");
        let mut job = job(&signer, &seal, &field);
        job.page = number as usize % 2;
        job.closing = number == 2;
        let before = pdf;
        pdf = sign_pdf(&before, &job).unwrap();
        assert!(pdf.starts_with(&before));
        let verdict = check(&pdf, &house);
        assert_eq!(verdict.signatures.len() as u64, number + 1);
        assert!(verdict.is_valid(), "{verdict:#?}");
        assert_eq!(verdict.signatures[number as usize].signer, name);
    }
    let signer = house.signer("又一章", 9);
    let refused = sign_pdf(&pdf, &job(&signer, &seal, "Seal9"));
    assert!(matches!(refused, Err(PdfError::Closed)), "{refused:?}");
}

#[test]
fn impossible_jobs_are_refused() {
    let house = House::new(KeyKind::P256, 1);
    let signer = house.signer("公章", 1);
    let seal = seal();
    let plain = document(1);
    let mut far = job(&signer, &seal, "Seal1");
    far.page = 1;
    assert!(matches!(
        sign_pdf(&plain, &far),
        Err(PdfError::NoSuchPage(1))
    ));
    let mut off = job(&signer, &seal, "Seal1");
    off.rect = RectMm {
        x: 190.0,
        y: 10.0,
        width: 42.0,
        height: 42.0,
    };
    assert!(matches!(sign_pdf(&plain, &off), Err(PdfError::OffPage)));
    for name in ["", "a.b"] {
        let refused = sign_pdf(&plain, &job(&signer, &seal, name));
        assert!(matches!(refused, Err(PdfError::FieldName(_))));
    }
    let once = sign_pdf(&plain, &job(&signer, &seal, "Seal1")).unwrap();
    let twice = sign_pdf(&once, &job(&signer, &seal, "Seal1"));
    assert!(matches!(twice, Err(PdfError::FieldName(_))));
    for wrong in [
        &b""[..],
        b"no PDF",
        b"%PDF-1.7\n",
        &plain[..plain.len() / 2],
    ] {
        assert!(matches!(
            sign_pdf(wrong, &job(&signer, &seal, "S")),
            Err(PdfError::Structure(_))
        ));
    }
    assert!(matches!(
        SealPicture::from_png(b"no PNG"),
        Err(PdfError::Picture)
    ));
}

#[test]
fn pictures_of_every_kind_are_taken_and_kept() {
    let kept = SealPictures::new();
    for kind in [
        png::ColorType::Grayscale,
        png::ColorType::Rgb,
        png::ColorType::GrayscaleAlpha,
        png::ColorType::Rgba,
    ] {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 2, 2);
        encoder.set_color(kind);
        let mut writer = encoder.write_header().unwrap();
        writer
            .write_image_data(&vec![128; 4 * kind.samples()])
            .unwrap();
        writer.finish().unwrap();
        assert!(kept.get(&bytes).is_ok(), "{kind:?}");
        assert!(kept.get(&bytes).is_ok(), "{kind:?}");
    }
    assert!(kept.get(b"no PNG").is_err());
}

#[test]
fn without_roots_the_signature_holds_and_the_chain_is_not_checked() {
    let house = House::new(KeyKind::P256, 1);
    let trust = sealing::Trust::nobody(time("2026-12-01T00:00:00Z"));
    let verdict = verify_pdf(&signed(&house), &trust).unwrap();
    assert!(verdict.is_valid());
    let chain = verdict
        .findings
        .iter()
        .find(|f| f.check == Check::Chain)
        .unwrap();
    assert_eq!(
        (chain.outcome, chain.reason),
        (Outcome::NotChecked, Some(Reason::TrustUnknown))
    );
}

/// Files as qpdf writes them: with object and cross-reference streams, and linearised.
#[test]
fn files_of_other_writers_are_signed_twice() {
    let house = House::new(KeyKind::P256, 1);
    let seal = seal();
    for plain in [
        &include_bytes!("data/streams.pdf")[..],
        include_bytes!("data/linear.pdf"),
    ] {
        let mut pdf = plain.to_vec();
        for number in 1..=2 {
            let signer = house.signer("公章", number);
            pdf = sign_pdf(&pdf, &job(&signer, &seal, &format!("Seal{number}"))).unwrap();
            let verdict = check(&pdf, &house);
            assert_eq!(failures(&verdict), [], "{:#?}", verdict.findings);
        }
    }
}

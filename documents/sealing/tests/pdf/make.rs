//! Keys, certificates, documents and seals to test with.

use gm::{
    Certificate, CertificateSpec, Crl, KeyKind, Profile, RevocationReason, Revoked, Signer,
    SoftKey, Subject,
};
use jiff::Timestamp;
use krilla::geom::{PathBuilder, Rect};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::{Document, color::rgb};
use sealing::pdf::{PdfSignJob, RectMm, SealPicture, sign_pdf, verify_pdf};
use sealing::{Finding, Outcome, Reason, Trust, Verdict};

pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Reproducible bytes: test keys only.
pub fn entropy(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed;
    move |out: &mut [u8]| {
        for byte in out {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963);
            *byte = (state >> 56) as u8;
        }
    }
}

/// A root, an authority under it, and signers under that.
pub struct House {
    pub kind: KeyKind,
    pub root: Certificate,
    issuing: SoftKey,
}

impl House {
    pub fn new(kind: KeyKind, seed: u64) -> Self {
        let mut entropy = entropy(seed);
        let (from, to) = (time("2020-01-01T00:00:00Z"), time("2048-01-01T00:00:00Z"));
        let root_key = SoftKey::generate(kind, &mut entropy);
        let root = CertificateSpec {
            subject: &Subject::new("临港市数据局", "临港市根证书"),
            key: &root_key.public_key(),
            profile: Profile::Root,
            not_before: from,
            not_after: to,
        }
        .self_sign(&root_key, &mut entropy)
        .unwrap();
        let root_key = root_key.with_certificate(root.der().to_vec(), vec![]);
        let issuing_key = SoftKey::generate(kind, &mut entropy);
        let issuing = CertificateSpec {
            subject: &Subject::new("临港市数据局", "临港市签发证书"),
            key: &issuing_key.public_key(),
            profile: Profile::Issuing,
            not_before: from,
            not_after: to,
        }
        .issue(&root_key, &mut entropy)
        .unwrap();
        let issuing =
            issuing_key.with_certificate(issuing.der().to_vec(), vec![root.der().to_vec()]);
        Self {
            kind,
            root,
            issuing,
        }
    }

    /// A signer whose certificate is valid from 2026 through 2027.
    pub fn signer(&self, name: &str, seed: u64) -> SoftKey {
        self.signer_between(name, seed, "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z")
    }

    pub fn signer_between(&self, name: &str, seed: u64, from: &str, to: &str) -> SoftKey {
        let mut entropy = entropy(seed ^ 0x5ea1);
        let key = SoftKey::generate(self.kind, &mut entropy);
        let certificate = CertificateSpec {
            subject: &Subject::new("临港市行政审批局", name),
            key: &key.public_key(),
            profile: Profile::Signer,
            not_before: time(from),
            not_after: time(to),
        }
        .issue(&self.issuing, &mut entropy)
        .unwrap();
        let chain = vec![
            self.issuing.certificate().to_vec(),
            self.root.der().to_vec(),
        ];
        key.with_certificate(certificate.der().to_vec(), chain)
    }

    pub fn trust(&self) -> Trust {
        self.trust_with(&[], "2026-12-01T00:00:00Z")
    }

    pub fn trust_with(&self, crls: &[Vec<u8>], now: &str) -> Trust {
        Trust::new(&[self.root.der().to_vec()], &[], crls, time(now)).unwrap()
    }

    pub fn revoke(&self, signer: &SoftKey, at: &str, reason: RevocationReason) -> Vec<u8> {
        let serial = Certificate::from_der(signer.certificate())
            .unwrap()
            .serial();
        let revoked = Revoked {
            serial,
            at: time(at),
            reason,
        };
        self.list(&[revoked])
    }

    pub fn list(&self, revoked: &[Revoked]) -> Vec<u8> {
        let (at, until) = (time("2026-11-30T00:00:00Z"), time("2026-12-07T00:00:00Z"));
        Crl::build(&self.issuing, revoked, at, until)
            .unwrap()
            .der()
            .to_vec()
    }
}

/// A document of some pages, each with a coloured field.
pub fn document(pages: usize) -> Vec<u8> {
    let mut document = Document::new();
    for number in 0..pages {
        let mut page = document.start_page_with(PageSettings::from_wh(595.0, 842.0).unwrap());
        let mut surface = page.surface();
        surface.set_fill(Some(Fill {
            paint: rgb::Color::new(20, 60 + number as u8, 120).into(),
            opacity: NormalizedF32::ONE,
            rule: Default::default(),
        }));
        let mut path = PathBuilder::new();
        path.push_rect(Rect::from_xywh(60.0, 60.0, 200.0, 40.0).unwrap());
        surface.draw_path(&path.finish().unwrap());
        surface.finish();
        page.finish();
    }
    document.finish().unwrap()
}

/// A red ring on nothing, 200 pixels wide.
pub fn seal_png() -> Vec<u8> {
    let side = 200i32;
    let mut pixels = Vec::new();
    for y in 0..side {
        for x in 0..side {
            let (dx, dy) = (x - side / 2, y - side / 2);
            let ring = (7_000..9_500).contains(&(dx * dx + dy * dy));
            pixels.extend([220, 20, 20, if ring { 230 } else { 0 }]);
        }
    }
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, side as u32, side as u32);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder
        .write_header()
        .unwrap()
        .write_image_data(&pixels)
        .unwrap();
    png
}

pub fn seal() -> SealPicture {
    SealPicture::from_png(&seal_png()).unwrap()
}

pub fn job<'a>(signer: &'a dyn Signer, seal: &'a SealPicture, field: &'a str) -> PdfSignJob<'a> {
    PdfSignJob {
        signer,
        seal,
        page: 0,
        rect: RectMm {
            x: 130.0,
            y: 220.0,
            width: 42.0,
            height: 42.0,
        },
        time: time("2026-06-01T08:30:00Z"),
        name: "临港市行政审批局",
        reason: "核发证照",
        location: "临港市",
        field_name: field,
        closing: false,
    }
}

/// One page, signed once.
pub fn signed(house: &House) -> Vec<u8> {
    let signer = house.signer("审批局公章", 1);
    sign_pdf(&document(1), &job(&signer, &seal(), "Seal1")).unwrap()
}

pub fn check(pdf: &[u8], house: &House) -> Verdict {
    verify_pdf(pdf, &house.trust()).unwrap()
}

pub fn failures(verdict: &Verdict) -> Vec<Reason> {
    verdict
        .findings
        .iter()
        .filter(|f| f.outcome == Outcome::Fail)
        .filter_map(|f| f.reason)
        .collect()
}

pub fn warnings(verdict: &Verdict) -> Vec<&Finding> {
    verdict
        .findings
        .iter()
        .filter(|f| f.outcome == Outcome::Warn)
        .collect()
}

/// Where the text stands first.
pub fn find(pdf: &[u8], text: &str) -> usize {
    pdf.windows(text.len())
        .position(|w| w == text.as_bytes())
        .unwrap()
}

/// Where the text stands last.
pub fn find_last(pdf: &[u8], text: &str) -> usize {
    pdf.windows(text.len())
        .rposition(|w| w == text.as_bytes())
        .unwrap()
}

/// Where the hexadecimal digits of the last signature's value stand.
pub fn contents(pdf: &[u8]) -> std::ops::Range<usize> {
    let start = find_last(pdf, "/Contents <") + "/Contents <".len();
    start..start + pdf[start..].iter().position(|b| *b == b'>').unwrap()
}

/// Appends an incremental update by hand: bodies `(number, text after "n 0 obj")`.
pub fn append(pdf: &[u8], bodies: &[(u32, String)]) -> Vec<u8> {
    let text = |from: usize| std::str::from_utf8(&pdf[from..]).unwrap();
    let start = find_last(pdf, "startxref") + 10;
    let previous: usize = text(start).lines().next().unwrap().parse().unwrap();
    let root = find_last(pdf, "/Root ") + 6;
    let root = String::from_utf8_lossy(&pdf[root..root + 12]).into_owned();
    let root = root.split('R').next().unwrap().trim().to_owned();
    let mut out = pdf.to_vec();
    if !out.ends_with(b"\n") {
        out.push(b'\n');
    }
    let mut table = String::from("xref\n");
    for (number, body) in bodies {
        table += &format!("{number} 1\n{:010} 00000 n \n", out.len());
        out.extend(format!("{number} 0 obj\n{body}\nendobj\n").bytes());
    }
    let at = out.len();
    let size = bodies
        .iter()
        .map(|(number, _)| number + 1)
        .max()
        .unwrap_or(0)
        .max(200);
    table += &format!("trailer\n<</Size {size}/Root {root} R/Prev {previous}>>\n");
    out.extend(format!("{table}startxref\n{at}\n%%EOF\n").bytes());
    out
}

/// The body of an object as it stands in the file, and its number.
pub fn body_with(pdf: &[u8], text: &str) -> (u32, String) {
    let at = find_last(pdf, text);
    let start = pdf[..at].windows(6).rposition(|w| w == b" 0 obj").unwrap();
    let line = pdf[..start].iter().rposition(|b| *b == b'\n').unwrap() + 1;
    let number = std::str::from_utf8(&pdf[line..start])
        .unwrap()
        .parse()
        .unwrap();
    let end = at + find(&pdf[at..], "endobj");
    let body = String::from_utf8_lossy(&pdf[start + 6..end])
        .trim()
        .to_owned();
    (number, body)
}

//! Sealed files of 100 MB, of every kind that costs: few large parts and many small ones, stored
//! and compressed, little and much.

use gm::KeyKind;
use sealing::pdf::sign_pdf;
use sealing::{Part, pack};

use crate::make::{House, document, job, seal};
use crate::ofd;

pub const SIZE: usize = 100 << 20;

/// Whoever signs the PDF files.
pub fn house() -> House {
    House::new(KeyKind::P256, 1)
}

/// Highest use of memory of this process since the last reset, in bytes.
pub fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    let number = line.split_whitespace().nth(1).unwrap();
    number.parse::<usize>().unwrap() * 1024
}

/// Every kind, by the name of its file.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("streams.pdf", signed(streams())),
        ("objects.pdf", signed(objects(400_000, 190))),
        ("small-objects.pdf", signed(objects(400_000, 20))),
        ("pictures.ofd", pictures()),
        ("packed.ofd", packed()),
        ("pages.ofd", pages()),
    ]
}

pub fn signed(plain: Vec<u8>) -> Vec<u8> {
    let signer = house().signer("审批局公章", 1);
    sign_pdf(&plain, &job(&signer, &seal(), "Seal1")).unwrap()
}

/// Bytes that no compression makes fewer.
fn noise(length: usize, mut seed: u64) -> Vec<u8> {
    let words = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 8).to_le_bytes()
    });
    words
        .take(length.div_ceil(8))
        .flatten()
        .take(length)
        .collect()
}

fn find_last(bytes: &[u8], text: &str) -> usize {
    let found = bytes
        .windows(text.len())
        .rposition(|w| w == text.as_bytes());
    found.unwrap()
}

/// What an update must repeat: where the last section stands, and the catalog.
fn tail(pdf: &[u8]) -> (String, String) {
    let end = pdf.len().saturating_sub(2_000);
    let end = &pdf[end..];
    let start = find_last(end, "startxref") + 10;
    let text = String::from_utf8_lossy(&end[start..]).into_owned();
    let start = find_last(end, "/Root ") + 6;
    let root = String::from_utf8_lossy(&end[start..]).into_owned();
    (
        text.lines().next().unwrap().to_owned(),
        root.split('R').next().unwrap().trim().to_owned(),
    )
}

/// A PDF with attachments of ten megabytes each, each in an update of its own.
pub fn streams() -> Vec<u8> {
    let mut pdf = document(3);
    for number in 150..160 {
        let (previous, root) = tail(&pdf);
        let bytes = SIZE / 10;
        let at = pdf.len();
        pdf.extend(format!("{number} 0 obj\n<</Length {bytes}>>\nstream\n").bytes());
        pdf.extend(noise(bytes, number));
        pdf.extend(b"\nendstream\nendobj\n");
        let section = pdf.len();
        let tail = format!(
            "xref\n{number} 1\n{at:010} 00000 n \ntrailer\n<</Size 200/Root {root} R/Prev \
             {previous}>>\nstartxref\n{section}\n%%EOF\n"
        );
        pdf.extend(tail.bytes());
    }
    pdf
}

/// A PDF of so many objects, each with so many characters of text beside a reference.
pub fn objects(count: usize, text: usize) -> Vec<u8> {
    let mut pdf = document(3);
    let (previous, root) = tail(&pdf);
    let first = 200;
    let text = "t".repeat(text);
    let mut offsets = String::with_capacity(count * 20);
    for number in first..first + count {
        offsets += &format!("{:010} 00000 n \n", pdf.len());
        let next = first + (number + 1 - first) % count;
        let body = format!("{number} 0 obj\n<</Next {next} 0 R/Text({text})>>\nendobj\n");
        pdf.extend(body.bytes());
    }
    let section = pdf.len();
    pdf.extend(format!("xref\n{first} {count}\n{offsets}").bytes());
    let tail = format!(
        "trailer\n<</Size {}/Root {root} R/Prev {previous}>>\nstartxref\n{section}\n%%EOF\n",
        first + count
    );
    pdf.extend(tail.bytes());
    pdf
}

fn sealed(more: impl Iterator<Item = Part>) -> Vec<u8> {
    let mut parts = ofd::document("1");
    parts.extend(more);
    pack(&ofd::WORLD.sealed(parts)).unwrap()
}

/// An OFD with pictures, stored as they are.
pub fn pictures() -> Vec<u8> {
    sealed((0..10).map(|n| (format!("Doc_0/Res/picture_{n}.jpg"), noise(SIZE / 10, n))))
}

/// An OFD whose writer compresses pictures, which gains nothing.
pub fn packed() -> Vec<u8> {
    sealed((0..10).map(|n| (format!("Doc_0/Res/picture_{n}.tif"), noise(SIZE / 10, n))))
}

/// An OFD of many pages, which compress to a fifth of what they say.
pub fn pages() -> Vec<u8> {
    // Three random digits and a constant stretch: each unit of 16 bytes packs to about 3.
    let page = |seed: u64| -> Vec<u8> {
        let noise = noise(20_000, seed);
        let texts = noise.iter().map(|b| format!("<TextCode X=\"{b}\">"));
        texts.collect::<String>().into_bytes()
    };
    let name = |n: u64| format!("Doc_0/Pages/Extra_{n}/Content.xml");
    sealed((0..1_200).map(|n| (name(n), page(n))))
}

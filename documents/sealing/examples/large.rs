//! Makes large sealed files, verifies files with time and peak memory, and counts sealings a
//! second. Usage: `large make FOLDER`, `large verify FILE…` (one process each for true peaks),
//! `large seal FILE…` with finished licences, whose own seals are taken off first.

#![allow(clippy::unwrap_used, reason = "a tool for measuring")]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use gm::{KeyKind, Signer};
use sealing::pdf::{sign_pdf, verify_pdf};
use sealing::{Part, pack, seal_ofd_file, unpack, verify_ofd};

#[allow(dead_code, unused_imports, reason = "the helpers of a test program")]
#[path = "../tests/large/files.rs"]
mod files;
#[allow(dead_code, unused_imports, reason = "the helpers of a test program")]
#[path = "../tests/pdf/make.rs"]
mod make;
#[allow(dead_code, unused_imports, reason = "the helpers of a test program")]
#[path = "../tests/ofd/make.rs"]
mod ofd;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (what, rest) = arguments.split_first().expect("make, verify or seal");
    match what.as_str() {
        "make" => write(Path::new(&rest[0])),
        "verify" => rest.iter().for_each(|file| verify(file)),
        "seal" => {
            println!("raw SM2: {:.0}/s", raw());
            rest.iter().for_each(|file| seal(file));
        }
        other => panic!("unknown: {other}"),
    }
}

fn write(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    for (name, file) in files::all() {
        std::fs::write(folder.join(name), file).unwrap();
    }
}

fn verify(path: &str) {
    let bytes = std::fs::read(path).unwrap();
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let began = Instant::now();
    let verdict = match path.ends_with(".pdf") {
        true => verify_pdf(&bytes, &files::house().trust()).unwrap(),
        false => verify_ofd(&bytes, &ofd::WORLD.trust()).unwrap(),
    };
    let took = began.elapsed();
    let ratio = files::peak() as f64 / bytes.len() as f64;
    let valid = verdict.is_valid();
    println!(
        "{path}: {} bytes, {took:?}, peak {ratio:.2} of it, valid {valid}",
        bytes.len()
    );
}

fn rate(mut call: impl FnMut()) -> f64 {
    (0..5).for_each(|_| call());
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < Duration::from_secs(3) {
        call();
        count += 1;
    }
    f64::from(count) / start.elapsed().as_secs_f64()
}

fn raw() -> f64 {
    let key = &ofd::WORLD.signer;
    rate(|| drop(black_box(key.sign(&[7; 32]).unwrap())))
}

/// A sealed package as it was before its first seal.
fn bare(bytes: &[u8]) -> Vec<u8> {
    let mut parts: Vec<Part> = unpack(bytes).unwrap();
    parts.retain(|(name, _)| !name.contains("/Signs/"));
    for (name, data) in &mut parts {
        if name == "OFD.xml" {
            let text = String::from_utf8(std::mem::take(data)).unwrap();
            let (from, to) = ("<ofd:Signatures>", "</ofd:Signatures>");
            *data = match (text.find(from), text.find(to)) {
                (Some(a), Some(b)) => [&text[..a], &text[b + to.len()..]].concat().into_bytes(),
                _ => text.into_bytes(),
            };
        }
    }
    pack(&parts).unwrap()
}

fn seal(path: &str) {
    let bytes = std::fs::read(path).unwrap();
    if path.ends_with(".pdf") {
        let end = bytes.windows(5).position(|w| w == b"%%EOF").unwrap() + 6;
        let plain = &bytes[..end.min(bytes.len())];
        for kind in [KeyKind::Sm2, KeyKind::P256] {
            let house = make::House::new(kind, 1);
            let (signer, seal) = (house.signer("审批局公章", 1), make::seal());
            let mut job = make::job(&signer, &seal, "Seal1");
            (job.rect.x, job.rect.y) = (60.0, 60.0);
            let rate = rate(|| drop(black_box(sign_pdf(plain, &job).unwrap())));
            println!("{path}: {} bytes, {kind:?} {rate:.0}/s", plain.len());
        }
    } else {
        let plain = bare(&bytes);
        let places = ofd::places();
        let job = ofd::WORLD.job(&places);
        let rate = rate(|| drop(black_box(seal_ofd_file(&plain, &job).unwrap())));
        println!("{path}: {} bytes, {rate:.0}/s", plain.len());
    }
}

//! Large files. A test program of its own, because it measures the memory of its process.

#![allow(clippy::unwrap_used)]

use std::time::Instant;

use gm::KeyKind;
use sealing::pdf::{sign_pdf, verify_pdf};

#[allow(dead_code, reason = "the helpers of the other test program")]
#[path = "../pdf/make.rs"]
mod make;

use make::*;

const SIZE: usize = 100 << 20;

/// A document with attachments of ten megabytes each, so that it has that size.
fn large() -> Vec<u8> {
    let mut pdf = document(3);
    let mut seed = 1u64;
    for number in 0..10 {
        let bytes = SIZE / 10;
        let at = pdf.len();
        let head = format!("{} 0 obj\n<</Length {bytes}>>\nstream\n", 150 + number);
        pdf.extend(head.bytes());
        pdf.extend((0..bytes / 8).flat_map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed.to_le_bytes()
        }));
        pdf.resize(at + head.len() + bytes, b' ');
        let previous = {
            let start = find_last(&pdf[..at], "startxref") + 10;
            let text = std::str::from_utf8(&pdf[start..at]).unwrap();
            text.lines().next().unwrap().to_owned()
        };
        let root = {
            let start = find_last(&pdf[..at], "/Root ") + 6;
            let text = String::from_utf8_lossy(&pdf[start..start + 12]).into_owned();
            text.split('R').next().unwrap().trim().to_owned()
        };
        pdf.extend(b"\nendstream\nendobj\n");
        let section = pdf.len();
        let number = 150 + number;
        let tail = format!(
            "xref\n{number} 1\n{at:010} 00000 n \ntrailer\n<</Size 200/Root {root} R/Prev \
             {previous}>>\nstartxref\n{section}\n%%EOF\n"
        );
        pdf.extend(tail.bytes());
    }
    pdf
}

/// Highest use of memory of this process since the last reset, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    let number = line.split_whitespace().nth(1).unwrap();
    number.parse::<usize>().unwrap() * 1024
}

/// A file of 100 MB is verified in less than 3 seconds and less than 1.5 times its size in memory,
/// the file itself counted.
#[test]
fn a_large_file_is_verified_in_place() {
    let house = House::new(KeyKind::P256, 1);
    let (signer, seal) = (house.signer("审批局公章", 1), seal());
    let plain = large();
    let pdf = sign_pdf(&plain, &job(&signer, &seal, "Seal1")).unwrap();
    drop(plain);
    assert!(pdf.len() > SIZE);
    // Resets the peak (proc(5)).
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let began = Instant::now();
    let verdict = verify_pdf(&pdf, &house.trust()).unwrap();
    let took = began.elapsed();
    let peak = peak();
    assert!(verdict.is_valid(), "{:#?}", verdict.findings);
    println!("{} bytes in {took:?}, peak {peak}", pdf.len());
    assert!(took.as_secs_f64() < 3.0, "{took:?}");
    assert!(peak < pdf.len() + pdf.len() / 2, "{peak} of {}", pdf.len());
}

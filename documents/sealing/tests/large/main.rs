//! Large files. A test program of its own, because it measures the memory of its process.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Instant;

use sealing::{Trust, verify};

#[allow(dead_code, reason = "what the tool for measuring needs besides")]
mod files;
#[allow(dead_code, reason = "the helpers of the other test programs")]
#[path = "../pdf/make.rs"]
mod make;
#[allow(
    dead_code,
    unused_imports,
    reason = "the helpers of the other test programs"
)]
#[path = "../ofd/make.rs"]
mod ofd;

/// Files of 100 MB are verified in less than 3 seconds and less than 1.5 times their size in
/// memory, the file itself counted.
#[test]
fn large_files_are_verified_in_place() {
    let (house, world) = (files::house().trust(), ofd::WORLD.trust());
    let check = |name: &str, file: Vec<u8>, trust: &Trust| {
        // Resets the peak (proc(5)).
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        let began = Instant::now();
        let verdict = verify(&file, trust).unwrap();
        let (took, peak) = (began.elapsed(), files::peak());
        assert!(verdict.is_valid(), "{name}: {:#?}", verdict.findings);
        println!("{name}: {} bytes in {took:?}, peak {peak}", file.len());
        // Unoptimised builds of loaded machines need longer than the product.
        let bound = if cfg!(debug_assertions) { 10.0 } else { 3.0 };
        assert!(took.as_secs_f64() < bound, "{name}: {took:?}");
        assert!(
            peak < file.len() / 2 * 3,
            "{name}: {peak} of {}",
            file.len()
        );
    };
    check("streams", files::signed(files::streams()), &house);
    check(
        "objects",
        files::signed(files::objects(400_000, 190)),
        &house,
    );
    check("pictures", files::pictures(), &world);
    check("packed", files::packed(), &world);
    check("pages", files::pages(), &world);
}

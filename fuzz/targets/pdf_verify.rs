//! The judge of signed PDF files.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = sealing::pdf::verify_pdf(data, &fuzz::TRUST);
});

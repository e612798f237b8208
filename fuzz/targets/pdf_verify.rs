//! The judge of signed PDF files, and the reader of what they carry.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = sealing::pdf::verify_pdf(data, &fuzz::TRUST);
    let _ = sealing::pdf::attachments(data);
});

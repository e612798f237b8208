//! The judge of sealed OFD files, container included.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = sealing::verify_ofd(data, &fuzz::TRUST);
    let _ = sealing::stamps(data);
});

//! The judge of sealed OFD files behind the container: signature lists, covers, stamps.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let parts = fuzz::parts(data);
    if let Ok(file) = sealing::pack(&parts) {
        let _ = sealing::verify_ofd(&file, &fuzz::TRUST);
    }
});

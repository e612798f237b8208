//! The reader of OFD packages from anywhere.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(package) = ofd::Package::read(data, &ofd::Limits::default()) {
        let _ = ofd::inspect(&package);
    }
});

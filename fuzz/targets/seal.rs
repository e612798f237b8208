//! Seals and certificates as they come out of a document.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = sealing::Seal::parse(data);
    if let Ok(certificate) = gm::Certificate::from_der(data) {
        let _ = certificate.subject();
        let _ = certificate.is_ca();
        let _ = certificate.is_signed_by(&certificate);
    }
    let _ = gm::Crl::from_der(data);
    let _ = sealing::inspect(data).map(|found| found.to_text());
});

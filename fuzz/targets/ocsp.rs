//! The readers of revocation data: answers of responders, and lists.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(answer) = gm::OcspResponse::from_der(data) {
        for issuer in answer.certificates() {
            let _ = answer.answer(issuer, issuer);
        }
    }
    if let Ok(list) = gm::Crl::from_der(data) {
        for root in fuzz::TRUST.store().roots() {
            let _ = list.is_issued_by(root);
            let _ = list.is_about(root);
        }
    }
    if let Ok(certificate) = gm::Certificate::from_der(data) {
        let _ = (
            certificate.ocsp_urls(),
            certificate.crl_urls(),
            certificate.issuer_urls(),
        );
        let _ = (certificate.may_stamp_time(), certificate.may_answer_ocsp());
    }
});

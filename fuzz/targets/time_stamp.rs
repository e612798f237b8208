//! The readers of time stamps and of the signatures they stand in.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(token) = gm::TimeStampToken::read(data) {
        let _ = token.holds();
        let _ = token.covers(data);
    }
    if let Ok((signed, _)) = gm::cms::Signed::read_with_content(data) {
        let _ = signed.verify(data);
        let _ = signed.companions(&[]);
    }
    let request = gm::TimeStampRequest::new(
        gm::DigestAlgorithm::Sha256,
        &[b"message"],
        &mut |out: &mut [u8]| out.fill(7),
    );
    let _ = request.accept(data);
});

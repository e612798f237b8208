//! Verification of any sealed file.

use crate::pdf::verify_pdf;
use crate::{Trust, Unreadable, Verdict, verify_ofd};

/// Readers look for the header of a PDF this far into the file (ISO 32000-1, H.3).
const HEAD: usize = 1024;

/// Verifies an OFD or PDF file, told apart by their first bytes.
pub fn verify(bytes: &[u8], trust: &Trust) -> Result<Verdict, Unreadable> {
    let head = &bytes[..bytes.len().min(HEAD)];
    if bytes.starts_with(b"PK") {
        verify_ofd(bytes, trust)
    } else if head.windows(5).any(|window| window == b"%PDF-") {
        verify_pdf(bytes, trust).map_err(|error| Unreadable(error.0))
    } else {
        // Something stuck before a container is found, and told, by reading it as one.
        verify_ofd(bytes, trust).map_err(|_| Unreadable("it is neither OFD nor PDF".into()))
    }
}

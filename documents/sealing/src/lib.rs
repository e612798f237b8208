//! Seal signatures on OFD and PDF, and their verification.

pub mod pdf;
mod reason;
mod trust;
mod verdict;

pub use reason::Reason;
pub use trust::Trust;
pub use verdict::{Check, FileKind, Finding, Outcome, SignatureInfo, Verdict};

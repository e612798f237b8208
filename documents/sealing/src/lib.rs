//! Seal signatures on OFD and PDF, and their verification.

mod bundle;
mod container;
mod error;
mod judge;
mod ofd;
pub mod pdf;
mod reason;
mod report;
mod seal;
mod stamp;
mod statement;
mod time;
mod trust;
mod verdict;
mod verify;
mod xml;

pub use bundle::{Bundle, BundleError};
pub use container::{Part, pack, unpack};
pub use error::{SealError, Unreadable};
pub use ofd::{PageRef, Place, Provider, SealJob, seal_ofd, seal_ofd_file, verify_ofd};
pub use reason::Reason;
pub use seal::{Impression, Listed, Picture, Seal, SealKind, SealSpec, make_seal};
pub use statement::{Disbelief, RevocationList, RevokedFile, Statement};
pub use trust::Trust;
pub use verdict::{Check, FileKind, Finding, Outcome, SignatureInfo, Verdict};
pub use verify::verify;

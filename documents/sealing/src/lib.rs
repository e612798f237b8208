//! Seal signatures on OFD and PDF, and their verification.

mod ber;
mod bundle;
mod container;
mod deviation;
mod error;
mod inspect;
mod judge;
mod ofd;
pub mod pdf;
mod reason;
mod report;
mod seal;
mod stamp;
mod statement;
mod time;
mod time_stamper;
mod trust;
mod value;
mod verdict;
mod verify;
mod xml;

pub use bundle::{Bundle, BundleError};
pub use container::{Part, pack, unpack};
pub use deviation::{Deviates, Deviation};
pub use error::{SealError, Unreadable};
pub use inspect::{
    CertificateInspection, CrlInspection, Holds, Inspection, OfdInspection, OfdSignature,
    SealInspection, SignedDataInspection, StampInspection, inspect,
};
pub use ofd::{
    Edge, PageRef, Place, Provider, SealJob, SignJob, StampPicture, Straddle, check_ofd, seal_ofd,
    seal_ofd_file, sign_ofd, stamps, straddle, verify_ofd, verify_ofd_keeping,
};
pub use reason::Reason;
pub use seal::{Impression, Listed, Picture, Seal, SealKind, SealSpec, make_seal};
pub use statement::{Disbelief, RevocationList, RevokedFile, Statement};
pub use time_stamper::TimeStamper;
pub use trust::Trust;
pub use verdict::{Check, FileKind, Finding, Outcome, SignatureInfo, Verdict};
pub use verify::verify;

//! Seal signatures in OFD files (GB/T 33190-2016, chapter 18; GB/T 38540-2020).

mod cover;
mod document;
mod list;
mod path;
mod seal_ofd;
mod signature_file;
mod signature_judge;
mod verify_ofd;

pub use seal_ofd::{PageRef, Place, Provider, SealJob, seal_ofd, seal_ofd_file};
pub use verify_ofd::verify_ofd;

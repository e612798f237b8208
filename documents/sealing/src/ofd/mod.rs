//! Seal signatures in OFD files (GB/T 33190-2016, chapter 18; GB/T 38540-2020).

mod cover;
pub(crate) mod document;
pub(crate) mod list;
pub(crate) mod method;
pub(crate) mod path;
mod pictures;
pub(crate) mod schema;
mod seal_ofd;
pub(crate) mod signature_file;
mod signature_judge;
mod signature_seal;
mod signature_sign;
mod straddle;
mod verify_ofd;

pub use pictures::{StampPicture, stamps};
pub use seal_ofd::{
    PageRef, Place, Provider, SealJob, SignJob, check_ofd, seal_ofd, seal_ofd_file, sign_ofd,
};
pub use straddle::{Edge, Straddle, straddle};
pub use verify_ofd::{verify_ofd, verify_ofd_keeping};

//! Seal signatures in OFD files (GB/T 33190-2016, chapter 18; GB/T 38540-2020).

mod cover;
mod document;
mod list;
mod method;
mod path;
mod pictures;
mod schema;
mod seal_ofd;
mod signature_file;
mod signature_judge;
mod signature_sign;
mod straddle;
mod verify_ofd;

pub use pictures::{StampPicture, stamps};
pub use seal_ofd::{
    PageRef, Place, Provider, SealJob, SignJob, seal_ofd, seal_ofd_file, sign_ofd,
};
pub use straddle::{Edge, Straddle, straddle};
pub use verify_ofd::verify_ofd;

//! Seal signatures in PDF files: PAdES baseline signatures with a visible impression, made as
//! incremental updates, and the verification of any such file [I-07, I-11, I-12, H-60].
//!
//! Reading and writing share one strict reader of the format (`scan`, `file`), so that what is
//! signed and what is verified is understood the same way.

mod appearance;
mod append;
mod attachments;
mod error;
mod file;
mod form;
mod inflate;
mod inspect;
mod judge;
mod object;
mod page;
mod permission;
mod picture;
mod preserve;
mod range;
mod scan;
mod sections;
mod sign;
mod store;
mod text;
pub(crate) mod time_stamp;
mod token;
mod update;
mod update_form;
mod update_page;
mod verify;
mod walk;

pub use crate::Unreadable;
pub use attachments::attachments;
pub use error::PdfError;
pub use inspect::{
    PdfCertificate, PdfChange, PdfCrl, PdfInspection, PdfOcsp, PdfRevision, PdfSignature, PdfStore,
    PdfTimeStamp, inspect,
};
pub use page::RectMm;
pub use picture::{SealPicture, SealPictures};
pub use preserve::preserve_pdf;
pub use sign::{PdfExtras, PdfSignJob, PdfStraddle, check_pdf, sign_pdf, sign_pdf_with, stamp_pdf};
pub use verify::verify_pdf;

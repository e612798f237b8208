//! A page in millimetres — text, pictures, paths, QR codes on a base picture — and what it is
//! drawn to: PDF and PNG here, OFD in the crate `ofd`.
//!
//! A [`Document`] says what stands where. [`lay_out`] chooses fonts, breaks lines and places
//! every glyph; its result, [`Laid`], is what all outputs draw, so that all show the same.

mod base;
mod error;
mod fonts;
mod impression;
pub mod ink;
mod laid;
mod layout;
mod letter;
mod model;
mod pdf;
mod picture;
pub mod pixels;
pub mod place;
mod png_in;
mod png_out;
mod png_page;
mod qr;
mod raster;
mod wrap;

pub use base::{Base, base_dpi, base_picture};
pub use error::Error;
pub use fonts::{Face, FontId, drawable, face, install, serif_bold, shipped_and_installed};
pub use impression::{
    Block as BlockSeal, CleanError, Cleaned, Official, Oval, Personal, block as block_seal, clean,
    official, oval, personal,
};
pub use laid::{Glyph, GlyphRun, Laid, LaidItem, LaidPage};
pub use layout::lay_out;
pub use letter::{Block, Column, Composed, Letter, Place, letter};
pub use model::{
    Align, Attachment, Colour, Document, Item, Meta, Page, Path, Placed, Qr, Segment, Stroke, Text,
    TextBox,
};
pub use pdf::to_pdf;
pub use picture::{Picture, PictureFormat, photograph};
pub use qr::qr_picture;
pub use raster::{Scale, thumbnail, to_png};

//! Scanned originals: stacks of pages out of PDF, TIFF, JPEG and PNG files, one picture a page, turned,
//! straightened and cropped.
//!
//! Files come from scanners and from whoever has one, so every size is looked at before anything is
//! decoded: one page at a time is in memory, and no more of it than [`PIXELS`].

mod error;
mod measure;
mod pdf;
mod pixels;
mod read;
mod shape;
mod skew;
mod tiff_pages;

pub use error::ScanError;
pub use measure::is_blank;
pub use pixels::{decode, encode, shrink, size};
pub use read::{Kind, kind, read};
pub use shape::{Crop, Shape, shaped};
pub use skew::tilt;

/// What a page is: grey or colour, without transparency.
pub use image::DynamicImage as Picture;

/// Most pixels of a page: A4 at 600 dots an inch has 35 million.
pub const PIXELS: u64 = 48_000_000;
/// Most pixels along one side.
pub const SIDE: u32 = 20_000;
/// What is kept of a page along its longer side, in pixels: A4 at 290 dots an inch.
pub const KEPT: u32 = 3_400;

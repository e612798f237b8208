//! OFD (开放版式文档, GB/T 33190-2016): writing what `paper` has laid out, and reading packages
//! from anywhere.
//!
//! [`compose`] makes a [`Package`] from a laid-out document; [`Package::read`] takes one from a
//! file, within [`Limits`]; [`inspect`] says what is in it. [`read::Document`] reads any
//! producer's file leniently and draws its pages to SVG and PNG. Signatures are the business of
//! `sealing`, which adds parts to a package and judges those it finds.

mod compose;
mod draw;
mod error;
mod inspect;
mod package;
pub mod read;
mod subset;
mod unzip;
pub mod xml;

pub use compose::{DocInfo, compose};
pub use draw::{Png, StampPicture, Svg};
pub use error::Error;
pub use inspect::{Attached, Inspection, PageInfo, SignatureEntry, attached, inspect};
pub use package::{Package, Part, resolve};
pub use unzip::Limits;

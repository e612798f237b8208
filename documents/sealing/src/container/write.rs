//! Writing a container, and taking one apart in order to add to it.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::read::{Anomaly, Package, first_doubled, is_plain};
use crate::SealError;

/// A part of a package: its path without leading slash, and its bytes.
pub type Part = (String, Vec<u8>);

/// Endings of files that are compressed already or too random to gain.
const STORED: [&str; 9] = [
    ".png", ".jpg", ".jpeg", ".ttf", ".otf", ".jb2", ".esl", ".dat", ".zip",
];

/// Packs parts into a container, in their order. No date is written, so the same parts always give
/// the same bytes.
pub fn pack(parts: &[Part]) -> Result<Vec<u8>, SealError> {
    let wrong = |error: &dyn std::fmt::Display| SealError::Document(error.to_string());
    check_names(parts)?;
    let room: usize = parts
        .iter()
        .map(|(name, data)| name.len() * 2 + data.len() + 128)
        .sum();
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(room)));
    for (name, data) in parts {
        let lower = name.to_lowercase();
        let options = SimpleFileOptions::DEFAULT;
        let options = if STORED.iter().any(|ending| lower.ends_with(ending)) {
            options.compression_method(CompressionMethod::Stored)
        } else {
            // Level 1: XML of this kind gains little more from the others, at many times the cost.
            options
                .compression_method(CompressionMethod::Deflated)
                .compression_level(Some(1))
        };
        zip.start_file(name.as_str(), options)
            .map_err(|error| wrong(&error))?;
        zip.write_all(data).map_err(|error| wrong(&error))?;
    }
    Ok(zip.finish().map_err(|error| wrong(&error))?.into_inner())
}

/// Takes a container apart. One that readers could understand differently is refused: whoever
/// seals must know what is sealed.
pub fn unpack(bytes: &[u8]) -> Result<Vec<Part>, SealError> {
    let package = Package::read(bytes).map_err(SealError::Document)?;
    if let Some(anomaly) = package.anomalies.first() {
        return Err(SealError::Document(match anomaly {
            Anomaly::Doubled(name) => format!("it has two parts named {name}"),
            Anomaly::Odd(what) => what.clone(),
        }));
    }
    package
        .parts
        .into_iter()
        .map(|part| match part.damage {
            Some(damage) => Err(SealError::Document(format!("{}: {damage}", part.name))),
            None => Ok((part.name.clone(), part.into_data())),
        })
        .collect()
}

/// Names must be plain and distinct.
pub(crate) fn check_names(parts: &[Part]) -> Result<(), SealError> {
    if let Some((name, _)) = parts.iter().find(|(name, _)| !is_plain(name)) {
        return Err(SealError::Document(format!(
            "a part cannot be named {name:?}"
        )));
    }
    match first_doubled(parts.iter().map(|(name, _)| name.as_str())) {
        Some(name) => Err(SealError::Document(format!(
            "it has two parts named {name}"
        ))),
        None => Ok(()),
    }
}

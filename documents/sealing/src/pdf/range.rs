//! Signature dictionaries: what one covers, where its value stands, what it forbids afterwards.

use std::ops::Range;

use super::file::{File, View};
use super::form::SigField;
use super::object::{Dict, Obj};
use super::permission::Permission;
use super::scan::{Bad, Read};

/// A signature of the file whose byte range is sound.
#[derive(Debug)]
pub(super) struct Mark {
    pub field: SigField,
    pub dict: Dict,
    /// The value as it stands in the file, with its angle brackets: the one gap in what is covered.
    pub gap: Range<usize>,
    /// The value, decoded, with the zeros that fill its room.
    pub contents: Vec<u8>,
    /// Where the covered part ends, and with it the revision that was signed.
    pub end: usize,
    /// Behind the end mark of that revision, without the line end after it.
    pub eof: usize,
    /// Rank of that revision in [`File::sections`].
    pub rank: usize,
    /// What may happen afterwards.
    pub permission: Permission,
}

/// Why a signature cannot even be looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unsound {
    /// Its value or its range is gone.
    Removed(&'static str),
    /// Its range does not say exactly "all but the value".
    Odd(String),
}

impl From<Bad> for Unsound {
    fn from(bad: Bad) -> Self {
        Unsound::Odd(bad.to_string())
    }
}

impl Mark {
    /// Reads the signature of a field, which must have a value.
    pub fn read(file: &File<'_>, view: &View<'_, '_>, field: &SigField) -> Result<Self, Unsound> {
        let odd = |what: &str| Err(Unsound::Odd(what.to_owned()));
        let found = field.value.map(|key| view.get(key)).transpose()?;
        let Some(dict) = found.as_ref().and_then(|found| found.plain_dict()) else {
            return Err(Unsound::Removed("the signature dictionary is missing"));
        };
        let Some(contents) = dict.entry("Contents") else {
            return Err(Unsound::Removed("the signature's value is missing"));
        };
        let Some(range) = dict.get("ByteRange") else {
            return Err(Unsound::Removed("the signature's byte range is missing"));
        };
        if found.as_ref().is_some_and(|found| found.span.is_none()) {
            return odd("the signature dictionary is compressed");
        }
        let numbers: Option<Vec<usize>> = range.as_array().map(|items| {
            items
                .iter()
                .filter_map(Obj::as_int)
                .filter_map(|n| usize::try_from(n).ok())
                .collect()
        });
        let (Some([0, first, second, length]), Some(4)) =
            (numbers.as_deref(), range.as_array().map(<[Obj]>::len))
        else {
            return odd("the byte range is not two parts that begin at the file's first byte");
        };
        let gap = contents.span.clone();
        let raw = file.data.get(gap.clone()).unwrap_or_default();
        let hex = raw
            .strip_prefix(b"<")
            .and_then(|raw| raw.strip_suffix(b">"));
        if !hex.is_some_and(is_plain_hex) {
            return odd("the signature's value is not written as plain hexadecimal digits");
        }
        if gap != (*first..*second) {
            return odd("the byte range leaves out more or less than the signature's value");
        }
        let Some(end) = second
            .checked_add(*length)
            .filter(|end| *end <= file.data.len())
        else {
            return odd("the byte range ends behind the file");
        };
        let (rank, eof) = file.revision_at(end)?;
        let contents = contents.value.as_text().unwrap_or_default().to_vec();
        if contents.iter().all(|byte| *byte == 0) {
            return Err(Unsound::Removed("the signature's value is empty"));
        }
        Ok(Mark {
            permission: Permission::read(view, field, dict)?,
            field: field.clone(),
            dict: dict.clone(),
            gap,
            contents,
            end,
            eof,
            rank,
        })
    }

    /// The covered bytes, before and behind the value.
    pub fn parts<'d>(&self, data: &'d [u8]) -> [&'d [u8]; 2] {
        [&data[..self.gap.start], &data[self.gap.end..self.end]]
    }

    /// It is a time stamp over the document, not a signature of somebody.
    pub fn is_time_stamp(&self) -> bool {
        self.dict.get("SubFilter").and_then(Obj::as_name) == Some(b"ETSI.RFC3161")
    }
}

/// Whole bytes, letters of one case: one value is written in one way only.
fn is_plain_hex(hex: &[u8]) -> bool {
    let is_digit = |b: &u8| b.is_ascii_hexdigit();
    let mixed = hex.iter().any(u8::is_ascii_uppercase) && hex.iter().any(u8::is_ascii_lowercase);
    hex.len().is_multiple_of(2) && hex.iter().all(is_digit) && !mixed
}

/// The field's signature lets nothing follow it: it certifies with DocMDP level 1, or its field is
/// locked at that level.
pub(super) fn closes(view: &View<'_, '_>, field: &SigField) -> Read<bool> {
    let Some(value) = field.value else {
        return Ok(false);
    };
    let found = view.get(value)?;
    let empty = Dict::new();
    let dict = found.plain_dict().unwrap_or(&empty);
    Ok(Permission::read(view, field, dict)?.closes())
}

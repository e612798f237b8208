//! The files of an application: the document that orders the seal, the picture its impression was
//! made of.

use std::collections::HashSet;

use blobs::Blobs;
use kernel::Permission;
use serde::Serialize;
use store::Ctx;

use crate::error::{FILE_KIND, LARGE_FILE, SealError, text};
use crate::step::load;
use crate::table_file;

/// Largest document, in bytes.
pub const FILE_LIMIT: usize = 10 * 1024 * 1024;

kernel::codes! {
    /// Which file of a seal.
    FileKind {
        /// 依据文件.
        Basis = "basis", "依据文件", "basis document";
        /// The uploaded picture as it came.
        Picture = "picture", "原始图样", "picture as uploaded";
    }
}

/// A document handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A file that was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SealFile {
    pub kind: FileKind,
    pub name: String,
    pub media_type: &'static str,
    #[serde(skip)]
    pub(crate) blob: String,
    /// SM3, hexadecimal.
    pub digest: String,
    /// Bytes.
    pub length: u64,
}

/// Media type by the first bytes; what browsers or people call a file does not count.
pub(crate) fn media_type(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 5] = [
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"PK\x03\x04", "application/ofd"),
        (b"BM", "image/bmp"),
    ];
    let found = KNOWN.iter().find(|(sign, _)| bytes.starts_with(sign));
    found.map(|(_, kind)| *kind)
}

/// Checks a document that orders a seal: PDF, OFD, PNG or JPEG of at most 10 MB.
pub(crate) fn check_basis(file: &NewFile) -> Result<(), SealError> {
    text("basis_file", &file.name, 200)?;
    let field = "basis_file";
    if file.bytes.len() > FILE_LIMIT {
        let why = LARGE_FILE;
        return Err(SealError::Invalid { field, why });
    }
    match media_type(&file.bytes) {
        None | Some("image/bmp") => Err(SealError::Invalid {
            field,
            why: FILE_KIND,
        }),
        Some(_) => Ok(()),
    }
}

/// Stores a file; the row that names it is written with the application.
pub(crate) async fn put(ctx: &Ctx, kind: FileKind, file: NewFile) -> Result<SealFile, SealError> {
    let media_type = media_type(&file.bytes).ok_or(SealError::Invalid {
        field: kind.field(),
        why: FILE_KIND,
    })?;
    let blobs = ctx.shared.get::<Blobs>().ok_or(SealError::NoFiles)?;
    let stored = blobs.put(ctx, file.bytes).await?;
    Ok(SealFile {
        kind,
        name: file.name.trim().to_owned(),
        media_type,
        blob: stored.name,
        digest: stored.digest,
        length: stored.len,
    })
}

impl FileKind {
    fn field(self) -> &'static str {
        match self {
            Self::Basis => "basis_file",
            Self::Picture => "picture",
        }
    }
}

/// A file of a seal with its content.
pub async fn file_of(
    ctx: &Ctx,
    seal_key: &str,
    kind: FileKind,
) -> Result<(SealFile, Vec<u8>), SealError> {
    let mut reader = ctx.db.reader();
    let seal = load(&mut reader, seal_key).await?;
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    let found = table_file::files(&mut reader, seal_key).await?;
    let found = found.into_iter().find(|file| file.kind == kind);
    let found = found.ok_or(SealError::NotFound)?;
    let blobs = ctx.shared.get::<Blobs>().ok_or(SealError::NoFiles)?;
    let bytes = blobs.get(ctx, &found.blob).await?;
    Ok((found, bytes))
}

/// The names of all stored files, for sweeper and backup of the file store.
pub async fn stored_files(run: &mut impl store::Run) -> Result<HashSet<String>, SealError> {
    Ok(table_file::blobs(run).await?.into_iter().collect())
}

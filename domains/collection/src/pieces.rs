//! Large tables kept as encrypted files of a thousand rows: a million rows are never in memory.

use std::sync::Arc;

use blobs::Blobs;
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::error::CollectionError;

/// Rows of a piece.
pub(crate) const ROWS: usize = 1_000;

/// A row as it came: its place among the rows and its cells.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Came {
    pub number: u32,
    pub cells: Vec<String>,
    /// Who typed it, where it did not come as data.
    #[serde(default)]
    pub typist: Option<String>,
}

/// A piece that was stored.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub piece: u32,
    pub rows: u64,
    pub blob: String,
}

pub(crate) fn blobs(ctx: &Ctx) -> Result<Arc<Blobs>, CollectionError> {
    let blobs = ctx.shared.get::<Blobs>();
    blobs.ok_or_else(|| CollectionError::data("no file store"))
}

pub(crate) async fn put<T: Serialize>(ctx: &Ctx, rows: &[T]) -> Result<String, CollectionError> {
    let plain = serde_json::to_vec(rows)?;
    Ok(blobs(ctx)?.put(ctx, plain).await?.name)
}

pub(crate) async fn get<T: for<'a> Deserialize<'a>>(
    ctx: &Ctx,
    blob: &str,
) -> Result<Vec<T>, CollectionError> {
    let plain = blobs(ctx)?.get(ctx, blob).await?;
    Ok(serde_json::from_slice(&plain)?)
}

//! One document sealed in both formats, from the reservation to the two files.

use std::sync::Arc;

use paper::Place;
use store::Ctx;

use crate::error::SealError;
use crate::reserve::{Reserve, UseId, reserve};
use crate::stamp::{stamp_ofd, stamp_pdf};
use crate::times::require_time;
use crate::usage::{UseResult, UsedDocument, finish};

/// A document sealed in both formats. Its use is still open: it is finished in the transaction
/// that makes the files count.
#[derive(Clone, Debug)]
pub struct Sealed {
    pub id: UseId,
    pub ofd: Vec<u8>,
    pub pdf: Vec<u8>,
    /// What [`finish`] is told.
    pub documents: Vec<UsedDocument>,
}

/// Reserves a use and seals both files with it. When a file cannot be sealed, the use is closed as
/// failed, with whatever was signed.
pub async fn seal_pair(
    ctx: &Ctx,
    wish: Reserve,
    package: ofd::Package,
    pdf: Vec<u8>,
    place: Place,
) -> Result<Sealed, SealError> {
    require_time(ctx, &wish.document_kind).await?;
    let (inner, wish) = (ctx.clone(), Arc::new(wish));
    let id = ctx
        .db
        .write(move |tx| {
            let (ctx, wish) = (inner.clone(), wish.clone());
            Box::pin(async move { reserve(tx, &ctx, &wish).await })
        })
        .await?;
    let mut documents = Vec::new();
    match stamp(ctx, &id, package, pdf, place, &mut documents).await {
        Ok((ofd, pdf)) => Ok(Sealed {
            id,
            ofd,
            pdf,
            documents,
        }),
        Err(error) => {
            let note = error.to_string();
            if let Err(second) = close(ctx, &id, documents, UseResult::Failed, &note).await {
                tracing::warn!(%second, "a use of a seal could not be closed");
            }
            Err(error)
        }
    }
}

async fn stamp(
    ctx: &Ctx,
    id: &UseId,
    package: ofd::Package,
    pdf: Vec<u8>,
    place: Place,
    documents: &mut Vec<UsedDocument>,
) -> Result<(Vec<u8>, Vec<u8>), SealError> {
    let used = |format: &str, bytes: &[u8]| UsedDocument {
        format: format.into(),
        digest: hex::encode(gm::sm3(bytes)),
        length: bytes.len() as u64,
    };
    let ofd = stamp_ofd(ctx, id, package, place, true).await?;
    documents.push(used("ofd", &ofd));
    let pdf = stamp_pdf(ctx, id, pdf, place, true).await?;
    documents.push(used("pdf", &pdf));
    Ok((ofd, pdf))
}

/// Finishes a use in a transaction of its own: a signature whose document was not used is a use all
/// the same.
pub async fn close(
    ctx: &Ctx,
    id: &UseId,
    documents: Vec<UsedDocument>,
    result: UseResult,
    note: &str,
) -> Result<(), SealError> {
    let (inner, id, note) = (ctx.clone(), id.clone(), note.to_owned());
    let documents = Arc::new(documents);
    ctx.db
        .write(move |tx| {
            let (ctx, id, note) = (inner.clone(), id.clone(), note.clone());
            let documents = documents.clone();
            Box::pin(async move { finish(tx, &ctx, &id, &documents, result, &note).await })
        })
        .await
}

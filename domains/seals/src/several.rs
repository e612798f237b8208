//! One document, several seals in order: each use is reserved, logged and counted for itself, the
//! last signature closes, and either all sign or nothing is issued [I-13].

use std::sync::Arc;

use sealing::{Part, pack};
use store::{Ctx, Tx};

use crate::authority::blocking;
use crate::error::{ORDERS, SealError};
use crate::marks::Marks;
use crate::reserve::{Reserve, UseId, reserve};
use crate::stamp::{put_ofd, put_pdf};
use crate::times::require_time;
use crate::usage::{UseResult, UsedDocument, finish};

/// One seal on a document.
#[derive(Clone, Debug)]
pub struct Order {
    pub wish: Reserve,
    pub marks: Marks,
}

/// A document to be sealed, in one format or in both.
#[derive(Clone, Debug, Default)]
pub struct Papers {
    /// The parts of an OFD, see [`crate::parts_of`].
    pub ofd: Option<Vec<Part>>,
    pub pdf: Option<Vec<u8>>,
}

/// A sealed document. Its uses are still open: they are finished in the transaction that makes the
/// files count.
#[derive(Clone, Debug, Default)]
pub struct Sealed {
    /// In the order of the seals.
    pub uses: Vec<UseId>,
    /// Empty where there was no such file; so is `pdf`.
    pub ofd: Vec<u8>,
    pub pdf: Vec<u8>,
}

impl Sealed {
    /// What the uses are told of: the files as they are issued.
    pub fn documents(&self) -> Vec<UsedDocument> {
        let files = [("ofd", &self.ofd), ("pdf", &self.pdf)];
        let there = files.into_iter().filter(|(_, bytes)| !bytes.is_empty());
        there
            .map(|(format, bytes)| UsedDocument::of(format, bytes))
            .collect()
    }
}

/// Reserves all uses in one transaction and seals the files with them in order. `closing`: the last
/// signature lets no other follow. When one cannot sign, nothing is issued and every use is closed:
/// as failed where it did not sign, as signed for nothing where it did, as stopped where its seal
/// was taken out of use.
pub async fn seal_in_order(
    ctx: &Ctx,
    orders: Vec<Order>,
    papers: Papers,
    closing: bool,
) -> Result<Sealed, SealError> {
    let (wishes, marks): (Vec<_>, Vec<_>) = orders
        .into_iter()
        .map(|order| (order.wish, order.marks))
        .unzip();
    let uses = reserve_in_order(ctx, wishes).await?;
    sign_in_order(ctx, uses, &marks, papers, closing).await
}

/// The second half of [`seal_in_order`]: signs with uses that are reserved, with each where its
/// marks say.
pub async fn sign_in_order(
    ctx: &Ctx,
    uses: Vec<UseId>,
    marks: &[Marks],
    papers: Papers,
    closing: bool,
) -> Result<Sealed, SealError> {
    let mut progress = Progress::default();
    match sign(ctx, &uses, marks, papers, closing, &mut progress).await {
        Ok((ofd, pdf)) => Ok(Sealed { uses, ofd, pdf }),
        Err(error) => {
            undo(ctx, &uses, progress, &error.to_string()).await;
            Err(error)
        }
    }
}

/// The first half of [`seal_in_order`]: all uses are reserved, or none.
pub async fn reserve_in_order(ctx: &Ctx, wishes: Vec<Reserve>) -> Result<Vec<UseId>, SealError> {
    if wishes.is_empty() {
        return Err(SealError::Invalid {
            field: "seals",
            why: ORDERS,
        });
    }
    // Asked before anything counts: a document that must have a time stamp waits for its service.
    let mut kinds: Vec<&str> = wishes
        .iter()
        .map(|wish| wish.document_kind.as_str())
        .collect();
    kinds.dedup();
    for kind in kinds {
        require_time(ctx, kind).await?;
    }
    let (inner, wishes) = (ctx.clone(), Arc::new(wishes));
    ctx.db
        .write(move |tx| {
            let (ctx, wishes) = (inner.clone(), wishes.clone());
            Box::pin(async move {
                let mut uses = Vec::with_capacity(wishes.len());
                for wish in wishes.iter() {
                    uses.push(reserve(tx, &ctx, wish).await?);
                }
                Ok(uses)
            })
        })
        .await
}

/// How far the work had come when one of the seals could not sign.
#[derive(Default)]
struct Progress {
    /// The use that was signing.
    at: usize,
    /// What each use had signed, in order: the parts of the OFD, the PDF.
    ofd: Vec<Vec<Part>>,
    pdf: Vec<Vec<u8>>,
}

async fn sign(
    ctx: &Ctx,
    uses: &[UseId],
    marks: &[Marks],
    papers: Papers,
    closing: bool,
    progress: &mut Progress,
) -> Result<(Vec<u8>, Vec<u8>), SealError> {
    let last = uses.len().saturating_sub(1);
    let (mut ofd, mut pdf) = (Vec::new(), Vec::new());
    if let Some(mut parts) = papers.ofd {
        for (at, (id, marks)) in uses.iter().zip(marks).enumerate() {
            progress.at = at;
            parts = put_ofd(ctx, id, parts, marks, closing && at == last).await?;
            progress.ofd.push(parts.clone());
        }
        ofd = blocking(move || packed(&parts)).await?;
    }
    if let Some(mut bytes) = papers.pdf {
        for (at, (id, marks)) in uses.iter().zip(marks).enumerate() {
            progress.at = at;
            bytes = put_pdf(ctx, id, bytes, marks, closing && at == last).await?;
            if at < last {
                progress.pdf.push(bytes.clone());
            }
        }
        pdf = bytes;
    }
    Ok((ofd, pdf))
}

fn packed(parts: &[Part]) -> Result<Vec<u8>, SealError> {
    pack(parts).map_err(crate::forge::signing)
}

/// Closes every use after one of them could not sign. What was signed is told by its digest even
/// though it comes to nothing.
async fn undo(ctx: &Ctx, uses: &[UseId], progress: Progress, note: &str) {
    for (at, id) in uses.iter().enumerate() {
        let mut documents = Vec::new();
        if let Some(bytes) = progress.ofd.get(at).and_then(|parts| packed(parts).ok()) {
            documents.push(UsedDocument::of("ofd", &bytes));
        }
        if let Some(bytes) = progress.pdf.get(at) {
            documents.push(UsedDocument::of("pdf", bytes));
        }
        let result = match at == progress.at || documents.is_empty() {
            true => UseResult::Failed,
            false => UseResult::Superseded,
        };
        if let Err(second) = close(ctx, id, documents, result, note).await {
            tracing::warn!(%second, "a use of a seal could not be closed");
        }
    }
}

/// Finishes the uses of one document in the caller's transaction: all of them, or none.
pub async fn finish_all(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    uses: &[UseId],
    documents: &[UsedDocument],
    result: UseResult,
) -> Result<(), SealError> {
    for id in uses {
        finish(tx, ctx, id, documents, result, "").await?;
    }
    Ok(())
}

/// Closes the uses of a document that was sealed and not issued, each for itself.
pub async fn close_all(
    ctx: &Ctx,
    uses: &[UseId],
    documents: &[UsedDocument],
    result: UseResult,
    note: &str,
) {
    for id in uses {
        if let Err(second) = close(ctx, id, documents.to_vec(), result, note).await {
            tracing::warn!(%second, "a use of a seal could not be closed");
        }
    }
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

//! A stack as it is shown: its originals, pages and pictures, to those who may see them.

use scans::{Kind, Shape};
use store::Ctx;

use super::add::at_bench;
use super::{Original, OriginalState, Scan, ScanPage, mine};
use crate::batch::{Batch, BatchState, batch, sees};
use crate::error::CollectionError;
use crate::{pieces, table};

/// How a page is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Small, as it is to be.
    Thumb,
    /// As it is to be.
    Whole,
    /// Turned and straightened, with what was cut off.
    Uncropped,
}

/// A stack with all its originals, for those who collect it.
pub async fn scan(ctx: &Ctx, batch_key: &str) -> Result<Scan, CollectionError> {
    let (batch, type_code) = mine(ctx, batch_key).await?;
    let mut reader = ctx.db.reader();
    Ok(Scan {
        pages: table::scan::pages(&mut reader, batch_key).await?,
        originals: table::scan::originals(&mut reader, ctx, batch_key).await?,
        batch,
        type_code,
    })
}

/// One original with its pages, for those who collect it.
pub async fn original(
    ctx: &Ctx,
    batch_key: &str,
    number: u32,
) -> Result<(Original, Vec<ScanPage>), CollectionError> {
    mine(ctx, batch_key).await?;
    let mut reader = ctx.db.reader();
    let original = table::scan::load_original(&mut reader, ctx, batch_key, number).await?;
    let pages = table::scan::pages_of_original(&mut reader, batch_key, number).await?;
    Ok((original, pages))
}

/// The next original that waits for somebody, behind this one and then from the first on.
pub async fn waits_after(
    ctx: &Ctx,
    batch_key: &str,
    number: u32,
) -> Result<Option<u32>, CollectionError> {
    mine(ctx, batch_key).await?;
    let mut reader = ctx.db.reader();
    for from in [number, 0] {
        let mut next: Vec<u32> = Vec::new();
        for state in [OriginalState::Waiting, OriginalState::Open] {
            let found = table::scan::first_behind(&mut reader, ctx, batch_key, state, from).await?;
            next.extend(found.map(|one| one.number));
        }
        let next = next.into_iter().min().filter(|next| *next != number);
        if next.is_some() {
            return Ok(next);
        }
    }
    Ok(None)
}

/// Whether the actor sees this original: whoever collects its batch, and once it is a row whoever
/// checks or makes licences of its issuer.
async fn seen(ctx: &Ctx, batch: &Batch, number: u32) -> Result<(), CollectionError> {
    if batch.body.scanned.is_none() {
        return Err(CollectionError::NotFound);
    }
    let Some(issuers) = sees(ctx, batch).await? else {
        return Ok(());
    };
    let mut reader = ctx.db.reader();
    let row = table::row::load(&mut reader, ctx, &batch.batch_key, number).await?;
    match issuers.contains(&row.agency) {
        true => Ok(()),
        false => Err(CollectionError::NotFound),
    }
}

/// The pages of the original that a row was typed from; of a row of a table there are none.
pub async fn original_pages(
    ctx: &Ctx,
    batch_key: &str,
    row_no: u32,
) -> Result<Vec<ScanPage>, CollectionError> {
    let batch = batch(ctx, batch_key).await?;
    if batch.body.scanned.is_none() {
        return Ok(Vec::new());
    }
    seen(ctx, &batch, row_no).await?;
    table::scan::pages_of_original(&mut ctx.db.reader(), batch_key, row_no).await
}

/// The picture of a page as JPEG, for those who see its original.
pub async fn picture(
    ctx: &Ctx,
    batch_key: &str,
    page: u32,
    look: Look,
) -> Result<Vec<u8>, CollectionError> {
    let batch = batch(ctx, batch_key).await?;
    let page = table::scan::load_page(&mut ctx.db.reader(), batch_key, page).await?;
    if page.removed && batch.state != BatchState::Scanning {
        return Err(CollectionError::NotFound);
    }
    seen(ctx, &batch, page.original).await?;
    drawn(ctx, &page, look).await
}

/// The picture of a page as JPEG, whoever asks.
pub(crate) async fn drawn(
    ctx: &Ctx,
    page: &ScanPage,
    look: Look,
) -> Result<Vec<u8>, CollectionError> {
    let (name, shape) = match look {
        Look::Thumb => (&page.thumb, page.shape),
        Look::Whole => (&page.picture, page.shape),
        Look::Uncropped => (
            &page.picture,
            Shape {
                crop: scans::Crop::default(),
                ..page.shape
            },
        ),
    };
    let bytes = pieces::blobs(ctx)?.get(ctx, name).await?;
    if shape.is_plain() {
        return Ok(bytes);
    }
    at_bench(ctx, move || {
        let picture = scans::decode(&bytes)?;
        Ok(scans::encode(&scans::shaped(&picture, &shape))?)
    })
    .await
}

/// The file that a page of a row's original came in, as it came: name, media type, content.
pub async fn original_file(
    ctx: &Ctx,
    batch_key: &str,
    page: u32,
) -> Result<(String, &'static str, Vec<u8>), CollectionError> {
    // A file may hold the originals of others: only those who collect the stack get it whole.
    mine(ctx, batch_key).await?;
    let mut reader = ctx.db.reader();
    let page = table::scan::load_page(&mut reader, batch_key, page).await?;
    let (blob, name) = table::scan::file(&mut reader, ctx, batch_key, page.file_no).await?;
    let bytes = pieces::blobs(ctx)?.get(ctx, &blob).await?;
    let media = scans::kind(&bytes).map_or("application/octet-stream", Kind::media);
    Ok((name, media, bytes))
}

//! What is done to the pages of a stack: turned, straightened, cropped, taken out, put together into
//! originals.

use std::sync::Arc;

use scans::{Crop, Shape};
use store::{Ctx, Tx};

use super::add::at_bench;
use super::{Original, OriginalBody, OriginalState, ScanPage, open};
use crate::batch::BatchState;
use crate::error::CollectionError;
use crate::events::{RowMoved, stream};
use crate::{pieces, table};

/// One thing that is done to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageAct {
    /// By so many quarters to the right.
    Turn(u8),
    /// To the left by so many hundredths of a degree; none: as its lines lie.
    Straighten(Option<i16>),
    Crop(Crop),
    Remove,
    Restore,
    /// It belongs to the original before it, with all pages of its own.
    Join,
    /// It begins an original of its own, with the pages behind it.
    Split,
}

impl PageAct {
    /// What the journal calls it.
    fn code(self) -> &'static str {
        match self {
            Self::Turn(_) => "turned",
            Self::Straighten(_) => "straightened",
            Self::Crop(_) => "cropped",
            Self::Remove => "removed",
            Self::Restore => "restored",
            Self::Join => "joined",
            Self::Split => "split",
        }
    }
}

/// Does one thing to a page that is still what was seen.
pub async fn act_on_page(
    ctx: &Ctx,
    batch_key: &str,
    page: u32,
    seen: i64,
    act: PageAct,
) -> Result<(), CollectionError> {
    open(ctx, batch_key).await?;
    let was = table::scan::load_page(&mut ctx.db.reader(), batch_key, page).await?;
    if was.rev != seen {
        return Err(CollectionError::Stale);
    }
    let mut now = was.clone();
    match act {
        PageAct::Turn(quarters) => {
            now.shape.quarters = (now.shape.quarters + quarters % 4) % 4;
            // What was cut off belongs to other sides now.
            now.shape.crop = turned(now.shape.crop, quarters % 4);
        }
        PageAct::Straighten(Some(tilt)) => now.shape.tilt = tilt,
        PageAct::Straighten(None) => now.shape.tilt = found(ctx, &was).await?,
        PageAct::Crop(crop) => now.shape.crop = crop,
        PageAct::Remove => now.removed = true,
        PageAct::Restore => now.removed = false,
        PageAct::Join | PageAct::Split => {}
    }
    if !now.shape.is_good() {
        let why = "角度在±15度以内，裁去的部分每边不小于0，合计不超过九成".into();
        return Err(CollectionError::Field("页面", why));
    }
    let (inner, work) = (ctx.clone(), Arc::new((was, now)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (was, now) = &*work;
                let batch = table::batch::load(tx, &ctx, &now.batch_key).await?;
                if batch.state != BatchState::Scanning {
                    return Err(CollectionError::WrongState);
                }
                match act {
                    PageAct::Join => join(tx, &ctx, was).await?,
                    PageAct::Split => split(tx, &ctx, was).await?,
                    PageAct::Remove | PageAct::Restore => {
                        table::scan::update_page(tx, now).await?;
                        fitting(tx, &ctx, &now.batch_key, now.original).await?;
                    }
                    _ => table::scan::update_page(tx, now).await?,
                }
                let event = RowMoved {
                    batch_key: now.batch_key.clone(),
                    row_no: now.original,
                    what: format!("page.{}", act.code()),
                    fields: vec![now.page.to_string()],
                    reason: String::new(),
                };
                journal::append(tx, &ctx, &stream(&now.batch_key), &event).await?;
                Ok(())
            })
        })
        .await
}

fn turned(crop: Crop, quarters: u8) -> Crop {
    (0..quarters).fold(crop, |crop, _| Crop {
        left: crop.bottom,
        top: crop.left,
        right: crop.top,
        bottom: crop.right,
    })
}

/// How much the page lies askew after its quarters.
async fn found(ctx: &Ctx, page: &ScanPage) -> Result<i16, CollectionError> {
    let bytes = pieces::blobs(ctx)?.get(ctx, &page.picture).await?;
    let quarters = Shape {
        quarters: page.shape.quarters,
        ..Shape::default()
    };
    let tilt = at_bench(ctx, move || {
        let upright = scans::shaped(&scans::decode(&bytes)?, &quarters);
        Ok(scans::tilt(&upright))
    });
    let none = || CollectionError::Field("纠偏", "没有找到文字行，请手工填写角度".into());
    tilt.await?.ok_or_else(none)
}

/// Takes all pages out that seem to be empty; gives how many.
pub async fn remove_blanks(ctx: &Ctx, batch_key: &str) -> Result<u64, CollectionError> {
    open(ctx, batch_key).await?;
    let pages = table::scan::pages(&mut ctx.db.reader(), batch_key).await?;
    let mut done = 0;
    for page in pages.into_iter().filter(|page| page.blank && !page.removed) {
        let removed = act_on_page(ctx, batch_key, page.page, page.rev, PageAct::Remove).await;
        match removed {
            Ok(()) => done += 1,
            // Somebody typed from it: it is not empty.
            Err(CollectionError::Field(..)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

async fn original(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    key: &str,
    n: u32,
) -> Result<Option<Original>, CollectionError> {
    match table::scan::load_original(tx, ctx, key, n).await {
        Ok(found) => Ok(Some(found)),
        Err(CollectionError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// An original is there exactly while it has pages; one that was typed is not taken away silently.
async fn fitting(tx: &mut Tx<'_>, ctx: &Ctx, key: &str, n: u32) -> Result<(), CollectionError> {
    let pages = table::scan::pages_of_original(tx, key, n).await?;
    match (original(tx, ctx, key, n).await?, pages.is_empty()) {
        (Some(empty), true) => gone(tx, empty).await,
        (None, false) => {
            let new = Original {
                batch_key: key.to_owned(),
                number: n,
                rev: 1,
                state: OriginalState::Waiting,
                typist: None,
                body: OriginalBody::default(),
            };
            table::scan::insert_original(tx, ctx, &new).await
        }
        _ => Ok(()),
    }
}

async fn gone(tx: &mut Tx<'_>, original: Original) -> Result<(), CollectionError> {
    if original.typist.is_some() {
        let why = format!("原件{}已经录入，请在录入页剔除此件", original.number);
        return Err(CollectionError::Field("页面", why));
    }
    table::scan::delete_original(tx, &original).await
}

async fn join(tx: &mut Tx<'_>, ctx: &Ctx, page: &ScanPage) -> Result<(), CollectionError> {
    let all = table::scan::pages(tx, &page.batch_key).await?;
    let before = all
        .iter()
        .filter(|one| !one.removed && one.original < page.original);
    let Some(target) = before.map(|one| one.original).max() else {
        return Err(CollectionError::Field(
            "页面",
            "前面没有可以并入的原件".into(),
        ));
    };
    for one in all.iter().filter(|one| one.original == page.original) {
        let mut now = one.clone();
        now.original = target;
        table::scan::update_page(tx, &now).await?;
    }
    if let Some(old) = original(tx, ctx, &page.batch_key, page.original).await? {
        gone(tx, old).await?;
    }
    seen_anew(tx, ctx, &page.batch_key, target).await
}

async fn split(tx: &mut Tx<'_>, ctx: &Ctx, page: &ScanPage) -> Result<(), CollectionError> {
    if page.original == page.page {
        return Err(CollectionError::Field(
            "页面",
            "这一页已经是一件原件的首页".into(),
        ));
    }
    let all = table::scan::pages(tx, &page.batch_key).await?;
    let behind = |one: &&ScanPage| one.original == page.original && one.page >= page.page;
    for one in all.iter().filter(behind) {
        let mut now = one.clone();
        now.original = page.page;
        table::scan::update_page(tx, &now).await?;
    }
    fitting(tx, ctx, &page.batch_key, page.page).await?;
    fitting(tx, ctx, &page.batch_key, page.original).await?;
    seen_anew(tx, ctx, &page.batch_key, page.original).await
}

/// An original with other pages than before is another one to whoever is typing it.
async fn seen_anew(tx: &mut Tx<'_>, ctx: &Ctx, key: &str, n: u32) -> Result<(), CollectionError> {
    match original(tx, ctx, key, n).await? {
        Some(one) => table::scan::update_original(tx, ctx, &one).await,
        None => Ok(()),
    }
}

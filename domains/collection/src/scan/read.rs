//! 批量识别: the originals that wait are read one after another in the background. What is read is
//! proposed with its confidence until a person confirms it [H-23].

use std::collections::BTreeMap;
use std::sync::Arc;

use licences::LicenceType;
use store::Ctx;

use super::place::{self, Found};
use super::view::{Look, drawn};
use super::{Original, OriginalState, ocr};
use crate::error::CollectionError;
use crate::runner::{Held, Step, finished};
use crate::table;

/// Pages of an original that are read: the face of a licence stands on its first ones.
const PAGES: usize = 2;

/// How many originals wait to be read.
pub(crate) async fn waiting(ctx: &Ctx, batch_key: &str) -> Result<u64, CollectionError> {
    table::scan::in_state(&mut ctx.db.reader(), batch_key, OriginalState::Waiting).await
}

pub(crate) async fn run(held: &mut Held) -> Result<(), CollectionError> {
    let ctx = held.ctx.clone();
    let key = held.work.batch_key.clone();
    let batch = table::batch::load(&mut ctx.db.reader(), &ctx, &key).await?;
    let kind = batch.body.scanned.as_deref().unwrap_or_default();
    let kind = licences::licence_type(&ctx, kind).await?;
    if !ocr::can_read(&ctx).await {
        let why = "本机没有安装文字识别程序，请人工录入".into();
        return Err(CollectionError::Field("文字识别", why));
    }
    loop {
        let place = u32::try_from(held.work.place).map_err(CollectionError::data)?;
        let mut reader = ctx.db.reader();
        let state = OriginalState::Waiting;
        let next = table::scan::first_behind(&mut reader, &ctx, &key, state, place).await?;
        let Some(original) = next else {
            return finished(held).await;
        };
        let found = found(&ctx, &kind, &original).await;
        let step = Step {
            place: u64::from(original.number),
            done: u64::from(found.is_ok()),
            failed: u64::from(found.is_err()),
        };
        // A page that cannot be read is typed.
        let found = found.unwrap_or_default();
        let work = Arc::new((original, found, held.stepping(step)));
        let inner = ctx.clone();
        let written = ctx
            .db
            .write(move |tx| {
                let (ctx, work) = (inner.clone(), work.clone());
                Box::pin(async move {
                    let (original, found, stepping) = &*work;
                    stepping.write(tx, &ctx).await?;
                    if found.is_empty() {
                        return Ok(());
                    }
                    table::scan::update_original(tx, &ctx, &proposed(original, found)).await
                })
            })
            .await;
        match written {
            Ok(()) => held.stepped(step),
            // Somebody types it meanwhile: it is theirs.
            Err(CollectionError::Stale) => {
                let over = Step {
                    place: step.place,
                    ..Step::default()
                };
                held.step(over).await?;
            }
            Err(error) => return Err(error),
        }
    }
}

/// What the pages of an original say.
async fn found(
    ctx: &Ctx,
    kind: &Arc<LicenceType>,
    original: &Original,
) -> Result<BTreeMap<String, Found>, CollectionError> {
    let mut reader = ctx.db.reader();
    let (key, n) = (&original.batch_key, original.number);
    let pages = table::scan::pages_of_original(&mut reader, key, n).await?;
    let mut all = BTreeMap::new();
    for page in pages.iter().take(PAGES) {
        let picture = drawn(ctx, page, Look::Whole).await?;
        let size = scans::size(&picture)?;
        let mut here: BTreeMap<String, Found> = BTreeMap::new();
        for languages in ocr::LANGUAGES {
            let words = ocr::words(ctx, &picture, languages).await?;
            for (code, value) in place::values(kind, &words, size) {
                let better = here
                    .get(&code)
                    .is_none_or(|held| place::is_better(kind, &code, &value, held));
                if better {
                    here.insert(code, value);
                }
            }
        }
        for (code, value) in here {
            all.entry(code).or_insert(value);
        }
    }
    Ok(all)
}

/// The original with what was read, all of it to be confirmed.
fn proposed(original: &Original, found: &BTreeMap<String, Found>) -> Original {
    let mut now = original.clone();
    now.state = OriginalState::Open;
    for (code, (value, confidence)) in found {
        now.body.values.insert(code.clone(), value.clone());
        now.body.unconfirmed.insert(code.clone(), *confidence);
    }
    now
}

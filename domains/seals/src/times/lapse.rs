//! What was sealed without the time stamp or the evidence that its rule asks for where it can be
//! had. It is told: in the journal of the use, to the operator's figures, on the page.

use jiff::Timestamp;
use kernel::{Permission, Target};
use serde::{Deserialize, Serialize};
use store::Ctx;

use super::table;
use crate::error::SealError;
use crate::event::use_stream;
use crate::reserve::UseId;

kernel::codes! {
    /// What is missing.
    Lack {
        /// No time stamp at all.
        Stamp = "stamp", "没有时间戳", "no time stamp";
        /// A time stamp, but no evidence for later verification beside it: the PDF stays at PAdES
        /// level B-T.
        Evidence = "evidence", "有时间戳，缺长期验证资料", "a time stamp without evidence for later";
    }
}

/// One document that lacks something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapse {
    pub use_id: UseId,
    /// `ofd`, `pdf`.
    pub format: String,
    pub lack: Lack,
    /// Why, in the words of whoever failed.
    pub why: String,
    pub at: Timestamp,
    /// What the seal was used for.
    pub purpose: String,
}

/// `seal.time_lapsed`: a document was sealed without what the rule asks for where it can be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TimeLapsed {
    pub format: String,
    pub lack: String,
    pub why: String,
}

impl journal::Event for TimeLapsed {
    const KIND: &'static str = "seal.time_lapsed";
}

/// Longest reason kept, in characters.
const WHY: usize = 500;

/// Tells of a lapse.
pub(crate) async fn record(
    ctx: &Ctx,
    use_id: &UseId,
    format: &str,
    (lack, why): (Lack, String),
) -> Result<(), SealError> {
    let why: String = why.chars().take(WHY).collect();
    tracing::warn!(%format, lack = lack.code(), %why, "sealed without what a time stamp service gives");
    let lapse = Lapse {
        use_id: use_id.clone(),
        format: format.to_owned(),
        lack,
        why,
        at: ctx.now(),
        purpose: String::new(),
    };
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, lapse) = (inner.clone(), lapse.clone());
            Box::pin(async move {
                table::insert_lapse(tx, &ctx.rng.key(), &lapse).await?;
                let event = TimeLapsed {
                    format: lapse.format.clone(),
                    lack: lapse.lack.code().into(),
                    why: lapse.why.clone(),
                };
                let stream = use_stream(lapse.use_id.as_str());
                journal::append(tx, &ctx, &stream, &event).await?;
                Ok(())
            })
        })
        .await
}

/// The newest lapses.
pub async fn lapses(ctx: &Ctx, most: u32) -> Result<Vec<Lapse>, SealError> {
    ctx.actor
        .require(Permission::TrustManage, &Target::default())?;
    Ok(table::lapses(&mut ctx.db.reader(), i64::from(most)).await?)
}

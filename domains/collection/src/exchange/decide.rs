//! A person settles what waits.

use jiff::Timestamp;
use store::Ctx;

use super::apply::{Case, Deed, write};
use super::compare::Difference;
use super::event::ExchangeSettled;
use super::source::exchange_source;
use super::take::operation_of;
use super::{ConflictRule, Outcome, table};
use crate::error::CollectionError;

/// A record that a person looks at.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub record_key: String,
    pub row_id: String,
    pub outcome: Outcome,
    pub operation: super::Operation,
    pub licence_key: Option<String>,
    pub licence_no: String,
    pub batch_no: String,
    pub received_at: Timestamp,
    pub told_at: Timestamp,
    pub rev: i64,
    /// Name, here, there.
    pub differences: Vec<(String, String, String)>,
    /// Why it was refused, Chinese and English.
    pub why: Option<(String, String)>,
}

/// Records that are shown at once.
const SHOWN: i64 = 100;

/// The newest records of a source with one outcome.
pub async fn exchange_records(
    ctx: &Ctx,
    source_code: &str,
    outcome: Outcome,
) -> Result<Vec<Waiting>, CollectionError> {
    exchange_source(ctx, source_code).await?;
    let mut reader = ctx.db.reader();
    let found = table::records(&mut reader, ctx, (source_code, outcome), SHOWN).await?;
    let words = |one: Difference| (one.name, one.ours, one.theirs);
    found
        .into_iter()
        .map(|one| {
            Ok(Waiting {
                operation: operation_of(&one)?,
                row_id: one.body.row_id,
                licence_no: one.body.licence.map(|l| l.licence_no).unwrap_or_default(),
                differences: one.body.differences.into_iter().map(words).collect(),
                why: one.body.why,
                record_key: one.record_key,
                outcome: one.outcome,
                licence_key: one.licence_key,
                batch_no: one.batch_no,
                received_at: one.received_at,
                told_at: one.told_at,
                rev: one.rev,
            })
        })
        .collect()
}

/// Settles a conflict: the source counts, or this library does. `rev` is the word of the record that
/// was looked at.
pub async fn decide_exchange(
    ctx: &Ctx,
    record_key: &str,
    rev: i64,
    theirs: bool,
) -> Result<Outcome, CollectionError> {
    let mut stored = table::record(&mut ctx.db.reader(), ctx, record_key).await?;
    let source = exchange_source(ctx, &stored.source_code).await?;
    if stored.rev != rev || stored.outcome != Outcome::Waits {
        return Err(CollectionError::Stale);
    }
    let rule = match theirs {
        true => ConflictRule::Theirs,
        false => ConflictRule::Ours,
    };
    let (outcome, deed) = match theirs {
        false => (Outcome::Kept, Deed::Nothing),
        true => {
            let case = Case {
                source: &source,
                operation: operation_of(&stored)?,
                licence: stored.body.licence.as_ref(),
                licence_key: stored.licence_key.as_deref(),
                batch_no: &stored.batch_no,
                rule,
            };
            let verdict = case.verdict(ctx).await?;
            stored.licence_key = verdict.licence_key;
            (verdict.outcome, verdict.deed)
        }
    };
    stored.outcome = outcome;
    stored.body.licence = None;
    let event = ExchangeSettled {
        source_code: stored.source_code.clone(),
        record_key: stored.record_key.clone(),
        licence_key: stored.licence_key.clone(),
        outcome: outcome.code().to_owned(),
    };
    write(ctx, stored, Some(rev), deed, Some(event)).await?;
    Ok(outcome)
}

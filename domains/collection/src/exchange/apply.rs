//! What a record does to the library, and the transaction that does it.

use std::sync::Arc;

use licences::{
    CollectedBy, LicenceError, LicenceEvent, Prepared, Source, Standing, State, StateChange,
};
use store::Ctx;

use super::compare::{Difference, differences};
use super::event::{ExchangeSettled, stream};
use super::record::ExchangeLicence;
use super::table::{self, Stored};
use super::{ConflictRule, ExchangeSource, Operation, Outcome};
use crate::approval::judged;
use crate::batch::SourceClass;
use crate::error::CollectionError;

/// What is to be done.
pub(super) enum Deed {
    Nothing,
    /// A new licence, or the next version of one.
    Make(Box<Prepared>),
    /// The licence of this key ends.
    End(String),
}

/// What becomes of a record.
pub(super) struct Verdict {
    pub outcome: Outcome,
    pub licence_key: Option<String>,
    pub differences: Vec<Difference>,
    pub deed: Deed,
}

impl Verdict {
    fn of(outcome: Outcome, licence_key: Option<String>) -> Self {
        Self {
            outcome,
            licence_key,
            differences: Vec::new(),
            deed: Deed::Nothing,
        }
    }
}

/// A record on its way.
pub(super) struct Case<'a> {
    pub source: &'a ExchangeSource,
    pub operation: Operation,
    pub licence: Option<&'a ExchangeLicence>,
    /// The licence that an earlier word of the record led to.
    pub licence_key: Option<&'a str>,
    pub batch_no: &'a str,
    /// What counts where the library holds something else from elsewhere.
    pub rule: ConflictRule,
}

impl Case<'_> {
    /// Composes and seals what is to be made; nothing is written yet.
    pub(super) async fn verdict(&self, ctx: &Ctx) -> Result<Verdict, CollectionError> {
        match (self.operation, self.licence) {
            (Operation::Delete, _) | (_, None) => self.end(ctx).await,
            (_, Some(licence)) => self.take(ctx, licence).await,
        }
    }

    /// Whether the library has the licence's current version from this source.
    fn own(&self, there: &Standing) -> bool {
        let ours = format!("{}/", self.source.source_code);
        let data = &there.version.data;
        data.source_class == SourceClass::E.code()
            && data
                .collected
                .as_ref()
                .is_some_and(|by| by.batch.starts_with(&ours))
    }

    async fn take(&self, ctx: &Ctx, licence: &ExchangeLicence) -> Result<Verdict, CollectionError> {
        let wrong = |name: &'static str, why: &str| CollectionError::Field(name, why.into());
        let approval = licence.approval(self.source)?;
        let judged = judged(ctx, &approval).await?;
        let given = approval.given.clone();
        let given = given.ok_or_else(|| wrong("证照信息", "没有编号与日期"))?;
        let (kind, issuer) = (judged.kind.type_short_code.clone(), &judged.agency.uscc);
        let there = licences::standing(ctx, &kind, issuer, &given.licence_no).await?;
        let Some(there) = there else {
            if self.licence_key.is_some() {
                return Err(wrong("证照编号", "与这条记录原来的证照不同"));
            }
            return self
                .make(ctx, judged.collected(&given, self.origin(ctx), None))
                .await;
        };
        let key = there.licence.licence_key.clone();
        if self.licence_key.is_some_and(|known| known != key) {
            return Err(wrong("证照编号", "与这条记录原来的证照不同"));
        }
        if kernel::number::fold(&there.licence.body.holder_id) != judged.holder.id {
            return Err(wrong("证件号码", "与库中这份证照的持证主体不同"));
        }
        let differences = differences(&judged, (&approval, &given), &there);
        let state = there.licence.state;
        let rests = matches!(state, State::Valid | State::Suspended | State::Lost);
        if differences.is_empty() && rests {
            return Ok(Verdict::of(Outcome::Same, Some(key)));
        }
        if state != State::Valid {
            let why = format!("库中的证照为“{}”，不能更新", state.zh());
            return Err(CollectionError::Field("证照状态", why));
        }
        if self.own(&there) && self.licence_key.is_none() {
            return Err(wrong("证照编号", "来源库的另一条记录已有这个编号"));
        }
        let outcome = match self.rule {
            _ if self.own(&there) => Outcome::Changed,
            ConflictRule::Ask => Outcome::Waits,
            ConflictRule::Ours => Outcome::Kept,
            ConflictRule::Theirs => Outcome::Changed,
            ConflictRule::Newer if given.issue_date > there.version.data.issue_date => {
                Outcome::Changed
            }
            ConflictRule::Newer => Outcome::Kept,
        };
        if outcome != Outcome::Changed {
            return Ok(Verdict {
                differences,
                ..Verdict::of(outcome, Some(key))
            });
        }
        let mut collected = judged.collected(&given, self.origin(ctx), None);
        collected.renews = Some(key);
        // Without a photo of its own the record leaves the one that is there.
        if approval.photo.is_none() && there.photo.is_some() {
            collected.photo = there.photo;
        }
        let made = self.make(ctx, collected).await?;
        Ok(Verdict {
            outcome: Outcome::Changed,
            differences,
            ..made
        })
    }

    async fn make(
        &self,
        ctx: &Ctx,
        collected: licences::Collected,
    ) -> Result<Verdict, CollectionError> {
        let prepared = licences::prepare_collected(ctx, &collected).await?;
        Ok(Verdict {
            deed: Deed::Make(Box::new(prepared.clone())),
            ..Verdict::of(Outcome::Made, Some(prepared.licence_key))
        })
    }

    fn origin(&self, ctx: &Ctx) -> Source {
        Source {
            class: SourceClass::E.code().into(),
            system: self.source.name.clone(),
            collected: Some(CollectedBy {
                batch: format!("{}/{}", self.source.source_code, self.batch_no),
                collector: ctx.actor.id.clone(),
                collected_at: ctx.now(),
                checker: None,
                checked_at: None,
            }),
        }
    }

    /// The licence ended in its own library. A record that led to none is remembered, so that what
    /// was written before and arrives later makes none.
    async fn end(&self, ctx: &Ctx) -> Result<Verdict, CollectionError> {
        let Some(key) = self.licence_key else {
            return Ok(Verdict::of(Outcome::Ended, None));
        };
        let there = licences::standing_of(ctx, key).await?;
        let (state, key) = (there.licence.state, Some(key.to_owned()));
        let over = match state {
            State::Valid => false,
            State::Suspended | State::Lost => {
                let why = format!("库中的证照为“{}”，不能注销", state.zh());
                return Err(CollectionError::Field("证照状态", why));
            }
            _ => true,
        };
        if over {
            return Ok(Verdict::of(Outcome::Ended, key));
        }
        let deed = |key: Option<String>| key.map_or(Deed::Nothing, Deed::End);
        match self.rule {
            _ if self.own(&there) => {}
            ConflictRule::Theirs => {}
            ConflictRule::Ask => return Ok(Verdict::of(Outcome::Waits, key)),
            ConflictRule::Ours | ConflictRule::Newer => {
                return Ok(Verdict::of(Outcome::Kept, key));
            }
        }
        Ok(Verdict {
            deed: deed(key.clone()),
            ..Verdict::of(Outcome::Ended, key)
        })
    }
}

/// Why a licence ends that ended in its own library.
const ENDED: &str = "来源库已注销";

/// Writes the record and does the deed, together or not at all. `seen` is the revision of the record
/// that was looked at.
pub(super) async fn write(
    ctx: &Ctx,
    stored: Stored,
    seen: Option<i64>,
    deed: Deed,
    settled: Option<ExchangeSettled>,
) -> Result<(), CollectionError> {
    let work = Arc::new((stored, deed, settled));
    let (inner, given) = (ctx.clone(), work.clone());
    let done = ctx
        .db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), given.clone());
            Box::pin(async move {
                let (stored, deed, settled) = &*work;
                table::put_record(tx, &ctx, stored, seen).await?;
                match deed {
                    Deed::Nothing => {}
                    Deed::Make(prepared) => {
                        licences::commit(tx, &ctx, prepared).await?;
                    }
                    Deed::End(key) => {
                        let change = StateChange {
                            licence_key: key.clone(),
                            event: LicenceEvent::Cancel,
                            reason: ENDED.to_owned(),
                        };
                        licences::apply_change(tx, &ctx, &change).await?;
                    }
                }
                if let Some(event) = settled {
                    journal::append(tx, &ctx, &stream(&event.source_code), event).await?;
                }
                Ok::<_, CollectionError>(())
            })
        })
        .await;
    if let (Err(_), Deed::Make(prepared)) = (&done, &work.1) {
        licences::abandon(ctx, prepared)
            .await
            .map_err(|e: LicenceError| CollectionError::from(e))?;
    }
    done
}

//! The two passes of cleaning over the pieces of a batch.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use cleaning::{
    Action, BaseLibrary, Facts, Field, Finding, Judge, Observer, RuleSet, StockRow, Verdict, Words,
};
use kernel::{Permission, time};
use store::Ctx;
use tokio::runtime::Handle;

use crate::base;
use crate::batch::{Batch, Mapped, Summary, agencies_for, face_names};
use crate::error::CollectionError;
use crate::known::Known;
use crate::pieces::{self, Came, Piece};
use crate::runner::{Held, Step};
use crate::table;

/// Code of the finding that the library has the licence already.
pub const IN_LIBRARY: &str = "L01";
/// Code of the finding that the issuer is none for whom the collector collects.
pub const OUT_OF_SCOPE: &str = "L02";

/// A row after cleaning.
pub(crate) struct Cleaned {
    pub verdict: Verdict,
    /// Agency code of the issuer; empty where it is unknown.
    pub agency: String,
    /// Face fields that have a column of their own.
    pub face: BTreeMap<String, String>,
    /// Who typed it, where it did not come as data.
    pub typist: Option<String>,
}

/// Who gets the cleaned rows, piece by piece.
pub(crate) trait Taker: Send {
    /// `place`: rows of the batch up to the end of this piece.
    fn take(
        &mut self,
        held: &mut Held,
        rows: Vec<Cleaned>,
        place: u64,
    ) -> impl Future<Output = Result<(), CollectionError>> + Send;
}

/// Everything that cleaning a batch needs; shared with the threads that compute.
pub(crate) struct Cleaning {
    rules: RuleSet,
    facts: Facts,
    known: Known,
    today: jiff::civil::Date,
    mapped: Vec<Mapped>,
    batch: Batch,
    pieces: Vec<Piece>,
    /// Agency codes by USCC.
    codes: HashMap<String, String>,
    /// Agencies for whom the collector collects.
    mine: HashSet<String>,
}

/// The rules that the platform cleans by.
pub(crate) fn rules() -> Result<RuleSet, CollectionError> {
    RuleSet::standard().map_err(|e| CollectionError::Facts(e.to_string()))
}

impl Cleaning {
    pub async fn of(held: &Held) -> Result<Self, CollectionError> {
        let ctx = &held.ctx;
        let mut reader = ctx.db.reader();
        let batch = table::batch::load(&mut reader, ctx, &held.work.batch_key).await?;
        let pieces = table::batch::pieces(&mut reader, &batch.batch_key).await?;
        let library = Arc::new(base::library(ctx).await?);
        Self::with(ctx, batch, pieces, library).await
    }

    async fn with(
        ctx: &Ctx,
        batch: Batch,
        pieces: Vec<Piece>,
        library: Arc<BaseLibrary>,
    ) -> Result<Self, CollectionError> {
        let collector = acting(ctx, &batch.collector).await?;
        let mine = agencies_for(&collector, Permission::LicenceCollect).await?;
        let directory = agencies::directory(ctx)
            .await
            .map_err(CollectionError::other)?;
        let code = |one: &agencies::Agency| (one.uscc.clone(), one.code.clone());
        Ok(Self {
            rules: rules()?,
            facts: crate::facts::facts(ctx).await?,
            known: Known {
                ctx: ctx.clone(),
                handle: Handle::current(),
                library,
            },
            today: time::beijing_date(ctx.now()),
            mapped: batch.body.mapped(&face_names(ctx).await?),
            pieces,
            codes: directory.agencies().iter().map(code).collect(),
            mine: mine.into_iter().map(|one| one.code).collect(),
            batch,
        })
    }

    /// Runs both passes. `taker` gets each piece with its cleaned rows, from the row after `from`
    /// on; the first pass moves the work where `counted`.
    pub async fn run(
        self,
        held: &mut Held,
        counted: bool,
        from: u64,
        taker: &mut impl Taker,
    ) -> Result<(), CollectionError> {
        let ctx = held.ctx.clone();
        let this = Arc::new(self);
        // The passes borrow rules, facts and registers, and live on a thread of their own.
        let (to_thread, mut asked) = tokio::sync::mpsc::channel::<Vec<Came>>(1);
        let (done, mut answers) = tokio::sync::mpsc::channel::<Result<Vec<Cleaned>, String>>(1);
        let inner = this.clone();
        let first = this.pieces.len();
        let thread = tokio::task::spawn_blocking(move || inner.passes(first, &mut asked, &done));
        let mut behind = 0;
        for piece in &this.pieces {
            let rows = pieces::get::<Came>(&ctx, &piece.blob).await?;
            if to_thread.send(rows).await.is_err() {
                break;
            }
            answered(&mut answers).await?;
            behind += piece.rows;
            let place = if counted { behind } else { held.work.place };
            held.step(Step {
                place,
                ..Step::default()
            })
            .await?;
        }
        let mut place = 0;
        for piece in &this.pieces {
            place += piece.rows;
            if place <= from {
                continue;
            }
            let rows = pieces::get::<Came>(&ctx, &piece.blob).await?;
            if to_thread.send(rows).await.is_err() {
                break;
            }
            let mut cleaned = answered(&mut answers).await?;
            this.known_here(&ctx, &mut cleaned).await?;
            taker.take(held, cleaned, place).await?;
        }
        drop(to_thread);
        thread.await.map_err(CollectionError::data)?;
        Ok(())
    }

    /// On its own thread: observes so many pieces, then judges those that follow.
    fn passes(
        &self,
        observed: usize,
        asked: &mut tokio::sync::mpsc::Receiver<Vec<Came>>,
        done: &tokio::sync::mpsc::Sender<Result<Vec<Cleaned>, String>>,
    ) {
        let mut observer = Observer::new(&self.rules, &self.facts, &self.known, self.today);
        for _ in 0..observed {
            let Some(rows) = asked.blocking_recv() else {
                return;
            };
            let seen = rows.into_iter().try_for_each(|row| {
                let (stock, _) = self.stock(row);
                observer.observe(&stock).map_err(|e| e.to_string())
            });
            if done.blocking_send(seen.map(|()| Vec::new())).is_err() {
                return;
            }
        }
        let judge = observer.seal();
        while let Some(rows) = asked.blocking_recv() {
            let judged: Result<Vec<Cleaned>, String> = rows
                .into_iter()
                .map(|row| self.judge(&judge, row))
                .collect();
            if done.blocking_send(judged).is_err() {
                return;
            }
        }
    }

    fn judge(&self, judge: &Judge<'_, Known>, row: Came) -> Result<Cleaned, String> {
        let typist = row.typist.clone();
        let (stock, face) = self.stock(row);
        let verdict = judge.judge(stock).map_err(|e| e.to_string())?;
        let row = &verdict.row;
        let agency = self.codes.get(row.get(Field::IssuerCode));
        let agency = agency.cloned().or_else(|| {
            let named = self.facts.agency(row.get(Field::Issuer));
            named.map(|agency| agency.code.clone())
        });
        let mut cleaned = Cleaned {
            agency: agency.unwrap_or_default(),
            verdict,
            face,
            typist,
        };
        let staying = cleaned.verdict.action.stays();
        if staying && !self.mine.contains(&cleaned.agency) {
            let (zh, en) = (
                "发证机关不在采集人的管理范围内",
                "the issuer is outside the collector's scope",
            );
            refuse(
                &mut cleaned.verdict,
                OUT_OF_SCOPE,
                Action::ReturnToSource,
                Field::Issuer,
                zh,
                en,
            );
        }
        Ok(cleaned)
    }

    /// A row in our columns, with the face fields that have columns of their own.
    fn stock(&self, came: Came) -> (StockRow, BTreeMap<String, String>) {
        let mut row = StockRow::new(came.number, Vec::new());
        let mut face = self.batch.body.given.constants.clone();
        for (cell, mapped) in came.cells.into_iter().zip(&self.mapped) {
            match mapped {
                Mapped::Field(field) => row.set(*field, cell),
                Mapped::Face(code) if !cell.trim().is_empty() => {
                    face.insert(code.clone(), cell.trim().to_owned());
                }
                Mapped::Face(_) | Mapped::LeftOut => {}
            }
        }
        for (field, value) in [
            (Field::SourceClass, self.batch.source_class.code()),
            (Field::SourceSystem, self.batch.source_system.as_str()),
        ] {
            if row.get(field).trim().is_empty() {
                row.set(field, value);
            }
        }
        (row, face)
    }

    /// Finds those that the library has already.
    async fn known_here(&self, ctx: &Ctx, rows: &mut [Cleaned]) -> Result<(), CollectionError> {
        let number = |row: &Cleaned| {
            let of = |field| row.verdict.row.get(field).to_owned();
            let uscc = of(Field::IssuerCode);
            (of(Field::LicenceType), uscc, of(Field::LicenceNo))
        };
        let numbers: Vec<_> = rows.iter().map(number).collect();
        for at in licences::known_numbers(ctx, &numbers).await? {
            let Some(row) = rows.get_mut(at) else {
                continue;
            };
            if row.verdict.action.stays() {
                let (zh, en) = (
                    "证照库中已有这个编号的证照",
                    "the library has a licence of this number",
                );
                refuse(
                    &mut row.verdict,
                    IN_LIBRARY,
                    Action::Merge,
                    Field::LicenceNo,
                    zh,
                    en,
                );
            }
        }
        Ok(())
    }
}

/// One row as the rules see it by itself, before others of its batch are there.
pub(crate) async fn judge_one(
    ctx: &Ctx,
    batch: Batch,
    row: Came,
) -> Result<Cleaned, CollectionError> {
    let library = base::library_at_hand(ctx).await?;
    let cleaning = Cleaning::with(&ctx.as_system(), batch, Vec::new(), library).await?;
    let cleaning = Arc::new(cleaning);
    let inner = cleaning.clone();
    let judged = tokio::task::spawn_blocking(move || {
        let this = &*inner;
        let mut observer = Observer::new(&this.rules, &this.facts, &this.known, this.today);
        let (stock, _) = this.stock(row.clone());
        observer.observe(&stock).map_err(|e| e.to_string())?;
        this.judge(&observer.seal(), row)
    });
    let judged = judged.await.map_err(CollectionError::data)?;
    let mut rows = vec![judged.map_err(CollectionError::Data)?];
    cleaning.known_here(ctx, &mut rows).await?;
    rows.pop().ok_or(CollectionError::NotFound)
}

/// Adds a finding of the library itself, which decides.
fn refuse(verdict: &mut Verdict, code: &str, action: Action, field: Field, zh: &str, en: &str) {
    verdict.action = action;
    verdict.findings.insert(
        0,
        Finding {
            rule: usize::MAX,
            code: code.to_owned(),
            action,
            fields: vec![field],
            seen: vec![(field, verdict.row.get(field).to_owned())],
            put: Vec::new(),
            evidence: String::new(),
            note: Words {
                zh: zh.to_owned(),
                en: en.to_owned(),
            },
            merge_into: None,
        },
    );
}

async fn answered(
    answers: &mut tokio::sync::mpsc::Receiver<Result<Vec<Cleaned>, String>>,
) -> Result<Vec<Cleaned>, CollectionError> {
    let answer = answers.recv().await;
    let gone = || CollectionError::data("the cleaning thread ended");
    answer.ok_or_else(gone)?.map_err(CollectionError::Data)
}

/// The actor that somebody is today: who lost a right does nothing more in the background.
pub(crate) async fn acting(ctx: &Ctx, user: &str) -> Result<Ctx, CollectionError> {
    let system = ctx.as_system();
    if user == system.actor.id {
        return Ok(system);
    }
    let actor = identity::staff_actor(&system, user, kernel::Channel::Console).await;
    let actor = actor.map_err(CollectionError::other)?;
    let actor = actor.ok_or(kernel::Denied(Permission::LicenceCollect))?;
    Ok(ctx.with_actor(actor))
}

impl Summary {
    pub(crate) fn add(&mut self, verdict: &Verdict) {
        self.rows += 1;
        *self
            .by_action
            .entry(verdict.action.code().to_owned())
            .or_default() += 1;
        let codes: HashSet<&str> = verdict.findings.iter().map(|f| f.code.as_str()).collect();
        for code in codes {
            *self.by_rule.entry(code.to_owned()).or_default() += 1;
        }
    }

    /// Rows that the table or the library has already.
    pub(crate) fn duplicates(&self) -> u64 {
        let merged = self.by_action.get(Action::Merge.code());
        merged.copied().unwrap_or_default()
    }
}

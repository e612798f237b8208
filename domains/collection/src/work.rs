//! 作业: what is done to a batch in the background, piece by piece. Each piece is one transaction
//! that also moves the work's place, so that a killed process leaves nothing half done and nothing
//! is done twice.

use std::sync::Arc;

use jiff::Timestamp;
use kernel::Permission;
use store::{Ctx, Tx};

use crate::batch::{Batch, BatchState, agencies_for, batch, may_collect, moved};
use crate::error::CollectionError;
use crate::runner::RUN;
use crate::table;

kernel::codes! {
    /// What is done.
    WorkKind {
        Read = "read", "文字识别", "reading";
        Look = "look", "试清洗", "trial";
        Take = "take", "入库", "taking in";
        Check = "check", "批量校验", "checking";
        Issue = "issue", "制证", "making licences";
    }
}

kernel::codes! {
    /// How it stands.
    WorkState {
        Running = "running", "进行中", "running";
        Paused = "paused", "已暂停", "paused";
        Done = "done", "已完成", "done";
        Stopped = "stopped", "已停止", "stopped";
    }
}

/// A work.
#[derive(Clone, Debug)]
pub struct Work {
    pub work_key: String,
    pub batch_key: String,
    pub kind: WorkKind,
    pub state: WorkState,
    /// Staff user name.
    pub ordered_by: String,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// Rows behind it, as their number or their count.
    pub place: u64,
    pub done: u64,
    pub failed: u64,
    pub total: u64,
    /// Why it was interrupted.
    pub note: String,
}

impl WorkKind {
    /// In which state of a batch it is done.
    fn fits(self, state: BatchState) -> bool {
        match self {
            Self::Read => state == BatchState::Scanning,
            Self::Look => matches!(state, BatchState::Uploaded | BatchState::Looked),
            Self::Take => state == BatchState::Looked,
            Self::Check | Self::Issue => state == BatchState::Taken,
        }
    }
}

/// Who may order it: collectors try and take in, others check, licence officers make.
async fn may_order(ctx: &Ctx, batch: &Batch, kind: WorkKind) -> Result<(), CollectionError> {
    let needed = match kind {
        WorkKind::Read | WorkKind::Look | WorkKind::Take => return may_collect(ctx, batch),
        WorkKind::Check => Permission::LicenceCheck,
        WorkKind::Issue => Permission::LicenceIssue,
    };
    if kind == WorkKind::Check && ctx.actor.id == batch.collector {
        return Err(CollectionError::SamePerson);
    }
    match agencies_for(ctx, needed).await?.is_empty() {
        true => Err(kernel::Denied(needed).into()),
        false => Ok(()),
    }
}

/// Orders a work; it begins at once in the background.
pub async fn order(ctx: &Ctx, batch_key: &str, kind: WorkKind) -> Result<String, CollectionError> {
    let batch = batch(ctx, batch_key).await?;
    may_order(ctx, &batch, kind).await?;
    let total = match kind {
        WorkKind::Read => crate::scan::read::waiting(ctx, batch_key).await?,
        // Looked at twice, because duplicates are known only when all were seen.
        WorkKind::Look => batch.rows * 2,
        WorkKind::Take => batch.rows,
        WorkKind::Check => crate::check::waiting(ctx, batch_key).await?,
        WorkKind::Issue => crate::issue::waiting(ctx, batch_key).await?,
    };
    if total == 0 {
        return Err(CollectionError::Nothing);
    }
    let work = Work {
        work_key: ctx.rng.key(),
        batch_key: batch_key.to_owned(),
        kind,
        state: WorkState::Running,
        ordered_by: ctx.actor.id.clone(),
        started_at: ctx.now(),
        ended_at: None,
        place: 0,
        done: 0,
        failed: 0,
        total,
        note: String::new(),
    };
    let (inner, both) = (ctx.clone(), Arc::new((batch, work)));
    let given = both.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, both) = (inner.clone(), given.clone());
            Box::pin(async move {
                let (seen, work) = &*both;
                let batch = table::batch::load(tx, &ctx, &work.batch_key).await?;
                if batch.rev != seen.rev || !work.kind.fits(batch.state) {
                    return Err(CollectionError::WrongState);
                }
                require_idle(tx, &work.batch_key).await?;
                table::work::insert(tx, work).await?;
                tell(tx, &ctx, &batch, work).await?;
                journal::enqueue(tx, &ctx, RUN, &(), ctx.now()).await?;
                Ok(())
            })
        })
        .await?;
    Ok(both.1.work_key.clone())
}

/// Fails while something is done to the batch, or waits paused.
pub(crate) async fn require_idle(tx: &mut Tx<'_>, batch_key: &str) -> Result<(), CollectionError> {
    match table::work::open(tx, batch_key).await? {
        Some(work) => Err(CollectionError::Working(work.kind)),
        None => Ok(()),
    }
}

pub(crate) async fn tell(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    batch: &Batch,
    work: &Work,
) -> Result<(), CollectionError> {
    let what = format!("{}.{}", work.kind.code(), work.state.code());
    moved(tx, ctx, batch, &what, work.done, work.failed).await
}

/// The works of a batch, newest first.
pub async fn works(ctx: &Ctx, batch_key: &str) -> Result<Vec<Work>, CollectionError> {
    batch(ctx, batch_key).await?;
    table::work::of_batch(&mut ctx.db.reader(), batch_key).await
}

/// Pauses what runs. The piece on its way is finished or undone.
pub async fn pause(ctx: &Ctx, batch_key: &str) -> Result<(), CollectionError> {
    set(ctx, batch_key, WorkState::Running, WorkState::Paused).await
}

/// Goes on with what is paused.
pub async fn resume(ctx: &Ctx, batch_key: &str) -> Result<(), CollectionError> {
    set(ctx, batch_key, WorkState::Paused, WorkState::Running).await
}

/// Stops what is paused: what was done stays, the rest can be ordered anew. A batch that was taken
/// in by half ends with it.
pub async fn stop(ctx: &Ctx, batch_key: &str) -> Result<(), CollectionError> {
    set(ctx, batch_key, WorkState::Paused, WorkState::Stopped).await
}

async fn set(
    ctx: &Ctx,
    batch_key: &str,
    from: WorkState,
    to: WorkState,
) -> Result<(), CollectionError> {
    let mut batch = batch(ctx, batch_key).await?;
    let open = table::work::open(&mut ctx.db.reader(), batch_key).await?;
    let mut work = open.ok_or(CollectionError::WrongState)?;
    may_order(ctx, &batch, work.kind).await?;
    if work.state != from {
        return Err(CollectionError::WrongState);
    }
    // A taking in is finished or its batch is over: half a table is no base for anything.
    let half = work.kind == WorkKind::Take && to == WorkState::Stopped && work.place > 0;
    let seen = batch.rev;
    if half {
        batch.state = BatchState::Ended;
    }
    work.state = to;
    let (inner, both) = (ctx.clone(), Arc::new((batch, work)));
    ctx.db
        .write(move |tx| {
            let (ctx, both) = (inner.clone(), both.clone());
            Box::pin(async move {
                let (batch, work) = &*both;
                let ended = (to == WorkState::Stopped).then(|| ctx.now());
                table::work::set_state(tx, &work.work_key, from, to, "", ended).await?;
                tell(tx, &ctx, batch, work).await?;
                if half {
                    table::batch::update(tx, &ctx, batch, seen).await?;
                    moved(tx, &ctx, batch, "ended", work.done, work.failed).await?;
                }
                if to == WorkState::Running {
                    journal::enqueue(tx, &ctx, RUN, &(), ctx.now()).await?;
                }
                Ok(())
            })
        })
        .await
}

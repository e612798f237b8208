//! The runner: takes a running work for this process, goes on with it until it ends or somebody
//! pauses it. A process that dies loses its hold after some seconds, and another one goes on.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::SignedDuration;
use journal::{JobFn, Schedule};
use kernel::Problem;
use store::{Ctx, Tx};

use crate::error::CollectionError;
use crate::work::{Work, WorkKind, WorkState};
use crate::{check, issue, look, scan, table, take, work};

/// The kind of the job that looks for running works.
pub(crate) const RUN: &str = "collection.run";

/// How long a process may be silent before another takes its work over.
const HOLD: SignedDuration = SignedDuration::from_secs(20);

/// Works that run in this process.
#[derive(Default)]
struct Running(Mutex<HashSet<String>>);

impl Running {
    fn lock(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(|p| p.into_inner())
    }
}

/// What runs when a work was ordered.
pub fn handlers() -> Vec<(&'static str, JobFn)> {
    vec![(RUN, waker())]
}

/// What runs at intervals: works that a killed process left are gone on with.
pub fn schedules() -> Vec<Schedule> {
    let count: JobFn = Arc::new(|ctx, _| {
        Box::pin(async move {
            let counted = crate::receipt::count_receipts(&ctx.as_system()).await;
            counted.map_err(|e| e.to_string())
        })
    });
    let exchange: JobFn = Arc::new(|ctx, _| {
        Box::pin(async move {
            let read = crate::exchange::read_folders(&ctx.as_system()).await;
            read.map(drop).map_err(|e| e.to_string())
        })
    });
    vec![
        Schedule {
            name: "collection.exchange",
            every: SignedDuration::from_mins(1),
            run: exchange,
        },
        Schedule {
            name: "collection.run",
            every: SignedDuration::from_secs(5),
            run: waker(),
        },
        Schedule {
            name: "collection.receipts",
            every: SignedDuration::from_mins(1),
            run: count,
        },
    ]
}

fn waker() -> JobFn {
    Arc::new(|ctx, _| {
        Box::pin(async move {
            for key in table::work::running(&mut ctx.db.reader())
                .await
                .map_err(|e| e.to_string())?
            {
                wake(&ctx, key);
            }
            Ok(())
        })
    })
}

/// A work takes minutes and jobs wait for each other, so it runs beside them.
fn wake(ctx: &Ctx, key: String) {
    let running = ctx.shared.get_or_make::<Running>();
    if !running.lock().insert(key.clone()) {
        return;
    }
    let ctx = ctx.as_system();
    tokio::spawn(async move {
        if let Err(error) = run_work(&ctx, &key).await {
            tracing::warn!(work = %key, %error, "a work stands still");
        }
        running.lock().remove(&key);
    });
}

/// Runs everything that is ordered, here and now: for the command line and for tests.
pub async fn run_all(ctx: &Ctx) -> Result<(), CollectionError> {
    let ctx = ctx.as_system();
    for key in table::work::running(&mut ctx.db.reader()).await? {
        run_work(&ctx, &key).await?;
    }
    Ok(())
}

/// A work that this process holds.
pub(crate) struct Held {
    pub ctx: Ctx,
    pub work: Work,
    holder: String,
}

/// How far one piece brought a work.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Step {
    pub place: u64,
    pub done: u64,
    pub failed: u64,
}

impl Held {
    /// What a piece's transaction does to its work; fails when the work is no longer ours to do.
    pub fn stepping(&self, step: Step) -> Stepping {
        Stepping {
            work_key: self.work.work_key.clone(),
            holder: self.holder.clone(),
            from: self.work.place,
            step,
        }
    }

    /// The transaction of a piece was committed.
    pub fn stepped(&mut self, step: Step) {
        self.work.place = step.place;
        self.work.done += step.done;
        self.work.failed += step.failed;
    }

    /// A piece that wrote nothing else.
    pub async fn step(&mut self, step: Step) -> Result<(), CollectionError> {
        let (inner, stepping) = (self.ctx.clone(), Arc::new(self.stepping(step)));
        self.ctx
            .db
            .write(move |tx| {
                let (ctx, stepping) = (inner.clone(), stepping.clone());
                Box::pin(async move { stepping.write(tx, &ctx).await })
            })
            .await?;
        self.stepped(step);
        Ok(())
    }
}

/// The part of a piece's transaction that moves the work.
#[derive(Clone, Debug)]
pub(crate) struct Stepping {
    work_key: String,
    holder: String,
    from: u64,
    step: Step,
}

impl Stepping {
    /// Nothing was done before.
    pub fn is_first(&self) -> bool {
        self.from == 0
    }

    pub async fn write(&self, tx: &mut Tx<'_>, ctx: &Ctx) -> Result<(), CollectionError> {
        let until = ctx.now() + HOLD;
        let mine = (self.work_key.as_str(), self.holder.as_str(), self.from);
        match table::work::step(tx, mine, self.step, until).await? {
            true => Ok(()),
            false => Err(CollectionError::Interrupted),
        }
    }
}

/// Goes on with a work until it is done, paused, or held by another process. What makes it
/// impossible pauses it and stands in its note.
pub async fn run_work(ctx: &Ctx, work_key: &str) -> Result<(), CollectionError> {
    let ctx = ctx.as_system();
    let Some(mut held) = hold(&ctx, work_key).await? else {
        return Ok(());
    };
    for again in 1_u32.. {
        let done = match held.work.kind {
            WorkKind::Read => scan::read::run(&mut held).await,
            WorkKind::Look => look::run(&mut held).await,
            WorkKind::Take => take::run(&mut held).await,
            WorkKind::Check => check::run(&mut held).await,
            WorkKind::Issue => issue::run(&mut held).await,
        };
        let error = match done {
            Ok(()) | Err(CollectionError::Interrupted) => return Ok(()),
            Err(error) => error,
        };
        tracing::warn!(work = %work_key, %error, again, "a work was interrupted");
        if !error.passes() {
            let problem: Problem = error.into();
            return interrupt(&held, &problem.zh).await;
        }
        if again == TRIES {
            // Whoever looks for running works next goes on with it.
            return Err(error);
        }
        tokio::time::sleep(PAUSE * again).await;
    }
    Ok(())
}

/// How often a piece is begun anew that others were in the way of, and how long it waits.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

async fn hold(ctx: &Ctx, work_key: &str) -> Result<Option<Held>, CollectionError> {
    let holder = ctx.rng.key();
    let (inner, key, mine) = (ctx.clone(), work_key.to_owned(), holder.clone());
    let work = ctx
        .db
        .write(move |tx| {
            let (ctx, key, mine) = (inner.clone(), key.clone(), mine.clone());
            Box::pin(async move {
                let now = ctx.now();
                match table::work::hold(tx, &key, &mine, now, now + HOLD).await? {
                    true => table::work::load(tx, &key).await,
                    false => Ok(None),
                }
            })
        })
        .await?;
    Ok(work.map(|work| Held {
        ctx: ctx.clone(),
        work,
        holder,
    }))
}

async fn interrupt(held: &Held, note: &str) -> Result<(), CollectionError> {
    let (inner, note) = (held.ctx.clone(), note.to_owned());
    let mut paused = held.work.clone();
    paused.state = WorkState::Paused;
    let paused = Arc::new(paused);
    held.ctx
        .db
        .write(move |tx| {
            let (ctx, work, note) = (inner.clone(), paused.clone(), note.clone());
            Box::pin(async move {
                let (from, to) = (WorkState::Running, WorkState::Paused);
                table::work::set_state(tx, &work.work_key, from, to, &note, None).await?;
                let batch = table::batch::load(tx, &ctx, &work.batch_key).await?;
                work::tell(tx, &ctx, &batch, &work).await
            })
        })
        .await
}

/// Ends a work in the caller's transaction.
pub(crate) async fn finish(tx: &mut Tx<'_>, ctx: &Ctx, work: &Work) -> Result<(), CollectionError> {
    let (from, to) = (WorkState::Running, WorkState::Done);
    table::work::set_state(tx, &work.work_key, from, to, "", Some(ctx.now())).await?;
    let batch = table::batch::load(tx, ctx, &work.batch_key).await?;
    let mut work = work.clone();
    work.state = to;
    work::tell(tx, ctx, &batch, &work).await
}

/// Ends a work that has nothing more to do.
pub(crate) async fn finished(held: &Held) -> Result<(), CollectionError> {
    let (inner, work) = (held.ctx.clone(), Arc::new(held.work.clone()));
    held.ctx
        .db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move { finish(tx, &ctx, &work).await })
        })
        .await
}

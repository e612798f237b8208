//! Running what is due: deliveries in the order of their stream, and jobs.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use store::{Ctx, Run};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::table::{DueDelivery, DueJob};
use crate::worker::Handlers;
use crate::{JournalError, table};

/// A lease outlives any handler that works; after it another worker may try.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// Tries before a delivery or job is parked for a person.
const TRIES: i64 = 8;

/// How many deliveries or jobs run at a time: enough that one waits for the disk while another
/// computes, few enough that requests are not kept waiting.
const AT_A_TIME: usize = 4;
/// How many are taken at once. The lease covers all of them.
const AT_ONCE: i64 = 100;

/// Room for deliveries and jobs that run beside each other. While requests press, whatever begins
/// takes all the room: the background goes on, one thing after the other.
pub(crate) struct Room(Semaphore);

impl Default for Room {
    fn default() -> Self {
        Self(Semaphore::new(AT_A_TIME))
    }
}

impl Room {
    async fn enter(&self, ctx: &Ctx) -> Option<SemaphorePermit<'_>> {
        let all = ctx.db.is_pressed();
        // Nobody closes it, so there is always a permit in the end.
        let room = if all { AT_A_TIME as u32 } else { 1 };
        self.0.acquire_many(room).await.ok()
    }
}

/// Runs due deliveries once. Returns how many were done or failed. All are heads of their streams,
/// so they do not wait for each other.
pub(crate) async fn deliveries(
    ctx: &Ctx,
    handlers: &Handlers,
    room: &Room,
) -> Result<usize, JournalError> {
    let now = ctx.now();
    let mut due = table::due_deliveries(&mut ctx.db.reader(), now, AT_ONCE).await?;
    due.retain(|d| handlers.subscribers.iter().any(|s| s.name == d.0));
    if due.is_empty() {
        return Ok(0);
    }
    let mine = lease(ctx, due, now).await?;
    let count = mine.len();
    let all = mine.into_iter().map(async |(name, stream, seq, tries, _)| {
        let _room = room.enter(ctx).await;
        deliver(ctx, handlers, (name, stream, seq), tries).await
    });
    every(all).await?;
    Ok(count)
}

/// Runs all of them, some at a time. One that cannot be settled keeps none of the others from it;
/// the last error is told.
async fn every(
    all: impl Iterator<Item = impl Future<Output = Result<(), JournalError>>>,
) -> Result<(), JournalError> {
    stream::iter(all)
        .buffer_unordered(AT_A_TIME)
        .fold(Ok(()), async |before, one| one.and(before))
        .await
}

async fn deliver(ctx: &Ctx, handlers: &Handlers, key: Key, tries: i64) -> Result<(), JournalError> {
    let Some(subscriber) = handlers.subscribers.iter().find(|s| s.name == key.0) else {
        return Ok(());
    };
    let Some(event) = table::event(&mut ctx.db.reader(), &key.1, key.2).await? else {
        return fail(ctx, &key, TRIES, "the event is missing").await;
    };
    match (subscriber.run)(ctx.as_system(), event.stored()?).await {
        Ok(()) => finish(ctx, key).await,
        Err(error) => fail(ctx, &key, tries + 1, &error).await,
    }
}

type Key = (String, String, i64);

/// Takes what nobody else has taken, in one transaction.
async fn lease(
    ctx: &Ctx,
    due: Vec<DueDelivery>,
    now: Timestamp,
) -> Result<Vec<DueDelivery>, JournalError> {
    let (due, until) = (Arc::new(due), now + LEASE);
    let got: Result<_, store::StoreError> = ctx
        .db
        .write(move |tx| {
            let due = due.clone();
            Box::pin(async move { table::lease_deliveries(tx, &due, until).await })
        })
        .await;
    Ok(got?)
}

async fn finish(ctx: &Ctx, key: Key) -> Result<(), JournalError> {
    let done: Result<(), store::StoreError> = ctx
        .db
        .write(move |tx| {
            let key = key.clone();
            Box::pin(async move {
                table::delete_delivery(tx, (&key.0, &key.1, key.2))
                    .await
                    .map(drop)
            })
        })
        .await;
    Ok(done?)
}

async fn fail(ctx: &Ctx, key: &Key, tries: i64, error: &str) -> Result<(), JournalError> {
    tracing::warn!(subscriber = %key.0, stream = %key.1, seq = key.2, tries, error, "delivery failed");
    let (key, error) = (key.clone(), error.to_owned());
    let (state, next) = verdict(ctx.now(), tries);
    let done: Result<(), store::StoreError> = ctx
        .db
        .write(move |tx| {
            let (key, error) = (key.clone(), error.clone());
            Box::pin(async move {
                let key = (key.0.as_str(), key.1.as_str(), key.2);
                table::fail_delivery(tx, key, state, next, &error)
                    .await
                    .map(drop)
            })
        })
        .await;
    Ok(done?)
}

fn verdict(now: Timestamp, tries: i64) -> (&'static str, Timestamp) {
    if tries >= TRIES {
        return ("parked", now);
    }
    let wait = SignedDuration::from_secs(1 << tries.clamp(0, 10));
    ("waiting", now + wait)
}

/// Runs due jobs once.
pub(crate) async fn jobs(
    ctx: &Ctx,
    handlers: &Handlers,
    room: &Room,
) -> Result<usize, JournalError> {
    let now = ctx.now();
    let mut due = table::due_jobs(&mut ctx.db.reader(), now, AT_ONCE).await?;
    due.retain(|job| handlers.jobs.contains_key(job.kind.as_str()));
    if due.is_empty() {
        return Ok(0);
    }
    let mine = lease_jobs(ctx, due, now).await?;
    let count = mine.len();
    let all = mine.into_iter().map(async |job| {
        let _room = room.enter(ctx).await;
        run_job(ctx, handlers, job).await
    });
    every(all).await?;
    Ok(count)
}

async fn run_job(ctx: &Ctx, handlers: &Handlers, job: DueJob) -> Result<(), JournalError> {
    let Some(handler) = handlers.jobs.get(job.kind.as_str()) else {
        return Ok(());
    };
    let payload = serde_json::from_str(&job.payload)?;
    let outcome = handler(ctx.as_system(), payload).await;
    settle_job(ctx, job.id, job.tries + 1, outcome).await
}

/// Takes the jobs that nobody else has taken, in one transaction.
async fn lease_jobs(
    ctx: &Ctx,
    due: Vec<DueJob>,
    now: Timestamp,
) -> Result<Vec<DueJob>, JournalError> {
    let (due, until) = (Arc::new(due), now + LEASE);
    let got: Result<_, store::StoreError> = ctx
        .db
        .write(move |tx| {
            let due = due.clone();
            Box::pin(async move { table::lease_jobs(tx, &due, until).await })
        })
        .await;
    Ok(got?)
}

async fn settle_job(
    ctx: &Ctx,
    id: String,
    tries: i64,
    outcome: Result<(), String>,
) -> Result<(), JournalError> {
    if let Err(error) = &outcome {
        tracing::warn!(job = %id, tries, error, "job failed");
    }
    let (state, next) = verdict(ctx.now(), tries);
    let done: Result<(), store::StoreError> = ctx
        .db
        .write(move |tx| {
            let (id, outcome) = (id.clone(), outcome.clone());
            Box::pin(async move {
                match outcome {
                    Ok(()) => table::delete_job(tx, &id).await.map(drop),
                    Err(error) => table::fail_job(tx, &id, state, next, &error)
                        .await
                        .map(drop),
                }
            })
        })
        .await;
    Ok(done?)
}

/// True when a delivery or job waits that is due now.
pub(crate) async fn anything_due(ctx: &Ctx) -> Result<bool, JournalError> {
    let now = ctx.now();
    let mut r = ctx.db.reader();
    let sql = "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE state = 'waiting' AND next_at <= ? \
               UNION ALL SELECT 1 FROM job WHERE state = 'waiting' AND next_at <= ? \
               UNION ALL SELECT 1 FROM event_pending) AS due";
    Ok(r.count(sql, store::args![now, now]).await? > 0)
}

//! Running what is due: deliveries in the order of their stream, and jobs.

use jiff::{SignedDuration, Timestamp};
use store::{Ctx, Run};

use crate::worker::Handlers;
use crate::{JournalError, table};

/// A lease outlives any handler that works; after it another worker may try.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// Tries before a delivery or job is parked for a person.
const TRIES: i64 = 8;

/// Runs due deliveries once. Returns how many were done or failed.
pub(crate) async fn deliveries(ctx: &Ctx, handlers: &Handlers) -> Result<usize, JournalError> {
    let now = ctx.now();
    let due = table::due_deliveries(&mut ctx.db.reader(), now, 200).await?;
    let mut done = 0;
    for (name, stream, seq, tries, seen) in due {
        let Some(subscriber) = handlers.subscribers.iter().find(|s| s.name == name) else {
            continue;
        };
        let key = (name.clone(), stream.clone(), seq);
        if !lease(ctx, &key, &seen, now).await? {
            continue;
        }
        done += 1;
        let Some(event) = table::event(&mut ctx.db.reader(), &stream, seq).await? else {
            fail(ctx, &key, TRIES, "the event is missing").await?;
            continue;
        };
        match (subscriber.run)(ctx.as_system(), event.stored()?).await {
            Ok(()) => finish(ctx, key).await?,
            Err(error) => fail(ctx, &key, tries + 1, &error).await?,
        }
    }
    Ok(done)
}

type Key = (String, String, i64);

async fn lease(ctx: &Ctx, key: &Key, seen: &str, now: Timestamp) -> Result<bool, JournalError> {
    let (key, seen, until) = (key.clone(), seen.to_owned(), now + LEASE);
    let got: Result<bool, store::StoreError> = ctx
        .db
        .write(move |tx| {
            let (key, seen) = (key.clone(), seen.clone());
            Box::pin(async move {
                table::lease_delivery(tx, (&key.0, &key.1, key.2), &seen, until).await
            })
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
pub(crate) async fn jobs(ctx: &Ctx, handlers: &Handlers) -> Result<usize, JournalError> {
    let now = ctx.now();
    let due = table::due_jobs(&mut ctx.db.reader(), now, 200).await?;
    let mut done = 0;
    for job in due {
        let Some(handler) = handlers.jobs.get(job.kind.as_str()) else {
            continue;
        };
        let (id, seen, until) = (job.id.clone(), job.seen.clone(), now + LEASE);
        let got: Result<bool, store::StoreError> = ctx
            .db
            .write(move |tx| {
                let (id, seen) = (id.clone(), seen.clone());
                Box::pin(async move { table::lease_job(tx, &id, &seen, until).await })
            })
            .await;
        if !got? {
            continue;
        }
        done += 1;
        let payload = serde_json::from_str(&job.payload)?;
        let outcome = handler(ctx.as_system(), payload).await;
        settle_job(ctx, job.id, job.tries + 1, outcome).await?;
    }
    Ok(done)
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

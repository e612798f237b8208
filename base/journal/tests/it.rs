//! The journal on both engines: order, delivery, and every kind of damage found.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use gm::{KeyKind, PublicKey, SignatureAlgorithm, Signer, SoftKey};
use jiff::SignedDuration;
use journal::{
    Event, Fault, Handlers, Head, RootLog, Subscriber, Worker, append, append_to, enqueue, verify,
};
use kernel::{ManualClock, Randomness, SeededRandom};
use serde::{Deserialize, Serialize};
use store::testing::TestDb;
use store::{Ctx, Run, StoreError, args};

#[derive(Serialize, Deserialize)]
struct Noted {
    n: i64,
}

impl Event for Noted {
    const KIND: &'static str = "test.noted";

    fn detail(&self) -> Option<serde_json::Value> {
        Some(serde_json::json!({ "mobile": "19900120007" }))
    }
}

struct City {
    test: TestDb,
    ctx: Ctx,
    clock: Arc<ManualClock>,
    log: RootLog,
    signer: Arc<dyn Signer>,
    public: PublicKey,
}

async fn cities() -> Vec<City> {
    let mut all = Vec::new();
    for test in TestDb::each(journal::MIGRATIONS).await.unwrap() {
        let (ctx, clock) = store::testing::clocked(&test, "2026-11-16T01:00:00Z");
        let rng = SeededRandom::new(7);
        let key = SoftKey::generate(KeyKind::Sm2, &mut |out: &mut [u8]| rng.fill(out));
        let public = key.public_key();
        let log = RootLog::new(test.path("roots.jsonl"));
        all.push(City {
            test,
            ctx,
            clock,
            log,
            signer: Arc::new(key),
            public,
        });
    }
    all
}

impl City {
    async fn note(&self, stream: &'static str, n: i64) {
        let ctx = self.ctx.clone();
        let done: Result<i64, journal::JournalError> = self
            .ctx
            .db
            .write(move |tx| {
                let ctx = ctx.clone();
                Box::pin(async move { append(tx, &ctx, stream, &Noted { n }).await })
            })
            .await;
        done.unwrap();
    }

    fn worker(&self, handlers: Handlers) -> Worker {
        Worker::new(
            self.ctx.clone(),
            self.signer.clone(),
            self.log.clone(),
            handlers,
        )
    }

    async fn faults(&self) -> Vec<Fault> {
        let public = &self.public;
        let holds = |m: &[u8], s: &[u8]| public.verify(SignatureAlgorithm::Sm2Sm3, m, s).is_ok();
        verify(&mut self.ctx.db.reader(), &self.log, self.ctx.now(), holds)
            .await
            .unwrap()
            .faults
    }

    async fn damage(&self, sql: &'static str) {
        let done: Result<u64, StoreError> = self
            .ctx
            .db
            .write(move |tx| Box::pin(async move { tx.exec(sql, args![]).await }))
            .await;
        assert!(done.unwrap() > 0, "{sql}");
    }

    async fn filled() -> Vec<Self> {
        let all = cities().await;
        for city in &all {
            for n in 1..=4 {
                city.note("a", n).await;
            }
            city.note("b", 1).await;
            city.worker(Handlers::default()).drain().await.unwrap();
            assert_eq!(city.faults().await, []);
        }
        all
    }
}

#[tokio::test]
async fn every_damage_is_found() {
    let cases: &[(&'static str, Fault)] = &[
        (
            "UPDATE event SET payload = '{\"n\":9}' WHERE stream = 'a' AND seq = 2",
            Fault::Changed {
                stream: "a".into(),
                seq: 2,
            },
        ),
        (
            "UPDATE event SET actor = '{}' WHERE stream = 'a' AND seq = 4",
            Fault::Changed {
                stream: "a".into(),
                seq: 4,
            },
        ),
        (
            "DELETE FROM event WHERE stream = 'a' AND seq = 2",
            Fault::Missing {
                stream: "a".into(),
                seq: 2,
            },
        ),
        (
            "DELETE FROM event WHERE stream = 'a' AND seq = 4",
            Fault::TailCut {
                stream: "a".into(),
                seq: 4,
            },
        ),
        (
            "DELETE FROM event WHERE stream = 'b'",
            Fault::StreamRemoved { stream: "b".into() },
        ),
        (
            "INSERT INTO event (stream, seq, id, at, kind, version, actor, payload, prev_hash, hash) \
             SELECT 'c', 1, 'x', at, kind, version, actor, payload, prev_hash, hash FROM event \
             WHERE stream = 'b'",
            Fault::Inserted {
                stream: "c".into(),
                seq: 1,
            },
        ),
        (
            "DELETE FROM event_leaf WHERE idx = 0",
            Fault::BatchChanged { number: 1 },
        ),
        (
            "UPDATE event_batch SET at = 'x'",
            Fault::BatchUnsigned { number: 1 },
        ),
        ("DELETE FROM event_batch", Fault::BatchRemoved { number: 1 }),
    ];
    for (sql, expected) in cases {
        for city in City::filled().await {
            city.damage(sql).await;
            let faults = city.faults().await;
            assert!(faults.contains(expected), "{sql}: {faults:?}");
            city.test.remove().await.unwrap();
        }
    }
}

/// A cut tail that was never sealed shows too, as long as its pending row is left; and a whole
/// database put back from an old copy shows by the file outside.
/// The head of a stream may be read before the transaction: what was appended meanwhile refuses it,
/// and the body, run again, finds the head as it is.
#[tokio::test]
async fn a_head_that_is_outdated_is_read_anew() {
    for city in cities().await {
        city.note("a", 1).await;
        let sql = format!(
            "SELECT {} FROM (SELECT 'a' AS s) r",
            journal::head_columns("r.s")
        );
        let row = city.ctx.db.reader().row(&sql, args![]).await.unwrap();
        let read = Head::read(&row.unwrap(), 0).unwrap();
        city.note("a", 2).await;
        let (ctx, bodies) = (city.ctx.clone(), Arc::new(AtomicUsize::new(0)));
        let counted = bodies.clone();
        let seq: Result<i64, journal::JournalError> = city
            .ctx
            .db
            .write(move |tx| {
                let (ctx, read) = (ctx.clone(), read.clone());
                counted.fetch_add(1, Ordering::Relaxed);
                Box::pin(async move {
                    let mut head = match tx.is_trusting() {
                        true => read,
                        false => Head::of(tx, "a").await?,
                    };
                    append_to(tx, &ctx, "a", &mut head, &Noted { n: 3 }).await
                })
            })
            .await;
        assert_eq!(seq.unwrap(), 3);
        let postgres = city.test.engine() == store::Engine::Postgres;
        let wanted = if postgres { 2 } else { 1 };
        assert_eq!(bodies.load(Ordering::Relaxed), wanted);
        let mut reader = city.ctx.db.reader();
        let events = journal::stream(&mut reader, "a").await.unwrap();
        let seqs: Vec<i64> = events.iter().map(|e| e.seq).collect();
        assert_eq!(seqs, [1, 2, 3]);
        city.test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn an_unsealed_tail_is_guarded_by_its_pending_row() {
    for city in City::filled().await {
        city.note("a", 5).await;
        city.damage("DELETE FROM event WHERE stream = 'a' AND seq = 5")
            .await;
        let found = Fault::TailCut {
            stream: "a".into(),
            seq: 5,
        };
        assert!(city.faults().await.contains(&found));
        city.test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn details_are_encrypted() {
    for city in City::filled().await {
        let events = journal::stream(&mut city.ctx.db.reader(), "a")
            .await
            .unwrap();
        assert_eq!(events.len(), 4);
        assert_eq!(events[0].read::<Noted>().unwrap().n, 1);
        let detail = events[0].detail.clone().unwrap();
        assert!(!detail.windows(11).any(|w| w == b"19900120007"));
        let plain = city
            .ctx
            .open_sealed("event", "detail", "a/1", &detail)
            .unwrap();
        assert!(String::from_utf8(plain).unwrap().contains("19900120007"));
        assert!(
            city.ctx
                .open_sealed("event", "detail", "a/2", &detail)
                .is_err()
        );
        city.test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn subscribers_get_streams_in_order_and_failures_hold_only_their_stream() {
    for city in cities().await {
        for n in 1..=3 {
            city.note("a", n).await;
            city.note("b", n * 10).await;
        }
        let seen = Arc::new(Mutex::new(Vec::new()));
        let failures = Arc::new(AtomicUsize::new(0));
        let (s, f) = (seen.clone(), failures.clone());
        let run: journal::SubscriberFn = Arc::new(move |_ctx, event| {
            let (s, f) = (s.clone(), f.clone());
            Box::pin(async move {
                let n = event.read::<Noted>().unwrap().n;
                if n == 2 && f.fetch_add(1, Ordering::Relaxed) == 0 {
                    return Err("not now".into());
                }
                s.lock().unwrap().push(n);
                Ok(())
            })
        });
        let handlers = Handlers {
            subscribers: vec![Subscriber {
                name: "test",
                kinds: &["test.*"],
                run,
            }],
            ..Handlers::default()
        };
        let worker = city.worker(handlers);
        worker.drain().await.unwrap();
        let order = seen.lock().unwrap().clone();
        assert_eq!(
            order.iter().filter(|n| **n < 10).count(),
            1,
            "stream a is held: {order:?}"
        );
        assert_eq!(
            order
                .iter()
                .filter(|n| **n >= 10)
                .copied()
                .collect::<Vec<_>>(),
            [10, 20, 30]
        );
        city.clock.advance(SignedDuration::from_secs(60));
        worker.drain().await.unwrap();
        let order: Vec<_> = seen
            .lock()
            .unwrap()
            .iter()
            .copied()
            .filter(|n| *n < 10)
            .collect();
        assert_eq!(order, [1, 2, 3]);
        city.test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn jobs_run_when_due_and_park_after_their_tries() {
    for city in cities().await {
        let ctx = city.ctx.clone();
        let done: Result<(), journal::JournalError> = city
            .ctx
            .db
            .write(move |tx| {
                let ctx = ctx.clone();
                Box::pin(async move {
                    let now = ctx.now();
                    enqueue(tx, &ctx, "good", &1, now).await?;
                    enqueue(tx, &ctx, "bad", &2, now).await?;
                    Ok(())
                })
            })
            .await;
        done.unwrap();
        let runs = Arc::new(AtomicUsize::new(0));
        let r = runs.clone();
        let good: journal::JobFn = Arc::new(move |_, payload| {
            assert_eq!(payload, serde_json::json!(1));
            r.fetch_add(1, Ordering::Relaxed);
            Box::pin(async { Ok(()) })
        });
        let bad: journal::JobFn = Arc::new(|_, _| Box::pin(async { Err("broken".into()) }));
        let handlers = Handlers {
            jobs: [("good", good), ("bad", bad)].into_iter().collect(),
            ..Handlers::default()
        };
        let worker = city.worker(handlers);
        for _ in 0..10 {
            worker.drain().await.unwrap();
            city.clock.advance(SignedDuration::from_secs(3600));
        }
        assert_eq!(runs.load(Ordering::Relaxed), 1);
        let parked = journal::parked(&mut city.ctx.db.reader()).await.unwrap();
        assert_eq!(parked.len(), 1);
        assert_eq!(
            (parked[0].what.as_str(), parked[0].error.as_str()),
            ("bad", "broken")
        );
        city.test.remove().await.unwrap();
    }
}

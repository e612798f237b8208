//! The background: gathers, delivers, runs jobs and schedules until told to stop.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use gm::Signer;
use jiff::SignedDuration;
use store::{BoxFuture, Ctx};
use tokio::sync::watch;

use crate::batch::{self, RootLog};
use crate::deliver::Room;
use crate::event::StoredEvent;
use crate::{JournalError, deliver, table};

/// How a subscriber reacts. Idempotent by event id; an error is tried again later.
pub type SubscriberFn =
    Arc<dyn Fn(Ctx, StoredEvent) -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// What a kind of job does. Idempotent; an error is tried again later.
pub type JobFn =
    Arc<dyn Fn(Ctx, serde_json::Value) -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// Somebody who follows events.
#[derive(Clone)]
pub struct Subscriber {
    pub name: &'static str,
    /// Kinds followed; `case.*` for all of a domain.
    pub kinds: &'static [&'static str],
    pub run: SubscriberFn,
}

/// Something done at intervals, by one process at a time.
#[derive(Clone)]
pub struct Schedule {
    pub name: &'static str,
    pub every: SignedDuration,
    pub run: JobFn,
}

/// Everything the background runs.
#[derive(Clone, Default)]
pub struct Handlers {
    pub subscribers: Vec<Subscriber>,
    pub jobs: HashMap<&'static str, JobFn>,
    pub schedules: Vec<Schedule>,
}

/// The background worker.
#[derive(Clone)]
pub struct Worker {
    ctx: Ctx,
    signer: Arc<dyn Signer>,
    log: RootLog,
    handlers: Arc<Handlers>,
    jobs_room: Arc<Room>,
    deliveries_room: Arc<Room>,
}

impl Worker {
    /// `signer` is the platform's journal key.
    pub fn new(ctx: Ctx, signer: Arc<dyn Signer>, log: RootLog, handlers: Handlers) -> Self {
        Self {
            ctx: ctx.as_system(),
            signer,
            log,
            handlers: Arc::new(handlers),
            jobs_room: Arc::default(),
            deliveries_room: Arc::default(),
        }
    }

    /// The same worker with database connections of its own.
    pub async fn beside(&self) -> Result<Self, JournalError> {
        let mut other = self.clone();
        other.ctx.db = self.ctx.db.beside().await?;
        Ok(other)
    }

    /// Closes the connections that [`Worker::beside`] opened.
    pub async fn leave(&self) {
        self.ctx.db.leave().await;
    }

    /// One round. Returns how much was done.
    pub async fn round(&self) -> Result<usize, JournalError> {
        let mut done = self.gather_and_schedule().await?;
        done += deliver::jobs(&self.ctx, &self.handlers, &self.jobs_room).await?;
        done += deliver::deliveries(&self.ctx, &self.handlers, &self.deliveries_room).await?;
        Ok(done)
    }

    /// Works until nothing is due. For tests and the headless run.
    pub async fn drain(&self) -> Result<(), JournalError> {
        for _ in 0..10_000 {
            if self.round().await? == 0 && !deliver::anything_due(&self.ctx).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Works until `stop` turns true. Jobs and events are separate loops, so that a slow
    /// subscriber does not keep a notice from being sealed.
    pub async fn run(&self, stop: watch::Receiver<bool>) {
        if let Err(error) = batch::catch_up(&self.ctx, &self.log).await {
            tracing::error!(%error, "the file of signed roots");
        }
        tokio::join!(
            self.repeat(stop.clone(), 1),
            self.repeat(stop.clone(), 2),
            self.repeat(stop, 3),
        );
    }

    async fn repeat(&self, mut stop: watch::Receiver<bool>, part: u8) {
        while !*stop.borrow() {
            let done = match part {
                1 => deliver::jobs(&self.ctx, &self.handlers, &self.jobs_room).await,
                2 => deliver::deliveries(&self.ctx, &self.handlers, &self.deliveries_room).await,
                _ => self.gather_and_schedule().await,
            };
            let pause = match done {
                Ok(0) => Duration::from_millis(150),
                // What has gathered meanwhile is done in one go.
                Ok(_) if self.ctx.db.is_pressed() => Duration::from_millis(100),
                Ok(_) => Duration::from_millis(1),
                Err(error) => {
                    tracing::warn!(%error, part, "background round failed");
                    Duration::from_secs(1)
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stop.changed() => {}
            }
        }
    }

    async fn gather_and_schedule(&self) -> Result<usize, JournalError> {
        let (ctx, handlers) = (&self.ctx, &self.handlers);
        let gathered = batch::gather(ctx, &self.signer, &self.log, &handlers.subscribers).await;
        let taken = match gathered {
            Ok(taken) => taken,
            // Another process gathered the same events: theirs is as good as ours.
            Err(JournalError::Store(
                store::StoreError::Conflict | store::StoreError::Duplicate,
            )) => 0,
            Err(error) => return Err(error),
        };
        Ok(taken + self.schedules().await?)
    }

    async fn schedules(&self) -> Result<usize, JournalError> {
        let mut ran = 0;
        for schedule in &self.handlers.schedules {
            let (name, now) = (schedule.name, self.ctx.now());
            let next = now + schedule.every;
            let mut reader = self.ctx.db.reader();
            if !table::schedule_due(&mut reader, name, now).await? {
                continue;
            }
            let mine: Result<bool, store::StoreError> = self
                .ctx
                .db
                .write(move |tx| {
                    Box::pin(async move { table::take_schedule(tx, name, now, next).await })
                })
                .await;
            if mine? {
                ran += 1;
                if let Err(error) = (schedule.run)(self.ctx.clone(), serde_json::Value::Null).await
                {
                    tracing::warn!(name, error, "schedule failed");
                }
            }
        }
        Ok(ran)
    }
}

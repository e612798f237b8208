//! Who follows whom, and the questions that are asked against the order of the house.

use std::collections::HashSet;
use std::sync::Arc;

use blobs::Blobs;
use identity::{CaseCounting, CodeSender, CodeSending, OpenCases};
use jiff::SignedDuration;
use journal::{Handlers, JobFn, Schedule};
use kernel::Phone;
use messages::{SimulatedGateway, SmsSender};
use store::{BoxFuture, Ctx};

use crate::stop::Stop;

/// Sends identity's texts through the messages domain.
struct Codes(SmsSender);

impl CodeSender for Codes {
    fn send<'a>(
        &'a self,
        ctx: &'a Ctx,
        to: &'a Phone,
        text: &'a str,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            self.0
                .send_code(&ctx.as_system(), to, text)
                .await
                .map_err(|e| e.to_string())
        })
    }
}

/// Counts cases for identity.
struct Cases;

impl OpenCases for Cases {
    fn open_cases<'a>(
        &'a self,
        ctx: &'a Ctx,
        account: &'a str,
    ) -> BoxFuture<'a, Result<u64, String>> {
        Box::pin(async move {
            cases::open_cases_of_account(ctx, account)
                .await
                .map_err(|e| e.to_string())
        })
    }
}

/// Puts the adapters where the domains look for them.
pub fn adapters(ctx: &Ctx) {
    ctx.shared
        .put(Arc::new(CodeSending(Arc::new(Codes(SmsSender)))));
    ctx.shared.put(Arc::new(CaseCounting(Arc::new(Cases))));
    identity::simulate_platform(ctx);
}

/// Everything that runs in the background.
pub fn handlers() -> Handlers {
    let mut all = Handlers {
        subscribers: messages::subscribers(),
        ..Handlers::default()
    };
    all.jobs.extend(identity::handlers());
    all.jobs.extend(seals::handlers());
    all.jobs.extend(notices::handlers());
    all.jobs
        .extend(messages::gateway_jobs(Arc::new(SimulatedGateway)));
    all.schedules.extend(identity::schedules());
    all.schedules.extend(items::schedules());
    all.schedules.extend(seals::schedules());
    all.schedules.extend(licences::schedules());
    all.jobs.extend(collection::handlers());
    all.schedules.extend(collection::schedules());
    let timers: JobFn = Arc::new(|ctx, _| {
        Box::pin(async move {
            cases::run_timers(&ctx)
                .await
                .map(drop)
                .map_err(|e| e.to_string())
        })
    });
    all.schedules.push(Schedule {
        name: "cases.timers",
        every: SignedDuration::from_mins(1),
        run: timers,
    });
    let answers: JobFn = Arc::new(|ctx, _| {
        Box::pin(async move {
            ctx.forget_answers()
                .await
                .map(drop)
                .map_err(|e| e.to_string())
        })
    });
    all.schedules.push(Schedule {
        name: "api.answers",
        every: SignedDuration::from_mins(10),
        run: answers,
    });
    all.schedules.push(Schedule {
        name: "blobs.sweep",
        every: SignedDuration::from_hours(6),
        run: Arc::new(|ctx, _| Box::pin(async move { sweep(&ctx).await.map_err(|e| e.0) })),
    });
    all
}

/// The name of every stored file that a row names.
pub async fn stored_files(run: &mut impl store::Run) -> Result<HashSet<String>, Stop> {
    let mut names = registers::stored_files(run).await?;
    names.extend(seals::stored_files(run).await?);
    names.extend(notices::stored_files(run).await?);
    names.extend(licences::stored_files(run).await?);
    names.extend(collection::stored_files(run).await?);
    names.extend(materials::stored_files(run).await?);
    Ok(names)
}

/// Removes files that were written for a row that never came, a day later.
async fn sweep(ctx: &Ctx) -> Result<(), Stop> {
    let Some(blobs) = ctx.shared.get::<Blobs>() else {
        return Ok(());
    };
    // While a backup copies files the sweeper waits for its next turn.
    let Some(_claim) = blobs.claim()? else {
        return Ok(());
    };
    let names = stored_files(&mut ctx.db.reader()).await?;
    let removed = blobs.sweep(names, DAY).await?;
    if removed > 0 {
        tracing::info!(removed, "files that nothing names were removed");
    }
    Ok(())
}

/// A file is swept when it is older: whatever it was written for has long committed or failed.
const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

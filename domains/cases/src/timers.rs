//! What ends by itself: drafts, corrections, calls to the hall, payments; that the applicant is told
//! before; accepted cases that a killed process left behind; licences that a completed case should
//! have made.

use std::sync::Arc;

use items::Item;
use store::Ctx;

use crate::case::Case;
use crate::commit::Change;
use crate::error::CaseError;
use crate::results::watch_results;
use crate::state::{Event, State};
use crate::{accept, table, withdraw};

/// Ends what the applicant let pass, and pushes on what was accepted. Returns how many cases moved.
pub async fn run_timers(ctx: &Ctx) -> Result<usize, CaseError> {
    let over = [
        (State::Draft, Event::Withdraw, "草稿保存期满"),
        (State::Correcting, Event::CorrectionTimeout, "逾期未补正"),
        (State::PreReviewed, Event::PreReviewTimeout, "逾期未到窗口"),
        (State::AwaitingPayment, Event::PaymentTimeout, "逾期未缴费"),
    ];
    let mut moved = 0;
    let system = ctx.as_system();
    for (state, event, reason) in over {
        let due = table::overdue_applicants(&mut ctx.db.reader(), state.code(), ctx.now()).await?;
        for case_id in due {
            let case = table::load(&mut ctx.db.reader(), &system, &case_id).await?;
            // Somebody may act at this very moment: then the case is theirs.
            match withdraw::end(&system, case, event, reason).await {
                Ok(_) => moved += 1,
                Err(CaseError::Stale | CaseError::Illegal(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    moved += remind(&system).await?;
    moved += push_left_behind(&system).await?;
    moved += watch_results(&system).await?;
    Ok(moved)
}

/// Tells applicants that their time is nearly over.
async fn remind(system: &Ctx) -> Result<usize, CaseError> {
    let mut told = 0;
    for case_id in table::to_remind(&mut system.db.reader(), system.now()).await? {
        let case = table::load(&mut system.db.reader(), system, &case_id).await?;
        let item = version(system, &case).await?;
        let change = match Change::of(system, item, case, Event::Remind) {
            Err(CaseError::Illegal(_)) => continue,
            change => change?,
        };
        match change.commit(system).await {
            Ok(_) => told += 1,
            Err(CaseError::Stale) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(told)
}

pub(crate) async fn version(system: &Ctx, case: &Case) -> Result<Arc<Item>, CaseError> {
    items::version(system, &case.data.item_id, case.data.item_version)
        .await
        .map_err(CaseError::other)
}

async fn push_left_behind(system: &Ctx) -> Result<usize, CaseError> {
    let mut moved = 0;
    for case_id in table::in_state(&mut system.db.reader(), State::Accepted.code()).await? {
        let case = table::load(&mut system.db.reader(), system, &case_id).await?;
        let item = version(system, &case).await?;
        match accept::push(system, case, item).await {
            Ok(_) => moved += 1,
            Err(CaseError::Stale | CaseError::Illegal(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(moved)
}

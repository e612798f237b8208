//! 撤回: by the applicant, from every state that is not terminal, before the decision.

use kernel::{Permission, Target};
use store::Ctx;

use crate::case::{Case, CaseResult};
use crate::commit::Change;
use crate::error::CaseError;
use crate::state::{Event, State};
use crate::{papers, table};

/// Withdraws an application; a draft is given up the same way.
pub async fn withdraw(ctx: &Ctx, case_id: &str, reason: &str) -> Result<Case, CaseError> {
    let case = table::load(&mut ctx.db.reader(), ctx, case_id).await?;
    let target = Target {
        owner: Some(&case.data.owner),
        item: Some(&case.data.item_id),
        ..Target::default()
    };
    ctx.actor.require(Permission::CaseApply, &target)?;
    end(ctx, case, Event::Withdraw, reason).await
}

/// Ends a case as withdrawn, or as aborted for want of payment.
pub(crate) async fn end(
    ctx: &Ctx,
    case: Case,
    event: Event,
    reason: &str,
) -> Result<Case, CaseError> {
    let (id, version) = (case.data.item_id.clone(), case.data.item_version);
    let item = items::version(ctx, &id, version)
        .await
        .map_err(CaseError::other)?;
    let mut change = Change::of(ctx, item, case, event)?.saying(reason);
    change.case.deadline = None;
    let aborted = change.case.state == State::Aborted;
    change.case.data.result = Some(CaseResult {
        kind: if aborted { 6 } else { 5 },
        name: if aborted {
            "异常中止".into()
        } else {
            "已撤回".into()
        },
        licence_key: None,
        description: reason.to_owned(),
    });
    // A draft ends without a paper: the government was never told of it.
    if change.case.data.submitted_at.is_some() {
        if aborted && change.case.data.accepted_at.is_some() {
            papers::abort(ctx, &mut change, reason).await?;
        } else {
            papers::withdrawal(ctx, &mut change, reason, event != Event::Withdraw).await?;
        }
    }
    change.commit(ctx).await
}

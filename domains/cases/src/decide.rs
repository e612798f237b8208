//! The decision [D-24, D-37]. A rejection always comes in writing, with reason, basis and remedies.

use flow::{Opinion, Step};
use items::{DecisionDocument, FeeStep};
use kernel::Permission;
use store::Ctx;

use crate::case::{Case, Decision};
use crate::commit::Change;
use crate::error::CaseError;
use crate::officer::{self, Opened};
use crate::papers;
use crate::seen::Seen;
use crate::state::Event;

/// What the decider decides.
#[derive(Clone, Debug)]
pub struct Decide {
    pub approve: bool,
    pub reason: String,
    /// Legal basis; required for a rejection.
    pub basis: String,
}

/// 决定准予 or 不予.
pub async fn decide(ctx: &Ctx, seen: Seen<'_>, decide: &Decide) -> Result<Case, CaseError> {
    let mut opened = officer::open(ctx, seen, Permission::CaseDecide).await?;
    let event = if decide.approve {
        Event::DecideApprove
    } else {
        Event::DecideReject
    };
    crate::state::next(Some(opened.case.state), event, None)?;
    let post = opened.post(ctx, &[Step::Decide])?;
    let (post, seals) = (post.code.clone(), post.seals.clone());
    let missing =
        !decide.approve && (decide.reason.trim().is_empty() || decide.basis.trim().is_empty());
    if missing {
        return Err(CaseError::input(
            "reason_missing",
            "不予许可须写明理由和法律依据",
            "A rejection needs reason and legal basis",
        ));
    }
    let unpaid = opened
        .case
        .data
        .fee
        .as_ref()
        .is_none_or(|f| f.paid_at.is_none());
    if opened.item.fee_step == Some(FeeStep::BeforeDecision) && unpaid {
        return Err(CaseError::rule(
            "fee_first",
            "本事项在决定前缴费，请先发出缴费通知",
            "The fee is due before the decision",
        ));
    }
    let kind = if decide.approve {
        Opinion::Agree
    } else {
        Opinion::Disagree
    };
    let flow = opened.case.data.flow.as_ref().ok_or(CaseError::NotFound)?;
    let (signed, _) = opened.item.flow.sign(flow, &post, &ctx.actor.id, kind)?;
    opened.case.data.flow = Some(signed);
    opened.complete_post(&post, &ctx.actor.id)?;
    let Opened { case, item } = opened;
    let mut change = Change::of(ctx, item, case, event)?
        .at_post(&post)
        .saying(&decide.reason);
    let now = change.now();
    change.case.data.decided_at = Some(now);
    change.case.data.decision = Some(Decision {
        approve: decide.approve,
        reason: decide.reason.clone(),
        basis: decide.basis.clone(),
        by: ctx.actor.id.clone(),
        at: now,
    });
    if !decide.approve || change.item.decision_document == DecisionDocument::Document {
        papers::decision(ctx, &mut change, &seals).await?;
    }
    change.commit(ctx).await
}

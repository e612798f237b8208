//! Review: opinions, site checks with two signatures, assignment, return [D-25, C-40, C-42].

use flow::{Opinion, Step};
use kernel::Permission;
use store::Ctx;

use crate::case::Case;
use crate::commit::Change;
use crate::error::CaseError;
use crate::officer::{self, Opened};
use crate::seen::Seen;
use crate::state::Event;
use crate::{papers, points};

/// The steps at which officers give an opinion.
pub const REVIEW_STEPS: &[Step] = &[Step::Review, Step::SiteCheck, Step::TechnicalReview];

/// What a reviewer signs.
#[derive(Clone, Debug)]
pub struct SignedOpinion {
    pub agree: bool,
    pub text: String,
}

/// Signs an opinion at the open reviewing post. The last signature that the post needs submits it
/// and moves the case on.
pub async fn sign_opinion(
    ctx: &Ctx,
    seen: Seen<'_>,
    opinion: &SignedOpinion,
) -> Result<Case, CaseError> {
    let mut opened = officer::open(ctx, seen, Permission::CaseReview).await?;
    // A suspended case is told by its state, not by the post that happens to be open.
    crate::state::next(Some(opened.case.state), Event::ReviewOpinion, None)?;
    let post = opened.post(ctx, REVIEW_STEPS)?.clone();
    if opinion.text.trim().is_empty() {
        return Err(CaseError::input(
            "opinion_missing",
            "请填写审查意见",
            "An opinion needs words",
        ));
    }
    if post.step == Step::Review {
        points::require_passed(ctx, &opened).await?;
    }
    let kind = if opinion.agree {
        Opinion::Agree
    } else {
        Opinion::Disagree
    };
    let flow = opened.case.data.flow.as_ref().ok_or(CaseError::NotFound)?;
    let (signed, _) = opened
        .item
        .flow
        .sign(flow, &post.code, &ctx.actor.id, kind)?;
    let have = signed.task(&post.code).map_or(0, |t| t.signatures.len());
    opened.case.data.flow = Some(signed);
    let complete = have >= post.countersign as usize;
    if complete {
        opened.complete_post(&post.code, &ctx.actor.id)?;
    }
    let event = if post.step == Step::SiteCheck {
        Event::SiteCheckSign
    } else {
        Event::ReviewOpinion
    };
    let Opened { case, item } = opened;
    let mut change = Change::of(ctx, item, case, event)?
        .at_post(&post.code)
        .saying(&opinion.text);
    if complete && post.step == Step::SiteCheck {
        papers::site_record(ctx, &mut change, &post).await?;
    }
    change.commit(ctx).await
}

/// 分派: hands the open reviewing post to one of its officers.
pub async fn assign(ctx: &Ctx, seen: Seen<'_>, to: &str) -> Result<Case, CaseError> {
    let opened = officer::open(ctx, seen, Permission::CaseAccept).await?;
    let flow = opened.case.data.flow.as_ref().ok_or(CaseError::NotFound)?;
    let post = flow
        .tasks()
        .filter_map(|(code, _)| opened.item.flow.post(code))
        .find(|p| p.step.is_review() && p.lists(to))
        .ok_or_else(|| {
            CaseError::rule(
                "not_assignable",
                "所选人员不在当前审查岗位，不能分派",
                "The officer is not listed at the open post",
            )
        })?
        .code
        .clone();
    let (next, _) = opened.item.flow.transfer(flow, &post, to, &ctx.actor.id)?;
    let Opened { mut case, item } = opened;
    case.data.flow = Some(next);
    let mut change = Change::of(ctx, item, case, Event::Assign)?.at_post(&post);
    let staff = identity::staff(ctx, to).await.map_err(CaseError::other)?;
    change.handed_to = staff.map(|s| format!("{} {}", s.name, s.staff_no));
    change.commit(ctx).await
}

/// 退回上一环节, with a reason.
pub async fn return_step(
    ctx: &Ctx,
    seen: Seen<'_>,
    to: &str,
    reason: &str,
) -> Result<Case, CaseError> {
    let steps = [
        Step::Review,
        Step::SiteCheck,
        Step::TechnicalReview,
        Step::Decide,
    ];
    let opened = officer::open(ctx, seen, Permission::CaseReview).await?;
    let post = opened.post(ctx, &steps)?.code.clone();
    if reason.trim().is_empty() {
        return Err(CaseError::input(
            "reason_missing",
            "请填写退回理由",
            "A return needs a reason",
        ));
    }
    let flow = opened.case.data.flow.as_ref().ok_or(CaseError::NotFound)?;
    let (next, _) = opened.item.flow.return_to(flow, &post, to, &ctx.actor.id)?;
    let Opened { mut case, item } = opened;
    case.data.flow = Some(next);
    let change = Change::of(ctx, item, case, Event::ReturnStep)?;
    change.at_post(&post).saying(reason).commit(ctx).await
}

//! Pre-review, provisional acceptance, acceptance and refusal [D-06, D-13, D-14, D-63].

use flow::Step;
use items::{FeeStep, Mode};
use jiff::{SignedDuration, Timestamp};
use kernel::Permission;
use store::Ctx;

use crate::case::{Case, CaseResult, Mark};
use crate::commit::Change;
use crate::error::CaseError;
use crate::officer::{self, Opened};
use crate::seen::Seen;
use crate::state::{Event, State};
use crate::{papers, points};

/// Days to bring the originals to the hall, and to correct [D-37].
pub(crate) const APPLICANT_DAYS: i64 = 30;

/// The end of the applicant's time.
pub(crate) fn applicant_deadline(now: Timestamp) -> Timestamp {
    now + SignedDuration::from_hours(24 * APPLICANT_DAYS)
}

/// 预审通过: the applicant is called to the hall.
pub async fn pass_pre_review(ctx: &Ctx, seen: Seen<'_>, opinion: &str) -> Result<Case, CaseError> {
    let opened = officer::open(ctx, seen, Permission::CasePreReview).await?;
    let post = opened.post(ctx, &[Step::Accept])?.code.clone();
    if opened.item.mode != Mode::PreReview {
        return Err(CaseError::rule(
            "no_pre_review",
            "本事项不是原件预审方式，请直接受理或要求补正",
            "This item is not handled by pre-review",
        ));
    }
    let Opened { case, item } = opened;
    let mut change = Change::of(ctx, item, case, Event::PreReviewPass)?
        .at_post(&post)
        .saying(opinion);
    change.case.deadline = Some(applicant_deadline(change.now()));
    papers::pre_review_pass(ctx, &mut change).await?;
    change.commit(ctx).await
}

/// 预受理: a mark on a submitted application; the clock does not start [D-63].
pub async fn accept_provisionally(ctx: &Ctx, seen: Seen<'_>) -> Result<Case, CaseError> {
    let opened = officer::open(ctx, seen, Permission::CaseAccept).await?;
    let post = opened.post(ctx, &[Step::Accept])?.code.clone();
    let Opened { case, item } = opened;
    let mut change = Change::of(ctx, item, case, Event::ProvisionallyAccept)?.at_post(&post);
    change.case.data.provisional = Some(Mark {
        by: ctx.actor.id.clone(),
        at: change.now(),
    });
    change.commit(ctx).await
}

/// 受理: the clock starts, the acceptance notice is numbered, and the case goes to review.
pub async fn accept(ctx: &Ctx, seen: Seen<'_>, opinion: &str) -> Result<Case, CaseError> {
    let mut opened = officer::open(ctx, seen, Permission::CaseAccept).await?;
    let post = opened.post(ctx, &[Step::Accept])?.code.clone();
    if opened.case.state == State::Submitted && opened.item.mode == Mode::PreReview {
        return Err(CaseError::rule(
            "pre_review_first",
            "原件预审方式的申请须先预审、核对原件后受理",
            "Pre-review mode: the originals are checked at the window before acceptance",
        ));
    }
    let unpaid = opened
        .case
        .data
        .fee
        .as_ref()
        .is_none_or(|f| f.paid_at.is_none());
    if opened.item.fee_step == Some(FeeStep::BeforeAcceptance) && unpaid {
        return Err(CaseError::rule(
            "fee_first",
            "本事项在受理前缴费，请先发出缴费通知",
            "The fee is due before acceptance",
        ));
    }
    points::require_passed(ctx, &opened).await?;
    opened.complete_post(&post, &ctx.actor.id)?;
    let Opened { case, item } = opened;
    let mut change = Change::of(ctx, item.clone(), case, Event::Accept)?
        .at_post(&post)
        .saying(opinion);
    change.case.data.accepted_at = Some(change.now());
    change.case.data.provisional = None;
    change.case.deadline = None;
    papers::acceptance(ctx, &mut change).await?;
    let accepted = change.commit(ctx).await?;
    // The step to review is the platform's own; were the process killed in between, the timer
    // finds the accepted case and pushes it.
    push(ctx, accepted, item).await
}

/// 转审查: the platform hands the accepted case to the first reviewing post.
pub(crate) async fn push(
    ctx: &Ctx,
    case: Case,
    item: std::sync::Arc<items::Item>,
) -> Result<Case, CaseError> {
    let system = ctx.as_system();
    Change::of(&system, item, case, Event::Push)?
        .commit(&system)
        .await
}

/// What a refusal says.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Why, in words for the applicant.
    pub reason: String,
    /// The rule it rests on.
    pub basis: String,
}

/// 不予受理: terminal, with a notice that names reason and remedies.
pub async fn refuse(ctx: &Ctx, seen: Seen<'_>, refusal: &Refusal) -> Result<Case, CaseError> {
    let opened = officer::open(ctx, seen, Permission::CaseAccept).await?;
    let post = opened.post(ctx, &[Step::Accept])?.code.clone();
    if refusal.reason.trim().is_empty() {
        return Err(CaseError::input(
            "reason_missing",
            "请填写不予受理的理由",
            "A refusal needs its reason",
        ));
    }
    let Opened { case, item } = opened;
    let mut change = Change::of(ctx, item, case, Event::Refuse)?
        .at_post(&post)
        .saying(&refusal.reason);
    change.case.data.result = Some(CaseResult {
        kind: 7,
        name: "不予受理".into(),
        licence_key: None,
        description: refusal.reason.clone(),
    });
    change.case.data.provisional = None;
    change.case.deadline = None;
    papers::refusal(ctx, &mut change, refusal).await?;
    change.commit(ctx).await
}

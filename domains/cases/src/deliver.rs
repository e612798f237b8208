//! Hand-over, courier, and what follows when originals do not match [D-04, D-43].

use flow::Step;
use items::{FeeStep, Mode};
use kernel::Permission;
use licences::{LicenceEvent, StateChange};
use store::Ctx;

use crate::case::{Case, Decision};
use crate::commit::{Change, Write};
use crate::error::CaseError;
use crate::officer::{self, Opened};
use crate::seen::Seen;
use crate::state::{self, Event};

/// 窗口发放: identity checked, originals checked where the mode asks for it.
#[derive(Clone, Debug)]
pub struct HandOver {
    /// Who collects, as shown by the identity card.
    pub collector: String,
    /// Whether the originals agree with what was uploaded.
    pub originals_match: bool,
    pub note: String,
}

/// Hands the result over, or sends the case to re-review when the originals do not match.
pub async fn hand_over(ctx: &Ctx, seen: Seen<'_>, act: &HandOver) -> Result<Case, CaseError> {
    let mut opened = officer::open(ctx, seen, Permission::CaseDeliver).await?;
    let event = if act.originals_match {
        Event::HandOver
    } else {
        Event::OriginalsMismatch
    };
    state::next(Some(opened.case.state), event, None)?;
    let post = opened.post(ctx, &[Step::Deliver])?.code.clone();
    if act.collector.trim().is_empty() {
        return Err(CaseError::input(
            "collector_missing",
            "请核验领取人身份并登记姓名",
            "Register who collects the result",
        ));
    }
    if !act.originals_match && opened.item.mode != Mode::Verification {
        return Err(CaseError::rule(
            "no_originals_here",
            "只有原件核验方式在领取时核对原件",
            "Originals are checked at collection in verification mode only",
        ));
    }
    fee_paid(&opened)?;
    if act.originals_match {
        opened.complete_post(&post, &ctx.actor.id)?;
    }
    let Opened { case, item } = opened;
    let words = format!("领取人：{}。{}", act.collector, act.note);
    let mut change = Change::of(ctx, item, case, event)?
        .at_post(&post)
        .saying(words)
        .with_visit();
    if act.originals_match {
        change.case.data.delivered_at = Some(change.now());
    } else {
        licence_change(
            &mut change,
            LicenceEvent::Suspend,
            "领取时原件核对不符，复核中",
        );
        credit_note(ctx, &mut change, &act.note).await?;
    }
    change.commit(ctx).await
}

fn fee_paid(opened: &Opened) -> Result<(), CaseError> {
    let d = &opened.case.data;
    let due = opened.item.fee_step == Some(FeeStep::BeforeHandOver)
        && d.decision.as_ref().is_some_and(|x| x.approve);
    if due && d.fee.as_ref().is_none_or(|f| f.paid_at.is_none()) {
        return Err(CaseError::rule(
            "fee_first",
            "本事项在领取前缴费，请先确认缴费",
            "The fee is due before hand-over",
        ));
    }
    Ok(())
}

/// The applicant's credit record tells that the originals did not match [D-04].
async fn credit_note(ctx: &Ctx, change: &mut Change, what: &str) -> Result<(), CaseError> {
    let directory = agencies::directory(ctx).await.map_err(CaseError::other)?;
    let agency = &change.case.data.agency;
    let source = directory
        .agency(agency)
        .map_or_else(|| agency.clone(), |a| a.name.clone());
    let applicant = &change.case.private.applicant;
    let mut content = format!("办件{}领取结果时材料原件核对不符", change.case.number());
    if !what.trim().is_empty() {
        content = format!("{content}：{}", what.trim());
    }
    change.write(Write::Credit(registers::CreditNote {
        record_no: registers::CreditNote::number(ctx),
        subject: applicant.id.clone(),
        subject_name: applicant.name.clone(),
        is_legal: applicant.is_legal,
        kind: "材料原件不符".into(),
        content,
        source,
    }));
    Ok(())
}

fn licence_change(change: &mut Change, event: LicenceEvent, reason: &str) {
    let key = change
        .case
        .data
        .result
        .as_ref()
        .and_then(|r| r.licence_key.clone());
    if let Some(licence_key) = key {
        change.write(Write::LicenceChange(StateChange {
            licence_key,
            event,
            reason: reason.to_owned(),
        }));
    }
}

/// 原件复核相符: the case is completed again, the licence restored.
pub async fn originals_in_order(ctx: &Ctx, seen: Seen<'_>, note: &str) -> Result<Case, CaseError> {
    let Opened { case, item } = officer::open(ctx, seen, Permission::CaseDecide).await?;
    let mut change = Change::of(ctx, item, case, Event::OriginalsInOrder)?.saying(note);
    licence_change(&mut change, LicenceEvent::Restore, "原件复核相符");
    change.commit(ctx).await
}

/// 撤销决定: rejected, the licence voided; the case is completed once more.
pub async fn withdraw_decision(
    ctx: &Ctx,
    seen: Seen<'_>,
    reason: &str,
    basis: &str,
) -> Result<Case, CaseError> {
    let Opened { mut case, item } = officer::open(ctx, seen, Permission::CaseDecide).await?;
    if reason.trim().is_empty() || basis.trim().is_empty() {
        return Err(CaseError::input(
            "reason_missing",
            "撤销决定须写明理由和法律依据",
            "Withdrawing a decision needs reason and legal basis",
        ));
    }
    let by = ctx.actor.id.clone();
    if let Some(post) = item.flow.posts.iter().find(|p| p.step == Step::Complete) {
        // The flow goes back to the completing post: the rejection is completed in its turn.
        let restarted =
            crate::flow_again::from_post(&item.flow, case.data.flow.as_ref(), &post.code);
        case.data.flow = restarted;
    }
    let deciding = item.flow.posts.iter().find(|p| p.step == Step::Decide);
    let seals = deciding.map(|p| p.seals.clone()).unwrap_or_default();
    let mut change = Change::of(ctx, item, case, Event::DecisionWithdrawn)?.saying(reason);
    let now = change.now();
    change.case.data.decision = Some(Decision {
        approve: false,
        reason: reason.to_owned(),
        basis: basis.to_owned(),
        by,
        at: now,
    });
    licence_change(&mut change, LicenceEvent::Void, reason);
    crate::papers::decision(ctx, &mut change, &seals).await?;
    change.commit(ctx).await
}

/// 交寄: the courier takes the parcel.
pub async fn ship(ctx: &Ctx, seen: Seen<'_>, parcel_no: &str) -> Result<Case, CaseError> {
    let opened = officer::open(ctx, seen, Permission::CaseDeliver).await?;
    state::next(Some(opened.case.state), Event::Ship, None)?;
    let post = opened.post(ctx, &[Step::Deliver])?.code.clone();
    if parcel_no.trim().is_empty() {
        return Err(CaseError::input(
            "parcel_missing",
            "请填写快递单号",
            "Give the parcel's number",
        ));
    }
    fee_paid(&opened)?;
    let Opened { case, item } = opened;
    let mut change = Change::of(ctx, item, case, Event::Ship)?
        .at_post(&post)
        .saying(parcel_no);
    change.case.data.parcel = Some(parcel_no.trim().to_owned());
    change.commit(ctx).await
}

/// 快递签收: no visit.
pub async fn courier_signed(ctx: &Ctx, seen: Seen<'_>) -> Result<Case, CaseError> {
    let opened = officer::open(ctx, seen, Permission::CaseDeliver).await?;
    if opened.case.data.parcel.is_none() {
        return Err(CaseError::rule(
            "not_shipped",
            "结果尚未交寄",
            "Nothing was shipped yet",
        ));
    }
    let Opened { case, item } = opened;
    let mut change = Change::of(ctx, item, case, Event::CourierSigned)?;
    change.case.data.delivered_at = Some(change.now());
    change.commit(ctx).await
}

/// 归档: the recorded act; the package itself comes with the archive.
pub async fn archive(ctx: &Ctx, seen: Seen<'_>) -> Result<Case, CaseError> {
    let Opened { case, item } = officer::open(ctx, seen, Permission::SystemAdmin).await?;
    Change::of(ctx, item, case, Event::Archive)?
        .commit(ctx)
        .await
}

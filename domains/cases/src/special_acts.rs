//! Suspend, resume, extend, abort [D-29 to D-34].

use calendar::ClockEvent;
use flow::Step;
use kernel::Permission;
use store::Ctx;

use crate::case::{Case, CaseResult};
use crate::commit::{Change, Write};
use crate::error::CaseError;
use crate::officer::{self, Opened};
use crate::seen::Seen;
use crate::special::{Special, SpecialOpen, SpecialPrivate};
use crate::state::Event;
use crate::{papers, table};

/// Where special handling is applied for and approved.
const STEPS: &[Step] = &[
    Step::Review,
    Step::SiteCheck,
    Step::TechnicalReview,
    Step::Decide,
];

/// 挂起: which of the item's special procedures, and why.
#[derive(Clone, Debug)]
pub struct Suspend {
    /// Name of one of the item's special procedures.
    pub procedure: String,
    pub reason: String,
}

/// Starts a special procedure that stops the clock. Two may not overlap.
pub async fn suspend(ctx: &Ctx, seen: Seen<'_>, suspend: &Suspend) -> Result<Case, CaseError> {
    let case_id = seen.id;
    let opened = officer::open(ctx, seen, Permission::CaseSpecial).await?;
    let approver = special_officer(ctx, &opened)?;
    let procedure = opened
        .item
        .special_procedures
        .iter()
        .find(|p| p.procedure_name == suspend.procedure && p.excluded_from_limit)
        .cloned()
        .ok_or_else(|| {
            CaseError::rule(
                "no_such_procedure",
                "本事项没有可以停止计时的这一特别程序",
                "The item has no such procedure that stops the clock",
            )
        })?;
    let earlier = table::specials(&mut ctx.db.reader(), ctx, case_id).await?;
    if earlier.iter().any(|s| s.open.end.is_none()) {
        return Err(CaseError::rule(
            "procedure_running",
            "已有特别程序正在进行，不能重复启动",
            "Another special procedure is still running",
        ));
    }
    let no = earlier.len() as i64 + 1;
    let Opened { case, item } = opened;
    let mut change = Change::of(ctx, item, case, Event::Suspend)?
        .at_post(&approver)
        .saying(&suspend.reason);
    let special = Special {
        open: SpecialOpen {
            no,
            type_code: procedure.procedure_type.clone(),
            kind: procedure.kind.clone(),
            name: procedure.procedure_name.clone(),
            start: change.now(),
            planned_days: procedure.planned_days,
            basis: procedure.basis.clone(),
            end: None,
            agency: change.case.data.agency.clone(),
            officer: ctx.actor.id.clone(),
            approver: ctx.actor.id.clone(),
        },
        private: SpecialPrivate {
            reason: suspend.reason.clone(),
            ..SpecialPrivate::default()
        },
    };
    change.case.data.special_no = Some(no);
    papers::special_procedure(ctx, &mut change, &special).await?;
    change.write(Write::Special(special));
    change.commit(ctx).await
}

/// 恢复: the procedure ends, the clock runs again.
pub async fn resume(ctx: &Ctx, seen: Seen<'_>, result: &str) -> Result<Case, CaseError> {
    let case_id = seen.id;
    let opened = officer::open(ctx, seen, Permission::CaseReview).await?;
    let post = resuming_officer(ctx, &opened)?;
    let mut running = table::specials(&mut ctx.db.reader(), ctx, case_id).await?;
    running.retain(|s| s.open.end.is_none());
    let Opened { case, item } = opened;
    let mut change = Change::of(ctx, item, case, Event::Resume)?
        .at_post(&post)
        .saying(result);
    let now = change.now();
    change.case.data.special_no = None;
    for mut special in running {
        special.open.end = Some(now);
        special.private.result = result.to_owned();
        change.write(Write::Special(special));
    }
    change.commit(ctx).await
}

/// 延长期限: within the statutory limit and what the law allows beyond it [D-31, D-34].
pub async fn extend(ctx: &Ctx, seen: Seen<'_>, days: u32, reason: &str) -> Result<Case, CaseError> {
    let case_id = seen.id;
    let opened = officer::open(ctx, seen, Permission::CaseDecide).await?;
    if days == 0 || reason.trim().is_empty() {
        return Err(CaseError::input(
            "extension_incomplete",
            "请填写延长天数和理由",
            "An extension needs days and a reason",
        ));
    }
    let specials = table::specials(&mut ctx.db.reader(), ctx, case_id).await?;
    let used: u32 = specials
        .iter()
        .filter(|s| s.open.type_code == "1")
        .map(|s| s.open.planned_days)
        .sum();
    let allowed = opened
        .item
        .special_procedures
        .iter()
        .find(|p| p.procedure_type == "1");
    let law = allowed.map_or(0, |p| p.planned_days);
    let spare = opened
        .item
        .statutory_limit
        .value
        .saturating_sub(opened.item.promised_limit.value);
    if used + days > law + spare {
        return Err(CaseError::rule(
            "extension_too_long",
            format!("累计延长不能超过{}日", law + spare),
            format!("Extensions may not exceed {} days in all", law + spare),
        ));
    }
    let basis = allowed.map_or_else(String::new, |p| p.basis.clone());
    let Opened { case, item } = opened;
    let mut change = Change::of(ctx, item, case, Event::Extend)?.saying(reason);
    let now = change.now();
    if let Some(clock) = &mut change.case.data.clock {
        clock.push(ClockEvent::Extended { at: now, days })?;
    }
    for time in change.case.data.posts.values_mut() {
        time.extend(now, days)?;
    }
    let special = Special {
        open: SpecialOpen {
            no: specials.len() as i64 + 1,
            type_code: "1".into(),
            kind: "extension".into(),
            name: "延长审批期限".into(),
            start: now,
            planned_days: days,
            basis,
            end: Some(now),
            agency: change.case.data.agency.clone(),
            officer: ctx.actor.id.clone(),
            approver: ctx.actor.id.clone(),
        },
        private: SpecialPrivate {
            reason: reason.to_owned(),
            ..SpecialPrivate::default()
        },
    };
    papers::special_procedure(ctx, &mut change, &special).await?;
    change.write(Write::Special(special));
    change.commit(ctx).await
}

/// 异常中止, with a stated reason [D-32].
pub async fn abort(ctx: &Ctx, seen: Seen<'_>, reason: &str) -> Result<Case, CaseError> {
    let opened = officer::open(ctx, seen, Permission::CaseDecide).await?;
    if reason.trim().is_empty() {
        return Err(CaseError::input(
            "reason_missing",
            "请填写中止理由",
            "Say why it is aborted",
        ));
    }
    let Opened { case, item } = opened;
    let mut change = Change::of(ctx, item, case, Event::Abort)?.saying(reason);
    change.case.deadline = None;
    change.case.data.result = Some(CaseResult {
        kind: 6,
        name: "异常中止".into(),
        licence_key: None,
        description: reason.to_owned(),
    });
    papers::abort(ctx, &mut change, reason).await?;
    change.commit(ctx).await
}

/// The post at which special handling is approved: the deciding one where the actor stands there,
/// open yet or not, else the open one of the review.
fn special_officer(ctx: &Ctx, opened: &Opened) -> Result<String, CaseError> {
    let actor = &ctx.actor;
    let decides =
        opened.item.flow.posts.iter().find(|p| {
            p.step == Step::Decide && p.lists(&actor.id) && actor.roles.contains(&p.role)
        });
    match decides {
        Some(post) => Ok(post.code.clone()),
        None => Ok(opened.post(ctx, STEPS)?.code.clone()),
    }
}

/// The post at which a procedure is ended: the open one, or any of the review at which the actor
/// stands: who asked for the test may bring its report though the deciding post is open by then.
fn resuming_officer(ctx: &Ctx, opened: &Opened) -> Result<String, CaseError> {
    let refusal = match opened.post(ctx, STEPS) {
        Ok(post) => return Ok(post.code.clone()),
        Err(refusal) => refusal,
    };
    let actor = &ctx.actor;
    let mut posts = opened.item.flow.posts.iter();
    let listed = posts
        .find(|p| STEPS.contains(&p.step) && p.lists(&actor.id) && actor.roles.contains(&p.role));
    listed.map(|p| p.code.clone()).ok_or(refusal)
}

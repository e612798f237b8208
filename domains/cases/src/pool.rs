//! 认领, 放回, 转办: who of a post's officers works on the case [D-25].

use flow::{Effect, Officer, State as Flow};
use kernel::Permission;
use store::Ctx;

use crate::case::Case;
use crate::commit::Change;
use crate::error::CaseError;
use crate::officer::{self, Opened};
use crate::seen::Seen;
use crate::state::Event;

/// 认领: takes the task at an open post out of the pool of its officers. Claiming what one holds
/// changes nothing.
pub async fn claim(ctx: &Ctx, seen: Seen<'_>, post: &str) -> Result<Case, CaseError> {
    let opened = officer::open(ctx, seen, Permission::CaseRead).await?;
    opened.post_named(ctx, post)?;
    let next = opened
        .item
        .flow
        .claim(flow(&opened)?, post, &ctx.actor.id)?;
    moved(ctx, opened, Event::Claim, post, next, "", None).await
}

/// 放回待领: gives a claimed task back to the pool.
pub async fn release(ctx: &Ctx, seen: Seen<'_>, post: &str) -> Result<Case, CaseError> {
    let opened = officer::open(ctx, seen, Permission::CaseRead).await?;
    opened.post_named(ctx, post)?;
    let held = flow(&opened)?.task(post).and_then(|t| t.holder.as_ref());
    if held != Some(&ctx.actor.id) {
        return Err(CaseError::rule(
            "not_held",
            "您没有认领这项待办，不用放回",
            "You have not claimed this task, so there is nothing to give back",
        ));
    }
    let next = (opened.item.flow).release(flow(&opened)?, post, &ctx.actor.id)?;
    moved(ctx, opened, Event::Release, post, next, "", None).await
}

/// 转办: hands a task that nobody else holds to a colleague who may act at the post, saying why.
/// Handing it to who holds it already changes nothing.
pub async fn transfer(
    ctx: &Ctx,
    seen: Seen<'_>,
    post: &str,
    to: &str,
    reason: &str,
) -> Result<Case, CaseError> {
    let opened = officer::open(ctx, seen, Permission::CaseRead).await?;
    let at = opened.post_named(ctx, post)?;
    if reason.trim().is_empty() {
        return Err(CaseError::input(
            "reason_missing",
            "请填写转办理由",
            "Say why you hand the task over",
        ));
    }
    let colleague = identity::staff(ctx, to).await.map_err(CaseError::other)?;
    let able = colleague.filter(|staff| {
        let officer = Officer {
            username: to,
            roles: &staff.roles,
            on_spot_roles: &staff.on_spot_roles,
        };
        staff.enabled && at.may_act(officer, opened.case.data.immediate).is_ok()
    });
    let Some(staff) = able else {
        return Err(CaseError::rule(
            "cannot_take",
            format!("所选人员不能办理“{}”，请选择本岗位的其他人员", at.name),
            format!("The colleague may not act at {}; choose another", at.name),
        ));
    };
    let next = (opened.item.flow).transfer(flow(&opened)?, post, to, &ctx.actor.id)?;
    let whom = format!("{} {}", staff.name, staff.staff_no);
    moved(ctx, opened, Event::Transfer, post, next, reason, Some(whom)).await
}

fn flow(opened: &Opened) -> Result<&Flow, CaseError> {
    opened.case.data.flow.as_ref().ok_or(CaseError::NotFound)
}

/// Writes what the flow made of the act; an act without effect is not written.
async fn moved(
    ctx: &Ctx,
    opened: Opened,
    event: Event,
    post: &str,
    (next, effects): (Flow, Vec<Effect>),
    said: &str,
    whom: Option<String>,
) -> Result<Case, CaseError> {
    let Opened { mut case, item } = opened;
    if effects.is_empty() {
        return Ok(case);
    }
    case.data.flow = Some(next);
    let mut change = Change::of(ctx, item, case, event)?
        .at_post(post)
        .saying(said);
    change.handed_to = whom;
    change.commit(ctx).await
}

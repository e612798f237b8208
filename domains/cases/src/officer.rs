//! Whether this officer may do this act on this case: permission in scope, post, role.

use std::sync::Arc;

use flow::{Officer, Post, Step, Task};
use items::Item;
use kernel::Permission;
use store::Ctx;

use crate::case::Case;
use crate::error::CaseError;
use crate::seen::Seen;
use crate::table;

/// A case with the item version it runs on.
pub(crate) struct Opened {
    pub case: Case,
    pub item: Arc<Item>,
}

/// Loads a case and its item version, for an act that needs the permission. A case that changed
/// since it was seen is refused.
pub(crate) async fn open(
    ctx: &Ctx,
    seen: Seen<'_>,
    permission: Permission,
) -> Result<Opened, CaseError> {
    // Somebody without the permission anywhere learns nothing of the case, not even that it is.
    if ctx.actor.scopes(permission).is_empty() {
        return Err(kernel::Denied(permission).into());
    }
    let case = table::load(&mut ctx.db.reader(), ctx, seen.id).await?;
    let d = &case.data;
    d.allows(&ctx.actor, permission)?;
    seen.require(&case)?;
    let item = items::version(ctx, &d.item_id, d.item_version)
        .await
        .map_err(CaseError::other)?;
    Ok(Opened { case, item })
}

/// What one needs to work at a post of this step.
fn permission_at(step: Step) -> Permission {
    match step {
        Step::Accept => Permission::CaseAccept,
        Step::Review | Step::SiteCheck | Step::TechnicalReview => Permission::CaseReview,
        Step::Decide => Permission::CaseDecide,
        Step::Complete => Permission::CaseComplete,
        Step::Deliver => Permission::CaseDeliver,
    }
}

impl Opened {
    /// The open post of one of these steps at which the actor may act.
    pub fn post(&self, ctx: &Ctx, steps: &[Step]) -> Result<&Post, CaseError> {
        self.not_over()?;
        let flow = self.case.data.flow.as_ref().ok_or(CaseError::NotFound)?;
        let mut refusal = None;
        for (code, task) in flow.tasks() {
            let Some(post) = self.item.flow.post(code) else {
                continue;
            };
            if !steps.contains(&post.step) {
                continue;
            }
            match self.admits(ctx, post, task) {
                Ok(()) => return Ok(post),
                Err(why) => refusal = Some(why),
            }
        }
        Err(CaseError::Post(refusal.unwrap_or_else(|| {
            let names: Vec<_> = steps.iter().map(|s| s.words()).collect();
            format!("办件当前不在“{}”环节", names.join("、"))
        })))
    }

    /// The open post with this code, at which the actor may act.
    pub fn post_named(&self, ctx: &Ctx, code: &str) -> Result<&Post, CaseError> {
        self.not_over()?;
        let flow = self.case.data.flow.as_ref().ok_or(CaseError::NotFound)?;
        let open = flow.task(code).zip(self.item.flow.post(code));
        let Some((task, post)) = open else {
            return Err(CaseError::Post("办件当前不在这个岗位".to_owned()));
        };
        self.case
            .data
            .allows(&ctx.actor, permission_at(post.step))?;
        self.admits(ctx, post, task).map_err(CaseError::Post)?;
        Ok(post)
    }

    fn not_over(&self) -> Result<(), CaseError> {
        if self.case.state.is_terminal() {
            let ended = format!("办件已结束（{}），不能再办理", self.case.state.zh());
            return Err(CaseError::Post(ended));
        }
        Ok(())
    }

    /// Whether the actor may act at the post; why not, in words.
    fn admits(&self, ctx: &Ctx, post: &Post, task: &Task) -> Result<(), String> {
        if !task.is_free_for(post, &ctx.actor.id) {
            return Err(format!("“{}”已由他人认领", post.name));
        }
        let officer = Officer {
            username: &ctx.actor.id,
            roles: &ctx.actor.roles,
            on_spot_roles: &ctx.actor.on_spot_roles,
        };
        let immediate = self.case.data.immediate;
        post.may_act(officer, immediate).map_err(|why| why.zh())
    }

    /// Submits a post and moves the flow on.
    pub fn complete_post(&mut self, post: &str, who: &str) -> Result<(), CaseError> {
        let flow = self.case.data.flow.as_ref().ok_or(CaseError::NotFound)?;
        let (next, _) = self.item.flow.complete(flow, post, who)?;
        self.case.data.flow = Some(next);
        Ok(())
    }
}

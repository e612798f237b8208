//! The task list of a draft.

use axum::extract::Path;
use cases::State;
use ui::view::{ConfirmDialog, Notice, TaskList};
use ui::{Page, Posted, Shell, html, see_other};

use super::{open, steps};
use crate::reply::{Answer, OrPage};
use crate::session::SignedIn;
use crate::words;

#[derive(askama::Template)]
#[template(path = "portal/apply_tasks.html")]
struct TasksPage {
    page: Page,
    name: String,
    tasks: TaskList,
    saved: String,
    kept_until: Option<String>,
    discard: ConfirmDialog,
}

pub(super) async fn show(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(draft): Path<String>,
) -> Answer {
    let l = shell.l();
    let detail = open(&shell, &me, &draft).await?;
    if detail.case.state != State::Draft {
        return Ok(see_other(&super::home(&detail)));
    }
    let (case, now) = (&detail.case, me.ctx.now());
    let name = case.data.item_name.clone();
    Ok(html(&TasksPage {
        page: shell
            .page(l.t1("portal-apply-for", "name", &name))
            .crumb(name.clone(), format!("/services/{}", case.data.item_id))
            .crumb_here(l.t("portal-tasks"))
            .private(),
        tasks: steps::tasks(&l, &detail, &steps::all(&l, &detail, now)),
        saved: l.t1(
            "portal-draft-saved",
            "when",
            words::at(&l, case.updated_at, now),
        ),
        kept_until: case
            .deadline
            .map(|d| l.t1("portal-draft-until", "when", words::at(&l, d, now))),
        discard: ConfirmDialog {
            trigger: l.t("portal-discard"),
            title: l.t1("portal-discard-title", "name", &name),
            body: l.t("portal-discard-body"),
            action: format!("/apply/d/{}/discard", case.case_id),
            confirm: l.t("portal-discard"),
            csrf: shell.csrf(),
            small: true,
            ..ConfirmDialog::default()
        },
        name,
    }))
}

/// Gives a draft up.
pub(super) async fn discard(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(draft): Path<String>,
    Posted(_): Posted,
) -> Answer {
    let l = shell.l();
    let detail = open(&shell, &me, &draft).await?;
    if detail.case.state != State::Draft {
        return Ok(see_other(&super::home(&detail)));
    }
    cases::withdraw(&me.ctx, &draft, &l.t("portal-discard"))
        .await
        .or_page(&shell)?;
    Ok(shell
        .flash(Notice::ok(l.t("portal-discarded")))
        .to("/my/cases"))
}

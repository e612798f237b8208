//! What is done to a type or to one of its versions by a press.

use axum::extract::Path;
use kernel::{Permission, Problem};
use licences::{Catalogue, LicenceError, LicenceType};
use ui::view::Notice;
use ui::{FormData, Posted, Shell};

use super::{HOME, of};
use crate::reply::{Answer, said};
use crate::session::{Acting, Staff};

/// Whether the actor draws types anywhere.
pub(super) fn edits(acting: &Acting) -> bool {
    !acting
        .ctx
        .actor
        .scopes(Permission::LicenceTypeEdit)
        .is_empty()
}

/// Whether the actor publishes types anywhere.
pub(super) fn publishes(acting: &Acting) -> bool {
    !acting
        .ctx
        .actor
        .scopes(Permission::LicenceTypePublish)
        .is_empty()
}

/// Whether the actor may draw this type.
pub(super) async fn may_edit(acting: &Acting, kind: &LicenceType) -> bool {
    licences::may_draw(&acting.ctx, kind).await.unwrap_or(false)
}

/// Whether the actor may publish this type.
pub(super) async fn may_publish(acting: &Acting, kind: &LicenceType) -> bool {
    licences::may_publish(&acting.ctx, kind)
        .await
        .unwrap_or(false)
}

pub(super) async fn of_type(
    Staff(acting): Staff,
    shell: Shell,
    Path(code): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let act = data.get("act");
    let ctx = &acting.ctx;
    let done = match act {
        "version" => match licences::begin_version(ctx, &code).await {
            Ok(version) => {
                let notice = Notice::ok(l.t("console-types-did-version"));
                return Ok(shell.flash(notice).to(&super::of_version(&code, version)));
            }
            Err(error) => Err(error),
        },
        "stop" => licences::stop_type(ctx, &code).await,
        "delete" => {
            let done = licences::delete_type(ctx, &code).await;
            let to = if done.is_ok() {
                HOME.to_owned()
            } else {
                of(&code)
            };
            return Ok(shell.flash(notice(&shell, act, done)).to(&to));
        }
        "resume" => licences::resume_type(ctx, &code).await,
        "reorganise" => {
            let to = Catalogue {
                first: data.get("first").to_owned(),
                second: data.get("second").to_owned(),
            };
            licences::reorganise(ctx, &code, to).await
        }
        _ => Err(LicenceError::NoTemplate),
    };
    Ok(shell.flash(notice(&shell, act, done)).to(&of(&code)))
}

pub(super) async fn of_version_act(
    acting: &Acting,
    (code, version): (&str, u32),
    data: &FormData,
) -> Result<(), LicenceError> {
    let ctx = &acting.ctx;
    let rev = data.get("rev").parse().unwrap_or_default();
    let opinion = data.get("opinion");
    match data.get("act") {
        "submit" => licences::submit(ctx, (code, version), rev).await,
        "return" => licences::return_draft(ctx, (code, version), rev, opinion).await,
        "publish" => licences::publish(ctx, (code, version), rev, opinion).await,
        "drop" => licences::drop_draft(ctx, (code, version), rev).await,
        _ => Err(LicenceError::NoTemplate),
    }
}

pub(super) async fn of_version(
    Staff(acting): Staff,
    shell: Shell,
    Path((code, version)): Path<(String, u32)>,
    Posted(data): Posted,
) -> Answer {
    let act = data.get("act");
    let done = of_version_act(&acting, (&code, version), &data).await;
    let to = match (&done, act) {
        (Ok(()), "drop") if version == 1 => HOME.to_owned(),
        (Ok(()), _) => of(&code),
        (Err(_), _) => super::of_version(&code, version),
    };
    Ok(shell.flash(notice(&shell, act, done)).to(&to))
}

fn notice(shell: &Shell, act: &str, done: Result<(), LicenceError>) -> Notice {
    let l = shell.l();
    match done {
        Ok(()) => Notice::ok(l.t(&format!("console-types-did-{act}"))),
        Err(error) => {
            let problem: Problem = error.into();
            Notice::bad(said(&l, &problem))
        }
    }
}

//! Handing a material in: upload, cite, pick, promise; and taking it off again.

use axum::extract::{Multipart, Path, RawQuery};
use axum::response::Response;
use cases::Detail;
use items::Source;
use kernel::Problem;
use materials::{Group, Upload};
use ui::{CsrfGuard, Posted, Shell, local_path};

use super::open;
use super::photo::chosen_none;
use crate::reply::{Answer, query, told};
use crate::session::SignedIn;

/// Where the form leads back to: this site only, the material's own page at best.
fn back(draft: &str, asked: &str) -> String {
    match local_path(asked) {
        path if path == "/" => format!("/apply/d/{draft}/materials"),
        path => path,
    }
}

/// The group that a material's file is stored in: it decides its trust level.
fn group(detail: &Detail, code: &str) -> Group {
    let needs = detail.item.materials_for(&detail.case.data.answers);
    let Some(need) = needs.iter().find(|n| n.material.material_code == code) else {
        return Group::SelfMade;
    };
    let takes = |level: &str| {
        need.material
            .accepted_trust_levels
            .iter()
            .any(|l| l == level)
    };
    let licence =
        need.material.source == Source::Agency || need.material.satisfied_by_licence_type.is_some();
    match (takes("C"), takes("D")) {
        (true, true) if licence => Group::Licence,
        (true, false) => Group::Licence,
        _ if need.material.source == Source::Intermediary => Group::Report,
        _ => Group::SelfMade,
    }
}

pub(super) async fn upload(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path((draft, code)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let received = ui::receive(&shell, &guard, parts).await?;
    let detail = open(&shell, &me, &draft).await?;
    let to = back(&draft, query(raw).get("back"));
    if received.files.is_empty() {
        return told(&shell, Err(chosen_none(&l)), String::new(), &to);
    }
    let owner = &detail.case.data.owner;
    for (name, bytes) in received.files {
        let upload = Upload {
            owner: owner.clone(),
            name,
            group: group(&detail, &code),
            bytes,
        };
        let stored = materials::upload(&me.ctx, upload)
            .await
            .map_err(Problem::from);
        let done = match stored {
            Ok(card) => cases::attach_file(&me.ctx, &draft, &code, &card.file_key)
                .await
                .map_err(Problem::from),
            Err(problem) => Err(problem),
        };
        if let Err(problem) = done {
            return told(&shell, Err(problem), String::new(), &to);
        }
    }
    told(
        &shell,
        Ok::<(), Problem>(()),
        l.t("portal-material-added"),
        &to,
    )
}

pub(super) async fn cite(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(draft): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let outcome =
        cases::attach_licence(&me.ctx, &draft, data.get("code"), data.get("licence")).await;
    finish(&shell, outcome, &draft, data.get("back"))
}

pub(super) async fn pick(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(draft): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let outcome = cases::attach_file(&me.ctx, &draft, data.get("code"), data.get("file")).await;
    finish(&shell, outcome, &draft, data.get("back"))
}

pub(super) async fn promise(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(draft): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let outcome = cases::promise_material(&me.ctx, &draft, data.get("code")).await;
    finish(&shell, outcome, &draft, data.get("back"))
}

pub(super) async fn detach(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(draft): Path<String>,
    RawQuery(raw): RawQuery,
    Posted(data): Posted,
) -> Answer {
    let query = query(raw);
    // The entry comes in the address from the list of files, in the form from a promise.
    let from = |name: &str| match query.get(name) {
        "" => data.get(name).to_owned(),
        value => value.to_owned(),
    };
    let outcome = cases::detach(&me.ctx, &draft, &from("entry")).await;
    let to = back(&draft, &from("back"));
    told(&shell, outcome, shell.l().t("portal-material-removed"), &to)
}

fn finish(
    shell: &Shell,
    outcome: Result<(), cases::CaseError>,
    draft: &str,
    to: &str,
) -> Result<Response, Response> {
    told(
        shell,
        outcome,
        shell.l().t("portal-material-added"),
        &back(draft, to),
    )
}

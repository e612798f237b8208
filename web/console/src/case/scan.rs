//! 扫描上传: the clerk scans what the applicant brought on paper.

use axum::extract::{DefaultBodyLimit, Multipart, Path};
use axum::routing::{get, post};
use cases::{Collected, Detail, State};
use items::{Material as Asked, Source};
use kernel::Permission;
use materials::{Group, Upload as File};
use ui::view::{Empty, FileView, Material, MaterialState, Notice, Upload};
use ui::{CsrfGuard, Shell};

use super::can::Can;
use super::load;
use crate::reply::{Answer, OrPage, enc, said};
use crate::session::{Acting, Staff};
use crate::sheet::{Part, Sheet};

pub(super) fn router() -> axum::Router {
    let limit = materials::FILE_LIMIT as usize + 256 * 1024;
    axum::Router::new()
        .route("/desk/cases/{no}/scan", get(show))
        .route("/desk/cases/{no}/scan/{code}", post(take))
        .layer(DefaultBodyLimit::max(limit))
}

/// Whether this officer may add materials to the case now.
pub(super) fn open(can: Can<'_>) -> bool {
    let case = &can.d.case;
    let state = match case.state {
        State::Correcting | State::CorrectingInReview => true,
        State::TakenIn => case.data.at_window,
        _ => false,
    };
    state && can.may(Permission::CaseIntake)
}

/// The kind of file that a scan of this material is; it decides the trust level it begins with.
fn group(asked: &Asked) -> Group {
    let takes = |level: &str| asked.accepted_trust_levels.iter().any(|l| l == level);
    let official = asked.source == Source::Agency || asked.satisfied_by_licence_type.is_some();
    match (takes("C"), takes("D")) {
        (true, false) => Group::Licence,
        (true, true) if official => Group::Licence,
        _ if asked.source == Source::Intermediary => Group::Report,
        _ => Group::SelfMade,
    }
}

/// The case, which must be open to new materials.
async fn case(
    acting: &Acting,
    shell: &Shell,
    no: &str,
) -> Result<Detail, axum::response::Response> {
    let detail = load(acting, no).await.or_page(shell)?;
    let can = Can {
        actor: &acting.ctx.actor,
        d: &detail,
    };
    match open(can) {
        true => Ok(detail),
        false => Err(ui::see_other(&format!("/desk/cases/{}", enc(no)))),
    }
}

async fn show(Staff(acting): Staff, shell: Shell, Path(no): Path<String>) -> Answer {
    let l = shell.l();
    let detail = case(&acting, &shell, &no).await?;
    let mut parts = Vec::new();
    for need in detail.item.materials_for(&detail.case.data.answers) {
        let asked = &need.material;
        if asked.from_form {
            continue;
        }
        let mine: Vec<_> = detail
            .materials
            .iter()
            .filter(|m| m.material_code == asked.material_code)
            .collect();
        let files = mine.iter().filter_map(|m| match &m.collected {
            Collected::File { file_key } => Some(FileView {
                name: m.name.clone(),
                preview: Some(format!("/desk/files/{}?case={}", enc(file_key), enc(&no))),
                level: m.trust.clone(),
                ..FileView::default()
            }),
            _ => None,
        });
        let state = match mine.iter().find_map(|m| m.returned.clone()) {
            Some(why) => MaterialState::Returned(why),
            None if mine.is_empty() => MaterialState::Missing,
            None => MaterialState::Uploaded,
        };
        let accept = asked.file_formats.iter().map(|f| format!(".{f}"));
        parts.push(Part::Material(Material {
            name: asked.material_name.clone(),
            source: asked.source.zh().to_owned(),
            state,
            upload: Some(Upload {
                name: "file".into(),
                label: asked.material_name.clone(),
                limits: l.t1(
                    "console-scan-limits",
                    "formats",
                    asked.file_formats.join("/").to_uppercase(),
                ),
                accept: accept.collect::<Vec<_>>().join(","),
                max_bytes: materials::FILE_LIMIT,
                action: format!(
                    "/desk/cases/{}/scan/{}",
                    enc(&no),
                    enc(&asked.material_code)
                ),
                files: files.collect(),
                csrf: shell.csrf(),
                ..Upload::default()
            }),
            ..Material::default()
        }));
    }
    if parts.is_empty() {
        parts.push(Part::Empty(Empty::new("folder", l.t("console-scan-none"))));
    }
    parts.push(Part::Links(vec![(
        format!("/desk/cases/{}", enc(&no)),
        l.t("console-intake-to-case"),
    )]));
    Sheet::new(l.t("console-scan-title"))
        .sub(format!("{no} · {}", detail.case.data.item_name))
        .crumb(l.t("console-menu-desk"), "/desk")
        .crumb(no.clone(), format!("/desk/cases/{}", enc(&no)))
        .block("scan", l.t("console-scan-title"), parts)
        .show(&acting, &shell)
        .await
}

async fn take(
    Staff(acting): Staff,
    shell: Shell,
    Path((no, code)): Path<(String, String)>,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let received = ui::receive(&shell, &guard, parts).await?;
    let detail = case(&acting, &shell, &no).await?;
    let back = format!("/desk/cases/{}/scan", enc(&no));
    let needs = detail.item.materials_for(&detail.case.data.answers);
    let asked = needs.iter().find(|n| n.material.material_code == code);
    let Some((name, bytes)) = received.files.into_iter().next() else {
        let notice = Notice::bad(l.t("console-scan-choose"));
        return Ok(shell.flash(notice).to(&back));
    };
    let file = File {
        owner: detail.case.data.owner.clone(),
        name,
        group: asked.map_or(Group::SelfMade, |n| group(&n.material)),
        bytes,
    };
    let stored = materials::upload(&acting.ctx, file)
        .await
        .map_err(kernel::Problem::from);
    let done = match stored {
        Ok(card) => cases::attach_file(&acting.ctx, &detail.case.case_id, &code, &card.file_key)
            .await
            .map_err(kernel::Problem::from),
        Err(problem) => Err(problem),
    };
    let notice = match done {
        Ok(()) => Notice::ok(l.t("console-scan-done")),
        Err(problem) => Notice::bad(said(&l, &problem)),
    };
    Ok(shell.flash(notice).to(&back))
}

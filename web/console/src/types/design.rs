//! The designer: the page as it will be issued, and beside it everything that stands on it, moved by
//! mouse, by keyboard or by numbers in millimetres [H-83].

use std::sync::Arc;

use askama::Template;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use kernel::Problem;
use licences::{Filled, Ground, LicenceType, TemplatePage, TemplateState};
use ui::view::{ConfirmDialog, Form, Notice};
use ui::{CsrfGuard, Desk, FormData, QueryData, Received, Shell};

use super::fill::data_of;
use super::sections::{Around, Section, issuers_of};
use super::{HOME, of, of_version, read};
use crate::frame;
use crate::reply::{Answer, OrPage, said, status};
use crate::session::{Acting, Staff};

#[derive(Template)]
#[template(path = "console/design.html")]
struct DesignPage {
    page: ui::Page,
    desk: Desk,
    title: String,
    sub: String,
    /// Address of this version.
    here: String,
    rev: i64,
    /// Of the paper, millimetres.
    width: f32,
    height: f32,
    filled: &'static str,
    /// Code and words of the test data, and whether they are shown.
    samples: Vec<(&'static str, String, bool)>,
    form: Form,
    sections: Vec<Section>,
    /// Why the preview cannot be drawn with these values.
    broken: Option<Notice>,
    alt: String,
    drop: ConfirmDialog,
}

/// What the page shows.
struct Shown {
    kind: LicenceType,
    data: FormData,
    form: Form,
    /// Names of fields with what is wrong with them.
    wrong: Vec<(String, String)>,
    rev: i64,
}

pub(super) async fn show(
    Staff(acting): Staff,
    shell: Shell,
    Path((code, version)): Path<(String, u32)>,
    QueryData(query): QueryData,
) -> Answer {
    let found = licences::template(&acting.ctx, &code, version)
        .await
        .or_page(&shell)?;
    let may = super::act::may_edit(&acting, &found.kind).await;
    if found.state != TemplateState::Draft || !may {
        return super::show::version(&acting, &shell, &found, &query).await;
    }
    let shown = Shown {
        data: data_of(&found.kind),
        kind: LicenceType::clone(&found.kind),
        form: Form::default(),
        wrong: Vec::new(),
        rev: found.rev,
    };
    let filled = Filled::from_code(query.get("data")).unwrap_or(Filled::Usual);
    page(
        &acting,
        &shell,
        (&code, version),
        shown,
        filled,
        StatusCode::OK,
    )
    .await
}

async fn page(
    acting: &Acting,
    shell: &Shell,
    (code, version): (&str, u32),
    shown: Shown,
    filled: Filled,
    status: StatusCode,
) -> Answer {
    let l = shell.l();
    let ctx = &acting.ctx;
    let directory = agencies::directory(ctx).await.or_page(shell)?;
    let classes = licences::classes(ctx).await.or_page(shell)?;
    let around = Around {
        l: &l,
        classes: &classes,
        issuers: issuers_of(ctx, &directory, &shown.data),
    };
    let mut sections = around.sections(&shown.data);
    for (name, why) in &shown.wrong {
        mark(&mut sections, name, why);
    }
    let title = l.t2(
        "console-types-designing",
        "name",
        shown.kind.type_name.clone(),
        "version",
        version.to_string(),
    );
    let drawn = licences::preview(ctx, Arc::new(shown.kind.clone()), filled, TemplatePage::Png);
    let broken = drawn.await.err().map(|error| {
        let problem: Problem = error.into();
        Notice::bad(said(&l, &problem))
    });
    let mut head = shell
        .page(title.clone())
        .private()
        .errors(shown.form.errors());
    for (label, href) in [
        (l.t("console-types-title"), HOME.to_owned()),
        (shown.kind.type_name.clone(), of(code)),
    ] {
        head = head.crumb(label, href);
    }
    let design = DesignPage {
        page: head.crumb_here(title.clone()),
        desk: frame::desk(acting, shell).await,
        title,
        sub: l.t("console-types-design-sub"),
        here: of_version(code, version),
        rev: shown.rev,
        width: shown.kind.paper.width_mm,
        height: shown.kind.paper.height_mm,
        filled: filled.code(),
        samples: Filled::ALL
            .iter()
            .map(|one| {
                let words = l.pick(one.zh(), one.en()).to_owned();
                (one.code(), words, *one == filled)
            })
            .collect(),
        form: shown.form,
        sections,
        broken,
        alt: l.t("console-types-preview-alt"),
        drop: ConfirmDialog {
            trigger: l.t("console-types-act-drop"),
            title: l.t("console-types-ask-drop"),
            body: l.t("console-types-then-drop"),
            action: format!("{}/act", of_version(code, version)),
            hidden: vec![
                ("act".into(), "drop".into()),
                ("rev".into(), shown.rev.to_string()),
            ],
            confirm: l.t("console-types-act-drop"),
            csrf: shell.csrf(),
            small: true,
            ..ConfirmDialog::default()
        },
    };
    Ok(ui::html_status(status, &design))
}

/// Says at its field what is wrong, and opens the group that holds it.
fn mark(sections: &mut [Section], name: &str, why: &str) {
    let groups = sections.iter_mut().flat_map(|section| &mut section.groups);
    for group in groups {
        if group.form.fields.iter().any(|field| field.name == name) {
            group.form.fail(name, why);
            group.open = true;
        }
    }
}

/// The definition that a posted form describes, with what is wrong in it.
fn posted(
    received: &Received,
    was: &LicenceType,
    shell: &Shell,
) -> (LicenceType, Vec<(String, String)>) {
    let l = shell.l();
    let data = &received.fields;
    let file = received.files.iter().find(|(_, bytes)| !bytes.is_empty());
    let (mut kind, mut wrong) = read::read(data, was, None, &l);
    let paper = (
        kind.paper.width_mm.max(10.0),
        kind.paper.height_mm.max(10.0),
    );
    if data.get("no-ground") == "on" {
        kind.ground = Arc::new(Ground::Blank);
    }
    if let Some((_, bytes)) = file {
        match Ground::of_file(bytes.clone(), paper) {
            Ok(ground) => kind.ground = Arc::new(ground),
            Err(error) => {
                let problem: Problem = error.into();
                wrong.push(("ground".into(), said(&l, &problem)));
            }
        }
    }
    (kind, wrong)
}

pub(super) async fn save(
    Staff(acting): Staff,
    shell: Shell,
    guard: CsrfGuard,
    Path((code, version)): Path<(String, u32)>,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let received = ui::receive(&shell, &guard, parts).await?;
    let was = licences::template(&acting.ctx, &code, version)
        .await
        .or_page(&shell)?;
    let (mut kind, wrong) = posted(&received, &was.kind, &shell);
    let data = &received.fields;
    let rev = data.get("rev").parse().unwrap_or_default();
    let filled = Filled::from_code(data.get("data")).unwrap_or(Filled::Usual);
    let act = data.get("act").to_owned();
    read::add(&mut kind, &act);
    let mut form = Form::default();
    for (name, why) in &wrong {
        form.fail_at(ui::view::Field::text(name, "").id(), why.as_str());
    }
    let mut code_of = StatusCode::UNPROCESSABLE_ENTITY;
    if form.errors() == 0 {
        let saved = licences::save_draft(&acting.ctx, (&code, version), rev, kind.clone()).await;
        match saved {
            Ok(()) => {
                let to = format!("{}?data={}", of_version(&code, version), filled.code());
                let to = match act.as_str() {
                    "add-field" => format!("{to}#fields"),
                    "add-text" | "add-line" | "add-frame" => format!("{to}#elements"),
                    _ => to,
                };
                return Ok(shell.flash(Notice::ok(l.t("console-types-saved"))).to(&to));
            }
            Err(error) => {
                let problem: Problem = error.into();
                code_of = status(&problem);
                form.fail("", said(&l, &problem));
            }
        }
    }
    // What was typed stays on the page; what was ticked to be taken away comes back.
    let shown = Shown {
        kind,
        data: received.fields.clone(),
        form,
        wrong,
        rev,
    };
    page(&acting, &shell, (&code, version), shown, filled, code_of).await
}

/// A picture of what stands in the form, not saved: the script asks for it after every move.
pub(super) async fn tried(
    Staff(acting): Staff,
    shell: Shell,
    guard: CsrfGuard,
    Path((code, version)): Path<(String, u32)>,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let received = ui::receive(&shell, &guard, parts).await?;
    let was = licences::template(&acting.ctx, &code, version)
        .await
        .or_page(&shell)?;
    let (kind, wrong) = posted(&received, &was.kind, &shell);
    let refused = |words: String| (StatusCode::UNPROCESSABLE_ENTITY, words).into_response();
    if let Some((_, why)) = wrong.into_iter().next() {
        return Ok(refused(why));
    }
    let filled = Filled::from_code(received.fields.get("data")).unwrap_or(Filled::Usual);
    let png = licences::preview(&acting.ctx, Arc::new(kind), filled, TemplatePage::Png).await;
    Ok(match png {
        Ok(png) => crate::files::file("preview.png", "image/png", png),
        Err(error) => {
            let problem: Problem = error.into();
            refused(said(&l, &problem))
        }
    })
}

//! An original beside its fields: typed, or read by a machine and confirmed field by field [H-23].

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use collection::{BatchState, Original, OriginalState, ScanField, ScanPage, Typed};
use kernel::Problem;
use ui::view::{ConfirmDialog, Field, Form, Notice};
use ui::{Chip, FormData, L, Posted, QueryData, Shell};

use super::super::HOME;
use super::{of, src, stack};
use crate::frame;
use crate::reply::{Answer, OrPage, said, status};
use crate::session::{Acting, Staff};

/// A field with what a machine read into it.
struct Line {
    field: Field,
    code: String,
    /// Confidence of what nobody confirmed yet.
    unconfirmed: Option<u8>,
    ticked: bool,
}

/// A picture of a page.
struct Sight {
    page: u32,
    src: String,
    alt: String,
}

#[derive(Template)]
#[template(path = "console/scan_typing.html")]
struct TypingPage {
    page: ui::Page,
    desk: ui::Desk,
    title: String,
    base: String,
    here: String,
    open: bool,
    aside: bool,
    why_aside: String,
    chip: Chip,
    rev: i64,
    form: Form,
    lines: Vec<Line>,
    /// What stands against the original as a whole.
    faults: Vec<String>,
    /// The rules would take it out: may the original read so all the same?
    throws_out: bool,
    as_is: bool,
    sights: Vec<Sight>,
    /// `fit`, `100` or `200`.
    zoom: &'static str,
    zooms: Vec<(&'static str, String, bool)>,
    next: Option<u32>,
    set_aside: ConfirmDialog,
}

const ZOOMS: [&str; 3] = ["fit", "100", "200"];

fn zoom(text: &str) -> &'static str {
    ZOOMS.into_iter().find(|one| *one == text).unwrap_or("fit")
}

pub(super) async fn show(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, number)): Path<(String, u32)>,
    QueryData(query): QueryData,
) -> Answer {
    let zoom = zoom(query.get("zoom"));
    page(&acting, &shell, &key, number, zoom, None, StatusCode::OK).await
}

async fn page(
    acting: &Acting,
    shell: &Shell,
    key: &str,
    number: u32,
    zoom: &'static str,
    typed: Option<(FormData, String)>,
    code: StatusCode,
) -> Answer {
    let l = shell.l();
    let ctx = &acting.ctx;
    let batch = collection::batch(ctx, key).await.or_page(shell)?;
    let (original, pages) = collection::original(ctx, key, number)
        .await
        .or_page(shell)?;
    let kind = batch.scanned_type().unwrap_or_default();
    let kind = licences::licence_type(ctx, kind).await.or_page(shell)?;
    let open = batch.state == BatchState::Scanning;
    let data = typed.as_ref().map(|one| &one.0);
    let (form, lines) = lines(&l, &collection::scan_fields(&kind), &original, data);
    let next = match open {
        true => collection::waits_after(ctx, key, number)
            .await
            .or_page(shell)?,
        false => None,
    };
    let title = l.t1("console-scan-original-n", "n", number.to_string());
    let mut page = shell
        .page(title.clone())
        .private()
        .errors(form.errors())
        .crumb(l.t("console-menu-collection"), HOME)
        .crumb(batch.body.file_name.clone(), of(key))
        .crumb_here(title.clone());
    if let Some((_, words)) = &typed {
        page.notices.push(Notice::bad(words.clone()));
    }
    let base = of(key);
    let here = format!("{base}/{number}");
    let body = &original.body;
    let whole = body.faults.iter().filter(|fault| fault.field.is_empty());
    let shown = TypingPage {
        page,
        desk: frame::desk(acting, shell).await,
        title,
        open,
        aside: original.state == OriginalState::Aside,
        why_aside: body.aside.clone(),
        chip: stack::chip(&l, original.state),
        rev: original.rev,
        form,
        lines,
        faults: whole
            .map(|fault| l.pick(&fault.zh, &fault.en).to_owned())
            .collect(),
        throws_out: body.faults.iter().any(|f| f.throws_out && !f.must),
        as_is: body.as_is || data.is_some_and(|data| data.get("as_is") == "on"),
        sights: pages.iter().map(|page| sight(&l, page)).collect(),
        zoom,
        zooms: ZOOMS
            .into_iter()
            .map(|one| (one, l.t(&format!("console-scan-zoom-{one}")), one == zoom))
            .collect(),
        next,
        set_aside: ConfirmDialog {
            trigger: l.t("console-scan-aside"),
            title: l.t("console-scan-aside-ask"),
            body: l.t("console-scan-aside-then"),
            action: format!("{here}/aside"),
            hidden: vec![("rev".into(), original.rev.to_string())],
            reason: Some(l.t("console-collect-reason")),
            confirm: l.t("console-scan-aside"),
            csrf: shell.csrf(),
            small: true,
            ..ConfirmDialog::default()
        },
        base,
        here,
    };
    Ok(ui::html_status(code, &shown))
}

fn sight(l: &L, page: &ScanPage) -> Sight {
    Sight {
        page: page.page,
        src: src(page, "whole"),
        alt: l.t1("console-scan-page-alt", "n", page.page.to_string()),
    }
}

fn name(code: &str) -> String {
    format!("v-{}", code.replace('.', "-"))
}

fn lines(
    l: &L,
    fields: &[ScanField],
    original: &Original,
    typed: Option<&FormData>,
) -> (Form, Vec<Line>) {
    let body = &original.body;
    let inputs = fields.iter().map(|field| {
        let value = body.values.get(&field.code).cloned().unwrap_or_default();
        let mut input = Field::text(name(&field.code), field.zh.clone()).value(value);
        input.autocomplete = Some("off");
        let mut hints = Vec::new();
        if field.date {
            hints.push(match field.code.as_str() {
                "valid_to" => l.t("console-scan-end-hint"),
                _ => l.t("console-scan-date-hint"),
            });
            input.width = ui::view::Width::Short;
        }
        // What the rules put right by themselves.
        let gentle = body
            .faults
            .iter()
            .filter(|f| f.field == field.code && !f.throws_out);
        hints.extend(gentle.map(|fault| l.pick(&fault.zh, &fault.en).to_owned()));
        if !hints.is_empty() {
            input = input.hint(hints.join("；"));
        }
        match field.required {
            true => input,
            false => input.optional(),
        }
    });
    let mut form = Form::new(inputs.collect());
    if let Some(typed) = typed {
        form.fill(typed);
    }
    let hard = body
        .faults
        .iter()
        .filter(|f| f.throws_out && !f.field.is_empty());
    for fault in hard {
        let settled = body.as_is && !fault.must;
        if !settled {
            form.fail(&name(&fault.field), l.pick(&fault.zh, &fault.en));
        }
    }
    let ticks: BTreeSet<&str> = typed.map(|t| t.all("ok").collect()).unwrap_or_default();
    let lines = fields.iter().map(|field| Line {
        field: form.field(&name(&field.code)),
        code: field.code.clone(),
        unconfirmed: body.unconfirmed.get(&field.code).copied(),
        ticked: ticks.contains(field.code.as_str()),
    });
    let lines = lines.collect();
    (form, lines)
}

pub(super) async fn save(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, number)): Path<(String, u32)>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let ctx = &acting.ctx;
    let zoom = zoom(data.get("zoom"));
    let batch = collection::batch(ctx, &key).await.or_page(&shell)?;
    let kind = batch.scanned_type().unwrap_or_default();
    let kind = licences::licence_type(ctx, kind).await.or_page(&shell)?;
    let values: BTreeMap<String, String> = collection::scan_fields(&kind)
        .into_iter()
        .filter(|field| data.has(&name(&field.code)))
        .map(|field| {
            let value = data.get(&name(&field.code)).to_owned();
            (field.code, value)
        })
        .collect();
    let typed = Typed {
        seen: data.get("rev").parse().unwrap_or(0),
        values,
        confirmed: data.all("ok").map(str::to_owned).collect(),
        as_is: data.get("as_is") == "on",
    };
    let here = match zoom {
        "fit" => format!("{}/{number}", of(&key)),
        zoom => format!("{}/{number}?zoom={zoom}", of(&key)),
    };
    let saved = match collection::type_original(ctx, &key, number, typed).await {
        Ok(saved) => saved,
        Err(error) => {
            let stale = matches!(error, collection::CollectionError::Stale);
            let problem: Problem = error.into();
            let words = match stale {
                true => l.t("console-scan-stale"),
                false => said(&l, &problem),
            };
            let code = status(&problem);
            return page(
                &acting,
                &shell,
                &key,
                number,
                zoom,
                Some((data, words)),
                code,
            )
            .await;
        }
    };
    if saved.state != OriginalState::Ready {
        let faults = saved.faults.iter().filter(|fault| fault.throws_out).count();
        let words = match (faults, saved.unconfirmed) {
            (0, n) => l.t1("console-scan-saved-unconfirmed", "n", n.to_string()),
            (n, _) => l.t1("console-scan-saved-faults", "n", n.to_string()),
        };
        return Ok(shell.flash(Notice::warn(words)).to(&here));
    }
    let next = match data.get("act") {
        "stay" => Some(here),
        _ => collection::waits_after(ctx, &key, number)
            .await
            .or_page(&shell)?
            .map(|next| match zoom {
                "fit" => format!("{}/{next}", of(&key)),
                zoom => format!("{}/{next}?zoom={zoom}", of(&key)),
            }),
    };
    let (words, to) = match next {
        Some(next) => (l.t1("console-scan-saved", "n", number.to_string()), next),
        None => (l.t("console-scan-all-typed"), of(&key)),
    };
    Ok(shell.flash(Notice::ok(words)).to(&to))
}

/// Sets an original aside, or puts it back.
pub(super) async fn aside(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, number)): Path<(String, u32)>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let ctx = &acting.ctx;
    let seen = data.get("rev").parse().unwrap_or(0);
    let back = data.get("act") == "restore";
    let done = match back {
        true => collection::restore_original(ctx, &key, number, seen).await,
        false => collection::set_aside(ctx, &key, number, seen, data.get("reason")).await,
    };
    let notice = match done {
        Ok(()) if back => Notice::ok(l.t("console-scan-restored")),
        Ok(()) => Notice::ok(l.t("console-scan-set-aside")),
        Err(error) => {
            let problem: Problem = error.into();
            Notice::bad(said(&l, &problem))
        }
    };
    Ok(shell.flash(notice).to(&format!("{}/{number}", of(&key))))
}

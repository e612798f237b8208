//! 数据校验与更正: the face beside the registers, what is wrong in it, and the second person's
//! decision.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Problem;
use licences::{Correction, DataCheck, FieldCheck, LicenceError};
use ui::view::{
    Cell, Column, ConfirmDialog, Empty, Field, Form, KeyValue, KeyValues, Notice, Row, Table,
};
use ui::{FormData, L, Posted, Shell};

use crate::reply::{Answer, OrPage, enc, said, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};
use crate::words;

const LIST: &str = "/licences/corrections";
/// Before the code of a face field in the form.
const VALUE: &str = "value.";

fn home(key: &str) -> String {
    format!("/licences/{}/data", enc(key))
}

/// Every field that can be corrected, as it stands now.
fn form(l: &L, check: &DataCheck) -> Form {
    let open = check.fields.iter().filter(|field| !field.fixed);
    let mut fields: Vec<Field> = open
        .map(|field| {
            let name = format!("{VALUE}{}", field.code);
            let long = field.value.chars().count() > 24;
            let shown = match long {
                true => Field::textarea(name, field.name.clone(), 3),
                false => Field::text(name, field.name.clone()),
            };
            let shown = shown.value(field.value.clone());
            let shown = match &field.registered {
                Some(says) if field.same == Some(false) => {
                    shown.hint(l.t1("console-correct-register-says", "value", says))
                }
                _ => shown,
            };
            if field.required {
                shown
            } else {
                shown.optional()
            }
        })
        .collect();
    fields.push(
        Field::textarea("reason", l.t("console-correct-reason"), 3)
            .hint(l.t("console-correct-reason-hint"))
            .max_length(500),
    );
    Form::new(fields)
}

pub(super) async fn show(Staff(acting): Staff, shell: Shell, Path(key): Path<String>) -> Answer {
    page(&acting, &shell, &key, None, StatusCode::OK).await
}

async fn page(
    acting: &Acting,
    shell: &Shell,
    key: &str,
    filled: Option<Form>,
    code: StatusCode,
) -> Answer {
    let (l, ctx) = (shell.l(), &acting.ctx);
    let check = licences::data_check(ctx, key).await.or_page(shell)?;
    let card = &check.detail.card;
    let mut parts = Vec::new();
    let differ = check
        .fields
        .iter()
        .filter(|f| f.same == Some(false))
        .count();
    parts.push(Part::Note(match (check.unknown_holder, differ) {
        (true, _) => Notice::info(l.t("console-correct-unknown")),
        (false, 0) => Notice::ok(l.t("console-correct-all-same")),
        (false, n) => Notice::bad(l.t1("console-correct-differ", "n", n.to_string())),
    }));
    parts.push(compared(&l, &check.fields));
    let mut sheet = Sheet::new(l.t("console-correct-title"))
        .sub(format!("{} {}", card.type_name, card.licence_no_masked))
        .crumb(l.t("console-menu-licences"), "/licences")
        .crumb(card.type_name.clone(), format!("/licences/{}", enc(key)))
        .block("check", l.t("console-correct-check"), parts);
    if let Some(open) = &check.open {
        sheet = sheet.block(
            "open",
            l.t("console-correct-open"),
            waiting(acting, shell, &check, open),
        );
    }
    if check.may_propose {
        let act = Act {
            action: home(key),
            form: filled.unwrap_or_else(|| form(&l, &check)),
            hidden: vec![("version".into(), card.version.to_string())],
            button: l.t("console-correct-propose"),
            kind: "pri",
        };
        let why = Notice::info(l.t("console-correct-how"));
        let parts = vec![Part::Note(why), Part::Form(act)];
        sheet = sheet.block("correct", l.t("console-correct-new"), parts);
    }
    let past = check.past.iter().map(|one| told(acting, &l, &check, one));
    sheet
        .block("past", l.t("console-correct-past"), past.collect())
        .show_as(code, acting, shell)
        .await
}

fn compared(l: &L, fields: &[FieldCheck]) -> Part {
    let rows = fields.iter().map(|field| {
        let value = match field.value.is_empty() {
            true => "—".to_owned(),
            false => field.value.clone(),
        };
        Row::new(vec![
            Cell::text(field.name.clone()),
            Cell::text(value),
            Cell::text(field.registered.clone().unwrap_or_else(|| "—".into())),
            Cell::text(match field.same {
                Some(true) => l.t("console-visual-same"),
                Some(false) => l.t("console-visual-different"),
                None => l.t("console-correct-nothing"),
            }),
        ])
    });
    let columns = ["field", "value", "register", "compared"]
        .map(|key| Column::new(l.t(&format!("console-correct-{key}"))));
    Part::Table(Table {
        caption: l.t("console-correct-check"),
        columns: columns.to_vec(),
        rows: rows.collect(),
        ..Table::default()
    })
}

/// What changes: field, old, new.
fn changes(l: &L, check: &DataCheck, correction: &Correction) -> Part {
    let name = |code: &str| {
        let field = check.fields.iter().find(|field| field.code == code);
        field.map_or(code, |field| field.name.as_str()).to_owned()
    };
    let or_none = |text: &str| match text.is_empty() {
        true => "—".to_owned(),
        false => text.to_owned(),
    };
    let rows = correction.body.changes.iter().map(|(code, change)| {
        Row::new(vec![
            Cell::text(name(code)),
            Cell::text(or_none(&change.was)),
            Cell::text(or_none(&change.will)),
        ])
    });
    let columns =
        ["field", "was", "will"].map(|key| Column::new(l.t(&format!("console-correct-{key}"))));
    Part::Table(Table {
        caption: l.t("console-correct-changes"),
        columns: columns.to_vec(),
        rows: rows.collect(),
        ..Table::default()
    })
}

fn waiting(acting: &Acting, shell: &Shell, check: &DataCheck, open: &Correction) -> Vec<Part> {
    let l = shell.l();
    let now = acting.ctx.now();
    let facts = KeyValues::new(vec![
        KeyValue::new(l.t("console-correct-proposer"), &open.proposer),
        KeyValue::new(
            l.t("console-correct-proposed-at"),
            words::at(&l, open.proposed_at, now),
        ),
        KeyValue::new(l.t("console-correct-reason"), &open.body.reason),
    ]);
    let mut parts = vec![Part::Facts(facts), changes(&l, check, open)];
    let ask = |act: &str, reason: bool| {
        let words = l.t(&format!("console-correct-{act}"));
        Part::Confirm(ConfirmDialog {
            trigger: words.clone(),
            title: l.t(&format!("console-correct-{act}-ask")),
            body: l.t(&format!("console-correct-{act}-body")),
            action: format!("{LIST}/{act}"),
            hidden: vec![
                ("correction".into(), open.correction_key.clone()),
                ("licence".into(), open.licence_key.clone()),
            ],
            reason: reason.then(|| l.t("console-reason")),
            confirm: words,
            csrf: shell.csrf(),
            ..ConfirmDialog::default()
        })
    };
    if check.may_decide {
        parts.push(ask("approve", false));
        parts.push(ask("refuse", true));
    }
    if open.proposer == acting.ctx.actor.id {
        parts.push(Part::Note(Notice::info(l.t("console-correct-second"))));
        parts.push(ask("withdraw", false));
    }
    parts
}

/// One that is decided.
fn told(acting: &Acting, l: &L, check: &DataCheck, one: &Correction) -> Part {
    let now = acting.ctx.now();
    let names: Vec<&str> = one
        .body
        .changes
        .keys()
        .map(|code| {
            let field = check.fields.iter().find(|field| field.code == *code);
            field.map_or(code.as_str(), |field| field.name.as_str())
        })
        .collect();
    let mut rows = vec![
        KeyValue::new(
            l.t("console-list-state"),
            l.pick(one.state.zh(), one.state.en()),
        ),
        KeyValue::new(l.t("console-correct-fields"), names.join("、")),
        KeyValue::new(
            l.t("console-correct-proposer"),
            format!("{} {}", one.proposer, words::at(l, one.proposed_at, now)),
        ),
        KeyValue::new(l.t("console-correct-reason"), &one.body.reason),
    ];
    if let (Some(who), Some(at)) = (&one.decider, one.decided_at) {
        let text = format!("{who} {}", words::at(l, at, now));
        rows.push(KeyValue::new(l.t("console-correct-decider"), text));
    }
    if let Some(version) = one.made_version {
        let text = l.t1("console-correct-version", "n", version.to_string());
        rows.push(KeyValue::new(l.t("console-correct-made"), text));
    }
    if !one.body.note.is_empty() {
        rows.push(KeyValue::new(l.t("console-correct-note"), &one.body.note));
    }
    Part::Facts(KeyValues::new(rows))
}

pub(super) async fn propose(
    Staff(acting): Staff,
    shell: Shell,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let check = licences::data_check(&acting.ctx, &key)
        .await
        .or_page(&shell)?;
    let mut form = form(&l, &check);
    form.fill(&data);
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    if !form.require(&l) {
        return page(&acting, &shell, &key, Some(form), wrong).await;
    }
    match propose_now(&acting, &key, &check, &data).await {
        Ok(_) => {
            let notice = Notice::ok(l.t("console-correct-proposed"));
            Ok(shell.flash(notice).to(&home(&key)))
        }
        Err(error) => {
            let problem = Problem::from(error);
            form.refuse(&l, &problem);
            page(&acting, &shell, &key, Some(form), status(&problem)).await
        }
    }
}

async fn propose_now(
    acting: &Acting,
    key: &str,
    check: &DataCheck,
    data: &FormData,
) -> Result<String, LicenceError> {
    let open = check.fields.iter().filter(|field| !field.fixed);
    let values: BTreeMap<String, String> = open
        .map(|field| {
            let value = data.get(&format!("{VALUE}{}", field.code));
            // A browser sends the ends of lines its own way.
            (field.code.clone(), value.replace("\r\n", "\n"))
        })
        .collect();
    let seen = data.get("version").parse().unwrap_or(0);
    licences::propose_correction(&acting.ctx, key, seen, &values, data.get("reason")).await
}

fn back<T>(shell: &Shell, data: &FormData, done: Result<T, LicenceError>, key: &str) -> Response {
    let l = shell.l();
    let notice = match done {
        Ok(_) => Notice::ok(l.t(key)),
        Err(error) => Notice::bad(said(&l, &error.into())),
    };
    shell.flash(notice).to(&home(data.get("licence")))
}

pub(super) async fn approve(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let done = licences::approve_correction(&acting.ctx, data.get("correction")).await;
    Ok(back(&shell, &data, done, "console-correct-approve-done"))
}

pub(super) async fn refuse(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let (key, why) = (data.get("correction"), data.get("reason"));
    let done = licences::refuse_correction(&acting.ctx, key, why).await;
    Ok(back(&shell, &data, done, "console-correct-refuse-done"))
}

pub(super) async fn withdraw(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let done = licences::withdraw_correction(&acting.ctx, data.get("correction")).await;
    Ok(back(&shell, &data, done, "console-correct-withdraw-done"))
}

/// Those that wait.
pub(super) async fn list(Staff(acting): Staff, shell: Shell) -> Answer {
    let (l, ctx) = (shell.l(), &acting.ctx);
    let waiting = licences::corrections_waiting(ctx).await.or_page(&shell)?;
    let mut rows = Vec::new();
    for one in &waiting {
        let detail = licences::detail(ctx, &one.licence_key).await;
        let card = detail.or_page(&shell)?.card;
        rows.push(Row::new(vec![
            Cell::Link {
                href: home(&one.licence_key),
                label: card.type_name,
                note: card.licence_no_masked,
            },
            Cell::text(card.holder_masked),
            Cell::text(one.body.reason.clone()),
            Cell::text(one.proposer.clone()),
            Cell::text(words::at(&l, one.proposed_at, ctx.now())),
        ]));
    }
    let part = if rows.is_empty() {
        Part::Empty(Empty::new("check", l.t("console-correct-none")))
    } else {
        let columns = ["licence", "holder", "reason", "proposer", "proposed-at"]
            .map(|key| Column::new(l.t(&format!("console-correct-{key}"))));
        Part::Table(Table {
            caption: l.t("console-correct-open"),
            columns: columns.to_vec(),
            rows,
            ..Table::default()
        })
    };
    Sheet::new(l.t("console-correct-list"))
        .crumb(l.t("console-menu-licences"), "/licences")
        .block("open", l.t("console-correct-open"), vec![part])
        .show(&acting, &shell)
        .await
}

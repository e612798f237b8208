//! One row: what came, what was found, how its face will be, what a person does with it.

use std::collections::BTreeMap;

use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use cleaning::{Field, RuleSet};
use collection::{CollectedRow, Edit, FaceValue};
use kernel::{Permission, Problem};
use licences::State;
use ui::view::{
    Cell, Column, ConfirmDialog, Field as Input, Form, KeyValue, KeyValues, Notice, Row, Table,
};
use ui::{Chip, CsrfGuard, L, Posted, Shell};

use super::{HOME, of};
use crate::reply::{Answer, OrPage, enc, said, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Picture, Sheet};
use crate::words;

pub(super) async fn show(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, row)): Path<(String, u32)>,
) -> Answer {
    page(&acting, &shell, &key, row, None, StatusCode::OK).await
}

async fn page(
    acting: &Acting,
    shell: &Shell,
    key: &str,
    row_no: u32,
    filled: Option<Form>,
    code: StatusCode,
) -> Answer {
    let l = shell.l();
    let batch = collection::batch(&acting.ctx, key).await.or_page(shell)?;
    let (row, face) = collection::row(&acting.ctx, key, row_no)
        .await
        .or_page(shell)?;
    let open = matches!(row.state, State::Collected | State::Checked);
    let title = l.t1("console-collect-row-n", "n", row_no.to_string());
    let pages = collection::original_pages(&acting.ctx, key, row_no)
        .await
        .or_page(shell)?;
    let scanned = !pages.is_empty();
    let mut sheet = Sheet::new(title)
        .crumb(l.t("console-menu-collection"), HOME)
        .crumb(batch.body.file_name.clone(), of(key))
        .crumb(l.t("console-collect-row-list"), format!("{}/rows", of(key)));
    // The original stands beside what was typed from it.
    sheet = match scanned {
        true => sheet
            .block("original", l.t("console-scan-original"), sights(&l, &pages))
            .side("cells", l.t("console-collect-cells"), cells(&l, &row)),
        false => sheet.block("cells", l.t("console-collect-cells"), cells(&l, &row)),
    };
    if !row.body.findings.is_empty() {
        sheet = sheet.block(
            "findings",
            l.t("console-collect-findings"),
            findings(&l, &row),
        );
    }
    let may = |p: Permission| !acting.ctx.actor.scopes(p).is_empty();
    if !face.is_empty() && open && may(Permission::LicenceCollect) {
        let photo = licences::licence_type(&acting.ctx, row.get(Field::LicenceType)).await;
        let photo = photo.is_ok_and(|kind| kind.photo.is_some());
        let form = filled.unwrap_or_else(|| face_form(&l, &face, photo));
        let act = Act {
            action: format!("{}/rows/{row_no}", of(key)),
            form,
            hidden: Vec::new(),
            button: l.t("console-collect-save"),
            kind: "",
        };
        let note = Part::Note(Notice::info(l.t("console-collect-face-how")));
        sheet = sheet.block(
            "face",
            l.t("console-collect-face"),
            vec![note, Part::Files(act)],
        );
    } else if !face.is_empty() {
        let rows = face
            .iter()
            .map(|one| KeyValue::new(one.name.clone(), or_dash(&one.value)));
        let facts = Part::Facts(KeyValues::new(rows.collect()));
        sheet = sheet.block("face", l.t("console-collect-face"), vec![facts]);
    }
    sheet
        .side(
            "standing",
            l.t("console-collect-standing"),
            standing(acting, &l, &row).await,
        )
        .side(
            "acts",
            l.t("console-collect-acts"),
            acts(acting, &l, shell, &row),
        )
        .show_as(code, acting, shell)
        .await
}

fn sights(l: &L, pages: &[collection::ScanPage]) -> Vec<Part> {
    let pictures = pages.iter().map(|page| {
        let n = page.page.to_string();
        Picture {
            src: super::scan::src(page, "whole"),
            alt: l.t1("console-scan-page-alt", "n", n.as_str()),
            caption: l.t1("console-scan-page-n", "n", n),
        }
    });
    vec![
        Part::Text(l.t("console-scan-compare")),
        Part::Pages(pictures.collect(), true),
    ]
}

fn or_dash(text: &str) -> String {
    match text {
        "" => "—".to_owned(),
        text => text.to_owned(),
    }
}

fn cells(l: &L, row: &CollectedRow) -> Vec<Part> {
    let filled = Field::ALL
        .iter()
        .filter(|field| !row.get(**field).is_empty());
    let rows = filled.map(|field| KeyValue::new(l.pick(field.zh(), field.en()), row.get(*field)));
    vec![Part::Facts(KeyValues::new(rows.collect()))]
}

fn findings(l: &L, row: &CollectedRow) -> Vec<Part> {
    let set = RuleSet::standard().ok();
    let rows = row.body.findings.iter().map(|one| {
        let rule = set.as_ref().and_then(|set| set.rule(&one.code));
        let name = rule.map_or("", |rule| l.pick(&rule.name.zh, &rule.name.en));
        let seen = one.seen.iter();
        let seen: Vec<String> = seen
            .map(|(field, value)| format!("{}：{}", l.pick(field.zh(), field.en()), or_dash(value)))
            .collect();
        let note = l.pick(&one.note.zh, &one.note.en).to_owned();
        Row::new(vec![
            Cell::Lines(format!("{} {name}", one.code), note),
            Cell::text(l.pick(one.action.zh(), one.action.en()).to_owned()),
            Cell::text(seen.join("；")),
            Cell::text(or_dash(&one.put.join("、"))),
        ])
    });
    let column = |key: &str| Column::new(l.t(&format!("console-collect-{key}")));
    vec![Part::Table(Table {
        caption: l.t("console-collect-findings"),
        columns: vec![
            column("rule"),
            column("action"),
            column("seen"),
            column("put"),
        ],
        rows: rows.collect(),
        ..Table::default()
    })]
}

fn face_form(l: &L, face: &[FaceValue], photo: bool) -> Form {
    let mut fields: Vec<Input> = face
        .iter()
        .map(|one| {
            let mut field = Input::text(format!("face-{}", one.code), one.name.clone())
                .value(one.value.clone());
            field.readonly = one.fixed;
            match one.required {
                true => field,
                false => field.optional(),
            }
        })
        .collect();
    if photo {
        let field = Input::file("photo", l.t("console-collect-photo"), ".jpg,.jpeg,.png");
        fields.push(field.hint(l.t("console-collect-photo-hint")).optional());
    }
    Form::new(fields)
}

async fn standing(acting: &Acting, l: &L, row: &CollectedRow) -> Vec<Part> {
    let now = acting.ctx.now();
    let person = async |who: &Option<String>| match who {
        Some(who) => words::officer(acting, l, who).await,
        None => "—".to_owned(),
    };
    let mut rows = vec![
        KeyValue::new(
            l.t("console-collect-state"),
            Chip::licence(row.state.code(), false).words(l),
        ),
        KeyValue::new(
            l.t("console-collect-action"),
            l.pick(row.action.zh(), row.action.en()),
        ),
        KeyValue::new(l.t("console-collect-editor"), person(&row.editor).await),
        KeyValue::new(l.t("console-collect-checker"), person(&row.checker).await),
        KeyValue::new(
            l.t("console-collect-checked-at"),
            words::maybe(l, row.checked_at, now),
        ),
    ];
    if let Some(key) = &row.licence_key {
        rows.push(
            KeyValue::new(
                l.t("console-collect-licence"),
                l.t("console-collect-open-licence"),
            )
            .href(format!("/licences/{}", enc(key))),
        );
    }
    let mut parts = vec![Part::Facts(KeyValues::new(rows))];
    if !row.body.problem.is_empty() {
        parts.push(Part::Note(Notice::warn(row.body.problem.clone())));
    }
    parts
}

fn acts(acting: &Acting, l: &L, shell: &Shell, row: &CollectedRow) -> Vec<Part> {
    let actor = &acting.ctx.actor;
    let may = |p: Permission| !actor.scopes(p).is_empty();
    let mut parts = Vec::new();
    let mine = row.editor.as_deref() == Some(actor.id.as_str());
    if row.state != State::Collected {
        return parts;
    }
    let base = format!("{}/rows/{}", of(&row.batch_key), row.row_no);
    if may(Permission::LicenceCheck) && !mine {
        parts.push(Part::Confirm(ConfirmDialog {
            trigger: l.t("console-collect-check"),
            title: l.t("console-collect-check-ask"),
            body: l.t("console-collect-check-then"),
            action: format!("{base}/check"),
            confirm: l.t("console-collect-check"),
            csrf: shell.csrf(),
            ..ConfirmDialog::default()
        }));
    }
    parts.push(Part::Confirm(ConfirmDialog {
        trigger: l.t("console-collect-discard"),
        title: l.t("console-collect-discard-ask"),
        body: l.t("console-collect-discard-then"),
        action: format!("{base}/discard"),
        reason: Some(l.t("console-collect-reason")),
        confirm: l.t("console-collect-discard"),
        csrf: shell.csrf(),
        small: true,
        ..ConfirmDialog::default()
    }));
    parts
}

pub(super) async fn edit(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, row_no)): Path<(String, u32)>,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let received = ui::receive(&shell, &guard, parts).await?;
    let (_, face) = collection::row(&acting.ctx, &key, row_no)
        .await
        .or_page(&shell)?;
    let typed = face.iter().filter(|one| !one.fixed).filter_map(|one| {
        let value = received.fields.get(&format!("face-{}", one.code)).trim();
        // What stands there already came from its source and stays with it.
        (value != one.value).then(|| (one.code.clone(), value.to_owned()))
    });
    let edit = Edit {
        face: typed.collect::<BTreeMap<_, _>>(),
        photo: received
            .files
            .into_iter()
            .map(|one| one.1)
            .find(|bytes| !bytes.is_empty()),
    };
    if edit.face.is_empty() && edit.photo.is_none() {
        let notice = Notice::info(l.t("console-collect-unchanged"));
        return Ok(shell
            .flash(notice)
            .to(&format!("{}/rows/{row_no}", of(&key))));
    }
    match collection::edit_row(&acting.ctx, &key, row_no, edit).await {
        Ok(()) => {
            let notice = Notice::ok(l.t("console-collect-saved"));
            Ok(shell
                .flash(notice)
                .to(&format!("{}/rows/{row_no}", of(&key))))
        }
        Err(error) => {
            let problem: Problem = error.into();
            let mut form = face_form(&l, &face, true);
            form.fill(&received.fields);
            if let Some(field) = form.fields.first().map(|field| field.name.clone()) {
                form.fail(&field, said(&l, &problem));
            }
            page(&acting, &shell, &key, row_no, Some(form), status(&problem)).await
        }
    }
}

pub(super) async fn check(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, row_no)): Path<(String, u32)>,
    Posted(_): Posted,
) -> Answer {
    let done = collection::check_row(&acting.ctx, &key, row_no).await;
    back(
        &shell,
        &key,
        row_no,
        done.map_err(Problem::from),
        "console-collect-checked",
    )
}

pub(super) async fn discard(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, row_no)): Path<(String, u32)>,
    Posted(data): Posted,
) -> Answer {
    let done = collection::discard_row(&acting.ctx, &key, row_no, data.get("reason")).await;
    back(
        &shell,
        &key,
        row_no,
        done.map_err(Problem::from),
        "console-collect-discarded",
    )
}

fn back(shell: &Shell, key: &str, row_no: u32, done: Result<(), Problem>, words: &str) -> Answer {
    let l = shell.l();
    let notice = match done {
        Ok(()) => Notice::ok(l.t(words)),
        Err(problem) => Notice::bad(said(&l, &problem)),
    };
    Ok(shell
        .flash(notice)
        .to(&format!("{}/rows/{row_no}", of(key))))
}

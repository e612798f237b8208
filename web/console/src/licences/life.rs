//! The life of a licence at the desk: what happened, inspections, versions as evidence.

use axum::extract::Path;
use kernel::Problem;
use licences::{Format, Inspect, Inspections, LicenceError};
use ui::view::{Cell, Choice, Column, Empty, Field, Form, KeyValue, KeyValues, Notice, Row, Table};
use ui::{FormData, L, Posted, Shell};

use crate::files;
use crate::reply::{Answer, OrPage, enc, said};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part};
use crate::words;

fn table(caption: String, columns: Vec<String>, rows: Vec<Row>) -> Part {
    Part::Table(Table {
        caption,
        columns: columns.into_iter().map(Column::new).collect(),
        rows,
        ..Table::default()
    })
}

/// What happened, newest first.
pub(super) fn told(acting: &Acting, l: &L, all: Vec<licences::LifeEntry>) -> Vec<Part> {
    let now = acting.ctx.now();
    let rows = all.into_iter().map(|one| {
        Row::new(vec![
            Cell::text(words::at(l, one.at, now)),
            Cell::text(l.pick(&one.zh, &one.en).to_owned()),
            Cell::text(one.by),
            Cell::text(one.note),
        ])
    });
    let columns = ["at", "what", "by", "note"].map(|key| l.t(&format!("console-life-{key}")));
    vec![table(
        l.t("console-life-title"),
        columns.to_vec(),
        rows.collect(),
    )]
}

/// Inspections, with the form for the next one where it can be recorded.
pub(super) fn inspections(acting: &Acting, l: &L, key: &str, of: &Inspections) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(next) = of.next {
        let row = KeyValue::new(l.t("console-inspect-next"), ui::date(l, next));
        parts.push(Part::Facts(KeyValues::new(vec![row])));
    }
    if of.all.is_empty() {
        parts.push(Part::Empty(Empty::new(
            "check",
            l.t("console-inspect-none"),
        )));
    } else {
        let rows = of.all.iter().map(|one| {
            Row::new(vec![
                Cell::text(ui::date(l, one.inspected_on)),
                Cell::text(ui::date(l, one.due_on)),
                Cell::text(l.t(match one.passed {
                    true => "console-inspect-passed",
                    false => "console-inspect-failed",
                })),
                Cell::text(one.officer.clone()),
                Cell::text(one.note.clone()),
            ])
        });
        let columns = ["on", "due", "result", "officer", "note"];
        let columns = columns.map(|key| l.t(&format!("console-inspect-{key}")));
        parts.push(table(
            l.t("console-inspect-title"),
            columns.to_vec(),
            rows.collect(),
        ));
    }
    if of.may_record {
        let results = ["passed", "failed"]
            .map(|code| Choice::new(code, l.t(&format!("console-inspect-{code}"))));
        let today = kernel::time::beijing_date(acting.ctx.now()).to_string();
        let form = Form::new(vec![
            Field::date("on", l.t("console-inspect-on")).value(today),
            Field::radio("result", l.t("console-inspect-result"), results.to_vec()).value("passed"),
            Field::textarea("note", l.t("console-inspect-note"), 2)
                .hint(l.t("console-inspect-note-hint"))
                .max_length(500)
                .optional(),
        ]);
        parts.push(Part::Form(Act {
            action: format!("/licences/{}/inspection", enc(key)),
            form,
            hidden: vec![("rev".into(), of.rev.to_string())],
            button: l.t("console-inspect-record"),
            kind: "pri",
        }));
    }
    parts
}

pub(super) async fn inspect(
    Staff(acting): Staff,
    shell: Shell,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let notice = match inspect_now(&acting, &key, &data).await {
        Ok(()) => Notice::ok(l.t("console-inspect-done")),
        Err(problem) => Notice::bad(said(&l, &problem)),
    };
    Ok(shell.flash(notice).to(&format!("/licences/{}", enc(&key))))
}

async fn inspect_now(acting: &Acting, key: &str, data: &FormData) -> Result<(), Problem> {
    let inspected_on = data.get("on").parse().map_err(|_| {
        Problem::invalid("date", "请填写年检日期", "Give the day of the inspection")
    })?;
    let passed = match data.get("result") {
        "passed" => true,
        "failed" => false,
        _ => {
            return Err(Problem::invalid(
                "result",
                "请选择年检结果",
                "Choose the result",
            ));
        }
    };
    let done = Inspect {
        licence_key: key.to_owned(),
        seen: data.get("rev").parse().unwrap_or(0),
        inspected_on,
        passed,
        note: data.get("note").to_owned(),
    };
    licences::record_inspection(&acting.ctx, &done).await?;
    Ok(())
}

/// Every version; a file of any is handed out for a stated purpose.
pub(super) fn versions(acting: &Acting, l: &L, key: &str, all: &[licences::Version]) -> Vec<Part> {
    let now = acting.ctx.now();
    let current = all.first().map_or(0, |one| one.version);
    let rows = all.iter().map(|one| {
        let state = match one.version == current {
            true => l.t("console-versions-current"),
            false => l.t("console-versions-history"),
        };
        Row::new(vec![
            Cell::text(one.version.to_string()),
            Cell::text(state),
            Cell::text(words::at(l, one.at, now)),
            Cell::text(words::until(l, one.data.valid_to)),
            Cell::text(one.case_no.clone().unwrap_or_else(|| "—".into())),
        ])
    });
    let columns = ["n", "state", "at", "until", "case"];
    let columns = columns.map(|key| l.t(&format!("console-versions-{key}")));
    let mut parts = vec![table(
        l.t("console-versions-title"),
        columns.to_vec(),
        rows.collect(),
    )];
    if all.len() > 1 {
        let old = all.iter().filter(|one| one.version != current);
        let choices = old.map(|one| {
            let n = one.version.to_string();
            Choice::new(n.clone(), l.t1("console-versions-one", "n", n))
        });
        let formats = ["ofd", "pdf"].map(|f| Choice::new(f, f.to_uppercase()));
        let form = Form::new(vec![
            Field::select("version", l.t("console-versions-n"), choices.collect()),
            Field::radio("format", l.t("console-versions-format"), formats.to_vec()).value("ofd"),
            Field::text("purpose", l.t("console-versions-purpose"))
                .hint(l.t("console-versions-purpose-hint"))
                .max_length(200),
        ]);
        parts.push(Part::Note(Notice::info(l.t("console-versions-how"))));
        parts.push(Part::Form(Act {
            action: format!("/licences/{}/versions", enc(key)),
            form,
            hidden: Vec::new(),
            button: l.t("console-versions-get"),
            kind: "",
        }));
    }
    parts
}

pub(super) async fn version(
    Staff(acting): Staff,
    shell: Shell,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let format = Format::from_code(data.get("format"))
        .ok_or_else(|| Problem::not_found("没有这种格式", "No such format"))
        .or_page(&shell)?;
    let number = data.get("version").parse().unwrap_or(0);
    match evidence(&acting, &key, number, format, data.get("purpose")).await {
        Ok((name, bytes)) => Ok(files::file(&name, format.media_type(), bytes)),
        Err(error) => {
            let l = shell.l();
            let notice = Notice::bad(said(&l, &error.into()));
            Ok(shell.flash(notice).to(&format!("/licences/{}", enc(&key))))
        }
    }
}

async fn evidence(
    acting: &Acting,
    key: &str,
    version: u32,
    format: Format,
    purpose: &str,
) -> Result<(String, Vec<u8>), LicenceError> {
    let bytes = licences::version_file(&acting.ctx, key, version, format, purpose).await?;
    let card = licences::card_of(&acting.ctx, key).await?;
    let name = format!("{}-{version}.{}", card.type_name, format.code());
    Ok((name, bytes))
}

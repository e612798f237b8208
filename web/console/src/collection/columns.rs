//! Which column of a file is which field of ours.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use axum::http::StatusCode;
use collection::{Batch, Given, Mapped};
use kernel::Problem;
use ui::view::{Choice, Field, Form, Notice};
use ui::{L, Posted, Shell};

use super::{HOME, of};
use crate::reply::{Answer, OrPage, said, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};

/// Face fields of all types: code and names.
async fn faces(acting: &Acting) -> Result<BTreeMap<String, String>, Problem> {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for kind in licences::licence_types(&acting.ctx).await? {
        for field in &kind.face_fields {
            if !kind.fills_itself(&field.field_code) {
                let of = names.entry(field.field_code.clone()).or_default();
                of.insert(field.field_name.clone());
            }
        }
    }
    let joined = |names: BTreeSet<String>| names.into_iter().take(3).collect::<Vec<_>>().join("／");
    Ok(names
        .into_iter()
        .map(|(code, all)| (code, joined(all)))
        .collect())
}

async fn form(acting: &Acting, l: &L, batch: &Batch) -> Result<Form, Problem> {
    let faces = faces(acting).await?;
    let mapped = collection::mapped(&acting.ctx, batch).await?;
    let mut choices = vec![Choice::new("", l.t("console-columns-none"))];
    let own = cleaning::Field::ALL.iter();
    choices.extend(own.map(|field| Choice::new(field.code(), l.pick(field.zh(), field.en()))));
    choices.extend(faces.iter().map(|(code, name)| {
        let words = l.t1("console-columns-face", "name", name.as_str());
        Choice::new(format!("face.{code}"), words)
    }));
    let mut fields = Vec::new();
    for (at, (heading, to)) in batch.body.headings.iter().zip(mapped).enumerate() {
        let value = match to {
            Mapped::Field(field) => field.code().to_owned(),
            Mapped::Face(code) => format!("face.{code}"),
            Mapped::LeftOut => String::new(),
        };
        let label = l.t1("console-columns-column", "heading", heading.as_str());
        let mut field = Field::select(format!("column-{at}"), label, choices.clone())
            .value(value)
            .optional();
        field.unmarked = true;
        let first = batch.body.first.get(at).map_or("", |cell| cell.trim());
        if !first.is_empty() {
            let shown: String = first.chars().take(40).collect();
            field = field.hint(l.t1("console-columns-first", "value", shown));
        }
        fields.push(field);
    }
    let constants = batch.body.given.constants.iter();
    let lines: Vec<String> = constants
        .map(|(code, value)| format!("{code}={value}"))
        .collect();
    fields.push(
        Field::textarea("constants", l.t("console-columns-constants"), 3)
            .hint(l.t("console-columns-constants-hint"))
            .value(lines.join("\n"))
            .optional(),
    );
    Ok(Form::new(fields))
}

async fn page(
    acting: &Acting,
    shell: &Shell,
    batch: &Batch,
    form: Form,
    code: StatusCode,
) -> Answer {
    let l = shell.l();
    let key = &batch.batch_key;
    let act = Act {
        action: format!("{}/columns", of(key)),
        form,
        hidden: vec![("rev".into(), batch.rev.to_string())],
        button: l.t("console-columns-settle"),
        kind: "pri",
    };
    Sheet::new(l.t("console-collect-columns"))
        .crumb(l.t("console-menu-collection"), HOME)
        .crumb(batch.body.file_name.clone(), of(key))
        .sub(l.t("console-columns-sub"))
        .block(
            "columns",
            l.t("console-collect-columns"),
            vec![Part::Form(act)],
        )
        .show_as(code, acting, shell)
        .await
}

pub(super) async fn show(Staff(acting): Staff, shell: Shell, Path(key): Path<String>) -> Answer {
    let batch = collection::batch(&acting.ctx, &key).await.or_page(&shell)?;
    let form = form(&acting, &shell.l(), &batch).await.or_page(&shell)?;
    page(&acting, &shell, &batch, form, StatusCode::OK).await
}

pub(super) async fn settle(
    Staff(acting): Staff,
    shell: Shell,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let batch = collection::batch(&acting.ctx, &key).await.or_page(&shell)?;
    let mut form = form(&acting, &l, &batch).await.or_page(&shell)?;
    form.fill(&data);
    let columns = batch.body.headings.iter().enumerate();
    let columns = columns.map(|(at, heading)| {
        let to = data.get(&format!("column-{at}")).trim().to_owned();
        (heading.clone(), to)
    });
    let mut given = Given {
        columns: columns.collect(),
        constants: BTreeMap::new(),
    };
    for line in data
        .get("constants")
        .lines()
        .filter(|line| !line.trim().is_empty())
    {
        match line.split_once(['=', '＝']) {
            Some((code, value)) => {
                given
                    .constants
                    .insert(code.trim().to_owned(), value.trim().to_owned());
            }
            None => {
                form.fail("constants", l.t("console-columns-constants-wrong"));
                let code = StatusCode::UNPROCESSABLE_ENTITY;
                return page(&acting, &shell, &batch, form, code).await;
            }
        }
    }
    let seen = data.get("rev").parse().unwrap_or(0);
    match collection::map(&acting.ctx, &key, seen, given).await {
        Ok(()) => {
            let notice = Notice::ok(l.t("console-columns-settled"));
            Ok(shell.flash(notice).to(&of(&key)))
        }
        Err(error) => {
            let problem: Problem = error.into();
            form.fail("constants", said(&l, &problem));
            page(&acting, &shell, &batch, form, status(&problem)).await
        }
    }
}

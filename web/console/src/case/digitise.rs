//! 采集纸质证照: a licence on paper among the materials, or the result on paper, goes to the scan desk.

use axum::extract::{DefaultBodyLimit, Multipart, Path};
use axum::http::StatusCode;
use axum::routing::get;
use cases::{Collected, Detail, Digitise};
use collection::SourceClass;
use kernel::{Permission, Problem};
use ui::view::{Cell, Choice, Column, Field, Form, Notice, Row, Table};
use ui::{CsrfGuard, FormData, L, Shell};

use super::can::Can;
use super::load;
use crate::reply::{Answer, OrPage, enc, said, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};
use crate::words;

/// Largest form: one file of scans with its wrapping.
const LIMIT: usize = collection::SCAN_FILE + 256 * 1024;

pub(super) fn router() -> axum::Router {
    axum::Router::new()
        .route("/desk/cases/{no}/digitise", get(show).post(begin))
        .layer(DefaultBodyLimit::max(LIMIT))
}

fn stack(key: &str) -> String {
    format!("/collection/{}/scan", enc(key))
}

/// On the page of a case: what was collected with it, and the way to collect more.
pub(super) async fn part(
    acting: &Acting,
    shell: &Shell,
    detail: &Detail,
) -> Result<Vec<Part>, axum::response::Response> {
    let l = shell.l();
    let mut parts = Vec::new();
    let can = Can {
        actor: &acting.ctx.actor,
        d: detail,
    };
    let collects = !can.actor.scopes(Permission::LicenceCollect).is_empty();
    if !collects || !can.may(Permission::CaseRead) {
        return Ok(parts);
    }
    let number = detail.case.number();
    let there = collection::batches_of_case(&acting.ctx, number)
        .await
        .or_page(shell)?;
    if !there.is_empty() {
        let rows = there.iter().map(|batch| {
            let class = batch.source_class;
            Row::new(vec![
                Cell::Link {
                    href: stack(&batch.batch_key),
                    label: batch.body.file_name.clone(),
                    note: l.pick(class.zh(), class.en()).to_owned(),
                },
                Cell::text(l.pick(batch.state.zh(), batch.state.en())),
                Cell::text(words::at(&l, batch.started_at, acting.ctx.now())),
            ])
        });
        parts.push(Part::Table(Table {
            caption: l.t("console-digitise-there"),
            columns: vec![
                Column::new(l.t("console-digitise-what")),
                Column::new(l.t("console-list-state")),
                Column::new(l.t("console-digitise-at")),
            ],
            rows: rows.collect(),
            ..Table::default()
        }));
    }
    if !cases::digitisable(&detail.case).is_empty() {
        let href = format!("/desk/cases/{}/digitise", enc(number));
        parts.push(Part::Links(vec![(href, l.t("console-digitise-title"))]));
    }
    Ok(parts)
}

async fn form(acting: &Acting, l: &L, detail: &Detail) -> Result<Form, Problem> {
    let mut kinds = Vec::new();
    for (kind, agencies) in collection::scan_choices(&acting.ctx).await? {
        for agency in agencies {
            let value = format!("{}/{}", kind.type_short_code, agency.code);
            let label = format!("{} · {}", kind.type_name, agency.name);
            kinds.push(Choice::new(value, label));
        }
    }
    let classes = cases::digitisable(&detail.case);
    let first = classes.last().map_or("", |class| class.code());
    let classes = classes.iter().map(|class| {
        let words = l.pick(class.zh(), class.en());
        Choice::new(class.code(), format!("{} {words}", class.code())).hint(l.t(match class {
            SourceClass::C => "console-digitise-result",
            _ => "console-digitise-material",
        }))
    });
    let files = detail
        .materials
        .iter()
        .filter_map(|one| match &one.collected {
            Collected::File { file_key } => Some(Choice::new(file_key.clone(), one.name.clone())),
            _ => None,
        });
    let files: Vec<Choice> = files.collect();
    let mut fields = vec![
        Field::radio("class", l.t("console-digitise-class"), classes.collect()).value(first),
        Field::select("kind", l.t("console-scan-kind"), kinds)
            .hint(l.t("console-digitise-kind-hint")),
    ];
    if !files.is_empty() {
        fields
            .push(Field::checkbox("material", l.t("console-digitise-materials"), files).optional());
    }
    fields.push(
        Field::file(
            "file",
            l.t("console-digitise-file"),
            ".pdf,.tif,.tiff,.jpg,.jpeg,.png",
        )
        .hint(l.t("console-digitise-file-hint"))
        .optional(),
    );
    Ok(Form::new(fields))
}

async fn page(
    acting: &Acting,
    shell: &Shell,
    detail: &Detail,
    form: Form,
    once: String,
    code: StatusCode,
) -> Answer {
    let l = shell.l();
    let no = detail.case.number();
    let home = format!("/desk/cases/{}", enc(no));
    let act = Act {
        action: format!("{home}/digitise"),
        form,
        hidden: vec![("once".into(), once)],
        button: l.t("console-digitise-do"),
        kind: "pri",
    };
    let parts = vec![
        Part::Note(Notice::info(l.t("console-digitise-how"))),
        Part::Files(act),
    ];
    Sheet::new(l.t("console-digitise-title"))
        .crumb(l.t("console-menu-desk"), "/desk")
        .crumb(no, home)
        .sub(detail.case.data.item_name.clone())
        .block("digitise", l.t("console-digitise-title"), parts)
        .show_as(code, acting, shell)
        .await
}

/// The case, with something that may be collected of it.
async fn case(
    acting: &Acting,
    shell: &Shell,
    no: &str,
) -> Result<Detail, axum::response::Response> {
    let detail = load(acting, no).await.or_page(shell)?;
    match cases::digitisable(&detail.case).is_empty() {
        false => Ok(detail),
        true => {
            let notice = Notice::warn(shell.l().t("console-digitise-not-yet"));
            Err(shell.flash(notice).to(&format!("/desk/cases/{}", enc(no))))
        }
    }
}

async fn show(Staff(acting): Staff, shell: Shell, Path(no): Path<String>) -> Answer {
    let detail = case(&acting, &shell, &no).await?;
    let form = form(&acting, &shell.l(), &detail).await.or_page(&shell)?;
    let once = acting.ctx.rng.key();
    page(&acting, &shell, &detail, form, once, StatusCode::OK).await
}

fn asked(l: &L, data: &FormData, form: &mut Form) -> Option<(SourceClass, String, String)> {
    let class = SourceClass::from_code(data.get("class"));
    if class.is_none() {
        form.fail("class", l.t("console-collect-choose-class"));
    }
    let kind = data.get("kind").split_once('/');
    if kind.is_none() {
        form.fail("kind", l.t("console-scan-choose-kind"));
    }
    let (kind, agency) = kind?;
    Some((class?, kind.to_owned(), agency.to_owned()))
}

async fn begin(
    Staff(acting): Staff,
    shell: Shell,
    Path(no): Path<String>,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let received = ui::receive(&shell, &guard, parts).await?;
    let detail = case(&acting, &shell, &no).await?;
    let data = &received.fields;
    let mut form = form(&acting, &l, &detail).await.or_page(&shell)?;
    form.fill(data);
    let once = data.get("once").to_owned();
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let Some((class, type_code, agency)) = asked(&l, data, &mut form) else {
        return page(&acting, &shell, &detail, form, once, wrong).await;
    };
    let wanted = Digitise {
        class,
        type_code,
        agency,
        materials: data.all("material").map(str::to_owned).collect(),
        scans: received.files,
        once: once.clone(),
    };
    match cases::digitise(&acting.ctx, &detail.case.case_id, wanted).await {
        Ok(key) => {
            let notice = Notice::ok(l.t("console-digitise-begun"));
            Ok(shell.flash(notice).to(&stack(&key)))
        }
        Err(error) => {
            let problem = Problem::from(error);
            form.fail("file", said(&l, &problem));
            page(&acting, &shell, &detail, form, once, status(&problem)).await
        }
    }
}

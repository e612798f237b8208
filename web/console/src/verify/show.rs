//! The page: what was drawn on one side, what the library says on the other.

use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use kernel::time;
use licences::{Seen, VisualCase};
use ui::view::{
    Cell, Check, CheckOutcome, Choice, Column, Empty, Field, Form, KeyValue, KeyValues, Notice,
    NoticeTone, Row, Table, Verdict,
};
use ui::{L, QueryData, Shell};

use crate::files;
use crate::reply::{Answer, OrPage, enc};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Picture, Sheet};
use crate::words;

pub(super) fn file_form(l: &L) -> Form {
    let hint = l.t("console-visual-file-hint");
    Form::new(vec![
        Field::file("file", l.t("console-visual-file"), ".ofd,.pdf").hint(hint),
    ])
}

pub(super) fn seen_form(l: &L) -> Form {
    let choices = Seen::ALL
        .iter()
        .map(|seen| Choice::new(seen.code(), l.pick(seen.zh(), seen.en())))
        .collect();
    Form::new(vec![
        Field::radio("seen", l.t("console-visual-seen"), choices),
        Field::textarea("note", l.t("console-visual-note"), 3)
            .hint(l.t("console-visual-note-hint"))
            .max_length(500)
            .optional(),
    ])
}

pub(super) async fn ask(Staff(acting): Staff, shell: Shell) -> Answer {
    start(&acting, &shell, file_form(&shell.l()), StatusCode::OK).await
}

pub(super) async fn start(acting: &Acting, shell: &Shell, form: Form, code: StatusCode) -> Answer {
    let l = shell.l();
    let mine = licences::visual_checks(&acting.ctx).await.or_page(shell)?;
    let act = Act {
        action: "/desk/verify".into(),
        form,
        hidden: Vec::new(),
        button: l.t("console-visual-begin"),
        kind: "pri",
    };
    let list = if mine.is_empty() {
        Part::Empty(Empty::new("eye", l.t("console-visual-none")))
    } else {
        let now = acting.ctx.now();
        let rows = mine.iter().map(|one| {
            Row::new(vec![
                Cell::Link {
                    href: format!("/desk/verify/{}", enc(&one.number)),
                    label: one.number.clone(),
                    note: String::new(),
                },
                Cell::text(words::at(&l, one.begun_at, now)),
                Cell::text(match one.seen {
                    Some(seen) => l.pick(seen.zh(), seen.en()).to_owned(),
                    None => l.t("console-visual-open"),
                }),
            ])
        });
        let columns = ["number", "begun", "seen"]
            .map(|key| Column::new(l.t(&format!("console-visual-{key}"))));
        Part::Table(Table {
            caption: l.t("console-visual-mine"),
            columns: columns.to_vec(),
            rows: rows.collect(),
            ..Table::default()
        })
    };
    Sheet::new(l.t("console-visual-title"))
        .sub(l.t("console-visual-sub"))
        .block(
            "new",
            l.t("console-visual-new"),
            vec![
                Part::Files(act),
                Part::Links(vec![(
                    "/desk/verify/parse".into(),
                    l.t("console-parse-title"),
                )]),
            ],
        )
        .block("mine", l.t("console-visual-mine"), vec![list])
        .show_as(code, acting, shell)
        .await
}

pub(super) async fn one(
    Staff(acting): Staff,
    shell: Shell,
    Path(number): Path<String>,
    QueryData(query): QueryData,
) -> Answer {
    let dpi = query.get("dpi").parse().ok();
    case(&acting, &shell, &number, None, dpi, StatusCode::OK).await
}

pub(super) async fn case(
    acting: &Acting,
    shell: &Shell,
    number: &str,
    form: Option<Form>,
    dpi: Option<u16>,
    code: StatusCode,
) -> Answer {
    let l = shell.l();
    let case = licences::visual(&acting.ctx, number).await.or_page(shell)?;
    let mut data = vec![Part::Verdict(verdict(&l, &case, acting.ctx.now()))];
    data.push(fields(&l, &case));
    if let Some(key) = &case.licence_key {
        let href = format!("/licences/{}", enc(key));
        let correct = format!("/licences/{}/data", enc(key));
        data.push(Part::Links(vec![
            (href, l.t("console-visual-licence")),
            (correct, l.t("console-correct-link")),
        ]));
    }
    Sheet::new(l.t("console-visual-title"))
        .crumb(l.t("console-visual-title"), "/desk/verify")
        .block(
            "pages",
            l.t("console-visual-pages"),
            pages(&l, &case, number, dpi),
        )
        .side(
            "seen",
            l.t("console-visual-seen"),
            seen(acting, &l, &case, number, form),
        )
        .side("data", l.t("console-visual-data"), data)
        .show_as(code, acting, shell)
        .await
}

fn pages(l: &L, case: &VisualCase, number: &str, dpi: Option<u16>) -> Vec<Part> {
    let base = format!("/desk/verify/{}", enc(number));
    let file = (format!("{base}/file"), l.t("console-visual-open-file"));
    let Some(count) = case.pages else {
        if !case.is_pdf {
            let words = l.t("console-visual-unreadable");
            return vec![Part::Note(Notice::warn(words)), Part::Links(vec![file])];
        }
        // The browser's own viewer leafs, enlarges and prints.
        return vec![
            Part::Text(l.t("console-visual-viewer")),
            Part::Links(vec![file.clone()]),
            // As wide as the frame, without the list of small pages beside it.
            Part::Viewer(
                format!("{}#navpanes=0&view=FitH", file.0),
                l.t("console-visual-sheets"),
            ),
        ];
    };
    let mut links = vec![(format!("{base}#pages"), l.t("console-visual-fit"))];
    links.extend([100, 150, 200].map(|one| {
        let words = l.t1("console-visual-zoom", "n", one.to_string());
        (format!("{base}?dpi={one}#pages"), words)
    }));
    links.push(file);
    let fit = dpi.is_none();
    let dpi = dpi.unwrap_or(150);
    // Many pages are looked at one after another: the browser asks for each as it comes in sight.
    let pictures = (0..count.min(100)).map(|page| Picture {
        src: format!("{base}/pages/{}?dpi={dpi}", page + 1),
        alt: l.t1("console-visual-page-alt", "n", (page + 1).to_string()),
        caption: l.t2(
            "console-visual-page-of",
            "n",
            (page + 1).to_string(),
            "all",
            count.to_string(),
        ),
    });
    vec![Part::Links(links), Part::Pages(pictures.collect(), fit)]
}

fn verdict(l: &L, case: &VisualCase, now: Timestamp) -> Verdict {
    let v = &case.verification;
    let checks = v.steps.iter().map(|step| Check {
        label: l.pick(step.step.zh(), step.step.en()).to_owned(),
        outcome: match step.passed {
            Some(true) => CheckOutcome::Passed,
            Some(false) => CheckOutcome::Failed,
            None => CheckOutcome::Skipped,
        },
        reason: match step.reason {
            Some(reason) => l.pick(reason.zh(), reason.en()).to_owned(),
            None => step.evidence.clone(),
        },
        at: ui::second(time::beijing(step.at)),
    });
    let (tone, key) = match v.valid {
        true => (NoticeTone::Ok, "console-visual-machine-good"),
        false => (NoticeTone::Bad, "console-visual-machine-bad"),
    };
    Verdict {
        tone,
        headline: l.t(key),
        explanation: l.t("console-visual-machine"),
        checks: checks.collect(),
        number: v.number.clone(),
        checked_at: words::at(l, v.at, now),
        ..Verdict::default()
    }
}

fn fields(l: &L, case: &VisualCase) -> Part {
    if case.fields.is_empty() {
        return Part::Note(Notice::info(l.t("console-visual-unknown")));
    }
    let rows = case.fields.iter().map(|field| {
        Row::new(vec![
            Cell::text(field.name.clone()),
            Cell::text(field.in_file.clone().unwrap_or_else(|| "—".into())),
            Cell::text(match &field.in_library {
                Some(value) => value.clone(),
                None if field.is_hidden => l.t("console-visual-hidden"),
                None => "—".into(),
            }),
            Cell::text(match field.same {
                Some(true) => l.t("console-visual-same"),
                Some(false) => l.t("console-visual-different"),
                None => "—".into(),
            }),
        ])
    });
    let columns = ["field", "in-file", "in-library", "compared"]
        .map(|key| Column::new(l.t(&format!("console-visual-{key}"))));
    Part::Table(Table {
        caption: l.t("console-visual-data"),
        columns: columns.to_vec(),
        rows: rows.collect(),
        ..Table::default()
    })
}

fn seen(acting: &Acting, l: &L, case: &VisualCase, number: &str, form: Option<Form>) -> Vec<Part> {
    let check = &case.check;
    if let (Some(seen), Some(at)) = (check.seen, check.decided_at) {
        let mut rows = vec![
            KeyValue::new(l.t("console-visual-seen"), l.pick(seen.zh(), seen.en())),
            KeyValue::new(
                l.t("console-visual-decided"),
                words::at(l, at, acting.ctx.now()),
            ),
            KeyValue::new(l.t("console-visual-officer"), &check.officer),
        ];
        if !check.note.is_empty() {
            rows.push(KeyValue::new(l.t("console-visual-note"), &check.note));
        }
        return vec![Part::Facts(KeyValues::new(rows))];
    }
    vec![Part::Form(Act {
        action: format!("/desk/verify/{}/seen", enc(number)),
        form: form.unwrap_or_else(|| seen_form(l)),
        hidden: Vec::new(),
        button: l.t("console-visual-record"),
        kind: "pri",
    })]
}

pub(super) async fn page(
    Staff(acting): Staff,
    shell: Shell,
    Path((number, page)): Path<(String, String)>,
    QueryData(query): QueryData,
) -> Answer {
    let at: usize = page.parse().unwrap_or(0);
    let Some(at) = at.checked_sub(1) else {
        return Err(shell.fail(StatusCode::NOT_FOUND));
    };
    let dpi = query.get("dpi").parse().unwrap_or(100);
    let drawn = licences::visual_page(&acting.ctx, &number, at, dpi)
        .await
        .or_page(&shell)?;
    Ok(files::file("page.png", "image/png", drawn.png))
}

pub(super) async fn file(Staff(acting): Staff, shell: Shell, Path(number): Path<String>) -> Answer {
    let bytes = licences::visual_file(&acting.ctx, &number)
        .await
        .or_page(&shell)?;
    Ok(match bytes.starts_with(b"%PDF") {
        true => files::file("document.pdf", "application/pdf", bytes),
        false => files::file("document.ofd", "application/ofd", bytes),
    })
}

//! One batch: what it is, how far it is, what was found, what is to be done.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::IntoResponse;
use cleaning::RuleSet;
use collection::{Batch, BatchState, Count, Summary, Work, WorkKind, WorkState};
use kernel::Permission;
use licences::State;
use ui::view::{
    Cell, Column, ConfirmDialog, Form, KeyValue, KeyValues, Notice, Progress, Row, Table,
};
use ui::{Chip, L, Shell};

use super::list::chip;
use super::{HOME, of};
use crate::reply::{Answer, OrPage};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};
use crate::words;

pub(super) async fn show(Staff(acting): Staff, shell: Shell, Path(key): Path<String>) -> Answer {
    let l = shell.l();
    let ctx = &acting.ctx;
    let batch = collection::batch(ctx, &key).await.or_page(&shell)?;
    let works = collection::works(ctx, &key).await.or_page(&shell)?;
    let counts = collection::counts(ctx, &key).await.or_page(&shell)?;
    let open = works.iter().find(|work| is_open(work));
    let mut sheet = Sheet::new(batch.body.file_name.clone())
        .crumb(l.t("console-menu-collection"), HOME)
        .block(
            "facts",
            l.t("console-collect-facts"),
            facts(&acting, &l, &batch).await,
        );
    let next = match open {
        Some(work) => running(&l, &shell, &batch, work),
        None => next(&acting, &l, &shell, &batch, &counts),
    };
    sheet = sheet.block("next", l.t("console-collect-next"), next);
    if let Some(summary) = &batch.summary {
        let title = match batch.state {
            BatchState::Scanning | BatchState::Uploaded | BatchState::Looked => {
                l.t("console-collect-trial")
            }
            BatchState::Taken | BatchState::Ended => l.t("console-collect-result"),
        };
        sheet = sheet.block("cleaning", title, cleaned(&l, &batch, summary));
    }
    sheet = sheet.block(
        "states",
        l.t("console-collect-states"),
        states(&acting, &l, &batch, &counts).await.or_page(&shell)?,
    );
    if batch.body.unreadable_rows > 0 {
        sheet = sheet.block(
            "unreadable",
            l.t("console-collect-unreadable"),
            unreadable(&l, &batch),
        );
    }
    sheet
        .block(
            "works",
            l.t("console-collect-works"),
            told(&acting, &l, &works).await,
        )
        .show(&acting, &shell)
        .await
}

fn is_open(work: &Work) -> bool {
    matches!(work.state, WorkState::Running | WorkState::Paused)
}

async fn facts(acting: &Acting, l: &L, batch: &Batch) -> Vec<Part> {
    let class = batch.source_class;
    let rows = vec![
        KeyValue::new(l.t("console-collect-system"), batch.source_system.clone()),
        KeyValue::new(
            l.t("console-collect-class"),
            format!("{} {}", class.code(), l.pick(class.zh(), class.en())),
        ),
        KeyValue::new(l.t("console-collect-rows"), batch.rows.to_string()),
        KeyValue::new(
            l.t("console-collect-collector"),
            words::officer(acting, l, &batch.collector).await,
        ),
        KeyValue::new(
            l.t("console-collect-at"),
            words::at(l, batch.started_at, acting.ctx.now()),
        ),
        KeyValue::new(l.t("console-collect-state"), chip(l, batch.state).words(l)),
    ];
    vec![Part::Facts(KeyValues::new(rows))]
}

pub(super) fn bar(l: &L, key: &str, work: &Work) -> Progress {
    let (done, total) = match work.kind {
        WorkKind::Look => (work.place, work.total),
        // Of what is taken in, those that were discarded count among the done.
        WorkKind::Take => (work.done, work.total),
        WorkKind::Read | WorkKind::Check | WorkKind::Issue => (work.done + work.failed, work.total),
    };
    let words = l.t2(
        "console-collect-so-far",
        "done",
        done.min(total).to_string(),
        "total",
        total.to_string(),
    );
    Progress {
        label: l.pick(work.kind.zh(), work.kind.en()).to_owned(),
        done: done.min(total),
        total,
        words,
        exchange: match work.state {
            WorkState::Running => format!("{}/progress", of(key)),
            _ => String::new(),
        },
    }
}

/// The bar alone, for a page that stands open; whoever asks when nothing runs any more is sent to
/// the page, which then says how it ended.
pub(super) async fn progress(
    Staff(acting): Staff,
    shell: Shell,
    Path(key): Path<String>,
) -> Answer {
    let works = collection::works(&acting.ctx, &key).await.or_page(&shell)?;
    let l = shell.l();
    match works.iter().find(|work| work.state == WorkState::Running) {
        Some(work) => Ok(ui::html(&bar(&l, &key, work).inner())),
        None => Ok(ui::see_other(&of(&key)).into_response()),
    }
}

/// What is done by one press, with what follows from it.
fn go(l: &L, key: &str, act: &str, kind: &'static str) -> [Part; 2] {
    let form = Act {
        action: format!("{}/act", of(key)),
        form: Form::new(Vec::new()),
        hidden: vec![("act".into(), act.into())],
        button: l.t(&format!("console-collect-act-{act}")),
        kind,
    };
    let then = l.t(&format!("console-collect-then-{act}"));
    [Part::Text(then), Part::Form(form)]
}

/// What is asked again before it is done.
fn ask(l: &L, shell: &Shell, key: &str, act: &str, small: bool) -> Part {
    let words = l.t(&format!("console-collect-act-{act}"));
    Part::Confirm(ConfirmDialog {
        trigger: words.clone(),
        title: l.t(&format!("console-collect-ask-{act}")),
        body: l.t(&format!("console-collect-then-{act}")),
        action: format!("{}/act", of(key)),
        hidden: vec![("act".into(), act.into())],
        confirm: words,
        csrf: shell.csrf(),
        small,
        ..ConfirmDialog::default()
    })
}

fn running(l: &L, shell: &Shell, batch: &Batch, work: &Work) -> Vec<Part> {
    let key = &batch.batch_key;
    let mut parts = vec![Part::Progress(bar(l, key, work))];
    match work.state {
        WorkState::Paused => {
            let why = match work.note.is_empty() {
                true => l.t("console-collect-paused"),
                false => l.t1("console-collect-interrupted", "why", work.note.as_str()),
            };
            parts.push(Part::Note(Notice::warn(why)));
            parts.extend(go(l, key, "resume", "pri"));
            parts.push(ask(l, shell, key, "stop", true));
        }
        _ => parts.extend(go(l, key, "pause", "")),
    }
    parts
}

/// What can be done now by whoever reads it.
fn next(acting: &Acting, l: &L, shell: &Shell, batch: &Batch, counts: &[Count]) -> Vec<Part> {
    let key = &batch.batch_key;
    let actor = &acting.ctx.actor;
    let may = |permission: Permission| !actor.scopes(permission).is_empty();
    let n = |state: State| -> u64 {
        let these = counts.iter().filter(|count| count.state == state);
        these.map(|count| count.n).sum()
    };
    let mut parts = Vec::new();
    let columns = (
        format!("{}/columns", of(key)),
        l.t("console-collect-columns"),
    );
    let collects = actor
        .require(Permission::LicenceCollect, &batch.target())
        .is_ok();
    let stack = (super::scan::of(key), l.t("console-scan-open"));
    match batch.state {
        BatchState::Scanning => {
            parts.push(Part::Text(l.t("console-collect-say-scanning")));
            if collects {
                parts.push(Part::Links(vec![stack.clone()]));
            }
        }
        BatchState::Uploaded => {
            parts.push(Part::Text(l.t("console-collect-say-uploaded")));
            if collects {
                parts.push(Part::Links(vec![columns]));
                parts.extend(go(l, key, "look", "pri"));
            }
        }
        BatchState::Looked => {
            parts.push(Part::Text(l.t("console-collect-say-looked")));
            if collects {
                // What a stack's columns are follows from its licence type.
                let scanned = batch.scanned_type().is_some();
                parts.push(Part::Links(vec![if scanned { stack } else { columns }]));
                parts.extend(go(l, key, "take", "pri"));
            }
        }
        BatchState::Taken => {
            let (collected, checked) = (n(State::Collected), n(State::Checked));
            let words = match (collected, checked) {
                (0, 0) => "console-collect-say-done",
                (0, _) => "console-collect-say-checked",
                _ => "console-collect-say-taken",
            };
            parts.push(Part::Text(l.t(words)));
            let other = actor.id != batch.collector;
            if collected > 0 && may(Permission::LicenceCheck) && other {
                parts.push(ask(l, shell, key, "check", false));
            }
            if checked > 0 && may(Permission::LicenceIssue) {
                parts.extend(go(l, key, "issue", "pri"));
            }
            if !collects {
                return parts;
            }
            let mut links = vec![(
                format!("{}/report.csv", of(key)),
                l.t("console-collect-report"),
            )];
            if batch.scanned_type().is_some() {
                links.push(stack);
            }
            let back = batch
                .summary
                .as_ref()
                .and_then(|s| s.by_action.get("return_to_source"));
            if back.is_some_and(|n| *n > 0) {
                links.push((
                    format!("{}/returned/0", of(key)),
                    l.t("console-collect-returned"),
                ));
            }
            parts.push(Part::Links(links));
        }
        BatchState::Ended => parts.push(Part::Text(l.t("console-collect-say-ended"))),
    }
    if batch.state != BatchState::Ended && collects {
        parts.push(ask(l, shell, key, "end", true));
    }
    parts
}

/// The sums of cleaning, by what was done and by rule.
fn cleaned(l: &L, batch: &Batch, summary: &Summary) -> Vec<Part> {
    let rows = cleaning::Action::ALL.iter().map(|action| {
        let n = summary.by_action.get(action.code()).copied();
        let words = l.pick(action.zh(), action.en()).to_owned();
        let cell = match batch.state {
            BatchState::Taken | BatchState::Ended => Cell::link(
                format!("{}/rows?action={}", of(&batch.batch_key), action.code()),
                words,
            ),
            _ => Cell::text(words),
        };
        Row::new(vec![cell, Cell::text(n.unwrap_or(0).to_string())])
    });
    let table = |caption: &str, first: &str, rows: Vec<Row>| {
        Part::Table(Table {
            caption: l.t(caption),
            show_caption: true,
            columns: vec![
                Column::new(l.t(first)),
                Column::new(l.t("console-collect-rows")).number(),
            ],
            rows,
            ..Table::default()
        })
    };
    let mut parts = vec![table(
        "console-collect-by-action",
        "console-collect-action",
        rows.collect(),
    )];
    let names: BTreeMap<String, String> = RuleSet::standard()
        .map(|set| {
            let all = set.rules().iter();
            all.map(|rule| {
                (
                    rule.code.clone(),
                    l.pick(&rule.name.zh, &rule.name.en).to_owned(),
                )
            })
            .collect()
        })
        .unwrap_or_default();
    let own = |code: &str| match code {
        collection::IN_LIBRARY => l.t("console-collect-in-library"),
        collection::OUT_OF_SCOPE => l.t("console-collect-out-of-scope"),
        other => names.get(other).cloned().unwrap_or_default(),
    };
    let rules: Vec<Row> = summary
        .by_rule
        .iter()
        .map(|(code, n)| {
            let words = format!("{code} {}", own(code));
            Row::new(vec![Cell::text(words), Cell::text(n.to_string())])
        })
        .collect();
    if !rules.is_empty() {
        parts.push(table(
            "console-collect-by-rule",
            "console-collect-rule",
            rules,
        ));
    }
    parts
}

/// How many rows of which issuer are in which state.
async fn states(
    acting: &Acting,
    l: &L,
    batch: &Batch,
    counts: &[Count],
) -> Result<Vec<Part>, kernel::Problem> {
    if counts.is_empty() {
        return Ok(Vec::new());
    }
    let directory = agencies::directory(&acting.ctx).await?;
    let rows = counts.iter().map(|count| {
        let name = directory.agency(&count.agency).map(|one| one.name.clone());
        let state = Chip::licence(count.state.code(), false).words(l);
        let (words, problem) = match count.problem {
            true => (l.t1("console-collect-stuck", "state", state), "&problem=1"),
            false => (state, ""),
        };
        let href = format!(
            "{}/rows?state={}{problem}",
            of(&batch.batch_key),
            count.state.code()
        );
        Row::new(vec![
            Cell::link(href, words),
            Cell::text(name.unwrap_or_else(|| l.t("console-collect-no-issuer"))),
            Cell::text(count.n.to_string()),
        ])
    });
    Ok(vec![Part::Table(Table {
        caption: l.t("console-collect-states"),
        columns: vec![
            Column::new(l.t("console-collect-state")),
            Column::new(l.t("console-collect-issuer")),
            Column::new(l.t("console-collect-rows")).number(),
        ],
        rows: rows.collect(),
        ..Table::default()
    })])
}

fn unreadable(l: &L, batch: &Batch) -> Vec<Part> {
    let n = batch.body.unreadable_rows.to_string();
    let mut parts = vec![Part::Note(Notice::warn(l.t1(
        "console-collect-unreadable-n",
        "n",
        n,
    )))];
    parts.extend(batch.body.unreadable.iter().cloned().map(Part::Text));
    parts
}

/// What was done to the batch, newest first.
async fn told(acting: &Acting, l: &L, works: &[Work]) -> Vec<Part> {
    if works.is_empty() {
        return Vec::new();
    }
    let now = acting.ctx.now();
    let mut rows = Vec::new();
    for work in works {
        rows.push(Row::new(vec![
            Cell::text(l.pick(work.kind.zh(), work.kind.en()).to_owned()),
            Cell::text(l.pick(work.state.zh(), work.state.en()).to_owned()),
            Cell::text(words::officer(acting, l, &work.ordered_by).await),
            Cell::text(words::at(l, work.started_at, now)),
            Cell::text(words::maybe(l, work.ended_at, now)),
            Cell::text(work.done.to_string()),
            Cell::text(work.failed.to_string()),
        ]));
    }
    let column = |key: &str| Column::new(l.t(&format!("console-collect-{key}")));
    vec![Part::Table(Table {
        caption: l.t("console-collect-works"),
        columns: vec![
            column("work"),
            column("state"),
            column("by"),
            column("begun"),
            column("ended"),
            column("done").number(),
            column("failed").number(),
        ],
        rows,
        ..Table::default()
    })]
}

//! The person's cases: list and detail.

use axum::extract::{Path, RawQuery};
use cases::{CaseRow, Detail, State};
use jiff::Timestamp;
use ui::view::{
    Cell, Clock, Column, ConfirmDialog, Entry, EntryState, KeyValue, KeyValues, Pager, Row, Table,
    Timeline,
};
use ui::{Chip, L, Nav, Page, Posted, Shell, html};

use super::{Document, documents};
use crate::home::row_action;
use crate::reply::{Answer, OrPage, enc, page_of, query, told};
use crate::session::SignedIn;
use crate::words;

/// Cases as a table; the last column leads to what is to be done.
pub(super) fn table(l: &L, rows: &[CaseRow], now: Timestamp, caption: String) -> Table {
    let row = |row: &CaseRow| {
        let (href, action) = row_action(l, row);
        Row::new(vec![
            Cell::Link {
                href: href.clone(),
                label: row.item_name.clone(),
                note: row
                    .case_no
                    .clone()
                    .unwrap_or_else(|| l.t("portal-no-number")),
            },
            Cell::Chip(Chip::case(row.state.code(), None)),
            Cell::Clock(Clock::of(l, row.reading.as_ref(), row.state.code(), now)),
            Cell::Text(words::at(l, row.updated_at, now)),
            Cell::Actions(vec![ui::view::Action {
                label: action,
                href,
                about: row.item_name.clone(),
            }]),
        ])
    };
    Table {
        caption,
        columns: vec![
            Column::new(l.t("portal-col-item")),
            Column::new(l.t("portal-col-state")),
            Column::new(l.t("portal-col-time")),
            Column::new(l.t("portal-col-changed")),
            Column::new(l.t("portal-col-do")),
        ],
        rows: rows.iter().map(row).collect(),
        ..Table::default()
    }
}

#[derive(askama::Template)]
#[template(path = "portal/my_cases.html")]
struct ListPage {
    page: Page,
    table: Table,
    pager: Pager,
}

pub(super) async fn list(shell: Shell, SignedIn(me): SignedIn, RawQuery(raw): RawQuery) -> Answer {
    let (l, query) = (shell.l(), query(raw));
    let found = cases::my_cases(&me.ctx, page_of(&query))
        .await
        .or_page(&shell)?;
    let title = l.t("portal-my-cases");
    Ok(html(&ListPage {
        page: shell
            .page(&title)
            .nav(Nav::My)
            .crumb(l.t("my-space"), "/my")
            .crumb_here(title.clone())
            .private(),
        pager: Pager::of(&found, "/my/cases", &query),
        table: table(&l, &found.rows, me.ctx.now(), title),
    }))
}

#[derive(askama::Template)]
#[template(path = "portal/my_case.html")]
struct CasePage {
    page: Page,
    name: String,
    chip: Chip,
    clock: Clock,
    /// What the person does next.
    next: String,
    facts: KeyValues,
    correct: Option<String>,
    withdraw: Option<ConfirmDialog>,
    documents: Vec<Document>,
    licence: Option<String>,
    materials: KeyValues,
    timeline: Timeline,
}

fn facts(l: &L, detail: &Detail, agency: String, now: Timestamp) -> KeyValues {
    let d = &detail.case.data;
    let mut rows = vec![
        KeyValue::new(l.t("portal-case-no"), detail.case.number()).digits(),
        KeyValue::new(l.t("portal-agency"), agency),
    ];
    let mut time = |key: &str, at: Option<Timestamp>| {
        if let Some(at) = at {
            rows.push(KeyValue::new(l.t(key), words::at(l, at, now)));
        }
    };
    time("portal-at-submitted", d.submitted_at);
    time(
        "portal-at-provisional",
        d.provisional.as_ref().map(|m| m.at),
    );
    time("portal-at-accepted", d.accepted_at);
    time("portal-at-decided", d.decided_at);
    time("portal-at-completed", d.completed_at);
    if let Some(deadline) = detail.case.deadline {
        rows.push(KeyValue::new(
            l.t("portal-your-deadline"),
            words::before(l, deadline, now),
        ));
    }
    if let Some(decision) = &d.decision {
        let key = if decision.approve {
            "portal-approved"
        } else {
            "portal-rejected"
        };
        rows.push(KeyValue::new(l.t("portal-decision"), l.t(key)).note(decision.reason.clone()));
    }
    if let Some(result) = &d.result {
        rows.push(KeyValue::new(l.t("portal-result"), &result.name));
    }
    if let Some(fee) = &d.fee {
        let key = if fee.paid_at.is_some() {
            "portal-fee-paid"
        } else {
            "portal-fee-open"
        };
        rows.push(KeyValue::new(l.t("portal-fact-fee"), ui::money(l, fee.amount)).note(l.t(key)));
    }
    if let Some(parcel) = &d.parcel {
        rows.push(KeyValue::new(l.t("portal-parcel"), parcel).digits());
    }
    KeyValues::new(rows)
}

fn timeline(l: &L, detail: &Detail, now: Timestamp, name: impl Fn(&str) -> String) -> Timeline {
    let bad = [State::NotAccepted, State::Aborted];
    let entries = detail
        .steps
        .iter()
        .rev()
        .filter(|step| !step.open.event.is_of_pool())
        .enumerate()
        .map(|(i, step)| Entry {
            what: words::event(l, step.open.event),
            when: words::at(l, step.open.ended_at, now),
            at: step.open.ended_at.to_string(),
            who: name(&step.open.agency),
            note: Some(step.private.opinion.clone()).filter(|o| !o.is_empty()),
            state: match (i, bad.contains(&step.open.to)) {
                (_, true) => EntryState::Bad,
                (0, false) => EntryState::Now,
                _ => EntryState::Done,
            },
            ..Entry::default()
        });
    Timeline(entries.collect())
}

fn how(l: &L, material: &cases::CaseMaterial) -> String {
    use cases::Collected as C;
    match &material.collected {
        C::Licence { .. } => l.t("portal-source-licence"),
        C::File { .. } => l.t("portal-way-file"),
        C::Form => l.t("portal-source-form"),
        C::Shared { source } => l.t1("portal-source-shared", "name", source),
        C::Promised => l.t("material-PROMISED"),
        C::Paper => l.t("portal-way-paper"),
    }
}

pub(super) async fn show(shell: Shell, SignedIn(me): SignedIn, Path(no): Path<String>) -> Answer {
    let (l, now) = (shell.l(), me.ctx.now());
    let case_id = cases::key_of(&me.ctx, &no).await.or_page(&shell)?;
    let detail = cases::detail(&me.ctx, &case_id).await.or_page(&shell)?;
    let directory = agencies::directory(&me.ctx).await.or_page(&shell)?;
    let named = |code: &str| {
        directory
            .agency(code)
            .map_or_else(|| code.to_owned(), |agency| agency.name.clone())
    };
    let (case, name) = (&detail.case, detail.case.data.item_name.clone());
    let correcting = matches!(case.state, State::Correcting | State::CorrectingInReview);
    let withdraw = case.is_withdrawable().then(|| ConfirmDialog {
        trigger: l.t("portal-withdraw"),
        title: l.t1("portal-withdraw-title", "name", &name),
        body: l.t("portal-withdraw-body"),
        action: format!("/my/cases/{}/withdraw", enc(&no)),
        reason: Some(l.t("portal-withdraw-reason")),
        confirm: l.t("portal-withdraw"),
        csrf: shell.csrf(),
        ..ConfirmDialog::default()
    });
    let rows = detail.materials.iter().map(|m| {
        let row = KeyValue::new(&m.name, how(&l, m));
        match &m.collected {
            cases::Collected::File { file_key } => row.href(format!("/files/{file_key}")),
            cases::Collected::Licence { licence_key } => row.href(format!("/wallet/{licence_key}")),
            _ => row,
        }
    });
    let licence = case
        .data
        .result
        .as_ref()
        .and_then(|r| r.licence_key.clone());
    Ok(html(&CasePage {
        page: shell
            .page(&name)
            .nav(Nav::My)
            .crumb(l.t("portal-my-cases"), "/my/cases")
            .crumb_here(no.clone())
            .private(),
        chip: words::chip(case),
        clock: Clock::of(&l, detail.reading.as_ref(), case.state.code(), now),
        next: words::next(&l, case.state),
        facts: facts(&l, &detail, named(&case.data.agency), now),
        correct: correcting.then(|| format!("/cases/{}/correct", enc(&no))),
        withdraw,
        documents: documents(&shell, &me, &case_id).await?,
        licence: licence.map(|key| format!("/wallet/{key}")),
        materials: KeyValues::new(rows.collect()),
        timeline: timeline(&l, &detail, now, named),
        name,
    }))
}

pub(super) async fn withdraw(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(no): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let case_id = cases::key_of(&me.ctx, &no).await.or_page(&shell)?;
    let typed = data.get("reason");
    let reason = if typed.is_empty() {
        l.t("portal-withdraw")
    } else {
        typed.to_owned()
    };
    let outcome = cases::withdraw(&me.ctx, &case_id, &reason)
        .await
        .map(|_| ());
    told(
        &shell,
        outcome,
        l.t("portal-withdrawn"),
        &format!("/my/cases/{}", enc(&no)),
    )
}

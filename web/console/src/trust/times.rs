//! The list of time stamp services, with what may be done to each, and what was sealed without.

use axum::http::StatusCode;
use seals::{Lapse, ServiceState, StampDigest, StampRule, StampedKind, TimeService};
use ui::chips::{Chip, Kind};
use ui::view::{
    Cell, Choice, Column, ConfirmDialog, Empty, Field, Form, KeyValue, KeyValues, Notice, Row,
    Table,
};
use ui::{L, Shell};

use super::{HOME, TIMES};
use crate::reply::{Answer, OrPage};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};
use crate::words;

/// Lapses shown.
const LAPSES: u32 = 20;

pub(super) fn proposal_form(l: &L) -> Form {
    let kinds = StampedKind::ALL
        .iter()
        .map(|kind| Choice::new(kind.code(), l.pick(kind.zh(), kind.en())))
        .collect();
    let digests = StampDigest::ALL
        .iter()
        .map(|digest| Choice::new(digest.code(), digest.zh()))
        .collect();
    let rules = StampRule::ALL.iter().map(|rule| {
        Choice::new(rule.code(), l.pick(rule.zh(), rule.en()))
            .hint(l.t(&format!("console-times-rule-{}", rule.code())))
    });
    Form::new(vec![
        Field::text("name", l.t("console-times-name"))
            .hint(l.t("console-times-name-hint"))
            .max_length(80),
        Field::text("url", l.t("console-times-url"))
            .hint(l.t("console-times-url-hint"))
            .max_length(300),
        Field::radio("digest", l.t("console-times-digest"), digests)
            .value(StampDigest::Sha256.code()),
        Field::checkbox("kinds", l.t("console-times-kinds"), kinds),
        Field::radio("rule", l.t("console-times-rule"), rules.collect())
            .value(StampRule::Reachable.code()),
    ])
}

pub(super) async fn list(Staff(acting): Staff, shell: Shell) -> Answer {
    page(&acting, &shell, proposal_form(&shell.l()), StatusCode::OK).await
}

pub(super) async fn page(acting: &Acting, shell: &Shell, form: Form, code: StatusCode) -> Answer {
    let l = shell.l();
    let services = seals::time_services(&acting.ctx).await.or_page(shell)?;
    let lapses = seals::lapses(&acting.ctx, LAPSES).await.or_page(shell)?;
    let act = Act {
        action: TIMES.into(),
        form,
        hidden: Vec::new(),
        button: l.t("console-trust-propose"),
        kind: "pri",
    };
    let mut sheet = Sheet::new(l.t("console-times-title"))
        .sub(l.t("console-times-sub"))
        .crumb(l.t("console-trust-title"), HOME);
    if services.is_empty() {
        let none = Empty::new("clock", l.t("console-times-none"));
        sheet = sheet.block("none", l.t("console-times-list"), vec![Part::Empty(none)]);
    }
    for (place, service) in services.iter().enumerate() {
        let parts = one(acting, shell, service);
        sheet = sheet.block(&format!("service-{place}"), service.name.clone(), parts);
    }
    if !lapses.is_empty() {
        let table = lapsed(acting, &l, &lapses);
        sheet = sheet.block("lapses", l.t("console-times-lapses"), vec![table]);
    }
    sheet
        .block("new", l.t("console-times-new"), vec![Part::Form(act)])
        .show_as(code, acting, shell)
        .await
}

fn one(acting: &Acting, shell: &Shell, service: &TimeService) -> Vec<Part> {
    let (l, now) = (shell.l(), acting.ctx.now());
    let kinds: Vec<&str> = service
        .kinds
        .iter()
        .map(|kind| l.pick(kind.zh(), kind.en()))
        .collect();
    let mut rows = vec![
        KeyValue::new(
            l.t("console-trust-state"),
            Chip::new(Kind::TimeService, service.state.code()).words(&l),
        ),
        KeyValue::new(l.t("console-times-url"), &service.url),
        KeyValue::new(l.t("console-times-digest"), service.digest.zh()),
        KeyValue::new(l.t("console-times-kinds"), kinds.join(l.pick("、", ", "))),
        KeyValue::new(
            l.t("console-times-rule"),
            l.pick(service.rule.zh(), service.rule.en()),
        ),
    ];
    let who = |by: &str, at| format!("{by} {}", words::at(&l, at, now));
    rows.push(KeyValue::new(
        l.t("console-trust-proposed"),
        who(&service.proposed_by, service.proposed_at),
    ));
    if let (Some(by), Some(at)) = (&service.approved_by, service.approved_at) {
        rows.push(KeyValue::new(l.t("console-times-approved"), who(by, at)));
    }
    if let (Some(by), Some(at)) = (&service.decided_by, service.decided_at)
        && service.decided_at != service.approved_at
    {
        rows.push(KeyValue::new(l.t("console-times-last"), who(by, at)));
    }
    if !service.reason.is_empty() {
        rows.push(KeyValue::new(l.t("console-trust-reason"), &service.reason));
    }
    let mut parts = vec![Part::Facts(KeyValues::new(rows))];
    parts.extend(acts(acting, shell, service));
    parts
}

fn acts(acting: &Acting, shell: &Shell, service: &TimeService) -> Vec<Part> {
    let l = shell.l();
    let hidden = vec![("service".to_owned(), service.key.clone())];
    let confirm = |what: &str, reason: bool| {
        let text = |part: &str| {
            l.t1(
                &format!("console-times-{what}-{part}"),
                "name",
                &service.name,
            )
        };
        Part::Confirm(ConfirmDialog {
            trigger: text("trigger"),
            title: text("title"),
            body: text("body"),
            action: format!("{TIMES}/{what}"),
            hidden: hidden.clone(),
            reason: reason.then(|| l.t("console-trust-reason")),
            confirm: text("trigger"),
            csrf: shell.csrf(),
            small: matches!(what, "approve" | "resume"),
            ..ConfirmDialog::default()
        })
    };
    let try_out = Part::Form(Act {
        action: format!("{TIMES}/try"),
        form: Form::new(Vec::new()),
        hidden: hidden.clone(),
        button: l.t("console-times-try"),
        kind: "",
    });
    match service.state {
        ServiceState::Proposed if service.proposed_by == acting.ctx.actor.id => vec![
            Part::Note(Notice::info(l.t("console-times-second"))),
            try_out,
            confirm("refuse", true),
        ],
        ServiceState::Proposed => vec![try_out, confirm("approve", false), confirm("refuse", true)],
        ServiceState::Active => vec![try_out, confirm("pause", true), confirm("end", true)],
        ServiceState::Paused => vec![try_out, confirm("resume", false), confirm("end", true)],
        ServiceState::Refused | ServiceState::Ended => Vec::new(),
    }
}

fn lapsed(acting: &Acting, l: &L, lapses: &[Lapse]) -> Part {
    let columns = ["at", "purpose", "format", "lack", "why"]
        .map(|key| Column::new(l.t(&format!("console-times-lapse-{key}"))));
    let rows = lapses.iter().map(|lapse| {
        Row::new(vec![
            Cell::text(words::at(l, lapse.at, acting.ctx.now())),
            Cell::text(lapse.purpose.clone()),
            Cell::text(lapse.format.to_uppercase()),
            Cell::text(l.pick(lapse.lack.zh(), lapse.lack.en())),
            Cell::text(lapse.why.clone()),
        ])
    });
    Part::Table(Table {
        caption: l.t("console-times-lapses"),
        columns: columns.to_vec(),
        rows: rows.collect(),
        ..Table::default()
    })
}

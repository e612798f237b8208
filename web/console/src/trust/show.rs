//! The list of roots, own and foreign, with what may be done to each.

use axum::http::StatusCode;
use gm::Certificate;
use jiff::Timestamp;
use kernel::time;
use seals::{OwnRoot, RootScope, RootState, TrustedRoot};
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

pub(super) fn proposal_form(l: &L) -> Form {
    let scopes = RootScope::ALL
        .iter()
        .map(|scope| Choice::new(scope.code(), l.pick(scope.zh(), scope.en())))
        .collect();
    Form::new(vec![
        Field::text("name", l.t("console-trust-name"))
            .hint(l.t("console-trust-name-hint"))
            .max_length(80),
        Field::textarea("certificates", l.t("console-trust-pem"), 8)
            .hint(l.t("console-trust-pem-hint"))
            .max_length(60_000),
        Field::radio("scope", l.t("console-trust-scope"), scopes).value(RootScope::Seals.code()),
        Field::text("basis", l.t("console-trust-basis"))
            .hint(l.t("console-trust-basis-hint"))
            .max_length(200),
        Field::date("valid_from", l.t("console-trust-from")),
        Field::date("valid_to", l.t("console-trust-to")).hint(l.t("console-trust-to-hint")),
    ])
}

pub(super) async fn list(Staff(acting): Staff, shell: Shell) -> Answer {
    page(&acting, &shell, proposal_form(&shell.l()), StatusCode::OK).await
}

pub(super) async fn page(acting: &Acting, shell: &Shell, form: Form, code: StatusCode) -> Answer {
    let l = shell.l();
    let roots = seals::roots(&acting.ctx).await.or_page(shell)?;
    let own = seals::own_roots(&acting.ctx).await.or_page(shell)?;
    let act = Act {
        action: HOME.into(),
        form,
        hidden: Vec::new(),
        button: l.t("console-trust-propose"),
        kind: "pri",
    };
    let mut sheet = Sheet::new(l.t("console-trust-title")).sub(l.t("console-trust-sub"));
    if roots.is_empty() {
        let none = Empty::new("lock", l.t("console-trust-none"));
        sheet = sheet.block(
            "foreign",
            l.t("console-trust-foreign"),
            vec![Part::Empty(none)],
        );
    }
    for (place, root) in roots.iter().enumerate() {
        let parts = one(acting, shell, root);
        sheet = sheet.block(&format!("root-{place}"), root.name.clone(), parts);
    }
    sheet
        .block(
            "own",
            l.t("console-trust-own"),
            vec![Part::Table(own_table(&l, &own, acting.ctx.now()))],
        )
        .block("new", l.t("console-trust-new"), vec![Part::Form(act)])
        .block(
            "times",
            l.t("console-times-title"),
            vec![
                Part::Text(l.t("console-times-sub")),
                Part::Links(vec![(TIMES.into(), l.t("console-times-open"))]),
            ],
        )
        .show_as(code, acting, shell)
        .await
}

fn one(acting: &Acting, shell: &Shell, root: &TrustedRoot) -> Vec<Part> {
    let (l, now) = (shell.l(), acting.ctx.now());
    let day = |at| ui::date(&l, time::beijing_date(at));
    let mut rows = vec![
        KeyValue::new(
            l.t("console-trust-state"),
            Chip::new(Kind::Root, root.state.code()).words(&l),
        ),
        KeyValue::new(
            l.t("console-trust-scope"),
            l.pick(root.scope.zh(), root.scope.en()),
        ),
        KeyValue::new(
            l.t("console-trust-period"),
            l.t2(
                "console-trust-from-to",
                "from",
                day(root.valid_from),
                "to",
                day(root.valid_to),
            ),
        ),
        KeyValue::new(l.t("console-trust-basis"), &root.basis),
    ];
    rows.extend(certificate(&l, &root.root));
    for below in &root.below {
        let subject = Certificate::from_der(below).map(|one| one.subject());
        rows.push(KeyValue::new(
            l.t("console-trust-below"),
            subject.unwrap_or_default(),
        ));
    }
    let who = |by: &str, at| format!("{by} {}", words::at(&l, at, now));
    rows.push(KeyValue::new(
        l.t("console-trust-proposed"),
        who(&root.proposed_by, root.proposed_at),
    ));
    if let (Some(by), Some(at)) = (&root.decided_by, root.decided_at) {
        rows.push(KeyValue::new(l.t("console-trust-decided"), who(by, at)));
    }
    if !root.reason.is_empty() {
        rows.push(KeyValue::new(l.t("console-trust-reason"), &root.reason));
    }
    let mut parts = vec![Part::Facts(KeyValues::new(rows))];
    if root.state == RootState::Trusted {
        parts.push(lists(&l, root, now));
    }
    parts.extend(acts(acting, shell, root));
    parts
}

/// Subject, validity, algorithm and fingerprint: what a second person compares with the paper.
fn certificate(l: &L, der: &[u8]) -> Vec<KeyValue> {
    let Ok(root) = Certificate::from_der(der) else {
        return Vec::new();
    };
    let day = |at| ui::date(l, time::beijing_date(at));
    let algorithm = root.signature_algorithm().map_or_else(
        || root.signature_algorithm_oid().to_owned(),
        |a| a.name().to_owned(),
    );
    vec![
        KeyValue::new(l.t("console-trust-subject"), root.subject()),
        KeyValue::new(
            l.t("console-trust-certificate"),
            l.t2(
                "console-trust-from-to",
                "from",
                day(root.not_before()),
                "to",
                day(root.not_after()),
            ),
        ),
        KeyValue::new(l.t("console-trust-algorithm"), algorithm),
        KeyValue::new(l.t("console-trust-serial"), root.serial()).digits(),
        KeyValue::new("SM3", ui::fingerprint(&gm::sm3(der))).digits(),
        KeyValue::new("SHA-256", ui::fingerprint(&gm::sha256(der))).digits(),
    ]
}

fn lists(l: &L, root: &TrustedRoot, now: Timestamp) -> Part {
    if root.lists.is_empty() {
        return Part::Note(Notice::warn(l.t("console-trust-no-list")));
    }
    let columns = ["issuer", "this", "next"]
        .map(|key| Column::new(l.t(&format!("console-trust-list-{key}"))));
    let moment = |at| words::at(l, at, now);
    let rows = root.lists.iter().map(|list| {
        Row::new(vec![
            Cell::text(list.issuer.clone()),
            Cell::text(moment(list.this_update)),
            Cell::text(list.next_update.map_or_else(|| "—".to_owned(), moment)),
        ])
    });
    Part::Table(Table {
        caption: l.t("console-trust-lists"),
        columns: columns.to_vec(),
        rows: rows.collect(),
        ..Table::default()
    })
}

fn acts(acting: &Acting, shell: &Shell, root: &TrustedRoot) -> Vec<Part> {
    let l = shell.l();
    let hidden = vec![("root".to_owned(), root.key.clone())];
    let confirm = |what: &str, reason: bool| {
        let text = |part: &str| l.t1(&format!("console-trust-{what}-{part}"), "name", &root.name);
        Part::Confirm(ConfirmDialog {
            trigger: text("trigger"),
            title: text("title"),
            body: text("body"),
            action: format!("{HOME}/{what}"),
            hidden: hidden.clone(),
            reason: reason.then(|| l.t("console-trust-reason")),
            confirm: text("trigger"),
            csrf: shell.csrf(),
            small: what == "approve",
            ..ConfirmDialog::default()
        })
    };
    match root.state {
        RootState::Proposed if root.proposed_by == acting.ctx.actor.id => vec![
            Part::Note(Notice::info(l.t("console-trust-second"))),
            confirm("refuse", true),
        ],
        RootState::Proposed => vec![confirm("approve", false), confirm("refuse", true)],
        RootState::Trusted => vec![
            Part::Form(Act {
                action: format!("{HOME}/list"),
                form: Form::new(vec![
                    Field::textarea("crl", l.t("console-trust-crl"), 4)
                        .hint(l.t("console-trust-crl-hint"))
                        .max_length(1_000_000),
                ]),
                hidden: hidden.clone(),
                button: l.t("console-trust-give"),
                kind: "",
            }),
            confirm("end", true),
        ],
        RootState::Refused | RootState::Ended => Vec::new(),
    }
}

fn own_table(l: &L, own: &[OwnRoot], now: Timestamp) -> Table {
    let columns = ["kind", "subject", "certificate", "fingerprint", "next"]
        .map(|key| Column::new(l.t(&format!("console-trust-{key}"))));
    let rows = own.iter().filter_map(|one| {
        let root = Certificate::from_der(&one.root).ok()?;
        let day = |at| ui::date(l, time::beijing_date(at));
        Some(Row::new(vec![
            Cell::text(match one.kind.as_str() {
                "sm2" => "SM2（OFD）",
                _ => "ECDSA P-256（PDF）",
            }),
            Cell::text(root.subject()),
            Cell::text(l.t2(
                "console-trust-from-to",
                "from",
                day(root.not_before()),
                "to",
                day(root.not_after()),
            )),
            Cell::text(ui::fingerprint(&gm::sm3(&one.root))),
            Cell::text(words::at(l, one.next_update, now)),
        ]))
    });
    Table {
        caption: l.t("console-trust-own"),
        columns: columns.to_vec(),
        rows: rows.collect(),
        ..Table::default()
    }
}

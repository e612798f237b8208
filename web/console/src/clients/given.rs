//! 授权令牌: what an officer lets a client do in the own name.

use axum::http::StatusCode;
use identity::{GivenToken, OpenClient};
use jiff::SignedDuration;
use kernel::{Permission, Problem};
use ui::view::{
    Cell, Choice, Column, ConfirmDialog, Empty, Field, Form, KeyValue, KeyValues, Notice, Row,
    Table,
};
use ui::{L, Posted, Shell};

use super::register::choices;
use crate::reply::{Answer, OrPage, said, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};
use crate::words;

fn fields(l: &L, open: &[OpenClient]) -> Form {
    let clients = open
        .iter()
        .map(|c| Choice::new(c.client_id.clone(), c.name.clone()))
        .collect();
    let all: Vec<Permission> = Permission::ALL
        .iter()
        .copied()
        .filter(|p| open.iter().any(|c| c.permissions.contains(p)))
        .collect();
    let days = ["1", "7", "30", "90"]
        .map(|n| Choice::new(n, l.t1("console-tokens-days", "n", n)))
        .to_vec();
    Form::new(vec![
        Field::select("client", l.t("console-tokens-client"), clients),
        Field::checkbox("permissions", l.t("console-tokens-may"), choices(l, &all)),
        Field::radio("days", l.t("console-tokens-life"), days).value("1"),
        Field::text("label", l.t("console-tokens-label"))
            .max_length(100)
            .optional(),
    ])
}

pub(super) async fn show(Staff(acting): Staff, shell: Shell) -> Answer {
    let open = identity::open_clients(&acting.ctx).await.or_page(&shell)?;
    let form = fields(&shell.l(), &open);
    page(&acting, &shell, &open, form, StatusCode::OK, None).await
}

async fn page(
    acting: &Acting,
    shell: &Shell,
    open: &[OpenClient],
    form: Form,
    code: StatusCode,
    made: Option<String>,
) -> Answer {
    let l = shell.l();
    let given = identity::given_tokens(&acting.ctx).await.or_page(shell)?;
    let mut sheet = Sheet::new(l.t("console-tokens-title")).sub(l.t("console-tokens-sub"));
    if let Some(token) = made {
        let note = Notice::warn(l.t("console-tokens-once"));
        let facts = KeyValues::new(vec![
            KeyValue::new(l.t("console-tokens-token"), token).digits(),
        ]);
        let parts = vec![Part::Note(note), Part::Facts(facts)];
        sheet = sheet.block("made", l.t("console-tokens-made"), parts);
    }
    let parts = if open.is_empty() {
        vec![Part::Empty(Empty::new(
            "lock",
            l.t("console-tokens-no-client"),
        ))]
    } else {
        vec![Part::Form(Act {
            action: "/desk/tokens".into(),
            form,
            hidden: Vec::new(),
            button: l.t("console-tokens-give"),
            kind: "pri",
        })]
    };
    sheet
        .block(
            "given",
            l.t("console-tokens-list"),
            list(acting, shell, &given),
        )
        .block("new", l.t("console-tokens-new"), parts)
        .show_as(code, acting, shell)
        .await
}

fn list(acting: &Acting, shell: &Shell, given: &[GivenToken]) -> Vec<Part> {
    let (l, now) = (shell.l(), acting.ctx.now());
    if given.is_empty() {
        return vec![Part::Empty(Empty::new("lock", l.t("console-tokens-none")))];
    }
    let columns = ["client", "label", "may", "since", "until", "state"];
    let mut table = Table {
        caption: l.t("console-tokens-list"),
        columns: columns
            .map(|key| Column::new(l.t(&format!("console-tokens-{key}"))))
            .to_vec(),
        ..Table::default()
    };
    let mut acts = Vec::new();
    for token in given {
        let open = token.revoked_at.is_none() && token.expires_at > now;
        let state = match (token.revoked_at, open) {
            (Some(_), _) => "back",
            (None, true) => "open",
            (None, false) => "over",
        };
        let may: Vec<&str> = token
            .permissions
            .iter()
            .map(|p| l.pick(p.zh(), p.en()))
            .collect();
        table.rows.push(Row::new(vec![
            Cell::text(token.client_name.clone()),
            Cell::text(token.label.clone()),
            Cell::text(may.join("、")),
            Cell::text(words::at(&l, token.created_at, now)),
            Cell::text(words::at(&l, token.expires_at, now)),
            Cell::text(l.t(&format!("console-tokens-{state}"))),
        ]));
        if open {
            acts.push(Part::Confirm(ConfirmDialog {
                trigger: l.t1("console-tokens-take-back", "name", &token.client_name),
                title: l.t1("console-tokens-take-back-title", "name", &token.client_name),
                body: l.t("console-tokens-take-back-body"),
                action: "/desk/tokens/take-back".into(),
                hidden: vec![("key".into(), token.key.clone())],
                confirm: l.t("console-tokens-take-back-confirm"),
                csrf: shell.csrf(),
                ..ConfirmDialog::default()
            }));
        }
    }
    let mut parts = vec![Part::Table(table)];
    parts.extend(acts);
    parts
}

pub(super) async fn give(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let open = identity::open_clients(&acting.ctx).await.or_page(&shell)?;
    let mut form = fields(&l, &open);
    form.fill(&data);
    if !form.require(&l) {
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return page(&acting, &shell, &open, form, code, None).await;
    }
    let chosen: Vec<Permission> = data
        .all("permissions")
        .filter_map(Permission::from_code)
        .collect();
    let days: i64 = data.get("days").parse().unwrap_or(0);
    let life = SignedDuration::from_hours(days.clamp(0, 1000) * 24);
    let (client, label) = (data.get("client"), data.get("label"));
    match identity::give_token(&acting.ctx, client, label, &chosen, life).await {
        Ok(token) => {
            let fresh = fields(&l, &open);
            page(
                &acting,
                &shell,
                &open,
                fresh,
                StatusCode::OK,
                Some(token.token),
            )
            .await
        }
        Err(error) => {
            let problem: Problem = error.into();
            form.refuse(&l, &problem);
            page(&acting, &shell, &open, form, status(&problem), None).await
        }
    }
}

pub(super) async fn take_back(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let done = identity::take_back_token(&acting.ctx, data.get("key")).await;
    let notice = match done {
        Ok(()) => Notice::ok(shell.l().t("console-tokens-taken-back")),
        Err(error) => Notice::bad(said(&shell.l(), &error.into())),
    };
    Ok(shell.flash(notice).to("/desk/tokens"))
}

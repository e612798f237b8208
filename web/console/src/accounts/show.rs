//! One account, found by the number on the card, and what may be done with it.

use axum::http::StatusCode;
use axum::response::Response;
use identity::{Account, IdentityError, State};
use kernel::{IdNumber, Permission, Problem, Sensitive, mask};
use ui::chips::{Chip, Kind};
use ui::view::{ConfirmDialog, Field, Form, KeyValue, KeyValues, Notice};
use ui::{FormData, L, Posted, Shell};

use crate::reply::{Answer, said, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};

pub(super) const HOME: &str = "/desk/accounts";

fn fields(l: &L) -> Form {
    Form::new(vec![
        Field::text("id_number", l.t("console-accounts-id"))
            .hint(l.t("console-accounts-id-hint"))
            .max_length(18),
    ])
}

fn search(l: &L, form: Form) -> Part {
    Part::Form(Act {
        action: HOME.into(),
        form,
        hidden: Vec::new(),
        button: l.t("console-accounts-find"),
        kind: "pri",
    })
}

pub(super) fn has(acting: &Acting, permission: Permission) -> bool {
    !acting.ctx.actor.scopes(permission).is_empty()
}

async fn page(
    acting: &Acting,
    shell: &Shell,
    form: Form,
    code: StatusCode,
    found: Option<(&Account, &str)>,
) -> Answer {
    let l = shell.l();
    let mut sheet = Sheet::new(l.t("console-accounts-title")).sub(l.t("console-accounts-sub"));
    if let Some((account, typed)) = found {
        sheet = sheet.block("account", l.t("console-accounts-one"), facts(&l, account));
        let acts = acts(acting, shell, account, typed);
        if !acts.is_empty() {
            sheet = sheet.side("acts", l.t("console-accounts-acts"), acts);
        }
    }
    sheet
        .block("find", l.t("console-accounts-find"), vec![search(&l, form)])
        .show_as(code, acting, shell)
        .await
}

/// The page is for windows, for administrators of accounts and for who approves enabling.
fn may(acting: &Acting, shell: &Shell) -> Result<(), Response> {
    let any = [
        Permission::AccountWindow,
        Permission::AccountAdmin,
        Permission::AccountEnable,
    ];
    if any.into_iter().any(|p| has(acting, p)) {
        return Ok(());
    }
    let denied = IdentityError::from(kernel::Denied(Permission::AccountWindow));
    Err(shell.problem(&denied.into()))
}

pub(super) async fn ask(Staff(acting): Staff, shell: Shell) -> Answer {
    may(&acting, &shell)?;
    page(&acting, &shell, fields(&shell.l()), StatusCode::OK, None).await
}

/// The number stands in the body: an address with it would be kept by browser and log.
pub(super) async fn find(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = fields(&l);
    form.fill(&data);
    let code = StatusCode::UNPROCESSABLE_ENTITY;
    if !form.require(&l) {
        return page(&acting, &shell, form, code, None).await;
    }
    let found = match number(&data) {
        Ok(id) => identity::account_by_id(&acting.ctx, &id)
            .await
            .map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match found {
        Ok(Some(account)) => {
            let typed = data.get("id_number").to_owned();
            let found = Some((&account, typed.as_str()));
            page(&acting, &shell, fields(&l), StatusCode::OK, found).await
        }
        Ok(None) => {
            form.fail("id_number", l.t("console-accounts-none"));
            page(&acting, &shell, form, StatusCode::NOT_FOUND, None).await
        }
        Err(problem) => {
            form.refuse(&l, &problem);
            page(&acting, &shell, form, status(&problem), None).await
        }
    }
}

fn number(data: &FormData) -> Result<IdNumber, Problem> {
    IdNumber::resident(data.get("id_number"))
        .map_err(|e| Problem::new("id_number", 422, e.to_string(), e.en()).at("id_number"))
}

fn facts(l: &L, account: &Account) -> Vec<Part> {
    let none = || "—".to_owned();
    let level = account.level.map_or_else(none, |level| {
        format!("{} {}", level.code(), l.pick(level.zh(), ""))
            .trim()
            .to_owned()
    });
    let mobile = account.mobile.as_ref().map(Sensitive::masked);
    let rows = vec![
        KeyValue::new(l.t("console-accounts-no"), account.user_no.clone()).digits(),
        KeyValue::new(l.t("console-accounts-name"), mask::name(&account.name)),
        KeyValue::new(
            l.t("console-accounts-state"),
            Chip::new(Kind::Account, account.state.code()).words(l),
        ),
        KeyValue::new(l.t("console-accounts-level"), level),
        KeyValue::new(l.t("console-accounts-mobile"), mobile.unwrap_or_else(none)).digits(),
    ];
    vec![Part::Facts(KeyValues::new(rows))]
}

/// What the acting officer may do with an account in this state. The use cases ask again.
fn acts(acting: &Acting, shell: &Shell, account: &Account, typed: &str) -> Vec<Part> {
    let l = shell.l();
    let key = || vec![("account".to_owned(), account.key.clone())];
    let confirm = |what: &str, hidden: Vec<(String, String)>| {
        let text = |part: &str| l.t(&format!("console-accounts-{what}-{part}"));
        Part::Confirm(ConfirmDialog {
            trigger: text("button"),
            title: text("title"),
            body: text("body"),
            action: format!("{HOME}/{what}"),
            hidden,
            confirm: text("button"),
            csrf: shell.csrf(),
            ..ConfirmDialog::default()
        })
    };
    let mut acts = Vec::new();
    let usable = matches!(account.state, State::Active | State::Locked);
    if usable && has(acting, Permission::AccountWindow) {
        let card = vec![("id_number".to_owned(), typed.to_owned())];
        acts.push(confirm("recover", card));
    }
    if account.state == State::Active && has(acting, Permission::AccountAdmin) {
        let reason = Field::textarea("reason", l.t("console-accounts-reason"), 3).max_length(200);
        acts.push(Part::Form(Act {
            action: format!("{HOME}/disable"),
            form: Form::new(vec![reason]),
            hidden: key(),
            button: l.t("console-accounts-disable"),
            kind: "danger",
        }));
    }
    if account.state == State::Disabled && has(acting, Permission::AccountAdmin) {
        acts.push(confirm("ask", key()));
    }
    if account.state == State::Disabled && has(acting, Permission::AccountEnable) {
        acts.push(confirm("enable", key()));
    }
    acts
}

/// The new password is shown once, on a page that nobody can come back to.
pub(super) async fn recover(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let done = match number(&data) {
        Ok(id) => identity::recover_at_window(&acting.ctx, &id)
            .await
            .map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match done {
        Ok(password) => {
            let facts = KeyValue::new(l.t("console-accounts-password"), password).digits();
            let parts = vec![
                Part::Note(Notice::warn(l.t("console-accounts-once"))),
                Part::Facts(KeyValues::new(vec![facts])),
            ];
            Sheet::new(l.t("console-accounts-recovered"))
                .crumb(l.t("console-accounts-title"), HOME)
                .block("made", l.t("console-accounts-tell"), parts)
                .show(&acting, &shell)
                .await
        }
        Err(problem) => {
            let mut form = fields(&l);
            form.refuse(&l, &problem);
            page(&acting, &shell, form, status(&problem), None).await
        }
    }
}

fn back(shell: &Shell, done: Result<(), IdentityError>, words: &str) -> Response {
    let notice = match done {
        Ok(()) => Notice::ok(shell.l().t(words)),
        Err(error) => Notice::bad(said(&shell.l(), &error.into())),
    };
    shell.flash(notice).to(HOME)
}

pub(super) async fn disable(
    Staff(acting): Staff,
    shell: Shell,
    Posted(data): Posted,
) -> Result<Response, Response> {
    let (account, reason) = (data.get("account"), data.get("reason"));
    let done = identity::disable_account(&acting.ctx, account, reason).await;
    Ok(back(&shell, done, "console-accounts-disabled"))
}

pub(super) async fn ask_to_enable(
    Staff(acting): Staff,
    shell: Shell,
    Posted(data): Posted,
) -> Result<Response, Response> {
    let done = identity::ask_to_enable(&acting.ctx, data.get("account")).await;
    Ok(back(&shell, done, "console-accounts-asked"))
}

pub(super) async fn enable(
    Staff(acting): Staff,
    shell: Shell,
    Posted(data): Posted,
) -> Result<Response, Response> {
    let done = identity::approve_enabling(&acting.ctx, data.get("account")).await;
    Ok(back(&shell, done, "console-accounts-enabled"))
}

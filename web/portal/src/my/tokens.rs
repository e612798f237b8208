//! 授权令牌: what a resident lets the programs of others do in the own name, or for the legal person
//! acted for.

use axum::http::StatusCode;
use identity::{GivenToken, OpenClient};
use jiff::SignedDuration;
use kernel::{Permission, Problem};
use ui::view::{Choice, ConfirmDialog, Field, Form};
use ui::{L, Nav, Page, Posted, Shell, html_status};

use crate::reply::{Answer, OrPage, told};
use crate::session::{Acting, SignedIn};
use crate::words;

/// A token with its words and the question before it is taken back.
struct TokenView {
    client: String,
    detail: String,
    may: String,
    state: String,
    take_back: Option<ConfirmDialog>,
}

#[derive(askama::Template)]
#[template(path = "portal/my_tokens.html")]
struct TokensPage {
    page: Page,
    form: Form,
    clients: bool,
    tokens: Vec<TokenView>,
    /// A token just made; shown once.
    made: Option<String>,
}

fn fields(l: &L, open: &[OpenClient]) -> Form {
    let clients = open
        .iter()
        .map(|c| Choice::new(c.client_id.clone(), c.name.clone()))
        .collect();
    let may = Permission::ALL
        .iter()
        .filter(|p| open.iter().any(|c| c.permissions.contains(p)))
        .map(|p| Choice::new(p.code(), l.pick(p.zh(), p.en())))
        .collect();
    let days = ["1", "7", "30", "90"]
        .map(|n| Choice::new(n, l.t1("portal-tokens-days", "n", n)))
        .to_vec();
    Form::new(vec![
        Field::select("client", l.t("portal-tokens-client"), clients),
        Field::checkbox("permissions", l.t("portal-tokens-may"), may),
        Field::radio("days", l.t("portal-tokens-life"), days).value("7"),
        Field::text("label", l.t("portal-tokens-label"))
            .max_length(100)
            .optional(),
    ])
}

fn view(me: &Acting, shell: &Shell, token: GivenToken) -> TokenView {
    let (l, now) = (shell.l(), me.ctx.now());
    let open = token.revoked_at.is_none() && token.expires_at > now;
    let state = match (token.revoked_at, open) {
        (Some(_), _) => "portal-tokens-back",
        (None, true) => "portal-tokens-open",
        (None, false) => "portal-tokens-over",
    };
    let may: Vec<&str> = token
        .permissions
        .iter()
        .map(|p| l.pick(p.zh(), p.en()))
        .collect();
    let until = words::at(&l, token.expires_at, now);
    let mut detail = l.t1("portal-tokens-until", "at", &until);
    if !token.label.is_empty() {
        detail = format!("{} · {detail}", token.label);
    }
    TokenView {
        detail,
        may: may.join("、"),
        state: l.t(state),
        take_back: open.then(|| ConfirmDialog {
            trigger: l.t("portal-tokens-take-back"),
            title: l.t1("portal-tokens-take-back-title", "name", &token.client_name),
            body: l.t("portal-tokens-take-back-body"),
            action: "/my/tokens/take-back".into(),
            hidden: vec![("key".into(), token.key.clone())],
            confirm: l.t("portal-tokens-take-back"),
            csrf: shell.csrf(),
            small: true,
            ..ConfirmDialog::default()
        }),
        client: token.client_name,
    }
}

async fn page(
    shell: &Shell,
    me: &Acting,
    open: &[OpenClient],
    form: Form,
    code: StatusCode,
    made: Option<String>,
) -> Answer {
    let title = shell.l().t("portal-tokens");
    let given = identity::given_tokens(&me.ctx).await.or_page(shell)?;
    let page = shell
        .page(&title)
        .nav(Nav::My)
        .crumb(shell.l().t("my-space"), "/my")
        .crumb_here(title.clone())
        .private()
        .errors(form.errors());
    Ok(html_status(
        code,
        &TokensPage {
            page,
            form,
            clients: !open.is_empty(),
            tokens: given.into_iter().map(|t| view(me, shell, t)).collect(),
            made,
        },
    ))
}

pub(super) async fn show(shell: Shell, SignedIn(me): SignedIn) -> Answer {
    let open = identity::open_clients(&me.ctx).await.or_page(&shell)?;
    let form = fields(&shell.l(), &open);
    page(&shell, &me, &open, form, StatusCode::OK, None).await
}

pub(super) async fn give(shell: Shell, SignedIn(me): SignedIn, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let open = identity::open_clients(&me.ctx).await.or_page(&shell)?;
    let mut form = fields(&l, &open);
    form.fill(&data);
    let mut code = StatusCode::UNPROCESSABLE_ENTITY;
    if form.require(&l) {
        let chosen: Vec<Permission> = data
            .all("permissions")
            .filter_map(Permission::from_code)
            .collect();
        let days: i64 = data.get("days").parse().unwrap_or(0);
        let life = SignedDuration::from_hours(days.clamp(0, 1000) * 24);
        let (client, label) = (data.get("client"), data.get("label"));
        match identity::give_token(&me.ctx, client, label, &chosen, life).await {
            Ok(token) => {
                let fresh = fields(&l, &open);
                let made = Some(token.token);
                return page(&shell, &me, &open, fresh, StatusCode::OK, made).await;
            }
            Err(error) => {
                let problem: Problem = error.into();
                code = StatusCode::from_u16(problem.status).unwrap_or(code);
                form.refuse(&l, &problem);
            }
        }
    }
    page(&shell, &me, &open, form, code, None).await
}

pub(super) async fn take_back(
    shell: Shell,
    SignedIn(me): SignedIn,
    Posted(data): Posted,
) -> Answer {
    let outcome = identity::take_back_token(&me.ctx, data.get("key")).await;
    let done = shell.l().t("portal-tokens-taken-back");
    told(&shell, outcome, done, "/my/tokens")
}

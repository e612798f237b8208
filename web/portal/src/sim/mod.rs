//! 模拟器: what a phone or an authenticator would show. Only where the installation is marked as a
//! demonstration; elsewhere these addresses do not exist.

mod real_name;
mod tsa;

use axum::Router;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use ui::view::{Cell, Column, Field, Row, Table};
use ui::{Page, Shell, html};

use crate::reply::{Answer, OrPage, query};
use crate::session::Acting;
use crate::words;

pub(crate) fn router() -> Router {
    Router::new()
        .route("/sim/sms", get(sms))
        .route("/sim/totp", get(totp))
        .route("/sim/tsa", post(tsa::stamp))
        .route(
            "/sim/real-name",
            get(real_name::show).post(real_name::consent),
        )
}

async fn demo_only(shell: &Shell, me: &Acting) -> Result<(), Response> {
    match identity::is_demo(&me.ctx).await.or_page(shell)? {
        true => Ok(()),
        false => Err(shell.fail(StatusCode::NOT_FOUND)),
    }
}

#[derive(askama::Template)]
#[template(path = "portal/sim_sms.html")]
struct SmsPage {
    page: Page,
    table: Table,
}

/// The newest messages that the platform handed to its simulated gateway.
async fn sms(shell: Shell, me: Acting) -> Answer {
    demo_only(&shell, &me).await?;
    let (l, now) = (shell.l(), me.ctx.now());
    let sent = messages::sent(&me.ctx.as_system(), 50)
        .await
        .or_page(&shell)?;
    let row = |s: messages::SentSms| {
        Row::new(vec![
            Cell::Text(words::at(&l, s.at, now)),
            Cell::Text(s.to),
            Cell::Text(s.text),
        ])
    };
    let title = l.t("portal-sim-sms");
    Ok(html(&SmsPage {
        page: shell.page(&title).crumb_here(title.clone()).private(),
        table: Table {
            caption: title,
            columns: vec![
                Column::new(l.t("portal-use-at")),
                Column::new(l.t("portal-sim-to")),
                Column::new(l.t("portal-sim-text")),
            ],
            rows: sent.into_iter().map(row).collect(),
            ..Table::default()
        },
    }))
}

#[derive(askama::Template)]
#[template(path = "portal/sim_totp.html")]
struct TotpPage {
    page: Page,
    user: Field,
    code: Option<String>,
    words: String,
}

/// The one-time password that a staff member's phone would show.
async fn totp(shell: Shell, me: Acting, RawQuery(raw): RawQuery) -> Answer {
    demo_only(&shell, &me).await?;
    let l = shell.l();
    let username = query(raw).get("user").to_owned();
    let mut user = Field::text("user", l.t("portal-sim-user")).value(&username);
    let mut code = None;
    let mut words = String::new();
    if !username.is_empty() {
        match identity::current_totp(&me.ctx.as_system(), &username).await {
            Ok(Some(totp)) => {
                words = l.t1("portal-sim-left", "n", totp.seconds_left);
                code = Some(totp.code);
            }
            Ok(None) => words = l.t("portal-sim-wait"),
            Err(identity::IdentityError::NotFound) => {
                user = user.error(l.t("portal-sim-nobody"));
            }
            Err(error) => return Err(error).or_page(&shell),
        }
    }
    let title = l.t("portal-sim-totp");
    let page = shell.page(&title).crumb_here(title.clone()).private();
    Ok(html(&TotpPage {
        page,
        user,
        code,
        words,
    }))
}

//! Signing in and out, switching identity, accepting the agreement.

mod agreement;
mod form_page;
mod link;
mod password;
mod recover;
mod register;
mod steps;

use axum::Router;
use axum::http::header;
use axum::response::Response;
use axum::routing::{get, post};
use ui::view::Notice;
use ui::{Posted, Shell, local_path, see_other};

use crate::cookie;
use crate::reply::{Answer, OrPage};
use crate::session::{Acting, COOKIE, chosen};

pub(crate) fn router() -> Router {
    Router::new()
        .route("/login", get(steps::login).post(steps::password))
        .route("/login/code", get(steps::again).post(steps::code))
        .route("/login/resume", get(steps::again).post(steps::resume))
        .route("/register", get(register::show).post(register::begin))
        .route(
            "/register/code",
            get(register::again).post(register::confirm),
        )
        .route("/register/link", get(link::show).post(link::begin))
        .route(
            "/register/link/finish",
            get(register::again).post(link::finish),
        )
        .route(
            "/register/organisation",
            get(register::organisation).post(register::register_organisation),
        )
        .route("/recover", get(recover::show).post(recover::begin))
        .route("/recover/new", get(recover::again).post(recover::finish))
        .route("/logout", post(logout))
        .route("/identity", post(switch))
        .route("/agreement", get(agreement::show).post(agreement::accept))
        .route("/my/password", get(password::show).post(password::change))
}

/// Adds the session's cookie to an answer; an empty token takes it away.
fn with_cookie(mut response: Response, token: &str, secure: bool) -> Response {
    response
        .headers_mut()
        .append(header::SET_COOKIE, cookie::set(COOKIE, token, secure));
    response
}

async fn logout(shell: Shell, me: Acting, Posted(_): Posted) -> Answer {
    if let Some(token) = &me.token {
        identity::sign_out(&me.ctx, token).await.or_page(&shell)?;
    }
    let notice = Notice::ok(shell.l().t("portal-logged-out"));
    Ok(with_cookie(shell.flash(notice).to("/"), "", me.app.secure))
}

/// Switches whom the person acts for; the choice must be one of those offered.
async fn switch(shell: Shell, me: Acting, Posted(data): Posted) -> Answer {
    let Some(token) = &me.token else {
        return Ok(shell.to_login());
    };
    let choices = identity::identities(&me.ctx).await.or_page(&shell)?;
    if let Some(choice) = chosen(&choices, data.get("to")) {
        identity::switch_identity(&me.ctx, token, &choice.identity)
            .await
            .or_page(&shell)?;
    }
    Ok(see_other(&local_path(data.get("back"))))
}

//! Sign-in and sign-out of staff, the own sessions, the own password.

mod me;

use askama::Template;
use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use ui::view::{Field, Form, Notice};
use ui::{FormData, KEPT_FIELD, Kept, L, Posted, QueryData, Shell};

use crate::cookie;
use crate::reply::{Answer, OrPage, enc, status};
use crate::session::{Acting, COOKIE};

pub(crate) fn router() -> Router {
    Router::new()
        .route("/desk/sign-in", get(form).post(sign_in))
        .route("/desk/sign-in/resume", get(again).post(resume))
        .route("/desk/sign-out", post(sign_out))
        .route("/desk/me", get(me::show))
        .route("/desk/me/revoke", post(me::revoke))
        .route(
            "/desk/password",
            get(me::password).post(me::change_password),
        )
}

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignIn {
    page: ui::Page,
    form: Form,
    back: String,
    /// A form that waits for the sign-in, sealed.
    kept: String,
    /// Where a demonstration shows the code that the phone would show.
    totp: Option<String>,
}

fn fields(l: &L) -> Form {
    Form::new(vec![
        Field::text("username", l.t("console-sign-in-username")).autocomplete("username"),
        Field::password(
            "password",
            l.t("console-sign-in-password"),
            "current-password",
        ),
        Field::one_time_code("code", l.t("console-sign-in-code"))
            .hint(l.t("console-sign-in-code-hint")),
    ])
}

/// The page to go on with: one of the console, never the sign-in itself.
fn back_to(data: &FormData) -> String {
    let path = ui::local_path(data.get("back"));
    if path == "/" || path.starts_with("/desk/sign-") {
        "/desk".to_owned()
    } else {
        path
    }
}

async fn page(
    acting: &Acting,
    shell: &Shell,
    form: Form,
    data: &FormData,
    code: StatusCode,
) -> Answer {
    let demo = identity::is_demo(&acting.ctx).await.or_page(shell)?;
    let totp = demo.then(|| format!("/sim/totp?user={}", enc(form.field("username").held())));
    let page = shell
        .page(shell.l().t("console-sign-in"))
        .private()
        .errors(form.errors());
    Ok(ui::html_status(
        code,
        &SignIn {
            page,
            form,
            back: back_to(data),
            kept: data.get(KEPT_FIELD).to_owned(),
            totp,
        },
    ))
}

async fn form(acting: Acting, shell: Shell, QueryData(query): QueryData) -> Answer {
    let back = back_to(&query);
    if acting.session.is_some() {
        return Ok(ui::see_other(&back));
    }
    let mut form = fields(&shell.l());
    if query.has("username") {
        form.fill(&query);
    }
    page(&acting, &shell, form, &query, StatusCode::OK).await
}

async fn sign_in(acting: Acting, shell: Shell, headers: HeaderMap, Posted(data): Posted) -> Answer {
    let (l, back) = (shell.l(), back_to(&data));
    let mut form = fields(&l);
    form.fill(&data);
    if !form.require(&l) {
        return page(
            &acting,
            &shell,
            form,
            &data,
            StatusCode::UNPROCESSABLE_ENTITY,
        )
        .await;
    }
    let device = headers
        .get(header::USER_AGENT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let held = |name: &str| form.field(name).held().to_owned();
    let (user, password, code) = (held("username"), held("password"), held("code"));
    match identity::staff_sign_in(&acting.ctx, &user, &password, &code, device).await {
        Ok(new) => {
            let mut answer = match Kept::open(&shell, data.get(KEPT_FIELD)) {
                Some(kept) => kept.again(&shell, shell.csrf()),
                None => ui::see_other(&back),
            };
            let value = cookie::set(COOKIE, &new.token, acting.app.secure);
            answer.headers_mut().append(header::SET_COOKIE, value);
            Ok(answer)
        }
        Err(error) => {
            let problem = error.into();
            form.refuse(&l, &problem);
            page(&acting, &shell, form, &data, status(&problem)).await
        }
    }
}

/// Somebody who reloads the address of the form signs in as usual.
async fn again() -> Response {
    ui::see_other("/desk/sign-in")
}

/// Signing in with a form that waits: it goes along and stands at the end.
async fn resume(acting: Acting, shell: Shell, Posted(data): Posted) -> Answer {
    if acting.session.is_none() {
        return page(&acting, &shell, fields(&shell.l()), &data, StatusCode::OK).await;
    }
    Ok(match Kept::open(&shell, data.get(KEPT_FIELD)) {
        Some(kept) => kept.again(&shell, shell.csrf()),
        None => ui::see_other("/desk"),
    })
}

async fn sign_out(acting: Acting, shell: Shell, _form: Posted) -> Answer {
    if !acting.token.is_empty() {
        identity::sign_out(&acting.ctx, &acting.token)
            .await
            .or_page(&shell)?;
    }
    Ok(signed_out(&acting, &shell))
}

/// To the sign-in page, with the cookie taken away.
fn signed_out(acting: &Acting, shell: &Shell) -> Response {
    let notice = Notice::ok(shell.l().t("console-signed-out"));
    let mut answer = shell.flash(notice).to("/desk/sign-in");
    let gone = cookie::set(COOKIE, "", acting.app.secure);
    answer.headers_mut().append(header::SET_COOKIE, gone);
    answer
}

//! Forms whose login has ended or changed: kept, shown again, never acted upon by themselves.

use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Router};
use ui::{Kept, Posted, Shell, SignInFirst};

use crate::http::{Browser, ui_of};

/// A page behind a login that has ended, and the sign-in that carries the form on.
fn app() -> Router {
    let ended = || async { SignInFirst("/sign-in").mark(ui::see_other("/login")) };
    let sign_in = |shell: Shell, Posted(data): Posted| async move {
        match Kept::open(&shell, data.get("kept")) {
            Some(kept) => kept.again(&shell, shell.csrf()),
            None => Response::default(),
        }
    };
    let router = Router::new()
        .route("/own", post(ended))
        .route("/sign-in", post(sign_in));
    ui::mount(router.merge(crate::http::pages()), ui_of(false))
}

/// The value of a hidden field.
fn hidden(body: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    // The forms of the header come first; the page's own is the last but those of the footer.
    let main = body.split("id=\"main\"").nth(1).unwrap();
    let (_, rest) = main.split_once(&mark).unwrap();
    let value = rest.split('"').next().unwrap();
    value.replace("&amp;", "&").replace("&#38;", "&")
}

#[tokio::test]
async fn a_form_of_an_ended_login_goes_through_the_sign_in() {
    let mut browser = Browser::over(app());
    let csrf = browser.token().await;
    let typed = "name=%E6%9E%97&note=";
    let (status, _, body) = browser
        .post("/own?step=2", &format!("csrf={csrf}&{typed}"))
        .await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(body.contains("您刚才填写的内容还在"));
    let kept = hidden(&body, "kept");
    let form = |kept: &str| {
        let kept: String = form_urlencoded::byte_serialize(kept.as_bytes()).collect();
        format!("csrf={csrf}&kept={kept}")
    };
    let (status, _, body) = browser.post("/sign-in", &form(&kept)).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(body.contains("action=\"/own?step=2\"") && body.contains("value=\"林\""));
    assert!(
        body.contains("name=\"note\" value=\"\""),
        "an emptied field stays empty"
    );
    // Changed on the way, or of another browser: nothing is believed.
    let forged = kept.replace("/own", "/pay");
    assert_eq!(browser.post("/sign-in", &form(&forged)).await.2, "");
    let mut other = Browser {
        cookies: vec![("visitor".into(), "0".repeat(26))],
        ..Browser::over(app())
    };
    let token = other.token().await;
    let (_, _, body) = other
        .post("/sign-in", &form(&kept).replace(&csrf, &token))
        .await;
    assert_eq!(body, "");
    // A form of nobody's is not kept: the plain way to the login.
    assert_eq!(browser.post("/own", typed).await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_of_another_session_comes_back() {
    let mut browser = Browser::over(app());
    let csrf = browser.token().await;
    browser.app = app().layer(Extension(ui::CsrfBinding("session-1".into())));
    let body = format!("csrf={csrf}&name=%E6%9E%97&count=3&agree=on");
    let (status, _, page) = browser.post("/save", &body).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(page.contains("您重新登录过") && page.contains("value=\"林\""));
    let fresh = hidden(&page, "csrf");
    assert_ne!(fresh, csrf);
    let again = body.replace(&csrf, &fresh);
    assert_eq!(browser.post("/save", &again).await.0, StatusCode::OK);
}

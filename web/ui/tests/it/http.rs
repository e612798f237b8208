//! Pages over HTTP: modes, languages, tokens, headers, errors, assets.

use std::sync::Arc;

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use kernel::{Problem, SeededRandom};
use serde::Deserialize;
use tower::ServiceExt;
use ui::view::Notice;
use ui::{Catalog, CsrfForm, CsrfGuard, Page, Posted, Shell, Site, Ui, UiConfig, UserView};

#[derive(Template)]
#[template(
    source = r#"{% extends "base_public.html" %}{% block main %}<h1>{{ c::tag("x") }}</h1>{% call c::form("/save") %}{{ c::button("s") }}{% endcall %}{% endblock %}"#,
    ext = "html"
)]
struct Plain {
    page: Page,
}

async fn page(shell: Shell) -> Response {
    ui::html(&Plain {
        page: shell.page("页名"),
    })
}

#[derive(Deserialize)]
struct Save {
    name: String,
    count: u32,
    #[serde(default)]
    agree: bool,
    note: Option<String>,
}

async fn save(CsrfForm(form): CsrfForm<Save>) -> String {
    format!(
        "{} {} {} {:?}",
        form.name, form.count, form.agree, form.note
    )
}

async fn pairs(shell: Shell, Posted(data): Posted) -> Response {
    let all: Vec<&str> = data.all("item").collect();
    shell
        .flash(Notice::ok(format!("已保存 {}", all.join("、"))))
        .to("/")
}

async fn guarded(guard: CsrfGuard, headers: HeaderMap) -> Response {
    let token = headers
        .get("x-token")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    match guard.check(token) {
        Ok(()) => "ok".into_response(),
        Err(page) => page,
    }
}

async fn refuse(shell: Shell) -> Response {
    shell.problem(&Problem::conflict(
        "wrong_state",
        "已办结的不能撤回",
        "It is completed",
    ))
}

async fn status(Path(code): Path<u16>) -> StatusCode {
    StatusCode::from_u16(code).unwrap()
}

fn app() -> Router {
    app_with(false)
}

fn app_with(secure: bool) -> Router {
    ui::mount(pages(), ui_of(secure))
}

/// An interface with the sample site.
pub(crate) fn ui_of(secure: bool) -> Ui {
    Ui::new(UiConfig {
        catalog: Catalog::build(&[ui::TEXTS]).unwrap(),
        site: Site::sample(),
        random: Arc::new(SeededRandom::new(1)),
        key: [9; 32],
        secure,
    })
}

/// Pages and forms to try it with.
pub(crate) fn pages() -> Router {
    Router::new()
        .route("/", get(page))
        .route("/save", post(save))
        .route("/pairs", post(pairs))
        .route("/guarded", post(guarded))
        .route("/refuse", get(refuse))
        .route(
            "/busy",
            get(|| async { (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "5")]) }),
        )
        .route("/status/{code}", get(status))
        .route(
            "/json",
            get(|| async { (StatusCode::BAD_REQUEST, axum::Json(1)) }),
        )
}

pub(crate) struct Browser {
    pub app: Router,
    pub cookies: Vec<(String, String)>,
}

impl Browser {
    fn new() -> Self {
        Self::over(app())
    }

    /// A browser without cookies before these pages.
    pub fn over(app: Router) -> Self {
        Self {
            app,
            cookies: Vec::new(),
        }
    }

    async fn send(
        &mut self,
        request: axum::http::request::Builder,
        body: &str,
    ) -> (StatusCode, HeaderMap, String) {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, cookies.join("; "))
            .body(Body::from(body.to_owned()))
            .unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        for cookie in headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.into(), value.into()));
        }
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, headers, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn get(&mut self, path: &str) -> (StatusCode, HeaderMap, String) {
        self.send(Request::get(path), "").await
    }

    pub async fn post(&mut self, path: &str, body: &str) -> (StatusCode, HeaderMap, String) {
        let form = "application/x-www-form-urlencoded";
        self.send(Request::post(path).header(header::CONTENT_TYPE, form), body)
            .await
    }

    pub async fn token(&mut self) -> String {
        let (_, _, body) = self.get("/").await;
        let (_, rest) = body.split_once("name=\"csrf\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_page_has_language_title_marks_and_strict_headers() {
    let (status, headers, body) = Browser::new().get("/").await;
    assert_eq!(status, StatusCode::OK);
    for part in [
        "<html lang=\"zh-CN\">",
        "<title>页名 - 云州市政务服务网</title>",
        "<meta name=\"SiteIDCode\" content=\"9901000000\">",
        "href=\"#main\"",
        "<main id=\"main\"",
        "我为政府网站找错",
        "演示数据",
    ] {
        assert!(body.contains(part), "{part}");
    }
    // The party mark is unset in the sample site, so it is left out.
    assert!(!body.contains("党政机关"));
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("unsafe"));
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["cache-control"], "no-store");
}

#[tokio::test]
async fn elder_mode_is_switched_by_a_form_and_by_a_link() {
    let mut browser = Browser::new();
    let csrf = browser.token().await;
    let (status, headers, _) = browser
        .post(
            "/mode",
            &format!("csrf={csrf}&mode=elder&back=%2F%3Fq%3D1%26mode%3Dstandard"),
        )
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(headers["location"], "/?q=1");
    let (_, _, body) = browser.get("/").await;
    assert!(body.contains("data-mode=\"elder\"") && body.contains("标准模式"));

    let mut other = Browser::new();
    let (_, _, body) = other.get("/?mode=elder").await;
    assert!(body.contains("data-mode=\"elder\""));
    let (_, _, body) = other.get("/").await;
    assert!(
        body.contains("data-mode=\"elder\""),
        "the link is remembered"
    );
}

/// The way back never leads to another site.
#[tokio::test]
async fn a_switch_leads_back_within_the_site_only() {
    for back in [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "",
    ] {
        let mut browser = Browser::new();
        let csrf = browser.token().await;
        let body = format!("csrf={csrf}&lang=en&back={back}");
        let (_, headers, _) = browser.post("/lang", &body).await;
        assert_eq!(headers["location"], "/", "{back}");
    }
}

/// [R-10] The language is switched by a form and the page is then English.
#[tokio::test]
async fn the_language_is_switched_by_a_form() {
    let mut browser = Browser::new();
    let csrf = browser.token().await;
    browser
        .post("/lang", &format!("csrf={csrf}&lang=en&back=%2F"))
        .await;
    let (_, _, body) = browser.get("/").await;
    assert!(body.contains("<html lang=\"en\">") && body.contains("Skip to main content"));
    assert!(body.contains("Yunzhou Government Services"));
}

/// [Q-11] A form without the token of this browser is refused, whoever sends it.
#[tokio::test]
async fn a_forged_form_is_refused() {
    let mut browser = Browser::new();
    let csrf = browser.token().await;
    let good = "name=%E6%9E%97&count=3&agree=on&note=";
    let (status, _, body) = browser.post("/save", &format!("csrf={csrf}&{good}")).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "林 3 true None"));

    let (status, _, body) = browser.post("/save", good).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(body.contains("请返回上一页，刷新后再提交") && body.contains("请求编号"));

    let foreign = Browser::new().token().await;
    let mut victim = Browser {
        cookies: vec![("visitor".into(), "0".repeat(26))],
        ..Browser::new()
    };
    let (status, ..) = victim
        .post("/save", &format!("csrf={foreign}&{good}"))
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN, "a token of another browser");

    let cross = Request::post("/save")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site");
    let (status, ..) = browser.send(cross, &format!("csrf={csrf}&{good}")).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "sent by another site");

    let (status, ..) = browser
        .post("/save", &format!("csrf={csrf}&name=x&count=many"))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_guard_takes_the_token_and_a_session_binds_it() {
    let mut browser = Browser::new();
    let csrf = browser.token().await;
    let with = |token: &str| Request::post("/guarded").header("x-token", token.to_owned());
    assert_eq!(browser.send(with(&csrf), "").await.2, "ok");
    assert_eq!(
        browser.send(with("wrong"), "").await.0,
        StatusCode::FORBIDDEN
    );

    browser.app = app().layer(Extension(ui::CsrfBinding("session-1".into())));
    assert_eq!(browser.send(with(&csrf), "").await.0, StatusCode::FORBIDDEN);
    let bound = browser.token().await;
    assert_ne!(bound, csrf);
    assert_eq!(browser.send(with(&bound), "").await.2, "ok");
}

#[tokio::test]
async fn a_flash_is_shown_once() {
    let mut browser = Browser::new();
    let csrf = browser.token().await;
    let (status, ..) = browser
        .post("/pairs", &format!("csrf={csrf}&item=a&item=b"))
        .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(browser.get("/").await.2.contains("已保存 a、b"));
    assert!(!browser.get("/").await.2.contains("已保存"));
}

#[tokio::test]
async fn errors_are_pages_with_a_way_on() {
    let mut browser = Browser::new();
    let (status, _, body) = browser.get("/nowhere").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    for part in [
        "<h1>没有找到这一页</h1>",
        "action=\"/search\"",
        "拨打 12345",
        "请求编号",
    ] {
        assert!(body.contains(part), "{part}");
    }
    let (status, _, body) = browser.get("/save").await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(body.contains("这个地址不能这样打开"));
    let (status, _, body) = browser.get("/refuse").await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(body.contains("已办结的不能撤回"));
    let (status, headers, body) = browser.get("/busy").await;
    assert_eq!(
        (status, &headers["retry-after"]),
        (StatusCode::SERVICE_UNAVAILABLE, &"5".parse().unwrap())
    );
    assert!(body.contains("系统维护中"));
    let (_, headers, _) = browser.get("/json").await;
    assert_eq!(
        headers["content-type"], "application/json",
        "other answers stay as they are"
    );
}

/// Every error status has a page whose texts exist in both languages.
#[tokio::test]
async fn every_error_status_has_words_in_both_languages() {
    for lang in ["zh-CN", "en"] {
        let mut browser = Browser {
            cookies: vec![("lang".into(), lang.into())],
            ..Browser::new()
        };
        for code in (400..=431).chain(500..=511) {
            let (status, _, body) = browser.get(&format!("/status/{code}")).await;
            assert_eq!(status.as_u16(), code);
            assert!(
                body.contains("class=\"oops\"") && !body.contains('['),
                "{lang} {code}"
            );
        }
    }
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_found_by_their_digest_only() {
    let mut browser = Browser::new();
    for href in [ui::assets::css_href(), ui::assets::js_href()] {
        let (status, headers, body) = browser.get(href).await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            headers["cache-control"]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
        assert!(body.len() > 1000);
        let again = Request::get(href).header(header::IF_NONE_MATCH, headers["etag"].clone());
        assert_eq!(browser.send(again, "").await.0, StatusCode::NOT_MODIFIED);
    }
    assert_eq!(
        browser.get("/assets/app.000000000000.css").await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        browser.get("/favicon.svg").await.1["content-type"],
        "image/svg+xml"
    );
    assert!(browser.get("/robots.txt").await.2.contains("Disallow: /my"));
}

#[tokio::test]
async fn the_signed_in_person_is_shown_masked_with_the_identity_switch() {
    let mut browser = Browser {
        app: app().layer(Extension(UserView::sample())),
        cookies: Vec::new(),
    };
    let (_, _, body) = browser.get("/").await;
    assert!(body.contains("林*华") && body.contains("action=\"/identity\""));
    assert!(!body.contains("href=\"/login\""));
    assert!(Browser::new().get("/").await.2.contains("href=\"/login\""));
}

#[tokio::test]
async fn over_https_cookies_and_browsers_stay_there() {
    let mut browser = Browser {
        app: app_with(true),
        cookies: Vec::new(),
    };
    let (_, headers, _) = browser.get("/?mode=elder").await;
    assert!(
        headers["strict-transport-security"]
            .to_str()
            .unwrap()
            .starts_with("max-age=")
    );
    let cookies: Vec<&str> = headers
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|c| c.to_str().unwrap())
        .collect();
    assert!(
        cookies
            .iter()
            .any(|cookie| cookie.starts_with("__Host-visitor="))
    );
    assert!(cookies.iter().all(|cookie| cookie.contains("; Secure")));
}

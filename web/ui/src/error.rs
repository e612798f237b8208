//! Pages that say what went wrong and what to do, with search, hotline and request number.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::i18n::CatalogError;
use crate::shell::Shell;
use crate::view::QrError;
use crate::{Page, response};

/// How this crate fails.
#[derive(Debug, thiserror::Error)]
pub enum UiError {
    #[error(transparent)]
    Texts(#[from] CatalogError),
    #[error(transparent)]
    Qr(#[from] QrError),
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    page: Page,
    /// What happened, in one sentence.
    what: String,
    /// What to do.
    todo: String,
    detail: Option<&'a str>,
}

/// The statuses with words of their own; others share those of their class.
fn kind(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "401",
        403 => "403",
        404 | 410 => "404",
        405 => "405",
        408 | 504 => "timeout",
        409 | 412 => "409",
        413 => "413",
        415 => "415",
        429 => "429",
        503 => "maintenance",
        400..500 => "4xx",
        _ => "500",
    }
}

/// A whole page for an error status. `detail` is one more sentence for the person; it never holds
/// a cause meant for the log.
pub fn error_page(shell: &Shell, status: StatusCode, detail: Option<&str>) -> Response {
    let l = shell.l();
    let kind = kind(status);
    let page = shell.page(l.t(&format!("error-{kind}-title"))).private();
    let mut response = response::html_status(
        status,
        &ErrorPage {
            what: l.t(&format!("error-{kind}-what")),
            todo: l.t(&format!("error-{kind}-todo")),
            detail,
            page,
        },
    );
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
    ) {
        headers
            .entry(header::RETRY_AFTER)
            .or_insert(HeaderValue::from_static("60"));
    }
    response
}

//! Answers of handlers: a page, or the page of a problem.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::{PageRequest, Problem};
use ui::{FormData, L, Shell};

/// What handlers give back.
pub(crate) type Answer = Result<Response, Response>;

/// Turns a domain's error into its page.
pub(crate) trait OrPage<T> {
    fn or_page(self, shell: &Shell) -> Result<T, Response>;
}

impl<T, E: Into<Problem>> OrPage<T> for Result<T, E> {
    fn or_page(self, shell: &Shell) -> Result<T, Response> {
        self.map_err(|error| shell.problem(&error.into()))
    }
}

/// A problem's words in the reader's language.
pub(crate) fn said(l: &L, problem: &Problem) -> String {
    l.pick(&problem.zh, &problem.en).to_owned()
}

/// The status of a page that shows a refused act in place.
pub(crate) fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
}

/// The page number in a query.
pub(crate) fn page_of(query: &FormData) -> PageRequest {
    PageRequest::new(query.get("page").parse().unwrap_or(1), 20)
}

/// A value as part of an address.
pub(crate) fn enc(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

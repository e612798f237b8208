//! Answers of handlers: a page, or the page of a problem.

use axum::response::Response;
use kernel::Problem;
use ui::view::Notice;
use ui::{FormData, Shell};

/// Room for a file of the largest size with its form around it.
pub(crate) const BODY_LIMIT: usize = materials::FILE_LIMIT as usize + 256 * 1024;

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

/// Back to a page with a word on how the act ended: done, or why not.
pub(crate) fn told<E: Into<Problem>>(
    shell: &Shell,
    outcome: Result<(), E>,
    done: String,
    to: &str,
) -> Answer {
    let notice = match outcome {
        Ok(()) => Notice::ok(done),
        Err(error) => {
            let problem: Problem = error.into();
            Notice::bad(shell.l().pick(&problem.zh, &problem.en))
        }
    };
    Ok(shell.flash(notice).to(to))
}

/// The query of this request.
pub(crate) fn query(raw: Option<String>) -> FormData {
    FormData::parse(raw.unwrap_or_default().as_bytes())
}

/// The page number in a query.
pub(crate) fn page_of(query: &FormData) -> kernel::PageRequest {
    kernel::PageRequest::new(query.get("page").parse().unwrap_or(1), 20)
}

/// A value as part of an address.
pub(crate) fn enc(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

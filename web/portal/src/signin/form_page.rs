//! A page with one form: registration, recovery and their codes.

use axum::http::StatusCode;
use axum::response::Response;
use ui::view::Form;
use ui::{Page, Shell, html_status};

/// The form with everything around it.
#[derive(askama::Template)]
#[template(path = "portal/form.html")]
pub(super) struct FormPage {
    page: Page,
    title: String,
    pub sub: String,
    pub form: Form,
    pub action: &'static str,
    pub hidden: Vec<(&'static str, String)>,
    pub button: String,
    /// In place of a form: where to go first, and what the link says.
    pub go: Option<(String, String)>,
    /// Other ways, below the form.
    pub links: Vec<(&'static str, String)>,
    /// A demonstration says where its text messages are shown.
    pub demo: bool,
}

impl FormPage {
    pub fn new(shell: &Shell, title: String, action: &'static str, form: Form) -> Self {
        let page = shell.page(&title).crumb_here(title.clone()).private();
        Self {
            page: page.errors(form.errors()),
            title,
            sub: String::new(),
            form,
            action,
            hidden: Vec::new(),
            button: String::new(),
            go: None,
            links: Vec::new(),
            demo: false,
        }
    }

    /// As an answer: 422 when something is wrong with what was typed.
    pub fn answer(&self) -> Response {
        let status = match self.form.errors() {
            0 => StatusCode::OK,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        html_status(status, self)
    }
}

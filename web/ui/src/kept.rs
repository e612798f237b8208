//! A form that could not be taken because its login had ended: what was typed is not lost.
//!
//! Nothing is stored: the form travels through the sign-in pages as one signed hidden value, and
//! stands at their end with a fresh token, to be sent with one more press.

use askama::Template;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::shell::{Shell, local_path};
use crate::{FormData, Page, csrf, error_page, response};

/// Name of the hidden field in which sign-in pages carry the form on.
pub const FIELD: &str = "kept";
/// Forms are text; nothing longer is kept or received.
const LIMIT: usize = 2 * 1024 * 1024;

/// Marks an answer: the person has to sign in first. A form that was posted is then kept and handed
/// to this address, which takes the field `kept` by POST.
#[derive(Clone, Copy, Debug)]
pub struct SignInFirst(pub &'static str);

impl SignInFirst {
    /// The answer with this mark.
    pub fn mark(self, mut response: Response) -> Response {
        response.extensions_mut().insert(self);
        response
    }
}

/// Where a form was going and what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    action: String,
    data: FormData,
}

#[derive(Template)]
#[template(path = "kept.html")]
struct KeptPage {
    page: Page,
    /// Where the button leads.
    action: String,
    token: String,
    fields: Vec<(String, String)>,
    /// Signing in comes first.
    first: bool,
}

impl Kept {
    /// A form on its way to this address of the site.
    pub fn new(action: &str, data: FormData) -> Self {
        let pairs = data.pairs().iter().filter(|(name, _)| name != csrf::FIELD);
        Self {
            action: local_path(action),
            data: pairs.cloned().collect(),
        }
    }

    /// As one value that only this browser can bring back.
    pub fn seal(&self, shell: &Shell) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.data.pairs())
            .finish();
        // Neither part has a blank; a line break would not survive a form.
        let rest = format!("{} {query}", self.action);
        format!("{}{rest}", mac(shell, &rest))
    }

    /// Reads a sealed value; none when it is empty or not ours.
    pub fn open(shell: &Shell, sealed: &str) -> Option<Self> {
        let (given, rest) = sealed.split_at_checked(64)?;
        if !csrf::same(&mac(shell, rest), given) {
            return None;
        }
        let (action, query) = rest.split_once(' ')?;
        Some(Self {
            action: action.to_owned(),
            data: FormData::parse(query.as_bytes()),
        })
    }

    /// The page with one button that sends the form again under this token.
    pub fn again(&self, shell: &Shell, token: String) -> Response {
        let fields = self.data.pairs().to_vec();
        self.page(shell, StatusCode::CONFLICT, &self.action, token, fields)
    }

    fn sign_in_first(&self, shell: &Shell, to: &str) -> Response {
        let fields = vec![(FIELD.to_owned(), self.seal(shell))];
        self.page(shell, StatusCode::UNAUTHORIZED, to, shell.csrf(), fields)
    }

    fn page(
        &self,
        shell: &Shell,
        status: StatusCode,
        action: &str,
        token: String,
        fields: Vec<(String, String)>,
    ) -> Response {
        let first = status == StatusCode::UNAUTHORIZED;
        let title = if first { "kept-first" } else { "kept-again" };
        let page = KeptPage {
            page: shell.page(shell.l().t(title)).private(),
            action: action.to_owned(),
            token,
            fields,
            first,
        };
        response::html_status(status, &page)
    }
}

fn mac(shell: &Shell, rest: &str) -> String {
    let text = format!("kept\0{}\0{rest}", shell.visitor());
    csrf::hex(&gm::hmac_sm3(shell.csrf_key(), text.as_bytes()))
}

/// Runs a request. When its answer is that the person has to sign in first, and it was a form of
/// this browser, the form is kept.
pub(crate) async fn run(shell: &Shell, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !csrf::is_form(request.headers()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, LIMIT).await else {
        return error_page(shell, StatusCode::PAYLOAD_TOO_LARGE, None);
    };
    let copy: Bytes = bytes.clone();
    let request = Request::from_parts(parts, Body::from(bytes));
    let response = next.run(request).await;
    let Some(SignInFirst(to)) = response.extensions().get::<SignInFirst>().copied() else {
        return response;
    };
    let data = FormData::parse(&copy);
    if !shell.csrf_of_browser(data.get(csrf::FIELD)) {
        return response;
    }
    Kept::new(shell.here(), data).sign_in_first(shell, to)
}

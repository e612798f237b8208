//! Every error is a problem of RFC 9457, with a stable code and words in both languages.

use std::panic::AssertUnwindSafe;

use axum::Extension;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use kernel::{Locale, Problem, TraceId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::language;

/// Media type of problems.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// An error, as `application/problem+json` (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Stable address of this kind of problem: `/problems/` and its code.
    #[serde(rename = "type")]
    #[schema(example = "/problems/stale")]
    pub kind: String,
    /// What happened, in the language of `Accept-Language`.
    pub title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// Stable, lower case, with underscores.
    #[schema(example = "stale")]
    pub code: String,
    /// The words in Chinese.
    pub zh: String,
    /// The words in English.
    pub en: String,
    /// The field at fault, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The number of this request, as in the header `x-request-id` and in the log: the trace of the
    /// caller's `traceparent` (W3C Trace Context), or a new one.
    #[schema(
        pattern = "^[0-9a-f]{32}$",
        example = "4bf92f3577b34da6a3ce929d0e0e4736"
    )]
    pub trace_id: String,
    /// Code of RFC 6749 §5.2, at the token endpoint only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Why a handler did not do what was asked. [`layer`] puts it into words.
#[derive(Clone, Debug)]
pub struct Fail {
    problem: Problem,
    oauth: Option<&'static str>,
    retry_after: Option<u64>,
    challenge: Option<&'static str>,
}

impl Fail {
    /// Adds the code of RFC 6749.
    pub fn oauth(mut self, error: &'static str) -> Self {
        self.oauth = Some(error);
        self
    }

    /// Says when to try again.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Says how to be let in.
    pub fn challenge(mut self, words: &'static str) -> Self {
        self.challenge = Some(words);
        self
    }

    /// The status of the answer.
    #[cfg(test)]
    pub fn status(&self) -> u16 {
        self.problem.status
    }
}

impl<P: Into<Problem>> From<P> for Fail {
    fn from(problem: P) -> Self {
        Self {
            problem: problem.into(),
            oauth: None,
            retry_after: None,
            challenge: None,
        }
    }
}

impl IntoResponse for Fail {
    fn into_response(self) -> Response {
        let mut response = status_of(&self.problem).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

fn status_of(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A problem as a whole answer, for layers that stand outside [`layer`].
pub fn answer(problem: &Problem, locale: Locale, trace: &TraceId) -> Response {
    written(&Fail::from(problem.clone()), locale, trace)
}

fn written(fail: &Fail, locale: Locale, trace: &TraceId) -> Response {
    let p = &fail.problem;
    let body = ProblemBody {
        kind: format!("/problems/{}", p.code),
        title: locale.pick(&p.zh, &p.en).to_owned(),
        status: p.status,
        code: p.code.to_owned(),
        zh: p.zh.clone(),
        en: p.en.clone(),
        field: p.field.clone(),
        trace_id: trace.as_str().to_owned(),
        error: fail.oauth.map(str::to_owned),
    };
    // Strings and numbers always become JSON.
    let bytes = serde_json::to_vec(&body).unwrap_or_default();
    let mut response = (status_of(p), Body::from(bytes)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(locale.tag()),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = fail.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(challenge) = fail.challenge {
        headers.insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static(challenge),
        );
    }
    response
}

/// Puts refusals into words: those of handlers, those of the framework, and panics.
pub async fn layer(Extension(trace): Extension<TraceId>, request: Request, next: Next) -> Response {
    let locale = language::of(request.headers());
    // As it is written in the document: the address itself may carry a bearer token.
    let path = request.extensions().get::<MatchedPath>().cloned();
    let path = path.as_ref().map_or("", MatchedPath::as_str);
    let Ok(mut response) = AssertUnwindSafe(next.run(request)).catch_unwind().await else {
        tracing::error!(path, "a handler of the API panicked");
        return answer(&Problem::internal(), locale, &trace);
    };
    if let Some(fail) = response.extensions_mut().remove::<Fail>() {
        if fail.problem.status >= 500 {
            tracing::error!(path, code = fail.problem.code, "a call of the API failed");
        }
        return guarded(written(&fail, locale, &trace));
    }
    let status = response.status();
    let bare = (status.is_client_error() || status.is_server_error()) && !is_problem(&response);
    if !bare {
        return guarded(response);
    }
    let mut worded = answer(&of_status(status), locale, &trace);
    // `Allow` of a 405 stays.
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        worded.headers_mut().insert(header::ALLOW, allow);
    }
    guarded(worded)
}

/// Nothing of an answer is run, framed or kept.
fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers
        .entry(header::X_CONTENT_TYPE_OPTIONS)
        .or_insert(HeaderValue::from_static("nosniff"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.append(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

fn is_problem(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(MEDIA_TYPE.as_bytes()))
}

/// The words of what the framework refused.
fn of_status(status: StatusCode) -> Problem {
    let (code, zh, en) = match status.as_u16() {
        404 => ("not_found", "没有这个地址", "There is no such address"),
        405 => (
            "method_not_allowed",
            "这个地址不支持该方法",
            "This address does not take that method",
        ),
        408 => (
            "timeout",
            "请求用时过长，已中止",
            "The request took too long and was stopped",
        ),
        413 => (
            "too_large",
            "内容过大，请查看接口文档中的上限",
            "The body is too large; see the limits in the documentation",
        ),
        415 => (
            "unsupported_media_type",
            "不支持这种内容类型，请查看接口文档",
            "This content type is not taken; see the documentation",
        ),
        422 => (
            "unprocessable",
            "内容不符合接口定义",
            "The body does not fit the definition",
        ),
        400..500 => (
            "bad_request",
            "请求有误，请核对接口文档",
            "The request cannot be used; see the documentation",
        ),
        _ => return Problem::internal(),
    };
    Problem::new(code, status.as_u16(), zh, en)
}

/// An address of the API that is none.
pub async fn nowhere() -> Fail {
    of_status(StatusCode::NOT_FOUND).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::{get, post};
    use tower::ServiceExt;

    fn app() -> Router {
        Router::new()
            .route(
                "/panics",
                get(|| async {
                    if true {
                        panic!("boom")
                    }
                }),
            )
            .route("/json", post(|_: axum::Json<String>| async {}))
            .layer(from_fn(layer))
            .layer(Extension(TraceId::new(&kernel::SeededRandom::new(1))))
    }

    async fn ask(request: Request) -> (StatusCode, String, serde_json::Value, bool) {
        let response = app().oneshot(request).await.unwrap();
        let status = response.status();
        let kind = response.headers()[header::CONTENT_TYPE]
            .to_str()
            .unwrap()
            .to_owned();
        let allow = response.headers().contains_key(header::ALLOW);
        let bytes = axum::body::to_bytes(response.into_body(), 9999)
            .await
            .unwrap();
        (status, kind, serde_json::from_slice(&bytes).unwrap(), allow)
    }

    /// Panics, methods and bodies, in both languages.
    #[tokio::test]
    async fn what_no_handler_said_is_in_words_too() {
        let request = |method: &str, path: &str| {
            Request::builder()
                .method(method)
                .uri(path)
                .header("accept-language", "en")
                .body(Body::from("{"))
                .unwrap()
        };
        let (status, kind, body, _) = ask(request("GET", "/panics")).await;
        assert_eq!((status.as_u16(), kind.as_str()), (500, MEDIA_TYPE));
        assert_eq!(body["code"], "internal");
        let (status, _, body, allow) = ask(request("DELETE", "/panics")).await;
        assert_eq!((status.as_u16(), allow), (405, true));
        assert_eq!(body["title"], body["en"]);
        assert_eq!(body["type"], "/problems/method_not_allowed");
        let (status, _, body, _) = ask(request("POST", "/json")).await;
        assert_eq!(
            (status.as_u16(), &body["code"]),
            (415, &"unsupported_media_type".into())
        );
    }
}

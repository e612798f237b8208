//! No answer takes for ever.

use std::time::Duration;

use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::{Problem, TraceId};

use super::limit::is_api;

/// How long a request may take, its body included. What a transaction has begun is finished or
/// undone by the database.
const LONGEST: Duration = Duration::from_secs(120);

/// Stops requests that take too long: 408 when they came in too slowly or were worked on too long.
pub async fn bounded(
    Extension(trace): Extension<TraceId>,
    request: Request,
    next: Next,
) -> Response {
    let locale = api::language_of(request.headers());
    let by_program = is_api(request.uri().path());
    match tokio::time::timeout(LONGEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) if by_program => api::problem_answer(&too_long(), locale, &trace),
        Err(_) => {
            let problem = too_long();
            let words = format!("{}\n{}\n{trace}\n", problem.zh, problem.en);
            (StatusCode::REQUEST_TIMEOUT, words).into_response()
        }
    }
}

fn too_long() -> Problem {
    Problem::new(
        "timeout",
        408,
        "请求用时过长，已中止，请稍后再试",
        "The request took too long and was stopped; please try again later",
    )
}

//! 可视核验: a file that somebody shows, drawn beside what the library says [H-56].

mod act;
mod parse;
mod show;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

/// Largest form: one file with its wrapping.
const LIMIT: usize = 21 * 1024 * 1024;

pub(crate) fn router() -> Router {
    Router::new()
        .route(
            "/desk/verify",
            get(show::ask)
                .post(act::begin)
                .layer(DefaultBodyLimit::max(LIMIT)),
        )
        .route(
            "/desk/verify/parse",
            get(parse::ask)
                .post(parse::parse)
                .layer(DefaultBodyLimit::max(LIMIT)),
        )
        .route("/desk/verify/{number}", get(show::one))
        .route("/desk/verify/{number}/seen", post(act::record))
        .route("/desk/verify/{number}/pages/{page}", get(show::page))
        .route("/desk/verify/{number}/file", get(show::file))
}

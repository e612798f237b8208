//! The JSON API: every use case of the platform for the programs of others, under `/api/v1`.
//!
//! One endpoint a file. The program mounts [`router`]; [`document`] is the OpenAPI document of it.
#![allow(clippy::result_large_err, reason = "the error is the answer itself")]

mod app;
mod caller;
mod cases;
mod content;
mod document;
mod files;
mod input;
mod items;
mod key;
mod language;
mod licences;
mod once;
mod paging;
mod problem;
mod revision;
mod seals;
mod token;
mod verify;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;

pub use app::App;
pub use language::of as language_of;
pub use problem::{ProblemBody, answer as problem_answer};

/// Largest JSON body, in bytes. Uploads have their own limit.
pub const BODY_LIMIT: usize = 256 * 1024;

fn routes() -> OpenApiRouter<App> {
    let v1 = OpenApiRouter::new()
        .merge(token::routes())
        .merge(items::routes())
        .merge(cases::routes())
        .merge(files::routes())
        .merge(licences::routes())
        .merge(seals::routes())
        .merge(verify::routes());
    OpenApiRouter::with_openapi(document::Head::openapi()).nest("/api/v1", v1)
}

/// The OpenAPI document. It is checked in as `docs/openapi.json`.
pub fn document() -> Document {
    let (_, mut document) = routes().split_for_parts();
    document::finish(&mut document);
    document
}

/// Every address of the API, with its problems and limits. The program puts a [`kernel::TraceId`]
/// into the request's extensions.
pub fn router(app: App) -> Router {
    let (router, _) = routes().split_for_parts();
    let served = Router::new()
        .route("/api/v1/openapi.json", get(document::serve))
        .with_state(document::Served::new(&document()));
    router
        .with_state(app.clone())
        .merge(served)
        .merge(Router::new().route("/api/{*rest}", axum::routing::any(problem::nowhere)))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(app, once::layer))
        .layer(from_fn(problem::layer))
}

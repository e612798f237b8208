//! 文件盖章: an officer seals a document with the seals held, after a look at where they will stand.

mod act;
mod form;
mod show;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

pub(super) const HOME: &str = "/desk/stamp";
/// Most seals that the page offers for one document.
pub(super) const SEALS: usize = 4;

pub(crate) fn router() -> Router {
    let limit = seals::DOCUMENT_LIMIT + 256 * 1024;
    Router::new()
        .route("/desk/stamp", get(show::blank).post(act::look))
        .route("/desk/stamp/seal", post(act::seal))
        .layer(DefaultBodyLimit::max(limit))
}

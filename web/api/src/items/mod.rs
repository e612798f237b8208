//! Service items: finding them, their guides, what an applicant needs.

mod changes;
mod guide;
mod list;
mod materials;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub use materials::{AnswerBody, AnswersBody};

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(guide::guide))
        .routes(routes!(materials::needed))
        .routes(routes!(changes::changes))
}

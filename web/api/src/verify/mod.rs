//! Verification of licences and documents: by file, number or the token of a QR code. Everybody may
//! ask [H-54 to H-60].

mod batch;
mod bundle;
mod file;
mod number;
mod report;
mod token;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(number::number))
        .routes(routes!(token::token))
        .routes(routes!(report::read))
        .routes(routes!(report::report))
        .merge(batch::routes())
        .merge(bundle::routes())
        .merge(file::routes())
}

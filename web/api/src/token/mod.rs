//! Tokens: fetching one, and what the present one may do.

mod fetch;
mod me;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(fetch::fetch))
        .routes(routes!(me::me))
}

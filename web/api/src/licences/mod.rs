//! Licences: the own ones, and the library for officers.

mod exchange;
mod file;
mod issue;
mod library;
mod mine;
mod parse;
mod read;
mod search;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(mine::mine))
        .routes(routes!(library::library))
        .routes(routes!(search::search))
        .routes(routes!(search::of_holder))
        .routes(routes!(read::read))
        .routes(routes!(file::file))
        .merge(exchange::routes())
        .merge(issue::routes())
        .merge(parse::routes())
}

//! 证照库: the licences of the agencies in one's scope.

mod correct;
mod life;
mod list;
mod print;
mod requests;
mod show;
mod statistics;
mod usage;

use axum::Router;
use axum::routing::{get, post};

pub(crate) fn router() -> Router {
    Router::new()
        .route("/licences", get(list::list))
        .route("/licences/find", get(list::finder).post(list::find))
        .route("/licences/{key}", get(show::show))
        .route("/licences/{key}/file/{format}", get(show::download))
        .route("/licences/{key}/state", post(show::change))
        .route(
            "/licences/{key}/data",
            get(correct::show).post(correct::propose),
        )
        .route("/licences/{key}/inspection", post(life::inspect))
        .route("/licences/{key}/versions", post(life::version))
        .route("/licences/{key}/print", get(print::show).post(print::print))
        .route("/licences/{key}/print/ruler.pdf", get(print::ruler))
        .route("/licences/export.csv", get(list::export))
        .route("/licences/statistics", get(statistics::show))
        .route("/licences/statistics.csv", get(statistics::csv))
        .route("/licences/usage", get(usage::show))
        .route("/licences/usage.csv", get(usage::csv))
        .route("/licences/requests", get(requests::list))
        .route("/licences/requests/agree", post(requests::agree))
        .route("/licences/requests/decline", post(requests::decline))
        .route("/licences/corrections", get(correct::list))
        .route("/licences/corrections/approve", post(correct::approve))
        .route("/licences/corrections/refuse", post(correct::refuse))
        .route("/licences/corrections/withdraw", post(correct::withdraw))
}

//! 受信任根: whose seals and time stamps count here beside our own, decided by two persons.

mod act;
mod show;

use axum::Router;
use axum::routing::{get, post};

pub(super) const HOME: &str = "/desk/trust";

pub(crate) fn router() -> Router {
    Router::new()
        .route("/desk/trust", get(show::list).post(act::propose))
        .route("/desk/trust/approve", post(act::approve))
        .route("/desk/trust/refuse", post(act::refuse))
        .route("/desk/trust/end", post(act::end))
        .route("/desk/trust/list", post(act::give_list))
}

//! 接口客户端: who may call the interfaces, for the security administrator; and what an officer lets
//! such a client do in the own name.

mod given;
mod register;

use axum::Router;
use axum::routing::{get, post};

pub(crate) fn router() -> Router {
    Router::new()
        .route("/desk/clients", get(register::show).post(register::create))
        .route("/desk/clients/enable", post(register::enable))
        .route("/desk/tokens", get(given::show).post(given::give))
        .route("/desk/tokens/take-back", post(given::take_back))
}

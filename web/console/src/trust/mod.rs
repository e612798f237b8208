//! 受信任根: whose seals and time stamps count here beside our own, decided by two persons; and
//! 时间戳服务: who is asked for time stamps when we seal.

mod act;
mod show;
mod times;
mod times_act;

use axum::Router;
use axum::routing::{get, post};

pub(super) const HOME: &str = "/desk/trust";
pub(super) const TIMES: &str = "/desk/trust/times";

pub(crate) fn router() -> Router {
    Router::new()
        .route("/desk/trust", get(show::list).post(act::propose))
        .route("/desk/trust/approve", post(act::approve))
        .route("/desk/trust/refuse", post(act::refuse))
        .route("/desk/trust/end", post(act::end))
        .route("/desk/trust/list", post(act::give_list))
        .route(
            "/desk/trust/times",
            get(times::list).post(times_act::propose),
        )
        .route("/desk/trust/times/approve", post(times_act::approve))
        .route("/desk/trust/times/refuse", post(times_act::refuse))
        .route("/desk/trust/times/pause", post(times_act::pause))
        .route("/desk/trust/times/resume", post(times_act::resume))
        .route("/desk/trust/times/end", post(times_act::end))
        .route("/desk/trust/times/try", post(times_act::try_out))
}

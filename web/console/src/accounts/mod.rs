//! 用户账号 at the desk: opened and recovered at the window, disabled and enabled again by
//! administrator and head.

mod open;
mod show;

use axum::Router;
use axum::routing::{get, post};

pub(crate) fn router() -> Router {
    Router::new()
        .route("/desk/accounts", get(show::ask).post(show::find))
        .route("/desk/accounts/recover", post(show::recover))
        .route("/desk/accounts/disable", post(show::disable))
        .route("/desk/accounts/ask", post(show::ask_to_enable))
        .route("/desk/accounts/enable", post(show::enable))
        .route("/desk/accounts/open", get(open::ask).post(open::begin))
        .route("/desk/accounts/open/finish", post(open::finish))
}

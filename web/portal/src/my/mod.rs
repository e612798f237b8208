//! 我的空间: what waits, cases, materials, messages.

mod case;
mod correct;
mod home;
mod materials;
mod messages;
mod tokens;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::{get, post};
use notices::{Format, Notice, State};
use ui::Shell;

use crate::reply::BODY_LIMIT;
use crate::reply::OrPage;
use crate::session::Acting;

pub(crate) fn router() -> Router {
    Router::new()
        .route("/my", get(home::show))
        .route("/org", get(home::show))
        .route("/my/cases", get(case::list))
        .route("/my/cases/{no}", get(case::show))
        .route("/my/cases/{no}/withdraw", post(case::withdraw))
        .route(
            "/cases/{no}/correct",
            get(correct::show).post(correct::resubmit),
        )
        .route(
            "/my/materials",
            get(materials::show)
                .post(materials::upload)
                .layer(DefaultBodyLimit::max(BODY_LIMIT)),
        )
        .route("/my/materials/{key}/delete", post(materials::delete))
        .route("/my/tokens", get(tokens::show).post(tokens::give))
        .route("/my/tokens/take-back", post(tokens::take_back))
        .route("/messages", get(messages::show))
        .route("/messages/read", post(messages::read))
}

/// A sealed document with an address for each of its forms.
pub(crate) struct Document {
    pub title: String,
    pub number: String,
    pub pdf: String,
    pub ofd: String,
}

/// The documents of a case that have their seal.
pub(crate) async fn documents(
    shell: &Shell,
    me: &Acting,
    case_id: &str,
) -> Result<Vec<Document>, Response> {
    let all = notices::list(&me.ctx, case_id).await.or_page(shell)?;
    let ready = |n: &&Notice| matches!(n.state, State::Sealed | State::Delivered);
    let href = |n: &Notice, format: Format| format!("/documents/{}.{}", n.doc_id, format.code());
    let one = |n: &Notice| Document {
        title: n.title.clone(),
        number: n.number.clone(),
        pdf: href(n, Format::Pdf),
        ofd: href(n, Format::Ofd),
    };
    Ok(all.iter().filter(ready).map(one).collect())
}

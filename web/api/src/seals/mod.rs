//! Seals: their whole life, and what they were used for.

mod act;
mod acts;
mod apply;
mod document;
mod file;
mod impression;
mod list;
mod read;
mod uses;
mod view;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use store::Ctx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::problem::Fail;
use crate::revision::etag;
use view::SealView;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(read::read))
        .routes(routes!(act::act))
        .routes(routes!(impression::impression))
        .routes(routes!(file::file))
        .routes(routes!(uses::uses))
        .routes(routes!(uses::of_agency))
        .merge(apply::routes())
        .merge(document::routes())
}

/// The seal as it stands now, with its revision as `ETag`.
async fn shown(ctx: &Ctx, key: &str, status: StatusCode) -> Result<Response, Fail> {
    let detail = seals::detail(ctx, key).await?;
    let tag = [(header::ETAG, etag(detail.seal.rev))];
    Ok((status, tag, Json(SealView::of(detail))).into_response())
}

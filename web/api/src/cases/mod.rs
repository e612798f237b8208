//! Cases: from draft to licence, for applicants and for officers.

mod act;
mod acts;
mod agency;
mod answers;
mod attach;
mod detach;
mod face;
mod form;
mod intake;
mod material_file;
mod mine;
mod notice_file;
mod notices;
mod progress;
mod read;
mod reveal;
mod row;
mod start;
mod submit;
mod tasks;
mod view;
mod view_parts;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use cases::Detail;
use store::Ctx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::problem::Fail;
use crate::revision::etag;
use view::CaseView;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(mine::mine, start::start))
        .routes(routes!(intake::intake))
        .routes(routes!(tasks::tasks))
        .routes(routes!(agency::agency))
        .routes(routes!(read::read))
        .routes(routes!(reveal::reveal))
        .routes(routes!(answers::answers))
        .routes(routes!(form::form))
        .routes(routes!(attach::attach))
        .routes(routes!(detach::detach))
        .routes(routes!(material_file::material_file))
        .routes(routes!(submit::submit))
        .routes(routes!(act::act))
        .routes(routes!(face::face))
        .routes(routes!(notices::notices))
        .routes(routes!(notice_file::notice_file))
        .routes(routes!(progress::progress))
}

/// The case that a key or a number in an address names.
async fn open(ctx: &Ctx, id: &str) -> Result<Detail, Fail> {
    let numbered = id.len() >= 18 && id.bytes().all(|b| b.is_ascii_digit());
    let key = if numbered {
        cases::key_of(ctx, id).await?
    } else {
        id.to_owned()
    };
    Ok(cases::detail(ctx, &key).await?)
}

/// The case as it stands now, with its revision as `ETag`.
async fn shown(ctx: &Ctx, case_id: &str, status: StatusCode) -> Result<Response, Fail> {
    let detail = cases::detail(ctx, case_id).await?;
    Ok(answer(&detail, status))
}

fn answer(detail: &Detail, status: StatusCode) -> Response {
    let tag = [(header::ETAG, etag(detail.case.rev))];
    (status, tag, Json(CaseView::of(detail))).into_response()
}

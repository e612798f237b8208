//! `GET /seals/{key}`: a seal with its record, authorisations and history.

use axum::http::StatusCode;
use axum::response::Response;

use super::view::SealView;
use crate::caller::Caller;
use crate::key::Keys;
use crate::problem::Fail;

/// 印章 / A seal: record (I-05), certificates, authorisations, history.
#[utoipa::path(
    get, path = "/seals/{key}", tag = "seals", operation_id = "read_seal",
    security(("token" = [])),
    params(("key" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$", description = "Key of the seal")),
    responses((status = 200, description = "The seal", body = SealView,
               headers(("ETag" = String, description = "The revision")),
               links(("act" = (operation_id = "act_on_seal", parameters(
                         ("path.key" = "$response.body#/key"),
                         ("header.If-Match" = "$response.header.ETag")))),
                     ("read" = (operation_id = "read_seal", parameters(
                         ("path.key" = "$response.body#/key")))),
                     ("uses" = (operation_id = "seal_uses", parameters(
                         ("path.key" = "$response.body#/key")))))))
)]
pub async fn read(caller: Caller, Keys([key]): Keys<1>) -> Result<Response, Fail> {
    super::shown(&caller.ctx, &key, StatusCode::OK).await
}

//! `POST /cases`: beginning an application.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::CaseView;
use crate::caller::Caller;
use crate::input::{Body, Short};
use crate::problem::Fail;

/// What is applied for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartBody {
    /// Short or implementation code of the item.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    item: Short,
}

/// 开始申请 / Starts an application: a draft, prefilled from registers and user space. A draft that
/// is there already is given back.
#[utoipa::path(
    post, path = "/cases", tag = "cases", operation_id = "start_case", security(("token" = [])),
    params(("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,128}$",
            description = "The same key gives the same answer for a day")),
    request_body = StartBody,
    responses((status = 201, description = "The draft", body = CaseView, headers(("ETag" = String, description = "The revision"))))
)]
pub async fn start(caller: Caller, Body(body): Body<StartBody>) -> Result<Response, Fail> {
    let case = cases::start(&caller.ctx, body.item.as_str()).await?;
    created(&caller, &case.case_id).await
}

/// 201 with the address of the case.
pub async fn created(caller: &Caller, case_id: &str) -> Result<Response, Fail> {
    let mut response = super::shown(&caller.ctx, case_id, StatusCode::CREATED).await?;
    if let Ok(address) = HeaderValue::from_str(&format!("/api/v1/cases/{case_id}")) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    Ok(response)
}

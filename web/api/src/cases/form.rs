//! `PATCH /cases/{id}/form`: values of the form.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::view::CaseView;
use crate::caller::Caller;
use crate::input::Body;
use crate::key::Keys;
use crate::problem::Fail;
use crate::revision::{self, Seen};

/// Values of the form, by field, typed as the form's schema says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormBody {
    #[schema(value_type = Object)]
    values: Map<String, Value>,
}

/// 填写表单 / Saves values of the form; fields that are not named stay as they are. Each value is
/// checked, and one that does not do saves none.
#[utoipa::path(
    patch, path = "/cases/{id}/form", tag = "cases", operation_id = "fill_form",
    security(("token" = [])),
    params(("id" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key or number of the case"),
           ("If-Match" = String, Header, pattern = "^\"[0-9]{1,18}\"$",
            description = "The revision you saw: the ETag of the case")),
    request_body = FormBody,
    responses((status = 200, description = "The case", body = CaseView, headers(("ETag" = String, description = "The revision"))))
)]
pub async fn form(
    caller: Caller,
    Keys([id]): Keys<1>,
    seen: Seen,
    Body(body): Body<FormBody>,
) -> Result<Response, Fail> {
    let detail = super::open(&caller.ctx, &id).await?;
    let case_id = &detail.case.case_id;
    revision::unchanged(&caller.ctx, case_id, seen).await?;
    cases::save_values(&caller.ctx, case_id, body.values)
        .await
        .map_err(revision::refused)?;
    super::shown(&caller.ctx, case_id, StatusCode::OK).await
}

//! `GET /cases/{id}/face`: what the licence would say.

use std::collections::BTreeMap;

use axum::Json;
use kernel::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::key::Keys;
use crate::problem::Fail;

/// The face of the licence as it would be printed now.
#[derive(Serialize, ToSchema)]
pub struct FaceView {
    values: BTreeMap<String, String>,
    /// Required fields that are still empty.
    missing: Vec<MissingField>,
}

/// A field without a value.
#[derive(Serialize, ToSchema)]
struct MissingField {
    code: String,
    name: String,
}

/// 照面预览 / The face of the licence before completion, for the licence officer.
#[utoipa::path(
    get, path = "/cases/{id}/face", tag = "cases", operation_id = "preview_face",
    security(("token" = [])),
    params(("id" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key or number of the case")),
    responses((status = 200, description = "The face", body = FaceView))
)]
pub async fn face(caller: Caller, Keys([id]): Keys<1>) -> Result<Json<FaceView>, Fail> {
    let detail = super::open(&caller.ctx, &id).await?;
    let face = cases::preview_face(&caller.ctx, cases::Seen::case(&detail.case))
        .await?
        .ok_or_else(|| {
            Problem::not_found("本办件不产生证照", "The case does not end in a licence")
        })?;
    Ok(Json(FaceView {
        values: face.values,
        missing: face
            .missing
            .into_iter()
            .map(|(code, name)| MissingField { code, name })
            .collect(),
    }))
}

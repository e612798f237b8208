//! `POST /cases/{id}/materials`: handing a material in.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::CaseView;
use crate::caller::Caller;
use crate::input::{Body, Short};
use crate::key::Keys;
use crate::problem::Fail;
use crate::revision::{self, Seen};

/// How the material is handed in.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "way", rename_all = "snake_case", deny_unknown_fields)]
pub enum AttachBody {
    /// A file of the user space.
    File {
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        material_code: Short,
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        file_key: Short,
    },
    /// A licence of the wallet, cited.
    Licence {
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        material_code: Short,
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        licence_key: Short,
    },
    /// Promised, to follow (承诺后补).
    Promise {
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        material_code: Short,
    },
    /// Seen on paper at the window, by an officer.
    Paper {
        #[schema(value_type = String, min_length = 1, max_length = 100)]
        material_code: Short,
    },
}

/// 提交材料 / Hands a material in: a file, a licence held, a promise, or paper at the window.
#[utoipa::path(
    post, path = "/cases/{id}/materials", tag = "cases", operation_id = "attach_material",
    security(("token" = [])),
    params(("id" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key or number of the case"),
           ("If-Match" = String, Header, pattern = "^\"[0-9]{1,18}\"$",
            description = "The revision you saw: the ETag of the case"),
           ("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,128}$",
            description = "The same key gives the same answer for a day")),
    request_body = AttachBody,
    responses((status = 200, description = "The case", body = CaseView, headers(("ETag" = String, description = "The revision"))))
)]
pub async fn attach(
    caller: Caller,
    Keys([id]): Keys<1>,
    seen: Seen,
    Body(body): Body<AttachBody>,
) -> Result<Response, Fail> {
    let ctx = &caller.ctx;
    let detail = super::open(ctx, &id).await?;
    let id = &detail.case.case_id;
    revision::unchanged(ctx, id, seen).await?;
    match &body {
        AttachBody::File {
            material_code,
            file_key,
        } => cases::attach_file(ctx, id, material_code.as_str(), file_key.as_str()).await,
        AttachBody::Licence {
            material_code,
            licence_key,
        } => cases::attach_licence(ctx, id, material_code.as_str(), licence_key.as_str()).await,
        AttachBody::Promise { material_code } => {
            cases::promise_material(ctx, id, material_code.as_str()).await
        }
        AttachBody::Paper { material_code } => {
            cases::attach_paper(ctx, id, material_code.as_str()).await
        }
    }
    .map_err(revision::refused)?;
    super::shown(ctx, id, StatusCode::OK).await
}

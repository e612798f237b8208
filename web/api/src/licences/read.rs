//! `GET /licences/{licence_key}`: one licence.

use std::collections::BTreeMap;

use axum::Json;
use jiff::civil::Date;
use kernel::{Permission, Target};
use licences::Detail;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::LicenceRow;
use crate::caller::Caller;
use crate::key::Keys;
use crate::problem::Fail;

/// A licence with its current version.
#[derive(Serialize, ToSchema)]
pub struct LicenceView {
    licence: LicenceRow,
    issue_date: Date,
    valid_from: Date,
    case_no: Option<String>,
    /// The face, by field; for its holder, and for officers who may see it whole.
    face: Option<BTreeMap<String, String>>,
    /// 电子证照标识 [GB/T 36904]; with the face.
    identifier: Option<String>,
    /// The file's seal is in order at this moment.
    sealed_well: bool,
    formats: Vec<&'static str>,
}

/// 证照详情 / One licence, for its holder and for officers in whose scope it lies.
#[utoipa::path(
    get, path = "/licences/{licence_key}", tag = "licences", operation_id = "read_licence",
    security(("token" = [])),
    params(("licence_key" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key of the licence")),
    responses((status = 200, description = "The licence", body = LicenceView))
)]
pub async fn read(caller: Caller, Keys([key]): Keys<1>) -> Result<Json<LicenceView>, Fail> {
    let ctx = &caller.ctx;
    let Detail {
        card,
        version,
        verdict,
    } = licences::detail(ctx, &key).await?;
    let target = Target {
        owner: Some(ctx.actor.owner()),
        ..Target::default()
    };
    let own = ctx.actor.require(Permission::LicenceOwn, &target).is_ok();
    let face = licences::whole_face(ctx, &key).await?;
    Ok(Json(LicenceView {
        licence: LicenceRow::of(card, own),
        issue_date: version.data.issue_date,
        valid_from: version.data.valid_from,
        case_no: version.case_no,
        identifier: face.is_some().then_some(version.face.identifier),
        face,
        sealed_well: verdict.is_valid(),
        formats: version.data.files.iter().map(|f| f.format.code()).collect(),
    }))
}

//! `POST /licence-search`: licences of the library by a number or by the holder's name.

use axum::Json;
use kernel::PageRequest;
use licences::Query;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::LicenceRow;
use crate::caller::Caller;
use crate::input::{Body, Short};
use crate::problem::Fail;

/// The number. It travels in the body: it is, or derives from, personal data.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchBody {
    /// Licence number, or the holder's identity number or credit code.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    licence_no: Short,
}

/// The name, in full. It travels in the body as well.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HolderBody {
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    holder: Short,
}

/// The licences found.
#[derive(Serialize, ToSchema)]
pub struct Found {
    rows: Vec<LicenceRow>,
}

/// 按编号查证照 / Licences of this number, or of the holder of this number, in the caller's scope.
#[utoipa::path(
    post, path = "/licence-search", tag = "licences", operation_id = "search_licences",
    security(("token" = [])), request_body = SearchBody,
    responses((status = 200, description = "The licences", body = Found))
)]
pub async fn search(caller: Caller, Body(body): Body<SearchBody>) -> Result<Json<Found>, Fail> {
    let wanted = Query {
        licence_no: Some(body.licence_no.into_string()),
        ..Query::default()
    };
    found(&caller, &wanted).await
}

/// 按持证人查证照 / Licences of the holder of this name in the caller's scope.
#[utoipa::path(
    post, path = "/licence-holder-search", tag = "licences", operation_id = "search_holders",
    security(("token" = [])), request_body = HolderBody,
    responses((status = 200, description = "The licences", body = Found))
)]
pub async fn of_holder(caller: Caller, Body(body): Body<HolderBody>) -> Result<Json<Found>, Fail> {
    let wanted = Query {
        holder: Some(body.holder.into_string()),
        ..Query::default()
    };
    found(&caller, &wanted).await
}

async fn found(caller: &Caller, wanted: &Query) -> Result<Json<Found>, Fail> {
    let found = licences::search(&caller.ctx, wanted, PageRequest::new(1, 100)).await?;
    let rows = found.rows.into_iter();
    Ok(Json(Found {
        rows: rows.map(|card| LicenceRow::of(card, false)).collect(),
    }))
}

//! `POST /licence-search`: a licence of the library by its number.

use axum::Json;
use kernel::PageRequest;
use licences::Query;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::LicenceRow;
use crate::caller::Caller;
use crate::input::{Body, Short};
use crate::problem::Fail;

/// The number. It travels in the body: some are derived from identity numbers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchBody {
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    licence_no: Short,
}

/// The licences of a number.
#[derive(Serialize, ToSchema)]
pub struct Found {
    rows: Vec<LicenceRow>,
}

/// 按编号查证照 / Licences with this number in the caller's scope.
#[utoipa::path(
    post, path = "/licence-search", tag = "licences", operation_id = "search_licences",
    security(("token" = [])), request_body = SearchBody,
    responses((status = 200, description = "The licences", body = Found))
)]
pub async fn search(caller: Caller, Body(body): Body<SearchBody>) -> Result<Json<Found>, Fail> {
    let wanted = Query {
        licence_no: Some(body.licence_no.into_string()),
        states: Vec::new(),
    };
    let found = licences::search(&caller.ctx, &wanted, PageRequest::new(1, 100)).await?;
    Ok(Json(Found {
        rows: found
            .rows
            .into_iter()
            .map(|card| LicenceRow::of(card, false))
            .collect(),
    }))
}

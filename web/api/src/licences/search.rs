//! `POST /licence-search`: licences of the library by a number or by the holder's name.

use axum::Json;
use kernel::{PageRequest, Problem};
use licences::Query;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::LicenceRow;
use crate::caller::Caller;
use crate::input::{Body, Short};
use crate::problem::Fail;

/// The number, the name, or both. They travel in the body: they are personal data.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchBody {
    /// Licence number, or the holder's identity number or credit code.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    licence_no: Option<Short>,
    /// The holder's name in full.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    holder: Option<Short>,
}

/// The licences found.
#[derive(Serialize, ToSchema)]
pub struct Found {
    rows: Vec<LicenceRow>,
}

/// 按编号、持证人查证照 / Licences of this number or holder in the caller's scope.
#[utoipa::path(
    post, path = "/licence-search", tag = "licences", operation_id = "search_licences",
    security(("token" = [])), request_body = SearchBody,
    responses((status = 200, description = "The licences", body = Found))
)]
pub async fn search(caller: Caller, Body(body): Body<SearchBody>) -> Result<Json<Found>, Fail> {
    let wanted = Query {
        licence_no: body.licence_no.map(Short::into_string),
        holder: body.holder.map(Short::into_string),
        ..Query::default()
    };
    if wanted.licence_no.is_none() && wanted.holder.is_none() {
        return Err(Problem::invalid(
            "nothing_asked",
            "请给出证照编号、证件号码或持证人名称",
            "Give a number or the holder's name",
        )
        .at("licence_no")
        .into());
    }
    let found = licences::search(&caller.ctx, &wanted, PageRequest::new(1, 100)).await?;
    Ok(Json(Found {
        rows: found
            .rows
            .into_iter()
            .map(|card| LicenceRow::of(card, false))
            .collect(),
    }))
}

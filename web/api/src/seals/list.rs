//! `GET /seals`: the seals in the caller's scope.

use axum::Json;
use kernel::Problem;
use seals::{SealType, State as SealState, Wanted};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::SealRow;
use crate::caller::Caller;
use crate::input::{Params, Short, Text};
use crate::paging::{self, PageOf};
use crate::problem::Fail;

/// Which seals.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SealQuery {
    /// Only those of this agency.
    #[param(
        value_type = Option<String>, min_length = 1, max_length = 100,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]+$"
    )]
    agency: Option<Short>,
    /// Only those in this state of I-03.
    #[param(value_type = Option<String>, pattern = "^(APPLIED|REFUSED|APPROVED|MADE|FILED|RELEASED|ACTIVE|LOST|DESTROYED|EXPIRED)$")]
    state: Option<Text<1, 40>>,
    #[param(value_type = Option<String>, pattern = "^(official|acceptance|licence|business|personal)$")]
    seal_type: Option<Text<1, 40>>,
    /// A part of the name or identifier.
    #[param(
        value_type = Option<String>, min_length = 1, max_length = 100,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]+$"
    )]
    text: Option<Short>,
    #[serde(default, deserialize_with = "paging::page")]
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    page: Option<u32>,
    #[serde(default, deserialize_with = "paging::size")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    size: Option<u32>,
}

/// A code that is one of the platform's.
pub fn code<T>(
    field: &'static str,
    text: Option<&str>,
    read: fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let Some(text) = text else {
        return Ok(None);
    };
    read(text).map(Some).ok_or_else(|| {
        Problem::invalid("invalid_query", "没有这个值", "There is no such value").at(field)
    })
}

/// 印章列表 / The seals of the agencies in the caller's scope.
#[utoipa::path(
    get, path = "/seals", tag = "seals", operation_id = "list_seals",
    security(("token" = [])), params(SealQuery),
    responses((status = 200, description = "A page of seals", body = PageOf<SealRow>,
               links(("first" = (operation_id = "read_seal", parameters(
                         ("path.key" = "$response.body#/rows/0/key")))),
                     ("second" = (operation_id = "read_seal", parameters(
                         ("path.key" = "$response.body#/rows/1/key")))))))
)]
pub async fn list(
    caller: Caller,
    Params(query): Params<SealQuery>,
) -> Result<Json<PageOf<SealRow>>, Fail> {
    let wanted = Wanted {
        agency: query.agency.map(Short::into_string),
        state: code(
            "state",
            query.state.as_ref().map(Text::as_str),
            SealState::from_code,
        )?,
        seal_type: code(
            "seal_type",
            query.seal_type.as_ref().map(Text::as_str),
            SealType::from_code,
        )?,
        text: query.text.map(Short::into_string),
    };
    let page = paging::request(query.page, query.size);
    let found = seals::search(&caller.ctx, &wanted, page).await?;
    Ok(Json(PageOf::of(found, SealRow::of)))
}

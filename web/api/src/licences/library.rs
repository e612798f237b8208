//! `GET /licence-library`: the library in the officer's scope.

use axum::Json;
use jiff::civil::Date;
use kernel::Problem;
use licences::{Query, State as LicenceState};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::LicenceRow;
use crate::caller::Caller;
use crate::input::{Params, Text};
use crate::paging::{self, PageOf};
use crate::problem::Fail;

/// Which licences.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LibraryQuery {
    /// Only licences in this state.
    #[param(value_type = Option<String>, pattern = "^(COLLECTED|DISCARDED|CHECKED|VALID|HISTORY|SUSPENDED|LOST|EXPIRED|VOID|REVOKED|CANCELLED)$")]
    state: Option<Text<1, 40>>,
    /// Only licences of this issuer: agency code.
    #[serde(rename = "agency")]
    #[param(value_type = Option<String>, rename = "agency", min_length = 1, max_length = 40, pattern = r"^[A-Za-z0-9_]+$")]
    agency: Option<Text<1, 40>>,
    /// Only licences of this type: short code.
    #[serde(rename = "type")]
    #[param(value_type = Option<String>, rename = "type", min_length = 1, max_length = 40, pattern = r"^[A-Za-z0-9_]+$")]
    kind: Option<Text<1, 40>>,
    /// Issued on this day or later.
    #[param(value_type = Option<String>, format = Date)]
    issued_from: Option<Date>,
    /// Issued on this day or before.
    #[param(value_type = Option<String>, format = Date)]
    issued_to: Option<Date>,
    #[serde(default, deserialize_with = "paging::page")]
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    page: Option<u32>,
    #[serde(default, deserialize_with = "paging::size")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    size: Option<u32>,
}

/// 证照库 / The licences of the agencies in the caller's scope.
#[utoipa::path(
    get, path = "/licence-library", tag = "licences", operation_id = "licence_library",
    security(("token" = [])), params(LibraryQuery),
    responses((status = 200, description = "A page of licences", body = PageOf<LicenceRow>))
)]
pub async fn library(
    caller: Caller,
    Params(query): Params<LibraryQuery>,
) -> Result<Json<PageOf<LicenceRow>>, Fail> {
    let states = match &query.state {
        None => Vec::new(),
        Some(code) => vec![LicenceState::from_code(code.as_str()).ok_or_else(|| {
            Problem::invalid("invalid_query", "没有这种状态", "There is no such state").at("state")
        })?],
    };
    let wanted = Query {
        agency: code(query.agency, "agency")?,
        type_code: code(query.kind, "type")?,
        issued_from: query.issued_from,
        issued_to: query.issued_to,
        states,
        ..Query::default()
    };
    let page = paging::request(query.page, query.size);
    let found = licences::search(&caller.ctx, &wanted, page).await?;
    Ok(Json(PageOf::of(found, |card| LicenceRow::of(card, false))))
}

/// A code of ours: letters, digits and underlines.
fn code(given: Option<Text<1, 40>>, name: &'static str) -> Result<Option<String>, Problem> {
    let Some(text) = given.map(Text::into_string) else {
        return Ok(None);
    };
    match text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        true => Ok(Some(text)),
        false => {
            let zh = "代码只含字母、数字和下划线";
            let en = "A code has letters, digits and underlines only";
            Err(Problem::invalid("invalid_query", zh, en).at(name))
        }
    }
}

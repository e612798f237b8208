//! `GET /seals/{key}/uses` and `GET /seal-uses`: what seals were used for [I-15].

use axum::Json;
use jiff::Timestamp;
use jiff::civil::Date;
use kernel::{Problem, time};
use seals::Uses;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::UseView;
use crate::caller::Caller;
use crate::input::{Params, Short};
use crate::key::Keys;
use crate::paging::{self, PageOf};
use crate::problem::Fail;

/// Which uses.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UseQuery {
    /// Only those of this day, Beijing time.
    #[param(value_type = Option<String>, format = Date)]
    day: Option<Date>,
    /// Kind of document: `notice`, `decision`, `licence`, `proof` or another.
    #[param(
        value_type = Option<String>, min_length = 1, max_length = 100,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]+$"
    )]
    document_kind: Option<Short>,
    /// A part of the purpose, or a whole case number.
    #[param(
        value_type = Option<String>, min_length = 1, max_length = 100,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]+$"
    )]
    purpose: Option<Short>,
    #[serde(default, deserialize_with = "paging::page")]
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    page: Option<u32>,
    #[serde(default, deserialize_with = "paging::size")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    size: Option<u32>,
}

/// 用章记录 / The uses of a seal, newest first.
#[utoipa::path(
    get, path = "/seals/{key}/uses", tag = "seals", operation_id = "seal_uses",
    security(("token" = [])),
    params(("key" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$", description = "Key of the seal"),
           UseQuery),
    responses((status = 200, description = "A page of uses", body = PageOf<UseView>))
)]
pub async fn uses(
    caller: Caller,
    Keys([key]): Keys<1>,
    Params(query): Params<UseQuery>,
) -> Result<Json<PageOf<UseView>>, Fail> {
    let seal = seals::detail(&caller.ctx, &key).await?.seal;
    let (from, to) = span(query.day)?;
    let list = Uses {
        agency: seal.owner.agency_code,
        region: seal.owner.region_code,
        seal: Some(key),
        from,
        to,
        document_kind: query.document_kind.map(Short::into_string),
        purpose: query.purpose.map(Short::into_string),
    };
    let page = paging::request(query.page, query.size);
    let found = seals::uses(&caller.ctx, &list, page).await?;
    Ok(Json(PageOf::of(found, UseView::of)))
}

/// The span of a day, Beijing time.
fn span(day: Option<Date>) -> Result<(Option<Timestamp>, Option<Timestamp>), Problem> {
    let start = |day: Date| {
        time::from_beijing(day.at(0, 0, 0, 0)).map_err(|_| {
            Problem::invalid("invalid_query", "日期超出范围", "The day is out of range").at("day")
        })
    };
    let Some(day) = day else {
        return Ok((None, None));
    };
    let next = day.tomorrow().ok().map(start).transpose()?;
    Ok((Some(start(day)?), next))
}

/// Which uses of an agency's seals.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AgencyUseQuery {
    /// Code of the owner agency; left out: the caller's own.
    #[param(
        value_type = Option<String>, min_length = 1, max_length = 100,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]+$"
    )]
    agency: Option<Short>,
    /// Only those of this day, Beijing time.
    #[param(value_type = Option<String>, format = Date)]
    day: Option<Date>,
    /// Kind of document: `notice`, `decision`, `licence`, `proof` or another.
    #[param(
        value_type = Option<String>, min_length = 1, max_length = 100,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]+$"
    )]
    document_kind: Option<Short>,
    /// A part of the purpose, or a whole case number.
    #[param(
        value_type = Option<String>, min_length = 1, max_length = 100,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]+$"
    )]
    purpose: Option<Short>,
    #[serde(default, deserialize_with = "paging::page")]
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    page: Option<u32>,
    #[serde(default, deserialize_with = "paging::size")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    size: Option<u32>,
}

/// 机构用章记录 / The uses of all seals of an agency, newest first.
#[utoipa::path(
    get, path = "/seal-uses", tag = "seals", operation_id = "agency_seal_uses",
    security(("token" = [])), params(AgencyUseQuery),
    responses((status = 200, description = "A page of uses", body = PageOf<UseView>))
)]
pub async fn of_agency(
    caller: Caller,
    Params(query): Params<AgencyUseQuery>,
) -> Result<Json<PageOf<UseView>>, Fail> {
    let own = || caller.ctx.actor.agency.clone().unwrap_or_default();
    let agency = query.agency.map_or_else(own, Short::into_string);
    let directory = agencies::directory(&caller.ctx).await?;
    // Of an agency that is none nobody sees anything: no scope holds it.
    let region = directory.agency(&agency).map(|a| a.region_code.clone());
    let (from, to) = span(query.day)?;
    let list = Uses {
        agency,
        region: region.unwrap_or_default(),
        seal: None,
        from,
        to,
        document_kind: query.document_kind.map(Short::into_string),
        purpose: query.purpose.map(Short::into_string),
    };
    let page = paging::request(query.page, query.size);
    let found = seals::uses(&caller.ctx, &list, page).await?;
    Ok(Json(PageOf::of(found, UseView::of)))
}

//! `GET /agency-cases`: cases in the caller's scope.

use axum::Json;
use cases::State as CaseState;
use kernel::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

use super::row::CaseRowView;
use crate::caller::Caller;
use crate::input::{Params, Text};
use crate::paging::{self, PageOf};
use crate::problem::Fail;

/// Which cases.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AgencyQuery {
    /// Only cases in this state of D-37.
    #[param(value_type = Option<String>, pattern = "^(SUBMITTED|CORRECTING|PRE_REVIEWED|TAKEN_IN|ACCEPTED|NOT_ACCEPTED|IN_REVIEW|CORRECTING_IN_REVIEW|SUSPENDED|ABORTED|WITHDRAWN|DECIDED|AWAITING_PAYMENT|COMPLETED|RE_REVIEW|DELIVERED|ARCHIVED)$")]
    state: Option<Text<1, 40>>,
    #[serde(default, deserialize_with = "paging::page")]
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    page: Option<u32>,
    #[serde(default, deserialize_with = "paging::size")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    size: Option<u32>,
}

/// 机构办件 / Cases of the agencies in the caller's scope; drafts are nobody's but the applicant's.
#[utoipa::path(
    get, path = "/agency-cases", tag = "cases", operation_id = "agency_cases",
    security(("token" = [])), params(AgencyQuery),
    responses((status = 200, description = "A page of cases", body = PageOf<CaseRowView>))
)]
pub async fn agency(
    caller: Caller,
    Params(query): Params<AgencyQuery>,
) -> Result<Json<PageOf<CaseRowView>>, Fail> {
    let states: Vec<CaseState> = match &query.state {
        None => CaseState::ALL
            .iter()
            .copied()
            .filter(|s| *s != CaseState::Draft)
            .collect(),
        Some(code) => vec![
            CaseState::from_code(code.as_str())
                .filter(|state| *state != CaseState::Draft)
                .ok_or_else(|| {
                    Problem::invalid("invalid_query", "没有这种状态", "There is no such state")
                        .at("state")
                })?,
        ],
    };
    let page = paging::request(query.page, query.size);
    let found = cases::agency_cases(&caller.ctx, &states, page).await?;
    Ok(Json(PageOf::of(found, CaseRowView::from)))
}

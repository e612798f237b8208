//! `POST /licences`: a licence composes itself of the data of an approval.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use collection::{Approval, GivenByAgency};
use jiff::civil::Date;
use kernel::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::LicenceRow;
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Body, Text};
use crate::problem::Fail;

/// A photo of 2 MB as base64, with the rest around it.
const LIMIT: usize = (2 << 20) / 3 * 4 + 256 * 1024;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(issue))
        .layer(DefaultBodyLimit::max(LIMIT))
}

/// The result of an approval as data.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueBody {
    /// Short code of the licence type.
    #[schema(value_type = String, min_length = 1, max_length = 40)]
    type_code: Text<1, 40>,
    /// Code of the issuing agency.
    #[schema(value_type = String, min_length = 1, max_length = 40)]
    issuer: Text<1, 40>,
    /// Region of the licence; the issuer's, where none is given.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 12)]
    region: Option<Text<1, 12>>,
    holder: HolderBody,
    /// What the agency's own system gave the licence; without it the platform numbers and dates it.
    given: Option<GivenBody>,
    /// Fields of the face that the platform does not fill itself. What is missing comes from the
    /// registers where the type names them.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    face: BTreeMap<String, Text<0, 500>>,
    /// JPEG or PNG of at most 2 MB, base64; the population register's, where none is given.
    photo: Option<String>,
    /// 办件编号 of the agency's own system.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 40)]
    case_no: Option<Text<1, 40>>,
    /// 来源系统: where the data come from.
    #[schema(value_type = String, min_length = 1, max_length = 60)]
    source_system: Text<1, 60>,
}

/// 持证主体.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HolderBody {
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    name: Text<1, 100>,
    /// Identity number or credit code, as the type asks. Empty for a trader's own licence that the
    /// platform numbers.
    #[serde(default)]
    #[schema(value_type = String, max_length = 24)]
    id: Text<0, 24>,
}

/// Number and dates that were given already.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenBody {
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    licence_no: Text<1, 100>,
    issue_date: Date,
    /// The day of issue, where none is given.
    valid_from: Option<Date>,
    /// None: for a long term.
    valid_to: Option<Date>,
}

/// A licence that was made.
#[derive(Serialize, ToSchema)]
pub struct IssuedView {
    licence: LicenceRow,
    /// Where its files are: `ofd`, `pdf`, `png` by format.
    files: BTreeMap<&'static str, String>,
}

/// 证照自动合成 / Makes a licence of the data of an approval: composed, sealed, in the library and
/// in its holder's wallet when this answers. Repeat it with the same Idempotency-Key.
#[utoipa::path(
    post, path = "/licences", tag = "licences", operation_id = "issue_licence",
    security(("token" = [])),
    params(("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,128}$",
            description = "The same key gives the same answer for a day")),
    request_body = IssueBody,
    responses((status = 201, description = "The licence", body = IssuedView,
               headers(("Location" = String, description = "Address of the licence"))))
)]
pub async fn issue(caller: Caller, Body(body): Body<IssueBody>) -> Result<Response, Fail> {
    let ctx = &caller.ctx;
    let photo = match &body.photo {
        None => None,
        Some(text) => Some(STANDARD.decode(text).map_err(|_| {
            let (zh, en) = ("照片须为base64", "The photo is base64");
            Problem::new("invalid_body", 422, zh, en).at("photo")
        })?),
    };
    let face = body.face.into_iter();
    let approval = Approval {
        type_code: body.type_code.into_string(),
        issuer: body.issuer.into_string(),
        region: body.region.map(Text::into_string),
        holder: body.holder.name.into_string(),
        holder_id: body.holder.id.into_string(),
        given: body.given.map(|given| GivenByAgency {
            licence_no: given.licence_no.into_string(),
            issue_date: given.issue_date,
            valid_from: given.valid_from,
            valid_to: given.valid_to,
        }),
        face: face
            .map(|(code, value)| (code, value.into_string()))
            .collect(),
        photo,
        case_no: body.case_no.map(Text::into_string),
        source_system: body.source_system.into_string(),
    };
    let key = collection::issue_approval(ctx, &approval).await?;
    // Whoever made it may see what was made, even without the right to query the library.
    let card = licences::card_of(&ctx.as_system(), &key).await?;
    let files = ["ofd", "pdf", "png"];
    let view = IssuedView {
        files: files
            .map(|format| (format, format!("/api/v1/licences/{key}/files/{format}")))
            .into(),
        licence: LicenceRow::of(card, false),
    };
    let mut response = (StatusCode::CREATED, Json(view)).into_response();
    if let Ok(at) = HeaderValue::from_str(&format!("/api/v1/licences/{key}")) {
        response.headers_mut().insert(header::LOCATION, at);
    }
    Ok(response)
}

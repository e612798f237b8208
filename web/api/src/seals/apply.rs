//! `POST /seals`: an application.

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::Problem;
use seals::{Apply, Drawing, Impress, NewFile, Owner, Scan, SealType, Shape};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::SealView;
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Body, Short, Text};
use crate::problem::Fail;

/// Document and picture as base64, with the rest around them.
const LIMIT: usize = (seals::FILE_LIMIT + seals::PICTURE_LIMIT) / 3 * 4 + 64 * 1024;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(apply))
        .layer(DefaultBodyLimit::max(LIMIT))
}

/// What is applied for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyBody {
    /// Code of the owner agency.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    agency: Short,
    #[schema(value_type = String, pattern = "^(official|acceptance|licence|business|personal)$")]
    seal_type: Text<1, 40>,
    /// The responsible officer, for a personal name seal.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 24)]
    person: Option<Text<1, 24>>,
    /// Title and number of the document that orders the seal.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    basis: Text<1, 200>,
    /// User name of who will keep it.
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    custodian: Text<1, 64>,
    impression: ImpressionBody,
    basis_file: Option<FileBody>,
    /// Key of the seal that this one renews.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    replaces: Option<Short>,
}

/// Where the impression comes from.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "source", rename_all = "snake_case", deny_unknown_fields)]
pub enum ImpressionBody {
    /// As is usual for the type.
    Usual {},
    Drawn {
        #[schema(value_type = String, pattern = "^(round|oval|rectangle)$")]
        shape: Text<1, 40>,
        #[serde(default)]
        #[schema(value_type = String, max_length = 12)]
        purpose: Text<0, 12>,
        /// 印章编码 at the foot.
        #[serde(default)]
        #[schema(value_type = String, pattern = "^[0-9A-Za-z]{0,18}$")]
        digits: Text<0, 18>,
        #[schema(minimum = 10, maximum = 70)]
        width_mm: u16,
        #[schema(minimum = 10, maximum = 70)]
        height_mm: u16,
    },
    Uploaded {
        /// PNG, JPEG or BMP of at most 2 MB, base64.
        picture: String,
        #[schema(minimum = 10, maximum = 70)]
        width_mm: u16,
        #[schema(minimum = 10, maximum = 70)]
        height_mm: u16,
    },
}

/// A file in a body.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileBody {
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    name: Short,
    /// PDF, OFD, PNG or JPEG of at most 10 MB, base64.
    content: String,
}

fn wrong(field: &str, zh: &str, en: &str) -> Problem {
    Problem::new("invalid_body", 422, zh, en).at(field)
}

fn bytes(field: &str, text: &str) -> Result<Vec<u8>, Problem> {
    STANDARD
        .decode(text)
        .map_err(|_| wrong(field, "内容须为base64", "The content is base64"))
}

fn impress(body: ImpressionBody, seal_type: SealType) -> Result<Impress, Problem> {
    Ok(match body {
        ImpressionBody::Usual {} => Impress::Drawn(Drawing::usual(seal_type)),
        ImpressionBody::Drawn {
            shape,
            purpose,
            digits,
            width_mm,
            height_mm,
        } => Impress::Drawn(Drawing {
            shape: Shape::from_code(shape.as_str())
                .ok_or_else(|| wrong("shape", "没有这种形状", "There is no such shape"))?,
            purpose: purpose.into_string(),
            digits: digits.into_string(),
            width_mm,
            height_mm,
        }),
        ImpressionBody::Uploaded {
            picture,
            width_mm,
            height_mm,
        } => Impress::Uploaded(Scan {
            bytes: bytes("picture", &picture)?,
            width_mm,
            height_mm,
        }),
    })
}

/// 申请印章 / Applies for a seal. Another person reviews the application.
#[utoipa::path(
    post, path = "/seals", tag = "seals", operation_id = "apply_for_seal",
    security(("token" = [])),
    params(("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,128}$",
            description = "The same key gives the same answer for a day")),
    request_body = ApplyBody,
    responses((status = 201, description = "The seal", body = SealView,
               headers(("ETag" = String, description = "The revision"))))
)]
pub async fn apply(caller: Caller, Body(body): Body<ApplyBody>) -> Result<Response, Fail> {
    let ctx = &caller.ctx;
    let seal_type = SealType::from_code(body.seal_type.as_str())
        .ok_or_else(|| wrong("seal_type", "没有这种印章", "There is no such type of seal"))?;
    let directory = agencies::directory(ctx).await?;
    let agency = directory
        .agency(body.agency.as_str())
        .ok_or_else(|| wrong("agency", "没有这个机构", "There is no such agency"))?;
    let custodian = body.custodian.into_string();
    let known = identity::staff(&ctx.as_system(), &custodian).await?;
    if !known.is_some_and(|staff| staff.enabled) {
        return Err(wrong("custodian", "没有这名工作人员", "There is no such officer").into());
    }
    let basis_file = match body.basis_file {
        None => None,
        Some(file) => Some(NewFile {
            name: file.name.into_string(),
            bytes: bytes("basis_file", &file.content)?,
        }),
    };
    let command = Apply {
        owner: Owner {
            agency_code: agency.code.clone(),
            uscc: agency.uscc.clone(),
            name: agency.name.clone(),
            region_code: agency.region_code.clone(),
        },
        seal_type,
        person: body.person.map(Text::into_string),
        basis: body.basis.into_string(),
        custodian,
        impression: impress(body.impression, seal_type)?,
        basis_file,
        replaces: body.replaces.map(Short::into_string),
    };
    let seal = seals::apply(ctx, command).await?;
    super::shown(ctx, &seal.key, StatusCode::CREATED).await
}

//! `POST /sealed-documents`: a document comes in, and goes back sealed [I-09].

use std::sync::Arc;

use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use kernel::{Permission, Problem};
use seals::{DOCUMENT_LIMIT, Placing, SealDocument, SealError, Straddle, UseId, Where};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::caller::Caller;
use crate::content;
use crate::input::{Short, Text};
use crate::problem::Fail;

/// Names the uses of the answer's seals in the log.
const USES: HeaderName = HeaderName::from_static("seal-uses");

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(seal_document))
        .layer(DefaultBodyLimit::max(DOCUMENT_LIMIT + 64 * 1024))
}

/// The form: the document, and what it is to be sealed with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read part by part")]
struct SealForm {
    /// OFD or PDF, at most 10 MB, told by content.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    order: SealOrder,
}

/// What a document is to be sealed with, as JSON.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealOrder {
    /// What the authorisations name: `notice`, `decision`, `licence`, `proof` or another.
    #[schema(value_type = String, min_length = 1, max_length = 40)]
    document_kind: Text<1, 40>,
    /// In words for the log: title and number of the document. No personal data.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    purpose: Text<1, 200>,
    /// 办件编号.
    #[serde(default)]
    #[schema(value_type = String, max_length = 40)]
    case_no: Text<0, 40>,
    /// Short item code.
    #[serde(default)]
    #[schema(value_type = String, max_length = 40)]
    item_code: Text<0, 40>,
    /// User name of the officer on whose act a business system seals; of an officer's own token it
    /// is always the officer.
    #[serde(default)]
    #[schema(value_type = String, max_length = 64)]
    person: Text<0, 64>,
    /// The last seal closes the document: none can follow.
    #[serde(default)]
    closing: bool,
    /// In order: each later signature covers the earlier ones.
    #[schema(min_items = 1, max_items = 8)]
    seals: Vec<SealPlacing>,
}

/// One seal: in its place, over the edges of the pages, or both.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealPlacing {
    /// Key of the seal.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    seal: Short,
    place: Option<SealPlace>,
    straddle: Option<SealStraddle>,
}

/// Upper left corner of the impression, at the seal's own size.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealPlace {
    /// From 1.
    #[schema(minimum = 1)]
    page: u32,
    /// Millimetres from the left edge of the page.
    x: f32,
    /// Millimetres from the upper edge.
    y: f32,
}

/// 骑缝章: slices of the impression on the right edges of all pages.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealStraddle {
    /// Upper edge of the slices, millimetres from the upper edge; in the middle when absent.
    y: Option<f32>,
}

impl From<SealPlacing> for Placing {
    fn from(body: SealPlacing) -> Self {
        Self {
            seal: body.seal.into_string(),
            place: body.place.map(|place| Where {
                page: place.page as usize,
                x: place.x,
                y: place.y,
            }),
            straddle: body.straddle.map(|straddle| Straddle { y: straddle.y }),
        }
    }
}

fn order(text: Option<&str>) -> Result<SealOrder, Problem> {
    let text = text.ok_or_else(|| {
        Problem::new(
            "order_missing",
            422,
            "请在order中说明用哪些印章",
            "Say in the part named order what to seal with",
        )
        .at("order")
    })?;
    serde_json::from_str(text).map_err(|error| {
        Problem::new(
            "invalid_body",
            422,
            format!("order不符合接口定义：{error}"),
            format!("The order does not fit the definition: {error}"),
        )
        .at("order")
    })
}

/// 文件盖章 / Seals an OFD or PDF with seals that the caller is authorised for, in order. Either all
/// sign or nothing is answered; every use is logged.
#[utoipa::path(
    post, path = "/sealed-documents", tag = "seals", operation_id = "seal_document",
    security(("token" = [])),
    params(("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,128}$",
            description = "The same key gives the same answer for a day")),
    request_body(content = SealForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "The sealed document",
        content((Vec<u8> = "application/pdf"), (Vec<u8> = "application/ofd")),
        headers(("Seal-Uses" = String, description = "Keys of the uses, with commas, in order"))))
)]
pub async fn seal_document(
    caller: Caller,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Response, Fail> {
    let ctx = &caller.ctx;
    // Before the body is read: who may use no seal need not send a document.
    if ctx.actor.scopes(Permission::SealUse).is_empty() {
        return Err(SealError::from(kernel::Denied(Permission::SealUse)).into());
    }
    let sent = content::receive(content::multipart(parts)?, &["order"]).await?;
    let order = order(sent.field("order"))?;
    let wanted = SealDocument {
        bytes: Arc::new(sent.bytes),
        document_kind: order.document_kind.into_string(),
        purpose: order.purpose.into_string(),
        case_no: order.case_no.into_string(),
        item_code: order.item_code.into_string(),
        person: order.person.into_string(),
        closing: order.closing,
        seals: order.seals.into_iter().map(Placing::from).collect(),
    };
    let sealed = seals::seal_document(ctx, wanted).await?;
    let stem = std::path::Path::new(&sent.name).file_stem();
    let stem = stem.and_then(|stem| stem.to_str()).unwrap_or("document");
    let name = format!("{stem}.{}", sealed.format.code());
    let mut response = content::file(&name, sealed.format.media_type(), sealed.bytes);
    let uses: Vec<&str> = sealed.uses.iter().map(UseId::as_str).collect();
    if let Ok(uses) = HeaderValue::from_str(&uses.join(",")) {
        response.headers_mut().insert(USES, uses);
    }
    Ok(response)
}

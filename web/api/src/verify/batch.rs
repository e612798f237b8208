//! `POST /verify`: many files and codes at once, for agencies.

use axum::Json;
use axum::extract::DefaultBodyLimit;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::VerdictView;
use crate::app::App;
use crate::caller::Caller;
use crate::input::{Body, Short};
use crate::problem::Fail;

/// Files and codes in one call.
const MOST: usize = 50;
/// Bytes of one call.
const BATCH_LIMIT: usize = 64 * 1024 * 1024;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(batch))
        .layer(DefaultBodyLimit::max(BATCH_LIMIT))
}

/// What is to be verified: 64 MB in all.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchBody {
    #[schema(min_items = 1, max_items = 50)]
    items: Vec<BatchItem>,
}

/// A file or a code: exactly one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchItem {
    /// What the caller calls it: comes back with the verdict.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    name: Option<Short>,
    /// OFD or PDF, base64.
    file: Option<String>,
    /// The code of a QR code: the last part of its address.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    token: Option<Short>,
}

/// The verdicts in the order of the items.
#[derive(Serialize, ToSchema)]
pub struct BatchView {
    results: Vec<BatchResult>,
}

/// One verdict.
#[derive(Serialize, ToSchema)]
struct BatchResult {
    name: Option<String>,
    verdict: VerdictView,
}

enum Wish {
    File(Vec<u8>),
    Token(String),
}

fn wrong(zh: impl Into<String>, en: impl Into<String>) -> Fail {
    Problem::new("invalid_body", 422, zh, en).at("items").into()
}

fn wish(item: BatchItem) -> Result<(Option<String>, Wish), Fail> {
    let wish = match (item.file, item.token) {
        (Some(file), None) => {
            let bytes = STANDARD.decode(file).ok();
            let bytes = bytes.filter(|bytes| !bytes.is_empty());
            Wish::File(bytes.ok_or_else(|| wrong("file须为base64", "A file is base64"))?)
        }
        (None, Some(token)) => Wish::Token(token.into_string()),
        _ => {
            let zh = "每一项须在file与token中恰有一个";
            return Err(wrong(zh, "Each item has either a file or a token"));
        }
    };
    Ok((item.name.map(Short::into_string), wish))
}

/// 批量核验 / Judges files and codes of an agency, one after another. A file that cannot be read is
/// answered as not valid, with its reason; the others are judged all the same.
#[utoipa::path(
    post, path = "/verify", tag = "verify", operation_id = "verify_batch",
    request_body = BatchBody,
    security(("bearer" = [])),
    responses((status = 200, description = "The verdicts", body = BatchView))
)]
pub async fn batch(caller: Caller, Body(body): Body<BatchBody>) -> Result<Json<BatchView>, Fail> {
    if body.items.is_empty() || body.items.len() > MOST {
        return Err(wrong(
            format!("一次核验1至{MOST}份"),
            format!("1 to {MOST} at a time"),
        ));
    }
    // All is read before anything is judged: what is half wrong is refused as a whole.
    let wishes: Vec<_> = body.items.into_iter().map(wish).collect::<Result<_, _>>()?;
    let mut results = Vec::with_capacity(wishes.len());
    for (name, wish) in wishes {
        let verification = match wish {
            Wish::File(bytes) => licences::verify_file(&caller.ctx, bytes).await?,
            Wish::Token(token) => licences::verify_token(&caller.ctx, &token).await?,
        };
        results.push(BatchResult {
            name,
            verdict: VerdictView::of(verification),
        });
    }
    Ok(Json(BatchView { results }))
}

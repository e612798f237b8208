//! `POST /verify`: many files and codes at once, for agencies.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart};
use kernel::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::VerdictView;
use crate::app::App;
use crate::caller::Caller;
use crate::content;
use crate::problem::Fail;

/// Files and codes in one call.
const MOST: usize = 50;
/// Bytes in one call.
const BATCH_LIMIT: usize = 64 * 1024 * 1024;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(batch))
        .layer(DefaultBodyLimit::max(BATCH_LIMIT))
}

/// What is to be verified: the parts may stand in any order and number, 50 in all, 64 MB together.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read part by part")]
struct BatchForm {
    /// OFD or PDF files.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
    /// Codes of QR codes: the last part of their addresses, 1 to 100 letters, digits, `-` and `_`.
    token: Option<Vec<String>>,
}

/// The verdicts in the order of the parts.
#[derive(Serialize, ToSchema)]
pub struct BatchView {
    results: Vec<BatchResult>,
}

/// One verdict.
#[derive(Serialize, ToSchema)]
struct BatchResult {
    /// Name of the file, or the code.
    name: String,
    verdict: VerdictView,
}

enum Wish {
    File(Vec<u8>),
    Token,
}

/// 批量核验 / Judges files and codes of an agency, one after another. A file that cannot be read is
/// answered as not valid, with its reason; the others are judged all the same.
#[utoipa::path(
    post, path = "/verify", tag = "verify", operation_id = "verify_batch",
    request_body(content = BatchForm, content_type = "multipart/form-data"),
    security(("bearer" = [])),
    responses((status = 200, description = "The verdicts", body = BatchView))
)]
pub async fn batch(
    caller: Caller,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Json<BatchView>, Fail> {
    // All is read before anything is judged: half an upload is refused as a whole.
    let mut wishes = Vec::new();
    let mut parts = content::multipart(parts)?;
    while let Some(part) = content::next(&mut parts).await? {
        if wishes.len() == MOST {
            return Err(Problem::new(
                "too_many",
                422,
                format!("一次最多核验{MOST}份"),
                format!("At most {MOST} at a time"),
            )
            .into());
        }
        let wish = match part.name() {
            Some("file") => {
                let name = part.file_name().unwrap_or("file").to_owned();
                (name, Wish::File(content::bytes(part).await?))
            }
            Some("token") => {
                let bytes = content::bytes(part).await?;
                let token = String::from_utf8(bytes.to_vec()).unwrap_or_default();
                let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
                if token.is_empty() || token.len() > 100 || !token.chars().all(fits) {
                    return Err(Problem::new(
                        "invalid_body",
                        422,
                        "token不是二维码中的代码",
                        "A token is the last part of the address in a QR code",
                    )
                    .at("token")
                    .into());
                }
                (token, Wish::Token)
            }
            other => {
                let name = other.unwrap_or_default().to_owned();
                return Err(content::strange(&name).into());
            }
        };
        wishes.push(wish);
    }
    if wishes.is_empty() {
        return Err(content::no_file().into());
    }
    let mut results = Vec::with_capacity(wishes.len());
    for (name, wish) in wishes {
        let verification = match wish {
            Wish::File(bytes) => licences::verify_file(&caller.ctx, bytes).await?,
            Wish::Token => licences::verify_token(&caller.ctx, &name).await?,
        };
        results.push(BatchResult {
            name,
            verdict: VerdictView::of(verification),
        });
    }
    Ok(Json(BatchView { results }))
}

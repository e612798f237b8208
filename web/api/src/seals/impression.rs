//! `GET /seals/{key}/impression`: what the seal leaves on paper.

use axum::response::Response;

use crate::caller::Caller;
use crate::content;
use crate::key::Keys;
use crate::problem::Fail;

/// 印模 / The impression as PNG on transparent ground.
#[utoipa::path(
    get, path = "/seals/{key}/impression", tag = "seals", operation_id = "seal_impression",
    security(("token" = [])),
    params(("key" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$", description = "Key of the seal")),
    responses((status = 200, description = "The picture", content((Vec<u8> = "image/png"))))
)]
pub async fn impression(caller: Caller, Keys([key]): Keys<1>) -> Result<Response, Fail> {
    let png = seals::impression(&caller.ctx, &key).await?;
    Ok(content::file("impression.png", "image/png", png))
}

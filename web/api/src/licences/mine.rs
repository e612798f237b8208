//! `GET /licences`: the own licences.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::LicenceRow;
use crate::caller::Caller;
use crate::problem::Fail;

/// The licences of a wallet.
#[derive(Serialize, ToSchema)]
pub struct Wallet {
    rows: Vec<LicenceRow>,
}

/// 我的证照 / The wallet of the person, or of the legal person acted for.
#[utoipa::path(
    get, path = "/licences", tag = "licences", operation_id = "my_licences",
    security(("token" = [])),
    responses((status = 200, description = "The licences", body = Wallet))
)]
pub async fn mine(caller: Caller) -> Result<Json<Wallet>, Fail> {
    let owner = caller.ctx.actor.owner().to_owned();
    let held = licences::wallet(&caller.ctx, &owner).await?;
    Ok(Json(Wallet {
        rows: held
            .into_iter()
            .map(|card| LicenceRow::of(card, true))
            .collect(),
    }))
}

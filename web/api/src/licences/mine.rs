//! `GET /licences`: the own licences.

use axum::Json;
use kernel::Permission;
use licences::LicenceError;
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
    // Officers have no wallet: they are told so, not that something is missing.
    if caller.ctx.actor.scopes(Permission::LicenceOwn).is_empty() {
        return Err(LicenceError::from(kernel::Denied(Permission::LicenceOwn)).into());
    }
    let owner = caller.ctx.actor.owner().to_owned();
    let held = licences::wallet(&caller.ctx, &owner).await?;
    Ok(Json(Wallet {
        rows: held
            .into_iter()
            .map(|card| LicenceRow::of(card, true))
            .collect(),
    }))
}

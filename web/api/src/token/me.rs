//! `GET /me`: what the present token is.

use axum::Json;
use jiff::Timestamp;
use kernel::ActorKind;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::problem::Fail;

/// What a token is.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// `user`, `staff` or `machine`.
    #[schema(pattern = "^(user|staff|machine)$")]
    kind: &'static str,
    /// The client that holds the token.
    client_id: String,
    /// User name of the officer; none for others.
    username: Option<String>,
    /// It acts for a legal person: the 统一社会信用代码.
    represented: Option<String>,
    agency: Option<String>,
    region: Option<String>,
    permissions: Vec<&'static str>,
    expires_at: Timestamp,
}

/// 当前令牌 / The present token: for whom it acts, and what it may do.
#[utoipa::path(
    get, path = "/me", tag = "token", operation_id = "present_token", security(("token" = [])),
    responses((status = 200, description = "The token", body = Me))
)]
pub async fn me(caller: Caller) -> Result<Json<Me>, Fail> {
    let Caller { ctx, holder } = caller;
    let actor = &ctx.actor;
    let mut permissions: Vec<_> = actor.grants.iter().map(|g| g.permission.code()).collect();
    permissions.sort_unstable();
    permissions.dedup();
    Ok(Json(Me {
        kind: match actor.kind {
            ActorKind::Staff => "staff",
            ActorKind::User => "user",
            _ => "machine",
        },
        client_id: holder.client_id,
        username: (actor.kind == ActorKind::Staff).then(|| actor.id.clone()),
        represented: actor.represented.as_ref().map(|r| r.uscc.clone()),
        agency: actor.agency.clone(),
        region: actor.region.clone(),
        permissions,
        expires_at: holder.expires_at,
    }))
}

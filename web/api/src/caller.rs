//! Who calls: a bearer token becomes the acting context of the request. Who has none is a visitor,
//! and visitors may do what the use cases let them.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;
use identity::TokenHolder;
use kernel::{Actor, Channel, Problem};
use store::Ctx;

use crate::app::App;
use crate::language;
use crate::problem::Fail;

/// Anybody: a holder of a token, or a visitor.
pub struct Anybody(pub Ctx);

/// The holder of a token in force.
pub struct Caller {
    pub ctx: Ctx,
    pub holder: TokenHolder,
}

/// The token of the `Authorization` header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
        .filter(|token| !token.is_empty())
}

/// 401, with how to be let in.
fn shut_out(code: &'static str, zh: &str, en: &str, challenge: &'static str) -> Fail {
    Fail::from(Problem::new(code, 401, zh, en)).challenge(challenge)
}

fn unknown_token() -> Fail {
    shut_out(
        "invalid_token",
        "令牌无效、已过期或已收回",
        "The token is unknown, over or taken back",
        "Bearer realm=\"tongban\", error=\"invalid_token\"",
    )
}

async fn holder(parts: &Parts, app: &App) -> Result<(Ctx, Option<TokenHolder>), Fail> {
    let mut ctx = app.ctx.with_actor(Actor::visitor(Channel::Api));
    ctx.locale = language::of(&parts.headers);
    if !parts.headers.contains_key(header::AUTHORIZATION) {
        return Ok((ctx, None));
    }
    let token = bearer(&parts.headers).ok_or_else(unknown_token)?;
    let found = identity::token_actor(&ctx, token).await?;
    let holder = found.ok_or_else(unknown_token)?;
    Ok((ctx.with_actor(holder.actor.clone()), Some(holder)))
}

impl FromRequestParts<App> for Anybody {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fail> {
        Ok(Self(holder(parts, app).await?.0))
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fail> {
        match holder(parts, app).await? {
            (ctx, Some(holder)) => Ok(Self { ctx, holder }),
            _ => Err(shut_out(
                "token_missing",
                "请在Authorization中出示令牌",
                "Present a token in Authorization",
                "Bearer realm=\"tongban\"",
            )),
        }
    }
}

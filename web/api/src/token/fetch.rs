//! `POST /token`: a client fetches a token for itself (RFC 6749 §4.4).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use identity::IdentityError;
use kernel::{Actor, Channel, Permission, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::language;
use crate::problem::Fail;

/// The form of RFC 6749 §4.4.2. Id and secret may stand in `Authorization: Basic` instead.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "read as a form by hand: RFC 6749 wants errors of its own"
)]
pub struct TokenRequest {
    /// `client_credentials`.
    #[schema(pattern = "^client_credentials$")]
    grant_type: String,
    #[schema(max_length = 100)]
    client_id: Option<String>,
    #[schema(max_length = 200)]
    client_secret: Option<String>,
    /// Permissions with spaces between; all that the client has, when left out.
    #[schema(max_length = 1000)]
    scope: Option<String>,
}

/// A token just issued.
#[derive(Serialize, ToSchema)]
pub struct TokenAnswer {
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds.
    #[schema(minimum = 0)]
    expires_in: i64,
    /// Permissions of the token, with spaces between.
    scope: String,
}

/// 令牌 / A token for the client itself, for an hour. Tokens in the name of a person or officer are
/// given by these on their own page.
#[utoipa::path(
    post, path = "/token", tag = "token", operation_id = "fetch_token",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The token", body = TokenAnswer))
)]
pub async fn fetch(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Fail> {
    let form = headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    });
    if !form {
        return Err(Fail::from(Problem::new(
            "unsupported_media_type",
            415,
            "请以application/x-www-form-urlencoded提交",
            "Send application/x-www-form-urlencoded",
        ))
        .oauth("invalid_request"));
    }
    let asked = read(&headers, &body)?;
    let mut ctx = app.ctx.with_actor(Actor::visitor(Channel::Api));
    ctx.locale = language::of(&headers);
    let issued = identity::fetch_token(&ctx, &asked.id, &asked.secret, &asked.only)
        .await
        .map_err(refused)?;
    let scope = match identity::token_actor(&ctx, &issued.token).await? {
        Some(holder) => scope_of(&holder.actor),
        None => String::new(),
    };
    let answer = TokenAnswer {
        expires_in: issued.expires_at.duration_since(ctx.now()).as_secs(),
        access_token: issued.token,
        token_type: "Bearer",
        scope,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// The permissions of an actor, with spaces between.
pub fn scope_of(actor: &Actor) -> String {
    let mut codes: Vec<_> = actor.grants.iter().map(|g| g.permission.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.join(" ")
}

struct Asked {
    id: String,
    secret: String,
    only: Vec<Permission>,
}

fn invalid(zh: &str, en: &str) -> Fail {
    Fail::from(Problem::invalid("invalid_request", zh, en)).oauth("invalid_request")
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Asked, Fail> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(body) {
        if fields.iter().any(|(known, _)| *known == name) {
            return Err(invalid("参数重复", "A parameter stands twice"));
        }
        fields.push((name.into_owned(), value.into_owned()));
    }
    let field = |name: &str| {
        let found = fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    match field("grant_type") {
        Some("client_credentials") => {}
        None => return Err(invalid("缺少grant_type", "grant_type is missing")),
        Some(_) => {
            return Err(Fail::from(Problem::invalid(
                "unsupported_grant_type",
                "只支持client_credentials",
                "Only client_credentials is supported",
            ))
            .oauth("unsupported_grant_type"));
        }
    }
    let (id, secret) = match (basic(headers)?, field("client_id"), field("client_secret")) {
        (Some(_), _, Some(_)) => {
            return Err(invalid(
                "客户端凭证只能给出一次",
                "Client credentials are given in one way only",
            ));
        }
        (Some(pair), ..) => pair,
        (None, Some(id), Some(secret)) => (id.to_owned(), secret.to_owned()),
        _ => {
            return Err(invalid(
                "缺少client_id或client_secret",
                "client_id or client_secret is missing",
            ));
        }
    };
    if id.len() > 100 || secret.len() > 200 || id.contains('\0') {
        return Err(unknown_client());
    }
    let words = field("scope").unwrap_or_default().split_whitespace();
    let only: Option<Vec<_>> = words.map(Permission::from_code).collect();
    Ok(Asked {
        id,
        secret,
        only: only.ok_or_else(bad_scope)?,
    })
}

/// Id and secret of `Authorization: Basic`, each form-encoded (RFC 6749 §2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Fail> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let decoded = value
        .to_str()
        .ok()
        .and_then(|v| v.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, text)| STANDARD.decode(text.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let plain = |text: &str| {
        let pairs = form_urlencoded::parse(text.as_bytes()).next();
        pairs.map(|(name, _)| name.into_owned()).unwrap_or_default()
    };
    match decoded.as_deref().and_then(|text| text.split_once(':')) {
        Some((id, secret)) => Ok(Some((plain(id), plain(secret)))),
        None => Err(unknown_client()),
    }
}

fn bad_scope() -> Fail {
    Fail::from(
        Problem::invalid(
            "invalid_scope",
            "请求的权限不存在，或超出客户端的权限",
            "The scope is unknown or goes beyond the client's grants",
        )
        .at("scope"),
    )
    .oauth("invalid_scope")
}

fn unknown_client() -> Fail {
    Fail::from(Problem::new(
        "invalid_client",
        401,
        "客户端编号或密钥不正确",
        "Client id or secret is wrong",
    ))
    .oauth("invalid_client")
    .challenge("Basic realm=\"tongban\"")
}

fn refused(error: IdentityError) -> Fail {
    match error {
        IdentityError::WrongCredentials => unknown_client(),
        IdentityError::Invalid { .. } => bad_scope(),
        other => Fail::from(other).oauth("invalid_client"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic_header(text: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let value = format!("Basic {}", STANDARD.encode(text));
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        headers
    }

    #[test]
    fn credentials_are_given_once() {
        let body = b"grant_type=client_credentials&scope=case.read+licence.query";
        let asked = read(&basic_header("app:s%2Bc"), body).unwrap_or_else(|_| panic!());
        assert_eq!((asked.id.as_str(), asked.secret.as_str()), ("app", "s+c"));
        assert_eq!(asked.only.len(), 2);
        let both = b"grant_type=client_credentials&client_id=a&client_secret=b";
        assert!(read(&basic_header("app:x"), both).is_err());
        assert!(read(&HeaderMap::new(), both).is_ok());
        for bad in [
            &b"client_id=a&client_secret=b"[..],
            b"grant_type=password&client_id=a&client_secret=b",
            b"grant_type=client_credentials&client_id=a",
            b"grant_type=client_credentials&client_id=a&client_secret=b&scope=all",
            b"grant_type=client_credentials&client_id=a&client_id=a&client_secret=b",
        ] {
            assert!(read(&HeaderMap::new(), bad).is_err());
        }
    }
}

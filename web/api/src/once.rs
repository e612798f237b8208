//! `Idempotency-Key`: a request that was sent twice is done once and answered twice alike.
//!
//! Only what was done is remembered, for a day. A refusal changed nothing and leaves the key free,
//! so that the corrected request may carry it again.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use blobs::Blobs;
use kernel::Problem;
use serde::{Deserialize, Serialize};
use store::once::{Claim, Claimed};
use store::{Ctx, StoreError};
use tracing::Instrument;

use crate::app::App;
use crate::caller;
use crate::content::UPLOAD_LIMIT;
use crate::problem::Fail;

/// Name of the header.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is the one given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The headers of an answer that are part of it.
const KEPT: [HeaderName; 6] = [
    header::CONTENT_TYPE,
    header::CONTENT_LANGUAGE,
    header::ETAG,
    header::LOCATION,
    header::CONTENT_DISPOSITION,
    HeaderName::from_static("seal-uses"),
];
/// No repeatable request gives a larger answer: a sealed document of the largest size with what
/// sealing adds.
const ANSWER_LIMIT: usize = seals::DOCUMENT_LIMIT + 4 * 1024 * 1024;
/// A larger answer is kept in the file store, whose sweeper takes it away after a day.
const ROW_LIMIT: usize = 64 * 1024;

#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
    /// Name in the file store, in place of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

/// Answers repeated requests. Requests without the header, and those of visitors, pass.
pub async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    match once(&app.ctx, request, next).await {
        Ok(response) => response,
        Err(fail) => fail.into_response(),
    }
}

async fn once(ctx: &Ctx, request: Request, next: Next) -> Result<Response, Fail> {
    let (parts, body) = request.into_parts();
    let key = key(&parts.headers)?;
    let Some(token) = caller::bearer(&parts.headers) else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let Some(holder) = identity::token_actor(ctx, token).await? else {
        // The endpoint says that the token is none.
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let actor = &holder.actor;
    let who = format!("{}/{}/{}", holder.client_id, actor.id, actor.owner());
    let body = to_bytes(body, UPLOAD_LIMIT).await.map_err(|_| {
        Problem::new(
            "too_large",
            413,
            "内容过大，请查看接口文档中的上限",
            "The body is too large; see the limits in the documentation",
        )
    })?;
    let address = parts.uri.path().to_owned();
    let digest = digest(&address, &parts.headers, &body);
    let claim = match ctx.claim(&who, &key, &digest).await.map_err(internal)? {
        Claimed::Fresh(claim) => claim,
        Claimed::Answered(kept) => return replay(ctx, &kept).await,
        Claimed::Running => return Err(running()),
        Claimed::Different => return Err(different()),
    };
    // Whoever hangs up does not stop the work: its answer is kept for the next try.
    let ctx = ctx.clone();
    let work = async move {
        let response = next.run(Request::from_parts(parts, Body::from(body))).await;
        keep(&ctx, &claim, response).await
    };
    tokio::spawn(work.in_current_span())
        .await
        .map_err(|_| Problem::internal())?
}

async fn keep(ctx: &Ctx, claim: &Claim, response: Response) -> Result<Response, Fail> {
    if !response.status().is_success() {
        ctx.not_answered(claim).await.map_err(internal)?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, ANSWER_LIMIT)
        .await
        .map_err(|_| Problem::internal())?;
    let store = ctx.shared.get::<Blobs>();
    let file = match store.filter(|_| body.len() > ROW_LIMIT) {
        Some(store) => {
            let stored = store.put(ctx, body.to_vec()).await;
            Some(stored.map_err(|_| Problem::internal())?.name)
        }
        None => None,
    };
    let kept = Kept {
        status: parts.status.as_u16(),
        headers: KEPT
            .iter()
            .filter_map(|name| {
                let value = parts.headers.get(name)?.to_str().ok()?;
                Some((name.to_string(), value.to_owned()))
            })
            .collect(),
        body: match file {
            Some(_) => String::new(),
            None => STANDARD.encode(&body),
        },
        file,
    };
    let bytes = serde_json::to_vec(&kept).map_err(|_| Problem::internal())?;
    ctx.answered(claim, &bytes).await.map_err(internal)?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

async fn replay(ctx: &Ctx, kept: &[u8]) -> Result<Response, Fail> {
    let kept: Kept = serde_json::from_slice(kept).map_err(|_| Problem::internal())?;
    let body = match &kept.file {
        Some(name) => {
            let store = ctx.shared.get::<Blobs>().ok_or_else(Problem::internal)?;
            store.get(ctx, name).await.map_err(|_| gone())?
        }
        None => STANDARD
            .decode(kept.body)
            .map_err(|_| Problem::internal())?,
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(kept.status).map_err(|_| Problem::internal())?;
    for (name, value) in kept.headers {
        let name: HeaderName = name.parse().map_err(|_| Problem::internal())?;
        let value = HeaderValue::from_str(&value).map_err(|_| Problem::internal())?;
        response.headers_mut().insert(name, value);
    }
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

fn internal(error: StoreError) -> Problem {
    tracing::error!(%error, "an idempotency key could not be kept");
    Problem::internal()
}

fn key(headers: &HeaderMap) -> Result<String, Fail> {
    let value = headers.get(HEADER).and_then(|v| v.to_str().ok());
    let fits =
        |key: &&str| (1..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    value.filter(fits).map(str::to_owned).ok_or_else(|| {
        Problem::invalid(
            "idempotency_key_invalid",
            "Idempotency-Key须为1至128个可见的ASCII字符",
            "An Idempotency-Key is 1 to 128 visible ASCII characters",
        )
        .into()
    })
}

fn running() -> Fail {
    Fail::from(Problem::conflict(
        "idempotency_running",
        "同一请求正在处理，请稍候再试",
        "The same request is being worked on; try again in a moment",
    ))
    .retry_after(1)
}

fn gone() -> Problem {
    Problem::new(
        "idempotency_answer_gone",
        410,
        "这个请求已经办理，其文件不再保存，请查看用印记录",
        "The request was done; its file is no longer kept, see the log of uses",
    )
}

fn different() -> Fail {
    Problem::new(
        "idempotency_key_reused",
        422,
        "这个Idempotency-Key已用于另一请求，请换一个",
        "This Idempotency-Key was used for another request; choose a new one",
    )
    .into()
}

/// What makes two requests the same: address, revision, body. The boundary of a multipart body is
/// drawn anew for each try, so it does not count.
fn digest(path: &str, headers: &HeaderMap, body: &Bytes) -> Vec<u8> {
    let text = |name: HeaderName| headers.get(name).map_or(&b""[..], HeaderValue::as_bytes);
    let kind = text(header::CONTENT_TYPE);
    let boundary = std::str::from_utf8(kind)
        .ok()
        .and_then(|kind| kind.split_once("boundary="))
        .map(|(_, rest)| rest.trim_matches('"').as_bytes())
        .filter(|boundary| !boundary.is_empty());
    let mut bytes = Vec::with_capacity(body.len() + 256);
    bytes.extend_from_slice(path.as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(text(header::IF_MATCH));
    bytes.push(0);
    match boundary {
        Some(boundary) => bytes.extend(without(body, boundary)),
        None => bytes.extend_from_slice(body),
    }
    gm::sm3(&bytes).to_vec()
}

fn without(body: &[u8], boundary: &[u8]) -> Vec<u8> {
    let mut rest = body;
    let mut out = Vec::with_capacity(body.len());
    while let Some(at) = find(rest, boundary) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + boundary.len()..];
    }
    out.extend_from_slice(rest);
    out
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    let first = *word.first()?;
    let mut from = 0;
    while let Some(step) = text[from..].iter().position(|b| *b == first) {
        let at = from + step;
        if text[at..].starts_with(word) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn multipart(boundary: &str, content: &str) -> Vec<u8> {
        let mut headers = HeaderMap::new();
        let kind = format!("multipart/form-data; boundary={boundary}");
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        let body = format!("--{boundary}\r\n\r\n{content}\r\n--{boundary}--\r\n");
        digest("/api/v1/files", &headers, &Bytes::from(body))
    }

    #[test]
    fn a_new_boundary_makes_no_new_request() {
        assert_eq!(multipart("aaa", "text"), multipart("b0b", "text"));
        assert_ne!(multipart("aaa", "text"), multipart("aaa", "other"));
    }

    #[test]
    fn keys_are_visible_characters() {
        let ask = |value: &'static [u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, HeaderValue::from_bytes(value).unwrap());
            key(&headers)
        };
        assert_eq!(ask(b"a-1").unwrap(), "a-1");
        for bad in [&b""[..], b"a b", "核".as_bytes()] {
            assert_eq!(ask(bad).unwrap_err().status(), 400);
        }
    }
}

//! Texts travel compressed. Files that are compressed already do not; nor do pages of somebody who
//! is signed in: next to what the address put into the page, the length of a compressed page would
//! tell of the token in its forms (BREACH).

use axum::Router;
use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, Predicate, SizeAbove};

/// Shorter texts are not worth it.
const SMALLEST: u64 = 1024;

/// The page of somebody who is signed in.
#[derive(Clone, Copy)]
struct Personal;

fn is_text(headers: &HeaderMap) -> bool {
    const KINDS: [&str; 7] = [
        "text/",
        "application/json",
        "application/problem+json",
        "application/javascript",
        "application/manifest+json",
        "image/svg+xml",
        "application/xml",
    ];
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|kind| KINDS.iter().any(|known| kind.starts_with(known)))
}

fn worth_it(_: StatusCode, _: Version, headers: &HeaderMap, extensions: &Extensions) -> bool {
    is_text(headers) && extensions.get::<Personal>().is_none()
}

type Worth = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

fn predicate() -> And<SizeAbove, Worth> {
    SizeAbove::new(SMALLEST).and(worth_it as Worth)
}

async fn note_personal(request: Request, next: Next) -> Response {
    let signed_in = request
        .headers()
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .any(|(name, _)| name == portal::COOKIE || name == console::COOKIE);
    let mut response = next.run(request).await;
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if signed_in && is_page {
        response.extensions_mut().insert(Personal);
    }
    response
}

/// The router with its texts compressed.
pub fn compressed(router: Router) -> Router {
    let layer = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(predicate());
    router.layer(from_fn(note_personal)).layer(layer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt;

    async fn ask(path: &str, cookie: &str) -> (Option<String>, Option<String>, usize) {
        let long = || "云州市".repeat(2000);
        let of = move |kind: &'static str| {
            get(move || async move {
                (
                    [
                        (header::CONTENT_TYPE, kind),
                        (header::ETAG, "\"e\""),
                        (header::CONTENT_SECURITY_POLICY, "default-src 'self'"),
                    ],
                    long(),
                )
            })
        };
        let router = Router::new()
            .route("/page", of("text/html; charset=utf-8"))
            .route("/pdf", of("application/pdf"))
            .route("/json", of("application/json"));
        let request = Request::builder()
            .uri(path)
            .header("accept-encoding", "gzip")
            .header("cookie", cookie)
            .body(Body::empty())
            .unwrap();
        let response = compressed(router).oneshot(request).await.unwrap();
        let text = |name: header::HeaderName| {
            let value = response.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        assert!(text(header::CONTENT_SECURITY_POLICY).is_some());
        let (how, tag) = (text(header::CONTENT_ENCODING), text(header::ETAG));
        let length = to_bytes(response.into_body(), 99_999).await.unwrap().len();
        (how, tag, length)
    }

    #[tokio::test]
    async fn texts_are_compressed_and_files_and_personal_pages_are_not() {
        let (how, tag, length) = ask("/page", "lang=en").await;
        assert_eq!(how.as_deref(), Some("gzip"));
        assert!(tag.is_some_and(|tag| tag.ends_with("\"e\"")) && length < 2000);
        assert_eq!(ask("/json", "").await.0.as_deref(), Some("gzip"));
        assert_eq!(ask("/pdf", "").await.0, None);
        assert_eq!(ask("/page", "tb_session=1").await.0, None);
        assert_eq!(ask("/page", "lang=en; tb_desk=1").await.0, None);
        assert_eq!(
            ask("/json", "tb_session=1").await.0.as_deref(),
            Some("gzip")
        );
    }
}

//! Style sheet, script and icon, embedded in the program and served under names that hold their
//! digest, so that browsers may keep them for ever.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// One file a component; the order is that of the cascade.
const CSS: &[&str] = &[
    include_str!("../assets/css/tokens.css"),
    include_str!("../assets/css/base.css"),
    include_str!("../assets/css/header.css"),
    include_str!("../assets/css/footer.css"),
    include_str!("../assets/css/controls.css"),
    include_str!("../assets/css/tag.css"),
    include_str!("../assets/css/lamp.css"),
    include_str!("../assets/css/card.css"),
    include_str!("../assets/css/notice.css"),
    include_str!("../assets/css/forms.css"),
    include_str!("../assets/css/shots.css"),
    include_str!("../assets/css/upload.css"),
    include_str!("../assets/css/table.css"),
    include_str!("../assets/css/pager.css"),
    include_str!("../assets/css/wizard.css"),
    include_str!("../assets/css/timeline.css"),
    include_str!("../assets/css/guide.css"),
    include_str!("../assets/css/home.css"),
    include_str!("../assets/css/slots.css"),
    include_str!("../assets/css/licence.css"),
    include_str!("../assets/css/qr.css"),
    include_str!("../assets/css/verify.css"),
    include_str!("../assets/css/rating.css"),
    include_str!("../assets/css/bars.css"),
    include_str!("../assets/css/progress.css"),
    include_str!("../assets/css/error.css"),
    include_str!("../assets/css/console.css"),
    include_str!("../assets/css/design.css"),
    include_str!("../assets/css/scan.css"),
    include_str!("../assets/css/elder.css"),
    include_str!("../assets/css/print.css"),
];
const JS: &[&str] = &[
    include_str!("../assets/js/core.js"),
    include_str!("../assets/js/speech.js"),
    include_str!("../assets/js/forms.js"),
    include_str!("../assets/js/upload.js"),
    include_str!("../assets/js/desk.js"),
    include_str!("../assets/js/show.js"),
    include_str!("../assets/js/design.js"),
    include_str!("../assets/js/scan.js"),
];
const FAVICON: &str = include_str!("../assets/favicon.svg");
const ROBOTS: &str = include_str!("../assets/robots.txt");

/// A file with its public name.
struct Asset {
    href: String,
    etag: String,
    kind: &'static str,
    body: String,
}

impl Asset {
    fn new(stem: &str, ending: &str, kind: &'static str, body: String) -> Self {
        let digest: String = gm::sm3(body.as_bytes())[..6]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            href: format!("/assets/{stem}.{digest}.{ending}"),
            etag: format!("\"{digest}\""),
            kind,
            body,
        }
    }
}

static APP_CSS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "app",
        "css",
        "text/css; charset=utf-8",
        squeeze(&CSS.concat()),
    )
});
static APP_JS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("app", "js", "text/javascript; charset=utf-8", JS.concat()));

/// Address of the style sheet, `/assets/app.<digest>.css`.
pub fn css_href() -> &'static str {
    &APP_CSS.href
}

/// Address of the script.
pub fn js_href() -> &'static str {
    &APP_JS.href
}

/// Routes of the assets.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/assets/{file}", get(asset))
        .route("/favicon.svg", get(favicon))
        .route("/robots.txt", get(robots))
}

async fn asset(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let wanted = format!("/assets/{file}");
    let Some(asset) = [&*APP_CSS, &*APP_JS]
        .into_iter()
        .find(|asset| asset.href == wanted)
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let cache = HeaderValue::from_static("public, max-age=31536000, immutable");
    let etag = HeaderValue::from_str(&asset.etag).expect("a quoted hexadecimal number");
    let same = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|given| *given == etag);
    let fixed = [(header::CACHE_CONTROL, cache), (header::ETAG, etag)];
    if same {
        return (StatusCode::NOT_MODIFIED, fixed).into_response();
    }
    (
        fixed,
        [(header::CONTENT_TYPE, asset.kind)],
        asset.body.as_str(),
    )
        .into_response()
}

async fn favicon() -> Response {
    small("image/svg+xml", FAVICON)
}

async fn robots() -> Response {
    small("text/plain; charset=utf-8", ROBOTS)
}

fn small(kind: &'static str, body: &'static str) -> Response {
    (
        [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, "public, max-age=86400"),
        ],
        body,
    )
        .into_response()
}

/// Leaves out comments, indentation and line ends; strings and selectors stay as written.
fn squeeze(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(start) = rest.find("/*") {
        out.push_str(&rest[..start]);
        rest = rest[start..]
            .find("*/")
            .map_or("", |end| &rest[start + end + 2..]);
    }
    out.push_str(rest);
    let mut lines = String::with_capacity(out.len());
    for line in out.lines().map(str::trim).filter(|line| !line.is_empty()) {
        lines.push_str(line);
        lines.push('\n');
    }
    lines
        .replace(" { ", "{")
        .replace("; }", "}")
        .replace(" }", "}")
        .replace(" {", "{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_is_whole_after_squeezing() {
        let css = &APP_CSS.body;
        assert_eq!(css.matches('{').count(), css.matches('}').count());
        assert!(!css.contains("/*"));
        assert!(css.contains("--c-primary: #1b4f8a"));
        assert_eq!(
            squeeze("a { b: c; }\n/* x */\n  d { e: f }\n"),
            "a{b: c}\nd{e: f}\n"
        );
    }

    /// Nothing outside the tokens defines a colour, and nothing is fetched from elsewhere.
    #[test]
    fn only_the_token_file_defines_colours() {
        for (at, css) in CSS.iter().enumerate().skip(1) {
            assert!(
                !css.contains("http") && !css.contains("@import"),
                "file {at}"
            );
            let print = css.contains("@media print");
            for line in css.lines() {
                let body = line.split_once('{').map_or("", |(_, body)| body);
                let hex = body.split('#').skip(1).any(|rest| {
                    rest.len() >= 3 && rest.chars().take(3).all(|c| c.is_ascii_hexdigit())
                });
                assert!(print || !hex, "a colour outside the tokens: {line}");
            }
        }
    }
}

//! Documents and files for staff. Nothing is kept by caches, nothing is guessed by browsers.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use cases::Collected;
use kernel::Problem;
use ui::{QueryData, Shell};

use crate::reply::{Answer, OrPage, enc};
use crate::session::Staff;

pub(crate) fn router() -> Router {
    Router::new()
        .route("/desk/documents/{file}", get(document))
        .route("/desk/files/{file_key}", get(material))
}

/// A file as an answer. Pictures and PDF are shown, everything else is saved.
pub(crate) fn file(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let shown = matches!(media_type, "application/pdf" | "image/png" | "image/jpeg");
    let way = if shown { "inline" } else { "attachment" };
    answer(way, name, media_type, bytes)
}

/// A file as an answer that is always saved: the page it was asked for from stays.
pub(crate) fn saved(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    answer("attachment", name, media_type, bytes)
}

fn answer(way: &str, name: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let disposition = format!("{way}; filename*=UTF-8''{}", enc(name));
    let disposition = HeaderValue::from_str(&disposition)
        .unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    let mut head = HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_DISPOSITION, disposition),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        ),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ]);
    if media_type == "application/pdf" {
        // The viewers of browsers are plug-ins to the policy, and our own pages show them in a
        // frame.
        head.extend([
            (
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(
                    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; \
                     frame-ancestors 'self'",
                ),
            ),
            (
                header::X_FRAME_OPTIONS,
                HeaderValue::from_static("SAMEORIGIN"),
            ),
        ]);
    }
    (head, bytes).into_response()
}

fn missing() -> Problem {
    Problem::not_found("没有找到这个文件", "No such file")
}

/// A sealed document: `{doc_id}.ofd`, `.pdf` or `.png`.
async fn document(Staff(acting): Staff, shell: Shell, Path(name): Path<String>) -> Answer {
    let wanted = name
        .rsplit_once('.')
        .and_then(|(id, ending)| Some((id, notices::Format::from_code(ending)?)));
    let (doc_id, format) = wanted.ok_or_else(missing).or_page(&shell)?;
    let found = notices::file(&acting.ctx, doc_id, format)
        .await
        .or_page(&shell)?;
    Ok(file(&found.name, found.media_type, found.bytes))
}

/// A file of a case's materials, named together with the case, so that nobody reads a file through
/// a case that does not use it.
async fn material(
    Staff(acting): Staff,
    shell: Shell,
    Path(file_key): Path<String>,
    QueryData(query): QueryData,
) -> Answer {
    let key = cases::key_of(&acting.ctx, query.get("case"))
        .await
        .or_page(&shell)?;
    let detail = cases::detail(&acting.ctx, &key).await.or_page(&shell)?;
    let used = detail
        .materials
        .iter()
        .any(|m| matches!(&m.collected, Collected::File { file_key: known } if *known == file_key));
    if !used {
        return Err(shell.problem(&missing()));
    }
    let (card, bytes) = materials::read(&acting.ctx, &file_key)
        .await
        .or_page(&shell)?;
    Ok(file(&card.name, card.kind.media_type(), bytes))
}

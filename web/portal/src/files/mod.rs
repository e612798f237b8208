//! Files: documents, materials, licences. Each domain decides who may read; here they get headers
//! that keep them from being cached by others or run by a browser.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ui::Shell;

use crate::reply::{Answer, OrPage, enc};
use crate::session::SignedIn;

pub(crate) fn router() -> Router {
    Router::new()
        .route("/documents/{file}", get(document))
        .route("/files/{key}", get(material))
        .route("/wallet/{key}/{file}", get(licence))
}

/// Pictures are shown in the page, everything else is offered for saving or opened by a viewer.
pub(crate) fn serve(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let inline = media_type.starts_with("image/") || media_type == "application/pdf";
    let kind = if inline { "inline" } else { "attachment" };
    let extension = name.rsplit('.').next().unwrap_or("bin");
    let plain: String = extension
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let text = format!(
        "{kind}; filename=\"file.{plain}\"; filename*=UTF-8''{}",
        enc(name)
    );
    let disposition =
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"));
    // The viewers of browsers refuse to open a PDF inside a sandbox.
    let policy = match media_type {
        "application/pdf" => "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'",
        _ => "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    };
    let headers: [(HeaderName, HeaderValue); 5] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_DISPOSITION, disposition),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(policy),
        ),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

fn not_found(shell: &Shell) -> Response {
    shell.fail(StatusCode::NOT_FOUND)
}

/// `/documents/KEY.pdf`: a notice of one's own case.
async fn document(shell: Shell, SignedIn(me): SignedIn, Path(file): Path<String>) -> Answer {
    let (key, format) = file.rsplit_once('.').ok_or_else(|| not_found(&shell))?;
    let format = [
        notices::Format::Ofd,
        notices::Format::Pdf,
        notices::Format::Png,
    ]
    .into_iter()
    .find(|f| f.code() == format)
    .ok_or_else(|| not_found(&shell))?;
    let file = notices::file(&me.ctx, key, format).await.or_page(&shell)?;
    Ok(serve(&file.name, file.media_type, file.bytes))
}

/// A file of one's own space.
async fn material(shell: Shell, SignedIn(me): SignedIn, Path(key): Path<String>) -> Answer {
    let (card, bytes) = materials::read(&me.ctx, &key).await.or_page(&shell)?;
    Ok(serve(&card.name, card.kind.media_type(), bytes))
}

/// `/wallet/KEY/licence.pdf`: a licence of one's own; `/wallet/KEY/face.png`: its face to be read.
async fn licence(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path((key, file)): Path<(String, String)>,
) -> Answer {
    if file == "face.png" {
        let png = licences::face_picture(&me.ctx, &key)
            .await
            .or_page(&shell)?;
        return Ok(serve(&file, "image/png", png));
    }
    let format = file
        .strip_prefix("licence.")
        .and_then(licences::Format::from_code);
    let format = format.ok_or_else(|| not_found(&shell))?;
    let detail = licences::detail(&me.ctx, &key).await.or_page(&shell)?;
    let bytes = licences::file(&me.ctx, &key, format)
        .await
        .or_page(&shell)?;
    let card = &detail.card;
    let name = format!(
        "{}-{}.{}",
        card.type_name,
        card.holder_masked,
        format.code()
    );
    Ok(serve(&mask_slashes(&name), format.media_type(), bytes))
}

/// A name without what file systems take for folders.
fn mask_slashes(name: &str) -> String {
    name.replace(['/', '\\'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_served_with_its_name_and_without_being_kept_or_run() {
        let response = serve("受理通知书-1号.pdf", "application/pdf", vec![1]);
        let headers = response.headers();
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[header::CACHE_CONTROL], "private, no-store");
        let name = headers[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert!(name.starts_with("inline; filename=\"file.pdf\"; filename*=UTF-8''%E5%8F%97"));
        let ofd = serve("a\"b\r\n.ofd", "application/ofd", vec![1]);
        let name = ofd.headers()[header::CONTENT_DISPOSITION]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(name.starts_with("attachment; filename=\"file.ofd\"") && !name.contains('\n'));
    }
}

//! A verification that was made, under its number, and its sealed report [H-58].

use axum::extract::Path;
use axum::response::Response;
use licences::Format;
use ui::Shell;

use super::answer;
use crate::files::serve;
use crate::reply::{Answer, OrPage};
use crate::session::Acting;

/// The outcome as it was told.
pub(super) async fn show(shell: Shell, me: Acting, Path(number): Path<String>) -> Answer {
    let kept = licences::verification(&me.ctx, &number)
        .await
        .or_page(&shell)?;
    Ok(answer(&shell, &kept))
}

/// The report: `ofd` or `pdf`.
pub(super) async fn file(
    shell: Shell,
    me: Acting,
    Path((number, format)): Path<(String, String)>,
) -> Result<Response, Response> {
    let format = match format.as_str() {
        "pdf" => Format::Pdf,
        "ofd" => Format::Ofd,
        _ => return Err(shell.fail(axum::http::StatusCode::NOT_FOUND)),
    };
    let report = licences::report(&me.ctx, &number, format)
        .await
        .or_page(&shell)?;
    Ok(serve(&report.file_name, format.media_type(), report.bytes))
}

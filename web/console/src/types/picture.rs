//! A version with test data as a picture, PDF or OFD.

use axum::extract::Path;
use axum::http::StatusCode;
use licences::{Filled, TemplatePage};
use ui::{QueryData, Shell};

use crate::files;
use crate::reply::{Answer, OrPage};
use crate::session::Staff;

pub(super) async fn file(
    Staff(acting): Staff,
    shell: Shell,
    Path((code, version, file)): Path<(String, u32, String)>,
    QueryData(query): QueryData,
) -> Answer {
    let page = file
        .strip_prefix("preview.")
        .and_then(TemplatePage::from_code);
    let page = page.ok_or_else(|| shell.fail(StatusCode::NOT_FOUND))?;
    let filled = Filled::from_code(query.get("data")).unwrap_or(Filled::Usual);
    let found = licences::template(&acting.ctx, &code, version)
        .await
        .or_page(&shell)?;
    let bytes = licences::preview(&acting.ctx, found.kind.clone(), filled, page)
        .await
        .or_page(&shell)?;
    let media = match page {
        TemplatePage::Png | TemplatePage::OfdPng => "image/png",
        TemplatePage::Pdf => "application/pdf",
        TemplatePage::Ofd => "application/ofd",
    };
    let name = format!("{}-V{version}-样张.{}", found.kind.type_name, page.code());
    Ok(files::file(&name, media, bytes))
}

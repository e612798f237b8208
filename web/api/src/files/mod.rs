//! The user space: the files that an applicant keeps and attaches.

mod delete;
mod list;
mod read;
mod upload;

use jiff::Timestamp;
use jiff::civil::Date;
use materials::FileCard;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(read::read, delete::delete))
        .merge(upload::routes())
}

/// A file of the user space.
#[derive(Serialize, ToSchema)]
pub struct FileView {
    /// For addresses, and for attaching.
    file_key: String,
    name: String,
    /// `licence`, `report` or `self_made`.
    #[schema(value_type = String)]
    group: materials::Group,
    /// `pdf`, `ofd`, `jpg` or `png`, by content.
    kind: &'static str,
    /// `A` to `D`.
    trust: String,
    /// The note that stands on it.
    note: String,
    bytes: u64,
    at: Timestamp,
    valid_to: Option<Date>,
}

impl From<FileCard> for FileView {
    fn from(card: FileCard) -> Self {
        Self {
            file_key: card.file_key,
            name: card.name,
            group: card.group,
            kind: card.kind.code(),
            trust: card.trust,
            note: card.note,
            bytes: card.bytes,
            at: card.at,
            valid_to: card.valid_to,
        }
    }
}

//! `GET /cases/{id}/notices`: the documents of a case.

use axum::Json;
use jiff::Timestamp;
use notices::{Notice, State as NoticeState};
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::key::Keys;
use crate::problem::Fail;

/// 电子文书.
#[derive(Serialize, ToSchema)]
pub struct NoticeView {
    /// For addresses.
    doc_id: String,
    kind: String,
    /// 文号.
    number: String,
    title: String,
    state: String,
    made_at: Timestamp,
    /// None: being sealed; its files are there in a moment.
    sealed_at: Option<Timestamp>,
    withdrawn_at: Option<Timestamp>,
    /// Formats in which its file can be had.
    formats: Vec<&'static str>,
}

impl From<Notice> for NoticeView {
    fn from(n: Notice) -> Self {
        let there = n.sealed_at.is_some() && n.state != NoticeState::Withdrawn;
        Self {
            doc_id: n.doc_id,
            kind: n.kind.code().to_owned(),
            number: n.number,
            title: n.title,
            state: n.state.code().to_owned(),
            made_at: n.made_at,
            sealed_at: n.sealed_at,
            withdrawn_at: n.withdrawn_at,
            formats: if there {
                vec!["ofd", "pdf", "png"]
            } else {
                Vec::new()
            },
        }
    }
}

/// The documents of a case.
#[derive(Serialize, ToSchema)]
pub struct NoticeList {
    rows: Vec<NoticeView>,
}

/// 办件文书 / The documents of a case, oldest first.
#[utoipa::path(
    get, path = "/cases/{id}/notices", tag = "cases", operation_id = "case_notices",
    security(("token" = [])),
    params(("id" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$",
            description = "Key or number of the case")),
    responses((status = 200, description = "The documents", body = NoticeList))
)]
pub async fn notices(caller: Caller, Keys([id]): Keys<1>) -> Result<Json<NoticeList>, Fail> {
    let detail = super::open(&caller.ctx, &id).await?;
    let all = notices::list(&caller.ctx, &detail.case.case_id).await?;
    Ok(Json(NoticeList {
        rows: all.into_iter().map(NoticeView::from).collect(),
    }))
}

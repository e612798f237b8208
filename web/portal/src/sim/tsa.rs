//! 模拟的时间戳机构: answers questions of RFC 3161, as an authority on the network would.

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use ui::Shell;

use super::demo_only;
use crate::reply::{Answer, OrPage};
use crate::session::Acting;

/// Media types of question and answer (RFC 3161, 3.4).
const QUESTION: &str = "application/timestamp-query";
const ANSWER: &str = "application/timestamp-reply";

pub(super) async fn stamp(shell: Shell, me: Acting, head: HeaderMap, question: Bytes) -> Answer {
    demo_only(&shell, &me).await?;
    let kind = head.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind != Some(QUESTION) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    let answer = seals::simulated_time_stamp(&me.ctx, question.to_vec())
        .await
        .or_page(&shell)?;
    Ok(reply(answer))
}

fn reply(answer: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, ANSWER)], answer).into_response()
}

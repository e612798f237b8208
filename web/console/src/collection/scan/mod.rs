//! 扫描台: stacks of originals are scanned in, put in order, typed beside their pictures and sent on.

mod act;
mod begin;
mod page;
mod pictures;
mod stack;
mod typing;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use super::LARGEST;

pub(super) fn router() -> Router {
    Router::new()
        .route("/collection/scan", get(begin::form).post(begin::begin))
        .route("/collection/{key}/scan", get(stack::show))
        .route(
            "/collection/{key}/scan/files",
            post(act::files).layer(DefaultBodyLimit::max(LARGEST)),
        )
        .route("/collection/{key}/scan/act", post(act::act))
        .route(
            "/collection/{key}/scan/pages/{page}",
            get(page::show).post(page::act),
        )
        .route(
            "/collection/{key}/scan/pages/{page}/{look}",
            get(pictures::picture),
        )
        .route(
            "/collection/{key}/scan/{original}",
            get(typing::show).post(typing::save),
        )
        .route(
            "/collection/{key}/scan/{original}/aside",
            post(typing::aside),
        )
}

/// Address of a stack.
pub(super) fn of(key: &str) -> String {
    format!("{}/scan", super::of(key))
}

/// Address of a page's picture; its revision stands in it, so that a page that was turned is asked
/// for anew.
pub(super) fn src(page: &collection::ScanPage, look: &str) -> String {
    let (base, n, rev) = (of(&page.batch_key), page.page, page.rev);
    format!("{base}/pages/{n}/{look}.jpg?v={rev}")
}

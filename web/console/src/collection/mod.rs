//! 证照采集: batches of existing licences on their way into the library.

mod act;
mod base;
mod begin;
mod columns;
mod exchange;
mod list;
mod one;
mod receipts;
mod reports;
mod row;
mod rows;
mod scan;

pub(crate) use receipts::notice as receipt_notice;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

/// Where the batches are listed.
const HOME: &str = "/collection";
/// Largest file that a browser sends; larger ones are taken in on the command line.
const LARGEST: usize = 96 << 20;
/// Largest form with a photo.
const PHOTO: usize = 3 << 20;

pub(crate) fn router() -> Router {
    let large = DefaultBodyLimit::max(LARGEST);
    Router::new()
        .route("/collection", get(list::list))
        .route(
            "/collection/new",
            get(begin::form).post(begin::begin).layer(large),
        )
        .route(
            "/collection/base",
            get(base::list).post(base::take).layer(large),
        )
        .route(
            "/collection/receipts",
            get(receipts::list).post(receipts::see),
        )
        .route("/collection/{key}", get(one::show))
        .route("/collection/{key}/progress", get(one::progress))
        .route(
            "/collection/{key}/columns",
            get(columns::show).post(columns::settle),
        )
        .route("/collection/{key}/act", post(act::act))
        .route("/collection/{key}/rows", get(rows::list))
        .route(
            "/collection/{key}/rows/{row}",
            get(row::show)
                .post(row::edit)
                .layer(DefaultBodyLimit::max(PHOTO)),
        )
        .route("/collection/{key}/rows/{row}/check", post(row::check))
        .route("/collection/{key}/rows/{row}/discard", post(row::discard))
        .route("/collection/{key}/report.csv", get(reports::report))
        .route("/collection/{key}/returned/{n}", get(reports::returned))
        .merge(exchange::router())
        .merge(scan::router())
}

/// Address of a batch.
fn of(key: &str) -> String {
    format!("{HOME}/{}", crate::reply::enc(key))
}

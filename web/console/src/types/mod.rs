//! 证照目录与模板 [H-08 to H-16, H-83]: what kinds of licences there are, and the designer of their styles.

mod act;
mod compare;
mod design;
mod fill;
mod list;
mod new;
mod parts;
mod picture;
mod read;
mod sections;
mod show;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::reply::enc;

pub(super) const HOME: &str = "/licence-types";
/// A base picture with the form around it.
const LARGEST: usize = 8 << 20;

pub(crate) fn router() -> Router {
    Router::new()
        .route("/licence-types", get(list::list))
        .route("/licence-types/new", get(new::form).post(new::begin))
        .route("/licence-types/classes", post(list::add_class))
        .route("/licence-types/{code}", get(show::show))
        .route("/licence-types/{code}/act", post(act::of_type))
        .route("/licence-types/{code}/compare", get(compare::show))
        .route(
            "/licence-types/{code}/{version}",
            get(design::show).post(design::save),
        )
        .route("/licence-types/{code}/{version}/act", post(act::of_version))
        .route("/licence-types/{code}/{version}/try", post(design::tried))
        .route("/licence-types/{code}/{version}/{file}", get(picture::file))
        .layer(DefaultBodyLimit::max(LARGEST))
}

/// Address of a type.
pub(super) fn of(code: &str) -> String {
    format!("{HOME}/{}", enc(code))
}

/// Address of a version.
pub(super) fn of_version(code: &str, version: u32) -> String {
    format!("{}/{version}", of(code))
}

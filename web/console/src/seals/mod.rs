//! 印章管理: the whole life of a seal, and what it was used for.

mod act;
mod apply;
mod form;
mod grants;
mod list;
mod offer;
mod outside;
mod show;
mod uses;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use kernel::Permission;
use ui::{L, Shell};

use crate::session::Acting;
use crate::words::document_kind as document;

pub(super) const HOME: &str = "/desk/seals";

pub(crate) fn router() -> Router {
    // A document of 10 MB, or a picture that is carried along as text.
    let limit = seals::FILE_LIMIT + 4 * 1024 * 1024;
    Router::new()
        .route("/desk/seals", get(list::show))
        .route("/desk/seals/uses", get(uses::of_agency))
        .route("/desk/seals/uses.csv", get(uses::agency_csv))
        .route("/desk/seals/new", get(apply::blank).post(apply::check))
        .route("/desk/seals/apply", post(apply::hand_in))
        .route("/desk/seals/{key}", get(show::show))
        .route("/desk/seals/{key}/act/{act}", post(act::act))
        .route("/desk/seals/{key}/certificates", post(outside::take))
        .route("/desk/seals/{key}/request/{which}", get(outside::request))
        .route("/desk/seals/{key}/grants", post(grants::add))
        .route(
            "/desk/seals/{key}/grants/{auth}",
            get(grants::show).post(grants::change),
        )
        .route("/desk/seals/{key}/grants/{auth}/end", post(grants::end))
        .route("/desk/seals/{key}/impression.png", get(show::impression))
        .route("/desk/seals/{key}/file/{kind}", get(show::file))
        .route("/desk/seals/{key}/uses.csv", get(uses::seal_csv))
        .layer(DefaultBodyLimit::max(limit))
}

fn may(acting: &Acting, permission: Permission) -> bool {
    !acting.ctx.actor.scopes(permission).is_empty()
}

/// The address of a seal's page.
fn page_of_seal(key: &str) -> String {
    format!("{HOME}/{}", crate::reply::enc(key))
}

/// An officer as pages name one: the name with the user name.
async fn person(acting: &Acting, l: &L, user: &str) -> String {
    if user == "system" {
        return l.t("console-seal-system");
    }
    let system = acting.ctx.as_system();
    match identity::staff(&system, user).await {
        Ok(Some(staff)) => l.t2("console-seal-person", "name", staff.name, "user", user),
        _ => user.to_owned(),
    }
}

/// The page that says that this is not for the acting officer.
fn denied(shell: &Shell, permission: Permission) -> axum::response::Response {
    shell.problem(&seals::SealError::from(kernel::Denied(permission)).into())
}

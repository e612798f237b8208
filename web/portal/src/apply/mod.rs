//! Applying: start, task list, questions, form, materials, review, receipt.

mod attach;
mod field;
mod form;
mod material;
mod photo;
mod receipt;
mod review;
mod situation;
mod start;
mod steps;
mod tasks;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::{get, post};
use cases::{Detail, State};
use ui::{Page, Shell, see_other};

pub(crate) use material::{MaterialBox, boxes};

use crate::reply::BODY_LIMIT;
use crate::reply::{OrPage, enc};
use crate::session::Acting;

pub(crate) fn router() -> Router {
    let uploads = Router::new()
        .route("/apply/d/{draft}/materials/{code}", post(attach::upload))
        .route("/apply/d/{draft}/photo/{field}", post(photo::upload))
        .layer(DefaultBodyLimit::max(BODY_LIMIT));
    Router::new()
        .route("/apply/{code}", get(start::show).post(start::begin))
        .route("/apply/d/{draft}", get(tasks::show))
        .route(
            "/apply/d/{draft}/situation",
            get(situation::show).post(situation::save),
        )
        .route("/apply/d/{draft}/materials", get(material::show))
        .route("/apply/d/{draft}/cite", post(attach::cite))
        .route("/apply/d/{draft}/pick", post(attach::pick))
        .route("/apply/d/{draft}/promise", post(attach::promise))
        .route("/apply/d/{draft}/detach", post(attach::detach))
        .route("/apply/d/{draft}/review", get(review::show))
        .route(
            "/apply/d/{draft}/submit",
            get(review::again).post(review::submit),
        )
        .route("/apply/d/{draft}/discard", post(tasks::discard))
        .route("/apply/d/{draft}/done", get(receipt::show))
        .route("/apply/d/{draft}/{step}", get(form::show).post(form::save))
        .route("/apply/d/{draft}/{step}/save", post(form::autosave))
        .merge(uploads)
}

/// A case that may still be filled in. One that was submitted leads to where it stands now.
async fn open(shell: &Shell, me: &Acting, draft: &str) -> Result<Detail, Response> {
    let detail = cases::detail(&me.ctx, draft).await.or_page(shell)?;
    match detail.case.state {
        State::Draft | State::Correcting | State::CorrectingInReview => Ok(detail),
        _ => Err(see_other(&format!(
            "/my/cases/{}",
            enc(detail.case.number())
        ))),
    }
}

/// The page of a step with its way back.
fn page(shell: &Shell, detail: &Detail, title: &str) -> Page {
    let case = &detail.case;
    let item = format!("/services/{}", case.data.item_id);
    shell
        .page(title)
        .crumb(case.data.item_name.clone(), item)
        .crumb(shell.l().t("portal-tasks"), home(detail))
        .crumb_here(title)
        .private()
}

/// Where the steps of a case are listed: the task list, or the page of the correction.
fn home(detail: &Detail) -> String {
    match detail.case.state {
        State::Draft => format!("/apply/d/{}", detail.case.case_id),
        _ => format!("/cases/{}/correct", enc(detail.case.number())),
    }
}

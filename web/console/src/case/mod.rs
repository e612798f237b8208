//! One case, at the window and at the reviewer's desk: everything of it, and what can be done now.

mod act;
mod can;
mod digitise;
mod offer;
mod papers;
mod posts;
mod review;
mod scan;
mod show;
mod window;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use cases::Detail;
use kernel::Problem;
use ui::view::Notice;
use ui::{FormData, Posted, Shell};

use crate::reply::{Answer, OrPage, enc, status};
use crate::session::{Acting, Staff};

pub(crate) fn router() -> Router {
    Router::new()
        .route("/desk/cases/{no}", get(at_desk))
        .route("/desk/cases/{no}/reveal", post(reveal_at_desk))
        .route("/desk/cases/{no}/act/{act}", post(act_at_desk))
        .route("/approve/cases/{no}", get(at_review))
        .route("/approve/cases/{no}/reveal", post(reveal_at_review))
        .route("/approve/cases/{no}/act/{act}", post(act_at_review))
        .merge(scan::router())
        .merge(digitise::router())
}

/// Which desk shows the case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Desk,
    Review,
}

impl Place {
    /// The address of a case here.
    pub fn href(self, number: &str) -> String {
        match self {
            Self::Desk => format!("/desk/cases/{}", enc(number)),
            Self::Review => format!("/approve/cases/{}", enc(number)),
        }
    }
}

/// A refused act: its name, what was sent, and why not.
pub(crate) struct Refused {
    pub act: String,
    pub data: FormData,
    pub problem: Problem,
}

async fn load(acting: &Acting, number: &str) -> Result<Detail, Problem> {
    let key = cases::key_of(&acting.ctx, number).await?;
    Ok(cases::detail(&acting.ctx, &key).await?)
}

async fn at_desk(Staff(acting): Staff, shell: Shell, Path(no): Path<String>) -> Answer {
    plain(acting, shell, no, Place::Desk).await
}

async fn at_review(Staff(acting): Staff, shell: Shell, Path(no): Path<String>) -> Answer {
    plain(acting, shell, no, Place::Review).await
}

async fn plain(acting: Acting, shell: Shell, no: String, place: Place) -> Answer {
    let detail = load(&acting, &no).await.or_page(&shell)?;
    let view = show::View {
        acting: &acting,
        shell: &shell,
        d: &detail,
        place,
    };
    view.page(None, StatusCode::OK).await
}

async fn reveal_at_desk(
    Staff(acting): Staff,
    shell: Shell,
    Path(no): Path<String>,
    _form: Posted,
) -> Answer {
    reveal(acting, shell, no, Place::Desk).await
}

async fn reveal_at_review(
    Staff(acting): Staff,
    shell: Shell,
    Path(no): Path<String>,
    _form: Posted,
) -> Answer {
    reveal(acting, shell, no, Place::Review).await
}

/// Shows personal data in full, once; that it was asked for is written down.
async fn reveal(acting: Acting, shell: Shell, no: String, place: Place) -> Answer {
    let detail = load(&acting, &no).await.or_page(&shell)?;
    let detail = cases::reveal(&acting.ctx, &detail.case.case_id)
        .await
        .or_page(&shell)?;
    let view = show::View {
        acting: &acting,
        shell: &shell,
        d: &detail,
        place,
    };
    view.page(None, StatusCode::OK).await
}

async fn act_at_desk(
    Staff(acting): Staff,
    shell: Shell,
    Path((no, act)): Path<(String, String)>,
    Posted(data): Posted,
) -> Answer {
    act_at(acting, shell, (no, act), data, Place::Desk).await
}

async fn act_at_review(
    Staff(acting): Staff,
    shell: Shell,
    Path((no, act)): Path<(String, String)>,
    Posted(data): Posted,
) -> Answer {
    act_at(acting, shell, (no, act), data, Place::Review).await
}

/// Does an act on the case as the page showed it. A page made before the case changed does nothing
/// but show the case anew, so a second click is without effect.
async fn act_at(
    acting: Acting,
    shell: Shell,
    (no, act): (String, String),
    data: FormData,
    place: Place,
) -> Answer {
    let detail = load(&acting, &no).await.or_page(&shell)?;
    // Claiming rests on nothing that the page showed; whoever clicks twice has claimed once.
    let fresh = act == "claim" || data.get("rev") == detail.case.rev.to_string();
    let done = if fresh {
        act::run(&acting.ctx, &detail, &act, &data).await
    } else {
        Err(Problem::conflict(
            "stale",
            "办件在您打开页面后已有变化，本次操作没有执行，请核对最新情况后再办",
            "The case has changed since you opened the page; nothing was done. Please look again",
        ))
    };
    match done {
        Ok(words) => {
            let said = shell.l().t(words);
            Ok(shell.flash(Notice::ok(said)).to(&place.href(&no)))
        }
        Err(problem) => {
            let code = status(&problem);
            let detail = load(&acting, &no).await.or_page(&shell)?;
            let view = show::View {
                acting: &acting,
                shell: &shell,
                d: &detail,
                place,
            };
            view.page(Some(Refused { act, data, problem }), code).await
        }
    }
}

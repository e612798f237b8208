//! A person decides which of two libraries counts.

use axum::extract::Path;
use collection::{CollectionError, Outcome};
use kernel::Problem;
use ui::view::Notice;
use ui::{Posted, Shell};

use super::of;
use crate::reply::{Answer, said};
use crate::session::Staff;

pub(super) async fn settle(
    Staff(acting): Staff,
    shell: Shell,
    Path(code): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let side = match data.get("side") {
        "theirs" => Some(true),
        "ours" => Some(false),
        _ => None,
    };
    let done = match (side, data.get("rev").parse()) {
        (Some(theirs), Ok(rev)) => {
            collection::decide_exchange(&acting.ctx, data.get("record"), rev, theirs).await
        }
        _ => Err(CollectionError::NotFound),
    };
    let notice = match done {
        Ok(Outcome::Kept) => Notice::ok(l.t("console-exchange-did-keep")),
        Ok(Outcome::Ended) => Notice::ok(l.t("console-exchange-did-end")),
        Ok(_) => Notice::ok(l.t("console-exchange-did-take")),
        Err(error) => {
            let problem: Problem = error.into();
            Notice::bad(said(&l, &problem))
        }
    };
    Ok(shell.flash(notice).to(&of(&code)))
}

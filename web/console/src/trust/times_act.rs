//! What is done to time stamp services. The use cases ask for the permission and the second person.

use axum::http::StatusCode;
use axum::response::Response;
use gm::TimeStampError;
use kernel::Problem;
use seals::{SealError, ServiceProposal, StampDigest, StampRule, StampedKind, Tried};
use ui::view::Notice;
use ui::{FormData, L, Posted, Shell};

use super::TIMES;
use super::times::{page, proposal_form};
use crate::reply::{Answer, said, status};
use crate::session::Staff;
use crate::words;

fn read(data: &FormData) -> ServiceProposal {
    ServiceProposal {
        name: data.get("name").to_owned(),
        url: data.get("url").to_owned(),
        digest: StampDigest::from_code(data.get("digest")).unwrap_or(StampDigest::Sha256),
        kinds: data
            .all("kinds")
            .filter_map(StampedKind::from_code)
            .collect(),
        rule: StampRule::from_code(data.get("rule")).unwrap_or(StampRule::Reachable),
    }
}

pub(super) async fn propose(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = proposal_form(&l);
    form.fill(&data);
    if !form.require(&l) {
        return page(&acting, &shell, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    match seals::propose_service(&acting.ctx, &read(&data)).await {
        Ok(_) => {
            let notice = Notice::ok(l.t("console-times-propose-done"));
            Ok(shell.flash(notice).to(TIMES))
        }
        Err(error) => {
            let problem = Problem::from(error);
            form.refuse(&l, &problem);
            page(&acting, &shell, form, status(&problem)).await
        }
    }
}

fn back<T>(shell: &Shell, done: Result<T, SealError>, words: &str) -> Response {
    let notice = match done {
        Ok(_) => Notice::ok(shell.l().t(words)),
        Err(error) => Notice::bad(said(&shell.l(), &error.into())),
    };
    shell.flash(notice).to(TIMES)
}

pub(super) async fn approve(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let done = seals::approve_service(&acting.ctx, data.get("service")).await;
    Ok(back(&shell, done, "console-times-approve-done"))
}

pub(super) async fn refuse(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let (service, reason) = (data.get("service"), data.get("reason"));
    let done = seals::refuse_service(&acting.ctx, service, reason).await;
    Ok(back(&shell, done, "console-times-refuse-done"))
}

pub(super) async fn pause(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let (service, reason) = (data.get("service"), data.get("reason"));
    let done = seals::pause_service(&acting.ctx, service, reason).await;
    Ok(back(&shell, done, "console-times-pause-done"))
}

pub(super) async fn resume(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let done = seals::resume_service(&acting.ctx, data.get("service")).await;
    Ok(back(&shell, done, "console-times-resume-done"))
}

pub(super) async fn end(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let (service, reason) = (data.get("service"), data.get("reason"));
    let done = seals::end_service(&acting.ctx, service, reason).await;
    Ok(back(&shell, done, "console-times-end-done"))
}

/// Asks for one stamp and tells what came of it.
pub(super) async fn try_out(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let notice = match seals::try_service(&acting.ctx, data.get("service")).await {
        Ok(Tried::Failed(error)) => Notice::bad(failure(&l, &error)),
        Ok(Tried::Stamped {
            time,
            ahead,
            authority,
            distrusted,
            ..
        }) => {
            let seconds = ahead.as_secs().abs();
            let at = words::at(&l, time, acting.ctx.now());
            let mut told = l.t3(
                "console-times-tried",
                "authority",
                authority,
                "at",
                at,
                "seconds",
                seconds,
            );
            let clock = seconds > CLOCK;
            if clock {
                told.push_str(&l.t("console-times-tried-clock"));
            }
            match distrusted {
                None if clock => Notice::warn(told),
                None => Notice::ok(told + &l.t("console-times-tried-trusted")),
                Some(why) => {
                    Notice::warn(told + &l.t1("console-times-tried-distrusted", "why", why))
                }
            }
        }
        Err(error) => Notice::bad(said(&l, &error.into())),
    };
    Ok(shell.flash(notice).to(TIMES))
}

/// Seconds by which two clocks may differ before it is told.
const CLOCK: i64 = 60;

fn failure(l: &L, error: &TimeStampError) -> String {
    let told = |key: &str, why: &str| l.t1(&format!("console-times-tried-{key}"), "why", why);
    match error {
        TimeStampError::Unreachable(why) => told("unreachable", why),
        TimeStampError::Refused(why) => told("refused", why),
        other => told("unusable", &other.to_string()),
    }
}

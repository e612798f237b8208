//! What is done to roots. The use cases ask for the permission and the second person.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use kernel::Problem;
use seals::{Proposal, RootScope, SealError};
use ui::view::Notice;
use ui::{FormData, Posted, Shell};

use super::HOME;
use super::show::{page, proposal_form};
use crate::reply::{Answer, said, status};
use crate::session::Staff;

fn day(data: &FormData, name: &'static str) -> Result<jiff::Timestamp, Problem> {
    let date: Date = data
        .get(name)
        .parse()
        .map_err(|_| Problem::invalid("date", "请填写日期", "Give a date").at(name))?;
    kernel::time::from_beijing(date.at(0, 0, 0, 0))
        .map_err(|_| Problem::invalid("date", "日期不能使用", "The date is not usable").at(name))
}

fn read(data: &FormData) -> Result<Proposal, Problem> {
    Ok(Proposal {
        certificates: data.get("certificates").trim().as_bytes().to_vec(),
        name: data.get("name").to_owned(),
        scope: RootScope::from_code(data.get("scope")).unwrap_or(RootScope::Seals),
        basis: data.get("basis").to_owned(),
        valid_from: day(data, "valid_from")?,
        valid_to: day(data, "valid_to")?,
    })
}

pub(super) async fn propose(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = proposal_form(&l);
    form.fill(&data);
    if !form.require(&l) {
        return page(&acting, &shell, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let done = match read(&data) {
        Ok(proposal) => seals::propose_root(&acting.ctx, &proposal)
            .await
            .map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match done {
        Ok(_) => {
            let notice = Notice::ok(l.t("console-trust-propose-done"));
            Ok(shell.flash(notice).to(HOME))
        }
        Err(problem) => {
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
    shell.flash(notice).to(HOME)
}

pub(super) async fn approve(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let done = seals::approve_root(&acting.ctx, data.get("root")).await;
    Ok(back(&shell, done, "console-trust-approve-done"))
}

pub(super) async fn refuse(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let done = seals::refuse_root(&acting.ctx, data.get("root"), data.get("reason")).await;
    Ok(back(&shell, done, "console-trust-refuse-done"))
}

pub(super) async fn end(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let done = seals::end_root(&acting.ctx, data.get("root"), data.get("reason")).await;
    Ok(back(&shell, done, "console-trust-end-done"))
}

pub(super) async fn give_list(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let list = data.get("crl").trim().as_bytes();
    let done = seals::give_list(&acting.ctx, data.get("root"), list).await;
    Ok(back(&shell, done, "console-trust-give-done"))
}

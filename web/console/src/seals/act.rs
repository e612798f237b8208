//! The acts of a seal's page, each one use case.

use axum::extract::Path;
use gm::KeyKind;
use kernel::Problem;
use seals::{Request, SealError};
use ui::view::Notice;
use ui::{FormData, Posted, Shell};

use super::page_of_seal;
use crate::reply::{Answer, said};
use crate::session::{Acting, Staff};

pub(super) async fn act(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, act)): Path<(String, String)>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let notice = match done(&acting, &key, &act, &data).await {
        Ok(()) => Notice::ok(l.t(&format!("console-seal-done-{}", act.replace('_', "-")))),
        Err(problem) => Notice::bad(said(&l, &problem)),
    };
    Ok(shell.flash(notice).to(&page_of_seal(&key)))
}

async fn done(acting: &Acting, key: &str, act: &str, data: &FormData) -> Result<(), Problem> {
    let (ctx, reason) = (&acting.ctx, data.get("reason"));
    let moved: Result<_, SealError> = match act {
        "approve" => seals::approve(ctx, key).await,
        "refuse" => seals::refuse(ctx, key, reason).await,
        "make" => seals::make(ctx, key).await,
        "request_certificates" => {
            let kind = KeyKind::from_name(data.get("pdf_kind")).unwrap_or(KeyKind::P256);
            seals::request_certificates(ctx, key, kind).await?;
            return Ok(());
        }
        "cancel_request" => seals::cancel_request(ctx, key, reason).await,
        "file" => seals::file(ctx, key, data.get("filing_no")).await,
        "release" => seals::release(ctx, key, data.get("receipt")).await,
        "withdraw" => seals::withdraw(ctx, key, reason).await,
        "report_loss" => seals::report_loss(ctx, key, reason).await,
        "ask_recover" => seals::ask(ctx, key, Request::Recover, reason).await,
        "ask_destroy" => seals::ask(ctx, key, Request::Destroy, reason).await,
        "decline" => seals::decline(ctx, key, reason).await,
        "recover" => seals::recover(ctx, key).await,
        "destroy" => {
            let seal = seals::detail(ctx, key).await?.seal;
            if data.get("typed").trim() != seal.es_id {
                return Err(Problem::invalid(
                    "typed",
                    "输入的印章标识不一致，没有销毁",
                    "The identifier that was typed is another; nothing was destroyed",
                ));
            }
            seals::destroy(ctx, key).await
        }
        _ => return Err(Problem::not_found("没有这种操作", "There is no such act")),
    };
    moved?;
    Ok(())
}

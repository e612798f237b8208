//! What is done to a stack as a whole: files come, blank pages go, it is read, it is sent on.

use axum::extract::{Multipart, Path};
use collection::{CollectionError, WorkKind};
use kernel::Problem;
use ui::view::Notice;
use ui::{CsrfGuard, Posted, Shell};

use super::of;
use crate::reply::{Answer, said};
use crate::session::{Acting, Staff};

pub(super) async fn files(
    Staff(acting): Staff,
    shell: Shell,
    Path(key): Path<String>,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let received = ui::receive(&shell, &guard, parts).await?;
    let (mut pages, mut again, mut wrong) = (0, 0, Vec::new());
    let mut any = false;
    for (name, bytes) in received.files {
        if bytes.is_empty() {
            continue;
        }
        any = true;
        match collection::add_scan(&acting.ctx, &key, &name, bytes).await {
            Ok(added) if added.again => again += 1,
            Ok(added) => pages += added.pages,
            Err(error) => {
                let problem: Problem = error.into();
                wrong.push(format!("{name}：{}", said(&l, &problem)));
            }
        }
    }
    let mut words = Vec::new();
    if pages > 0 {
        words.push(l.t1("console-scan-added", "n", pages.to_string()));
    }
    if again > 0 {
        words.push(l.t1("console-scan-again", "n", again.to_string()));
    }
    if !any {
        words.push(l.t("console-scan-no-file"));
    }
    let clean = wrong.is_empty() && any;
    words.extend(wrong);
    let words = words.join("\n");
    let notice = match clean {
        true => Notice::ok(words),
        false => Notice::bad(words),
    };
    Ok(shell.flash(notice).to(&of(&key)))
}

pub(super) async fn act(
    Staff(acting): Staff,
    shell: Shell,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let act = data.get("act");
    let rev = data.get("rev").parse().unwrap_or(0);
    let done = done(&acting, &key, act, rev).await;
    let sent = act == "send" && done.is_ok();
    let notice = match done {
        Ok(n) => Notice::ok(l.t1(&format!("console-scan-did-{act}"), "n", n.to_string())),
        Err(error) => {
            let problem: Problem = error.into();
            Notice::bad(said(&l, &problem))
        }
    };
    let to = match sent {
        true => super::super::of(&key),
        false => of(&key),
    };
    Ok(shell.flash(notice).to(&to))
}

async fn done(acting: &Acting, key: &str, act: &str, rev: i64) -> Result<u64, CollectionError> {
    let ctx = &acting.ctx;
    match act {
        "read" => collection::order(ctx, key, WorkKind::Read).await.map(|_| 0),
        "blank" => collection::remove_blanks(ctx, key).await,
        "send" => collection::send_scan(ctx, key, rev).await.map(|()| 0),
        _ => Err(CollectionError::NotFound),
    }
}

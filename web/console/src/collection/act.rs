//! What is ordered for a batch.

use axum::extract::Path;
use collection::{CollectionError, WorkKind};
use kernel::Problem;
use ui::view::Notice;
use ui::{Posted, Shell};

use super::{HOME, of};
use crate::reply::{Answer, said};
use crate::session::{Acting, Staff};

pub(super) async fn act(
    Staff(acting): Staff,
    shell: Shell,
    Path(key): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let act = data.get("act");
    let notice = match done(&acting, &key, act).await {
        Ok(()) => Notice::ok(l.t(&format!("console-collect-did-{act}"))),
        Err(error) => {
            let problem: Problem = error.into();
            Notice::bad(said(&l, &problem))
        }
    };
    let to = match act {
        "end" => HOME.to_owned(),
        _ => of(&key),
    };
    Ok(shell.flash(notice).to(&to))
}

async fn done(acting: &Acting, key: &str, act: &str) -> Result<(), CollectionError> {
    let ctx = &acting.ctx;
    match act {
        "pause" => collection::pause(ctx, key).await,
        "resume" => collection::resume(ctx, key).await,
        "stop" => collection::stop(ctx, key).await,
        "end" => {
            let batch = collection::batch(ctx, key).await?;
            collection::end_batch(ctx, key, batch.rev).await
        }
        other => {
            let kind = WorkKind::from_code(other).ok_or(CollectionError::NotFound)?;
            collection::order(ctx, key, kind).await.map(drop)
        }
    }
}

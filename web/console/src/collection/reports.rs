//! Reports of a batch, as files.

use axum::extract::Path;
use kernel::Problem;
use ui::Shell;

use crate::files;
use crate::reply::{Answer, OrPage};
use crate::session::Staff;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) async fn report(Staff(acting): Staff, shell: Shell, Path(key): Path<String>) -> Answer {
    let batch = collection::batch(&acting.ctx, &key).await.or_page(&shell)?;
    let bytes = collection::report(&acting.ctx, &key)
        .await
        .or_page(&shell)?;
    let name = format!(
        "{}-{}.csv",
        batch.body.file_name,
        shell.l().t("console-collect-report")
    );
    Ok(files::saved(&name, "text/csv; charset=utf-8", bytes))
}

/// The rows that go back, one file a source, counted from 0.
pub(super) async fn returned(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, n)): Path<(String, usize)>,
) -> Answer {
    let all = collection::returned(&acting.ctx, &key)
        .await
        .or_page(&shell)?;
    let missing = || Problem::not_found("没有要退回的记录", "No rows go back");
    let file = all.into_iter().nth(n).ok_or_else(missing).or_page(&shell)?;
    Ok(files::saved(
        &format!("{}.xlsx", file.source),
        XLSX,
        file.content,
    ))
}

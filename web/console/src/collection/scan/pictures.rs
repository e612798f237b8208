//! Pictures of pages, and the files they came in.

use axum::extract::Path;
use collection::Look;
use kernel::Problem;
use ui::Shell;

use crate::files;
use crate::reply::{Answer, OrPage};
use crate::session::Staff;

/// `thumb.jpg`, `whole.jpg`, `uncropped.jpg`; `file` is what was uploaded.
pub(super) async fn picture(
    Staff(acting): Staff,
    shell: Shell,
    Path((key, page, look)): Path<(String, u32, String)>,
) -> Answer {
    let ctx = &acting.ctx;
    let look = match look.as_str() {
        "thumb.jpg" => Look::Thumb,
        "whole.jpg" => Look::Whole,
        "uncropped.jpg" => Look::Uncropped,
        "file" => {
            let found = collection::original_file(ctx, &key, page).await;
            let (name, media, bytes) = found.or_page(&shell)?;
            return Ok(files::saved(&name, media, bytes));
        }
        _ => {
            let missing = Problem::not_found("没有找到这个页面", "No such page");
            return Err(shell.problem(&missing));
        }
    };
    let bytes = collection::picture(ctx, &key, page, look)
        .await
        .or_page(&shell)?;
    Ok(files::file(&format!("{page}.jpg"), "image/jpeg", bytes))
}

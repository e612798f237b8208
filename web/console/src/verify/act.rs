//! Taking a file in, and recording what was seen.

use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use kernel::Problem;
use licences::Seen;
use ui::view::Notice;
use ui::{CsrfGuard, Posted, Shell};

use super::show;
use crate::reply::{Answer, OrPage, enc, said, status};
use crate::session::Staff;

pub(super) async fn begin(
    Staff(acting): Staff,
    shell: Shell,
    guard: CsrfGuard,
    parts: Multipart,
) -> Answer {
    let l = shell.l();
    let mut received = ui::receive(&shell, &guard, parts).await?;
    let Some((_, bytes)) = received.take_file() else {
        let mut form = show::file_form(&l);
        form.fail("file", l.t("console-visual-choose"));
        return show::start(&acting, &shell, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let number = licences::begin_visual(&acting.ctx, bytes)
        .await
        .or_page(&shell)?;
    Ok(ui::see_other(&format!("/desk/verify/{}", enc(&number))))
}

pub(super) async fn record(
    Staff(acting): Staff,
    shell: Shell,
    Path(number): Path<String>,
    Posted(data): Posted,
) -> Answer {
    let l = shell.l();
    let mut form = show::seen_form(&l);
    form.fill(&data);
    if !form.require(&l) {
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return show::case(&acting, &shell, &number, Some(form), None, code).await;
    }
    let seen = Seen::from_code(data.get("seen")).unwrap_or(Seen::Unclear);
    let done = licences::record_visual(&acting.ctx, &number, seen, data.get("note")).await;
    match done.map_err(Problem::from) {
        Ok(()) => {
            let notice = Notice::ok(l.t("console-visual-recorded"));
            Ok(shell
                .flash(notice)
                .to(&format!("/desk/verify/{}", enc(&number))))
        }
        Err(problem) => {
            form.fail("note", said(&l, &problem));
            show::case(&acting, &shell, &number, Some(form), None, status(&problem)).await
        }
    }
}

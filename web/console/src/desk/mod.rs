//! 窗口: the workbench, intake, and the search of the header.

mod intake;
mod intake_done;
mod intake_form;
mod intake_step;
pub(crate) mod list;

use axum::Router;
use axum::routing::get;
use kernel::PageRequest;
use ui::view::{Empty, Field, FilterBar, Notice};
use ui::{QueryData, Shell};

use crate::frame::WINDOW_STEPS;
use crate::reply::{Answer, OrPage, enc, page_of};
use crate::session::Staff;
use crate::sheet::{Count, Part, Sheet};

pub(crate) fn router() -> Router {
    Router::new()
        .route("/desk", get(workbench))
        .route("/desk/search", get(search))
        .merge(intake::router())
}

/// My open tasks at acceptance and hand-over, with their numbers.
async fn workbench(Staff(acting): Staff, shell: Shell, QueryData(query): QueryData) -> Answer {
    let (l, ctx) = (shell.l(), &acting.ctx);
    let sheet = Sheet::new(l.t("console-desk-title"));
    if ctx.actor.scopes(kernel::Permission::CaseRead).is_empty() {
        let none = Part::Empty(Empty::new("inbox", l.t("console-desk-no-cases")));
        return sheet
            .block("tasks", l.t("console-tasks"), vec![none])
            .show(&acting, &shell)
            .await;
    }
    let chosen = WINDOW_STEPS.iter().find(|step| **step == query.get("step"));
    let one = chosen.map(std::slice::from_ref);
    let mut counts = Vec::new();
    for step in WINDOW_STEPS {
        let found = cases::my_tasks(ctx, &[*step], PageRequest::new(1, 1)).await;
        counts.push(Count {
            href: format!("/desk?step={step}"),
            label: l.t(&format!("console-desk-{step}")),
            number: found.or_page(&shell)?.total,
            current: chosen == Some(step),
        });
    }
    let steps = one.unwrap_or(WINDOW_STEPS);
    let tasks = cases::my_tasks(ctx, steps, page_of(&query))
        .await
        .or_page(&shell)?;
    let parts = list::parts(&l, ctx.now(), &tasks, "/desk", "/desk/cases", &query);
    sheet
        .block(
            "counts",
            l.t("console-desk-counts"),
            vec![Part::Counts(counts)],
        )
        .block("tasks", l.t("console-tasks"), parts)
        .show(&acting, &shell)
        .await
}

/// A case by its number.
async fn search(Staff(acting): Staff, shell: Shell, QueryData(query): QueryData) -> Answer {
    let l = shell.l();
    let number = query.get("q").to_owned();
    if !number.is_empty()
        && let Ok(key) = cases::key_of(&acting.ctx, &number).await
        && cases::detail(&acting.ctx, &key).await.is_ok()
    {
        return Ok(ui::see_other(&format!("/desk/cases/{}", enc(&number))));
    }
    let field = Field::text("q", l.t("console-search-number"));
    let bar = FilterBar::new("/desk/search", vec![field], &query, 0);
    let mut sheet = Sheet::new(l.t("console-search-title"));
    if !number.is_empty() {
        sheet = sheet.notice(Notice::warn(l.t1("console-search-none", "q", &number)));
    }
    sheet
        .block(
            "search",
            l.t("console-search-block"),
            vec![Part::Text(l.t("console-search-about")), Part::Filter(bar)],
        )
        .show(&acting, &shell)
        .await
}

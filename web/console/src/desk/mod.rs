//! 窗口: the workbench, intake, and the search of the header.

mod intake;
mod intake_done;
mod intake_form;
mod intake_step;
pub(crate) mod list;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use kernel::PageRequest;
use ui::view::{Empty, Field, Form, Notice};
use ui::{FormData, L, Posted, QueryData, Shell};

use crate::desk::list::List;
use crate::frame::WINDOW_STEPS;
use crate::reply::{Answer, OrPage, enc, page_of};
use crate::session::Staff;
use crate::sheet::{Act, Count, Part, Sheet};

pub(crate) fn router() -> Router {
    Router::new()
        .route("/desk", get(workbench))
        .route("/desk/search", get(search).post(find))
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
    let list = List {
        l: &l,
        now: ctx.now(),
        base: "/desk",
        cases: "/desk/cases",
        csrf: shell.csrf(),
    };
    let parts = list.parts(&tasks, &query);
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

fn search_form(l: &L) -> Form {
    Form::new(vec![
        Field::text("q", l.t("console-search-number"))
            .hint(l.t("console-search-hint-words"))
            .autocomplete("off")
            .max_length(40),
    ])
}

fn search_sheet(l: &L, form: Form) -> Sheet {
    let act = Act {
        action: "/desk/search".into(),
        form,
        hidden: Vec::new(),
        button: l.t("console-search-do"),
        kind: "pri",
    };
    Sheet::new(l.t("console-search-title")).block(
        "search",
        l.t("console-search-block"),
        vec![Part::Text(l.t("console-search-about")), Part::Form(act)],
    )
}

/// The search of the header, empty.
async fn search(Staff(acting): Staff, shell: Shell) -> Answer {
    let l = shell.l();
    search_sheet(&l, search_form(&l))
        .show(&acting, &shell)
        .await
}

/// A case by its number, or the cases of an applicant by identity number or credit code. The number
/// is posted: it must not stand in an address.
async fn find(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let (l, ctx) = (shell.l(), &acting.ctx);
    let mut form = search_form(&l);
    form.fill(&data);
    if !form.require(&l) {
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return search_sheet(&l, form).show_as(code, &acting, &shell).await;
    }
    let typed = data.get("q");
    if let Ok(key) = cases::key_of(ctx, typed).await
        && cases::detail(ctx, &key).await.is_ok()
    {
        return Ok(ui::see_other(&format!("/desk/cases/{}", enc(typed))));
    }
    let rows = match ctx.actor.scopes(kernel::Permission::CaseRead).is_empty() {
        true => Vec::new(),
        false => cases::cases_of_identity(ctx, typed).await.or_page(&shell)?,
    };
    let mut sheet = search_sheet(&l, search_form(&l));
    if rows.is_empty() {
        sheet = sheet.notice(Notice::warn(l.t("console-search-none")));
    } else {
        let count = rows.len() as u64;
        let page = kernel::Page::new(rows, count, PageRequest::new(1, 50));
        let none = FormData::default();
        let list = List {
            l: &l,
            now: ctx.now(),
            base: "/desk/search",
            cases: "/desk/cases",
            csrf: shell.csrf(),
        };
        let parts = list.parts(&page, &none);
        sheet = sheet.block("found", l.t("console-search-found"), parts);
    }
    sheet.show(&acting, &shell).await
}

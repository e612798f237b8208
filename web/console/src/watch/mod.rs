//! 效能监督: the running cases of the agencies in one's scope, soonest due first.

use axum::Router;
use axum::routing::get;
use cases::State;
use ui::view::{Cell, Choice, Column, Empty, Field, FilterBar, Notice, Row, Table};
use ui::{Chip, QueryData, Shell};

use crate::desk::list::List;
use crate::reply::{Answer, OrPage, enc, page_of};
use crate::session::Staff;
use crate::sheet::{Part, Sheet};
use crate::words;

pub(crate) fn router() -> Router {
    Router::new()
        .route("/watch", get(running))
        .route("/watch/missing", get(missing))
}

async fn running(Staff(acting): Staff, shell: Shell, QueryData(query): QueryData) -> Answer {
    let (l, ctx) = (shell.l(), &acting.ctx);
    let chosen = State::from_code(query.get("state")).filter(|state| *state != State::Draft);
    let states: Vec<State> = match chosen {
        Some(state) => vec![state],
        None => {
            let open = |s: &&State| s.is_open() && **s != State::Draft;
            State::ALL.iter().filter(open).copied().collect()
        }
    };
    let page = cases::agency_cases(ctx, &states, page_of(&query))
        .await
        .or_page(&shell)?;
    let choices = State::ALL
        .iter()
        .filter(|state| **state != State::Draft)
        .map(|state| Choice::new(state.code(), Chip::case(state.code(), None).words(&l)))
        .collect();
    let field = Field::select("state", l.t("console-list-state"), choices).optional();
    let bar = FilterBar::new("/watch", vec![field], &query, page.total);
    let mut parts = vec![Part::Filter(bar)];
    let list = List {
        l: &l,
        now: ctx.now(),
        base: "/watch",
        cases: "/desk/cases",
        csrf: shell.csrf(),
    };
    parts.extend(list.parts(&page, &query));
    let mut sheet = Sheet::new(l.t("console-watch-title"));
    let without = cases::missing_licences(ctx).await.or_page(&shell)?.len();
    if without > 0 {
        let words = l.t1("console-watch-without", "n", without);
        let link = l.t("console-watch-missing");
        sheet = sheet.notice(Notice::warn(words).link(link, "/watch/missing"));
    }
    sheet
        .sub(l.t("console-watch-about"))
        .block("cases", l.t("console-watch-cases"), parts)
        .show(&acting, &shell)
        .await
}

/// Completed cases that should have made a licence and did not [H-82].
async fn missing(Staff(acting): Staff, shell: Shell) -> Answer {
    let (l, ctx) = (shell.l(), &acting.ctx);
    let found = cases::missing_licences(ctx).await.or_page(&shell)?;
    let column = |key: &str| Column::new(l.t(key));
    let rows = found.iter().map(|(case, since)| {
        let number = case.case_no.clone().unwrap_or_default();
        let href = format!("/desk/cases/{}", enc(&case.case_id));
        Row::new(vec![
            Cell::link(href, number),
            Cell::text(case.item_name.clone()),
            Cell::text(case.applicant.clone()),
            Cell::text(words::at(&l, *since, ctx.now())),
        ])
    });
    let part = match found.is_empty() {
        true => Part::Empty(Empty::new("card", l.t("console-watch-all-there"))),
        false => Part::Table(Table {
            caption: l.t("console-watch-missing"),
            columns: vec![
                column("console-list-no"),
                column("console-list-item"),
                column("console-list-applicant"),
                column("console-watch-since"),
            ],
            rows: rows.collect(),
            ..Table::default()
        }),
    };
    Sheet::new(l.t("console-watch-missing"))
        .sub(l.t("console-watch-missing-about"))
        .crumb(l.t("console-watch-title"), "/watch")
        .block("missing", l.t("console-watch-missing"), vec![part])
        .show(&acting, &shell)
        .await
}

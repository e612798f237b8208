//! 效能监督: the running cases of the agencies in one's scope, soonest due first.

use axum::Router;
use axum::routing::get;
use cases::State;
use ui::view::{Choice, Field, FilterBar};
use ui::{Chip, QueryData, Shell};

use crate::desk::list::List;
use crate::reply::{Answer, OrPage, page_of};
use crate::session::Staff;
use crate::sheet::{Part, Sheet};

pub(crate) fn router() -> Router {
    Router::new().route("/watch", get(running))
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
    Sheet::new(l.t("console-watch-title"))
        .sub(l.t("console-watch-about"))
        .block("cases", l.t("console-watch-cases"), parts)
        .show(&acting, &shell)
        .await
}

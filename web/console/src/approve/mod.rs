//! 审批待办: the reviewer's open tasks by step, with numbers by lamp.

use axum::Router;
use axum::routing::get;
use kernel::PageRequest;
use ui::view::LampTone;
use ui::{QueryData, Shell};

use crate::desk::list::{self, List};
use crate::frame::REVIEW_STEPS;
use crate::reply::{Answer, OrPage, page_of};
use crate::session::Staff;
use crate::sheet::{Count, Part, Sheet};
use crate::words;

pub(crate) fn router() -> Router {
    Router::new().route("/approve", get(tasks))
}

/// The lamps are counted over so many tasks, soonest due first: whoever has more has other worries.
const COUNTED: u32 = 100;

async fn tasks(Staff(acting): Staff, shell: Shell, QueryData(query): QueryData) -> Answer {
    let (l, ctx) = (shell.l(), &acting.ctx);
    let chosen = REVIEW_STEPS.iter().find(|step| **step == query.get("step"));
    let all = cases::my_tasks(ctx, REVIEW_STEPS, PageRequest::new(1, COUNTED))
        .await
        .or_page(&shell)?;
    let mut tabs = vec![Count {
        href: "/approve".into(),
        label: l.t("console-approve-all"),
        number: all.total,
        current: chosen.is_none(),
    }];
    for step in REVIEW_STEPS {
        let found = cases::my_tasks(ctx, &[*step], PageRequest::new(1, 1)).await;
        tabs.push(Count {
            href: format!("/approve?step={step}"),
            label: words::step(&l, step),
            number: found.or_page(&shell)?.total,
            current: chosen == Some(step),
        });
    }
    let tones: Vec<LampTone> = all
        .rows
        .iter()
        .map(|row| list::lamp(&l, ctx.now(), row).tone)
        .collect();
    let lamp = |key: &str, tone: LampTone| {
        l.t1(
            key,
            "n",
            tones.iter().filter(|t| **t == tone).count() as i64,
        )
    };
    let lamps = [
        lamp("console-lamps-red", LampTone::Red),
        lamp("console-lamps-amber", LampTone::Amber),
        lamp("console-lamps-green", LampTone::Green),
        lamp("console-lamps-grey", LampTone::Grey),
    ];
    let steps = chosen.map(std::slice::from_ref).unwrap_or(REVIEW_STEPS);
    let page = cases::my_tasks(ctx, steps, page_of(&query))
        .await
        .or_page(&shell)?;
    let list = List {
        l: &l,
        now: ctx.now(),
        base: "/approve",
        cases: "/approve/cases",
        csrf: shell.csrf(),
    };
    let parts = list.parts(&page, &query);
    Sheet::new(l.t("console-approve-title"))
        .sub(lamps.join(" · "))
        .block(
            "steps",
            l.t("console-approve-steps"),
            vec![Part::Counts(tabs)],
        )
        .block("tasks", l.t("console-tasks"), parts)
        .show(&acting, &shell)
        .await
}

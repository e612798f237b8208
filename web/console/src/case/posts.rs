//! The open posts of a case: whose they are, until when; and claiming, giving back, handing over.

use cases::{Event, TaskView};
use flow::{Officer, Post};
use ui::L;
use ui::view::{Cell, Choice, Clock, Column, Field, Row, Table};

use super::can::Can;
use super::offer::Offers;
use super::review::name_of;
use crate::session::Acting;
use crate::sheet::Part;
use crate::words;

/// The open posts with their officers and clocks.
pub(super) async fn standing(l: &L, acting: &Acting, can: Can<'_>) -> Vec<Part> {
    let (case, now) = (&can.d.case, acting.ctx.now());
    let mut rows = Vec::new();
    for task in &can.d.tasks {
        let Some(post) = can.d.item.flow.post(&task.post) else {
            continue;
        };
        let who = match &task.holder {
            Some(holder) => name_of(acting, holder).await,
            None => l.t1("console-post-pool", "n", post.staff.len() as i64),
        };
        rows.push(Row::new(vec![
            Cell::text(post.name.clone()),
            Cell::text(who),
            Cell::text(words::maybe(l, task.opened_at, now)),
            match &task.reading {
                Some(_) => Cell::Clock(Clock::of(l, task.reading.as_ref(), case.state.code(), now)),
                None => Cell::text(l.t("console-post-no-limit")),
            },
        ]));
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let columns = ["post", "holder", "opened", "clock"];
    vec![Part::Table(Table {
        caption: l.t("console-case-posts"),
        columns: columns
            .map(|key| Column::new(l.t(&format!("console-post-{key}"))))
            .to_vec(),
        rows,
        ..Table::default()
    })]
}

/// Offers what the officer can do with the tasks at the own posts.
pub(super) async fn offer(offers: &mut Offers<'_>, acting: &Acting, can: Can<'_>) {
    let mine: Vec<(&TaskView, &Post)> = can
        .d
        .tasks
        .iter()
        .filter_map(|task| can.at(&task.post).map(|post| (task, post)))
        .collect();
    let choices = |of: &dyn Fn(&TaskView) -> bool| -> Vec<Choice> {
        let some = mine.iter().filter(|(task, _)| of(task));
        some.map(|(_, post)| Choice::new(post.code.clone(), post.name.clone()))
            .collect()
    };
    let one = |offers: &mut Offers<'_>, event, act, choices: Vec<Choice>| {
        if can.event(event) && !choices.is_empty() {
            let label = offers.l.t("console-post-which");
            let first = choices[0].value.clone();
            let field = Field::select(format!("{act}.post"), label, choices).value(first);
            offers.add(act, "", vec![field]);
        }
    };
    one(offers, Event::Claim, "claim", choices(&|t| t.claimable));
    let held = |task: &TaskView| task.holder.as_ref() == Some(&can.actor.id);
    one(offers, Event::Release, "release", choices(&held));
    let mut colleagues = Vec::new();
    for (task, post) in &mine {
        for username in post.staff.iter().filter(|who| **who != can.actor.id) {
            let Ok(Some(staff)) = identity::staff(&acting.ctx, username).await else {
                continue;
            };
            let officer = Officer {
                username,
                roles: &staff.roles,
                on_spot_roles: &staff.on_spot_roles,
            };
            let able = post.may_act(officer, can.d.case.data.immediate).is_ok();
            if able && staff.enabled && task.holder.as_ref() != Some(username) {
                let label = format!("{} {} {}", post.name, staff.name, staff.staff_no);
                colleagues.push(Choice::new(format!("{}/{username}", post.code), label));
            }
        }
    }
    if can.event(Event::Transfer) && !colleagues.is_empty() {
        let label = offers.l.t("console-transfer-to");
        let fields = vec![
            Field::select("transfer.to", label, colleagues),
            offers.words("transfer", "reason"),
        ];
        offers.add("transfer", "", fields);
    }
}

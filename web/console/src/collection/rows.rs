//! Rows of a batch.

use axum::extract::Path;
use cleaning::{Action, Field};
use collection::{CollectedRow, RowQuery};
use licences::State;
use ui::view::{Cell, Choice, Column, Empty, FilterBar, Pager, Row, Table};
use ui::{Chip, FormData, L, QueryData, Shell};

use super::{HOME, of};
use crate::reply::{Answer, OrPage, page_of};
use crate::session::Staff;
use crate::sheet::{Part, Sheet};

fn asked(query: &FormData) -> RowQuery {
    let action = Action::ALL
        .into_iter()
        .find(|one| one.code() == query.get("action"));
    RowQuery {
        state: State::from_code(query.get("state")),
        action,
        problem: query.get("problem") == "1",
    }
}

pub(super) async fn list(
    Staff(acting): Staff,
    shell: Shell,
    Path(key): Path<String>,
    QueryData(query): QueryData,
) -> Answer {
    let l = shell.l();
    let ctx = &acting.ctx;
    let batch = collection::batch(ctx, &key).await.or_page(&shell)?;
    let found = collection::rows(ctx, &key, asked(&query), page_of(&query))
        .await
        .or_page(&shell)?;
    let states = [
        State::Collected,
        State::Checked,
        State::Valid,
        State::Discarded,
    ];
    let states = states.map(|s| Choice::new(s.code(), Chip::licence(s.code(), false).words(&l)));
    let actions = Action::ALL.map(|a| Choice::new(a.code(), l.pick(a.zh(), a.en())));
    let stuck = vec![Choice::new("1", l.t("console-collect-only-stuck"))];
    let fields = vec![
        ui::view::Field::select("state", l.t("console-collect-state"), states.to_vec()),
        ui::view::Field::select("problem", l.t("console-collect-problem"), stuck),
        ui::view::Field::select("action", l.t("console-collect-action"), actions.to_vec()),
    ];
    let base = format!("{}/rows", of(&key));
    let mut parts = vec![Part::Filter(FilterBar::new(
        &base,
        fields,
        &query,
        found.total,
    ))];
    if found.rows.is_empty() {
        parts.push(Part::Empty(Empty::new(
            "list",
            l.t("console-collect-no-rows"),
        )));
    } else {
        let rows = found.rows.iter().map(|row| line(&l, &key, row));
        let column = |key: &str| Column::new(l.t(&format!("console-collect-{key}")));
        parts.push(Part::Table(Table {
            caption: l.t("console-collect-row-list"),
            columns: vec![
                column("row"),
                column("no"),
                column("holder"),
                column("action"),
                column("state"),
                column("why"),
            ],
            rows: rows.collect(),
            ..Table::default()
        }));
        parts.push(Part::Pager(Pager::of(&found, base, &query)));
    }
    Sheet::new(l.t("console-collect-row-list"))
        .crumb(l.t("console-menu-collection"), HOME)
        .crumb(batch.body.file_name, of(&key))
        .block("rows", l.t("console-collect-row-list"), parts)
        .show(&acting, &shell)
        .await
}

fn line(l: &L, key: &str, row: &CollectedRow) -> Row {
    let href = format!("{}/rows/{}", of(key), row.row_no);
    let number = row.get(Field::LicenceNo);
    Row::new(vec![
        Cell::link(
            href,
            l.t1("console-collect-row-n", "n", row.row_no.to_string()),
        ),
        Cell::text(match number {
            "" => "—".to_owned(),
            no => kernel::mask::by_shape(no),
        }),
        Cell::text(kernel::mask::name(row.get(Field::Holder))),
        Cell::text(l.pick(row.action.zh(), row.action.en()).to_owned()),
        Cell::Chip(Chip::licence(row.state.code(), false)),
        Cell::text(why(l, row)),
    ])
}

/// Why a row is where it is, in short.
pub(super) fn why(l: &L, row: &CollectedRow) -> String {
    if !row.body.problem.is_empty() {
        return row.body.problem.clone();
    }
    let notes = row.body.findings.iter().map(|finding| {
        let note = l.pick(&finding.note.zh, &finding.note.en);
        match note.is_empty() {
            true => finding.code.clone(),
            false => format!("{} {note}", finding.code),
        }
    });
    notes.take(3).collect::<Vec<_>>().join("；")
}

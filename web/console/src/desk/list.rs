//! Lists of cases: the lamp first, soonest due first, as every desk shows them.

use cases::CaseRow;
use jiff::Timestamp;
use kernel::Page;
use ui::view::{Cell, Column, Empty, Lamp, Pager, Row, Table};
use ui::{Chip, FormData, L};

use crate::reply::enc;
use crate::sheet::Part;
use crate::words;

/// The table with its pager, or why there is none. `base` is the list's own address, `cases` where
/// its cases open.
pub(crate) fn parts(
    l: &L,
    now: Timestamp,
    page: &Page<CaseRow>,
    base: &str,
    cases: &str,
    query: &FormData,
) -> Vec<Part> {
    if page.rows.is_empty() {
        return vec![Part::Empty(Empty::new("check", l.t("console-list-empty")))];
    }
    let columns = [
        "lamp",
        "no",
        "item",
        "applicant",
        "state",
        "step",
        "updated",
    ];
    let table = Table {
        caption: l.t("console-list-caption"),
        columns: columns
            .map(|key| Column::new(l.t(&format!("console-list-{key}"))))
            .to_vec(),
        rows: page
            .rows
            .iter()
            .map(|row| line(l, now, row, cases))
            .collect(),
        lead: 1,
        ..Table::default()
    };
    vec![
        Part::Table(table),
        Part::Pager(Pager::of(page, base, query)),
    ]
}

/// The lamp of a row.
pub(crate) fn lamp(l: &L, now: Timestamp, row: &CaseRow) -> Lamp {
    words::lamp(l, row.reading.as_ref(), row.state, now)
}

fn line(l: &L, now: Timestamp, row: &CaseRow, cases: &str) -> Row {
    let number = row.case_no.clone().unwrap_or_default();
    let open = if number.is_empty() {
        Cell::text("—")
    } else {
        Cell::link(format!("{cases}/{}", enc(&number)), number)
    };
    let step = match &row.step {
        Some(step) => words::step(l, step),
        None => "—".to_owned(),
    };
    let mut cells = vec![Cell::Lamp(lamp(l, now, row)), open];
    cells.push(Cell::text(row.item_name.clone()));
    cells.push(Cell::text(row.applicant.clone()));
    cells.push(Cell::Chip(Chip::case(row.state.code(), None)));
    cells.push(Cell::text(step));
    cells.push(Cell::text(words::at(l, row.updated_at, now)));
    Row::new(cells)
}

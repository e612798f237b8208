//! Lists of cases: the lamp first, soonest due first, as every desk shows them.

use cases::{CaseRow, TaskView};
use jiff::Timestamp;
use kernel::Page;
use ui::view::{Button, Cell, Clock, Column, Empty, Lamp, Pager, Row, Table};
use ui::{Chip, FormData, L};

use crate::reply::enc;
use crate::sheet::Part;
use crate::words;

/// A list of cases: where it stands and where its cases open.
pub(crate) struct List<'a> {
    pub l: &'a L,
    pub now: Timestamp,
    /// The list's own address.
    pub base: &'a str,
    /// Where its cases open.
    pub cases: &'a str,
    /// Token for the buttons.
    pub csrf: String,
}

impl List<'_> {
    /// The table with its pager, or why there is none. Lists of tasks show the limit of the post
    /// beside that of the case.
    pub fn parts(&self, page: &Page<CaseRow>, query: &FormData) -> Vec<Part> {
        let l = self.l;
        if page.rows.is_empty() {
            return vec![Part::Empty(Empty::new("check", l.t("console-list-empty")))];
        }
        let tasks = page.rows.iter().any(|row| row.task.is_some());
        let mut columns = vec!["lamp", "no", "item", "applicant", "state", "updated"];
        if tasks {
            columns.insert(0, "task-lamp");
            columns.truncate(6);
            columns.extend(["step", "do"]);
        }
        let named = columns
            .iter()
            .map(|key| l.t(&format!("console-list-{key}")));
        let table = Table {
            caption: l.t("console-list-caption"),
            columns: named.map(Column::new).collect(),
            rows: page.rows.iter().map(|row| self.line(row)).collect(),
            lead: 1 + usize::from(tasks),
            ..Table::default()
        };
        vec![
            Part::Table(table),
            Part::Pager(Pager::of(page, self.base, query)),
        ]
    }

    fn line(&self, row: &CaseRow) -> Row {
        let (l, now) = (self.l, self.now);
        let number = row.case_no.clone().unwrap_or_default();
        let href = format!("{}/{}", self.cases, enc(&number));
        let open = if number.is_empty() {
            Cell::text("—")
        } else {
            Cell::link(&href, &number)
        };
        let mut cells = vec![
            Cell::Clock(clock(l, now, row)),
            open,
            Cell::text(row.item_name.clone()),
            Cell::text(row.applicant.clone()),
            Cell::Chip(Chip::case(row.state.code(), None)),
            Cell::text(words::at(l, row.updated_at, now)),
        ];
        if let Some(task) = &row.task {
            cells.insert(0, own_clock(l, now, row, task));
            // When it was changed last says less than since when and until when it waits.
            cells.truncate(6);
            cells.push(Cell::text(words::step(l, &task.step)));
            cells.push(if task.claimable {
                Cell::Button(Button {
                    label: l.t("console-act-claim"),
                    action: format!("{href}/act/claim"),
                    csrf: self.csrf.clone(),
                    sends: vec![("claim.post".into(), task.post.clone())],
                    about: number,
                })
            } else {
                let key = match task.holder {
                    Some(_) => "console-list-claimed",
                    None => "console-list-yours",
                };
                Cell::text(l.t(key))
            });
        }
        Row::new(cells)
    }
}

/// The clock of a row's case.
fn clock(l: &L, now: Timestamp, row: &CaseRow) -> Clock {
    Clock::of(l, row.reading.as_ref(), row.state.code(), now)
}

/// The clock of the post that the row is about, or that it has none.
fn own_clock(l: &L, now: Timestamp, row: &CaseRow, task: &TaskView) -> Cell {
    match &task.reading {
        Some(_) => Cell::Clock(Clock::of(l, task.reading.as_ref(), row.state.code(), now)),
        None => Cell::text(l.t("console-post-no-limit")),
    }
}

/// The lamp of a row's task: that of its post, or of the case where the post has no limit.
pub(crate) fn lamp(l: &L, now: Timestamp, row: &CaseRow) -> Lamp {
    let own = row.task.as_ref().and_then(|task| task.reading.as_ref());
    Clock::of(l, own.or(row.reading.as_ref()), row.state.code(), now).lamp
}

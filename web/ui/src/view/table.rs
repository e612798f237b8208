//! Data tables: sorted by links, rows opened by links, cards on phones.

use super::{Clock, Lamp, component};
use crate::Chip;

/// Order of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Address that sorts by this column, or turns its order.
    pub href: String,
    /// `Some(true)` is ascending now, `Some(false)` descending, `None` not sorted by it.
    pub ascending: Option<bool>,
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    pub label: String,
    /// Numbers stand to the right.
    pub number: bool,
    pub sort: Option<Sort>,
}

impl Column {
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            ..Self::default()
        }
    }

    pub fn number(mut self) -> Self {
        self.number = true;
        self
    }

    pub fn sort(mut self, href: impl Into<String>, ascending: Option<bool>) -> Self {
        self.sort = Some(Sort {
            href: href.into(),
            ascending,
        });
        self
    }

    fn aria(&self) -> &'static str {
        match self.sort.as_ref().and_then(|sort| sort.ascending) {
            Some(true) => "ascending",
            Some(false) => "descending",
            None => "none",
        }
    }
}

/// A link in the last column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub label: String,
    pub href: String,
    /// What it is about, for those who hear it alone: the row's name.
    pub about: String,
}

/// A small form of one button, for an act that needs no more words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Button {
    pub label: String,
    /// Address it posts to.
    pub action: String,
    /// Token of the page.
    pub csrf: String,
    /// What else it sends.
    pub sends: Vec<(String, String)>,
    /// What it is about, for those who hear it alone.
    pub about: String,
}

/// What stands in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    /// Text with a smaller second line.
    Lines(String, String),
    /// Opens the row: address, label, and a smaller second line or nothing.
    Link {
        href: String,
        label: String,
        note: String,
    },
    Lamp(Lamp),
    /// Lamp with what was used, what is left and when it is due.
    Clock(Clock),
    Chip(Chip),
    Button(Button),
    Actions(Vec<Action>),
    Empty,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Cell::Text(text.into())
    }

    pub fn link(href: impl Into<String>, label: impl Into<String>) -> Self {
        Cell::Link {
            href: href.into(),
            label: label.into(),
            note: String::new(),
        }
    }
}

/// A row; `pick` is the value of its check box in a table with [`Table::pick`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub cells: Vec<Cell>,
    pub pick: Option<String>,
    /// Name of the row, for its check box.
    pub about: String,
}

impl Row {
    pub fn new(cells: Vec<Cell>) -> Self {
        Self {
            cells,
            ..Self::default()
        }
    }
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What the table lists; heard, and seen unless a heading says the same.
    pub caption: String,
    pub show_caption: bool,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// Last row, in bold, one cell a column.
    pub totals: Vec<Cell>,
    /// Field name of check boxes before each row, for batches inside a form.
    pub pick: Option<String>,
    /// Which column is the card's heading on phones.
    pub lead: usize,
}

component!(Table, TableHtml, "components/table.html");

impl Table {
    fn label(&self, at: &usize) -> &str {
        self.columns
            .get(*at)
            .map_or("", |column| column.label.as_str())
    }

    fn class(&self, at: &usize, cell: &Cell) -> &'static str {
        if *at == self.lead {
            return "lead";
        }
        match cell {
            Cell::Lamp(_) | Cell::Actions(_) => "lone",
            _ if self.columns.get(*at).is_some_and(|column| column.number) => "r",
            _ => "",
        }
    }

    /// A reviewer's list.
    pub fn sample(l: &crate::L) -> Self {
        let row = |lamp: Lamp, no: &str, item: &str, who: &str, state: &str, when: &str| Row {
            cells: vec![
                Cell::Lamp(lamp),
                Cell::Link {
                    href: format!("/approve/cases/{no}"),
                    label: item.to_owned(),
                    note: no.to_owned(),
                },
                Cell::text(who),
                Cell::Chip(Chip::case(state, None)),
                Cell::text(when),
                Cell::Actions(vec![Action {
                    label: l.t("open"),
                    href: format!("/approve/cases/{no}"),
                    about: no.to_owned(),
                }]),
            ],
            pick: Some(no.to_owned()),
            about: item.to_owned(),
        };
        Self {
            caption: "审批待办".into(),
            show_caption: false,
            columns: vec![
                Column::new("时限").sort("?sort=-left", Some(true)),
                Column::new("事项"),
                Column::new("申请人"),
                Column::new("状态"),
                Column::new("受理时间").sort("?sort=accepted", None),
                Column::new("操作"),
            ],
            rows: vec![
                row(
                    Lamp::days(l, -2, 1),
                    "9901002026000101",
                    "食品经营许可（新办）",
                    "云州味道餐饮有限公司",
                    "IN_REVIEW",
                    "2026-11-10 09:12",
                ),
                row(
                    Lamp::days(l, 1, 1),
                    "9901002026000118",
                    "公共场所卫生许可",
                    "东湖区清风浴室",
                    "IN_REVIEW",
                    "2026-11-16 14:30",
                ),
                row(
                    Lamp::paused(l, &l.t("lamp-why-correcting")),
                    "9901002026000120",
                    "食品经营许可（变更）",
                    "陈*",
                    "CORRECTING_IN_REVIEW",
                    "2026-11-17 10:05",
                ),
                row(
                    Lamp::days(l, 4, 1),
                    "9901002026000131",
                    "食品经营许可（新办）",
                    "林*华",
                    "ACCEPTED",
                    "2026-11-19 16:41",
                ),
            ],
            totals: Vec::new(),
            pick: Some("case".into()),
            lead: 1,
        }
    }

    /// Numbers with a total.
    pub fn sample_totals() -> Self {
        let row = |dept: &str, cells: [&str; 4]| {
            let mut all = vec![Cell::text(dept)];
            all.extend(cells.into_iter().map(Cell::text));
            Row::new(all)
        };
        Self {
            caption: "2026 年 11 月各部门办件".into(),
            show_caption: true,
            columns: vec![
                Column::new("部门"),
                Column::new("受理")
                    .number()
                    .sort("?sort=accepted", Some(false)),
                Column::new("办结").number().sort("?sort=completed", None),
                Column::new("按时率").number(),
                Column::new("满意率").number(),
            ],
            rows: vec![
                row("市场监督管理局", ["412", "398", "99.6%", "98.9%"]),
                row("人力资源和社会保障局", ["1,284", "1,197", "99.9%", "99.2%"]),
                row("自然资源局", ["206", "188", "97.1%", "96.4%"]),
            ],
            totals: ["合计", "1,902", "1,783", "99.5%", "98.8%"]
                .map(Cell::text)
                .into(),
            pick: None,
            lead: 0,
        }
    }
}

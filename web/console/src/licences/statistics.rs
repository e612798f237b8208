//! 统计分析: state, then agencies, then the types of one agency, each as bars with a table beside
//! them [H-73, H-74].

use agencies::Directory;
use kernel::time;
use licences::{Intake, Overview, State, Statistics};
use ui::view::{Bar, Bars, Cell, Column, Empty, Row, Table};
use ui::{Chip, FormData, L, QueryData, Shell};

use crate::csv::Csv;
use crate::reply::{Answer, OrPage, enc};
use crate::session::{Acting, Staff};
use crate::sheet::{Count, Part, Sheet};
use crate::words;

const HOME: &str = "/licences/statistics";

/// What of the statistics is looked at.
struct Asked {
    of: Option<Overview>,
    agency: Option<String>,
}

impl Asked {
    fn read(query: &FormData) -> Self {
        let of = Overview::from_code(query.get("of"));
        let agency = Some(query.get("agency").to_owned()).filter(|code| !code.is_empty());
        Self {
            agency: agency.filter(|_| of.is_some()),
            of,
        }
    }
}

fn at(of: Overview) -> String {
    format!("{HOME}?of={}", of.code())
}

fn of_agency(of: Overview, agency: &str) -> String {
    format!("{}&agency={}", at(of), enc(agency))
}

pub(super) async fn show(
    Staff(acting): Staff,
    shell: Shell,
    QueryData(query): QueryData,
) -> Answer {
    let l = shell.l();
    let asked = Asked::read(&query);
    let all = licences::statistics(&acting.ctx).await.or_page(&shell)?;
    let directory = agencies::directory(&acting.ctx).await.or_page(&shell)?;
    let taken = words::at(&l, all.at, acting.ctx.now());
    let mut sheet = Sheet::new(l.t("console-stats-title"))
        .sub(l.t1("console-stats-at", "at", taken))
        .crumb(l.t("console-menu-licences"), "/licences")
        .block(
            "states",
            l.t("console-stats-states"),
            states(&l, &all, &asked, &query),
        );
    if let Some(of) = asked.of {
        let title = l.t1("console-stats-agencies", "state", l.pick(of.zh(), of.en()));
        sheet = sheet.block("agencies", title, by_agency(&l, &all, &directory, of));
        if let Some(agency) = &asked.agency {
            let name = name_of(&directory, agency);
            let title = l.t1("console-stats-types", "agency", &name);
            let months = licences::intake(&acting.ctx, agency, of)
                .await
                .or_page(&shell)?;
            let parts = types(&acting, &shell, &all, of, agency, &months).await?;
            sheet = sheet.block("types", title, parts);
        }
    }
    sheet.show(&acting, &shell).await
}

fn name_of(directory: &Directory, code: &str) -> String {
    let agency = directory.agency(code);
    agency.map_or_else(|| code.to_owned(), |agency| agency.name.clone())
}

fn states(l: &L, all: &Statistics, asked: &Asked, query: &FormData) -> Vec<Part> {
    let counts = Overview::ALL.iter().map(|of| Count {
        href: at(*of),
        label: l.pick(of.zh(), of.en()).to_owned(),
        number: all.sum(|c| Overview::of(c.state) == Some(*of)),
        current: asked.of == Some(*of),
    });
    let mut parts = vec![Part::Counts(counts.collect())];
    let rows: Vec<Row> = State::ALL
        .iter()
        .map(|state| (state, all.sum(|c| c.state == *state)))
        .filter(|(_, n)| *n > 0)
        .map(|(state, n)| {
            let of = Overview::of(*state);
            Row::new(vec![
                Cell::Chip(Chip::licence(state.code(), false)),
                Cell::text(of.map_or_else(
                    || l.t("console-stats-uncounted"),
                    |of| l.pick(of.zh(), of.en()).to_owned(),
                )),
                Cell::text(n.to_string()),
            ])
        })
        .collect();
    if rows.is_empty() {
        return vec![Part::Empty(Empty::new("card", l.t("console-stats-none")))];
    }
    parts.push(table(
        l,
        "console-stats-detail",
        &["state", "counted", "n"],
        rows,
    ));
    let pairs = query.pairs().iter();
    let kept: Vec<String> = pairs
        .filter(|(key, value)| ["of", "agency"].contains(&key.as_str()) && !value.is_empty())
        .map(|(key, value)| format!("{key}={}", enc(value)))
        .collect();
    let href = format!("{HOME}.csv?{}", kept.join("&"));
    parts.push(Part::Links(vec![(href, l.t("console-stats-csv"))]));
    parts
}

fn table(l: &L, caption: &str, columns: &[&str], rows: Vec<Row>) -> Part {
    let columns = columns
        .iter()
        .map(|key| Column::new(l.t(&format!("console-stats-{key}"))));
    Part::Table(Table {
        caption: l.t(caption),
        columns: columns.collect(),
        rows,
        ..Table::default()
    })
}

fn by_agency(l: &L, all: &Statistics, directory: &Directory, of: Overview) -> Vec<Part> {
    let sums = all.by(|c| (Overview::of(c.state) == Some(of)).then(|| c.agency.clone()));
    if sums.is_empty() {
        return vec![Part::Empty(Empty::new("card", l.t("console-stats-none")))];
    }
    let bars = sums.iter().map(|(agency, n)| Bar {
        label: name_of(directory, agency),
        href: Some(of_agency(of, agency)),
        number: *n,
    });
    let whole: u64 = sums.iter().map(|one| one.1).sum();
    let rows = sums.iter().map(|(agency, n)| {
        Row::new(vec![
            Cell::link(of_agency(of, agency), name_of(directory, agency)),
            Cell::text(n.to_string()),
            Cell::text(share(*n, whole)),
        ])
    });
    vec![
        Part::Bars(Bars {
            caption: l.t("console-stats-n"),
            bars: bars.collect(),
        }),
        table(
            l,
            "console-stats-by-agency",
            &["agency", "n", "share"],
            rows.collect(),
        ),
    ]
}

/// Per cent with one digit, rounded down.
fn share(n: u64, whole: u64) -> String {
    let per_mille = n.saturating_mul(1000) / whole.max(1);
    format!("{}.{} %", per_mille / 10, per_mille % 10)
}

async fn types(
    acting: &Acting,
    shell: &Shell,
    all: &Statistics,
    of: Overview,
    agency: &str,
    months: &[Intake],
) -> Result<Vec<Part>, axum::response::Response> {
    let l = shell.l();
    let sums = all.by(|c| {
        let counted = Overview::of(c.state) == Some(of) && c.agency == agency;
        counted.then(|| c.type_code.clone())
    });
    let (mut bars, mut rows) = (Vec::new(), Vec::new());
    for (code, n) in &sums {
        let kind = licences::licence_type(&acting.ctx, code)
            .await
            .or_page(shell)?;
        let recent = months.iter().find(|one| one.type_code == *code);
        let recent: u64 = recent.map_or(0, |one| one.months.iter().map(|m| m.1).sum());
        let states = of.states();
        let only = match states.as_slice() {
            [one] => format!("&state={}", one.code()),
            _ => String::new(),
        };
        let href = format!("/licences?agency={}&type={}{only}", enc(agency), enc(code));
        bars.push(Bar {
            label: kind.type_name.clone(),
            href: Some(href.clone()),
            number: *n,
        });
        rows.push(Row::new(vec![
            Cell::link(href, kind.type_name.clone()),
            Cell::text(n.to_string()),
            Cell::text(recent.to_string()),
        ]));
    }
    if rows.is_empty() {
        return Ok(vec![Part::Empty(Empty::new(
            "card",
            l.t("console-stats-none"),
        ))]);
    }
    let mut parts = vec![
        Part::Bars(Bars {
            caption: l.t("console-stats-n"),
            bars,
        }),
        table(&l, "console-stats-by-type", &["type", "n", "recent"], rows),
    ];
    parts.extend(intake(&l, months));
    Ok(parts)
}

/// Intake month by month, a column a type.
fn intake(l: &L, of: &[Intake]) -> Vec<Part> {
    let Some(first) = of.first() else {
        return Vec::new();
    };
    let rows = first.months.iter().enumerate().map(|(at, (month, _))| {
        let cells = of.iter().map(|one| {
            let n = one.months.get(at).map_or(0, |month| month.1);
            Cell::text(n.to_string())
        });
        Row::new(
            std::iter::once(Cell::text(month.clone()))
                .chain(cells)
                .collect(),
        )
    });
    let names = of.iter().map(|one| Column::new(one.type_name.clone()));
    vec![
        Part::Heading(l.t("console-stats-intake")),
        Part::Table(Table {
            caption: l.t("console-stats-intake"),
            columns: std::iter::once(Column::new(l.t("console-stats-month")))
                .chain(names)
                .collect(),
            rows: rows.collect(),
            ..Table::default()
        }),
    ]
}

/// The counts themselves, as far as they are looked at.
pub(super) async fn csv(Staff(acting): Staff, shell: Shell, QueryData(query): QueryData) -> Answer {
    let l = shell.l();
    let asked = Asked::read(&query);
    let all = licences::statistics(&acting.ctx).await.or_page(&shell)?;
    let directory = agencies::directory(&acting.ctx).await.or_page(&shell)?;
    let head = ["state", "counted", "agency", "type", "n"];
    let mut file = Csv::new(&head.map(|key| l.t(&format!("console-stats-{key}"))));
    for count in &all.counts {
        let of = Overview::of(count.state);
        let wanted = asked.of.is_none() || asked.of == of;
        let agency = asked.agency.as_ref();
        if !wanted || agency.is_some_and(|code| *code != count.agency) {
            continue;
        }
        let kind = licences::licence_type(&acting.ctx, &count.type_code)
            .await
            .or_page(&shell)?;
        file.line(&[
            Chip::licence(count.state.code(), false).words(&l),
            of.map_or_else(String::new, |of| l.pick(of.zh(), of.en()).to_owned()),
            name_of(&directory, &count.agency),
            kind.type_name.clone(),
            count.n.to_string(),
        ]);
    }
    let day = time::beijing_date(all.at);
    Ok(file.answer(&format!("{}-{day}.csv", l.t("console-stats-title"))))
}

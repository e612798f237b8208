//! 使用统计: how often licences were used in a period, by type and by consumer, and why
//! verifications failed [H-75].

use std::collections::BTreeMap;
use std::sync::Arc;

use agencies::Directory;
use jiff::Span;
use jiff::civil::Date;
use kernel::time;
use licences::{Consumer, Usage, UseCount, UseKind};
use ui::view::{Bar, Bars, Cell, Column, Empty, Field, FilterBar, Notice, NoticeTone, Row, Table};
use ui::{FormData, L, QueryData, Shell};

use crate::csv::Csv;
use crate::reply::{Answer, OrPage, enc};
use crate::session::{Acting, Staff};
use crate::sheet::{Part, Sheet};
use crate::words;

const HOME: &str = "/licences/usage";
/// Days that are shown when none are asked for.
const DAYS: i64 = 30;

/// The period that is looked at.
struct Period {
    from: Date,
    to: Date,
    /// What was asked for is no period.
    wrong: bool,
}

impl Period {
    fn read(query: &FormData, today: Date) -> Self {
        let usual = (today.saturating_sub(Span::new().days(DAYS - 1)), today);
        let (from, to) = (query.get("from"), query.get("to"));
        let day = |text: &str, or: Date| match text {
            "" => Some(or),
            text => text.parse().ok(),
        };
        let (from, to) = (day(from, usual.0), day(to, usual.1));
        match (from, to) {
            (Some(from), Some(to)) if from <= to => Self {
                from,
                to,
                wrong: false,
            },
            _ => Self {
                from: usual.0,
                to: usual.1,
                wrong: true,
            },
        }
    }
}

/// What the page and its file are made of.
struct Asked {
    period: Period,
    all: Usage,
    directory: Arc<Directory>,
    types: BTreeMap<String, String>,
}

async fn asked(
    acting: &Acting,
    shell: &Shell,
    query: &FormData,
) -> Result<Asked, axum::response::Response> {
    let period = Period::read(query, time::beijing_date(acting.ctx.now()));
    let mut all = licences::usage(&acting.ctx, period.from, period.to)
        .await
        .or_page(shell)?;
    let kind = query.get("type");
    if !kind.is_empty() {
        all.counts.retain(|c| c.type_code == kind);
    }
    let kinds = licences::licence_types(&acting.ctx).await.or_page(shell)?;
    let directory = agencies::directory(&acting.ctx).await.or_page(shell)?;
    let types = kinds
        .iter()
        .map(|kind| (kind.type_short_code.clone(), kind.type_name.clone()));
    Ok(Asked {
        period,
        all,
        directory,
        types: types.collect(),
    })
}

impl Asked {
    fn type_name(&self, l: &L, code: &str) -> String {
        match self.types.get(code) {
            Some(name) => name.clone(),
            None if code.is_empty() => l.t("console-usage-unknown"),
            None => code.to_owned(),
        }
    }

    fn agency(&self, l: &L, code: &str) -> String {
        match self.directory.agency(code) {
            Some(agency) => agency.name.clone(),
            None if code.is_empty() => l.t("console-usage-unknown"),
            None => code.to_owned(),
        }
    }

    fn consumer(&self, l: &L, consumer: &Consumer) -> String {
        match consumer {
            Consumer::Agency(code) => self.agency(l, code),
            Consumer::Client(id) => {
                let name = self.all.clients.get(id).unwrap_or(id);
                l.t1("console-usage-client", "name", name)
            }
            Consumer::Holder => l.t("console-usage-holder"),
            Consumer::Public => l.t("console-usage-public"),
            Consumer::System => l.t("console-usage-system"),
        }
    }
}

pub(super) async fn show(
    Staff(acting): Staff,
    shell: Shell,
    QueryData(query): QueryData,
) -> Answer {
    let l = shell.l();
    let asked = asked(&acting, &shell, &query).await?;
    let mut sheet = Sheet::new(l.t("console-usage-title"))
        .crumb(l.t("console-menu-licences"), "/licences")
        .sub(match asked.all.counted {
            Some(at) => l.t1(
                "console-usage-at",
                "at",
                words::at(&l, at, acting.ctx.now()),
            ),
            None => l.t("console-usage-never"),
        });
    if asked.period.wrong {
        let words = l.t("console-usage-wrong");
        sheet = sheet.notice(Notice::new(NoticeTone::Warn, words));
    }
    let title = l.t2(
        "console-usage-period",
        "from",
        asked.period.from.to_string(),
        "to",
        asked.period.to.to_string(),
    );
    sheet = sheet.block("uses", title, totals(&l, &asked, &query));
    if !asked.all.counts.is_empty() {
        sheet = sheet
            .block(
                "types",
                l.t("console-usage-types"),
                crossed(&l, &asked, "console-usage-type", |c| {
                    asked.type_name(&l, &c.type_code)
                }),
            )
            .block(
                "consumers",
                l.t("console-usage-consumers"),
                crossed(&l, &asked, "console-usage-consumer", |c| {
                    asked.consumer(&l, &c.consumer)
                }),
            )
            .block("months", l.t("console-usage-months"), months(&l, &asked))
            .block(
                "failures",
                l.t("console-usage-failures"),
                failures(&l, &asked),
            );
    }
    sheet.show(&acting, &shell).await
}

fn totals(l: &L, asked: &Asked, query: &FormData) -> Vec<Part> {
    let kinds = asked
        .types
        .iter()
        .map(|(code, name)| ui::view::Choice::new(code.clone(), name.clone()));
    let fields = vec![
        Field::date("from", l.t("console-usage-from")),
        Field::date("to", l.t("console-usage-to")),
        Field::select("type", l.t("console-usage-type"), kinds.collect()),
    ];
    let whole = asked.all.sum(|_| true);
    let mut parts = vec![Part::Filter(FilterBar::new(HOME, fields, query, whole))];
    if whole == 0 {
        parts.push(Part::Empty(Empty::new("card", l.t("console-usage-none"))));
        return parts;
    }
    let bars = UseKind::ALL.iter().map(|what| Bar {
        label: l.pick(what.zh(), what.en()).to_owned(),
        href: None,
        number: asked.all.sum(|c| c.what == *what),
    });
    parts.push(Part::Bars(Bars {
        caption: l.t("console-usage-what"),
        bars: bars.collect(),
    }));
    let pairs = query.pairs().iter().filter(|(_, value)| !value.is_empty());
    let kept: Vec<String> = pairs
        .map(|(key, value)| format!("{}={}", enc(key), enc(value)))
        .collect();
    let href = format!("{HOME}.csv?{}", kept.join("&"));
    parts.push(Part::Links(vec![(href, l.t("console-stats-csv"))]));
    parts
}

/// A row for each value of `of`, most used first, a column for each kind of use.
fn crossed(l: &L, asked: &Asked, head: &str, of: impl Fn(&UseCount) -> String) -> Vec<Part> {
    let mut sums: BTreeMap<String, Vec<&UseCount>> = BTreeMap::new();
    for count in &asked.all.counts {
        sums.entry(of(count)).or_default().push(count);
    }
    let whole = |counts: &[&UseCount]| counts.iter().map(|c| c.n).sum::<u64>();
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, counts)| std::cmp::Reverse(whole(counts)));
    let rows = sums.iter().map(|(name, counts)| row(name, counts));
    vec![table(l, head, rows.collect())]
}

fn months(l: &L, asked: &Asked) -> Vec<Part> {
    let mut sums: BTreeMap<&str, Vec<&UseCount>> = BTreeMap::new();
    for count in &asked.all.counts {
        sums.entry(&count.month).or_default().push(count);
    }
    let rows = sums.iter().map(|(month, counts)| row(month, counts));
    vec![table(l, "console-stats-month", rows.collect())]
}

fn row(name: &str, counts: &[&UseCount]) -> Row {
    let of = UseKind::ALL.iter().map(|what| {
        let of = counts.iter().filter(|c| c.what == *what);
        Cell::text(of.map(|c| c.n).sum::<u64>().to_string())
    });
    Row::new(std::iter::once(Cell::text(name)).chain(of).collect())
}

fn table(l: &L, head: &str, rows: Vec<Row>) -> Part {
    let kinds = UseKind::ALL.iter();
    let kinds = kinds.map(|what| Column::new(l.pick(what.zh(), what.en())));
    Part::Table(Table {
        caption: l.t(head),
        columns: std::iter::once(Column::new(l.t(head)))
            .chain(kinds)
            .collect(),
        rows,
        ..Table::default()
    })
}

fn failures(l: &L, asked: &Asked) -> Vec<Part> {
    let mut sums: BTreeMap<(&str, &str), (String, u64)> = BTreeMap::new();
    for count in &asked.all.counts {
        if let Some(reason) = count.reason {
            let words = l.pick(reason.zh(), reason.en()).to_owned();
            let sum = sums.entry((reason.code(), &count.type_code));
            sum.or_insert((words, 0)).1 += count.n;
        }
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, (_, n))| std::cmp::Reverse(*n));
    let rows: Vec<Row> = sums
        .into_iter()
        .map(|((_, kind), (words, n))| {
            Row::new(vec![
                Cell::text(words),
                Cell::text(asked.type_name(l, kind)),
                Cell::text(n.to_string()),
            ])
        })
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    vec![Part::Table(Table {
        caption: l.t("console-usage-failures"),
        columns: vec![
            Column::new(l.t("console-usage-reason")),
            Column::new(l.t("console-usage-type")),
            Column::new(l.t("console-stats-n")),
        ],
        rows,
        ..Table::default()
    })]
}

/// The counts themselves, month by month.
pub(super) async fn csv(Staff(acting): Staff, shell: Shell, QueryData(query): QueryData) -> Answer {
    let l = shell.l();
    let asked = asked(&acting, &shell, &query).await?;
    let mut file = Csv::new(&[
        l.t("console-stats-month"),
        l.t("console-usage-type"),
        l.t("console-stats-agency"),
        l.t("console-usage-what"),
        l.t("console-usage-reason"),
        l.t("console-usage-consumer"),
        l.t("console-stats-n"),
    ]);
    for count in &asked.all.counts {
        let reason = count.reason;
        file.line(&[
            count.month.clone(),
            asked.type_name(&l, &count.type_code),
            asked.agency(&l, &count.issuer),
            l.pick(count.what.zh(), count.what.en()).to_owned(),
            reason.map_or_else(String::new, |r| l.pick(r.zh(), r.en()).to_owned()),
            asked.consumer(&l, &count.consumer),
            count.n.to_string(),
        ]);
    }
    let period = &asked.period;
    let title = l.t("console-usage-title");
    Ok(file.answer(&format!("{title}-{}-{}.csv", period.from, period.to)))
}

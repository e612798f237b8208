//! Two versions beside each other [H-83].

use axum::extract::Path;
use licences::Difference;
use ui::view::{Cell, Column, Empty, Row, Table};
use ui::{L, QueryData, Shell};

use super::{HOME, of, of_version};
use crate::reply::{Answer, OrPage};
use crate::session::Staff;
use crate::sheet::{Part, Picture, Sheet};

pub(super) async fn show(
    Staff(acting): Staff,
    shell: Shell,
    Path(code): Path<String>,
    QueryData(query): QueryData,
) -> Answer {
    let l = shell.l();
    let version = |name: &str| query.get(name).parse::<u32>().unwrap_or_default();
    let (a, b) = (version("a"), version("b"));
    let was = licences::template(&acting.ctx, &code, a)
        .await
        .or_page(&shell)?;
    let now = licences::template(&acting.ctx, &code, b)
        .await
        .or_page(&shell)?;
    let found = licences::differences(&was.kind, &now.kind).or_page(&shell)?;
    let pictures = [a, b].map(|version| Picture {
        src: format!("{}/preview.png", of_version(&code, version)),
        alt: l.t("console-types-preview-alt"),
        caption: l.t1("console-types-of-version", "version", version.to_string()),
    });
    Sheet::new(l.t2(
        "console-types-compare-title",
        "a",
        a.to_string(),
        "b",
        b.to_string(),
    ))
    .crumb(l.t("console-types-title"), HOME)
    .crumb(now.kind.type_name.clone(), of(&code))
    .block(
        "look",
        l.t("console-types-look"),
        vec![Part::Pages(pictures.into(), true)],
    )
    .block(
        "differences",
        l.t1("console-types-differences", "n", found.len().to_string()),
        vec![table(&l, &found, (a, b))],
    )
    .show(&acting, &shell)
    .await
}

fn table(l: &L, found: &[Difference], (a, b): (u32, u32)) -> Part {
    if found.is_empty() {
        return Part::Empty(Empty::new("check", l.t("console-types-same")));
    }
    let none = || "—".to_owned();
    let rows = found.iter().map(|one| {
        Row::new(vec![
            Cell::text(named(l, &one.path)),
            Cell::text(one.was.clone().unwrap_or_else(none)),
            Cell::text(one.now.clone().unwrap_or_else(none)),
        ])
    });
    Part::Table(Table {
        caption: l.t("console-types-compare"),
        columns: vec![
            Column::new(l.t("console-types-what")),
            Column::new(format!("V{a}")),
            Column::new(format!("V{b}")),
        ],
        rows: rows.collect(),
        ..Table::default()
    })
}

/// A path in words; names that have none stay as they are.
fn named(l: &L, path: &[String]) -> String {
    let words = path
        .iter()
        .filter(|part| *part != "position" && *part != "boxes");
    let words = words.map(|part| {
        let key = format!("console-types-part-{}", part.replace('_', "-"));
        if l.has(&key) { l.t(&key) } else { part.clone() }
    });
    words.collect::<Vec<_>>().join(" › ")
}

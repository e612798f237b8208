//! 用章记录: every use of a seal, for the agency that owns it [I-15].

use axum::extract::Path;
use jiff::Timestamp;
use jiff::civil::Date;
use kernel::{PageRequest, Permission, time};
use seals::{DocumentKind, Seal, SealUse, Uses};
use ui::view::{Cell, Choice, Column, Empty, Field, FilterBar, Pager, Row, Table};
use ui::{FormData, L, QueryData, Shell};

use super::{HOME, document, may};
use crate::csv::{Csv, LINES};
use crate::reply::{Answer, OrPage, enc, page_of};
use crate::session::{Acting, Staff};
use crate::sheet::{Part, Sheet};
use crate::words;

/// What a query asks of the log: one day, a kind of document, a part of the purpose.
fn asked(query: &FormData, agency: String, region: String, seal: Option<String>) -> Uses {
    let day = query.get("day").parse::<Date>().ok();
    let start = |day: Date| time::from_beijing(day.at(0, 0, 0, 0)).ok();
    let given = |name: &str| Some(query.get(name).trim().to_owned()).filter(|v| !v.is_empty());
    Uses {
        agency,
        region,
        seal,
        from: day.and_then(start),
        to: day.and_then(|day| day.tomorrow().ok()).and_then(start),
        document_kind: given("kind"),
        purpose: given("purpose"),
    }
}

fn own(acting: &Acting) -> (String, String) {
    let actor = &acting.ctx.actor;
    (
        actor.agency.clone().unwrap_or_default(),
        actor.region.clone().unwrap_or_default(),
    )
}

pub(super) fn of_seal(seal: &Seal, query: &FormData) -> Uses {
    let owner = &seal.owner;
    let (agency, region) = (owner.agency_code.clone(), owner.region_code.clone());
    asked(query, agency, region, Some(seal.key.clone()))
}

/// Filter, table, pager and the link to the file, for a list at `base`.
pub(super) async fn parts(
    acting: &Acting,
    shell: &Shell,
    list: &Uses,
    base: &str,
    query: &FormData,
) -> Result<Vec<Part>, axum::response::Response> {
    let l = shell.l();
    let found = seals::uses(&acting.ctx, list, page_of(query))
        .await
        .or_page(shell)?;
    let kinds = DocumentKind::ALL
        .iter()
        .map(|k| Choice::new(k.code(), l.pick(k.zh(), k.en())))
        .collect();
    let fields = vec![
        Field::date("day", l.t("console-seals-day")),
        Field::text("purpose", l.t("console-seals-purpose-find")),
        Field::select("kind", l.t("console-seals-document"), kinds),
    ];
    let mut parts = vec![Part::Filter(FilterBar::new(
        base,
        fields,
        query,
        found.total,
    ))];
    if found.rows.is_empty() {
        parts.push(Part::Empty(Empty::new("seal", l.t("console-seals-unused"))));
        return Ok(parts);
    }
    let columns = ["at", "purpose", "document", "case", "person", "result"];
    parts.push(Part::Table(Table {
        caption: l.t("console-seals-uses"),
        columns: columns
            .map(|key| Column::new(l.t(&format!("console-seals-{key}"))))
            .to_vec(),
        rows: found
            .rows
            .iter()
            .map(|used| row(acting, &l, used))
            .collect(),
        lead: 1,
        ..Table::default()
    }));
    parts.push(Part::Pager(Pager::of(&found, base, query)));
    let chosen = ["day", "purpose", "kind"]
        .iter()
        .filter(|name| !query.get(name).is_empty())
        .map(|name| format!("{name}={}", enc(query.get(name))))
        .collect::<Vec<_>>();
    let ask = if chosen.is_empty() { "" } else { "?" };
    let file = if base == "/desk/seals/uses" {
        "/desk/seals/uses.csv".to_owned()
    } else {
        format!("{base}/uses.csv")
    };
    let href = format!("{file}{ask}{}", chosen.join("&"));
    parts.push(Part::Links(vec![(href, l.t("console-seals-csv"))]));
    Ok(parts)
}

fn row(acting: &Acting, l: &L, used: &SealUse) -> Row {
    let case = if used.case_no.is_empty() {
        Cell::text("—")
    } else {
        let href = format!("/desk/cases/{}", enc(&used.case_no));
        Cell::link(href, used.case_no.clone())
    };
    let who = if used.person.is_empty() {
        &used.caller
    } else {
        &used.person
    };
    let digest = used.documents.first().map(|d| d.digest.as_str());
    let digest = digest.map(|d| l.t1("console-seals-digest", "digest", d.get(..16).unwrap_or(d)));
    Row::new(vec![
        Cell::text(words::at(l, used.at, acting.ctx.now())),
        Cell::Lines(used.purpose.clone(), digest.unwrap_or_default()),
        Cell::text(document(l, &used.document_kind)),
        case,
        Cell::text(who.clone()),
        Cell::text(l.pick(used.result.zh(), used.result.en())),
    ])
}

pub(super) async fn of_agency(
    Staff(acting): Staff,
    shell: Shell,
    QueryData(query): QueryData,
) -> Answer {
    let l = shell.l();
    if !may(&acting, Permission::SealReadUses) {
        return Err(super::denied(&shell, Permission::SealReadUses));
    }
    let (agency, region) = own(&acting);
    let list = asked(&query, agency, region, None);
    let parts = parts(&acting, &shell, &list, "/desk/seals/uses", &query).await?;
    let mut sheet = Sheet::new(l.t("console-seals-uses")).sub(l.t("console-seals-uses-sub"));
    if may(&acting, Permission::SealManage) {
        sheet = sheet.crumb(l.t("console-seals-title"), HOME);
    }
    sheet
        .block("uses", l.t("console-seals-uses-own"), parts)
        .show(&acting, &shell)
        .await
}

pub(super) async fn agency_csv(
    Staff(acting): Staff,
    shell: Shell,
    QueryData(query): QueryData,
) -> Answer {
    let (agency, region) = own(&acting);
    csv(&acting, &shell, &asked(&query, agency, region, None)).await
}

pub(super) async fn seal_csv(
    Staff(acting): Staff,
    shell: Shell,
    Path(key): Path<String>,
    QueryData(query): QueryData,
) -> Answer {
    let detail = seals::detail(&acting.ctx, &key).await.or_page(&shell)?;
    csv(&acting, &shell, &of_seal(&detail.seal, &query)).await
}

async fn csv(acting: &Acting, shell: &Shell, list: &Uses) -> Answer {
    let l = shell.l();
    let mut columns = vec![
        "at", "finished", "purpose", "document", "case", "item", "caller",
    ];
    columns.extend([
        "person",
        "result",
        "format",
        "digest-whole",
        "length",
        "note",
    ]);
    let head: Vec<String> = columns
        .iter()
        .map(|key| l.t(&format!("console-seals-{key}")))
        .collect();
    let mut file = Csv::new(&head);
    let (mut page, mut lines) = (1, 0);
    loop {
        let found = seals::uses(&acting.ctx, list, PageRequest::new(page, 100))
            .await
            .or_page(shell)?;
        for used in &found.rows {
            line(&mut file, &l, used);
            lines += 1;
        }
        if found.rows.is_empty() || lines >= found.total.min(LINES) {
            break;
        }
        page += 1;
    }
    let day = time::beijing_date(acting.ctx.now());
    let name = format!("{}-{day}.csv", l.t("console-seals-uses"));
    Ok(file.answer(&name))
}

fn line(file: &mut Csv, l: &L, used: &SealUse) {
    let moment = |at: Timestamp| time::beijing(at).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let all = |read: fn(&seals::UsedDocument) -> String| {
        let each: Vec<String> = used.documents.iter().map(read).collect();
        each.join(" ")
    };
    file.line(&[
        moment(used.at),
        used.finished_at.map(moment).unwrap_or_default(),
        used.purpose.clone(),
        document(l, &used.document_kind),
        used.case_no.clone(),
        used.item_code.clone(),
        used.caller.clone(),
        used.person.clone(),
        l.pick(used.result.zh(), used.result.en()).to_owned(),
        all(|d| d.format.clone()),
        all(|d| d.digest.clone()),
        all(|d| d.length.to_string()),
        used.note.clone(),
    ]);
}

//! Lists of the library: by what it says of itself, by number and name, as a file.

use axum::http::StatusCode;
use kernel::{PageRequest, Permission, Target};
use licences::{Query, State};
use ui::view::{Cell, Choice, Column, Empty, Field, FilterBar, Form, Pager, Row, Table};
use ui::{Chip, L, Posted, QueryData, Shell};

use crate::collection::receipt_notice;
use crate::csv::Csv;
use crate::reply::{Answer, OrPage, enc, page_of};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};
use crate::words;

const COLUMNS: [&str; 6] = ["type", "no", "holder", "issuer", "until", "state"];

pub(super) async fn list(
    Staff(acting): Staff,
    shell: Shell,
    QueryData(query): QueryData,
) -> Answer {
    let l = shell.l();
    let wanted = asked(&query);
    let found = licences::search(&acting.ctx, &wanted, page_of(&query))
        .await
        .or_page(&shell)?;
    // What was collected and is no licence yet stands in its batch.
    let collected = [State::Collected, State::Discarded, State::Checked];
    let states = State::ALL
        .iter()
        .filter(|state| !collected.contains(state))
        .map(|s| Choice::new(s.code(), Chip::licence(s.code(), false).words(&l)))
        .collect();
    let types = licences::licence_types(&acting.ctx).await.or_page(&shell)?;
    let types = types
        .iter()
        .map(|kind| Choice::new(kind.type_short_code.clone(), kind.type_name.clone()))
        .collect();
    let directory = agencies::directory(&acting.ctx).await.or_page(&shell)?;
    let issuers = directory.agencies().iter().filter(|agency| {
        let target = Target {
            agency: Some(&agency.code),
            region: Some(&agency.region_code),
            ..Target::default()
        };
        let actor = &acting.ctx.actor;
        actor.require(Permission::LicenceQuery, &target).is_ok()
    });
    let issuers: Vec<Choice> = issuers
        .map(|agency| Choice::new(agency.code.clone(), agency.name.clone()))
        .collect();
    let mut fields = vec![Field::select("type", l.t("console-licences-type"), types).optional()];
    if issuers.len() > 1 {
        fields.push(Field::select("agency", l.t("console-licences-issuer"), issuers).optional());
    }
    fields.extend([
        Field::select("state", l.t("console-list-state"), states).optional(),
        Field::date("from", l.t("console-licences-from")).optional(),
        Field::date("to", l.t("console-licences-to")).optional(),
    ]);
    let bar = FilterBar::new("/licences", fields, &query, found.total);
    let mut parts = vec![Part::Filter(bar)];
    let mut links = vec![
        ("/licences/find".to_owned(), l.t("console-licences-find")),
        (
            "/licences/statistics".to_owned(),
            l.t("console-stats-title"),
        ),
        (
            "/collection/receipts".to_owned(),
            l.t("console-receipts-title"),
        ),
        ("/licences/usage".to_owned(), l.t("console-usage-title")),
        (export_of(&query), l.t("console-licences-export")),
    ];
    let may = [Permission::LicenceChange, Permission::LicenceApprove];
    if may.iter().any(|p| !acting.ctx.actor.scopes(*p).is_empty()) {
        links.push(("/licences/corrections".into(), l.t("console-correct-list")));
        if !acting
            .ctx
            .actor
            .scopes(Permission::LicenceChange)
            .is_empty()
        {
            links.push(("/licences/requests".into(), l.t("console-asked-title")));
        }
    }
    parts.push(Part::Links(links));
    parts.push(table(&l, &found.rows));
    if !found.rows.is_empty() {
        parts.push(Part::Pager(Pager::of(&found, "/licences", &query)));
    }
    let mut sheet = Sheet::new(l.t("console-licences-title"));
    if let Some(notice) = receipt_notice(&acting, &l).await {
        sheet = sheet.notice(notice);
    }
    sheet
        .block("list", l.t("console-licences-list"), parts)
        .show(&acting, &shell)
        .await
}

fn table(l: &L, cards: &[licences::LicenceCard]) -> Part {
    if cards.is_empty() {
        return Part::Empty(Empty::new("card", l.t("console-licences-none")));
    }
    let rows = cards.iter().map(|card| {
        let href = format!("/licences/{}", enc(&card.licence_key));
        Row::new(vec![
            Cell::link(href, card.type_name.clone()),
            Cell::text(card.licence_no_masked.clone()),
            Cell::text(card.holder_masked.clone()),
            Cell::text(card.issuer.clone()),
            Cell::text(words::until(l, card.valid_to)),
            Cell::Chip(Chip::licence(card.state.code(), false)),
        ])
    });
    Part::Table(Table {
        caption: l.t("console-licences-title"),
        columns: COLUMNS
            .map(|key| Column::new(l.t(&format!("console-licences-{key}"))))
            .to_vec(),
        rows: rows.collect(),
        ..Table::default()
    })
}

/// What the query asks for.
fn asked(query: &ui::FormData) -> Query {
    let given = |name: &str| Some(query.get(name).trim().to_owned()).filter(|v| !v.is_empty());
    Query {
        agency: given("agency"),
        type_code: given("type"),
        issued_from: query.get("from").parse().ok(),
        issued_to: query.get("to").parse().ok(),
        states: State::from_code(query.get("state")).into_iter().collect(),
        ..Query::default()
    }
}

fn export_of(query: &ui::FormData) -> String {
    let pairs = query.pairs().iter();
    let kept: Vec<String> = pairs
        .filter(|(key, value)| key != "page" && !value.is_empty())
        .map(|(key, value)| format!("{}={}", enc(key), enc(value)))
        .collect();
    format!("/licences/export.csv?{}", kept.join("&"))
}

/// What the list shows, as a file: masked as it is on the page, and as far as it is counted.
pub(super) async fn export(
    Staff(acting): Staff,
    shell: Shell,
    QueryData(query): QueryData,
) -> Answer {
    let l = shell.l();
    let wanted = asked(&query);
    let mut file = Csv::new(&COLUMNS.map(|key| l.t(&format!("console-licences-{key}"))));
    let (mut page, mut lines) = (1, 0_u64);
    loop {
        let found = licences::search(&acting.ctx, &wanted, PageRequest::new(page, 100))
            .await
            .or_page(&shell)?;
        for card in &found.rows {
            file.line(&[
                card.type_name.clone(),
                card.licence_no_masked.clone(),
                card.holder_masked.clone(),
                card.issuer.clone(),
                card.valid_to
                    .map_or_else(|| words::until(&l, None), |day| day.to_string()),
                Chip::licence(card.state.code(), false).words(&l),
            ]);
            lines += 1;
        }
        if found.rows.is_empty() || lines >= kernel::COUNTED {
            break;
        }
        page += 1;
    }
    let day = kernel::time::beijing_date(acting.ctx.now());
    Ok(file.answer(&format!("{}-{day}.csv", l.t("console-licences-title"))))
}

/// A number and a name are personal data: they are sent in a body and stand in no address.
fn finding(l: &L) -> Form {
    Form::new(vec![
        Field::text("no", l.t("console-licences-number"))
            .hint(l.t("console-licences-number-hint"))
            .max_length(100)
            .optional(),
        Field::text("holder", l.t("console-licences-holder-name"))
            .max_length(100)
            .optional(),
    ])
}

pub(super) async fn finder(Staff(acting): Staff, shell: Shell) -> Answer {
    let form = finding(&shell.l());
    found(&acting, &shell, form, None, StatusCode::OK).await
}

pub(super) async fn find(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = finding(&l);
    form.fill(&data);
    let given = |name: &str| Some(data.get(name).trim().to_owned()).filter(|v| !v.is_empty());
    let wanted = Query {
        licence_no: given("no"),
        holder: given("holder"),
        ..Query::default()
    };
    if wanted.licence_no.is_none() && wanted.holder.is_none() {
        form.fail("no", l.t("console-licences-find-what"));
        return found(
            &acting,
            &shell,
            form,
            None,
            StatusCode::UNPROCESSABLE_ENTITY,
        )
        .await;
    }
    let rows = licences::search(&acting.ctx, &wanted, PageRequest::new(1, 100))
        .await
        .or_page(&shell)?;
    found(&acting, &shell, form, Some(rows), StatusCode::OK).await
}

async fn found(
    acting: &Acting,
    shell: &Shell,
    form: Form,
    rows: Option<kernel::Page<licences::LicenceCard>>,
    code: StatusCode,
) -> Answer {
    let l = shell.l();
    let act = Act {
        action: "/licences/find".into(),
        form,
        hidden: Vec::new(),
        button: l.t("console-licences-find"),
        kind: "pri",
    };
    let mut sheet = Sheet::new(l.t("console-licences-find"))
        .crumb(l.t("console-menu-licences"), "/licences")
        .block(
            "find",
            l.t("console-licences-find-by"),
            vec![Part::Form(act)],
        );
    if let Some(rows) = rows {
        let title = l.t1("console-licences-found", "n", rows.total.to_string());
        sheet = sheet.block("found", title, vec![table(&l, &rows.rows)]);
    }
    sheet.show_as(code, acting, shell).await
}

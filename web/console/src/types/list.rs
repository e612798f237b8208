//! The catalogue [H-10]: by class, category, agency and state.

use kernel::PageRequest;
use licences::{Class, Entry, Filter, TemplateState};
use ui::view::{Cell, Choice, Column, Empty, Field, FilterBar, Form, Notice, Pager, Row, Table};
use ui::{Chip, L, Posted, QueryData, Shell, Tone};

use super::{HOME, new, of};
use crate::reply::{Answer, OrPage, page_of, said};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};

/// The state of an entry in one chip.
pub(super) fn chip(l: &L, entry: &Entry) -> Chip {
    let said = |tone, key: &str| Chip::said(tone, l.t(&format!("console-types-is-{key}")));
    match (entry.stopped, entry.in_use) {
        (true, _) => said(Tone::End, "stopped"),
        (_, Some(_)) => said(Tone::Ok, "used"),
        _ => said(Tone::Draft, "new"),
    }
}

/// The state of a version in one chip.
pub(super) fn state_chip(l: &L, state: TemplateState) -> Chip {
    let tone = match state {
        TemplateState::Draft => Tone::Draft,
        TemplateState::InReview => Tone::Info,
        TemplateState::InUse => Tone::Ok,
        TemplateState::Retired => Tone::End,
    };
    Chip::said(tone, l.pick(state.zh(), state.en()))
}

pub(super) async fn list(
    Staff(acting): Staff,
    shell: Shell,
    QueryData(query): QueryData,
) -> Answer {
    let l = shell.l();
    let ctx = &acting.ctx;
    let given = |name: &str| query.get(name).to_owned();
    let filter = Filter {
        text: given("q"),
        first: given("first"),
        second: given("second"),
        category: given("category"),
        holder_kind: given("holder"),
        agency: given("agency"),
        state: given("state"),
    };
    let found = licences::catalogue(ctx, &filter).await.or_page(&shell)?;
    let classes = licences::classes(ctx).await.or_page(&shell)?;
    let total = found.len() as u64;
    let bar = FilterBar::new(
        HOME,
        fields(&acting, &shell, &classes).await?,
        &query,
        total,
    );
    let page: PageRequest = page_of(&query);
    let shown: Vec<&Entry> = found
        .iter()
        .skip(page.offset() as usize)
        .take(page.size as usize)
        .collect();
    let mut parts = vec![Part::Filter(bar)];
    let edits = super::act::edits(&acting);
    if edits {
        parts.push(Part::Links(vec![(
            format!("{HOME}/new"),
            l.t("console-types-new"),
        )]));
    }
    parts.push(table(&l, &classes, &shown));
    if !shown.is_empty() {
        let pages = total.div_ceil(u64::from(page.size)).max(1) as u32;
        parts.push(Part::Pager(Pager::new(
            page.page, pages, total, HOME, &query,
        )));
    }
    let mut sheet = Sheet::new(l.t("console-types-title"))
        .sub(l.t("console-types-sub"))
        .block("list", l.t("console-types-list"), parts);
    if super::act::publishes(&acting) {
        let act = Act {
            action: format!("{HOME}/classes"),
            form: Form::new(vec![
                Field::text("code", l.t("console-types-class-code"))
                    .hint(l.t("console-types-class-hint"))
                    .max_length(40),
                Field::text("name", l.t("console-types-class-name")).max_length(40),
            ]),
            hidden: Vec::new(),
            button: l.t("console-types-class-add"),
            kind: "",
        };
        let known: Vec<String> = classes.iter().map(|class| class.name.clone()).collect();
        let known = Part::Text(known.join("、"));
        sheet = sheet.block(
            "classes",
            l.t("console-types-classes"),
            vec![known, Part::Form(act)],
        );
    }
    sheet.show(&acting, &shell).await
}

async fn fields(
    acting: &Acting,
    shell: &Shell,
    classes: &[Class],
) -> Result<Vec<Field>, axum::response::Response> {
    let l = shell.l();
    let t = |key: &str| l.t(&format!("console-types-{key}"));
    let directory = agencies::directory(&acting.ctx).await.or_page(shell)?;
    let all = licences::licence_types(&acting.ctx).await.or_page(shell)?;
    let issues = |code: &str| {
        all.iter()
            .any(|kind| kind.issuing_agencies.iter().any(|c| c == code))
    };
    let agencies = directory
        .agencies()
        .iter()
        .filter(|agency| issues(&agency.code));
    let agencies = agencies.map(|one| Choice::new(one.code.clone(), one.name.clone()));
    let classes = classes
        .iter()
        .map(|one| Choice::new(one.code.clone(), one.name.clone()));
    let mut second: Vec<String> = all.iter().map(|kind| kind.shelf().second).collect();
    second.sort();
    second.dedup();
    let second: Vec<Choice> = second
        .into_iter()
        .filter(|name| !name.is_empty())
        .map(|name| Choice::new(name.clone(), name))
        .collect();
    let holders = ["natural_person", "legal_person"]
        .map(|kind| Choice::new(kind, t(&format!("holder-{kind}"))));
    let states = ["used", "stopped", "draft", "review"]
        .map(|state| Choice::new(state, t(&format!("state-{state}"))));
    let categories = new::CATEGORIES.map(|one| Choice::new(one, one));
    let mut fields = vec![
        Field::text("q", t("search")).max_length(60).optional(),
        Field::select("first", t("first"), classes.collect()).optional(),
        Field::select("category", t("category"), categories.to_vec()).optional(),
        Field::select("holder", t("holder-kind"), holders.to_vec()).optional(),
        Field::select("agency", t("issuers"), agencies.collect()).optional(),
        Field::select("state", t("state"), states.to_vec()).optional(),
    ];
    if !second.is_empty() {
        fields.insert(2, Field::select("second", t("second"), second).optional());
    }
    Ok(fields)
}

fn table(l: &L, classes: &[Class], entries: &[&Entry]) -> Part {
    if entries.is_empty() {
        return Part::Empty(Empty::new("card", l.t("console-types-none")));
    }
    let t = |key: &str| l.t(&format!("console-types-{key}"));
    let rows = entries.iter().map(|entry| {
        let kind = &entry.kind;
        let shelf = kind.shelf();
        let class = classes.iter().find(|class| class.code == shelf.first);
        let class = class.map_or(shelf.first.clone(), |class| class.name.clone());
        let place = match shelf.second.as_str() {
            "" => class,
            second => format!("{class} / {second}"),
        };
        let version = match (entry.in_use, entry.open) {
            (Some(used), Some((open, state))) => {
                format!("V{used}（V{open} {}）", l.pick(state.zh(), state.en()))
            }
            (Some(used), None) => format!("V{used}"),
            (None, Some((open, state))) => format!("V{open} {}", l.pick(state.zh(), state.en())),
            (None, None) => String::new(),
        };
        Row::new(vec![
            Cell::link(of(&kind.type_short_code), kind.type_name.clone()),
            Cell::text(kind.type_short_code.clone()),
            Cell::text(place),
            Cell::text(kind.category.clone()),
            Cell::text(kind.issuing_agencies.len().to_string()),
            Cell::text(version),
            Cell::Chip(chip(l, entry)),
        ])
    });
    let columns = [
        "name",
        "short-code",
        "place",
        "category",
        "issuers-n",
        "version",
        "state",
    ];
    Part::Table(Table {
        caption: t("list"),
        columns: columns.map(|key| Column::new(t(key))).to_vec(),
        rows: rows.collect(),
        ..Table::default()
    })
}

pub(super) async fn add_class(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let class = Class {
        code: data.get("code").to_owned(),
        name: data.get("name").to_owned(),
    };
    let notice = match licences::add_class(&acting.ctx, class).await {
        Ok(()) => Notice::ok(l.t("console-types-class-added")),
        Err(error) => {
            let problem: kernel::Problem = error.into();
            Notice::bad(said(&l, &problem))
        }
    };
    Ok(shell.flash(notice).to(HOME))
}

//! The list of seals in the officer's scope.

use kernel::{Permission, time};
use seals::{SealType, State, Wanted};
use ui::chips::Kind;
use ui::view::{Cell, Choice, Column, Empty, Field, FilterBar, Pager, Row, Table};
use ui::{Chip, L, QueryData, Shell};

use super::{HOME, may, page_of_seal};
use crate::reply::{Answer, OrPage, page_of};
use crate::session::{Acting, Staff};
use crate::sheet::{Part, Sheet};

pub(super) async fn show(
    Staff(acting): Staff,
    shell: Shell,
    QueryData(query): QueryData,
) -> Answer {
    let l = shell.l();
    if !may(&acting, Permission::SealManage) {
        if may(&acting, Permission::SealReadUses) {
            return Ok(ui::see_other("/desk/seals/uses"));
        }
        return Err(super::denied(&shell, Permission::SealManage));
    }
    let given = |name: &str| Some(query.get(name).trim().to_owned()).filter(|v| !v.is_empty());
    let wanted = Wanted {
        agency: given("agency"),
        state: State::from_code(query.get("state")),
        seal_type: SealType::from_code(query.get("type")),
        text: given("q"),
    };
    let found = seals::search(&acting.ctx, &wanted, page_of(&query))
        .await
        .or_page(&shell)?;
    let bar = FilterBar::new(HOME, filters(&acting, &shell).await?, &query, found.total);
    let mut parts = vec![Part::Filter(bar)];
    if found.rows.is_empty() {
        parts.push(Part::Empty(
            Empty::new("seal", l.t("console-seals-none")).action(l.t("console-seals-all"), HOME),
        ));
    } else {
        let columns = ["name", "type", "agency", "state", "until", "custodian"];
        parts.push(Part::Table(Table {
            caption: l.t("console-seals-list"),
            columns: columns
                .map(|key| Column::new(l.t(&format!("console-seals-{key}"))))
                .to_vec(),
            rows: found.rows.iter().map(|seal| row(&l, seal)).collect(),
            ..Table::default()
        }));
        parts.push(Part::Pager(Pager::of(&found, HOME, &query)));
    }
    let mut links = vec![("/desk/seals/new".to_owned(), l.t("console-seals-new"))];
    if may(&acting, Permission::SealReadUses) {
        links.push(("/desk/seals/uses".to_owned(), l.t("console-seals-uses")));
    }
    parts.insert(0, Part::Links(links));
    Sheet::new(l.t("console-seals-title"))
        .block("seals", l.t("console-seals-list"), parts)
        .show(&acting, &shell)
        .await
}

fn row(l: &L, seal: &seals::Seal) -> Row {
    let until = seal.valid_to.map(time::beijing_date);
    let until = until.map(|day| day.to_string());
    let state = Chip::new(Kind::Seal, seal.state.code());
    Row::new(vec![
        Cell::Link {
            href: page_of_seal(&seal.key),
            label: seal.name.clone(),
            note: seal.es_id.clone(),
        },
        Cell::text(l.pick(seal.seal_type.zh(), seal.seal_type.en())),
        Cell::text(seal.owner.name.clone()),
        Cell::Chip(state),
        Cell::text(until.unwrap_or_else(|| "—".into())),
        Cell::text(seal.custodian.clone()),
    ])
}

async fn filters(acting: &Acting, shell: &Shell) -> Result<Vec<Field>, axum::response::Response> {
    let l = shell.l();
    let directory = agencies::directory(&acting.ctx).await.or_page(shell)?;
    let agencies = directory
        .agencies()
        .iter()
        .map(|agency| Choice::new(agency.code.clone(), agency.name.clone()))
        .collect();
    let states = State::ALL
        .iter()
        .map(|s| Choice::new(s.code(), l.pick(s.zh(), s.en())))
        .collect();
    let types = SealType::ALL
        .iter()
        .map(|t| Choice::new(t.code(), l.pick(t.zh(), t.en())))
        .collect();
    Ok(vec![
        Field::text("q", l.t("console-seals-search")),
        Field::select("agency", l.t("console-seals-agency"), agencies),
        Field::select("type", l.t("console-seals-type"), types),
        Field::select("state", l.t("console-seals-state"), states),
    ])
}

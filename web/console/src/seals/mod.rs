//! 用章: the seals of the own agency and what they were used for.

use axum::Router;
use axum::routing::get;
use kernel::Permission;
use seals::{Seals, Uses};
use ui::chips::Kind;
use ui::view::{Cell, Column, Empty, Pager, Row, Table};
use ui::{Chip, FormData, QueryData, Shell};

use crate::reply::{Answer, OrPage, page_of};
use crate::session::{Acting, Staff};
use crate::sheet::{Part, Sheet};
use crate::words;

pub(crate) fn router() -> Router {
    Router::new().route("/desk/seals", get(show))
}

async fn show(Staff(acting): Staff, shell: Shell, QueryData(query): QueryData) -> Answer {
    let (l, actor) = (shell.l(), &acting.ctx.actor);
    let may = |p: Permission| !actor.scopes(p).is_empty();
    let (manage, read) = (may(Permission::SealManage), may(Permission::SealReadUses));
    if !manage && !read {
        let denied = kernel::Denied(Permission::SealReadUses);
        return Err(shell.problem(&seals::SealError::from(denied).into()));
    }
    let mut sheet = Sheet::new(l.t("console-seals-title"));
    if manage {
        sheet = sheet.block(
            "seals",
            l.t("console-seals-list"),
            own(&acting, &shell).await?,
        );
    }
    if read {
        let parts = used(&acting, &shell, &query).await?;
        sheet = sheet.block("uses", l.t("console-seals-uses"), parts);
    }
    sheet.show(&acting, &shell).await
}

fn place(acting: &Acting) -> (String, String) {
    let actor = &acting.ctx.actor;
    (
        actor.agency.clone().unwrap_or_default(),
        actor.region.clone().unwrap_or_default(),
    )
}

async fn own(acting: &Acting, shell: &Shell) -> Result<Vec<Part>, axum::response::Response> {
    let (l, (code, region)) = (shell.l(), place(acting));
    let list = Seals::Agency { code, region };
    let page = kernel::PageRequest::new(1, 100);
    let found = seals::seals(&acting.ctx, &list, page)
        .await
        .or_page(shell)?;
    if found.rows.is_empty() {
        return Ok(vec![Part::Empty(Empty::new(
            "seal",
            l.t("console-seals-none"),
        ))]);
    }
    let columns = ["es-id", "name", "type", "state", "until", "custodian"];
    let row = |seal: &seals::Seal| {
        Row::new(vec![
            Cell::text(seal.es_id.clone()),
            Cell::text(seal.name.clone()),
            Cell::text(l.pick(seal.seal_type.zh(), seal.seal_type.en())),
            Cell::Chip(Chip::new(Kind::Seal, &seal.state.code().to_uppercase())),
            Cell::text(words::maybe(&l, seal.valid_to, acting.ctx.now())),
            Cell::text(seal.custodian.clone()),
        ])
    };
    Ok(vec![Part::Table(Table {
        caption: l.t("console-seals-list"),
        columns: columns
            .map(|key| Column::new(l.t(&format!("console-seals-{key}"))))
            .to_vec(),
        rows: found.rows.iter().map(row).collect(),
        ..Table::default()
    })])
}

async fn used(
    acting: &Acting,
    shell: &Shell,
    query: &FormData,
) -> Result<Vec<Part>, axum::response::Response> {
    let (l, (agency, region), now) = (shell.l(), place(acting), acting.ctx.now());
    let list = Uses {
        agency,
        region,
        ..Uses::default()
    };
    let found = seals::uses(&acting.ctx, &list, page_of(query))
        .await
        .or_page(shell)?;
    if found.rows.is_empty() {
        return Ok(vec![Part::Empty(Empty::new(
            "seal",
            l.t("console-seals-unused"),
        ))]);
    }
    let columns = ["at", "document", "purpose", "case", "person", "result"];
    let row = |used: &seals::SealUse| {
        let case = if used.case_no.is_empty() {
            Cell::text("—")
        } else {
            let number = used.case_no.clone();
            Cell::link(
                format!("/desk/cases/{}", crate::reply::enc(&number)),
                number,
            )
        };
        let who = if used.person.is_empty() {
            &used.caller
        } else {
            &used.person
        };
        Row::new(vec![
            Cell::text(words::at(&l, used.at, now)),
            Cell::text(used.document_kind.clone()),
            Cell::text(used.purpose.clone()),
            case,
            Cell::text(who.clone()),
            Cell::text(l.pick(used.result.zh(), used.result.en())),
        ])
    };
    let table = Table {
        caption: l.t("console-seals-uses"),
        columns: columns
            .map(|key| Column::new(l.t(&format!("console-seals-{key}"))))
            .to_vec(),
        rows: found.rows.iter().map(row).collect(),
        ..Table::default()
    };
    Ok(vec![
        Part::Table(table),
        Part::Pager(Pager::of(&found, "/desk/seals", query)),
    ])
}

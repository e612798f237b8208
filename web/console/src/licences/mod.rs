//! 证照库: the licences of the agencies in one's scope.

mod correct;
mod show;

use axum::Router;
use axum::routing::{get, post};
use kernel::Permission;
use licences::{Query, State};
use ui::view::{Cell, Choice, Column, Empty, Field, FilterBar, Pager, Row, Table};
use ui::{Chip, QueryData, Shell};

use crate::reply::{Answer, OrPage, enc, page_of};
use crate::session::Staff;
use crate::sheet::{Part, Sheet};
use crate::words;

pub(crate) fn router() -> Router {
    Router::new()
        .route("/licences", get(list))
        .route("/licences/{key}", get(show::show))
        .route("/licences/{key}/file/{format}", get(show::download))
        .route("/licences/{key}/state", post(show::change))
        .route(
            "/licences/{key}/data",
            get(correct::show).post(correct::propose),
        )
        .route("/licences/corrections", get(correct::list))
        .route("/licences/corrections/approve", post(correct::approve))
        .route("/licences/corrections/refuse", post(correct::refuse))
        .route("/licences/corrections/withdraw", post(correct::withdraw))
}

async fn list(Staff(acting): Staff, shell: Shell, QueryData(query): QueryData) -> Answer {
    let l = shell.l();
    let number = query.get("no");
    let wanted = Query {
        licence_no: (!number.is_empty()).then(|| number.to_owned()),
        states: State::from_code(query.get("state")).into_iter().collect(),
    };
    let found = licences::search(&acting.ctx, &wanted, page_of(&query))
        .await
        .or_page(&shell)?;
    let states = State::ALL
        .iter()
        .map(|s| Choice::new(s.code(), Chip::licence(s.code(), false).words(&l)))
        .collect();
    let fields = vec![
        Field::text("no", l.t("console-licences-no")).optional(),
        Field::select("state", l.t("console-list-state"), states).optional(),
    ];
    let bar = FilterBar::new("/licences", fields, &query, found.total);
    let columns = ["type", "no", "holder", "issuer", "until", "state"];
    let row = |card: &licences::LicenceCard| {
        let href = format!("/licences/{}", enc(&card.licence_key));
        Row::new(vec![
            Cell::link(href, card.type_name.clone()),
            Cell::text(card.licence_no_masked.clone()),
            Cell::text(card.holder_masked.clone()),
            Cell::text(card.issuer.clone()),
            Cell::text(words::until(&l, card.valid_to)),
            Cell::Chip(Chip::licence(card.state.code(), false)),
        ])
    };
    let mut parts = vec![Part::Filter(bar)];
    let may = [Permission::LicenceChange, Permission::LicenceApprove];
    if may.iter().any(|p| !acting.ctx.actor.scopes(*p).is_empty()) {
        let href = "/licences/corrections".to_owned();
        parts.push(Part::Links(vec![(href, l.t("console-correct-list"))]));
    }
    if found.rows.is_empty() {
        parts.push(Part::Empty(Empty::new(
            "card",
            l.t("console-licences-none"),
        )));
    } else {
        parts.push(Part::Table(Table {
            caption: l.t("console-licences-title"),
            columns: columns
                .map(|key| Column::new(l.t(&format!("console-licences-{key}"))))
                .to_vec(),
            rows: found.rows.iter().map(row).collect(),
            ..Table::default()
        }));
        parts.push(Part::Pager(Pager::of(&found, "/licences", &query)));
    }
    Sheet::new(l.t("console-licences-title"))
        .block("list", l.t("console-licences-list"), parts)
        .show(&acting, &shell)
        .await
}

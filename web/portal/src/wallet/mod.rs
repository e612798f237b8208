//! 我的证照: cards by state, one licence in full with its code, files, uses and life.

mod acts;
mod copies;
mod showing;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use jiff::civil::Date;
use kernel::time;
use licences::LicenceCard as Held;
use ui::view::{
    Action, Cell, Column, ConfirmDialog, KeyValue, KeyValues, LicenceCard, Qr, Row, Table,
};
use ui::{Chip, L, Nav, Page, Shell, html};

use crate::app::base_url;
use crate::reply::{Answer, OrPage};
use crate::session::SignedIn;
use crate::words;

/// Days before its end at which a licence counts as 将到期.
const NEAR_END: i32 = 30;

pub(crate) fn router() -> Router {
    Router::new()
        .route("/wallet", get(list))
        .route("/wallet/{key}", get(show))
        .route("/wallet/{key}/copies", get(copies::show).post(copies::make))
        .route("/wallet/{key}/copies/end", post(copies::end))
        .route("/wallet/copies/{copy}/file/{format}", get(copies::file))
        .route("/wallet/{key}/show", get(showing::show))
        .route("/wallet/{key}/show/code", get(showing::code))
        .route("/wallet/{key}/loss", post(acts::loss))
        .route("/wallet/{key}/found", post(acts::found))
        .route("/wallet/{key}/correct", post(acts::correct))
        .route("/wallet/{key}/give-up", post(acts::give_up))
        .route("/wallet/{key}/withdraw", post(acts::withdraw))
}

#[derive(askama::Template)]
#[template(path = "portal/wallet.html")]
struct WalletPage {
    page: Page,
    valid: Vec<LicenceCard>,
    other: Vec<LicenceCard>,
}

#[derive(askama::Template)]
#[template(path = "portal/licence.html")]
struct LicencePage {
    page: Page,
    name: String,
    chip: Chip,
    key: String,
    /// It can be shown and cited.
    citable: bool,
    facts: KeyValues,
    qr: Option<Qr>,
    questions: Vec<ConfirmDialog>,
    requests: Vec<acts::RequestView>,
    /// None where its type is not inspected.
    inspections: Option<Table>,
    life: Table,
    uses: Table,
}

fn chip(held: &Held, today: Date) -> Chip {
    let ending = held.valid_to.is_some_and(|end| {
        end.since(today)
            .is_ok_and(|span| span.get_days() <= NEAR_END)
    });
    Chip::licence(held.state.code(), ending)
}

fn card(l: &L, held: &Held, today: Date) -> LicenceCard {
    let href = format!("/wallet/{}", held.licence_key);
    let action = |key: &str, href: String| Action {
        label: l.t(key),
        href,
        about: held.type_name.clone(),
    };
    LicenceCard {
        kind: held.type_name.clone(),
        holder: held.holder_masked.clone(),
        number: held.licence_no_masked.clone(),
        issuer: held.issuer.clone(),
        until: words::until(l, held.valid_to),
        state: chip(held, today),
        actions: vec![
            match held.citable {
                true => action("wallet-show", format!("{href}/show")),
                false => action("portal-show-licence", href.clone()),
            },
            action("portal-download-pdf", format!("{href}/licence.pdf")),
        ],
        href,
    }
}

async fn list(shell: Shell, SignedIn(me): SignedIn) -> Answer {
    let l = shell.l();
    let today = time::beijing_date(me.ctx.now());
    let owner = me.ctx.actor.owner().to_owned();
    let cards = licences::wallet(&me.ctx, &owner).await.or_page(&shell)?;
    let (valid, other): (Vec<_>, Vec<_>) = cards.iter().partition(|c| c.citable);
    let title = l.t("portal-wallet");
    Ok(html(&WalletPage {
        page: shell
            .page(&title)
            .nav(Nav::Wallet)
            .crumb_here(title.clone())
            .private(),
        valid: valid.into_iter().map(|c| card(&l, c, today)).collect(),
        other: other.into_iter().map(|c| card(&l, c, today)).collect(),
    }))
}

async fn show(shell: Shell, SignedIn(me): SignedIn, Path(key): Path<String>) -> Answer {
    let (l, now) = (shell.l(), me.ctx.now());
    let detail = licences::detail(&me.ctx, &key).await.or_page(&shell)?;
    let uses = licences::uses(&me.ctx, &key).await.or_page(&shell)?;
    let asked = licences::requests(&me.ctx, &key).await.or_page(&shell)?;
    let inspected = licences::inspections(&me.ctx, &key).await.or_page(&shell)?;
    let life = licences::life(&me.ctx, &key).await.or_page(&shell)?;
    let card = &detail.card;
    let path = format!("/verify/{}", card.token);
    let qr = Qr::new(
        format!("{}{path}", base_url(&me.ctx)),
        l.t("portal-licence-qr"),
    );
    let checked = match detail.verdict.first_failure().and_then(|f| f.reason) {
        None => l.t("portal-seal-good"),
        Some(reason) => l.pick(reason.zh(), reason.en()).to_owned(),
    };
    let row = |u: licences::Use| {
        Row::new(vec![
            Cell::Text(words::at(&l, u.at, now)),
            Cell::Text(u.what),
            Cell::Text(u.by),
            Cell::Text(u.purpose),
        ])
    };
    let next = inspected.as_ref().and_then(|of| of.next);
    let data = &detail.version.data;
    let questions = acts::questions(&shell, card, &asked);
    let requests = asked.into_iter();
    let requests = requests.map(|one| acts::request(&shell, &me, one));
    let requests = requests.collect();
    let name = card.type_name.clone();
    Ok(html(&LicencePage {
        page: shell
            .page(&name)
            .nav(Nav::Wallet)
            .crumb(l.t("portal-wallet"), "/wallet")
            .crumb_here(name.clone())
            .private(),
        chip: chip(card, time::beijing_date(now)),
        citable: card.citable,
        facts: KeyValues::new(
            [
                KeyValue::new(l.t("portal-holder"), &card.holder_masked),
                KeyValue::new(l.t("licence-number"), &card.licence_no_masked).digits(),
                KeyValue::new(l.t("licence-issuer"), &card.issuer),
                KeyValue::new(l.t("portal-issued-on"), ui::date(&l, data.issue_date)),
                KeyValue::new(l.t("licence-until"), words::until(&l, card.valid_to)),
                KeyValue::new(l.t("portal-licence-version"), card.version.to_string()),
                KeyValue::new(l.t("portal-seal-check"), checked),
            ]
            .into_iter()
            .chain(next.map(|day| KeyValue::new(l.t("wallet-inspect-next"), ui::date(&l, day))))
            .collect(),
        ),
        questions,
        requests,
        inspections: inspected.map(|of| inspections(&l, &of.all)),
        life: life_table(&l, now, life),
        qr: qr
            .ok()
            .map(|qr| qr.link(l.t("portal-verify-link"), path).large()),
        uses: Table {
            caption: l.t("portal-uses"),
            columns: vec![
                Column::new(l.t("portal-use-at")),
                Column::new(l.t("portal-use-what")),
                Column::new(l.t("portal-use-by")),
                Column::new(l.t("portal-use-for")),
            ],
            rows: uses.into_iter().map(row).collect(),
            ..Table::default()
        },
        key,
        name,
    }))
}

fn inspections(l: &L, all: &[licences::Inspection]) -> Table {
    let rows = all.iter().map(|one| {
        let result = match one.passed {
            true => "wallet-inspect-passed",
            false => "wallet-inspect-failed",
        };
        Row::new(vec![
            Cell::Text(ui::date(l, one.inspected_on)),
            Cell::Text(l.t(result)),
            Cell::Text(one.note.clone()),
        ])
    });
    Table {
        caption: l.t("wallet-inspections"),
        columns: ["on", "result", "note"]
            .map(|key| Column::new(l.t(&format!("wallet-inspect-{key}"))))
            .to_vec(),
        rows: rows.collect(),
        ..Table::default()
    }
}

fn life_table(l: &L, now: jiff::Timestamp, all: Vec<licences::LifeEntry>) -> Table {
    let rows = all.into_iter().map(|one| {
        Row::new(vec![
            Cell::Text(words::at(l, one.at, now)),
            Cell::Text(l.pick(&one.zh, &one.en).to_owned()),
            Cell::Text(one.by),
            Cell::Text(one.note),
        ])
    });
    Table {
        caption: l.t("wallet-life"),
        columns: vec![
            Column::new(l.t("portal-use-at")),
            Column::new(l.t("wallet-life-what")),
            Column::new(l.t("wallet-life-by")),
            Column::new(l.t("wallet-life-note")),
        ],
        rows: rows.collect(),
        ..Table::default()
    }
}

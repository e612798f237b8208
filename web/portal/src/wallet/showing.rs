//! 亮证: a licence on the whole screen, with a code that is good for minutes and a clock that runs.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::time;
use licences::Showing;
use ui::view::{KeyValue, KeyValues, Qr};
use ui::{Chip, L, Nav, Page, Shell, html};

use crate::app::base_url;
use crate::reply::{Answer, OrPage};
use crate::session::{Acting, SignedIn};
use crate::words;

#[derive(askama::Template)]
#[template(path = "portal/showing.html")]
struct ShowingPage {
    page: Page,
    name: String,
    key: String,
    chip: Chip,
    facts: KeyValues,
    qr: Option<Qr>,
    until: String,
    now: String,
}

/// The code as it is exchanged while the page stands open.
#[derive(askama::Template)]
#[template(path = "portal/showing_code.html")]
struct Code {
    l: L,
    qr: Option<Qr>,
    until: String,
}

fn qr(me: &Acting, l: &L, showing: &Showing) -> (Option<Qr>, String) {
    let path = format!("/verify/{}", showing.token);
    let content = format!("{}{path}", base_url(&me.ctx));
    let qr = Qr::new(content, l.t("wallet-show-code")).ok();
    let at = time::beijing(showing.until)
        .strftime("%H:%M:%S")
        .to_string();
    let qr = qr.map(|qr| qr.link(l.t("portal-verify-link"), path).large());
    (qr, l.t1("wallet-show-until", "at", at))
}

pub(super) async fn show(shell: Shell, SignedIn(me): SignedIn, Path(key): Path<String>) -> Answer {
    let l = shell.l();
    let showing = licences::showing(&me.ctx, &key).await.or_page(&shell)?;
    let card = licences::card_of(&me.ctx, &key).await.or_page(&shell)?;
    let (qr, until) = qr(&me, &l, &showing);
    let title = l.t1("wallet-show-title", "name", &card.type_name);
    Ok(html(&ShowingPage {
        page: shell
            .page(&title)
            .nav(Nav::Wallet)
            .crumb(l.t("portal-wallet"), "/wallet")
            .crumb(card.type_name.clone(), format!("/wallet/{key}"))
            .crumb_here(l.t("wallet-show"))
            .private(),
        chip: Chip::licence(card.state.code(), false),
        facts: KeyValues::new(vec![
            KeyValue::new(l.t("portal-holder"), &card.holder_masked),
            KeyValue::new(l.t("licence-number"), &card.licence_no_masked).digits(),
            KeyValue::new(l.t("licence-issuer"), &card.issuer),
            KeyValue::new(l.t("licence-until"), words::until(&l, card.valid_to)),
        ]),
        name: card.type_name,
        now: words::at(&l, me.ctx.now(), me.ctx.now()),
        key,
        qr,
        until,
    }))
}

pub(super) async fn code(shell: Shell, SignedIn(me): SignedIn, Path(key): Path<String>) -> Answer {
    let l = shell.l();
    let showing = licences::showing(&me.ctx, &key).await.or_page(&shell)?;
    let (qr, until) = qr(&me, &l, &showing);
    let mut answer: Response = html(&Code { l, qr, until });
    answer.headers_mut().insert(
        header::CACHE_CONTROL,
        axum::http::HeaderValue::from_static("private, no-store"),
    );
    Ok(answer.into_response())
}

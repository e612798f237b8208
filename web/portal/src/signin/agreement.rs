//! The agreement: for everybody to read, and to accept when a new version is in force.

use axum::extract::RawQuery;
use identity::{Agreement, Duty};
use ui::{Page, Posted, Shell, html, local_path, see_other};

use crate::reply::{Answer, OrPage, query};
use crate::session::Acting;

#[derive(askama::Template)]
#[template(path = "portal/agreement.html")]
struct AgreementPage {
    page: Page,
    agreement: Agreement,
    owed: bool,
    back: String,
}

pub(super) async fn show(shell: Shell, me: Acting, RawQuery(raw): RawQuery) -> Answer {
    let agreement = identity::current_agreement(&me.ctx).await.or_page(&shell)?;
    let owed = me
        .session
        .as_ref()
        .is_some_and(|s| s.duties.contains(&Duty::AcceptAgreement));
    let title = shell.l().t("portal-agreement");
    Ok(html(&AgreementPage {
        page: shell.page(&title).crumb_here(title.clone()),
        agreement,
        owed,
        back: local_path(query(raw).get("back")),
    }))
}

pub(super) async fn accept(shell: Shell, me: Acting, Posted(data): Posted) -> Answer {
    if me.session.is_none() {
        return Ok(shell.to_login());
    }
    identity::accept_agreement(&me.ctx, data.get("version"))
        .await
        .or_page(&shell)?;
    Ok(see_other(&local_path(data.get("back"))))
}

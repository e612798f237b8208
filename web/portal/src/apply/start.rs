//! Before the start: what it takes, as whom, and the draft that is there already.

use std::sync::Arc;

use axum::extract::Path;
use cases::State;
use items::Item;
use kernel::PageRequest;
use ui::view::{KeyFacts, Material};
use ui::{Nav, Page, Posted, Shell, html, see_other};

use crate::reply::{Answer, OrPage};
use crate::services::guide::{facts, item_of, material};
use crate::session::SignedIn;
use crate::words;

#[derive(askama::Template)]
#[template(path = "portal/apply_start.html")]
struct StartPage {
    page: Page,
    item: Arc<Item>,
    facts: KeyFacts,
    materials: Vec<Material>,
    identity: String,
    /// When the draft at hand was saved last.
    draft: Option<(String, String)>,
    /// Why this applicant cannot apply.
    refused: Option<String>,
}

pub(super) async fn show(shell: Shell, SignedIn(me): SignedIn, Path(code): Path<String>) -> Answer {
    let l = shell.l();
    let item = item_of(&shell, &me, &code).await?;
    let rows = cases::my_cases(&me.ctx, PageRequest::new(1, 100))
        .await
        .or_page(&shell)?
        .rows;
    let draft = rows
        .into_iter()
        .find(|row| row.state == State::Draft && row.item_id == item.item_id)
        .map(|row| {
            let saved = words::at(&l, row.updated_at, me.ctx.now());
            (
                format!("/apply/d/{}", row.case_id),
                l.t1("portal-draft-saved", "when", saved),
            )
        });
    let as_org = me.ctx.actor.represented.is_some();
    let fits = if as_org {
        item.for_legal_persons()
    } else {
        item.for_natural_persons()
    };
    let refused = if !item.state.accepts_applications() {
        Some(l.t1(
            "portal-item-closed",
            "state",
            l.pick(item.state.zh(), item.state.en()),
        ))
    } else if !item.online_available {
        Some(l.t("portal-not-online"))
    } else if !fits {
        Some(l.t(if as_org {
            "portal-natural-only"
        } else {
            "portal-legal-only"
        }))
    } else {
        None
    };
    let title = l.t1("portal-apply-for", "name", &item.name);
    Ok(html(&StartPage {
        page: shell
            .page(&title)
            .nav(Nav::Services)
            .crumb(item.name.clone(), format!("/services/{}", item.item_id))
            .crumb_here(l.t("portal-apply")),
        facts: facts(&l, &item),
        materials: item
            .materials_for(&conditions::Answers::new())
            .iter()
            .map(|need| material(&l, &item, need))
            .collect(),
        identity: shell.user().map(|u| u.name.clone()).unwrap_or_default(),
        draft,
        refused,
        item,
    }))
}

pub(super) async fn begin(
    shell: Shell,
    SignedIn(me): SignedIn,
    Path(code): Path<String>,
    Posted(_): Posted,
) -> Answer {
    let case = cases::start(&me.ctx, &code).await.or_page(&shell)?;
    // The count of uses orders the home page; an application does not fail for it.
    if let Err(error) = items::note_use(&me.ctx, &case.data.item_id).await {
        tracing::warn!(%error, "a use was not counted");
    }
    Ok(see_other(&format!("/apply/d/{}", case.case_id)))
}

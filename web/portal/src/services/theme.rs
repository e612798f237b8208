//! A theme: its items with what they take, and the other themes of the same side.

use std::sync::Arc;

use axum::extract::Path;
use items::{Audience, Item, Theme};
use kernel::Problem;
use ui::{L, Meta, Nav, Page, Shell, html};

use crate::reply::{Answer, OrPage};
use crate::session::Acting;

/// An item as lists show it: where it leads, what it takes.
pub(crate) struct ItemLine {
    pub name: String,
    pub guide: String,
    pub apply: Option<String>,
    pub agency: String,
    pub everyday: String,
    pub limit: String,
    pub visits: String,
}

/// The line of an item.
pub(crate) fn item_line(l: &L, item: &Item) -> ItemLine {
    let facts = item.facts();
    ItemLine {
        name: item.name.clone(),
        guide: format!("/services/{}", item.item_id),
        apply: item
            .online_available
            .then(|| format!("/apply/{}", item.item_id)),
        agency: item.agency_name.clone(),
        everyday: item.everyday_name.clone(),
        limit: l.t1("portal-limit-short", "limit", &facts.promised),
        visits: l.t1("portal-visits-short", "n", facts.visits),
    }
}

#[derive(askama::Template)]
#[template(path = "portal/theme.html")]
struct ThemePage {
    page: Page,
    name: &'static str,
    sub: String,
    items: Vec<ItemLine>,
    others: Vec<Theme>,
}

pub(super) async fn show(shell: Shell, me: Acting, Path(id): Path<String>) -> Answer {
    let l = shell.l();
    let catalogue = items::catalogue(&me.ctx).await.or_page(&shell)?;
    let all = [Audience::Natural, Audience::Legal]
        .into_iter()
        .flat_map(|side| catalogue.themes(side));
    let Some(theme) = all.into_iter().find(|theme| theme.id == id) else {
        let words = l.t("portal-theme-none");
        return Err(shell.problem(&Problem::not_found(words.clone(), words)));
    };
    let (side, nav, list) = match theme.audience {
        Audience::Natural => (l.t("nav-person"), Nav::Person, "/services?for=person"),
        Audience::Legal => (l.t("nav-org"), Nav::Org, "/services?for=org"),
    };
    let has = |item: &&Arc<Item>| item.themes(theme.audience).iter().any(|t| t == theme.name);
    let meta = Meta::Column {
        name: theme.name.to_owned(),
        kind: l.t("portal-column-services"),
    };
    Ok(html(&ThemePage {
        page: shell
            .page(theme.name)
            .nav(nav)
            .crumb(side.clone(), list)
            .crumb_here(theme.name)
            .meta(meta),
        sub: l.t2("portal-theme-sub", "side", &side, "n", theme.count),
        items: catalogue
            .in_use()
            .filter(has)
            .map(|item| item_line(&l, item))
            .collect(),
        others: catalogue
            .themes(theme.audience)
            .into_iter()
            .filter(|other| other.id != theme.id)
            .collect(),
        name: theme.name,
    }))
}

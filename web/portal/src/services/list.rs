//! 事项清单: all items, narrowed by filters; departments; 一件事.

use std::sync::Arc;

use axum::extract::RawQuery;
use items::{Audience, Department, Item};
use ui::view::{FilterBar, Pager};
use ui::{Meta, Nav, Page, Shell, html};

use super::theme::{ItemLine, item_line};
use super::{audience, filter, filter_fields};
use crate::reply::{Answer, OrPage, page_of, query};
use crate::session::Acting;

#[derive(askama::Template)]
#[template(path = "portal/services.html")]
struct ListPage {
    page: Page,
    title: String,
    side: &'static str,
    bar: FilterBar,
    items: Vec<ItemLine>,
    pager: Pager,
}

pub(super) async fn list(shell: Shell, me: Acting, RawQuery(raw): RawQuery) -> Answer {
    let (l, query) = (shell.l(), query(raw));
    let catalogue = items::catalogue(&me.ctx).await.or_page(&shell)?;
    let filter = filter(&query);
    let found = catalogue.list(&filter, page_of(&query));
    let (title, nav, side) = match audience(&query) {
        Some(Audience::Natural) => (l.t("nav-person"), Nav::Person, "person"),
        Some(Audience::Legal) => (l.t("nav-org"), Nav::Org, "org"),
        None => (l.t("portal-services"), Nav::Services, ""),
    };
    let fields = filter_fields(&l, &catalogue, &filter);
    let mut bar = FilterBar::new("/services", fields, &query, found.total);
    if !side.is_empty() {
        bar = bar.keep("for", side);
    }
    let meta = Meta::Column {
        name: title.clone(),
        kind: l.t("portal-column-services"),
    };
    Ok(html(&ListPage {
        page: shell
            .page(&title)
            .nav(nav)
            .crumb_here(title.clone())
            .meta(meta),
        pager: Pager::of(&found, "/services", &query),
        items: found.rows.iter().map(|item| item_line(&l, item)).collect(),
        title,
        side,
        bar,
    }))
}

#[derive(askama::Template)]
#[template(path = "portal/depts.html")]
struct DeptsPage {
    page: Page,
    departments: Vec<Department>,
}

/// Departments that have items.
pub(super) async fn departments(shell: Shell, me: Acting) -> Answer {
    let catalogue = items::catalogue(&me.ctx).await.or_page(&shell)?;
    let title = shell.l().t("nav-depts");
    let page = shell.page(&title).nav(Nav::Depts).crumb_here(title.clone());
    Ok(html(&DeptsPage {
        page,
        departments: catalogue.departments(),
    }))
}

#[derive(askama::Template)]
#[template(path = "portal/together.html")]
struct TogetherPage {
    page: Page,
    items: Vec<Arc<Item>>,
}

/// 一件事 in use; each leads to its guide.
pub(super) async fn together(shell: Shell, me: Acting) -> Answer {
    let catalogue = items::catalogue(&me.ctx).await.or_page(&shell)?;
    let title = shell.l().t("nav-together");
    let page = shell
        .page(&title)
        .nav(Nav::Together)
        .crumb_here(title.clone());
    Ok(html(&TogetherPage {
        page,
        items: catalogue.together().cloned().collect(),
    }))
}

//! 搜索: items and what belongs to them, with the words that matched marked.

use axum::extract::RawQuery;
use items::{Query, SearchPage, SearchRow};
use ui::view::{FilterBar, Pager};
use ui::{FormData, L, Page, Shell, html};

use super::{filter, filter_fields};
use crate::reply::{Answer, OrPage, enc, page_of, query};
use crate::session::Acting;

/// A tab with the number of what it holds.
struct Tab {
    label: String,
    href: String,
    current: bool,
    count: u64,
}

/// Text that was searched for or not.
struct Piece {
    text: String,
    hit: bool,
}

struct Found {
    href: String,
    title: Vec<Piece>,
    name: Vec<Piece>,
    snippet: Vec<Piece>,
    agency: String,
    apply: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "portal/search.html")]
struct ResultPage {
    page: Page,
    text: String,
    tabs: Vec<Tab>,
    bar: FilterBar,
    rows: Vec<Found>,
    nearest: Vec<(String, String)>,
    relaxed: bool,
    pager: Pager,
}

fn pieces(of: Vec<(String, bool)>) -> Vec<Piece> {
    of.into_iter()
        .map(|(text, hit)| Piece { text, hit })
        .collect()
}

fn found(row: SearchRow) -> Found {
    let href = match (&row.item, row.kind.as_str()) {
        (_, items::DEPARTMENT) => format!("/services?dept={}", enc(&row.id)),
        (Some(item), items::FAQ) => format!("/services/{}#faq", item.item_id),
        (Some(item), _) => format!("/services/{}", item.item_id),
        (None, _) => "/services".to_owned(),
    };
    let is_item = matches!(row.kind.as_str(), items::ITEM | items::TOGETHER);
    let item = row.item.as_ref();
    Found {
        href,
        agency: item.map(|i| i.agency_name.clone()).unwrap_or_default(),
        apply: item
            .filter(|i| is_item && i.online_available)
            .map(|i| format!("/apply/{}", i.item_id)),
        title: pieces(row.title.into_iter().map(|s| (s.text, s.hit)).collect()),
        name: pieces(
            row.name
                .into_iter()
                .flatten()
                .map(|s| (s.text, s.hit))
                .collect(),
        ),
        snippet: pieces(row.snippet.into_iter().map(|s| (s.text, s.hit)).collect()),
    }
}

fn tabs(l: &L, query: &FormData, found: &SearchPage) -> Vec<Tab> {
    let kind = query.get("kind");
    let count = |kinds: &[&str]| {
        let of = found
            .kinds
            .iter()
            .filter(|(k, _)| kinds.contains(&k.as_str()));
        of.map(|(_, n)| n).sum()
    };
    let text = enc(query.get("q"));
    let mut tabs = vec![Tab {
        label: l.t("portal-tab-items"),
        href: format!("/search?q={text}"),
        current: kind.is_empty(),
        count: count(&[items::ITEM, items::TOGETHER]),
    }];
    for of in [items::DEPARTMENT, items::LICENCE, items::FAQ] {
        tabs.push(Tab {
            label: l.t(&format!("portal-tab-{of}")),
            href: format!("/search?q={text}&kind={of}"),
            current: kind == of,
            count: count(&[of]),
        });
    }
    tabs.retain(|tab| tab.current || tab.count > 0);
    tabs
}

pub(super) async fn search(shell: Shell, me: Acting, RawQuery(raw): RawQuery) -> Answer {
    let (l, query) = (shell.l(), query(raw));
    let text: String = query.get("q").chars().take(100).collect();
    let filter = filter(&query);
    let kind = [items::DEPARTMENT, items::LICENCE, items::FAQ]
        .into_iter()
        .find(|k| *k == query.get("kind"))
        .map(str::to_owned);
    let catalogue = items::catalogue(&me.ctx).await.or_page(&shell)?;
    let asked = Query {
        text: text.clone(),
        filter: filter.clone(),
        kind,
        page: page_of(&query),
    };
    let result = catalogue.search(&asked).or_page(&shell)?;
    let bar = FilterBar::new(
        "/search",
        filter_fields(&l, &catalogue, &filter),
        &query,
        result.total,
    )
    .keep("q", &text);
    let title = l.t("search");
    let near = |name: &String| (name.clone(), format!("/search?q={}", enc(name)));
    Ok(html(&ResultPage {
        page: shell.page(&title).crumb_here(title.clone()).private(),
        tabs: tabs(&l, &query, &result),
        nearest: result.nearest.iter().map(near).collect(),
        relaxed: result.relaxed,
        pager: Pager::new(result.page, result.pages(), result.total, "/search", &query),
        rows: result.rows.into_iter().map(found).collect(),
        text,
        bar,
    }))
}

//! The home page: search first, what waits for the person next, themes, items used most.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use items::{Audience, Item, Theme};
use kernel::PageRequest;
use ui::view::Clock;
use ui::{Chip, Nav, Page, Shell, html};

use crate::halls::{self, HallLine};
use crate::reply::{Answer, OrPage, enc};
use crate::services::theme::{ItemLine, item_line};
use crate::session::Acting;
use crate::words;

pub(crate) fn router() -> Router {
    Router::new().route("/", get(home))
}

/// A theme as a tile: its first character, name, address.
struct Tile {
    character: String,
    name: &'static str,
    href: String,
}

/// A case that waits for the applicant.
struct Todo {
    name: String,
    chip: Chip,
    clock: Clock,
    deadline: Option<String>,
    href: String,
    action: String,
}

#[derive(askama::Template)]
#[template(path = "portal/home.html")]
struct HomePage {
    page: Page,
    natural: Vec<Tile>,
    legal: Vec<Tile>,
    together: Vec<ItemLine>,
    items: Vec<ItemLine>,
    halls: Vec<HallLine>,
    /// Words and address.
    searches: Vec<(String, String)>,
    todos: Vec<Todo>,
}

/// The character of a theme's tile; where the first one would stand twice, another of the name.
fn character(name: &str) -> String {
    const OWN: [(&str, &str); 7] = [
        ("教育科研", "学"),
        ("设立变更", "立"),
        ("社会保障", "保"),
        ("公用事业", "水"),
        ("公安消防", "消"),
        ("公共安全", "安"),
        ("交通出行", "行"),
    ];
    match OWN.iter().find(|(theme, _)| name.starts_with(theme)) {
        Some((_, own)) => (*own).to_owned(),
        None => name.chars().take(1).collect(),
    }
}

fn tiles(themes: Vec<Theme>) -> Vec<Tile> {
    let tile = |theme: Theme| Tile {
        character: character(theme.name),
        // What a theme holds stands in its name in brackets; a tile has no room for it.
        name: theme.name.split('（').next().unwrap_or(theme.name),
        href: format!("/themes/{}", theme.id),
    };
    themes.into_iter().map(tile).collect()
}

/// What people search for: the everyday names of the items used most.
fn searches(hot: &[Arc<Item>]) -> Vec<(String, String)> {
    let first = hot.iter().filter_map(|item| item.everyday_names().next());
    first
        .take(4)
        .map(|name| (name.to_owned(), format!("/search?q={}", enc(name))))
        .collect()
}

async fn home(shell: Shell, me: Acting) -> Answer {
    let l = shell.l();
    let catalogue = items::catalogue(&me.ctx).await.or_page(&shell)?;
    let page = shell.page("").nav(Nav::Home).wide();
    let hot = catalogue.hot(None, 8);
    Ok(html(&HomePage {
        page,
        natural: tiles(catalogue.themes(Audience::Natural)),
        legal: tiles(catalogue.themes(Audience::Legal)),
        together: catalogue
            .together()
            .take(3)
            .map(|item| item_line(&l, item))
            .collect(),
        searches: searches(&hot),
        items: hot.iter().map(|item| item_line(&l, item)).collect(),
        halls: halls::lines(&shell, &me).await?,
        todos: todos(&shell, &me).await?,
    }))
}

async fn todos(shell: &Shell, me: &Acting) -> Result<Vec<Todo>, axum::response::Response> {
    let owes = me.session.as_ref().is_none_or(|s| !s.duties.is_empty());
    if owes {
        return Ok(Vec::new());
    }
    let l = shell.l();
    let rows = cases::my_cases(&me.ctx, PageRequest::new(1, 50))
        .await
        .or_page(shell)?
        .rows;
    let waiting = rows
        .into_iter()
        .filter(|row| row.state.waits_for_applicant());
    let todo = |row: cases::CaseRow| {
        let (href, action) = row_action(&l, &row);
        Todo {
            name: row.item_name.clone(),
            chip: Chip::case(row.state.code(), None),
            clock: Clock::of(&l, row.reading.as_ref(), row.state.code(), me.ctx.now()),
            deadline: row.deadline.map(|d| words::before(&l, d, me.ctx.now())),
            href,
            action,
        }
    };
    Ok(waiting.take(3).map(todo).collect())
}

/// Where a row of the person's cases leads, with its verb.
pub(crate) fn row_action(l: &ui::L, row: &cases::CaseRow) -> (String, String) {
    use cases::State;
    let no = enc(row.case_no.as_deref().unwrap_or_default());
    match row.state {
        State::Draft => (format!("/apply/d/{}", row.case_id), l.t("portal-go-on")),
        State::Correcting | State::CorrectingInReview => {
            (format!("/cases/{no}/correct"), l.t("portal-go-correct"))
        }
        _ => (format!("/my/cases/{no}"), l.t("portal-view")),
    }
}

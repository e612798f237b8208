//! The first page of the space: what waits, the newest cases, messages and licences.

use kernel::PageRequest;
use ui::view::Table;
use ui::{Nav, Page, Shell, html};

use super::case::table;
use crate::reply::{Answer, OrPage};
use crate::session::SignedIn;

#[derive(askama::Template)]
#[template(path = "portal/my.html")]
struct MyPage {
    page: Page,
    name: String,
    is_org: bool,
    waiting: Option<Table>,
    cases: Option<Table>,
    unread: u64,
    licences: usize,
    valid: usize,
}

pub(super) async fn show(shell: Shell, SignedIn(me): SignedIn) -> Answer {
    let l = shell.l();
    let rows = cases::my_cases(&me.ctx, PageRequest::new(1, 50))
        .await
        .or_page(&shell)?
        .rows;
    let owner = me.ctx.actor.owner().to_owned();
    let cards = licences::wallet(&me.ctx, &owner).await.or_page(&shell)?;
    let unread = messages::unread(&me.ctx).await.or_page(&shell)?;
    let (waiting, rest): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|row| row.state.waits_for_applicant());
    let now = me.ctx.now();
    let table_of = |rows: &[cases::CaseRow], caption: String| {
        (!rows.is_empty()).then(|| table(&l, rows, now, caption))
    };
    let title = l.t("my-space");
    let user = shell.user();
    Ok(html(&MyPage {
        page: shell
            .page(&title)
            .nav(Nav::My)
            .crumb_here(title.clone())
            .private(),
        name: user.map(|u| u.name.clone()).unwrap_or_default(),
        is_org: user.is_some_and(|u| u.is_org),
        waiting: table_of(&waiting, l.t("portal-todo")),
        cases: table_of(&rest[..rest.len().min(5)], l.t("portal-my-cases")),
        unread,
        licences: cards.len(),
        valid: cards.iter().filter(|c| c.citable).count(),
    }))
}

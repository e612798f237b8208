//! 消息: newest first, each with the way to its case.

use axum::extract::RawQuery;
use ui::view::Pager;
use ui::{Nav, Page, Posted, Shell, html};

use crate::reply::{Answer, OrPage, enc, page_of, query, told};
use crate::session::SignedIn;
use crate::words;

struct MessageView {
    title: String,
    text: String,
    when: String,
    unread: bool,
    href: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "portal/messages.html")]
struct MessagesPage {
    page: Page,
    messages: Vec<MessageView>,
    unread: u64,
    pager: Pager,
}

pub(super) async fn show(shell: Shell, SignedIn(me): SignedIn, RawQuery(raw): RawQuery) -> Answer {
    let (l, query, now) = (shell.l(), query(raw), me.ctx.now());
    let found = messages::messages(&me.ctx, page_of(&query))
        .await
        .or_page(&shell)?;
    let pager = Pager::of(&found, "/messages", &query);
    let view = |m: messages::SiteMessage| MessageView {
        when: words::at(&l, m.at, now),
        unread: !m.read,
        href: match (m.case_no, m.licence_key) {
            (Some(no), _) => Some(format!("/my/cases/{}", enc(&no))),
            (None, Some(key)) => Some(format!("/wallet/{}", enc(&key))),
            (None, None) => None,
        },
        title: m.title,
        text: m.text,
    };
    let title = l.t("tab-messages");
    Ok(html(&MessagesPage {
        page: shell
            .page(&title)
            .nav(Nav::Messages)
            .crumb_here(title.clone())
            .private(),
        messages: found.rows.into_iter().map(view).collect(),
        unread: messages::unread(&me.ctx).await.or_page(&shell)?,
        pager,
    }))
}

pub(super) async fn read(shell: Shell, SignedIn(me): SignedIn, Posted(_): Posted) -> Answer {
    let outcome = messages::mark_read(&me.ctx).await;
    told(
        &shell,
        outcome,
        shell.l().t("portal-messages-done"),
        "/messages",
    )
}

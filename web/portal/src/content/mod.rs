//! Plain pages: help, about, accessibility, privacy, site map, contact, errors found.

use axum::Router;
use axum::extract::OriginalUri;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use ui::{Page, Shell, html};

/// Address, start of the text keys, number of sections.
const PAGES: [(&str, &str, usize); 6] = [
    ("/help", "help", 6),
    ("/about", "about", 3),
    ("/accessibility", "accessibility", 4),
    ("/privacy", "privacy", 5),
    ("/contact", "contact", 3),
    ("/find-error", "find-error", 2),
];

pub(crate) fn router() -> Router {
    let router = Router::new().route("/sitemap", get(sitemap));
    PAGES
        .iter()
        .fold(router, |router, (path, ..)| router.route(path, get(show)))
}

#[derive(askama::Template)]
#[template(path = "portal/content.html")]
struct ContentPage {
    page: Page,
    title: String,
    intro: String,
    sections: Vec<(String, String, String)>,
}

async fn show(shell: Shell, OriginalUri(uri): OriginalUri) -> Response {
    let Some((_, name, count)) = PAGES.iter().find(|(path, ..)| *path == uri.path()) else {
        return shell.fail(StatusCode::NOT_FOUND);
    };
    let l = shell.l();
    let text = |part: String| l.t(&format!("portal-{name}-{part}"));
    let title = text("title".into());
    let section = |i: usize| {
        (
            format!("s{i}"),
            text(format!("{i}-h")),
            text(format!("{i}-p")),
        )
    };
    html(&ContentPage {
        page: shell.page(&title).crumb_here(title.clone()),
        intro: text("intro".into()),
        sections: (1..=*count).map(section).collect(),
        title,
    })
}

/// Id and title of a group, and its links: address and label.
type Group = (&'static str, String, Vec<(&'static str, String)>);

#[derive(askama::Template)]
#[template(path = "portal/sitemap.html")]
struct SitemapPage {
    page: Page,
    groups: Vec<Group>,
}

async fn sitemap(shell: Shell) -> Response {
    let l = shell.l();
    let title = l.t("foot-sitemap");
    let groups = vec![
        (
            "services",
            l.t("portal-services"),
            vec![
                ("/", l.t("nav-home")),
                ("/services?for=person", l.t("nav-person")),
                ("/services?for=org", l.t("nav-org")),
                ("/together", l.t("nav-together")),
                ("/depts", l.t("nav-depts")),
                ("/halls", l.t("portal-halls")),
                ("/search", l.t("search")),
            ],
        ),
        (
            "doing",
            l.t("portal-map-doing"),
            vec![
                ("/progress", l.t("portal-progress")),
                ("/verify", l.t("portal-verify")),
                ("/wallet", l.t("portal-wallet")),
                ("/my", l.t("my-space")),
                ("/my/cases", l.t("portal-my-cases")),
                ("/my/materials", l.t("portal-my-materials")),
                ("/messages", l.t("tab-messages")),
                ("/login", l.t("login")),
                ("/register", l.t("portal-register-title")),
                ("/recover", l.t("portal-recover-title")),
            ],
        ),
        (
            "site",
            l.t("portal-map-site"),
            vec![
                ("/help", l.t("foot-help")),
                ("/about", l.t("foot-about")),
                ("/accessibility", l.t("foot-accessibility")),
                ("/privacy", l.t("foot-privacy")),
                ("/agreement", l.t("portal-agreement")),
                ("/contact", l.t("foot-contact")),
                ("/find-error", l.t("foot-find-error")),
            ],
        ),
    ];
    html(&SitemapPage {
        page: shell.page(&title).crumb_here(title.clone()),
        groups,
    })
}

//! 政务服务管理平台: the pages of staff. Everything works without scripts.
//!
//! The program mounts [`router`] with `ui::mount` and puts [`session_layer`] around the result.
#![allow(clippy::result_large_err, reason = "the error is the response itself")]

mod account;
mod accounts;
mod app;
mod approve;
mod case;
mod clients;
mod collection;
mod cookie;
mod csv;
mod desk;
mod files;
mod frame;
mod licences;
mod reply;
mod seals;
mod session;
mod sheet;
mod stamp;
mod trust;
mod types;
mod verify;
mod watch;
mod words;

pub use app::App;
pub use session::{Acting, COOKIE, session_layer};

/// All pages of the console. They find [`App`] and who acts through [`session_layer`].
pub fn router() -> axum::Router {
    axum::Router::new()
        .merge(account::router())
        .merge(desk::router())
        .merge(case::router())
        .merge(approve::router())
        .merge(collection::router())
        .merge(licences::router())
        .merge(types::router())
        .merge(seals::router())
        .merge(stamp::router())
        .merge(trust::router())
        .merge(verify::router())
        .merge(clients::router())
        .merge(accounts::router())
        .merge(files::router())
        .merge(watch::router())
}

/// The texts of these pages, for `ui::Catalog::build`.
pub const TEXTS: &[ui::Resource] = &[
    ui::Resource::zh("console-pages", include_str!("../locales/zh-CN/pages.ftl")),
    ui::Resource::zh("console-cases", include_str!("../locales/zh-CN/cases.ftl")),
    ui::Resource::zh(
        "console-events",
        include_str!("../locales/zh-CN/events.ftl"),
    ),
    ui::Resource::zh(
        "console-clients",
        include_str!("../locales/zh-CN/clients.ftl"),
    ),
    ui::Resource::zh(
        "console-accounts",
        include_str!("../locales/zh-CN/accounts.ftl"),
    ),
    ui::Resource::zh(
        "console-visual",
        include_str!("../locales/zh-CN/visual.ftl"),
    ),
    ui::Resource::zh("console-life", include_str!("../locales/zh-CN/life.ftl")),
    ui::Resource::zh(
        "console-collection",
        include_str!("../locales/zh-CN/collection.ftl"),
    ),
    ui::Resource::en(
        "console-collection",
        include_str!("../locales/en/collection.ftl"),
    ),
    ui::Resource::en("console-life", include_str!("../locales/en/life.ftl")),
    ui::Resource::en("console-visual", include_str!("../locales/en/visual.ftl")),
    ui::Resource::zh("console-types", include_str!("../locales/zh-CN/types.ftl")),
    ui::Resource::en("console-types", include_str!("../locales/en/types.ftl")),
    ui::Resource::zh(
        "console-correct",
        include_str!("../locales/zh-CN/correct.ftl"),
    ),
    ui::Resource::en("console-correct", include_str!("../locales/en/correct.ftl")),
    ui::Resource::zh("console-trust", include_str!("../locales/zh-CN/trust.ftl")),
    ui::Resource::en("console-trust", include_str!("../locales/en/trust.ftl")),
    ui::Resource::zh("console-times", include_str!("../locales/zh-CN/times.ftl")),
    ui::Resource::en("console-times", include_str!("../locales/en/times.ftl")),
    ui::Resource::en(
        "console-accounts",
        include_str!("../locales/en/accounts.ftl"),
    ),
    ui::Resource::en("console-clients", include_str!("../locales/en/clients.ftl")),
    ui::Resource::zh("console-seals", include_str!("../locales/zh-CN/seals.ftl")),
    ui::Resource::en("console-seals", include_str!("../locales/en/seals.ftl")),
    ui::Resource::zh("console-stamp", include_str!("../locales/zh-CN/stamp.ftl")),
    ui::Resource::en("console-stamp", include_str!("../locales/en/stamp.ftl")),
    ui::Resource::en("console-pages", include_str!("../locales/en/pages.ftl")),
    ui::Resource::en("console-cases", include_str!("../locales/en/cases.ftl")),
    ui::Resource::en("console-events", include_str!("../locales/en/events.ftl")),
];

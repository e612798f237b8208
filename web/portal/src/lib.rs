//! 政务服务门户: the public's pages. Everything works without scripts.
//!
//! The program mounts [`router`] with `ui::mount` and puts [`session_layer`] around the result.
#![allow(clippy::result_large_err, reason = "the error is the response itself")]

mod app;
mod apply;
mod content;
mod cookie;
mod files;
mod halls;
mod home;
mod my;
mod progress;
mod reply;
mod services;
mod session;
mod signin;
mod sim;
mod trust;
mod verify;
mod wallet;
mod words;

use axum::Router;

pub use app::App;
pub use session::{Acting, COOKIE, SignedIn, session_layer};

/// All pages of the portal. They find [`App`] and who acts through [`session_layer`].
pub fn router() -> Router {
    Router::new()
        .merge(home::router())
        .merge(services::router())
        .merge(halls::router())
        .merge(signin::router())
        .merge(apply::router())
        .merge(progress::router())
        .merge(my::router())
        .merge(wallet::router())
        .merge(trust::router())
        .merge(verify::router())
        .merge(files::router())
        .merge(content::router())
        .merge(sim::router())
}

/// The texts of these pages, for `ui::Catalog::build`.
pub const TEXTS: &[ui::Resource] = &[
    ui::Resource::zh("portal-apply", include_str!("../locales/zh-CN/apply.ftl")),
    ui::Resource::zh(
        "portal-content",
        include_str!("../locales/zh-CN/content.ftl"),
    ),
    ui::Resource::zh("portal-my", include_str!("../locales/zh-CN/my.ftl")),
    ui::Resource::zh("portal-public", include_str!("../locales/zh-CN/public.ftl")),
    ui::Resource::zh("portal-wallet", include_str!("../locales/zh-CN/wallet.ftl")),
    ui::Resource::en("portal-wallet", include_str!("../locales/en/wallet.ftl")),
    ui::Resource::zh("portal-tokens", include_str!("../locales/zh-CN/tokens.ftl")),
    ui::Resource::en("portal-tokens", include_str!("../locales/en/tokens.ftl")),
    ui::Resource::en("portal-apply", include_str!("../locales/en/apply.ftl")),
    ui::Resource::en("portal-content", include_str!("../locales/en/content.ftl")),
    ui::Resource::en("portal-my", include_str!("../locales/en/my.ftl")),
    ui::Resource::en("portal-public", include_str!("../locales/en/public.ftl")),
];

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_routes_collide_and_all_texts_can_be_read() {
        // Routes that collide would panic here.
        let _router = super::router();
        ui::Catalog::build(&[ui::TEXTS, super::TEXTS]).unwrap();
    }
}

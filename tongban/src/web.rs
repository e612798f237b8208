//! All pages and the API under one roof: portal and console with their shared shell, the API beside
//! them, and around all of it limits, timeout and compression.

use api::App as Api;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use gm::secret_or_new;
use ui::{Catalog, Site, Ui, UiConfig};

use crate::http::{self, Guard};
use crate::platform::Platform;
use crate::stop::Stop;

/// Name of the secret behind the forms' tokens.
const CSRF: &str = "web.csrf";

/// Portal, console and API.
pub fn app(platform: &Platform, secure: bool, guard: &Guard) -> Result<Router, Stop> {
    let ctx = platform.ctx.clone();
    let mut entropy = |out: &mut [u8]| ctx.rng.fill(out);
    let secret = secret_or_new(&*platform.keys, CSRF, 32, &mut entropy)?;
    let key: [u8; 32] = secret.as_slice().try_into()?;
    let ui = Ui::new(UiConfig {
        catalog: Catalog::build(&[ui::TEXTS, portal::TEXTS, console::TEXTS])?,
        site: Site::sample(),
        random: ctx.rng.clone(),
        key,
        secure,
    });
    let api = api::router(Api { ctx: ctx.clone() });
    let public = portal::App {
        ctx: ctx.clone(),
        ui: ui.clone(),
        secure,
    };
    let desk = console::App { ctx, secure };
    let pages = portal::router()
        .merge(console::router())
        .layer(from_fn_with_state(guard.clone(), http::count_account))
        .layer(from_fn(http::refuse));
    let pages = ui::mount(pages, ui)
        .layer(from_fn_with_state(desk, console::session_layer))
        .layer(from_fn_with_state(public, portal::session_layer));
    // The pages come last: of two merged routers the second says what is not found, as a page.
    Ok(http::compressed(api.merge(pages))
        .layer(from_fn(http::bounded))
        .layer(from_fn_with_state(guard.clone(), http::admit)))
}

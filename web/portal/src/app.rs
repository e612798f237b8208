//! What the pages share.

use store::Ctx;

/// The portal's part of the program. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The context that each request's own one is made of; its actor does not matter.
    pub ctx: Ctx,
    /// For words outside of pages, such as the names of identities.
    pub ui: ui::Ui,
    /// The site is served over HTTPS: the session's cookie says so.
    pub secure: bool,
}

/// The address of the site without a slash at the end, for QR codes; empty when it is not set.
pub(crate) fn base_url(ctx: &Ctx) -> String {
    let site = ctx.shared.get::<notices::Site>();
    site.map(|s| s.base_url.trim_end_matches('/').to_owned())
        .unwrap_or_default()
}

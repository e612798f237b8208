//! What the pages share.

use store::Ctx;

/// The console's part of the program. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The context that each request's own one is made of; its actor does not matter.
    pub ctx: Ctx,
    /// The site is served over HTTPS: the session's cookie says so.
    pub secure: bool,
}

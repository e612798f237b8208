//! What the endpoints share.

use store::Ctx;

/// The API's part of the program. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The context that each request's own one is made of; its actor does not matter.
    pub ctx: Ctx,
}

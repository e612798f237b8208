//! The demonstration city.

mod load;
mod once;
mod time_service;

/// The agency of the demonstration city that runs its platform: 云州市政务服务和数据资源管理局.
pub const OPERATOR: &str = "YZ_SJJ";

pub use load::{City, Loaded, load};
pub use once::once;
pub use time_service::suggest_time_service;

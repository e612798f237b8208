//! The one way out: HTTP and HTTPS for time stamps and revocation data, bounded and guarded.

mod address;
mod guard;
mod http;

pub use address::is_public;
pub use guard::Hosts;
pub use http::{Http, Limits, TlsError};

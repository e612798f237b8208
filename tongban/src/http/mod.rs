//! Around every page and every call: who asks how often, how long an answer may take, and how it
//! travels.

mod address;
mod bucket;
mod compress;
mod limit;
mod timeout;
mod trace;

pub use address::{Network, Proxies};
pub use compress::compressed;
pub use limit::{Guard, Limits, admit, count_account, refuse};
pub use timeout::bounded;
pub use trace::traced;

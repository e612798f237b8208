//! 时间戳服务: authorities of others that vouch for when a document was sealed, decided on by two
//! persons.

mod keep;
mod lapse;
mod list;
mod service;
mod simulate;
mod stamper;
mod table;
mod try_out;

pub(crate) mod rules {
    //! What is wrong with a field.
    pub(crate) use super::keep::{ADDRESS, KNOWN, NO_KIND};
}
pub use keep::{
    ServiceProposal, approve_service, end_service, pause_service, propose_service, refuse_service,
    resume_service, suggest_service,
};
pub(crate) use lapse::record;
pub use lapse::{Lack, Lapse, lapses};
pub use list::time_services;
pub use service::{
    ServiceEvent, ServiceMoved, ServiceState, StampDigest, StampRule, StampedKind, TimeService,
    service_moves,
};
pub use simulate::simulated_time_stamp;
pub(crate) use stamper::{Stamper, stamper};
pub use stamper::{reach, require_time};
pub use try_out::{Tried, try_service};

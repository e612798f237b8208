//! Every SQL statement of this domain.

pub(crate) mod account;
pub(crate) mod agreement;
pub(crate) mod client;
pub(crate) mod code;
pub(crate) mod credential;
pub(crate) mod delegation;
pub(crate) mod installation;
pub(crate) mod session;
pub(crate) mod staff;

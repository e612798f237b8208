//! 消息: site messages and SMS from templates [B-29, R-13]. Follows the events of cases and of
//! licences.

mod deliver;
mod error;
mod licence;
mod licence_words;
mod react;
mod site;
mod sms;
mod table;
mod templates;

pub use error::MessageError;
pub use react::subscribers;
pub use site::{SiteMessage, mark_read, messages, unread};
pub use sms::{Gateway, SentSms, SimulatedGateway, Sms, SmsSender, gateway_jobs, sent};
pub use templates::{Told, told};

/// The tables of messages.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration {
        name: "messages/0001",
        sql: include_str!("../migrations/0001_message.sql"),
    },
    store::Migration {
        name: "messages/0002",
        sql: include_str!("../migrations/0002_unread.sql"),
    },
];

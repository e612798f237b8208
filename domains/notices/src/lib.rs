//! Electronic documents (电子文书): made from versioned templates, numbered, sealed, delivered,
//! withdrawn; never edited.
//!
//! A document is created in the transaction of the act it tells of and numbered there. The job
//! `notice.seal` composes it, seals it as OFD and as PDF, stores the files and marks it sealed.

mod beside;
mod compose;
mod create;
mod deliver;
mod error;
mod event;
mod issuer;
mod kind;
mod money;
mod notice;
mod number;
mod preview;
mod query;
mod seal;
mod state;
mod table;
mod template;
mod templates;
mod withdraw;

pub use beside::Beside;
pub use compose::{Content, Site, compose, progress_url};
pub use create::{NewNotice, Ready, create, prepare};
pub use deliver::deliver;
pub use error::NoticeError;
pub use event::{NoticeCreated, NoticeDelivered, NoticeSealed, NoticeWithdrawn};
pub use issuer::{Issuer, issuer, review_body};
pub use kind::Kind;
pub use notice::{File, Format, Notice};
pub use number::{number, set_word, word};
pub use query::{Record, by_digest, file, list, notice, stored_files, withdraw_reason};
pub use seal::handlers;
pub use state::{Event, IllegalMove, MOVES, State, next};
pub use template::{Part, Template};
pub use templates::{ensure_templates, publish_template};
pub use withdraw::{replace, withdraw};

/// The tables of this domain.
pub const MIGRATIONS: &[store::Migration] = &[store::Migration {
    name: "notices/0001",
    sql: include_str!("../migrations/0001_notice.sql"),
}];

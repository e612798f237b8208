//! Local copies of the base registers: population, legal persons, credit [M]. Everything in them
//! is encrypted; records are found by keyed digests of their numbers.

mod error;
mod events;
mod import;
mod note;
mod path;
mod query;
mod record;
mod table;

pub use error::RegistersError;
pub use events::{CreditNoted, RegisterImported, RegisterQueried};
pub use import::{Import, Imported, PersonRecord, import};
pub use note::{CreditNote, note_credit};
pub use path::lookup_path;
pub use query::{compare, credit, legal_person, legal_persons_of, person, person_by_ref, photo};
pub use record::{LegalPerson, Person, Register};
pub use table::stored_files;

/// The tables of this domain.
pub const MIGRATIONS: &[store::Migration] = &[store::Migration {
    name: "registers/0001",
    sql: include_str!("../migrations/0001_register.sql"),
}];

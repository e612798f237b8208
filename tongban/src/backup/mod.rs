//! Backup and restore of a whole installation, while it runs and on both engines.
//!
//! A backup is one zip file: the rows of every table as they stood at one moment, the key store,
//! every file that those rows name, the roots of the journal, and a manifest with the digest of
//! each. It does not depend on the engine: what was saved from SQLite can be restored into
//! PostgreSQL and the other way round.
//!
//! Order: roots, then the database, then keys, then files. Roots are appended after the database
//! commits, so earlier roots fit a later database; keys and files are only added to, so later ones
//! hold whatever the database names. A sweeper waits while a backup is made.

mod check;
mod make;
mod manifest;
mod restore;
mod rows;

pub use check::{Checked, Fault, check};
pub use make::{Made, last, make};
pub use manifest::{Entry, Manifest, SavedTable};
pub use restore::{Restore, Restored, restore};

/// The manifest's own name in the archive.
const MANIFEST: &str = "manifest.json";
/// The key store, in the archive and in a data folder.
const KEYS: &str = "keys.store";
/// The key file that opens it.
const UNLOCK: &str = "keys.unlock";
/// The journal's roots.
const ROOTS: &str = "journal-roots.jsonl";
/// When a data folder was saved last; not part of a backup.
const LAST: &str = "last-backup";

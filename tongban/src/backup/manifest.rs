//! What a backup says of itself.

use serde::{Deserialize, Serialize};
use store::{ColumnKind, Table};

/// The only form there is; a later one gets another number.
pub const FORMAT: &str = "tongban-backup/1";

/// The list of everything in a backup, itself the last entry of the archive.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    pub format: String,
    /// Version of the program that made it.
    pub program: String,
    /// UTC.
    pub made_at: String,
    /// `sqlite` or `postgres`, for people; restoring does not need it.
    pub engine: String,
    /// Applied migrations with their digests.
    pub migrations: Vec<(String, String)>,
    pub tables: Vec<SavedTable>,
    pub entries: Vec<Entry>,
    /// Stored files that rows name and that were not there.
    pub missing_files: Vec<String>,
    /// Stored files whose bytes were not those that were written.
    pub damaged_files: Vec<String>,
    /// The key file that opens the key store is in the backup.
    pub with_unlock: bool,
}

/// A table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SavedTable {
    pub name: String,
    /// Name and kind: `text`, `int` or `bytes`.
    pub columns: Vec<(String, String)>,
    pub rows: u64,
}

/// A part of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub name: String,
    pub bytes: u64,
    /// Hexadecimal.
    pub sm3: String,
}

impl SavedTable {
    pub fn of(table: &Table, rows: u64) -> Self {
        let columns = table.columns.iter();
        Self {
            name: table.name.clone(),
            columns: columns
                .map(|(name, kind)| (name.clone(), kind.code().to_owned()))
                .collect(),
            rows,
        }
    }

    /// The table as the database knows it; none when a kind is not known.
    pub fn table(&self) -> Option<Table> {
        let columns = self.columns.iter();
        let columns: Option<Vec<_>> = columns
            .map(|(name, kind)| Some((name.clone(), ColumnKind::from_code(kind)?)))
            .collect();
        Some(Table {
            name: self.name.clone(),
            columns: columns?,
        })
    }

    /// Where its rows lie in the archive.
    pub fn entry(&self) -> String {
        format!("database/{}.rows", self.name)
    }
}

impl Manifest {
    /// Rows of a table, none when there is no such table.
    pub fn rows_of(&self, table: &str) -> Option<u64> {
        let found = self.tables.iter().find(|t| t.name == table);
        found.map(|t| t.rows)
    }

    /// How many stored files the archive holds.
    pub fn files(&self) -> usize {
        let files = self.entries.iter();
        files.filter(|e| e.name.starts_with("files/")).count()
    }
}

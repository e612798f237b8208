//! Settings and states of the database with which data could be lost, for `doctor`.

use crate::{Db, Engine, Run, StoreError, args};

/// Something about the database that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// The setting or check: `fsync`, `journal_mode`, `quick_check`.
    pub name: &'static str,
    pub found: String,
    pub wanted: &'static str,
}

/// Settings of PostgreSQL without which an acknowledged commit may be lost or text be spoilt.
const POSTGRES: [(&str, &str); 4] = [
    ("fsync", "on"),
    ("full_page_writes", "on"),
    ("synchronous_commit", "on"),
    ("server_encoding", "UTF8"),
];

impl Db {
    /// What speaks against trusting this database. Reads every page of a SQLite file.
    pub async fn risks(&self) -> Result<Vec<Risk>, StoreError> {
        let mut risks = Vec::new();
        let mut look = |name, found: String, wanted: &'static str| {
            if found != wanted {
                risks.push(Risk {
                    name,
                    found,
                    wanted,
                });
            }
        };
        let mut reader = self.reader();
        match self.engine() {
            Engine::Sqlite => {
                for (name, sql, wanted) in [
                    ("journal_mode", "PRAGMA journal_mode", "wal"),
                    ("quick_check", "PRAGMA quick_check(1)", "ok"),
                ] {
                    let row = reader.row(sql, Vec::new()).await?;
                    look(name, row.map_or(Ok(String::new()), |r| r.get(0))?, wanted);
                }
            }
            Engine::Postgres => {
                for (name, wanted) in POSTGRES {
                    let sql = "SELECT current_setting(?)";
                    let row = reader.row(sql, args![name]).await?;
                    look(name, row.map_or(Ok(String::new()), |r| r.get(0))?, wanted);
                }
            }
        }
        Ok(risks)
    }
}

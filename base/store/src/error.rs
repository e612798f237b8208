//! How the database fails.

/// A failure of the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique key is taken.
    #[error("already exists")]
    Duplicate,
    /// Another transaction won; retries are used up.
    #[error("conflicting transactions, retries used up")]
    Conflict,
    /// A column has another type than was asked for, or is missing.
    #[error("column {0}: {1}")]
    Column(usize, String),
    /// The data folder or database belongs to another process.
    #[error("{0}")]
    Locked(String),
    /// A migration that was applied differs from the one in the program.
    #[error("migration {0} was changed after it had been applied")]
    MigrationChanged(String),
    /// The writer is gone: the program is stopping.
    #[error("the database is closing")]
    Closed,
    /// A use case panicked; its changes were rolled back.
    #[error("a transaction's body panicked")]
    Panicked,
    /// Whatever else the driver says.
    #[error("database: {0}")]
    Driver(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(db) = &error
            && db.is_unique_violation()
        {
            return Self::Duplicate;
        }
        Self::Driver(error.to_string())
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let taken = [
            rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE,
            rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
        ];
        match error.sqlite_error() {
            Some(code) if taken.contains(&code.extended_code) => Self::Duplicate,
            _ => Self::Driver(error.to_string()),
        }
    }
}

/// True for the codes after which PostgreSQL asks to try again.
pub(crate) fn is_retryable(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(db)
        if db.code().is_some_and(|c| c == "40001" || c == "40P01"))
}

/// True for the code with which a statement ends of which a part changed no row where it was to
/// change one: `dialect::together` divides by how many.
pub(crate) fn is_unmet(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(db) if db.code().is_some_and(|c| c == "22012"))
}

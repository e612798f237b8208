//! One connection.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::Value as Column;
use rusqlite::{CachedStatement, Connection, OpenFlags};

use crate::{Row, StoreError, Value};

/// Statements that a connection keeps prepared.
const PREPARED: usize = 512;

/// A connection with its statements; used by one thread at a time.
pub(crate) struct Conn {
    inner: Connection,
    /// A statement that writes has run since [`Conn::begin_watch`].
    written: Cell<bool>,
}

impl Conn {
    /// Opens or creates a file for writing. A commit is on the disk when it returns.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let conn = Self::open_with(path, OpenFlags::SQLITE_OPEN_CREATE)?;
        conn.batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
             PRAGMA wal_autocheckpoint = 16000; PRAGMA cache_size = -16384; \
             PRAGMA temp_store = MEMORY",
        )?;
        Ok(conn)
    }

    /// Opens a file for reading.
    pub fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        let conn = Self::open_with(path, OpenFlags::empty())?;
        conn.batch("PRAGMA cache_size = -16384; PRAGMA query_only = ON")?;
        Ok(conn)
    }

    /// Opens a file for checkpoints.
    pub fn open_beside(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, OpenFlags::empty())
    }

    fn open_with(path: &Path, more: OpenFlags) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
        let inner = Connection::open_with_flags(path, flags)?;
        inner.busy_timeout(Duration::from_secs(10))?;
        inner.set_prepared_statement_cache_capacity(PREPARED);
        // A plan may not depend on the values bound: otherwise statements over tables with
        // statistics are parsed and planned anew at every run, which costs more than running them.
        inner.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        Ok(Self {
            inner,
            written: Cell::new(false),
        })
    }

    /// Forgets what was written before.
    pub fn begin_watch(&self) {
        self.written.set(false);
    }

    /// Whether anything may have been written since [`Conn::begin_watch`].
    pub fn has_written(&self) -> bool {
        self.written.get()
    }

    /// Refuses where no transaction is open. SQLite gives one up by itself where the disk is full or
    /// fails; what came after it would be committed statement by statement.
    pub fn inside(&self) -> Result<&Self, StoreError> {
        match self.inner.is_autocommit() {
            true => Err(StoreError::Driver("the transaction was given up".into())),
            false => Ok(self),
        }
    }

    /// Runs statements as they are written, without arguments.
    pub fn batch(&self, sql: &str) -> Result<(), StoreError> {
        self.written.set(true);
        Ok(self.inner.execute_batch(sql)?)
    }

    /// Runs a statement; gives how many rows it changed.
    pub fn exec(&self, sql: &str, args: &[Value]) -> Result<u64, StoreError> {
        let mut statement = self.prepared(sql, args)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        drop(rows);
        drop(statement);
        Ok(self.inner.changes())
    }

    /// Runs a query; gives its rows.
    pub fn rows(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut all = Vec::new();
        self.each(sql, args, |row| {
            all.push(row);
            Ok::<_, StoreError>(())
        })?;
        Ok(all)
    }

    /// Runs a query and hands out its rows one by one.
    pub fn each<E: From<StoreError>>(
        &self,
        sql: &str,
        args: &[Value],
        mut take: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.prepared(sql, args).map_err(StoreError::from)?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            let cells: rusqlite::Result<Vec<Column>> = (0..columns).map(|at| row.get(at)).collect();
            take(Row::Sqlite(cells.map_err(StoreError::from)?))?;
        }
        Ok(())
    }

    fn prepared(&self, sql: &str, args: &[Value]) -> rusqlite::Result<CachedStatement<'_>> {
        let mut statement = self.inner.prepare_cached(sql)?;
        if !statement.readonly() {
            self.written.set(true);
        }
        for (at, value) in args.iter().enumerate() {
            match value {
                Value::Text(v) => statement.raw_bind_parameter(at + 1, v)?,
                Value::Int(v) => statement.raw_bind_parameter(at + 1, v)?,
                Value::Bytes(v) => statement.raw_bind_parameter(at + 1, v)?,
            }
        }
        Ok(statement)
    }

    /// Closes the file.
    pub fn close(self) {
        if let Err((_, error)) = self.inner.close() {
            tracing::warn!(%error, "a connection would not close");
        }
    }
}

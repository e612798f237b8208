//! Test databases on both engines, and contexts upon them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use gm::Vault;
use kernel::{Actor, Locale, ManualClock, SeededRandom};

pub use crate::plan::{Scan, scans};
pub use crate::seen::{record, statements};
use crate::{Ctx, Db, Engine, Migration, Parts, Shared, StoreError, postgres};

/// The server for PostgreSQL tests: `postgres://user@host/db?…`; without it they say that they
/// skip.
pub const POSTGRES_URL: &str = "TONGBAN_TEST_POSTGRES";

/// A database that is removed when dropped (SQLite) or by [`TestDb::remove`] (PostgreSQL).
pub struct TestDb {
    pub db: Db,
    pub folder: tempfile::TempDir,
    schema: Option<(String, String)>,
    contexts: AtomicU64,
}

/// A context on a test database: its clock stands at `at` (RFC 3339), its randomness is
/// reproducible, its keys are fixed, nothing is shared yet, and the platform itself acts.
pub fn ctx(test: &TestDb, at: &str) -> Ctx {
    clocked(test, at).0
}

/// The same, with the clock's own handle to move it.
pub fn clocked(test: &TestDb, at: &str) -> (Ctx, Arc<ManualClock>) {
    let at = at.parse().expect("a test names a valid moment");
    let clock = Arc::new(ManualClock::new(at));
    let vault = Vault::from_keys(vec![(1, [7; 16])], [9; 32]).expect("one key is enough");
    // Two contexts on one database must not draw the same row keys.
    let seed = test.contexts.fetch_add(1, Ordering::Relaxed);
    let ctx = Ctx::new(Parts {
        db: test.db.clone(),
        clock: clock.clone(),
        rng: Arc::new(SeededRandom::new(seed)),
        vault: Arc::new(vault),
        shared: Arc::new(Shared::default()),
        actor: Arc::new(Actor::system()),
        locale: Locale::Zh,
    });
    (ctx, clock)
}

impl TestDb {
    /// A fresh SQLite database with these migrations.
    pub async fn sqlite(migrations: &[Migration]) -> Result<Self, StoreError> {
        let folder = tempfile::tempdir().map_err(|e| StoreError::Driver(e.to_string()))?;
        let db = Db::open_sqlite(&folder.path().join("test.db")).await?;
        db.migrate(migrations).await?;
        Ok(Self {
            db,
            folder,
            schema: None,
            contexts: AtomicU64::new(0),
        })
    }

    /// A fresh schema on the test server, or none when there is no server.
    pub async fn postgres(migrations: &[Migration]) -> Result<Option<Self>, StoreError> {
        let Ok(url) = std::env::var(POSTGRES_URL) else {
            eprintln!("skipped on PostgreSQL: {POSTGRES_URL} is not set");
            return Ok(None);
        };
        let folder = tempfile::tempdir().map_err(|e| StoreError::Driver(e.to_string()))?;
        let schema = unique_name();
        postgres::create_schema(&url, &schema).await?;
        let db = Db::open_postgres_schema(&url, &schema).await?;
        db.migrate(migrations).await?;
        let contexts = AtomicU64::new(0);
        Ok(Some(Self {
            db,
            folder,
            schema: Some((url, schema)),
            contexts,
        }))
    }

    /// A fresh database of each engine that is at hand.
    pub async fn each(migrations: &[Migration]) -> Result<Vec<Self>, StoreError> {
        let mut all = vec![Self::sqlite(migrations).await?];
        all.extend(Self::postgres(migrations).await?);
        Ok(all)
    }

    pub fn engine(&self) -> Engine {
        self.db.engine()
    }

    /// The same database opened once more, with connections of its own, as another process has it.
    /// None on SQLite, whose file one process holds.
    pub async fn once_more(&self) -> Result<Option<Db>, StoreError> {
        match &self.schema {
            Some((url, schema)) => Ok(Some(Db::open_postgres_schema(url, schema).await?)),
            None => Ok(None),
        }
    }

    /// A path inside the test's own folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Closes the database and removes what it left on a server.
    pub async fn remove(self) -> Result<(), StoreError> {
        self.db.close().await;
        if let Some((url, schema)) = &self.schema {
            postgres::drop_schema(url, schema).await?;
        }
        Ok(())
    }
}

/// A whole database on the test server, for tests that run the program itself.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
    /// `postgres://…` of this database.
    pub url: String,
}

impl Database {
    /// A new database, a copy of `template` if given; none when there is no server. Nothing may be
    /// connected to the template while it is copied.
    pub async fn create(template: Option<&Self>) -> Result<Option<Self>, StoreError> {
        let Ok(server) = std::env::var(POSTGRES_URL) else {
            eprintln!("skipped on PostgreSQL: {POSTGRES_URL} is not set");
            return Ok(None);
        };
        let name = unique_name();
        let url =
            postgres::create_database(&server, &name, template.map(|t| t.name.as_str())).await?;
        Ok(Some(Self { server, name, url }))
    }

    /// Removes it, whoever is still connected.
    pub async fn remove(&self) -> Result<(), StoreError> {
        postgres::drop_database(&self.server, &self.name).await
    }
}

/// Unique among the processes and threads that share a server.
#[allow(
    clippy::disallowed_methods,
    reason = "names of test schemas need no injected clock"
)]
fn unique_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nanos = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| d.as_nanos());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("t_{}_{nanos}_{count}", std::process::id())
}

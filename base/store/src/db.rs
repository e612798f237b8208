//! The door: open, read, write.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use crate::postgres::Pools;
use crate::pressure::Pressure;
use crate::run::{apart, exec_postgres, rows_postgres};
use crate::sqlite::{Message, Readers};
use crate::work::UseCase;
use crate::{
    BoxFuture, Migration, Row, Run, StoreError, Tx, Value, migrate, postgres, seen, sqlite,
};

/// Which database stands behind the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

enum Inner {
    Sqlite {
        readers: Readers,
        writer: mpsc::Sender<Message>,
    },
    Postgres(Pools),
}

/// A handle on the database; clones share it. One pointer: every use case holds several.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Opened>,
}

struct Opened {
    inner: Inner,
    /// What people write through [`Db::write`].
    pressure: Arc<Pressure>,
    /// This handle is the background's: nobody waits for what it writes.
    aside: bool,
}

impl Db {
    /// Opens or creates a SQLite file.
    pub async fn open_sqlite(path: &Path) -> Result<Self, StoreError> {
        let (readers, writer) = sqlite::open(path).await?;
        Ok(Self::of(Inner::Sqlite { readers, writer }))
    }

    /// Connects to `postgres://…`.
    pub async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        let pools = Pools::open(url, None).await?;
        Ok(Self::of(Inner::Postgres(pools)))
    }

    pub(crate) async fn open_postgres_schema(url: &str, schema: &str) -> Result<Self, StoreError> {
        let pools = Pools::open(url, Some(schema)).await?;
        Ok(Self::of(Inner::Postgres(pools)))
    }

    fn of(inner: Inner) -> Self {
        let shared = Arc::new(Opened {
            inner,
            pressure: Arc::default(),
            aside: false,
        });
        Self { shared }
    }

    /// The same database through connections of its own, for work that must not hold up requests:
    /// it waits for its own connections only. SQLite has its one writer all the same.
    pub async fn beside(&self) -> Result<Self, StoreError> {
        let inner = match &self.shared.inner {
            Inner::Sqlite { readers, writer } => Inner::Sqlite {
                readers: sqlite::readers_like(readers)?,
                writer: writer.clone(),
            },
            Inner::Postgres(pools) => Inner::Postgres(Pools::like(pools).await?),
        };
        let shared = Arc::new(Opened {
            inner,
            pressure: self.shared.pressure.clone(),
            aside: true,
        });
        Ok(Self { shared })
    }

    /// Closes what [`Db::beside`] opened, and nothing else.
    pub async fn leave(&self) {
        match &self.shared.inner {
            Inner::Sqlite { readers, .. } => readers.close().await,
            Inner::Postgres(pools) => pools.close().await,
        }
    }

    /// Whether people wait for the database, or did a moment ago: work that nobody waits for should
    /// give way.
    pub fn is_pressed(&self) -> bool {
        self.shared.pressure.is_high()
    }

    pub fn engine(&self) -> Engine {
        match &self.shared.inner {
            Inner::Sqlite { .. } => Engine::Sqlite,
            Inner::Postgres(_) => Engine::Postgres,
        }
    }

    /// Applies the migrations that are not applied yet, in the order given.
    pub async fn migrate(&self, migrations: &[Migration]) -> Result<(), StoreError> {
        migrate::apply(self, migrations).await
    }

    /// Names of the migrations that are not applied yet; changes nothing.
    pub async fn missing_migrations(
        &self,
        migrations: &[Migration],
    ) -> Result<Vec<String>, StoreError> {
        migrate::missing(self, migrations).await
    }

    /// A reader outside any transaction. Each statement sees what was committed before it.
    pub fn reader(&self) -> Reader {
        Reader { db: self.clone() }
    }

    /// Runs one use case's write. When this returns `Ok`, the change is durable. The body may run
    /// more than once (PostgreSQL retries; on SQLite a neighbour may have to be undone), so it changes
    /// nothing but the database; it must not call `write` again.
    pub async fn write<T, E, F>(&self, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    {
        let _waits = (!self.shared.aside).then(|| self.shared.pressure.enter());
        match &self.shared.inner {
            Inner::Postgres(pools) => {
                let mut work = UseCase::new(body);
                apart(postgres::write(&pools.writers, &mut work)).await?;
                work.outcome()
            }
            Inner::Sqlite { writer, .. } => {
                let (send, receive) = oneshot::channel();
                let work = UseCase::awaited(body, send);
                writer
                    .send(Message::Run(Box::new(work)))
                    .await
                    .map_err(|_| E::from(StoreError::Closed))?;
                // A dropped sender means that the body panicked or the writer could not begin.
                receive.await.map_err(|_| E::from(StoreError::Panicked))?
            }
        }
    }

    /// Waits until readers are done and what was queued for the writer is committed, then closes:
    /// afterwards no file of the database is held. Later writes are told [`StoreError::Closed`].
    pub async fn close(&self) {
        match &self.shared.inner {
            Inner::Sqlite { readers, writer } => {
                readers.close().await;
                let (send, closed) = oneshot::channel();
                if writer.send(Message::Close(send)).await.is_ok() {
                    let _ = closed.await;
                }
            }
            Inner::Postgres(pools) => pools.close().await,
        }
    }
}

/// Reads outside a transaction.
#[derive(Clone)]
pub struct Reader {
    db: Db,
}

impl Run for Reader {
    async fn exec(&mut self, sql: &str, args: Vec<Value>) -> Result<u64, StoreError> {
        // Readers of SQLite are opened with `query_only`; on PostgreSQL the statement runs in a
        // transaction of its own. Domains write through `Db::write` only.
        seen::note(sql);
        match &self.db.shared.inner {
            Inner::Sqlite { readers, .. } => readers.read(|conn| conn.exec(sql, &args)).await,
            Inner::Postgres(pools) => {
                apart(async move {
                    let mut conn = pools.readers.acquire().await?;
                    Ok(exec_postgres(&mut conn, sql, args).await?)
                })
                .await
            }
        }
    }

    async fn rows(&mut self, sql: &str, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        seen::note(sql);
        match &self.db.shared.inner {
            Inner::Sqlite { readers, .. } => readers.read(|conn| conn.rows(sql, &args)).await,
            Inner::Postgres(pools) => {
                apart(async move {
                    let mut conn = pools.readers.acquire().await?;
                    Ok(rows_postgres(&mut conn, sql, args).await?)
                })
                .await
            }
        }
    }
}

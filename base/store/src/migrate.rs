//! Migrations: each applied once, in a transaction, and never changed afterwards.

use crate::{Db, Engine, Run, StoreError, args, dialect};

/// One step of a domain's schema, written for SQLite; `store` respells it for PostgreSQL.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// `cases/0001`: domain and number.
    pub name: &'static str,
    pub sql: &'static str,
}

impl Migration {
    /// Tells a changed migration from the one that was applied.
    pub fn digest(&self) -> String {
        digest(self.sql)
    }
}

/// What a database lacks of the program's migrations, by name, without changing anything.
pub(crate) async fn missing(db: &Db, migrations: &[Migration]) -> Result<Vec<String>, StoreError> {
    let mut missing = Vec::new();
    let mut reader = db.reader();
    for migration in migrations {
        let sql = "SELECT digest FROM schema_migration WHERE name = ?";
        match reader.row(sql, args![migration.name]).await? {
            Some(row) if row.get::<String>(0)? == migration.digest() => {}
            Some(_) => return Err(StoreError::MigrationChanged(migration.name.to_owned())),
            None => missing.push(migration.name.to_owned()),
        }
    }
    Ok(missing)
}

pub(crate) async fn apply(db: &Db, migrations: &[Migration]) -> Result<(), StoreError> {
    let engine = db.engine();
    run(
        db,
        engine,
        "CREATE TABLE IF NOT EXISTS schema_migration \
         (name TEXT NOT NULL PRIMARY KEY, digest TEXT NOT NULL)",
    )
    .await?;
    let mut reader = db.reader();
    for migration in migrations {
        let digest = migration.digest();
        let known = reader
            .row(
                "SELECT digest FROM schema_migration WHERE name = ?",
                args![migration.name],
            )
            .await?;
        match known {
            Some(row) if row.get::<String>(0)? == digest => {}
            Some(_) => return Err(StoreError::MigrationChanged(migration.name.to_owned())),
            None => apply_one(db, engine, *migration, digest).await?,
        }
    }
    Ok(())
}

async fn apply_one(
    db: &Db,
    engine: Engine,
    migration: Migration,
    digest: String,
) -> Result<(), StoreError> {
    db.write(move |tx| {
        let digest = digest.clone();
        Box::pin(async move {
            for statement in dialect::statements(migration.sql) {
                tx.exec(&spelled(engine, &statement), Vec::new()).await?;
            }
            tx.exec(
                "INSERT INTO schema_migration (name, digest) VALUES (?, ?)",
                args![migration.name, digest],
            )
            .await?;
            Ok(())
        })
    })
    .await
}

async fn run(db: &Db, engine: Engine, sql: &'static str) -> Result<(), StoreError> {
    db.write(move |tx| {
        Box::pin(async move { tx.exec(&spelled(engine, sql), Vec::new()).await.map(drop) })
    })
    .await
}

fn spelled(engine: Engine, sql: &str) -> String {
    match engine {
        Engine::Sqlite => sql.to_owned(),
        Engine::Postgres => dialect::postgres_definition(sql),
    }
}

/// FNV-1a over the text without blanks: tells a changed migration, guards nothing.
fn digest(sql: &str) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in sql.bytes().filter(|b| !b.is_ascii_whitespace()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    format!("{hash:016x}")
}

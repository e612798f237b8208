//! The writing path on both engines.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use store::testing::TestDb;
use store::{Migration, Run, StoreError, args};

const SCHEMA: &[Migration] = &[Migration {
    name: "test/0001",
    sql: "CREATE TABLE note (id TEXT NOT NULL PRIMARY KEY, n BIGINT, body BLOB) WITHOUT ROWID;
          CREATE INDEX note_n ON note (n);",
}];

async fn put(db: &store::Db, id: String, n: Option<i64>) -> Result<(), StoreError> {
    db.write(move |tx| {
        let id = id.clone();
        Box::pin(async move {
            tx.exec(
                "INSERT INTO note (id, n, body) VALUES (?, ?, ?)",
                args![id, n, vec![1u8, 2]],
            )
            .await
            .map(drop)
        })
    })
    .await
}

#[tokio::test]
async fn writes_are_seen_and_typed() {
    for test in TestDb::each(SCHEMA).await.unwrap() {
        put(&test.db, "a".into(), Some(7)).await.unwrap();
        put(&test.db, "b".into(), None).await.unwrap();
        let mut r = test.db.reader();
        let rows = r
            .rows("SELECT id, n, body FROM note ORDER BY id", args![])
            .await
            .unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].get::<i64>(1).unwrap(), 7);
        assert_eq!(rows[1].get::<Option<i64>>(1).unwrap(), None);
        assert_eq!(rows[0].get::<Vec<u8>>(2).unwrap(), vec![1, 2]);
        assert_eq!(
            r.count("SELECT count(*) FROM note", args![]).await.unwrap(),
            2
        );
        assert!(matches!(
            put(&test.db, "a".into(), None).await,
            Err(StoreError::Duplicate)
        ));
        test.db.migrate(SCHEMA).await.unwrap();
        test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn a_failed_use_case_leaves_nothing_and_does_not_harm_its_neighbours() {
    for test in TestDb::each(SCHEMA).await.unwrap() {
        let mut all = Vec::new();
        for i in 0..60 {
            let db = test.db.clone();
            all.push(tokio::spawn(async move {
                db.write(move |tx| {
                    Box::pin(async move {
                        tx.exec(
                            "INSERT INTO note (id, n) VALUES (?, ?)",
                            args![format!("{i}"), i],
                        )
                        .await?;
                        if i % 3 == 0 {
                            return Err(StoreError::Driver("refused".into()));
                        }
                        Ok(())
                    })
                })
                .await
            }));
        }
        let mut kept = 0;
        for one in all {
            kept += u64::from(one.await.unwrap().is_ok());
        }
        assert_eq!(kept, 40);
        let n = test
            .db
            .reader()
            .count("SELECT count(*) FROM note", args![])
            .await
            .unwrap();
        assert_eq!(n, 40);
        test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn a_panicking_body_is_rolled_back() {
    let test = TestDb::sqlite(SCHEMA).await.unwrap();
    let outcome: Result<(), StoreError> = test
        .db
        .write(|tx| {
            Box::pin(async move {
                tx.exec("INSERT INTO note (id) VALUES ('x')", args![])
                    .await?;
                panic!("on purpose");
            })
        })
        .await;
    assert!(matches!(outcome, Err(StoreError::Panicked)));
    put(&test.db, "y".into(), None).await.unwrap();
    assert_eq!(
        test.db
            .reader()
            .count("SELECT count(*) FROM note", args![])
            .await
            .unwrap(),
        1
    );
}

/// Write skew: many clients take the last places; the conditional update lets exactly five in.
#[tokio::test(flavor = "multi_thread")]
async fn conditional_updates_are_not_oversold() {
    for test in TestDb::each(SCHEMA).await.unwrap() {
        put(&test.db, "places".into(), Some(5)).await.unwrap();
        let taken = Arc::new(AtomicU32::new(0));
        let mut all = Vec::new();
        for _ in 0..40 {
            let (db, taken) = (test.db.clone(), taken.clone());
            all.push(tokio::spawn(async move {
                let got: Result<u64, StoreError> = db
                    .write(|tx| {
                        Box::pin(async move {
                            tx.exec(
                                "UPDATE note SET n = n - 1 WHERE id = ? AND n > 0",
                                args!["places"],
                            )
                            .await
                        })
                    })
                    .await;
                if got.unwrap() == 1 {
                    taken.fetch_add(1, Ordering::Relaxed);
                }
            }));
        }
        for one in all {
            one.await.unwrap();
        }
        assert_eq!(taken.load(Ordering::Relaxed), 5);
        test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn a_changed_migration_is_refused() {
    let test = TestDb::sqlite(SCHEMA).await.unwrap();
    let changed = [Migration {
        name: "test/0001",
        sql: "CREATE TABLE other (id TEXT)",
    }];
    assert!(matches!(
        test.db.migrate(&changed).await,
        Err(StoreError::MigrationChanged(_))
    ));
}

/// The commit is durable before it is acknowledged: the writer flushes at every commit, whatever
/// the defaults of file or server are.
#[tokio::test]
async fn every_commit_is_flushed() {
    for test in TestDb::each(SCHEMA).await.unwrap() {
        let asked: &[(&str, &str)] = match test.engine() {
            // 2 is FULL: the write-ahead log is synchronised at every commit.
            store::Engine::Sqlite => &[
                (
                    "SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous",
                    "2",
                ),
                ("PRAGMA journal_mode", "wal"),
            ],
            store::Engine::Postgres => &[
                ("SHOW synchronous_commit", "on"),
                ("SHOW transaction_isolation", "serializable"),
            ],
        };
        for (sql, wanted) in asked {
            let found: String = test
                .db
                .write(move |tx| {
                    Box::pin(async move {
                        let row = tx.row(sql, args![]).await?;
                        row.map_or(Ok(String::new()), |r| r.get(0))
                    })
                })
                .await
                .map_err(|e: StoreError| e)
                .unwrap();
            assert_eq!(found, *wanted, "{sql}");
        }
        test.remove().await.unwrap();
    }
}

/// What is queued when the database is closed is committed first; what comes later is told so.
#[tokio::test]
async fn closing_commits_what_was_queued() {
    let test = TestDb::sqlite(SCHEMA).await.unwrap();
    let mut all = Vec::new();
    for i in 0..100 {
        let db = test.db.clone();
        all.push(tokio::spawn(
            async move { put(&db, format!("{i}"), None).await },
        ));
    }
    tokio::task::yield_now().await;
    test.db.close().await;
    let mut kept = 0;
    for one in all {
        kept += u64::from(one.await.unwrap().is_ok());
    }
    assert!(put(&test.db, "late".into(), None).await.is_err());
    assert!(
        !test.path("test.db-wal").exists(),
        "the log is written back"
    );
    let again = store::Db::open_sqlite(&test.path("test.db")).await.unwrap();
    let count = "SELECT count(*) FROM note";
    assert_eq!(again.reader().count(count, args![]).await.unwrap(), kept);
}

/// A refusal may tell of what a neighbour in the same batch changed, so it waits for the commit.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_after_the_commit() {
    let test = TestDb::sqlite(SCHEMA).await.unwrap();
    let mut all = Vec::new();
    for _ in 0..50 {
        let db = test.db.clone();
        all.push(tokio::spawn(async move {
            let refused = matches!(
                put(&db, "one".into(), None).await,
                Err(StoreError::Duplicate)
            );
            // Whoever was refused can read what it was refused for.
            let sql = "SELECT count(*) FROM note WHERE id = 'one'";
            refused && db.reader().count(sql, args![]).await.unwrap() == 0
        }));
    }
    for one in all {
        assert!(!one.await.unwrap(), "refused for a row that nobody can see");
    }
}

/// A view of one moment, while others write; and the same rows loaded into another database, of
/// either engine.
#[tokio::test]
async fn a_snapshot_moves_to_either_engine() {
    let from = TestDb::sqlite(SCHEMA).await.unwrap();
    put(&from.db, "a".into(), Some(7)).await.unwrap();
    put(&from.db, "通办".into(), None).await.unwrap();
    let mut snapshot = store::Snapshot::of_sqlite(&from.path("test.db"))
        .await
        .unwrap();
    let tables = snapshot.tables().await.unwrap();
    put(&from.db, "later".into(), None).await.unwrap();
    let note = tables.iter().find(|t| t.name == "note").unwrap().clone();
    let mut rows = Vec::new();
    let count = snapshot
        .each_row::<StoreError>(&note, |row| {
            rows.push(row);
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!((count, rows.len()), (2, 2));
    assert!(snapshot.exec("DELETE FROM note", args![]).await.is_err());
    snapshot.close().await.unwrap();
    for to in TestDb::each(SCHEMA).await.unwrap() {
        to.db.load_rows(&note, rows.clone()).await.unwrap();
        let mut r = to.db.reader();
        let sql = "SELECT id, n, body FROM note ORDER BY id";
        let there = r.rows(sql, args![]).await.unwrap();
        assert_eq!(there.len(), 2);
        assert_eq!(there[0].get::<Option<i64>>(1).unwrap(), Some(7));
        assert_eq!(there[1].get::<String>(0).unwrap(), "通办");
        assert_eq!(there[1].get::<Option<i64>>(1).unwrap(), None);
        assert_eq!(there[1].get::<Vec<u8>>(2).unwrap(), [1, 2]);
        to.remove().await.unwrap();
    }
}

/// Many at once each get a number of their own and leave no gap that they need not; somebody who
/// goes away while waiting takes nobody's number along.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_given_once() {
    for test in TestDb::each(store::numbers::MIGRATIONS).await.unwrap() {
        let ctx = store::testing::ctx(&test, "2026-11-16T01:00:00Z");
        let ask = |block: i64| {
            let ctx = ctx.clone();
            async move { ctx.next_number("case", block).await.unwrap() }
        };
        let _gone = tokio::time::timeout(std::time::Duration::ZERO, ask(10)).await;
        let many = (0..500).map(|_| tokio::spawn(ask(10)));
        let mut all = Vec::new();
        for one in many.collect::<Vec<_>>() {
            all.push(one.await.unwrap());
        }
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 500, "each once");
        assert!(all[499] <= 1_000, "{}", all[499]);
        // One after the other they stand in order, also over the ends of blocks.
        let mut last = ask(10).await;
        for _ in 0..1_500 {
            let next = ask(10).await;
            assert!(next == last + 1, "{last} {next}");
            last = next;
        }
        // Few gaps: a block of one leases nothing ahead.
        for n in 1..=20 {
            assert_eq!(ctx.next_number("licence", 1).await.unwrap(), n);
        }
        let sql = "SELECT next FROM number_series WHERE series = 'licence'";
        let next = ctx.db.reader().count(sql, args![]).await.unwrap();
        assert_eq!(next, 21);
        test.remove().await.unwrap();
    }
}

//! Writes that go together, and those of which one row is expected, on both engines.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use store::testing::TestDb;
use store::{Db, Engine, Migration, Run, StoreError, args};

const SCHEMA: &[Migration] = &[Migration {
    name: "test/0001",
    sql: "CREATE TABLE sheet (id TEXT NOT NULL PRIMARY KEY, rev BIGINT NOT NULL) WITHOUT ROWID;
          CREATE TABLE line (id TEXT NOT NULL PRIMARY KEY, sheet TEXT NOT NULL \
          REFERENCES sheet (id) DEFERRABLE INITIALLY DEFERRED) WITHOUT ROWID;",
}];

const ADD: &str = "INSERT INTO sheet (id, rev) VALUES (?, ?)";
const MOVE: &str = "UPDATE sheet SET rev = rev + 1 WHERE id = ? AND rev = ?";
const WRITE: &str = "INSERT INTO line (id, sheet) VALUES (?, ?)";
const LINES: &str = "SELECT count(*) FROM line";
const REV: &str = "SELECT rev FROM sheet WHERE id = 'a'";

async fn with_sheet() -> Vec<TestDb> {
    let all = TestDb::each(SCHEMA).await.unwrap();
    for test in &all {
        add(&test.db, "a").await.unwrap();
    }
    all
}

async fn add(db: &Db, id: &'static str) -> Result<(), StoreError> {
    db.write(move |tx| Box::pin(async move { tx.queue(ADD, args![id, 1]).await }))
        .await
}

/// Moves the sheet and writes a line beside it; false where the sheet had moved.
async fn moved(db: &Db, rev: i64, line: &'static str) -> Result<bool, StoreError> {
    db.write(move |tx| {
        Box::pin(async move {
            if !tx.exec_one(MOVE, args!["a", rev]).await? {
                return Ok(false);
            }
            tx.queue(WRITE, args![line, "a"]).await?;
            Ok(true)
        })
    })
    .await
}

async fn count(db: &Db, sql: &str) -> u64 {
    db.reader().count(sql, args![]).await.unwrap()
}

#[tokio::test]
async fn what_does_not_change_its_row_writes_nothing_and_is_told() {
    for test in with_sheet().await {
        assert!(moved(&test.db, 1, "first").await.unwrap());
        assert!(!moved(&test.db, 1, "outdated").await.unwrap());
        assert!(moved(&test.db, 2, "second").await.unwrap());
        assert_eq!(count(&test.db, LINES).await, 2);
        assert_eq!(count(&test.db, REV).await, 3);
        test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_looked_at_sees_what_was_queued_and_goes_with_it() {
    for test in with_sheet().await {
        let seen: Result<u64, StoreError> = test
            .db
            .write(|tx| {
                Box::pin(async move {
                    assert!(tx.exec_one(MOVE, args!["a", 1]).await?);
                    tx.queue(WRITE, args!["one", "a"]).await?;
                    let seen = tx.count(LINES, args![]).await?;
                    tx.queue(WRITE, args!["two", "a"]).await?;
                    Ok(seen)
                })
            })
            .await;
        assert_eq!(seen.unwrap(), 1);
        assert_eq!(count(&test.db, LINES).await, 2);
        // A body that is refused in the end leaves nothing of either part.
        let refused: Result<(), StoreError> = test
            .db
            .write(|tx| {
                Box::pin(async move {
                    tx.queue(WRITE, args!["three", "a"]).await?;
                    tx.count(LINES, args![]).await?;
                    tx.queue(WRITE, args!["four", "a"]).await?;
                    Err(StoreError::Conflict)
                })
            })
            .await;
        assert!(matches!(refused, Err(StoreError::Conflict)));
        assert_eq!(count(&test.db, LINES).await, 2);
        test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn a_taken_key_is_told_and_undoes_its_neighbours() {
    for test in with_sheet().await {
        assert!(moved(&test.db, 1, "same").await.unwrap());
        let again = moved(&test.db, 2, "same").await;
        assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");
        assert_eq!(count(&test.db, REV).await, 2);
        test.remove().await.unwrap();
    }
}

/// The statement that is a whole transaction commits after it has told how many rows it changed:
/// what is found only then is not acknowledged either.
#[tokio::test]
async fn what_fails_at_the_commit_is_not_acknowledged() {
    for test in with_sheet().await {
        let orphan: Result<(), StoreError> = test
            .db
            .write(|tx| {
                Box::pin(async move {
                    assert!(tx.exec_one(MOVE, args!["a", 1]).await?);
                    tx.queue(WRITE, args!["one", "nowhere"]).await
                })
            })
            .await;
        assert!(orphan.is_err(), "{:?}", test.engine());
        assert_eq!(count(&test.db, LINES).await, 0);
        assert_eq!(count(&test.db, REV).await, 1);
        test.remove().await.unwrap();
    }
}

/// A transaction of one statement is serialisable like every other.
#[tokio::test]
async fn a_statement_by_itself_is_serialisable() {
    for test in with_sheet().await {
        if test.engine() == Engine::Postgres {
            let sql = "INSERT INTO sheet (id, rev) \
                       SELECT current_setting('transaction_isolation'), 1";
            let done: Result<(), StoreError> = test
                .db
                .write(move |tx| Box::pin(async move { tx.queue(sql, args![]).await }))
                .await;
            done.unwrap();
            let found = "SELECT count(*) FROM sheet WHERE id = 'serializable'";
            assert_eq!(count(&test.db, found).await, 1);
        }
        test.remove().await.unwrap();
    }
}

/// Many move one sheet at once: each revision is left once, and every line stands with a move.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_moves_each_revision() {
    for test in with_sheet().await {
        let done = Arc::new(AtomicU32::new(0));
        let mut all = Vec::new();
        for client in 0..20 {
            let (db, done) = (test.db.clone(), done.clone());
            all.push(tokio::spawn(async move {
                for rev in 1..=5 {
                    let line = String::leak(format!("{client}/{rev}"));
                    if moved(&db, rev, line).await.unwrap() {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }));
        }
        for one in all {
            one.await.unwrap();
        }
        let moves = u64::from(done.load(Ordering::Relaxed));
        assert_eq!(count(&test.db, LINES).await, moves);
        assert_eq!(count(&test.db, REV).await, moves + 1);
        assert!(moves >= 1);
        test.remove().await.unwrap();
    }
}

/// Use cases that only write go together; one that is refused, for its revision or its key, harms
/// none of those that go with it.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_harms_no_neighbour() {
    for test in with_sheet().await {
        for id in ["b", "c", "d", "e"] {
            add(&test.db, id).await.unwrap();
        }
        let mut all = Vec::new();
        for client in 0..60_i64 {
            let db = test.db.clone();
            let sheet = ["a", "b", "c", "d", "e"][usize::try_from(client % 5).unwrap()];
            // Of those who move one sheet one is first.
            all.push(tokio::spawn(async move {
                db.write(move |tx| {
                    Box::pin(async move {
                        let moved = tx.exec_one(MOVE, args![sheet, 1]).await?;
                        if moved {
                            tx.queue(WRITE, args![format!("{client}"), sheet]).await?;
                        }
                        Ok::<_, StoreError>(moved)
                    })
                })
                .await
            }));
        }
        let (mut moved, mut refused) = (0, 0);
        for one in all {
            match one.await.unwrap() {
                Ok(true) => moved += 1,
                Ok(false) => refused += 1,
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!((moved, refused), (5, 55));
        assert_eq!(count(&test.db, LINES).await, 5);
        let left = "SELECT count(*) FROM sheet WHERE rev = 2";
        assert_eq!(count(&test.db, left).await, 5);
        // Of those who write one line one is first, too.
        let all: Vec<_> = (0..40)
            .map(|client| {
                let (db, line) = (test.db.clone(), client % 8);
                tokio::spawn(async move {
                    db.write(move |tx| {
                        let line = format!("line {line}");
                        Box::pin(async move { tx.queue(WRITE, args![line, "a"]).await })
                    })
                    .await
                })
            })
            .collect();
        let (mut written, mut taken) = (0, 0);
        for one in all {
            match one.await.unwrap() {
                Ok(()) => written += 1,
                Err(StoreError::Duplicate) => taken += 1,
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!((written, taken), (8, 32));
        test.remove().await.unwrap();
    }
}

/// Rows with nulls and bytes arrive as they were, however many go together.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_together_arrives_whole() {
    const MIXED: &[Migration] = &[Migration {
        name: "test/0001",
        sql: "CREATE TABLE mixed (id TEXT NOT NULL PRIMARY KEY, n BIGINT, body BLOB, at TEXT) \
              WITHOUT ROWID;",
    }];
    for test in TestDb::each(MIXED).await.unwrap() {
        let mut all = Vec::new();
        for client in 0..50_i64 {
            let db = test.db.clone();
            all.push(tokio::spawn(async move {
                db.write(move |tx| {
                    Box::pin(async move {
                        let n = (client % 3 != 0).then_some(client);
                        let body = (client % 4 != 0).then(|| vec![0, 255, 34, 92]);
                        let at = (client % 5 != 0).then(|| format!("\"{client}\", \\ NULL {{}}"));
                        let sql = "INSERT INTO mixed (id, n, body, at) VALUES (?, ?, ?, ?)";
                        tx.queue(sql, args![format!("{client}"), n, body, at]).await
                    })
                })
                .await
            }));
        }
        for one in all {
            one.await.unwrap().map_err(|e: StoreError| e).unwrap();
        }
        let sql = "SELECT id, n, body, at FROM mixed";
        let rows = test.db.reader().rows(sql, args![]).await.unwrap();
        assert_eq!(rows.len(), 50);
        for row in rows {
            let client: i64 = row.get::<String>(0).unwrap().parse().unwrap();
            let n: Option<i64> = row.get(1).unwrap();
            let body: Option<Vec<u8>> = row.get(2).unwrap();
            let at: Option<String> = row.get(3).unwrap();
            assert_eq!(n, (client % 3 != 0).then_some(client));
            assert_eq!(body, (client % 4 != 0).then(|| vec![0, 255, 34, 92]));
            let text = format!("\"{client}\", \\ NULL {{}}");
            assert_eq!(at, (client % 5 != 0).then_some(text));
        }
        test.remove().await.unwrap();
    }
}

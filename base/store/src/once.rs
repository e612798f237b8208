//! A request that may arrive twice is answered once: who asks names it with a key, and the same key
//! gives the answer that was given before.

use jiff::{SignedDuration, Timestamp};

use crate::{Ctx, Migration, Run, StoreError, args};

/// The table of answered requests.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "once/0001",
    sql: "CREATE TABLE answered_request (digest BLOB NOT NULL PRIMARY KEY, \
          request BLOB NOT NULL, answer BLOB, claimed_at TEXT NOT NULL) WITHOUT ROWID;
          CREATE INDEX answered_request_at ON answered_request (claimed_at);",
}];

/// So long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// After this time a request without an answer counts as broken off, and may be tried again.
const BROKEN_OFF: SignedDuration = SignedDuration::from_secs(120);

/// How a key stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// Nobody used it: do the work, then [`Ctx::answered`] or [`Ctx::not_answered`].
    Fresh(Claim),
    /// The work was done; this was the answer.
    Answered(Vec<u8>),
    /// The first request is still being worked on.
    Running,
    /// The key was used for another request.
    Different,
}

/// A key that is being worked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    digest: Vec<u8>,
    at: Timestamp,
}

impl Ctx {
    /// Claims a key of somebody (`who`) for a request, of which `request` is a digest.
    pub async fn claim(&self, who: &str, key: &str, request: &[u8]) -> Result<Claimed, StoreError> {
        let digest = self.lookup("once", &format!("{who}\n{key}"));
        let (ctx, request) = (self.clone(), request.to_vec());
        let found = digest.clone();
        let (now, stale) = (self.now(), self.now() - BROKEN_OFF);
        let before = self
            .db
            .write(move |tx| {
                let (digest, request) = (digest.clone(), request.clone());
                Box::pin(async move {
                    let sql = "INSERT INTO answered_request (digest, request, answer, claimed_at) \
                               VALUES (?, ?, NULL, ?) ON CONFLICT (digest) DO UPDATE SET \
                               claimed_at = excluded.claimed_at \
                               WHERE answered_request.answer IS NULL \
                               AND answered_request.claimed_at < ? \
                               AND answered_request.request = excluded.request";
                    let args = args![digest.clone(), request.clone(), now, stale];
                    if tx.exec(sql, args).await? == 1 {
                        return Ok(None);
                    }
                    let sql = "SELECT request, answer FROM answered_request WHERE digest = ?";
                    let row = tx.row(sql, args![digest]).await?;
                    let row = row.ok_or(StoreError::Conflict)?;
                    let same = row.get::<Vec<u8>>(0)? == request;
                    Ok::<_, StoreError>(Some((same, row.get::<Option<Vec<u8>>>(1)?)))
                })
            })
            .await?;
        Ok(match before {
            None => Claimed::Fresh(Claim {
                digest: found,
                at: now,
            }),
            Some((false, _)) => Claimed::Different,
            Some((true, None)) => Claimed::Running,
            Some((true, Some(sealed))) => {
                let key = hex_of(&found);
                let open = ctx.open_sealed("answered_request", "answer", &key, &sealed);
                Claimed::Answered(open.map_err(|e| StoreError::Driver(e.to_string()))?)
            }
        })
    }

    /// Keeps the answer, encrypted, because it may hold personal data.
    pub async fn answered(&self, claim: &Claim, answer: &[u8]) -> Result<(), StoreError> {
        let key = hex_of(&claim.digest);
        let sealed = self.seal("answered_request", "answer", &key, answer);
        let claim = claim.clone();
        self.db
            .write(move |tx| {
                let (claim, sealed) = (claim.clone(), sealed.clone());
                Box::pin(async move {
                    let sql = "UPDATE answered_request SET answer = ? \
                               WHERE digest = ? AND claimed_at = ?";
                    tx.exec(sql, args![sealed, claim.digest, claim.at])
                        .await
                        .map(drop)
                })
            })
            .await
    }

    /// Gives the key free: nothing was done, and the same key may be used for another try.
    pub async fn not_answered(&self, claim: &Claim) -> Result<(), StoreError> {
        let claim = claim.clone();
        self.db
            .write(move |tx| {
                let claim = claim.clone();
                Box::pin(async move {
                    let sql = "DELETE FROM answered_request WHERE digest = ? AND claimed_at = ?";
                    tx.exec(sql, args![claim.digest, claim.at]).await.map(drop)
                })
            })
            .await
    }

    /// Forgets answers older than [`KEPT`]; says how many.
    pub async fn forget_answers(&self) -> Result<u64, StoreError> {
        let until = self.now() - KEPT;
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let sql = "DELETE FROM answered_request WHERE claimed_at < ?";
                    tx.exec(sql, args![until]).await
                })
            })
            .await
    }
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

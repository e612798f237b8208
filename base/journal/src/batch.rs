//! Gathering events into numbered, signed batches and handing them to the subscribers. The signed
//! root is also written outside the database, so that a cut tail shows.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gm::Signer;
use serde::{Deserialize, Serialize};
use store::{Ctx, StoreError};

use crate::hash::{START, leaf, root};
use crate::table::{self, Batch, Pending};
use crate::worker::Subscriber;
use crate::{JournalError, hash};

/// Events in one batch at most.
const SIZE: i64 = 500;

/// A batch's root as it is signed and kept outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedRoot {
    pub number: i64,
    pub leaves: i64,
    /// Hexadecimal SM3.
    pub root: String,
    pub prev_root: String,
    pub at: String,
    /// Hexadecimal DER signature over [`SignedRoot::message`].
    pub signature: String,
}

impl SignedRoot {
    /// What is signed.
    pub fn message(number: i64, leaves: i64, root: &[u8], prev_root: &[u8], at: &str) -> Vec<u8> {
        format!(
            "tongban journal\n{number}\n{leaves}\n{}\n{}\n{at}\n",
            hex::encode(root),
            hex::encode(prev_root)
        )
        .into_bytes()
    }

    pub(crate) fn of(b: &Batch) -> Self {
        Self {
            number: b.number,
            leaves: b.leaves,
            root: hex::encode(&b.root),
            prev_root: hex::encode(&b.prev_root),
            at: b.at.clone(),
            signature: hex::encode(&b.signature),
        }
    }
}

/// The file of signed roots: one JSON object a line, only ever appended to. Belongs on another
/// disk or machine than the database.
#[derive(Clone, Debug)]
pub struct RootLog {
    path: PathBuf,
}

impl RootLog {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All roots that can be read. A half-written last line (the machine died) is left out.
    pub fn read(&self) -> std::io::Result<Vec<SignedRoot>> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(e),
        };
        Ok(text
            .lines()
            .filter_map(|l| serde_json::from_str(l).ok())
            .collect())
    }

    /// The number of the last root that can be read.
    fn last(&self) -> std::io::Result<i64> {
        Ok(self.read()?.last().map_or(0, |root| root.number))
    }

    /// Appends what the file does not have: of several processes each may have the same in hand.
    fn append(&self, roots: &[SignedRoot]) -> std::io::Result<()> {
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)?;
        file.lock()?;
        let known = self.last()?;
        let mut text = String::from("\n");
        for root in roots.iter().filter(|root| root.number > known) {
            text.push_str(&serde_json::to_string(root)?);
            text.push('\n');
        }
        file.write_all(text.as_bytes())?;
        file.sync_data()
    }
}

/// Gathers what is pending into one batch. Returns how many events it took.
pub(crate) async fn gather(
    ctx: &Ctx,
    signer: &Arc<dyn Signer>,
    log: &RootLog,
    subscribers: &[Subscriber],
) -> Result<usize, JournalError> {
    let mut reader = ctx.db.reader();
    let pending = table::pending(&mut reader, SIZE).await?;
    if pending.is_empty() {
        return Ok(0);
    }
    let last = table::last_batch(&mut reader).await?;
    let (number, prev_root) = last.map_or((1, START.to_vec()), |b| (b.number + 1, b.root));
    let leaves = pending
        .iter()
        .map(|p| leaf(&p.stream, p.seq, &p.hash))
        .collect();
    let root = root(leaves).to_vec();
    let at = kernel::time::stamp(ctx.now());
    let count = i64::try_from(pending.len()).unwrap_or(SIZE);
    let message = SignedRoot::message(number, count, &root, &prev_root, &at);
    let signature = signer.sign(&message)?;
    let batch = Arc::new(Batch {
        number,
        leaves: count,
        root,
        prev_root,
        signature,
        at,
    });
    let taken = pending.len();
    let wanted: Vec<(&'static str, &'static [&'static str])> =
        subscribers.iter().map(|s| (s.name, s.kinds)).collect();
    let pending = Arc::new(pending);
    let now = ctx.now();
    let written = batch.clone();
    ctx.db
        .write(move |tx| {
            let (batch, pending, wanted) = (written.clone(), pending.clone(), wanted.clone());
            Box::pin(async move {
                table::insert_batch(tx, &batch).await?;
                let mut first = 0;
                for rows in pending.chunks(table::ROWS) {
                    let count = rows.len() as u64;
                    // Another process may have gathered some: then the whole batch is given up.
                    if table::delete_pending(tx, rows).await? != count {
                        return Err(StoreError::Conflict);
                    }
                    table::insert_leaves(tx, batch.number, first, rows).await?;
                    first += rows.len() as i64;
                }
                let wanted: Vec<_> = pending
                    .iter()
                    .flat_map(|p| wanted.iter().map(move |(name, kinds)| (*name, *kinds, p)))
                    .filter(|(_, kinds, p)| matches(kinds, p))
                    .map(|(name, _, p)| (name, p))
                    .collect();
                for deliveries in wanted.chunks(table::ROWS) {
                    table::insert_deliveries(tx, deliveries, now).await?;
                }
                Ok(())
            })
        })
        .await?;
    catch_up(ctx, log).await?;
    Ok(taken)
}

fn matches(kinds: &[&str], p: &Pending) -> bool {
    kinds
        .iter()
        .any(|k| *k == p.kind || k.strip_suffix('*').is_some_and(|s| p.kind.starts_with(s)))
}

/// Writes the roots that the file does not have yet: a crash between commit and file is mended.
pub(crate) async fn catch_up(ctx: &Ctx, log: &RootLog) -> Result<(), JournalError> {
    let known = log.last()?;
    let missing = table::batches_after(&mut ctx.db.reader(), known, 10_000).await?;
    if !missing.is_empty() {
        log.append(&missing.iter().map(SignedRoot::of).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Recomputes a batch's root from its leaves.
pub(crate) fn root_of(leaves: &[table::Leaf]) -> Vec<u8> {
    hash::root(
        leaves
            .iter()
            .map(|l| leaf(&l.stream, l.seq, &l.hash))
            .collect(),
    )
    .to_vec()
}

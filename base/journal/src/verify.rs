//! Proving the journal whole: the chain of every stream, every batch against its signed root, and
//! the roots against the file kept outside the database.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use serde::Serialize;
use store::Run;

use crate::batch::{RootLog, SignedRoot, root_of};
use crate::hash::START;
use crate::{JournalError, table};

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum Fault {
    /// An event's content does not give its hash, or does not follow its predecessor.
    Changed { stream: String, seq: i64 },
    /// A sequence number is skipped inside a stream.
    Missing { stream: String, seq: i64 },
    /// An event that no batch and no pending row knows.
    Inserted { stream: String, seq: i64 },
    /// A sealed event at the end of a stream is gone.
    TailCut { stream: String, seq: i64 },
    /// Nothing is left of a stream that was sealed.
    StreamRemoved { stream: String },
    /// A batch's leaves, number or link to its predecessor do not fit.
    BatchChanged { number: i64 },
    /// A batch's signature does not hold.
    BatchUnsigned { number: i64 },
    /// The file outside knows a batch that the database lacks.
    BatchRemoved { number: i64 },
    /// File and database disagree on a root.
    RootDiffers { number: i64 },
}

/// What the check found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub events: u64,
    pub streams: u64,
    pub batches: u64,
    /// Events that are not sealed yet.
    pub unsealed: u64,
    /// Age of the oldest unsealed event, seconds.
    pub unsealed_age: i64,
    pub faults: Vec<Fault>,
}

impl Report {
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Checks everything. `holds(message, signature)` verifies with the platform's journal key.
pub async fn verify(
    run: &mut impl Run,
    log: &RootLog,
    now: Timestamp,
    holds: impl Fn(&[u8], &[u8]) -> bool + Send,
) -> Result<Report, JournalError> {
    let mut faults = Vec::new();
    let (sealed, batches) = check_batches(run, log, &holds, &mut faults).await?;
    let pending = table::pending(run, i64::MAX).await?;
    let oldest = pending.iter().map(|p| p.at).min();
    let mut known: HashMap<(String, i64), Vec<u8>> = sealed;
    let unsealed = pending.len() as u64;
    for p in pending {
        known.insert((p.stream, p.seq), p.hash);
    }
    let (events, streams) = check_streams(run, &mut known, &mut faults).await?;
    report_lost(known, &streams, &mut faults);
    faults.sort_by_key(|f| serde_json::to_string(f).unwrap_or_default());
    Ok(Report {
        events,
        streams: streams.len() as u64,
        batches,
        unsealed,
        unsealed_age: oldest.map_or(0, |at| now.duration_since(at).as_secs()),
        faults,
    })
}

type Known = HashMap<(String, i64), Vec<u8>>;

async fn check_batches(
    run: &mut impl Run,
    log: &RootLog,
    holds: &(impl Fn(&[u8], &[u8]) -> bool + Send),
    faults: &mut Vec<Fault>,
) -> Result<(Known, u64), JournalError> {
    let outside: HashMap<i64, SignedRoot> =
        log.read()?.into_iter().map(|r| (r.number, r)).collect();
    let mut sealed = Known::new();
    let (mut number, mut prev_root, mut count) = (0, START.to_vec(), 0);
    loop {
        let batches = table::batches_after(run, number, 500).await?;
        if batches.is_empty() {
            break;
        }
        for b in batches {
            count += 1;
            let leaves = table::leaves(run, b.number).await?;
            let message = SignedRoot::message(b.number, b.leaves, &b.root, &b.prev_root, &b.at);
            if b.number != number + 1
                || b.prev_root != prev_root
                || leaves.len() as i64 != b.leaves
                || root_of(&leaves) != b.root
            {
                faults.push(Fault::BatchChanged { number: b.number });
            }
            if !holds(&message, &b.signature) {
                faults.push(Fault::BatchUnsigned { number: b.number });
            }
            if outside
                .get(&b.number)
                .is_some_and(|r| *r != SignedRoot::of(&b))
            {
                faults.push(Fault::RootDiffers { number: b.number });
            }
            for l in leaves {
                sealed.insert((l.stream, l.seq), l.hash);
            }
            number = b.number;
            prev_root = b.root;
        }
    }
    for lost in outside.keys().filter(|n| **n > number) {
        faults.push(Fault::BatchRemoved { number: *lost });
    }
    Ok((sealed, count))
}

/// Walks every stream; takes out of `known` what it meets.
async fn check_streams(
    run: &mut impl Run,
    known: &mut Known,
    faults: &mut Vec<Fault>,
) -> Result<(u64, BTreeSet<String>), JournalError> {
    let mut streams = BTreeSet::new();
    let (mut stream, mut seq, mut hash, mut events) = (String::new(), 0, START.to_vec(), 0);
    loop {
        let page = table::events_after(run, (&stream, seq), 1000).await?;
        if page.is_empty() {
            return Ok((events, streams));
        }
        for e in page {
            events += 1;
            if e.stream != stream {
                streams.insert(e.stream.clone());
                (seq, hash) = (0, START.to_vec());
            }
            let contiguous = e.seq == seq + 1;
            if !contiguous {
                faults.push(Fault::Missing {
                    stream: e.stream.clone(),
                    seq: seq + 1,
                });
            }
            let computed = e.canonical().hash(&e.prev_hash).to_vec();
            let chained = !contiguous || e.prev_hash == hash;
            let registered = known.remove(&(e.stream.clone(), e.seq));
            let at = || (e.stream.clone(), e.seq);
            match registered {
                None => {
                    let (stream, seq) = at();
                    faults.push(Fault::Inserted { stream, seq });
                }
                Some(sealed) if sealed != computed || computed != e.hash || !chained => {
                    let (stream, seq) = at();
                    faults.push(Fault::Changed { stream, seq });
                }
                Some(_) => {}
            }
            (stream, seq, hash) = (e.stream.clone(), e.seq, e.hash);
        }
    }
}

/// What is left in `known` was sealed or pending and is no longer there.
fn report_lost(known: Known, streams: &BTreeSet<String>, faults: &mut Vec<Fault>) {
    let mut removed = BTreeSet::new();
    for (stream, seq) in known.into_keys() {
        if !streams.contains(&stream) {
            removed.insert(stream);
        } else if !faults.contains(&Fault::Missing {
            stream: stream.clone(),
            seq,
        }) {
            faults.push(Fault::TailCut { stream, seq });
        }
    }
    faults.extend(
        removed
            .into_iter()
            .map(|stream| Fault::StreamRemoved { stream }),
    );
}

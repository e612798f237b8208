//! The chain inside a stream and the tree over a batch.

use gm::sm3;

/// Before the first event of a stream.
pub(crate) const START: [u8; 32] = [0; 32];

/// The fields of an event as its hash sees them.
pub(crate) struct Canonical<'a> {
    pub stream: &'a str,
    pub seq: i64,
    pub id: &'a str,
    pub at: &'a str,
    pub kind: &'a str,
    pub version: u32,
    pub actor: &'a str,
    pub payload: &'a str,
    pub detail: Option<&'a [u8]>,
}

impl Canonical<'_> {
    /// `SM3(previous ‖ fields)`, each field preceded by its length so that no two events can share
    /// their bytes.
    pub fn hash(&self, previous: &[u8]) -> [u8; 32] {
        let seq = self.seq.to_string();
        let version = self.version.to_string();
        let fields: [&[u8]; 9] = [
            self.stream.as_bytes(),
            seq.as_bytes(),
            self.id.as_bytes(),
            self.at.as_bytes(),
            self.kind.as_bytes(),
            version.as_bytes(),
            self.actor.as_bytes(),
            self.payload.as_bytes(),
            self.detail.unwrap_or_default(),
        ];
        let mut bytes = Vec::with_capacity(256 + self.payload.len());
        bytes.extend_from_slice(previous);
        for field in fields {
            bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
            bytes.extend_from_slice(field);
        }
        sm3(&bytes)
    }
}

/// A leaf of the batch's tree: the event's place and its hash.
pub(crate) fn leaf(stream: &str, seq: i64, hash: &[u8]) -> [u8; 32] {
    let mut bytes = vec![0];
    bytes.extend_from_slice(&(stream.len() as u64).to_be_bytes());
    bytes.extend_from_slice(stream.as_bytes());
    bytes.extend_from_slice(&seq.to_be_bytes());
    bytes.extend_from_slice(hash);
    sm3(&bytes)
}

/// The root of a Merkle tree; an odd node moves up unchanged.
pub(crate) fn root(mut level: Vec<[u8; 32]>) -> [u8; 32] {
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => {
                    let mut bytes = vec![1];
                    bytes.extend_from_slice(left);
                    bytes.extend_from_slice(right);
                    sm3(&bytes)
                }
                _ => pair[0],
            })
            .collect();
    }
    level.first().copied().unwrap_or(START)
}

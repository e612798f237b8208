//! A root of others, and how its state moves.

use gm::{CertError, Certificate};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

kernel::codes! {
    /// What a root is trusted for.
    RootScope {
        /// Signers of seals and makers of seals.
        Seals = "seals", "电子印章与签名", "seals and signatures";
        /// Authorities that stamp times (RFC 3161).
        Times = "times", "时间戳", "time stamps";
        /// Both.
        All = "all", "印章、签名与时间戳", "seals, signatures and time stamps";
    }
}

kernel::codes! {
    /// 状态.
    RootState {
        /// Waits for a second person.
        Proposed = "PROPOSED", "待复核", "proposed";
        /// Counts within its period.
        Trusted = "TRUSTED", "受信任", "trusted";
        /// Was not approved.
        Refused = "REFUSED", "未通过", "refused";
        /// Counts no more; to trust it again it is proposed anew.
        Ended = "ENDED", "已停止信任", "ended";
    }
}

kernel::codes! {
    /// What can happen to a root.
    RootEvent {
        Propose = "propose", "提出", "propose";
        Approve = "approve", "复核通过", "approve";
        Refuse = "refuse", "不予通过", "refuse";
        End = "end", "停止信任", "end";
    }
}

/// Every move there is.
const MOVES: &[(Option<RootState>, RootEvent, RootState)] = &[
    (None, RootEvent::Propose, RootState::Proposed),
    (
        Some(RootState::Proposed),
        RootEvent::Approve,
        RootState::Trusted,
    ),
    (
        Some(RootState::Proposed),
        RootEvent::Refuse,
        RootState::Refused,
    ),
    (Some(RootState::Trusted), RootEvent::End, RootState::Ended),
];

/// The table of moves.
pub fn root_moves() -> &'static [(Option<RootState>, RootEvent, RootState)] {
    MOVES
}

/// The state after an event; none where the table has no such move.
pub(crate) fn next(from: Option<RootState>, event: RootEvent) -> Option<RootState> {
    MOVES
        .iter()
        .find(|(state, on, _)| *state == from && *on == event)
        .map(|(_, _, to)| *to)
}

/// A root certificate of others.
#[derive(Clone, Debug)]
pub struct TrustedRoot {
    /// Row key.
    pub key: String,
    /// What people call the authority: `云岭省电子印章根`.
    pub name: String,
    /// DER.
    pub root: Vec<u8>,
    /// Authorities under it, DER. They help to build chains and are not trusted by themselves.
    pub below: Vec<Vec<u8>>,
    /// SM3 of the certificate, hex.
    pub fingerprint: String,
    pub scope: RootScope,
    /// The document that lets us trust it.
    pub basis: String,
    /// It counts for verifications made from here …
    pub valid_from: Timestamp,
    /// … until before here.
    pub valid_to: Timestamp,
    pub state: RootState,
    pub rev: i64,
    /// Staff user names.
    pub proposed_by: String,
    pub proposed_at: Timestamp,
    /// Who approved, refused or ended it last.
    pub decided_by: Option<String>,
    pub decided_at: Option<Timestamp>,
    /// Of the refusal or the end.
    pub reason: String,
    /// Its revocation lists.
    pub lists: Vec<ListFacts>,
}

/// What is known of a revocation list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListFacts {
    /// Subject of the authority that issued it.
    pub issuer: String,
    pub this_update: Timestamp,
    pub next_update: Option<Timestamp>,
}

impl TrustedRoot {
    /// It counts at that moment.
    pub fn counts_at(&self, at: Timestamp) -> bool {
        self.state == RootState::Trusted && self.valid_from <= at && at < self.valid_to
    }

    /// The root's certificate.
    pub fn certificate(&self) -> Result<Certificate, CertError> {
        Certificate::from_der(&self.root)
    }
}

/// `trust.moved`: a root was proposed, approved, refused or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootMoved {
    pub root: String,
    /// SM3 of the certificate, hex.
    pub fingerprint: String,
    pub event: String,
    pub state: String,
    pub scope: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl journal::Event for RootMoved {
    const KIND: &'static str = "trust.moved";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each pair of state and event that the table does not name is refused.
    #[test]
    fn only_the_table_moves() {
        let states = std::iter::once(None).chain(RootState::ALL.iter().copied().map(Some));
        let mut moves = 0;
        for from in states {
            for event in RootEvent::ALL.iter().copied() {
                let row = MOVES.iter().find(|(s, e, _)| *s == from && *e == event);
                assert_eq!(next(from, event), row.map(|(_, _, to)| *to));
                moves += usize::from(row.is_some());
            }
        }
        assert_eq!(moves, MOVES.len());
        for terminal in [RootState::Refused, RootState::Ended] {
            assert!(
                RootEvent::ALL
                    .iter()
                    .all(|e| next(Some(terminal), *e).is_none())
            );
        }
    }
}

//! A time stamp service, and how its state moves.

use gm::DigestAlgorithm;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

kernel::codes! {
    /// What happens when no time stamp can be had.
    StampRule {
        /// The document is not sealed; it is tried again later.
        Required = "required", "必须有时间戳", "a time stamp is required";
        /// The document is sealed without, and this is told.
        Reachable = "reachable", "能取得时加盖", "a time stamp when one can be had";
    }
}

kernel::codes! {
    /// The digest that is stamped.
    StampDigest {
        /// Every authority and every reader knows it.
        Sha256 = "sha256", "SHA-256", "SHA-256";
        /// Authorities of China.
        Sm3 = "sm3", "SM3", "SM3";
        /// For authorities that ask for more.
        Sha384 = "sha384", "SHA-384", "SHA-384";
    }
}

kernel::codes! {
    /// Kinds of documents that seals are authorised for.
    StampedKind {
        Notice = "notice", "办件通知", "notices";
        Decision = "decision", "决定书", "decisions";
        Licence = "licence", "证照", "licences";
        Proof = "proof", "证明", "proofs";
        Verification = "verification", "核验报告", "verification reports";
    }
}

kernel::codes! {
    /// 状态.
    ServiceState {
        /// Waits for a second person.
        Proposed = "PROPOSED", "待复核", "proposed";
        /// Is asked.
        Active = "ACTIVE", "使用中", "in use";
        /// Is not asked for the time being.
        Paused = "PAUSED", "已暂停", "paused";
        /// Was not approved.
        Refused = "REFUSED", "未通过", "refused";
        /// Is asked no more; to be used again it is proposed anew.
        Ended = "ENDED", "已停用", "ended";
    }
}

kernel::codes! {
    /// What can happen to a service.
    ServiceEvent {
        Propose = "propose", "提出", "be proposed";
        Approve = "approve", "复核通过", "be approved";
        Refuse = "refuse", "不予通过", "be refused";
        Pause = "pause", "暂停", "be paused";
        Resume = "resume", "恢复", "be resumed";
        End = "end", "停用", "be ended";
    }
}

/// Every move there is.
const MOVES: &[(Option<ServiceState>, ServiceEvent, ServiceState)] = {
    use ServiceEvent as E;
    use ServiceState as S;
    &[
        (None, E::Propose, S::Proposed),
        (Some(S::Proposed), E::Approve, S::Active),
        (Some(S::Proposed), E::Refuse, S::Refused),
        (Some(S::Active), E::Pause, S::Paused),
        (Some(S::Paused), E::Resume, S::Active),
        (Some(S::Active), E::End, S::Ended),
        (Some(S::Paused), E::End, S::Ended),
    ]
};

/// The table of moves.
pub fn service_moves() -> &'static [(Option<ServiceState>, ServiceEvent, ServiceState)] {
    MOVES
}

/// The state after an event; none where the table has no such move.
pub(crate) fn next(from: Option<ServiceState>, event: ServiceEvent) -> Option<ServiceState> {
    MOVES
        .iter()
        .find(|(state, on, _)| *state == from && *on == event)
        .map(|(_, _, to)| *to)
}

impl StampDigest {
    /// How it is computed.
    pub fn algorithm(self) -> DigestAlgorithm {
        match self {
            Self::Sha256 => DigestAlgorithm::Sha256,
            Self::Sm3 => DigestAlgorithm::Sm3,
            Self::Sha384 => DigestAlgorithm::Sha384,
        }
    }
}

/// An authority for time stamps (RFC 3161), and when it is asked.
#[derive(Clone, Debug)]
pub struct TimeService {
    /// Row key.
    pub key: String,
    /// What people call it: `国家授时中心时间戳`.
    pub name: String,
    /// `http` or `https`.
    pub url: String,
    pub digest: StampDigest,
    /// Documents of these kinds are stamped.
    pub kinds: Vec<StampedKind>,
    pub rule: StampRule,
    pub state: ServiceState,
    pub rev: i64,
    /// Staff user names.
    pub proposed_by: String,
    pub proposed_at: Timestamp,
    pub approved_by: Option<String>,
    pub approved_at: Option<Timestamp>,
    /// Who made the last step.
    pub decided_by: Option<String>,
    pub decided_at: Option<Timestamp>,
    /// Of the refusal, the pause or the end.
    pub reason: String,
}

impl TimeService {
    /// Whether documents of that kind are stamped by it.
    pub fn covers(&self, kind: &str) -> bool {
        self.kinds.iter().any(|one| one.code() == kind)
    }
}

/// `time_service.moved`: a service was proposed, approved, refused, paused, resumed or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceMoved {
    pub service: String,
    pub name: String,
    pub url: String,
    pub event: String,
    pub state: String,
    pub kinds: Vec<String>,
    pub rule: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl journal::Event for ServiceMoved {
    const KIND: &'static str = "time_service.moved";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each pair of state and event that the table does not name is refused.
    #[test]
    fn only_the_table_moves() {
        let states = std::iter::once(None).chain(ServiceState::ALL.iter().copied().map(Some));
        let mut moves = 0;
        for from in states {
            for event in ServiceEvent::ALL.iter().copied() {
                moves += usize::from(next(from, event).is_some());
            }
        }
        assert_eq!(moves, MOVES.len());
        for over in [ServiceState::Refused, ServiceState::Ended] {
            assert!(
                ServiceEvent::ALL
                    .iter()
                    .all(|event| next(Some(over), *event).is_none())
            );
        }
        assert_eq!(
            next(Some(ServiceState::Proposed), ServiceEvent::Resume),
            None,
            "nothing goes round the second person"
        );
    }
}

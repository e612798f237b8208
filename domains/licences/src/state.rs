//! The life of a licence: the table of [H-47]. Pure.

kernel::codes! {
    /// 证照状态.
    State {
        Collected = "COLLECTED", "已采集";
        Discarded = "DISCARDED", "已剔除";
        Checked = "CHECKED", "已校验";
        Valid = "VALID", "有效";
        History = "HISTORY", "历史版本";
        Suspended = "SUSPENDED", "暂停使用";
        Lost = "LOST", "挂失";
        Expired = "EXPIRED", "过期";
        Void = "VOID", "作废";
        Revoked = "REVOKED", "吊销";
        Cancelled = "CANCELLED", "注销";
    }
}

kernel::codes! {
    /// What happens to a licence.
    Event {
        Collect = "collect", "采集";
        Discard = "discard", "剔除";
        Check = "check", "校验";
        Encapsulate = "encapsulate", "封装签章";
        Change = "change", "变更";
        Inspect = "inspect", "年检";
        Suspend = "suspend", "暂停使用";
        Restore = "restore", "恢复使用";
        ReportLoss = "report_loss", "挂失";
        Found = "found", "解除挂失";
        Reissue = "reissue", "补发";
        Expire = "expire", "到期";
        Void = "void", "作废";
        Revoke = "revoke", "吊销";
        Cancel = "cancel", "注销";
    }
}

/// A move that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event {} is not possible for a licence that is {}", .event.code(), .from.map_or("new", State::code))]
pub struct IllegalMove {
    pub from: Option<State>,
    pub event: Event,
}

use Event as E;
use State as S;

/// From, event, to. A change makes a new version: the licence stays valid, its former version is
/// history. A re-issue ends the old licence as history and makes a new one.
pub const MOVES: &[(Option<State>, Event, State)] = &[
    (None, E::Collect, S::Collected),
    (Some(S::Collected), E::Discard, S::Discarded),
    (Some(S::Collected), E::Check, S::Checked),
    (Some(S::Checked), E::Encapsulate, S::Valid),
    (Some(S::Valid), E::Change, S::Valid),
    (Some(S::Valid), E::Inspect, S::Valid),
    (Some(S::Suspended), E::Inspect, S::Valid),
    (Some(S::Valid), E::Suspend, S::Suspended),
    (Some(S::Suspended), E::Restore, S::Valid),
    (Some(S::Valid), E::ReportLoss, S::Lost),
    (Some(S::Lost), E::Found, S::Valid),
    (Some(S::Lost), E::Reissue, S::History),
    (Some(S::Valid), E::Expire, S::Expired),
    (Some(S::Lost), E::Expire, S::Expired),
    (Some(S::Suspended), E::Expire, S::Expired),
    (Some(S::Valid), E::Void, S::Void),
    (Some(S::Lost), E::Void, S::Void),
    (Some(S::Suspended), E::Void, S::Void),
    (Some(S::Valid), E::Revoke, S::Revoked),
    (Some(S::Lost), E::Revoke, S::Revoked),
    (Some(S::Suspended), E::Revoke, S::Revoked),
    (Some(S::Valid), E::Cancel, S::Cancelled),
];

/// Looks the move up.
pub fn next(from: Option<State>, event: Event) -> Result<State, IllegalMove> {
    MOVES
        .iter()
        .find(|m| m.0 == from && m.1 == event)
        .map(|m| m.2)
        .ok_or(IllegalMove { from, event })
}

impl State {
    /// Only a valid licence may be cited.
    pub fn is_citable(self) -> bool {
        self == S::Valid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the requirement written out again; `suspend` stands for a missed inspection and
    /// for originals that do not match (D-04).
    const REQUIRED: &[(&str, &str, &str)] = &[
        ("", "collect", "COLLECTED"),
        ("COLLECTED", "discard", "DISCARDED"),
        ("COLLECTED", "check", "CHECKED"),
        ("CHECKED", "encapsulate", "VALID"),
        ("VALID", "change", "VALID"),
        ("VALID", "inspect", "VALID"),
        ("VALID", "suspend", "SUSPENDED"),
        ("SUSPENDED", "inspect", "VALID"),
        ("SUSPENDED", "restore", "VALID"),
        ("VALID", "report_loss", "LOST"),
        ("LOST", "found", "VALID"),
        ("LOST", "reissue", "HISTORY"),
        ("VALID", "expire", "EXPIRED"),
        ("LOST", "expire", "EXPIRED"),
        ("SUSPENDED", "expire", "EXPIRED"),
        ("VALID", "void", "VOID"),
        ("LOST", "void", "VOID"),
        ("SUSPENDED", "void", "VOID"),
        ("VALID", "revoke", "REVOKED"),
        ("LOST", "revoke", "REVOKED"),
        ("SUSPENDED", "revoke", "REVOKED"),
        ("VALID", "cancel", "CANCELLED"),
    ];

    #[test]
    fn every_row_and_every_illegal_move() {
        for from in std::iter::once(None).chain(State::ALL.iter().copied().map(Some)) {
            for &event in Event::ALL {
                let name = from.map_or("", State::code);
                let row = REQUIRED.iter().find(|r| r.0 == name && r.1 == event.code());
                match row {
                    Some(r) => assert_eq!(next(from, event).map(State::code), Ok(r.2)),
                    None => assert_eq!(next(from, event), Err(IllegalMove { from, event })),
                }
            }
        }
    }

    #[test]
    fn only_valid_licences_are_citable() {
        for &state in State::ALL {
            assert_eq!(state.is_citable(), state.code() == "VALID");
        }
    }
}

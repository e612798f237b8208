//! The life of a seal as one table [I-03].

use std::fmt;

kernel::codes! {
    /// 印章状态.
    State {
        Applied = "APPLIED", "已申请", "applied for";
        Refused = "REFUSED", "已驳回", "refused";
        Approved = "APPROVED", "已审核", "approved";
        Made = "MADE", "已制作", "made";
        Filed = "FILED", "已备案", "filed";
        Released = "RELEASED", "已发放", "released";
        Active = "ACTIVE", "使用中", "in use";
        Lost = "LOST", "已挂失", "reported lost";
        Destroyed = "DESTROYED", "已销毁", "destroyed";
        Expired = "EXPIRED", "已到期", "expired";
    }
}

kernel::codes! {
    /// What can happen to a seal.
    Event {
        Apply = "apply", "申请", "application";
        Refuse = "refuse", "驳回", "refusal";
        Approve = "approve", "审核通过", "approval";
        Make = "make", "制作", "making";
        File = "file", "备案", "filing";
        Release = "release", "发放", "release";
        Authorise = "authorise", "授权", "authorisation";
        Withdraw = "withdraw", "收回授权", "withdrawal of the authorisation";
        ReportLoss = "report_loss", "挂失", "loss report";
        Recover = "recover", "解除挂失", "recovery";
        Destroy = "destroy", "销毁", "destruction";
        Expire = "expire", "到期", "expiry";
    }
}

/// Every legal move: from (none for a seal that does not exist yet), event, to.
pub const MOVES: &[(Option<State>, Event, State)] = &[
    (None, Event::Apply, State::Applied),
    (Some(State::Applied), Event::Refuse, State::Refused),
    (Some(State::Applied), Event::Approve, State::Approved),
    (Some(State::Approved), Event::Make, State::Made),
    (Some(State::Made), Event::File, State::Filed),
    (Some(State::Filed), Event::Release, State::Released),
    (Some(State::Released), Event::Authorise, State::Active),
    (Some(State::Active), Event::Withdraw, State::Released),
    (Some(State::Released), Event::ReportLoss, State::Lost),
    (Some(State::Active), Event::ReportLoss, State::Lost),
    (Some(State::Lost), Event::Recover, State::Released),
    (Some(State::Lost), Event::Destroy, State::Destroyed),
    (Some(State::Released), Event::Destroy, State::Destroyed),
    (Some(State::Active), Event::Destroy, State::Destroyed),
    (Some(State::Released), Event::Expire, State::Expired),
    (Some(State::Active), Event::Expire, State::Expired),
];

/// A move that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct IllegalMove {
    /// None: there is no seal yet.
    pub from: Option<State>,
    pub event: Event,
}

impl fmt::Display for IllegalMove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.from.map_or("not applied for", State::en);
        write!(f, "no {} of a seal that is {state}", self.event.en())
    }
}

/// The state after an event.
pub fn next(from: Option<State>, event: Event) -> Result<State, IllegalMove> {
    MOVES
        .iter()
        .find(|(state, happened, _)| *state == from && *happened == event)
        .map(|(_, _, to)| *to)
        .ok_or(IllegalMove { from, event })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the requirement, written out anew: from, event, to.
    const REQUIRED: &[(&str, &str, &str)] = &[
        ("", "apply", "APPLIED"),
        ("APPLIED", "refuse", "REFUSED"),
        ("APPLIED", "approve", "APPROVED"),
        ("APPROVED", "make", "MADE"),
        ("MADE", "file", "FILED"),
        ("FILED", "release", "RELEASED"),
        ("RELEASED", "authorise", "ACTIVE"),
        ("ACTIVE", "withdraw", "RELEASED"),
        ("RELEASED ACTIVE", "report_loss", "LOST"),
        ("LOST", "recover", "RELEASED"),
        ("LOST RELEASED ACTIVE", "destroy", "DESTROYED"),
        ("RELEASED ACTIVE", "expire", "EXPIRED"),
    ];

    /// [I-03] Every pair of state and event: the rows of the table move, all others are refused
    /// with an error that names both.
    #[test]
    fn every_row_moves_and_everything_else_is_refused() {
        let mut legal = 0;
        let states = State::ALL.iter().copied().map(Some).chain([None]);
        for from in states {
            for &event in Event::ALL {
                let code = from.map_or("", State::code);
                let wanted = REQUIRED.iter().find(|(froms, happened, _)| {
                    *happened == event.code()
                        && (froms.is_empty() && code.is_empty()
                            || froms.split(' ').any(|one| !one.is_empty() && one == code))
                });
                match (wanted, next(from, event)) {
                    (Some((_, _, to)), Ok(state)) => {
                        assert_eq!(state.code(), *to);
                        legal += 1;
                    }
                    (None, Err(error)) => assert_eq!(error, IllegalMove { from, event }),
                    (wanted, got) => panic!("{from:?} {event:?}: wanted {wanted:?}, got {got:?}"),
                }
            }
        }
        assert_eq!(legal, MOVES.len());
        assert_eq!(legal, 16);
    }

    #[test]
    fn refused_destroyed_and_expired_seals_stay_so() {
        for state in [State::Refused, State::Destroyed, State::Expired] {
            for &event in Event::ALL {
                assert!(next(Some(state), event).is_err(), "{state:?} {event:?}");
            }
        }
    }

    #[test]
    fn codes_read_back() {
        for &state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(state));
            assert!(!state.zh().is_empty() && !state.en().is_empty());
        }
        for &event in Event::ALL {
            assert_eq!(Event::from_code(event.code()), Some(event));
        }
        assert_eq!(State::from_code("active"), None);
    }
}

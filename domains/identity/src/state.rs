//! 账号状态: the table of A-33, and nothing else.

kernel::codes! {
    /// Where an account stands.
    State {
        Pending = "PENDING", "待核验";
        Rejected = "REJECTED", "核验未通过";
        Active = "ACTIVE", "正常";
        Locked = "LOCKED", "已锁定";
        Disabled = "DISABLED", "已停用";
        Cancelled = "CANCELLED", "已注销";
        Changing = "CHANGING", "变更中";
    }
}

kernel::codes! {
    /// What happens to an account.
    StateEvent {
        Register = "register", "注册";
        Verified = "verified", "核验通过并签署协议";
        VerificationFailed = "verification_failed", "核验未通过";
        Expired = "expired", "24小时内未完成";
        WrongPasswords = "wrong_passwords", "15分钟内输错5次口令";
        Timer = "timer", "锁定期满";
        Recovered = "recovered", "找回密码";
        Disabled = "disabled", "停用";
        Enabled = "enabled", "批准恢复";
        Cancelled = "cancelled", "注销";
        ChangeSubmitted = "change_submitted", "提交变更";
        ComparisonPassed = "comparison_passed", "变更比对通过";
        ComparisonFailed = "comparison_failed", "变更比对未通过";
    }
}

/// Every move there is. `None` before the first: there is no account yet; `None` after an
/// expiry: there is no account any more.
pub const TABLE: &[(Option<State>, StateEvent, Option<State>)] = &[
    (None, StateEvent::Register, Some(State::Pending)),
    (
        Some(State::Pending),
        StateEvent::Verified,
        Some(State::Active),
    ),
    (
        Some(State::Pending),
        StateEvent::VerificationFailed,
        Some(State::Rejected),
    ),
    (Some(State::Pending), StateEvent::Expired, None),
    (
        Some(State::Active),
        StateEvent::WrongPasswords,
        Some(State::Locked),
    ),
    (Some(State::Locked), StateEvent::Timer, Some(State::Active)),
    (
        Some(State::Locked),
        StateEvent::Recovered,
        Some(State::Active),
    ),
    (
        Some(State::Active),
        StateEvent::Disabled,
        Some(State::Disabled),
    ),
    (
        Some(State::Disabled),
        StateEvent::Enabled,
        Some(State::Active),
    ),
    (
        Some(State::Active),
        StateEvent::Cancelled,
        Some(State::Cancelled),
    ),
    (
        Some(State::Active),
        StateEvent::ChangeSubmitted,
        Some(State::Changing),
    ),
    (
        Some(State::Changing),
        StateEvent::ComparisonPassed,
        Some(State::Active),
    ),
    (
        Some(State::Changing),
        StateEvent::ComparisonFailed,
        Some(State::Active),
    ),
];

/// A move that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account in state {} does not take {event}", .from.map_or("none", |s| s.code()))]
pub struct IllegalMove {
    pub from: Option<State>,
    pub event: StateEvent,
}

/// Where an event leads.
pub fn next(from: Option<State>, event: StateEvent) -> Result<Option<State>, IllegalMove> {
    TABLE
        .iter()
        .find(|(f, e, _)| *f == from && *e == event)
        .map(|(_, _, to)| *to)
        .ok_or(IllegalMove { from, event })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of A-33 as the requirement prints them, written out a second time.
    const PRINTED: &str = "\
        -|register|PENDING
        PENDING|verified|ACTIVE
        PENDING|verification_failed|REJECTED
        PENDING|expired|-
        ACTIVE|wrong_passwords|LOCKED
        LOCKED|timer|ACTIVE
        LOCKED|recovered|ACTIVE
        ACTIVE|disabled|DISABLED
        DISABLED|enabled|ACTIVE
        ACTIVE|cancelled|CANCELLED
        ACTIVE|change_submitted|CHANGING
        CHANGING|comparison_passed|ACTIVE
        CHANGING|comparison_failed|ACTIVE";

    fn state(code: &str) -> Option<State> {
        if code == "-" {
            None
        } else {
            Some(State::from_code(code).unwrap())
        }
    }

    /// Every row of the table moves as printed, and every other pair of state and event is
    /// refused with both named.
    #[test]
    fn the_table_is_the_printed_one_and_nothing_else_moves() {
        let mut legal = 0;
        let mut froms: Vec<Option<State>> = State::ALL.iter().copied().map(Some).collect();
        froms.push(None);
        for from in froms {
            for &event in StateEvent::ALL {
                let row = PRINTED
                    .lines()
                    .map(|l| l.trim().split('|').collect::<Vec<_>>())
                    .find(|row| {
                        state(row[0]) == from && StateEvent::from_code(row[1]) == Some(event)
                    });
                match row {
                    Some(row) => {
                        legal += 1;
                        assert_eq!(next(from, event), Ok(state(row[2])));
                    }
                    None => assert_eq!(next(from, event), Err(IllegalMove { from, event })),
                }
            }
        }
        assert_eq!(legal, PRINTED.lines().count());
        assert_eq!(legal, TABLE.len());
        let error = next(Some(State::Cancelled), StateEvent::Enabled).unwrap_err();
        assert_eq!(
            error.to_string(),
            "an account in state CANCELLED does not take enabled"
        );
    }

    #[test]
    fn codes_read_back() {
        for &s in State::ALL {
            assert_eq!(State::from_code(s.code()), Some(s));
        }
        for &e in StateEvent::ALL {
            assert_eq!(StateEvent::from_code(e.code()), Some(e));
        }
    }
}

//! The life of an item version [C-46]: one table, nothing else decides.

use serde::{Deserialize, Serialize};

/// 事项版本状态.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// 草稿.
    Draft,
    /// 审核中: staffing review, then legal review.
    InReview,
    /// 已审核: waits for its day.
    Approved,
    /// 在用.
    InUse,
    /// 暂停: shown as suspended, no new application.
    Suspended,
    /// 取消: open cases go on with their version.
    Cancelled,
    /// 历史: read only.
    History,
}

/// What can happen to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A new version is begun, as a copy of the latest or from a file.
    Create,
    /// Submitted for review; the checks have passed.
    Submit,
    /// Returned with an opinion.
    Return,
    /// Staffing and legal departments have both approved.
    Approve,
    /// The effective date is reached.
    Publish,
    Suspend,
    Resume,
    /// Cancelled, split or merged.
    Cancel,
    /// A newer version takes effect.
    Supersede,
}

/// The moves there are: from, event, to.
pub const TABLE: &[(Option<State>, Event, State)] = &[
    (None, Event::Create, State::Draft),
    (Some(State::Draft), Event::Submit, State::InReview),
    (Some(State::InReview), Event::Return, State::Draft),
    (Some(State::InReview), Event::Approve, State::Approved),
    (Some(State::Approved), Event::Publish, State::InUse),
    (Some(State::InUse), Event::Suspend, State::Suspended),
    (Some(State::Suspended), Event::Resume, State::InUse),
    (Some(State::InUse), Event::Cancel, State::Cancelled),
    (Some(State::Suspended), Event::Cancel, State::Cancelled),
    (Some(State::InUse), Event::Supersede, State::History),
];

/// A move that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("事项版本“{}”状态下不能{} / {event:?} is not possible in state {from:?}",
    from.map_or("未建立", State::zh), event.zh())]
pub struct IllegalMove {
    pub from: Option<State>,
    pub event: Event,
}

/// Where an event leads.
pub fn next(from: Option<State>, event: Event) -> Result<State, IllegalMove> {
    let row = TABLE.iter().find(|(f, e, _)| *f == from && *e == event);
    row.map(|(_, _, to)| *to).ok_or(IllegalMove { from, event })
}

impl State {
    pub const ALL: [State; 7] = [
        State::Draft,
        State::InReview,
        State::Approved,
        State::InUse,
        State::Suspended,
        State::Cancelled,
        State::History,
    ];

    /// As it stands in tables and events.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::InReview => "IN_REVIEW",
            Self::Approved => "APPROVED",
            Self::InUse => "IN_USE",
            Self::Suspended => "SUSPENDED",
            Self::Cancelled => "CANCELLED",
            Self::History => "HISTORY",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    pub fn zh(self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::InReview => "审核中",
            Self::Approved => "已审核待发布",
            Self::InUse => "在用",
            Self::Suspended => "暂停办理",
            Self::Cancelled => "已取消",
            Self::History => "历史版本",
        }
    }

    pub fn en(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::InReview => "In review",
            Self::Approved => "Approved",
            Self::InUse => "In use",
            Self::Suspended => "Suspended",
            Self::Cancelled => "Cancelled",
            Self::History => "Former version",
        }
    }

    /// Whether somebody may apply for an item whose current version is in this state.
    pub fn accepts_applications(self) -> bool {
        self == Self::InUse
    }

    /// Item state of the exchange record [K-40]: 1 in use, 2 suspended, 3 cancelled; none for
    /// versions that are not public.
    pub fn exchange_code(self) -> Option<&'static str> {
        match self {
            Self::InUse => Some("1"),
            Self::Suspended => Some("2"),
            Self::Cancelled => Some("3"),
            _ => None,
        }
    }
}

impl Event {
    pub const ALL: [Event; 9] = [
        Event::Create,
        Event::Submit,
        Event::Return,
        Event::Approve,
        Event::Publish,
        Event::Suspend,
        Event::Resume,
        Event::Cancel,
        Event::Supersede,
    ];

    /// As it stands in tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Submit => "submit",
            Self::Return => "return",
            Self::Approve => "approve",
            Self::Publish => "publish",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Cancel => "cancel",
            Self::Supersede => "supersede",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.code() == code)
    }

    pub fn zh(self) -> &'static str {
        match self {
            Self::Create => "建立",
            Self::Submit => "提交审核",
            Self::Return => "退回",
            Self::Approve => "审核通过",
            Self::Publish => "发布",
            Self::Suspend => "暂停",
            Self::Resume => "恢复",
            Self::Cancel => "取消",
            Self::Supersede => "被新版本替换",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [C-46] every row of the table, and no other move
    #[test]
    fn the_table_is_all_there_is() {
        use Event::*;
        use State::*;
        let rows = [
            (None, Create, Draft),
            (Some(Draft), Submit, InReview),
            (Some(InReview), Return, Draft),
            (Some(InReview), Approve, Approved),
            (Some(Approved), Publish, InUse),
            (Some(InUse), Suspend, Suspended),
            (Some(Suspended), Resume, InUse),
            (Some(InUse), Cancel, Cancelled),
            (Some(Suspended), Cancel, Cancelled),
            (Some(InUse), Supersede, History),
        ];
        let mut legal = 0;
        for from in std::iter::once(None).chain(State::ALL.map(Some)) {
            for event in Event::ALL {
                let row = rows.iter().find(|r| r.0 == from && r.1 == event);
                let want = row.map(|r| r.2).ok_or(IllegalMove { from, event });
                assert_eq!(next(from, event), want, "{from:?} {event:?}");
                legal += usize::from(want.is_ok());
            }
        }
        assert_eq!(legal, rows.len());
    }

    #[test]
    fn an_illegal_move_names_state_and_event() {
        let words = next(Some(State::Cancelled), Event::Resume)
            .unwrap_err()
            .to_string();
        assert!(
            words.contains("已取消") && words.contains("恢复"),
            "{words}"
        );
    }

    #[test]
    fn codes_read_back() {
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.code());
        }
        for event in Event::ALL {
            assert_eq!(Event::from_code(event.code()), Some(event));
        }
        assert_eq!(
            State::ALL
                .map(State::accepts_applications)
                .iter()
                .filter(|a| **a)
                .count(),
            1
        );
    }
}

//! The life of a version: the table of [H-83]. Pure.

kernel::codes! {
    /// 模板状态.
    State {
        Draft = "DRAFT", "编制中", "draft";
        InReview = "IN_REVIEW", "待审核", "in review";
        InUse = "IN_USE", "使用中", "in use";
        Retired = "RETIRED", "已停用", "retired";
    }
}

kernel::codes! {
    /// What happens to a version.
    Event {
        Submit = "submit", "提交审核", "submit";
        Return = "return", "退回修改", "return";
        Publish = "publish", "发布", "publish";
        Retire = "retire", "停用", "retire";
    }
}

/// A move that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event {} is not possible for a version that is {}", .event.code(), .from.code())]
pub struct IllegalMove {
    pub from: State,
    pub event: Event,
}

/// From, event, to.
pub const MOVES: &[(State, Event, State)] = &[
    (State::Draft, Event::Submit, State::InReview),
    (State::InReview, Event::Return, State::Draft),
    (State::InReview, Event::Publish, State::InUse),
    (State::InUse, Event::Retire, State::Retired),
];

/// Looks the move up.
pub fn next(from: State, event: Event) -> Result<State, IllegalMove> {
    let found = MOVES.iter().find(|row| row.0 == from && row.1 == event);
    found.map(|row| row.2).ok_or(IllegalMove { from, event })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every row of the table, and every move that it does not have.
    #[test]
    fn every_row_and_every_illegal_move() {
        let required = [
            ("DRAFT", "submit", "IN_REVIEW"),
            ("IN_REVIEW", "return", "DRAFT"),
            ("IN_REVIEW", "publish", "IN_USE"),
            ("IN_USE", "retire", "RETIRED"),
        ];
        for &from in State::ALL {
            for &event in Event::ALL {
                let row = required
                    .iter()
                    .find(|r| r.0 == from.code() && r.1 == event.code());
                match row {
                    Some(row) => assert_eq!(next(from, event).map(State::code), Ok(row.2)),
                    None => assert_eq!(next(from, event), Err(IllegalMove { from, event })),
                }
            }
        }
    }
}

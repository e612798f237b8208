//! The life of an electronic document as one table [D-61].

use std::fmt;

kernel::codes! {
    /// 文书状态.
    State {
        /// Numbered and written, not yet sealed.
        Draft = "draft", "已拟制", "drafted";
        Sealed = "sealed", "已盖章", "sealed";
        Delivered = "delivered", "已送达", "delivered";
        Withdrawn = "withdrawn", "已撤回", "withdrawn";
    }
}

kernel::codes! {
    /// What can happen to a document.
    Event {
        Seal = "seal", "盖章", "sealing";
        Deliver = "deliver", "送达", "delivery";
        Withdraw = "withdraw", "撤回", "withdrawal";
    }
}

/// Every legal move. Nothing leads back to a draft: a sealed document is never edited, only
/// withdrawn and replaced.
pub const MOVES: &[(State, Event, State)] = &[
    (State::Draft, Event::Seal, State::Sealed),
    (State::Sealed, Event::Deliver, State::Delivered),
    (State::Draft, Event::Withdraw, State::Withdrawn),
    (State::Sealed, Event::Withdraw, State::Withdrawn),
    (State::Delivered, Event::Withdraw, State::Withdrawn),
];

/// A move that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct IllegalMove {
    pub from: State,
    pub event: Event,
}

impl fmt::Display for IllegalMove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no {} of a document that is {}",
            self.event.en(),
            self.from.en()
        )
    }
}

/// The state after an event.
pub fn next(from: State, event: Event) -> Result<State, IllegalMove> {
    MOVES
        .iter()
        .find(|(state, happened, _)| (*state, *happened) == (from, event))
        .map(|(_, _, to)| *to)
        .ok_or(IllegalMove { from, event })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_moves_as_written_or_is_refused() {
        use Event::*;
        use State::*;
        for (from, event, wanted) in [
            (Draft, Seal, Some(Sealed)),
            (Draft, Deliver, None),
            (Draft, Withdraw, Some(Withdrawn)),
            (Sealed, Seal, None),
            (Sealed, Deliver, Some(Delivered)),
            (Sealed, Withdraw, Some(Withdrawn)),
            (Delivered, Seal, None),
            (Delivered, Deliver, None),
            (Delivered, Withdraw, Some(Withdrawn)),
            (Withdrawn, Seal, None),
            (Withdrawn, Deliver, None),
            (Withdrawn, Withdraw, None),
        ] {
            assert_eq!(next(from, event), wanted.ok_or(IllegalMove { from, event }));
        }
        assert_eq!(State::ALL.len() * Event::ALL.len(), 12);
    }

    #[test]
    fn nothing_leads_back_to_a_draft() {
        assert!(MOVES.iter().all(|(_, _, to)| *to != State::Draft));
    }
}

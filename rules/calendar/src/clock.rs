//! 办件计时: what happened to the clock of one case [D-30, D-31, D-36].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::reading::{self, Reading};
use crate::{Calendar, CalendarError, ClockError, Limit};

/// Something that starts, stops, lengthens or ends a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ClockEvent {
    /// 受理.
    Started { at: Timestamp },
    /// 挂起, or waiting for the applicant's correction or payment.
    Paused { at: Timestamp },
    /// 恢复.
    Resumed { at: Timestamp },
    /// 延时: natural days for a limit in natural days, working days for every other.
    Extended { at: Timestamp, days: u32 },
    /// 办结, or another end of the case.
    Ended { at: Timestamp },
}

impl ClockEvent {
    /// When it happened.
    pub const fn at(self) -> Timestamp {
        match self {
            Self::Started { at }
            | Self::Paused { at }
            | Self::Resumed { at }
            | Self::Extended { at, .. }
            | Self::Ended { at } => at,
        }
    }
}

/// The clock of one case or one post: its limit and what happened so far, in order of time.
///
/// The rules are those of D-36:
/// - a day counts when the clock runs at the calendar's cut-off; the day of acceptance does not
///   count; the case is due at the cut-off of the last day;
/// - limit 0 is due at the cut-off of the same working day, or of the next one when accepted
///   after the cut-off or on a day off, and moves on while the clock stands at that cut-off;
/// - hours run through office hours; months and years are calendar months and years, longer by
///   every day whose cut-off fell into a stop, ending on the next working day;
/// - natural days count all days and end where they end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawClock")]
pub struct CaseClock {
    limit: Limit,
    events: Vec<ClockEvent>,
}

#[derive(Deserialize)]
struct RawClock {
    limit: Limit,
    events: Vec<ClockEvent>,
}

impl TryFrom<RawClock> for CaseClock {
    type Error = ClockError;

    fn try_from(raw: RawClock) -> Result<Self, ClockError> {
        Self::new(raw.limit, &raw.events)
    }
}

impl CaseClock {
    /// A clock that starts at `at`.
    pub fn started(limit: Limit, at: Timestamp) -> Self {
        Self {
            limit,
            events: vec![ClockEvent::Started { at }],
        }
    }

    /// A clock from all its events; fails on the first that cannot follow those before it.
    pub fn new(limit: Limit, events: &[ClockEvent]) -> Result<Self, ClockError> {
        let mut clock = match events.first() {
            Some(ClockEvent::Started { at }) => Self::started(limit, *at),
            Some(other) => return Err(ClockError::NotStartedOnce { at: other.at() }),
            None => {
                return Err(ClockError::NotStartedOnce {
                    at: Timestamp::UNIX_EPOCH,
                });
            }
        };
        for &event in &events[1..] {
            clock.push(event)?;
        }
        Ok(clock)
    }

    /// Adds one event.
    pub fn push(&mut self, event: ClockEvent) -> Result<(), ClockError> {
        let at = event.at();
        if self.is_ended() {
            return Err(ClockError::AlreadyEnded { at });
        }
        if self.events.last().is_some_and(|last| last.at() > at) {
            return Err(ClockError::OutOfOrder { at });
        }
        match event {
            ClockEvent::Started { .. } => return Err(ClockError::NotStartedOnce { at }),
            ClockEvent::Paused { .. } if self.is_paused() => {
                return Err(ClockError::AlreadyPaused { at });
            }
            ClockEvent::Resumed { .. } if !self.is_paused() => {
                return Err(ClockError::NotPaused { at });
            }
            ClockEvent::Extended { days: 0, .. } => return Err(ClockError::EmptyExtension { at }),
            _ => {}
        }
        self.events.push(event);
        Ok(())
    }

    /// The limit it runs against, without extensions.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// Everything that happened, in order.
    pub fn events(&self) -> &[ClockEvent] {
        &self.events
    }

    /// Whether it stands after the last event.
    pub fn is_paused(&self) -> bool {
        let last = self.events.iter().rev().find_map(|event| match event {
            ClockEvent::Paused { .. } => Some(true),
            ClockEvent::Resumed { .. } => Some(false),
            _ => None,
        });
        last == Some(true) && !self.is_ended()
    }

    /// Whether it has ended.
    pub fn is_ended(&self) -> bool {
        matches!(self.events.last(), Some(ClockEvent::Ended { .. }))
    }

    /// What the clock shows at `now`. Events after `now` are not yet known to it; before its start
    /// it shows what it will show at the start.
    pub fn reading(&self, calendar: &Calendar, now: Timestamp) -> Result<Reading, CalendarError> {
        reading::read(self, calendar, now)
    }
}

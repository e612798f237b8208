//! Working days, time limits and clocks that stop [D-36, Q-20].
//!
//! Everything here is pure: the moment is passed in, the calendar is data. Instants come in as
//! [`jiff::Timestamp`]; days and hours are Beijing time, which is what an agency's cut-off is
//! written in.

mod calendar;
mod clock;
mod error;
mod hours;
mod limit;
mod reading;

pub use calendar::{Calendar, Holiday, Year, YearStatus};
pub use clock::{CaseClock, ClockEvent};
pub use error::{CalendarError, ClockError};
pub use hours::{DayHours, Hours, Season};
pub use limit::{Limit, Unit};
pub use reading::{Counted, Lamp, Reading, RunState};

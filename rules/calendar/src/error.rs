//! How a calendar or a clock fails.

use jiff::Timestamp;
use jiff::civil::Date;

/// What a calendar cannot answer, or why it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The calendar says nothing of this year, and a guess would make a wrong due date.
    #[error("工作日历没有{0}年的安排 / the calendar has no year {0}")]
    YearMissing(i16),
    /// A date beyond what the civil calendar can hold.
    #[error("日期超出范围 / date out of range")]
    OutOfRange,
    /// The same year is listed twice.
    #[error("{0}年重复 / year {0} is listed twice")]
    YearTwice(i16),
    /// A holiday that ends before it begins.
    #[error("假日“{0}”起止颠倒 / holiday {0} ends before it begins")]
    HolidayReversed(String),
    /// One date is both a holiday and an adjusted working day.
    #[error("{0}既是假日又是调休上班日 / {0} is both a holiday and an adjusted working day")]
    Contradiction(Date),
    /// A weekday number other than 1 (Monday) to 7 (Sunday).
    #[error("周末只能是1至7 / a weekend day is 1 to 7, not {0}")]
    Weekend(i8),
    /// A time of day that is not written `HH:MM`.
    #[error("时刻“{0}”应写成HH:MM / time {0} is not HH:MM")]
    Time(String),
    /// A season that is not written `M-D至M-D` or `M-D至次年M-D`.
    #[error("季节“{0}”应写成M-D至M-D / season {0} is not M-D至M-D")]
    Months(String),
    /// Sessions that overlap or end before they begin.
    #[error("办公时间次序不对 / office hours are out of order")]
    Sessions,
}

/// A clock event that cannot follow the ones before it. `at` is the event refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// The first event must be `Started`, and only the first.
    #[error("时限须自受理起计，且只起计一次（{at}）/ the clock starts once, first ({at})")]
    NotStartedOnce { at: Timestamp },
    /// An event earlier than the one before it.
    #[error("事件早于前一事件（{at}）/ event before its predecessor ({at})")]
    OutOfOrder { at: Timestamp },
    /// Pausing a clock that is already paused.
    #[error("时限已暂停（{at}）/ the clock is already paused ({at})")]
    AlreadyPaused { at: Timestamp },
    /// Resuming a clock that runs.
    #[error("时限未暂停（{at}）/ the clock is not paused ({at})")]
    NotPaused { at: Timestamp },
    /// Anything after the end.
    #[error("时限已结束（{at}）/ the clock has ended ({at})")]
    AlreadyEnded { at: Timestamp },
    /// An extension of no days.
    #[error("延长天数须大于零（{at}）/ an extension needs at least one day ({at})")]
    EmptyExtension { at: Timestamp },
}

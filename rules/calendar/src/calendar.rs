//! 工作日历: which days are working days, and when a day is cut off.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use serde::{Deserialize, Serialize};

use crate::hours::{Hours, parse_time};
use crate::{CalendarError, CaseClock, Limit, Unit};

/// The working-day calendar of a region: weekends, public holidays and adjusted working days of
/// each year it knows, the daily cut-off, and office hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawCalendar", into = "RawCalendar")]
pub struct Calendar {
    raw: RawCalendar,
    cut_off: Time,
    hours: Hours,
    weekend: [bool; 7],
    years: BTreeSet<i16>,
    off: BTreeSet<Date>,
    on: BTreeSet<Date>,
}

/// One year of a calendar as published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Year {
    pub year: i16,
    pub status: YearStatus,
    /// The notice it follows.
    #[serde(default)]
    pub source: String,
    pub holidays: Vec<Holiday>,
}

/// Whether the State Council has published the year's arrangement, or it is our assumption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YearStatus {
    Published,
    Assumed,
}

/// One public holiday with the weekend days worked in exchange (调休上班日).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    pub name: String,
    pub from: Date,
    pub to: Date,
    #[serde(default)]
    pub adjusted_working_days: Vec<Date>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct RawCalendar {
    calendar_id: String,
    name: String,
    region_code: String,
    weekend: Vec<i8>,
    cut_off: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours: Option<Hours>,
    years: Vec<Year>,
}

impl From<Calendar> for RawCalendar {
    fn from(calendar: Calendar) -> Self {
        calendar.raw
    }
}

impl TryFrom<RawCalendar> for Calendar {
    type Error = CalendarError;

    fn try_from(raw: RawCalendar) -> Result<Self, CalendarError> {
        let mut weekend = [false; 7];
        for &day in &raw.weekend {
            let place = usize::try_from(day - 1)
                .ok()
                .and_then(|i| weekend.get_mut(i));
            *place.ok_or(CalendarError::Weekend(day))? = true;
        }
        let (mut years, mut off, mut on) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for year in &raw.years {
            if !years.insert(year.year) {
                return Err(CalendarError::YearTwice(year.year));
            }
            for holiday in &year.holidays {
                if holiday.from > holiday.to {
                    return Err(CalendarError::HolidayReversed(holiday.name.clone()));
                }
                let mut day = holiday.from;
                loop {
                    off.insert(day);
                    if day >= holiday.to {
                        break;
                    }
                    day = next(day)?;
                }
                on.extend(&holiday.adjusted_working_days);
            }
        }
        if let Some(&date) = off.intersection(&on).next() {
            return Err(CalendarError::Contradiction(date));
        }
        Ok(Self {
            cut_off: parse_time(&raw.cut_off)?,
            hours: raw.hours.clone().unwrap_or_default(),
            weekend,
            years,
            off,
            on,
            raw,
        })
    }
}

impl Calendar {
    /// The calendar's own identifier, for example `YZ-CN`.
    pub fn id(&self) -> &str {
        &self.raw.calendar_id
    }

    /// Its name for people.
    pub fn name(&self) -> &str {
        &self.raw.name
    }

    /// Code of the region it is for.
    pub fn region_code(&self) -> &str {
        &self.raw.region_code
    }

    /// 每日截止时刻, Beijing time.
    pub fn cut_off(&self) -> Time {
        self.cut_off
    }

    /// Office hours limits in hours run through.
    pub fn hours(&self) -> &Hours {
        &self.hours
    }

    /// The same calendar with the office hours of a hall or agency.
    #[must_use]
    pub fn with_hours(mut self, hours: Hours) -> Self {
        self.raw.hours = Some(hours.clone());
        self.hours = hours;
        self
    }

    /// The years it knows, as published.
    pub fn years(&self) -> &[Year] {
        &self.raw.years
    }

    /// Whether offices work on `date`. Fails where the calendar has no such year: a due date is a
    /// legal fact and may not be guessed.
    pub fn is_working_day(&self, date: Date) -> Result<bool, CalendarError> {
        if !self.years.contains(&date.year()) {
            return Err(CalendarError::YearMissing(date.year()));
        }
        let weekday = date.weekday().to_monday_zero_offset() as usize;
        Ok(self.on.contains(&date) || (!self.weekend[weekday] && !self.off.contains(&date)))
    }

    /// The holiday `date` falls in, by name.
    pub fn holiday(&self, date: Date) -> Option<&str> {
        let all = self.raw.years.iter().flat_map(|year| &year.holidays);
        all.into_iter()
            .find(|h| h.from <= date && date <= h.to)
            .map(|h| h.name.as_str())
    }

    /// `date` itself when offices work, otherwise the next day they do.
    pub fn working_day_from(&self, date: Date) -> Result<Date, CalendarError> {
        let mut day = date;
        while !self.is_working_day(day)? {
            day = next(day)?;
        }
        Ok(day)
    }

    /// The `n`-th working day after `date`, `date` itself not counted; 0 gives `date`.
    pub fn add_working_days(&self, date: Date, n: u32) -> Result<Date, CalendarError> {
        let mut day = date;
        for _ in 0..n {
            day = self.working_day_from(next(day)?)?;
        }
        Ok(day)
    }

    /// Working days in `from < day <= to`; 0 when `to` is not after `from`.
    pub fn working_days_between(&self, from: Date, to: Date) -> Result<u32, CalendarError> {
        let (mut day, mut n) = (from, 0);
        while day < to {
            day = next(day)?;
            n += u32::from(self.is_working_day(day)?);
        }
        Ok(n)
    }

    /// Working days of each year it knows, by year.
    pub fn working_day_counts(&self) -> BTreeMap<i16, u32> {
        let mut counts = BTreeMap::new();
        for &year in &self.years {
            let mut day = Date::new(year, 1, 1).ok();
            let mut n = 0;
            while let Some(d) = day.filter(|d| d.year() == year) {
                n += u32::from(self.is_working_day(d) == Ok(true));
                day = d.tomorrow().ok();
            }
            counts.insert(year, n);
        }
        counts
    }

    /// When `limit` ends that begins at `from` and never stops: Beijing time, by the rules of
    /// [`CaseClock`]. For limits that belong to no case clock, such as the days for a correction.
    pub fn deadline(&self, from: Timestamp, limit: Limit) -> Result<DateTime, CalendarError> {
        CaseClock::started(limit, from)
            .reading(self, from)
            .map(|reading| reading.due)
    }

    /// The limit that `hundredths` of a working day are for what begins at `at`. Whole days are
    /// counted by their cut-offs. A post may be given half a day, which that counting cannot
    /// express: it runs through office hours, and where whole days come before it, the rest of the
    /// first day is free as it is for them, so that more days never end sooner.
    pub fn days_from(&self, hundredths: u32, at: Timestamp) -> Result<Limit, CalendarError> {
        if hundredths.is_multiple_of(100) {
            return Ok(Limit::new(hundredths / 100, Unit::WorkingDay));
        }
        let at = kernel::time::beijing(at);
        let hours = self.hours.on(at.date());
        let mut minutes = hours.minutes().saturating_mul(hundredths) / 100;
        if hundredths > 100 && self.is_working_day(at.date())? {
            let sessions = hours.sessions(at.date()).into_iter();
            let left = sessions.map(|(open, shut)| shut.duration_since(open.max(at)).as_mins());
            let left: i64 = left.map(|minutes| minutes.max(0)).sum();
            minutes = minutes.saturating_add(u32::try_from(left).unwrap_or_default());
        }
        Ok(Limit::new(minutes, Unit::Minute))
    }

    /// The cut-off of `date`.
    pub(crate) fn cut(&self, date: Date) -> DateTime {
        date.to_datetime(self.cut_off)
    }
}

pub(crate) fn next(day: Date) -> Result<Date, CalendarError> {
    day.tomorrow().map_err(|_| CalendarError::OutOfRange)
}

//! Office hours: what limits in hours run through.

use jiff::civil::{Date, DateTime, Time, time};
use serde::{Deserialize, Serialize};

use crate::CalendarError;

/// 办公时间 of one season: a morning and an afternoon, each from and to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayHours {
    pub morning: (Time, Time),
    pub afternoon: (Time, Time),
}

impl DayHours {
    /// The two sessions on `date`.
    pub(crate) fn sessions(&self, date: Date) -> [(DateTime, DateTime); 2] {
        [self.morning, self.afternoon]
            .map(|(from, to)| (date.to_datetime(from), date.to_datetime(to)))
    }

    /// Working minutes of a whole day.
    pub fn minutes(&self) -> u32 {
        [self.morning, self.afternoon]
            .iter()
            .map(|(from, to)| minute(*to) - minute(*from))
            .sum()
    }
}

fn minute(at: Time) -> u32 {
    // An hour is 0..=23 and a minute 0..=59: neither is negative.
    at.hour().unsigned_abs() as u32 * 60 + at.minute().unsigned_abs() as u32
}

/// A stretch of the year, both ends included; it may run over New Year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Season {
    /// (month, day) it begins on.
    pub from: (i8, i8),
    /// (month, day) it ends on.
    pub to: (i8, i8),
    pub hours: DayHours,
}

impl Season {
    fn holds(&self, date: Date) -> bool {
        let day = (date.month(), date.day());
        if self.from <= self.to {
            self.from <= day && day <= self.to
        } else {
            day >= self.from || day <= self.to
        }
    }
}

/// 办公时间: winter and summer. A day that the summer season does not hold keeps winter hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawHours", into = "RawHours")]
pub struct Hours {
    pub winter: Season,
    pub summer: Season,
}

impl Hours {
    /// The hours of `date`, whether or not it is a working day.
    pub fn on(&self, date: Date) -> &DayHours {
        if self.summer.holds(date) {
            &self.summer.hours
        } else {
            &self.winter.hours
        }
    }
}

impl Default for Hours {
    /// 9:00—12:00 and 13:00—17:00 all year, for a calendar that names no hours.
    fn default() -> Self {
        let hours = DayHours {
            morning: (time(9, 0, 0, 0), time(12, 0, 0, 0)),
            afternoon: (time(13, 0, 0, 0), time(17, 0, 0, 0)),
        };
        Self {
            winter: Season {
                from: (10, 1),
                to: (4, 30),
                hours,
            },
            summer: Season {
                from: (5, 1),
                to: (9, 30),
                hours,
            },
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct RawHours {
    winter: RawSeason,
    summer: RawSeason,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct RawSeason {
    months: String,
    morning: [String; 2],
    afternoon: [String; 2],
}

impl TryFrom<RawHours> for Hours {
    type Error = CalendarError;

    fn try_from(raw: RawHours) -> Result<Self, CalendarError> {
        Ok(Self {
            winter: season(&raw.winter)?,
            summer: season(&raw.summer)?,
        })
    }
}

impl From<Hours> for RawHours {
    fn from(hours: Hours) -> Self {
        Self {
            winter: write(&hours.winter),
            summer: write(&hours.summer),
        }
    }
}

fn write(season: &Season) -> RawSeason {
    let pair = |(from, to): (Time, Time)| [from, to].map(|at| at.strftime("%H:%M").to_string());
    let next = if season.from > season.to {
        "次年"
    } else {
        ""
    };
    let ((fm, fd), (tm, td)) = (season.from, season.to);
    RawSeason {
        months: format!("{fm}-{fd}至{next}{tm}-{td}"),
        morning: pair(season.hours.morning),
        afternoon: pair(season.hours.afternoon),
    }
}

fn season(raw: &RawSeason) -> Result<Season, CalendarError> {
    let pair = |p: &[String; 2]| Ok((parse_time(&p[0])?, parse_time(&p[1])?));
    let hours = DayHours {
        morning: pair(&raw.morning)?,
        afternoon: pair(&raw.afternoon)?,
    };
    let [a, b, c, d] = [
        hours.morning.0,
        hours.morning.1,
        hours.afternoon.0,
        hours.afternoon.1,
    ];
    if !(a < b && b <= c && c < d) {
        return Err(CalendarError::Sessions);
    }
    let bad = || CalendarError::Months(raw.months.clone());
    let (from, to) = raw.months.split_once('至').ok_or_else(bad)?;
    let (next_year, to) = match to.strip_prefix("次年") {
        Some(rest) => (true, rest),
        None => (false, to),
    };
    let day = |text: &str| {
        let (month, day) = text.split_once('-')?;
        let (month, day) = (month.parse::<i8>().ok()?, day.parse::<i8>().ok()?);
        // 2028 is a leap year, so that 29 February is a possible boundary.
        Date::new(2028, month, day).ok().map(|_| (month, day))
    };
    let (from, to) = (day(from).ok_or_else(bad)?, day(to).ok_or_else(bad)?);
    if (from > to) != next_year {
        return Err(bad());
    }
    Ok(Season { from, to, hours })
}

/// `HH:MM`, nothing else.
pub(crate) fn parse_time(text: &str) -> Result<Time, CalendarError> {
    let bad = || CalendarError::Time(text.to_owned());
    if text.len() != 5 {
        return Err(bad());
    }
    Time::strptime("%H:%M", text).map_err(|_| bad())
}

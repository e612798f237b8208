//! How long a post may take.

use std::fmt;
use std::ops::Add;

use calendar::{Calendar, CalendarError, Limit, Unit};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de};

use crate::Post;

/// A number of limit units in hundredths: posts are given half days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(u32);

impl Span {
    /// `hundredths` of a unit.
    pub const fn hundredths(hundredths: u32) -> Self {
        Self(hundredths)
    }

    /// A whole number of units.
    pub const fn whole(units: u32) -> Self {
        Self(units.saturating_mul(100))
    }

    /// In hundredths of a unit.
    pub const fn as_hundredths(self) -> u32 {
        self.0
    }

    /// `1.5个工作日`.
    pub fn words(self, unit: Unit) -> String {
        format!("{self}{}", unit_words(unit))
    }
}

impl Post {
    /// The limit of the post when the case comes to it at `at`; none where it has none, as the
    /// hand-over, which the applicant sets off.
    pub fn limit_from(
        &self,
        calendar: &Calendar,
        at: Timestamp,
    ) -> Result<Option<Limit>, CalendarError> {
        if let Some(minutes) = self.limit_minutes {
            return Ok(Some(Limit::new(minutes, Unit::Minute)));
        }
        let hundredths = self.limit.as_hundredths();
        if hundredths == 0 && !self.counted {
            return Ok(None);
        }
        Ok(Some(match self.limit_unit {
            Unit::WorkingDay => calendar.days_from(hundredths, at)?,
            Unit::Hour => Limit::new(hundredths.saturating_mul(60) / 100, Unit::Minute),
            // Parts of longer units are given in full.
            unit => Limit::new(hundredths.div_ceil(100), unit),
        }))
    }
}

impl Add for Span {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 100, self.0 % 100);
        match (part, part % 10) {
            (0, _) => write!(f, "{whole}"),
            (_, 0) => write!(f, "{whole}.{}", part / 10),
            _ => write!(f, "{whole}.{part:02}"),
        }
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let units = f64::deserialize(deserializer)?;
        let hundredths = (units * 100.0).round();
        if (units * 100.0 - hundredths).abs() > 1e-6 || !(0.0..=10_000_000.0).contains(&hundredths)
        {
            return Err(de::Error::custom("岗位时限应为不小于零、至多两位小数的数"));
        }
        // In range and whole by the check above.
        Ok(Self(hundredths as u32))
    }
}

/// `5个工作日`, and `当场办结` for an immediate case.
pub fn limit_words(limit: Limit) -> String {
    match limit.value {
        0 => "当场办结".to_owned(),
        value => format!("{value}{}", unit_words(limit.unit)),
    }
}

fn unit_words(unit: Unit) -> &'static str {
    match unit {
        Unit::WorkingDay => "个工作日",
        Unit::NaturalDay => "日",
        Unit::Month => "个月",
        Unit::Year => "年",
        Unit::Hour => "小时",
        Unit::Minute => "分钟",
    }
}

//! A time limit as an item states it.

use serde::{Deserialize, Serialize};

/// 时限单位: what a limit is counted in [C-23 elements 8 and 9].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 工作日.
    WorkingDay,
    /// 自然日.
    NaturalDay,
    /// 月: calendar months.
    Month,
    /// 年: calendar years.
    Year,
    /// 小时: through working hours.
    Hour,
    /// 分钟: through working hours; only posts of immediate cases are limited so tightly.
    Minute,
}

/// 办结时限: a number and its unit; 0 of any unit is an immediate case (即办件).
///
/// Reads the `{"value": 5, "unit": "working_day", "note": "…"}` of an implementation list; the
/// note is for people and is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limit {
    pub value: u32,
    pub unit: Unit,
}

impl Limit {
    /// `value` of `unit`.
    pub const fn new(value: u32, unit: Unit) -> Self {
        Self { value, unit }
    }

    /// 即办: due on the spot.
    pub const fn is_immediate(self) -> bool {
        self.value == 0
    }
}

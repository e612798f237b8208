//! The clock against the demonstration city's expected values and against a day-by-day model.

#![allow(clippy::unwrap_used)]

mod clocks;
mod days;
mod model;
mod scenarios;

use std::sync::LazyLock;

use calendar::{Calendar, Hours};
use jiff::Timestamp;
use jiff::civil::DateTime;

pub fn demo(path: &str) -> serde_json::Value {
    let path = format!("{}/../../demo/{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).expect(&path)
}

/// The demonstration city's calendar with the hours of its first hall.
pub static CITY: LazyLock<Calendar> = LazyLock::new(|| {
    let halls = demo("halls.json");
    let calendar: Calendar = serde_json::from_value(halls["calendars"][0].clone()).unwrap();
    let hours: Hours = serde_json::from_value(halls["halls"][0]["hours"].clone()).unwrap();
    calendar.with_hours(hours)
});

/// `2026-11-16 10:05` Beijing time.
pub fn at(text: &str) -> Timestamp {
    kernel::time::from_beijing(civil(text)).unwrap()
}

pub fn civil(text: &str) -> DateTime {
    DateTime::strptime("%Y-%m-%d %H:%M", text).unwrap()
}

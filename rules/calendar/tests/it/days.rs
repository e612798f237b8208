//! Which days are working days.

use calendar::{Calendar, CalendarError, Hours, Limit, Unit};
use jiff::civil::{date, time};
use serde_json::json;

use crate::{CITY, at, civil, demo};

#[test]
fn the_demo_calendar_has_the_published_number_of_working_days() {
    let expected = &demo("halls.json")["calendars"][0]["years"];
    let counts = CITY.working_day_counts();
    assert_eq!(counts.len(), 3);
    for year in expected.as_array().unwrap() {
        let n = year["year"].as_i64().unwrap() as i16;
        assert_eq!(
            u64::from(counts[&n]),
            year["working_day_count"].as_u64().unwrap(),
            "{n}"
        );
    }
    assert_eq!(CITY.region_code(), "990100");
}

#[test]
fn holidays_weekends_and_adjusted_days() {
    let works = |d| CITY.is_working_day(d).unwrap();
    assert!(works(date(2026, 11, 16)));
    assert!(!works(date(2026, 11, 21)), "a Saturday");
    assert!(!works(date(2026, 10, 1)), "a holiday on a Thursday");
    assert!(works(date(2026, 10, 10)), "a Saturday worked in exchange");
    assert_eq!(CITY.holiday(date(2026, 10, 1)), Some("国庆节"));
    assert_eq!(CITY.holiday(date(2026, 10, 8)), None);
    let missing = Err(CalendarError::YearMissing(2029));
    assert_eq!(CITY.is_working_day(date(2029, 1, 2)), missing);
    assert_eq!(
        CITY.is_working_day(date(2025, 12, 31)),
        Err(CalendarError::YearMissing(2025))
    );
}

#[test]
fn counting_on() {
    let add = |d, n| CITY.add_working_days(d, n).unwrap();
    assert_eq!(add(date(2026, 9, 30), 1), date(2026, 10, 8));
    assert_eq!(add(date(2026, 9, 30), 3), date(2026, 10, 10));
    assert_eq!(add(date(2026, 10, 3), 0), date(2026, 10, 3));
    assert_eq!(
        CITY.working_day_from(date(2026, 10, 3)).unwrap(),
        date(2026, 10, 8)
    );
    assert_eq!(
        CITY.working_days_between(date(2026, 9, 30), date(2026, 10, 10))
            .unwrap(),
        3
    );
    assert_eq!(
        CITY.working_days_between(date(2026, 10, 10), date(2026, 9, 30))
            .unwrap(),
        0
    );
    let end = CITY.add_working_days(date(2028, 12, 29), 5);
    assert_eq!(
        end,
        Err(CalendarError::YearMissing(2029)),
        "no due date is guessed"
    );
}

#[test]
fn hours_by_season() {
    let hours = CITY.hours();
    assert_eq!(
        hours.on(date(2026, 7, 1)).afternoon,
        (time(13, 30, 0, 0), time(17, 30, 0, 0))
    );
    assert_eq!(hours.on(date(2026, 9, 30)).afternoon.0, time(13, 30, 0, 0));
    assert_eq!(hours.on(date(2026, 10, 1)).afternoon.0, time(13, 0, 0, 0));
    assert_eq!(hours.on(date(2026, 1, 1)).afternoon.0, time(13, 0, 0, 0));
    assert_eq!(hours.on(date(2026, 1, 1)).minutes(), 420);
    let half = CITY.days_from(50, at("2026-11-16 09:00")).unwrap();
    assert_eq!(half, Limit::new(210, Unit::Minute));
    let due = CITY.deadline(at("2026-11-16 10:00"), half).unwrap();
    assert_eq!(
        due,
        civil("2026-11-16 14:30"),
        "two hours before noon, one and a half after"
    );
}

/// More days never end sooner, though whole ones are counted by cut-offs and parts by the hour.
#[test]
fn parts_of_days_lie_between_whole_days() {
    for begin in ["2026-11-16 10:00", "2026-11-20 16:59", "2026-11-21 08:00"] {
        let begin = at(begin);
        let due = |hundredths| {
            let limit = CITY.days_from(hundredths, begin).unwrap();
            CITY.deadline(begin, limit).unwrap()
        };
        let all: Vec<_> = (1..=16).map(|quarters| due(quarters * 25)).collect();
        assert!(all.is_sorted(), "{begin}: {all:?}");
        assert!(due(150) > due(100) && due(150) < due(200), "{begin}");
    }
    let limit = CITY.days_from(150, at("2026-11-16 10:00")).unwrap();
    let due = CITY.deadline(at("2026-11-16 10:00"), limit).unwrap();
    assert_eq!(due, civil("2026-11-18 13:30"), "half of the day after next");
}

#[test]
fn a_calendar_survives_writing_and_reading() {
    let text = serde_json::to_string(&*CITY).unwrap();
    let back: Calendar = serde_json::from_str(&text).unwrap();
    assert_eq!(back, *CITY);
}

#[test]
fn bad_calendars_are_refused() {
    let good = demo("halls.json")["calendars"][0].clone();
    let refused = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut bad = good.clone();
        change(&mut bad);
        serde_json::from_value::<Calendar>(bad)
            .unwrap_err()
            .to_string()
    };
    assert!(refused(&|c| c["cut_off"] = json!("5pm")).contains("5pm"));
    assert!(refused(&|c| c["cut_off"] = json!("25:00")).contains("25:00"));
    assert!(refused(&|c| c["weekend"] = json!([6, 8])).contains('8'));
    let year = good["years"][0].clone();
    assert!(refused(&|c| c["years"] = json!([year, year])).contains("2026"));
    let first = |c: &mut serde_json::Value, key: &str, value: &str| {
        c["years"][0]["holidays"][0][key] = json!(value);
    };
    assert!(refused(&|c| first(c, "to", "2025-12-31")).contains("元旦"));
    let both = &|c: &mut serde_json::Value| {
        c["years"][0]["holidays"][0]["adjusted_working_days"] = json!(["2026-01-02"]);
    };
    assert!(refused(both).contains("2026-01-02"));
    let hours = demo("halls.json")["halls"][0]["hours"].clone();
    for (key, value) in [
        ("months", json!("五月至九月")),
        ("months", json!("5-1至4-30")),
        ("months", json!("5-32至9-30")),
        ("morning", json!(["12:00", "09:00"])),
    ] {
        let mut bad = hours.clone();
        bad["summer"][key] = value.clone();
        assert!(
            serde_json::from_value::<Hours>(bad).is_err(),
            "{key} {value}"
        );
    }
}

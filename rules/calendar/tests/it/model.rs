//! A clock of random events against a model that walks through time in the dullest way.

use calendar::{CaseClock, ClockEvent, Lamp, Limit, RunState, Unit};
use jiff::civil::{DateTime, date, time};
use jiff::{Span, Timestamp, ToSpan};
use kernel::time::beijing;
use proptest::prelude::*;

use crate::{CITY, at};

#[derive(Clone, Debug)]
struct Story {
    start: Timestamp,
    events: Vec<ClockEvent>,
    now: Timestamp,
}

/// A start in 2026 or early 2027, then stops, extensions and perhaps an end at random gaps; gaps
/// are often whole days so that the cut-off itself is hit.
fn story() -> impl Strategy<Value = Story> {
    let gap = prop_oneof![
        0i64..600,
        (0i64..20).prop_map(|d| d * 1440),
        Just(7 * 60),
        Just(16 * 60)
    ];
    let first = (
        0i64..400,
        prop_oneof![0i64..1440, Just(17 * 60), Just(10 * 60)],
    );
    let moves = prop::collection::vec((gap.clone(), 0u8..10, 1u32..6), 0..8);
    (first, moves, 0i64..60 * 1440).prop_map(|((day, minute), moves, last)| {
        let start = minutes_after(at("2026-01-05 00:00"), day * 1440 + minute);
        let (mut now, mut stopped, mut events) = (start, false, Vec::new());
        for (gap, kind, days) in moves {
            now = minutes_after(now, gap);
            let event = match (kind, stopped) {
                (0, _) => ClockEvent::Extended { at: now, days },
                (1, _) => ClockEvent::Ended { at: now },
                (_, false) => ClockEvent::Paused { at: now },
                (_, true) => ClockEvent::Resumed { at: now },
            };
            stopped = matches!(event, ClockEvent::Paused { .. })
                || stopped && matches!(event, ClockEvent::Extended { .. });
            events.push(event);
            if kind == 1 {
                break;
            }
        }
        Story {
            start,
            events,
            now: minutes_after(now, last),
        }
    })
}

fn minutes_after(at: Timestamp, minutes: i64) -> Timestamp {
    at.checked_add(minutes.minutes()).unwrap()
}

/// Whether the clock runs at `t`, by replaying everything that happened up to `t`. What is not
/// known yet at the moment of reading is taken to run.
fn runs(story: &Story, t: DateTime) -> bool {
    let now = beijing(story.now);
    let mut running = true;
    for event in &story.events {
        if beijing(event.at()) > t {
            break;
        }
        match event {
            ClockEvent::Paused { .. } => running = false,
            ClockEvent::Resumed { .. } | ClockEvent::Ended { .. } => running = true,
            _ => {}
        }
    }
    running || t > now
}

fn ended(story: &Story) -> Option<DateTime> {
    story.events.iter().find_map(|event| match event {
        ClockEvent::Ended { at } => Some(beijing(*at)),
        _ => None,
    })
}

fn added(story: &Story) -> i64 {
    story
        .events
        .iter()
        .map(|event| match event {
            ClockEvent::Extended { days, .. } => i64::from(*days),
            _ => 0,
        })
        .sum()
}

fn clock(story: &Story, value: u32, unit: Unit) -> CaseClock {
    let started = ClockEvent::Started { at: story.start };
    let events: Vec<_> = std::iter::once(started)
        .chain(story.events.iter().copied())
        .collect();
    CaseClock::new(Limit::new(value, unit), &events).unwrap()
}

/// Cut-offs of working days (or of all days) at which the clock runs, after the start.
fn cut_offs(story: &Story, working: bool) -> impl Iterator<Item = DateTime> + '_ {
    let first = beijing(story.start).date();
    let known = (0..700).map(move |n| first.checked_add(Span::new().days(n)).unwrap());
    known
        .take_while(|day| day.year() < 2029)
        .filter_map(move |day| {
            let cut = day.to_datetime(time(17, 0, 0, 0));
            let counts = !working || CITY.is_working_day(day).unwrap();
            (counts && runs(story, cut)).then_some(cut)
        })
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn days_equal_the_model(story in story(), value in 0u32..30, working: bool) {
        let unit = if working { Unit::WorkingDay } else { Unit::NaturalDay };
        let reading = clock(&story, value, unit).reading(&CITY, story.now).unwrap();
        let start = beijing(story.start);
        let until = ended(&story).unwrap_or(beijing(story.now));
        let total = i64::from(value) + added(&story);
        let (due, elapsed) = if value == 0 {
            let all: Vec<_> = cut_offs(&story, true).filter(|cut| *cut >= start).collect();
            let past = all.iter().filter(|cut| **cut <= until).count() as i64;
            (all[total as usize], (past - 1).max(0))
        } else {
            let all: Vec<_> =
                cut_offs(&story, working).filter(|cut| cut.date() > start.date()).collect();
            let past = all.iter().filter(|cut| **cut <= until).count() as i64;
            (all[total as usize - 1], past)
        };
        prop_assert_eq!(reading.due, due);
        prop_assert_eq!(reading.elapsed, elapsed);
        prop_assert_eq!(reading.remaining, total - elapsed);
        prop_assert_eq!(reading.overdue, until > due);
        prop_assert_eq!(reading.lamp == Lamp::Red, reading.overdue);
        prop_assert_eq!(reading.state == RunState::Ended, ended(&story).is_some());
    }

    #[test]
    fn months_equal_the_model(story in story(), months in 1u32..10) {
        let reading = clock(&story, months, Unit::Month).reading(&CITY, story.now).unwrap();
        let start = beijing(story.start).date();
        let mut last = start.checked_add(i64::from(months).months()).unwrap();
        // Every standing day up to the end gives one more day.
        let mut standing = 0;
        let mut day = start;
        while day < last.checked_add(standing.days()).unwrap() {
            day = day.tomorrow().unwrap();
            standing += i64::from(!runs(&story, day.to_datetime(time(17, 0, 0, 0))));
        }
        last = last.checked_add(standing.days()).unwrap();
        while !CITY.is_working_day(last).unwrap() {
            last = last.tomorrow().unwrap();
        }
        for _ in 0..added(&story) {
            last = last.tomorrow().unwrap();
            while !CITY.is_working_day(last).unwrap() {
                last = last.tomorrow().unwrap();
            }
        }
        prop_assert_eq!(reading.due, last.to_datetime(time(17, 0, 0, 0)));
        prop_assert_eq!(reading.elapsed + reading.remaining, reading.total);
    }

    #[test]
    fn time_never_gives_days_back(story in story(), value in 0u32..20) {
        let clock = clock(&story, value, Unit::WorkingDay);
        let (mut elapsed, mut t) = (0, story.start);
        while t <= story.now {
            let reading = clock.reading(&CITY, t).unwrap();
            prop_assert!(reading.elapsed >= elapsed);
            elapsed = reading.elapsed;
            t = minutes_after(t, 331);
        }
    }
}

proptest! {
    // A walk through months of minutes is slow, hence fewer stories.
    #![proptest_config(config(40))]

    #[test]
    fn hours_equal_a_walk_minute_by_minute(story in story(), hours in 1u32..40) {
        let reading = clock(&story, hours, Unit::Hour).reading(&CITY, story.now).unwrap();
        let until = ended(&story).unwrap_or(beijing(story.now));
        let total = i64::from(hours) * 60 + added(&story) * 420;
        // A minute is worked when the clock runs at its beginning within office hours; events of
        // the stories fall on whole minutes.
        let (mut t, mut worked, mut elapsed, mut due) = (beijing(story.start), 0, 0, None);
        while due.is_none() || t < until {
            let in_office = CITY.is_working_day(t.date()).unwrap() && {
                let day = CITY.hours().on(t.date());
                [day.morning, day.afternoon].iter().any(|(a, b)| *a <= t.time() && t.time() < *b)
            };
            // The minute at the moment of reading itself is the first of the time to come.
            let running = runs(&story, t) || t >= beijing(story.now);
            t = t.checked_add(1.minute()).unwrap();
            if in_office && running {
                worked += 1;
                elapsed += i64::from(t <= until);
                if worked == total {
                    due = Some(t);
                }
            }
        }
        prop_assert_eq!(Some(reading.due), due);
        prop_assert_eq!(reading.elapsed, elapsed);
        prop_assert_eq!(reading.remaining, total - elapsed);
    }
}

#[test]
fn the_model_knows_what_a_stop_is() {
    let story = Story {
        start: at("2026-11-16 09:00"),
        events: vec![ClockEvent::Paused {
            at: at("2026-11-17 09:00"),
        }],
        now: at("2026-11-18 09:00"),
    };
    assert!(!runs(&story, date(2026, 11, 17).at(17, 0, 0, 0)));
    assert!(runs(&story, date(2026, 11, 18).at(17, 0, 0, 0)));
}

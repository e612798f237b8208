//! The expected clocks of the demonstration scenarios.

use calendar::{CaseClock, ClockEvent, Counted, Lamp, Limit, RunState, Unit};
use serde_json::Value;

use crate::{CITY, at, civil, demo};

fn clock(case: &Value) -> Option<CaseClock> {
    let text = |value: &Value| value.as_str().map(at);
    let limit = u32::try_from(case["promised_limit"].as_u64()?).unwrap();
    let mut clock = CaseClock::started(
        Limit::new(limit, Unit::WorkingDay),
        text(&case["accept_time"])?,
    );
    for pause in case["pauses"].as_array().unwrap() {
        clock
            .push(ClockEvent::Paused {
                at: text(&pause["from"]).unwrap(),
            })
            .unwrap();
        clock
            .push(ClockEvent::Resumed {
                at: text(&pause["to"]).unwrap(),
            })
            .unwrap();
    }
    Some(clock)
}

/// [D-36] A working day counts when the case is running at the calendar's cut-off; the day of
/// acceptance does not count; the case is due at the cut-off of the last day.
#[test]
fn scenario_clocks() {
    let expected = demo("scenarios_expected.json");
    let mut seen = 0;
    for case in expected["cases"].as_array().unwrap() {
        let Some(mut clock) = clock(case) else {
            continue;
        };
        let name = case["case"].as_str().unwrap();
        let want = &case["clock"];
        let due = |key: &str| civil(want[key].as_str().unwrap());

        let first = clock
            .reading(&CITY, at(case["accept_time"].as_str().unwrap()))
            .unwrap();
        assert_eq!(first.due, due("initial_due"), "{name} at acceptance");
        assert_eq!(
            (first.elapsed, first.state),
            (0, RunState::Running),
            "{name}"
        );

        let end = at(case["end_time"].as_str().unwrap());
        clock.push(ClockEvent::Ended { at: end }).unwrap();
        let last = clock.reading(&CITY, at("2027-03-01 12:00")).unwrap();
        assert_eq!(last.due, due("due"), "{name} at the end");
        assert_eq!(
            last.elapsed,
            want["elapsed"].as_i64().unwrap(),
            "{name} elapsed"
        );
        assert_eq!(
            last.remaining,
            want["remaining"].as_i64().unwrap(),
            "{name} remaining"
        );
        assert_eq!(
            (last.state, last.lamp, last.overdue),
            (RunState::Ended, Lamp::Green, false)
        );
        assert_eq!(last.counted, Counted::WorkingDay);
        seen += 1;
    }
    assert_eq!(seen, 12);
}

/// Scenario 3: the public notice stops the clock for days, and the due date follows.
#[test]
fn a_stop_moves_the_due_date_day_by_day() {
    let expected = demo("scenarios_expected.json");
    let case = expected["cases"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["case"] == "办件3")
        .unwrap();
    let clock = clock(case).unwrap();
    let read = |now: &str| clock.reading(&CITY, at(now)).unwrap();
    assert_eq!(read("2026-11-20 10:30").due, civil("2026-11-27 17:00"));
    let stopped = read("2026-11-24 12:00");
    assert_eq!(
        (stopped.state, stopped.lamp),
        (RunState::Paused, Lamp::Paused)
    );
    assert_eq!(stopped.due, civil("2026-11-30 17:00"), "if it resumed now");
    assert_eq!((stopped.elapsed, stopped.remaining), (0, 5));
    let resumed = read("2026-11-30 09:00");
    assert_eq!(
        (resumed.state, resumed.due),
        (RunState::Running, civil("2026-12-04 17:00"))
    );
    assert_eq!(read("2026-12-03 16:59").lamp, Lamp::Green);
    assert_eq!(read("2026-12-03 17:00").lamp, Lamp::Yellow);
    assert_eq!(read("2026-12-04 17:00").lamp, Lamp::Yellow);
    assert_eq!(read("2026-12-04 17:01").lamp, Lamp::Red);
    let late = read("2026-12-08 18:00");
    assert_eq!(
        (late.remaining, late.overdue),
        (-2, true),
        "Monday and Tuesday passed"
    );
}

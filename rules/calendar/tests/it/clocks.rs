//! Each kind of limit, and the order of events.

use calendar::{
    CalendarError, CaseClock, ClockError, ClockEvent, Counted, Lamp, Limit, Reading, RunState, Unit,
};

use crate::{CITY, at, civil};

fn read(value: u32, unit: Unit, start: &str, events: &[ClockEvent], now: &str) -> Reading {
    let mut clock = CaseClock::started(Limit::new(value, unit), at(start));
    for &event in events {
        clock.push(event).unwrap();
    }
    let reading = clock.reading(&CITY, at(now)).unwrap();
    assert_eq!(reading.elapsed + reading.remaining, reading.total);
    reading
}

fn due(value: u32, unit: Unit, start: &str) -> String {
    read(value, unit, start, &[], start)
        .due
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

fn stop(from: &str, to: &str) -> [ClockEvent; 2] {
    [
        ClockEvent::Paused { at: at(from) },
        ClockEvent::Resumed { at: at(to) },
    ]
}

/// [D-36] An immediate case is due at the cut-off of the same working day, or of the next one
/// when accepted after the cut-off or on a day off.
#[test]
fn immediate_cases() {
    for (start, want) in [
        ("2026-11-20 14:12", "2026-11-20 17:00"),
        ("2026-11-20 17:00", "2026-11-20 17:00"),
        ("2026-11-20 17:01", "2026-11-23 17:00"),
        ("2026-11-21 10:00", "2026-11-23 17:00"),
        ("2026-09-30 17:30", "2026-10-08 17:00"),
    ] {
        assert_eq!(due(0, Unit::WorkingDay, start), want, "{start}");
        assert_eq!(
            due(0, Unit::Hour, start),
            want,
            "{start}, the unit does not matter"
        );
    }
    let late = read(
        0,
        Unit::WorkingDay,
        "2026-11-20 14:12",
        &[],
        "2026-11-20 17:01",
    );
    assert_eq!(
        (late.remaining, late.overdue, late.lamp),
        (0, true, Lamp::Red)
    );
    let later = read(
        0,
        Unit::WorkingDay,
        "2026-11-20 14:12",
        &[],
        "2026-11-23 17:00",
    );
    assert_eq!(later.remaining, -1);
    let unpaid = stop("2026-11-20 16:00", "2026-11-23 09:00");
    let waited = read(
        0,
        Unit::WorkingDay,
        "2026-11-20 14:12",
        &unpaid,
        "2026-11-23 10:00",
    );
    assert_eq!(
        waited.due,
        civil("2026-11-23 17:00"),
        "it stood at the first cut-off"
    );
}

/// A stop that begins at the cut-off takes that day out; one that ends there does not.
#[test]
fn the_cut_off_itself() {
    let start = "2026-11-16 09:00";
    let elapsed = |from, to| {
        read(
            5,
            Unit::WorkingDay,
            start,
            &stop(from, to),
            "2026-11-17 18:00",
        )
        .elapsed
    };
    assert_eq!(elapsed("2026-11-17 17:00", "2026-11-17 17:01"), 0);
    assert_eq!(elapsed("2026-11-17 16:00", "2026-11-17 17:00"), 1);
    assert_eq!(elapsed("2026-11-17 10:00", "2026-11-17 16:59"), 1);
    let open = [ClockEvent::Paused {
        at: at("2026-11-17 17:00"),
    }];
    let standing = read(5, Unit::WorkingDay, start, &open, "2026-11-17 17:00");
    assert_eq!((standing.elapsed, standing.state), (0, RunState::Paused));
}

/// [D-36] Limits in hours run through working hours
#[test]
fn hours_run_through_office_hours() {
    for (hours, start, want) in [
        (2, "2026-11-16 09:00", "2026-11-16 11:00"),
        (3, "2026-11-16 09:00", "2026-11-16 12:00"),
        (2, "2026-11-16 11:30", "2026-11-16 14:30"),
        (2, "2026-11-16 16:30", "2026-11-17 10:30"),
        (2, "2026-11-20 16:30", "2026-11-23 10:30"),
        (2, "2026-11-21 08:00", "2026-11-23 11:00"),
        (8, "2026-07-01 16:00", "2026-07-02 17:00"),
    ] {
        assert_eq!(
            due(hours, Unit::Hour, start),
            want,
            "{hours} h from {start}"
        );
    }
    let pause = stop("2026-11-16 10:00", "2026-11-16 16:00");
    let paused = read(
        4,
        Unit::Hour,
        "2026-11-16 09:00",
        &pause,
        "2026-11-16 16:30",
    );
    assert_eq!(paused.due, civil("2026-11-17 11:00"));
    assert_eq!(
        (paused.counted, paused.elapsed, paused.remaining),
        (Counted::Minute, 90, 150)
    );
    assert_eq!(paused.lamp, Lamp::Green);
    let near = read(
        4,
        Unit::Hour,
        "2026-11-16 09:00",
        &pause,
        "2026-11-17 10:00",
    );
    assert_eq!(
        (near.remaining, near.lamp),
        (60, Lamp::Yellow),
        "the last quarter"
    );
    let late = read(
        4,
        Unit::Hour,
        "2026-11-16 09:00",
        &pause,
        "2026-11-17 14:00",
    );
    assert_eq!((late.remaining, late.lamp), (-120, Lamp::Red));
    let longer = [ClockEvent::Extended {
        at: at("2026-11-16 09:30"),
        days: 1,
    }];
    let longer = read(
        2,
        Unit::Hour,
        "2026-11-16 09:00",
        &longer,
        "2026-11-16 10:00",
    );
    assert_eq!(longer.due, civil("2026-11-17 11:00"));
}

/// [D-36] months and years are calendar months and years, ending on the next working day.
#[test]
fn months_and_years() {
    for (value, unit, start, want) in [
        (1, Unit::Month, "2026-11-16 09:00", "2026-12-16 17:00"),
        (1, Unit::Month, "2026-01-31 09:00", "2026-02-28 17:00"),
        (1, Unit::Month, "2026-09-02 09:00", "2026-10-08 17:00"),
        (3, Unit::Month, "2026-11-16 18:00", "2027-02-16 17:00"),
        (1, Unit::Year, "2027-02-28 09:00", "2028-02-28 17:00"),
    ] {
        assert_eq!(
            due(value, unit, start),
            want,
            "{value} {unit:?} from {start}"
        );
    }
    let pause = stop("2026-11-20 10:00", "2026-11-30 09:00");
    let paused = read(
        1,
        Unit::Month,
        "2026-11-16 09:00",
        &pause,
        "2026-12-01 09:00",
    );
    assert_eq!(
        paused.due,
        civil("2026-12-28 17:00"),
        "ten days on is a Saturday"
    );
    assert_eq!((paused.counted, paused.elapsed), (Counted::NaturalDay, 4));
    let after = stop("2026-12-20 10:00", "2026-12-25 09:00");
    let after = read(
        1,
        Unit::Month,
        "2026-11-16 09:00",
        &after,
        "2026-12-28 09:00",
    );
    assert_eq!(
        after.due,
        civil("2026-12-16 17:00"),
        "a stop after the due date heals nothing"
    );
    assert_eq!((after.lamp, after.remaining), (Lamp::Red, -6));
    let longer = [ClockEvent::Extended {
        at: at("2026-11-20 09:00"),
        days: 5,
    }];
    let longer = read(
        1,
        Unit::Month,
        "2026-11-16 09:00",
        &longer,
        "2026-11-20 10:00",
    );
    assert_eq!(longer.due, civil("2026-12-23 17:00"));
}

#[test]
fn natural_days() {
    assert_eq!(
        due(5, Unit::NaturalDay, "2026-11-16 09:00"),
        "2026-11-21 17:00",
        "a Saturday"
    );
    let friday = read(
        5,
        Unit::NaturalDay,
        "2026-11-16 09:00",
        &[],
        "2026-11-19 17:30",
    );
    assert_eq!((friday.elapsed, friday.remaining), (3, 2));
    assert_eq!(friday.lamp, Lamp::Yellow, "one working day is left");
    let earlier = read(
        5,
        Unit::NaturalDay,
        "2026-11-16 09:00",
        &[],
        "2026-11-19 16:30",
    );
    assert_eq!(earlier.lamp, Lamp::Green);
}

#[test]
fn an_extension_moves_the_due_date() {
    let event = ClockEvent::Extended {
        at: at("2026-11-18 09:00"),
        days: 5,
    };
    let before = read(
        5,
        Unit::WorkingDay,
        "2026-11-16 09:00",
        &[event],
        "2026-11-17 09:00",
    );
    assert_eq!(before.due, civil("2026-11-23 17:00"), "not yet known");
    let after = read(
        5,
        Unit::WorkingDay,
        "2026-11-16 09:00",
        &[event],
        "2026-11-18 09:00",
    );
    assert_eq!((after.due, after.total), (civil("2026-11-30 17:00"), 10));
}

#[test]
fn an_end_freezes_the_reading() {
    let end = [ClockEvent::Ended {
        at: at("2026-11-25 09:00"),
    }];
    let late = read(
        3,
        Unit::WorkingDay,
        "2026-11-16 09:00",
        &end,
        "2026-12-25 09:00",
    );
    assert_eq!((late.elapsed, late.remaining), (6, -3));
    assert_eq!((late.state, late.lamp), (RunState::Ended, Lamp::Red));
    let aborted = [
        ClockEvent::Paused {
            at: at("2026-11-17 09:00"),
        },
        ClockEvent::Ended {
            at: at("2026-11-25 09:00"),
        },
    ];
    let aborted = read(
        3,
        Unit::WorkingDay,
        "2026-11-16 09:00",
        &aborted,
        "2026-12-25 09:00",
    );
    assert_eq!((aborted.elapsed, aborted.lamp), (0, Lamp::Green));
}

#[test]
fn a_year_without_calendar_is_an_error() {
    let clock = CaseClock::started(Limit::new(30, Unit::WorkingDay), at("2028-12-20 09:00"));
    let error = clock.reading(&CITY, at("2028-12-20 10:00"));
    assert_eq!(error, Err(CalendarError::YearMissing(2029)));
}

#[test]
fn events_in_the_wrong_order_are_refused() {
    let limit = Limit::new(5, Unit::WorkingDay);
    let (one, two) = (at("2026-11-16 09:00"), at("2026-11-17 09:00"));
    let mut clock = CaseClock::started(limit, two);
    let mut refuse = |event| clock.push(event).unwrap_err();
    assert_eq!(
        refuse(ClockEvent::Started { at: two }),
        ClockError::NotStartedOnce { at: two }
    );
    assert_eq!(
        refuse(ClockEvent::Paused { at: one }),
        ClockError::OutOfOrder { at: one }
    );
    assert_eq!(
        refuse(ClockEvent::Resumed { at: two }),
        ClockError::NotPaused { at: two }
    );
    let empty = ClockEvent::Extended { at: two, days: 0 };
    assert_eq!(refuse(empty), ClockError::EmptyExtension { at: two });
    clock.push(ClockEvent::Paused { at: two }).unwrap();
    let again = clock.push(ClockEvent::Paused { at: two });
    assert_eq!(again, Err(ClockError::AlreadyPaused { at: two }));
    clock.push(ClockEvent::Ended { at: two }).unwrap();
    let after = clock.push(ClockEvent::Resumed { at: two });
    assert_eq!(after, Err(ClockError::AlreadyEnded { at: two }));
    assert!(CaseClock::new(limit, &[]).is_err());
    assert!(CaseClock::new(limit, &[ClockEvent::Ended { at: one }]).is_err());

    let text = serde_json::to_string(&clock).unwrap();
    assert_eq!(serde_json::from_str::<CaseClock>(&text).unwrap(), clock);
    let broken = text.replace("started", "resumed");
    assert!(serde_json::from_str::<CaseClock>(&broken).is_err());
}

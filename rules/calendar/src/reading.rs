//! What a clock shows at a moment [D-36].

use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp};
use kernel::time::{beijing, from_beijing};
use serde::{Deserialize, Serialize};

use crate::calendar::next;
use crate::{Calendar, CalendarError, CaseClock, ClockEvent, Unit};

/// Whether a clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    Running,
    Paused,
    Ended,
}

/// 时限灯. Words and colours belong to the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lamp {
    /// 正常, or ended in time.
    Green,
    /// 临期: at most one working day left; of a limit in hours, at most the last quarter.
    Yellow,
    /// 超期, or ended late. A clock that was overdue before it stopped stays red.
    Red,
    /// 暂停计时.
    Paused,
}

/// What `total`, `elapsed` and `remaining` count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Limits in working days, and immediate cases.
    WorkingDay,
    /// Limits in natural days, months and years.
    NaturalDay,
    /// Limits in hours and minutes: minutes of office hours.
    Minute,
}

/// What a clock shows. Always `elapsed + remaining == total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// 届满, Beijing time. While the clock stands it is the earliest possible: as if it resumed
    /// right after the moment of reading.
    pub due: DateTime,
    pub counted: Counted,
    /// The limit with its extensions; 0 for an immediate case.
    pub total: i64,
    /// 已用.
    pub elapsed: i64,
    /// 剩余; negative by every unit counted after `due`. It is 0 from the due moment to the first
    /// counted unit after it, hence [`Reading::overdue`].
    pub remaining: i64,
    /// 超期: the moment of reading, or the end, lies after `due`.
    pub overdue: bool,
    pub state: RunState,
    pub lamp: Lamp,
}

impl Reading {
    /// [`Reading::due`] as an instant; `None` beyond the years a timestamp can hold.
    pub fn due_at(&self) -> Option<Timestamp> {
        from_beijing(self.due).ok()
    }
}

/// The course of a clock up to the moment of reading, in Beijing time.
struct Course<'a> {
    calendar: &'a Calendar,
    start: DateTime,
    /// Stops, `from` included. A stop still open has no end.
    stops: Vec<(DateTime, Option<DateTime>)>,
    /// Days added by extensions.
    added: u32,
    /// The end, or else the moment of reading.
    until: DateTime,
    state: RunState,
}

pub(crate) fn read(
    clock: &CaseClock,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<Reading, CalendarError> {
    let limit = clock.limit();
    let course = Course::of(clock, calendar, now);
    let (due, counted, total, elapsed) = match limit.unit {
        _ if limit.is_immediate() => course.immediate()?,
        Unit::WorkingDay => course.days(limit.value, Counted::WorkingDay)?,
        Unit::NaturalDay => course.days(limit.value, Counted::NaturalDay)?,
        Unit::Month => course.months(limit.value)?,
        Unit::Year => course.months(limit.value.saturating_mul(12))?,
        Unit::Hour => course.minutes(i64::from(limit.value) * 60)?,
        Unit::Minute => course.minutes(i64::from(limit.value))?,
    };
    let mut reading = Reading {
        due,
        counted,
        total,
        elapsed,
        remaining: total - elapsed,
        overdue: course.until > due,
        state: course.state,
        lamp: Lamp::Green,
    };
    reading.lamp = course.lamp(&reading)?;
    Ok(reading)
}

impl<'a> Course<'a> {
    fn of(clock: &CaseClock, calendar: &'a Calendar, now: Timestamp) -> Self {
        let start = clock.events()[0].at();
        let mut course = Self {
            calendar,
            start: beijing(start),
            stops: Vec::new(),
            added: 0,
            until: beijing(now.max(start)),
            state: RunState::Running,
        };
        for &event in clock
            .events()
            .iter()
            .take_while(|event| event.at() <= now.max(start))
        {
            let at = beijing(event.at());
            match event {
                ClockEvent::Started { .. } => {}
                ClockEvent::Paused { .. } => {
                    course.stops.push((at, None));
                    course.state = RunState::Paused;
                }
                ClockEvent::Resumed { .. } => {
                    course.close(at);
                    course.state = RunState::Running;
                }
                ClockEvent::Extended { days, .. } => {
                    course.added = course.added.saturating_add(days);
                }
                ClockEvent::Ended { .. } => {
                    course.close(at);
                    course.until = at;
                    course.state = RunState::Ended;
                }
            }
        }
        course
    }

    fn close(&mut self, at: DateTime) {
        if let Some(stop) = self.stops.last_mut() {
            stop.1.get_or_insert(at);
        }
    }

    /// Whether the clock runs at `at`. An open stop reaches to the moment of reading, that moment
    /// included; what comes after is taken to run.
    fn runs_at(&self, at: DateTime) -> bool {
        !self
            .stops
            .iter()
            .any(|&(from, to)| from <= at && to.map_or(at <= self.until, |to| at < to))
    }

    fn counts(&self, day: Date, counted: Counted) -> Result<bool, CalendarError> {
        let countable = match counted {
            Counted::WorkingDay => self.calendar.is_working_day(day)?,
            _ => true,
        };
        Ok(countable && self.runs_at(self.calendar.cut(day)))
    }

    /// The `needed`-th counted cut-off from `first` on (needed ≥ 1), and how many are past.
    fn count(
        &self,
        first: Date,
        needed: i64,
        counted: Counted,
    ) -> Result<(DateTime, i64), CalendarError> {
        let (mut day, mut seen, mut past, mut due) = (first, 0, 0, None);
        loop {
            let cut = self.calendar.cut(day);
            if self.counts(day, counted)? {
                seen += 1;
                past += i64::from(cut <= self.until);
                if seen == needed {
                    due = Some(cut);
                }
            }
            match due {
                Some(due) if cut >= self.until => return Ok((due, past)),
                _ => day = next(day)?,
            }
        }
    }

    fn days(
        &self,
        value: u32,
        counted: Counted,
    ) -> Result<(DateTime, Counted, i64, i64), CalendarError> {
        let total = i64::from(value) + i64::from(self.added);
        let (due, past) = self.count(next(self.start.date())?, total, counted)?;
        Ok((due, counted, total, past))
    }

    /// Limit 0. Its due day is the first cut-off at which it runs, and does not count as elapsed.
    fn immediate(&self) -> Result<(DateTime, Counted, i64, i64), CalendarError> {
        let today = self.start.date();
        let first = if self.start > self.calendar.cut(today) {
            next(today)?
        } else {
            today
        };
        let total = i64::from(self.added);
        let (due, past) = self.count(first, total + 1, Counted::WorkingDay)?;
        Ok((due, Counted::WorkingDay, total, (past - 1).max(0)))
    }

    fn months(&self, months: u32) -> Result<(DateTime, Counted, i64, i64), CalendarError> {
        let start = self.start.date();
        let span = Span::new()
            .try_months(months)
            .map_err(|_| CalendarError::OutOfRange)?;
        let mut last = start
            .checked_add(span)
            .map_err(|_| CalendarError::OutOfRange)?;
        // A stop moves the end only by the days it took out of the limit, not by days after it.
        let mut day = start;
        while day < last {
            day = next(day)?;
            if !self.runs_at(self.calendar.cut(day)) {
                last = next(last)?;
            }
        }
        last = self.calendar.working_day_from(last)?;
        last = self.calendar.add_working_days(last, self.added)?;
        let (due, counted) = (self.calendar.cut(last), Counted::NaturalDay);
        let (mut day, mut total, mut past) = (start, 0, 0);
        while day < last || self.calendar.cut(day) < self.until {
            day = next(day)?;
            if self.counts(day, counted)? {
                total += i64::from(day <= last);
                past += i64::from(self.calendar.cut(day) <= self.until);
            }
        }
        Ok((due, counted, total, past))
    }

    fn minutes(&self, minutes: i64) -> Result<(DateTime, Counted, i64, i64), CalendarError> {
        let day = i64::from(self.calendar.hours().on(self.start.date()).minutes());
        let total = minutes.saturating_add(day.saturating_mul(i64::from(self.added)));
        let needed = total.saturating_mul(60);
        let (mut done, mut used, mut due) = (0, 0, None);
        let mut from = self.start;
        for &(stop, resumed) in &self.stops {
            if due.is_none() {
                due = self.work_until(from, Some(stop), needed, &mut done)?;
            }
            used += self.work_between(from, stop.min(self.until))?;
            from = resumed.unwrap_or(self.until);
        }
        used += self.work_between(from, self.until)?;
        if due.is_none() {
            due = self.work_until(from, None, needed, &mut done)?;
        }
        let due = due.ok_or(CalendarError::OutOfRange)?;
        Ok((due, Counted::Minute, total, used / 60))
    }

    /// Seconds of office hours in `from..to`.
    fn work_between(&self, from: DateTime, to: DateTime) -> Result<i64, CalendarError> {
        let mut seconds = 0;
        self.sessions(from, Some(to), |a, b| {
            seconds += seconds_between(a, b);
            true
        })?;
        Ok(seconds)
    }

    /// The moment in `from..to` at which `done` reaches `needed` seconds of office hours.
    fn work_until(
        &self,
        from: DateTime,
        to: Option<DateTime>,
        needed: i64,
        done: &mut i64,
    ) -> Result<Option<DateTime>, CalendarError> {
        let mut due = None;
        self.sessions(from, to, |a, b| {
            let (left, here) = (needed - *done, seconds_between(a, b));
            if here >= left {
                due = a.checked_add(Span::new().seconds(left)).ok();
                return false;
            }
            *done += here;
            true
        })?;
        Ok(due)
    }

    /// Calls `visit` with every stretch of office hours in `from..to` until it says false.
    fn sessions(
        &self,
        from: DateTime,
        to: Option<DateTime>,
        mut visit: impl FnMut(DateTime, DateTime) -> bool,
    ) -> Result<(), CalendarError> {
        let mut day = from.date();
        loop {
            if to.is_some_and(|to| day.to_datetime(jiff::civil::Time::midnight()) >= to) {
                return Ok(());
            }
            if self.calendar.is_working_day(day)? {
                for (open, shut) in self.calendar.hours().on(day).sessions(day) {
                    let (a, b) = (open.max(from), to.map_or(shut, |to| shut.min(to)));
                    if a < b && !visit(a, b) {
                        return Ok(());
                    }
                }
            }
            day = next(day)?;
        }
    }

    fn lamp(&self, reading: &Reading) -> Result<Lamp, CalendarError> {
        if reading.overdue {
            return Ok(Lamp::Red);
        }
        Ok(match self.state {
            RunState::Ended => Lamp::Green,
            RunState::Paused => Lamp::Paused,
            RunState::Running => {
                let near = match reading.counted {
                    Counted::WorkingDay => reading.remaining <= 1,
                    Counted::NaturalDay => self.working_days_to(reading.due)? <= 1,
                    Counted::Minute => reading.remaining.saturating_mul(4) <= reading.total,
                };
                if near { Lamp::Yellow } else { Lamp::Green }
            }
        })
    }

    /// Working-day cut-offs after the moment of reading up to `due`; stops counting at 2.
    fn working_days_to(&self, due: DateTime) -> Result<u32, CalendarError> {
        let (mut day, mut n) = (self.until.date(), 0);
        while n < 2 && self.calendar.cut(day) <= due {
            if self.calendar.cut(day) > self.until {
                n += u32::from(self.calendar.is_working_day(day)?);
            }
            day = next(day)?;
        }
        Ok(n)
    }
}

fn seconds_between(from: DateTime, to: DateTime) -> i64 {
    to.duration_since(from).as_secs()
}

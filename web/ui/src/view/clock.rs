//! 办理时限: the lamp with what was used, what is left and when it is due [D-36], the same wherever
//! a case is shown.

use calendar::{Counted, Lamp as Light, Reading, RunState};
use jiff::Timestamp;
use kernel::time;

use super::{Lamp, LampTone, component};
use crate::L;

/// The clock of a case, or of one of its posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    pub lamp: Lamp,
    /// 已用, 剩余, 届满 in words; none before the clock starts.
    pub facts: Vec<String>,
}

component!(Clock, ClockHtml, "components/clock.html");

impl Clock {
    /// What the clock shows at `now`. `state` is the code of the case's state, which says why a
    /// clock stands.
    pub fn of(l: &L, reading: Option<&Reading>, state: &str, now: Timestamp) -> Self {
        let Some(r) = reading else {
            let (lamp, facts) = (Lamp::idle(l), Vec::new());
            return Self { lamp, facts };
        };
        let due = crate::minute(l, r.due, time::beijing_date(now));
        let left = match (r.remaining, r.overdue) {
            (left, true) => l.t1("clock-over", "n", amount(l, r.counted, -left)),
            (0, false) => l.t1("clock-under", "n", amount(l, r.counted, 1)),
            (left, false) => l.t1("clock-left", "n", amount(l, r.counted, left)),
        };
        let used = l.t1("clock-used", "n", amount(l, r.counted, r.elapsed));
        let mut facts = vec![used, l.t1("clock-due", "when", &due)];
        if r.state != RunState::Ended {
            facts.insert(1, left);
        }
        let lamp = lamp(l, r, state, &due);
        Self { lamp, facts }
    }

    pub fn sample(l: &L) -> Vec<Self> {
        let now = Timestamp::UNIX_EPOCH;
        let reading = |counted, elapsed, total, overdue| Reading {
            due: time::beijing(now),
            counted,
            total,
            elapsed,
            remaining: total - elapsed,
            overdue,
            state: RunState::Running,
            lamp: if overdue { Light::Red } else { Light::Green },
        };
        let all = [
            reading(Counted::WorkingDay, 2, 5, false),
            reading(Counted::Minute, 250, 210, true),
            reading(Counted::NaturalDay, 0, 30, false),
        ];
        let of = |r| Self::of(l, r, "IN_REVIEW", now);
        all.iter().map(|r| of(Some(r))).chain([of(None)]).collect()
    }
}

fn lamp(l: &L, r: &Reading, state: &str, due: &str) -> Lamp {
    match r.state {
        RunState::Ended => return Lamp::done(l, !r.overdue),
        RunState::Paused if !r.overdue => {
            let why = match state {
                "CORRECTING" | "CORRECTING_IN_REVIEW" => "lamp-why-correcting",
                "AWAITING_PAYMENT" => "lamp-why-payment",
                "PRE_REVIEWED" => "lamp-why-originals",
                _ => "lamp-why-special",
            };
            return Lamp::paused(l, &l.t(why));
        }
        RunState::Paused | RunState::Running => {}
    }
    if r.counted == Counted::WorkingDay && r.total > 0 && (r.remaining != 0 || !r.overdue) {
        return Lamp::days(l, r.remaining, 1);
    }
    let tone = match r.lamp {
        Light::Red => LampTone::Red,
        Light::Yellow => LampTone::Amber,
        Light::Green | Light::Paused => LampTone::Green,
    };
    Lamp::due(l, tone, due)
}

/// A number of what the clock counts: 「2 个工作日」, 「3 小时 30 分钟」.
fn amount(l: &L, counted: Counted, n: i64) -> String {
    match counted {
        Counted::WorkingDay => l.t1("clock-working-days", "n", n),
        Counted::NaturalDay => l.t1("clock-days", "n", n),
        Counted::Minute if n < 60 => l.t1("clock-minutes", "n", n),
        Counted::Minute if n % 60 == 0 => l.t1("clock-hours", "n", n / 60),
        Counted::Minute => l.t2("clock-hours-minutes", "h", n / 60, "m", n % 60),
    }
}

#[cfg(test)]
mod tests {
    use kernel::Locale;

    use super::*;

    #[test]
    fn used_left_and_due_are_said_in_both_languages() {
        let say = |locale| {
            let l = L::sample(locale);
            let all = Clock::sample(&l).into_iter();
            all.map(|c| c.facts.join("|")).collect::<Vec<_>>()
        };
        assert_eq!(
            say(Locale::Zh),
            [
                "已用 2 个工作日|剩余 3 个工作日|应于 1 月 1 日 08:00 前办结",
                "已用 4 小时 10 分钟|超期 40 分钟|应于 1 月 1 日 08:00 前办结",
                "已用 0 日|剩余 30 日|应于 1 月 1 日 08:00 前办结",
                ""
            ]
        );
        assert_eq!(
            say(Locale::En)[..2],
            [
                "2 working days used|3 working days left|due 1 January, 08:00",
                "4 h 10 min used|40 min over|due 1 January, 08:00"
            ]
        );
    }

    /// A clock that was overdue before it stopped stays red: waiting hides no lateness.
    #[test]
    fn a_late_clock_that_stands_is_shown_late() {
        let l = L::sample(Locale::Zh);
        let mut reading = Reading {
            due: time::beijing(Timestamp::UNIX_EPOCH),
            counted: Counted::WorkingDay,
            total: 3,
            elapsed: 5,
            remaining: -2,
            overdue: true,
            state: RunState::Paused,
            lamp: Light::Red,
        };
        let tone = |r: &Reading| {
            Clock::of(&l, Some(r), "SUSPENDED", Timestamp::UNIX_EPOCH)
                .lamp
                .tone
        };
        assert_eq!(tone(&reading), LampTone::Red);
        (reading.overdue, reading.remaining, reading.elapsed) = (false, 1, 2);
        assert_eq!(tone(&reading), LampTone::Grey);
    }
}

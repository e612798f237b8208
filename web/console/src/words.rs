//! Times, lamps and states in words.

use calendar::{Counted, Lamp as Light, Reading, RunState};
use cases::{Event, State};
use jiff::Timestamp;
use jiff::civil::Date;
use kernel::time;
use ui::L;
use ui::view::{Lamp, LampTone};

/// 「11 月 20 日 09:12」
pub(crate) fn at(l: &L, at: Timestamp, now: Timestamp) -> String {
    ui::minute(l, time::beijing(at), time::beijing_date(now))
}

/// The same where there may be no moment.
pub(crate) fn maybe(l: &L, moment: Option<Timestamp>, now: Timestamp) -> String {
    moment.map_or_else(|| "—".to_owned(), |moment| at(l, moment, now))
}

/// The end of a validity, or 长期.
pub(crate) fn until(l: &L, day: Option<Date>) -> String {
    day.map_or_else(|| l.t("console-long-term"), |day| ui::date(l, day))
}

/// The lamp of a case's clock.
pub(crate) fn lamp(l: &L, reading: Option<&Reading>, state: State, now: Timestamp) -> Lamp {
    let Some(r) = reading else {
        return Lamp::idle(l);
    };
    match r.state {
        RunState::Ended => return Lamp::done(l, !r.overdue),
        RunState::Paused => {
            let why = match state {
                State::Correcting | State::CorrectingInReview => l.t("lamp-why-correcting"),
                State::AwaitingPayment => l.t("lamp-why-payment"),
                _ => l.t("lamp-why-special"),
            };
            return Lamp::paused(l, &why);
        }
        RunState::Running => {}
    }
    if r.counted == Counted::WorkingDay && r.total > 0 && (r.remaining != 0 || !r.overdue) {
        return Lamp::days(l, r.remaining, 1);
    }
    let tone = match r.lamp {
        Light::Red => LampTone::Red,
        Light::Yellow => LampTone::Amber,
        Light::Green | Light::Paused => LampTone::Green,
    };
    Lamp::due(l, tone, &ui::minute(l, r.due, time::beijing_date(now)))
}

/// An event in the reader's language.
pub(crate) fn event(l: &L, event: Event) -> String {
    l.t(&format!("console-event-{}", event.code()))
}

/// A step of the flow in the reader's language.
pub(crate) fn step(l: &L, code: &str) -> String {
    l.t(&format!("console-step-{code}"))
}

/// The browser and the system of a device, as far as it says them.
pub(crate) fn device(l: &L, agent: &str) -> String {
    const BROWSERS: [(&str, &str); 7] = [
        ("MicroMessenger", "WeChat"),
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
        ("curl", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let named = |list: &[(&str, &'static str)]| {
        let found = list.iter().find(|(sign, _)| agent.contains(sign));
        found.map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (None, None) => l.t("console-device-unknown"),
        (browser, system) => [browser, system]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
    }
}

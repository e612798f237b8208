//! Times and states of cases in words.

use cases::{Case, Event, State};
use jiff::Timestamp;
use jiff::civil::Date;
use kernel::time;
use ui::{Chip, L};

/// 「11 月 20 日 09:12」
pub(crate) fn at(l: &L, at: Timestamp, now: Timestamp) -> String {
    ui::minute(l, time::beijing(at), time::beijing_date(now))
}

/// 「2026 年 11 月 26 日 17:00:05」, for what is kept on paper.
pub(crate) fn moment(l: &L, at: Timestamp) -> String {
    let at = time::beijing(at);
    format!("{} {}", ui::date(l, at.date()), ui::second(at))
}

/// 「11 月 26 日 17:00 前」
pub(crate) fn before(l: &L, at: Timestamp, now: Timestamp) -> String {
    ui::deadline(l, time::beijing(at), time::beijing_date(now))
}

/// The end of a validity, or 长期.
pub(crate) fn until(l: &L, day: Option<Date>) -> String {
    day.map_or_else(|| l.t("portal-long-term"), |day| ui::date(l, day))
}

/// The state of a case as a chip.
pub(crate) fn chip(case: &Case) -> Chip {
    Chip::case(
        case.state.code(),
        case.data.decision.as_ref().map(|d| d.approve),
    )
}

/// An event in the reader's language.
pub(crate) fn event(l: &L, event: Event) -> String {
    if l.is_en() {
        l.t(&format!("portal-event-{}", event.code()))
    } else {
        event.zh().to_owned()
    }
}

/// The same for an event known by its Chinese words only.
pub(crate) fn event_named(l: &L, zh: &str) -> String {
    match Event::ALL.iter().find(|e| e.zh() == zh) {
        Some(found) => event(l, *found),
        None => zh.to_owned(),
    }
}

/// What the person does next on a case in this state [B-29].
pub(crate) fn next(l: &L, state: State) -> String {
    l.t(&format!("portal-next-{}", state.code()))
}

/// 「2.4 MB」
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes / 1024),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}

#[cfg(test)]
mod tests {
    use kernel::Locale;

    use super::*;

    /// Every state tells what comes next, and every event what happened, the reminder among them,
    /// in both languages and not in the same words.
    #[test]
    fn every_state_and_event_has_its_words() {
        let catalog = ui::Catalog::build(&[ui::TEXTS, crate::TEXTS]).unwrap();
        let [zh, en] = [Locale::Zh, Locale::En].map(|locale| catalog.l(locale));
        let chinese = |words: &str| {
            words
                .chars()
                .any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
        };
        let told = |zh: String, en: String, of: &str| {
            assert!(chinese(&zh), "{of}: {zh}");
            assert!(!chinese(&en) && !en.contains(of), "{of}: {en}");
        };
        for state in State::ALL {
            let key = format!("portal-next-{}", state.code());
            assert!(zh.has(&key) && en.has(&key), "{key}");
            let [zh, en] = [next(&zh, *state), next(&en, *state)];
            assert!(
                zh.ends_with('。') && en.ends_with('.'),
                "{key}: no sentence"
            );
            told(zh, en, &key);
        }
        for of in Event::ALL {
            let key = format!("portal-event-{}", of.code());
            assert!(en.has(&key), "{key}");
            told(event(&zh, *of), event(&en, *of), &key);
        }
    }
}

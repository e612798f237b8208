//! Times and states in words.

use cases::Event;
use jiff::Timestamp;
use jiff::civil::Date;
use kernel::time;
use ui::L;

use crate::session::Acting;

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

/// An officer by name, with the user name behind it; `system` is the platform.
pub(crate) async fn officer(acting: &Acting, l: &L, user: &str) -> String {
    if user == acting.ctx.as_system().actor.id {
        return l.t("console-by-system");
    }
    match identity::staff(&acting.ctx, user).await {
        Ok(Some(staff)) => l.t2(
            "console-by-officer",
            "name",
            staff.name.as_str(),
            "user",
            user,
        ),
        _ => user.to_owned(),
    }
}

/// A kind of document that seals are authorised for; one that only others know keeps its code.
pub(crate) fn document_kind(l: &L, code: &str) -> String {
    match seals::DocumentKind::from_code(code) {
        Some(kind) => l.pick(kind.zh(), kind.en()).to_owned(),
        None => code.to_owned(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_and_step_has_its_words() {
        let catalog = ui::Catalog::build(&[ui::TEXTS, crate::TEXTS]).unwrap();
        for locale in [kernel::Locale::Zh, kernel::Locale::En] {
            let l = catalog.l(locale);
            for event in Event::ALL {
                let key = format!("console-event-{}", event.code());
                assert!(l.has(&key), "{key}");
            }
            for code in crate::frame::WINDOW_STEPS
                .iter()
                .chain(crate::frame::REVIEW_STEPS)
            {
                assert!(l.has(&format!("console-step-{code}")), "{code}");
            }
        }
    }
}

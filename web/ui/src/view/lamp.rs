//! Time lamp (红绿灯): shape, colour and words.

use super::component;
use crate::L;

/// Colour and shape of a lamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LampTone {
    /// ● 正常
    Green,
    /// ▲ 临期
    Amber,
    /// ■ 超期
    Red,
    /// ⏸ 暂停计时
    Grey,
    /// ○ 已办结
    Done,
}

impl LampTone {
    /// The class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            LampTone::Green => "green",
            LampTone::Amber => "amber",
            LampTone::Red => "red",
            LampTone::Grey => "grey",
            LampTone::Done => "done",
        }
    }
}

/// A lamp with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lamp {
    pub tone: LampTone,
    pub words: String,
}

component!(Lamp, LampHtml, "components/lamp.html");

impl Lamp {
    /// A lamp in words of one's own, as for queues: 「等候 6 人，约 12 分钟」.
    pub fn new(tone: LampTone, words: impl Into<String>) -> Self {
        Self {
            tone,
            words: words.into(),
        }
    }

    /// By working days left: negative is overdue, up to `near` is 临期.
    pub fn days(l: &L, left: i64, near: i64) -> Self {
        if left < 0 {
            Self::new(LampTone::Red, l.t1("lamp-red", "n", -left))
        } else if left <= near {
            Self::new(LampTone::Amber, l.t1("lamp-amber", "n", left))
        } else {
            Self::new(LampTone::Green, l.t1("lamp-green", "n", left))
        }
    }

    /// An immediate case, due at the cut-off of the day in words: 「今天 17:00 前」.
    pub fn due(l: &L, tone: LampTone, when: &str) -> Self {
        let key = match tone {
            LampTone::Red => "lamp-due-red",
            LampTone::Amber => "lamp-due-amber",
            _ => "lamp-due-green",
        };
        Self::new(tone, l.t1(key, "when", when))
    }

    /// The clock stands: 「暂停计时 补正中」.
    pub fn paused(l: &L, why: &str) -> Self {
        Self::new(LampTone::Grey, l.t1("lamp-grey", "why", why))
    }

    /// The clock has not started, as before acceptance.
    pub fn idle(l: &L) -> Self {
        Self::new(LampTone::Grey, l.t("lamp-idle"))
    }

    /// Finished in time or late.
    pub fn done(l: &L, in_time: bool) -> Self {
        if in_time {
            Self::new(LampTone::Done, l.t("lamp-done"))
        } else {
            Self::new(LampTone::Red, l.t("lamp-done-late"))
        }
    }

    /// All five.
    pub fn sample(l: &L) -> Vec<Self> {
        vec![
            Self::days(l, 3, 1),
            Self::days(l, 1, 1),
            Self::days(l, -2, 1),
            Self::paused(l, &l.t("lamp-why-correcting")),
            Self::done(l, true),
        ]
    }
}

#[cfg(test)]
mod tests {
    use kernel::Locale;

    use super::*;

    #[test]
    fn words_and_colour_follow_the_days_left() {
        let l = L::sample(Locale::Zh);
        let words: Vec<String> = Lamp::sample(&l)
            .into_iter()
            .map(|lamp| lamp.words)
            .collect();
        assert_eq!(
            words,
            [
                "正常 剩 3 个工作日",
                "临期 剩 1 个工作日",
                "超期 2 个工作日",
                "暂停计时 补正中",
                "按时办结"
            ]
        );
        assert_eq!(Lamp::days(&l, 0, 1).tone, LampTone::Amber);
        let en = L::sample(Locale::En);
        assert_eq!(Lamp::days(&en, 1, 0).words, "On time, 1 working day left");
    }
}

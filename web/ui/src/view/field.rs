//! A form field: label above, hint below it, 选填 marked, error in words.

mod build;
mod sample;

use jiff::civil::{Date, DateTime};

use super::component;
use crate::{L, fmt};

/// One answer to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub hint: Option<String>,
    /// Why it cannot be chosen.
    pub off: Option<String>,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            ..Self::default()
        }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn off(mut self, why: impl Into<String>) -> Self {
        self.off = Some(why.into());
        self
    }
}

/// A portrait.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Photo {
    /// Address of the picture held.
    pub src: Option<String>,
    /// Limits in words: 「JPG 或 PNG，5 MB 以内，正面免冠」.
    pub limits: String,
}

/// What the person works with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// One line; `kind` is the HTML input type.
    Text {
        kind: &'static str,
    },
    Textarea {
        rows: u8,
    },
    Radio(Vec<Choice>),
    Checkbox(Vec<Choice>),
    Select(Vec<Choice>),
    Date,
    DateTime,
    /// On or off; sends `on`.
    Switch,
    /// One box with the label beside it, as for an agreement; sends `on`.
    Consent,
    Photo(Photo),
    /// A plain file; [`super::Upload`] is the full control.
    File {
        accept: String,
    },
}

impl Default for Control {
    fn default() -> Self {
        Control::Text { kind: "text" }
    }
}

/// How wide the control is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    #[default]
    Full,
    Mid,
    Short,
}

/// The platform filled the value in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Where from: 「市场监督管理局 营业执照」.
    pub from: String,
    /// Address of 「信息有误」.
    pub dispute: Option<String>,
}

/// A form field with its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub label: String,
    pub hint: Option<String>,
    pub optional: bool,
    pub error: Option<String>,
    pub control: Control,
    /// One entry, or several for check boxes.
    pub values: Vec<String>,
    pub autocomplete: Option<&'static str>,
    pub inputmode: Option<&'static str>,
    pub fetched: Option<Fetched>,
    /// Shown and sent, not changed here.
    pub readonly: bool,
    /// Why it cannot be used now.
    pub off: Option<String>,
    /// After the control: 「平方米」.
    pub unit: Option<String>,
    pub width: Width,
    /// Digits in groups of even width.
    pub code: bool,
    pub max_length: Option<u32>,
    pub min: Option<String>,
    pub max: Option<String>,
    pub step: Option<String>,
    /// The label is heard, not seen.
    pub quiet: bool,
    /// Nothing is said of 选填, and a list without a choice says 不限: filters, points to tick.
    pub unmarked: bool,
}

component!(Field, FieldHtml, "components/field.html");

impl Field {
    /// The value held, or nothing.
    pub fn held(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    /// Whether a choice is held.
    pub fn holds(&self, value: &str) -> bool {
        self.values.iter().any(|held| held == value)
    }

    /// Label of the held choice, or the held text.
    pub fn shown(&self) -> String {
        match &self.control {
            Control::Radio(choices) | Control::Checkbox(choices) | Control::Select(choices) => {
                choices
                    .iter()
                    .filter(|choice| self.holds(&choice.value))
                    .map(|choice| choice.label.as_str())
                    .collect::<Vec<_>>()
                    .join("、")
            }
            _ => self.held().to_owned(),
        }
    }

    /// The held value in words, as a fixed field and the page before submission show it.
    pub fn words(&self, l: &L) -> String {
        let held = self.held();
        let words = match &self.control {
            Control::Switch | Control::Consent => {
                return l.t(if self.holds("on") {
                    "switch-on"
                } else {
                    "switch-off"
                });
            }
            Control::Date => held.parse::<Date>().ok().map(|day| fmt::date(l, day)),
            Control::DateTime => held
                .parse::<DateTime>()
                .ok()
                .map(|at| format!("{} {}", fmt::date(l, at.date()), fmt::clock(at))),
            _ => None,
        };
        let words = words.unwrap_or_else(|| self.shown());
        match (&self.unit, words.is_empty()) {
            (_, true) => l.t("field-none"),
            (Some(unit), false) => format!("{words} {unit}"),
            (None, false) => words,
        }
    }

    /// Id of the control, where links of the error summary lead.
    pub fn id(&self) -> String {
        let safe: String = self
            .name
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '-' })
            .collect();
        format!("f-{safe}")
    }

    fn class(&self) -> String {
        let mut class = String::from("input");
        match self.width {
            Width::Full => {}
            Width::Mid => class.push_str(" mid"),
            Width::Short => class.push_str(" short"),
        }
        if self.code {
            class.push_str(" code");
        }
        class
    }

    /// Ids of hint, source and error, for `aria-describedby`; empty if there are none.
    fn described(&self) -> String {
        let id = self.id();
        let parts = [
            (self.hint.is_some(), "hint"),
            (self.fetched.is_some(), "src"),
            (self.off.is_some(), "off"),
            (self.error.is_some(), "err"),
        ];
        let ids: Vec<String> = parts
            .into_iter()
            .filter(|(there, _)| *there)
            .map(|(_, part)| format!("{id}-{part}"))
            .collect();
        ids.join(" ")
    }

    /// Whether the control is a group with a legend instead of one control with a label.
    fn grouped(&self) -> bool {
        !self.readonly && matches!(self.control, Control::Radio(_) | Control::Checkbox(_))
    }

    /// Whether a fixed value is shown as words: a box would cut long values off, and choices could
    /// not be fixed at all.
    fn in_words(&self) -> bool {
        let fixed = !matches!(
            self.control,
            Control::Photo(_) | Control::File { .. } | Control::Consent | Control::Textarea { .. }
        );
        self.readonly && fixed
    }

    fn is_consent(&self) -> bool {
        !self.readonly && self.control == Control::Consent
    }

    fn is_switch(&self) -> bool {
        self.control == Control::Switch
    }

    fn kind(&self) -> &'static str {
        match self.control {
            Control::Date => "date",
            Control::DateTime => "datetime-local",
            Control::Text { kind } => kind,
            _ => "text",
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Locale;

    use super::*;

    #[test]
    fn held_values_are_said_in_words() {
        let l = L::sample(Locale::Zh);
        let said: Vec<String> = Field::sample(&l)
            .iter()
            .take(12)
            .map(|field| field.words(&l))
            .collect();
        assert_eq!(said[3], "86.5 平方米");
        assert_eq!(said[4], "餐饮服务");
        assert_eq!(said[5], "未填写");
        assert_eq!(said[6], "热食类制售、冷食类制售");
        assert_eq!(said[8], "2026 年 12 月 1 日");
        assert_eq!(said[9], "2026 年 11 月 25 日 09:30");
        assert_eq!(said[11], "已打开");
    }

    #[test]
    fn labels_hints_and_errors_are_tied_to_the_control() {
        let l = L::sample(Locale::Zh);
        let html = Field::sample(&l)[1].html(&l).to_string();
        for part in [
            "<label for=\"f-phone\"",
            "id=\"f-phone\"",
            "type=\"tel\"",
            "autocomplete=\"tel\"",
            "aria-invalid=\"true\"",
            "aria-describedby=\"f-phone-hint f-phone-err\"",
        ] {
            assert!(html.contains(part), "{part} is missing in {html}");
        }
        let fixed = Field::text("x", "名称")
            .value("<b>")
            .readonly()
            .html(&l)
            .to_string();
        assert!(fixed.contains("&#60;b&#62;") && fixed.contains("type=\"hidden\""));
    }
}

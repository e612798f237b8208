//! A form field: label above, hint below it, 选填 marked, error in words.

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
}

component!(Field, FieldHtml, "components/field.html");

/// A builder method that sets one optional text.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        pub fn $name(mut self, value: impl Into<String>) -> Self {
            self.$name = Some(value.into());
            self
        }
    )*};
}

impl Field {
    /// A field of any control.
    pub fn new(name: impl Into<String>, label: impl Into<String>, control: Control) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            control,
            ..Self::default()
        }
    }

    /// One line of text.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::default())
    }

    /// One line of a given HTML input type.
    pub fn input(name: impl Into<String>, label: impl Into<String>, kind: &'static str) -> Self {
        Self::new(name, label, Control::Text { kind })
    }

    pub fn textarea(name: impl Into<String>, label: impl Into<String>, rows: u8) -> Self {
        Self::new(name, label, Control::Textarea { rows })
    }

    pub fn radio(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Control::Radio(choices))
    }

    pub fn checkbox(
        name: impl Into<String>,
        label: impl Into<String>,
        choices: Vec<Choice>,
    ) -> Self {
        Self::new(name, label, Control::Checkbox(choices))
    }

    pub fn select(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Control::Select(choices)).width(Width::Mid)
    }

    pub fn date(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Date).width(Width::Short)
    }

    pub fn datetime(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::DateTime).width(Width::Mid)
    }

    pub fn switch(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Switch)
    }

    /// An agreement, never ticked beforehand.
    pub fn consent(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Consent)
    }

    pub fn photo(name: impl Into<String>, label: impl Into<String>, photo: Photo) -> Self {
        Self::new(name, label, Control::Photo(photo))
    }

    pub fn file(
        name: impl Into<String>,
        label: impl Into<String>,
        accept: impl Into<String>,
    ) -> Self {
        Self::new(
            name,
            label,
            Control::File {
                accept: accept.into(),
            },
        )
    }

    /// A person's name.
    pub fn person_name(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::text(name, label)
            .autocomplete("name")
            .width(Width::Mid)
    }

    /// 公民身份号码: letters allowed for the check digit.
    pub fn id_number(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            code: true,
            max_length: Some(24),
            ..Self::text(name, label)
        }
        .autocomplete("off")
        .width(Width::Mid)
    }

    /// 手机号.
    pub fn phone(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            code: true,
            max_length: Some(20),
            ..Self::input(name, label, "tel")
        }
        .autocomplete("tel")
        .inputmode("tel")
        .width(Width::Mid)
    }

    /// 统一社会信用代码.
    pub fn credit_code(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            code: true,
            max_length: Some(24),
            ..Self::text(name, label)
        }
        .autocomplete("off")
        .width(Width::Mid)
    }

    /// A whole or decimal number, typed as text so that nothing is rounded or scrolled away.
    pub fn number(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::text(name, label)
            .inputmode("decimal")
            .width(Width::Short)
    }

    /// A code sent by message.
    pub fn one_time_code(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            code: true,
            max_length: Some(8),
            ..Self::text(name, label)
        }
        .autocomplete("one-time-code")
        .inputmode("numeric")
        .width(Width::Short)
    }

    /// A password; `autocomplete` is `current-password` or `new-password`.
    pub fn password(
        name: impl Into<String>,
        label: impl Into<String>,
        autocomplete: &'static str,
    ) -> Self {
        Self::input(name, label, "password")
            .autocomplete(autocomplete)
            .width(Width::Mid)
    }

    setters! {
        /// A line under the label.
        hint,
        /// What is wrong and what to do.
        error,
        /// Why the control cannot be used now.
        off,
        /// Words after the control.
        unit,
        /// Least value, as HTML has it.
        min,
        /// Greatest value.
        max,
        /// Step between values.
        step,
    }

    /// The value held.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.values = vec![value.into()];
        self
    }

    /// The values held.
    pub fn values<T: Into<String>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.values = values.into_iter().map(Into::into).collect();
        self
    }

    /// Marks the field 选填.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Shows the value without letting it be changed.
    pub fn readonly(mut self) -> Self {
        self.readonly = true;
        self
    }

    /// Marks the value 自动调取 and keeps it as it is.
    pub fn fetched(mut self, from: impl Into<String>, dispute: Option<String>) -> Self {
        self.fetched = Some(Fetched {
            from: from.into(),
            dispute,
        });
        self.readonly = true;
        self
    }

    /// Marks the value 自动调取 but lets the person change it.
    pub fn prefilled(mut self, from: impl Into<String>) -> Self {
        self.fetched = Some(Fetched {
            from: from.into(),
            dispute: None,
        });
        self
    }

    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = Some(token);
        self
    }

    pub fn inputmode(mut self, mode: &'static str) -> Self {
        self.inputmode = Some(mode);
        self
    }

    pub fn width(mut self, width: Width) -> Self {
        self.width = width;
        self
    }

    pub fn max_length(mut self, characters: u32) -> Self {
        self.max_length = Some(characters);
        self
    }

    /// Hides the label from view, not from those who listen.
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

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
            .filter_map(|(there, part)| there.then(|| format!("{id}-{part}")))
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

    /// A field of each kind, in the states they have.
    pub fn sample(l: &L) -> Vec<Self> {
        let yes_no = || vec![Choice::new("1", l.t("yes")), Choice::new("0", l.t("no"))];
        vec![
            Field::person_name("name", "联系人姓名").value("林建华"),
            Field::phone("phone", "手机号")
                .hint("用来接收办理进度短信")
                .value("199")
                .error("手机号是 11 位数字，请核对后重新填写"),
            Field::credit_code("uscc", "统一社会信用代码")
                .value("91 990102 MA0000001X")
                .fetched("市场监督管理局 营业执照", Some("/my/dispute".into())),
            Field::number("area", "经营面积")
                .unit("平方米")
                .hint("与平面图一致")
                .value("86.5"),
            Field::radio(
                "kind",
                "您要经营什么？",
                vec![
                    Choice::new("catering", "餐饮服务").hint("饭店、小吃店、饮品店"),
                    Choice::new("sale", "食品销售"),
                    Choice::new("canteen", "单位食堂").off("须由单位账户申请"),
                ],
            )
            .value("catering"),
            Field::radio("online", "是否在网上销售？", yes_no()).error("请选择是或否"),
            Field::checkbox(
                "items",
                "经营项目",
                vec![
                    Choice::new("hot", "热食类制售"),
                    Choice::new("cold", "冷食类制售"),
                    Choice::new("raw", "生食类制售"),
                ],
            )
            .hint("可以选几项")
            .values(["hot", "cold"]),
            Field::select(
                "district",
                "所在区县",
                vec![
                    Choice::new("990102", "东湖区"),
                    Choice::new("990103", "西山区"),
                ],
            )
            .value("990102"),
            Field::date("open", "计划开业日期")
                .value("2026-12-01")
                .optional(),
            Field::datetime("visit", "方便核查的时间").value("2026-11-25T09:30"),
            Field::textarea("note", "需要说明的情况", 4)
                .optional()
                .hint("200 字以内"),
            Field::switch("sms", "短信提醒").value("on"),
            Field::photo(
                "photo",
                "本人照片",
                Photo {
                    src: None,
                    limits: "JPG 或 PNG，5 MB 以内，正面免冠".into(),
                },
            ),
            Field::text("seat", "就餐座位数").off("单位食堂才需要填写"),
            Field::consent("agree", "我已阅读并同意《告知承诺书》"),
        ]
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

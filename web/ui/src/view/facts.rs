//! Key-facts strip and lists of names with values.

use super::component;

/// One of the four facts of a guide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    pub label: String,
    pub value: String,
    /// Smaller, below: 「法定 20 个工作日」.
    pub note: Option<String>,
    /// Good news, in green.
    pub good: bool,
}

/// 承诺办结 · 到现场 · 收费 · 自备材料.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFacts(pub Vec<Fact>);

component!(KeyFacts, KeyFactsHtml, "components/facts.html");

impl Fact {
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
            ..Self::default()
        }
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    pub fn good(mut self) -> Self {
        self.good = true;
        self
    }
}

impl KeyFacts {
    pub fn sample() -> Self {
        Self(vec![
            Fact::new("承诺办结", "5 个工作日")
                .note("法定 20 个工作日")
                .good(),
            Fact::new("到现场", "0 次").good(),
            Fact::new("收费", "不收费"),
            Fact::new("自备材料", "2 份").note("另 2 份系统自动调取"),
        ])
    }
}

/// A name with its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyValue {
    pub label: String,
    pub value: String,
    /// Makes the value a link.
    pub href: Option<String>,
    /// Smaller, below the value.
    pub note: Option<String>,
    /// Address of 「修改」.
    pub change: Option<String>,
    /// Address that shows a masked value in full and logs it.
    pub reveal: Option<String>,
    /// Digits in columns.
    pub digits: bool,
}

/// A list of names with values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyValues {
    pub rows: Vec<KeyValue>,
    /// Token for the forms that reveal values.
    pub csrf: String,
}

component!(KeyValues, KeyValuesHtml, "components/kv.html");

impl KeyValue {
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
            ..Self::default()
        }
    }

    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    pub fn change(mut self, href: impl Into<String>) -> Self {
        self.change = Some(href.into());
        self
    }

    pub fn reveal(mut self, action: impl Into<String>) -> Self {
        self.reveal = Some(action.into());
        self
    }

    pub fn digits(mut self) -> Self {
        self.digits = true;
        self
    }
}

impl KeyValues {
    /// Rows without reveal buttons.
    pub fn new(rows: Vec<KeyValue>) -> Self {
        Self {
            rows,
            csrf: String::new(),
        }
    }

    /// Rows whose masked values can be shown.
    pub fn with_csrf(rows: Vec<KeyValue>, csrf: impl Into<String>) -> Self {
        Self {
            rows,
            csrf: csrf.into(),
        }
    }

    /// Whether any row has an action; then all rows keep a column for it.
    pub fn acts(&self) -> bool {
        self.rows
            .iter()
            .any(|row| row.change.is_some() || row.reveal.is_some())
    }

    pub fn sample() -> Self {
        Self::with_csrf(
            vec![
                KeyValue::new("姓名", "林*华"),
                KeyValue::new("身份证号", "9901************39")
                    .digits()
                    .reveal("/my/reveal"),
                KeyValue::new("手机号", "199****0007")
                    .digits()
                    .change("/my/phone"),
                KeyValue::new("经营场所", "云州市东湖区湖滨路 18 号").note("来自营业执照"),
                KeyValue::new("咨询电话", "0990-1234 0101").href("tel:099012340101"),
            ],
            "sample",
        )
    }
}

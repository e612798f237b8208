//! A filled-in form in words: for the page that reviews it and for documents.

use kernel::time::chinese_date;
use serde::Serialize;
use serde_json::Value;

use crate::{Field, Filling, Form, Format, Widget, fold};

/// One line of a filled-in form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SummaryRow {
    /// Title of the section.
    pub section: String,
    pub name: String,
    pub label: String,
    /// In Chinese words; none where nothing is filled in.
    pub value: Option<String>,
    /// To be shown masked where others look on.
    pub sensitive: bool,
    pub widget: Widget,
}

impl Form {
    /// Every shown field with its value in words, in order: option names, 是 and 否, days as
    /// `2026年11月16日`, moments in Beijing time, lists joined by `、`.
    pub fn summary(&self, filling: Filling<'_>) -> Vec<SummaryRow> {
        let row = |section: &str, field: &Field| SummaryRow {
            section: section.to_owned(),
            name: field.name.clone(),
            label: field.title.clone(),
            value: filling
                .values
                .get(&field.name)
                .and_then(|value| field.in_words(value)),
            sensitive: field.sensitive,
            widget: field.widget,
        };
        let sections = self.shown(filling.answers);
        sections
            .flat_map(|s| s.fields.iter().map(|field| row(&s.title, field)))
            .collect()
    }
}

impl Field {
    /// A stored value in Chinese words; none where it says nothing.
    pub fn in_words(&self, value: &Value) -> Option<String> {
        let text = |value: &Value| match value {
            Value::String(text) => Some(self.text_in_words(text)),
            Value::Bool(yes) => Some(if *yes { "是" } else { "否" }.to_owned()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        };
        let words = match value {
            Value::Array(list) => list.iter().filter_map(text).collect::<Vec<_>>().join("、"),
            one => text(one)?,
        };
        (!words.is_empty()).then_some(words)
    }

    fn text_in_words(&self, text: &str) -> String {
        let words = match self.format {
            Some(Format::Date) => fold::date(text).map(chinese_date),
            Some(Format::DateTime) => text.parse().ok().map(kernel::time::chinese_minute),
            _ => Some(self.label(text).to_owned()),
        };
        words.unwrap_or_else(|| text.to_owned())
    }
}

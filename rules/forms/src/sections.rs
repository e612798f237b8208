//! What to draw: sections, cut into steps, with their fields.

use serde::Serialize;
use serde_json::Value;

use crate::{Field, Filling, Form, Words, fold};

/// The most fields on one step of the wizard.
pub const STEP_FIELDS: usize = 8;

/// One step of a form: a section, or an even part of a section that is too long.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    pub title: String,
    /// Which part of the section this is, from 1, and of how many.
    pub part: usize,
    pub parts: usize,
    pub fields: Vec<FieldView>,
}

/// A field as it stands in a filling.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldView {
    #[serde(flatten)]
    pub field: Field,
    /// Has to be filled in, given the other values.
    pub required: bool,
    /// Becomes required when another field has a certain value; to be said beside it.
    pub required_when: Option<RequiredWhen>,
    /// Filled in for good by the platform.
    pub readonly: bool,
    /// Path of the source whose value it still has; none once the applicant has changed it.
    pub source: Option<String>,
    /// Its value as the texts of its inputs: one, or one for each chosen option; none when empty.
    /// Dates as `YYYY-MM-DD`, moments as `YYYY-MM-DDTHH:MM` Beijing time, booleans `true`/`false`.
    pub value: Vec<String>,
}

/// 何时必填.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequiredWhen {
    /// Name of the other field.
    pub field: String,
    /// Its value as an input's text.
    pub value: String,
    pub words: Words,
}

impl Section {
    /// The title, with `（1/2）` where the section is cut.
    pub fn heading(&self) -> String {
        match self.parts {
            1 => self.title.clone(),
            parts => format!("{}（{}/{parts}）", self.title, self.part),
        }
    }

    /// Names of its fields.
    pub fn names(&self) -> Vec<&str> {
        self.fields
            .iter()
            .map(|view| view.field.name.as_str())
            .collect()
    }
}

impl Form {
    /// The steps to draw: the sections that the answers show, each of at most [`STEP_FIELDS`]
    /// fields.
    pub fn sections(&self, filling: Filling<'_>) -> Vec<Section> {
        let pruned = Value::Object(self.pruned(filling.values, filling.answers));
        let needed = self.needed(&pruned);
        let view = |field: &Field| {
            let value = filling.values.get(&field.name);
            let origin = filling.prefilled.origins.get(&field.name);
            let same = value.is_some() && filling.prefilled.values.get(&field.name) == value;
            FieldView {
                required: needed.contains(field.name.as_str()),
                required_when: self.required_when(&field.name),
                readonly: filling.prefilled.locked(&field.name).is_some(),
                source: origin.filter(|_| same).map(|origin| origin.source.clone()),
                value: value.map(|value| field.texts(value)).unwrap_or_default(),
                field: field.clone(),
            }
        };
        let mut sections = Vec::new();
        for group in self.shown(filling.answers) {
            let parts = group.fields.len().div_ceil(STEP_FIELDS);
            let mut rest = &group.fields[..];
            for part in 1..=parts {
                // Nine fields become five and four, not eight and one.
                let (fields, after) = rest.split_at(rest.len().div_ceil(parts + 1 - part));
                rest = after;
                let fields = fields.iter().map(view).collect();
                sections.push(Section {
                    title: group.title.clone(),
                    part,
                    parts,
                    fields,
                });
            }
        }
        sections
    }

    fn required_when(&self, name: &str) -> Option<RequiredWhen> {
        if self.required.contains(name) {
            return None;
        }
        let rule = self
            .rules
            .iter()
            .find(|rule| rule.then.iter().any(|then| then == name))?;
        let (other, value) = rule.simple.as_ref()?;
        let other = self.field(other)?;
        let value = other.texts(value).into_iter().next()?;
        let (title, label) = (&other.title, other.label(&value));
        let words = Words::new(
            format!("“{title}”为“{label}”时必填"),
            format!("Required when “{title}” is “{label}”"),
        );
        Some(RequiredWhen {
            field: other.name.clone(),
            value,
            words,
        })
    }
}

impl Field {
    /// A stored value as the texts of inputs.
    pub fn texts(&self, value: &Value) -> Vec<String> {
        match value {
            Value::String(text) if self.format == Some(crate::Format::DateTime) => {
                let wall = fold::wall(text).map(|at| at.strftime("%Y-%m-%dT%H:%M").to_string());
                vec![wall.unwrap_or_else(|| text.clone())]
            }
            Value::String(text) => vec![text.clone()],
            Value::Array(list) => list.iter().flat_map(|item| self.texts(item)).collect(),
            Value::Null | Value::Object(_) => Vec::new(),
            Value::Bool(_) | Value::Number(_) => vec![value.to_string()],
        }
    }
}

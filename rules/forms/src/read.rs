//! A posted page, read into typed values.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::{Field, FieldError, Filling, Form, Format, Input, Kind, Rule, Values, Widget, fold};

/// What a posted page makes of a filling.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// All values so far with those of the page in place; a field left empty, or typed so
    /// that it cannot be read, is absent.
    pub values: Values,
    /// What could not be read. Requirements and bounds are [`Form::check`]'s business.
    pub errors: Vec<FieldError>,
    /// The text of fields that could not be read, so that the page can show it again.
    pub typed: BTreeMap<String, Vec<String>>,
}

impl Form {
    /// Reads the fields named in `fields` (those of one step) out of a posted page; the other
    /// values stay. Fields the answers hide, fields of other steps and fields that
    /// are not the form's are not looked at.
    ///
    /// A field the platform filled in for good keeps its value; posting another one is an error.
    /// A photo is not taken from text: the caller stores the upload and sets the value.
    pub fn read(
        &self,
        filling: Filling<'_>,
        posted: &HashMap<String, Vec<String>>,
        fields: &[&str],
    ) -> Reading {
        let mut reading = Reading {
            values: filling.values.clone(),
            ..Reading::default()
        };
        for field in self
            .visible(filling.answers)
            .filter(|f| fields.contains(&f.name.as_str()))
        {
            if field.widget == Widget::Photo {
                continue;
            }
            let typed = posted.get(&field.name).map_or(&[][..], Vec::as_slice);
            let read = field.read(typed);
            if let Some(locked) = filling.prefilled.locked(&field.name) {
                let other =
                    !matches!(&read, Ok(None)) && read.as_ref() != Ok(&Some(locked.clone()));
                if other {
                    reading.errors.push(field.error(Rule::Locked, None));
                }
                reading.values.insert(field.name.clone(), locked.clone());
                continue;
            }
            match read {
                Ok(Some(value)) => {
                    reading.values.insert(field.name.clone(), value);
                }
                Ok(None) => {
                    reading.values.remove(&field.name);
                }
                Err(rule) => {
                    reading.values.remove(&field.name);
                    reading.errors.push(field.error(rule, None));
                    reading.typed.insert(field.name.clone(), typed.to_vec());
                }
            }
        }
        reading
    }
}

impl Field {
    /// The value typed; none for an empty field.
    fn read(&self, typed: &[String]) -> Result<Option<Value>, Rule> {
        if self.kind == Kind::List {
            let chosen = typed.iter().map(|value| fold::text(value, false));
            let chosen: Vec<_> = chosen.filter(|value| !value.is_empty()).collect();
            return Ok((!chosen.is_empty()).then(|| Value::from(chosen)));
        }
        // A hidden input before a box says what the box means when it is not ticked: the last
        // value counts.
        let Some(last) = typed.last() else {
            return Ok(None);
        };
        let text = fold::text(last, self.widget == Widget::Textarea);
        if text.is_empty() {
            return Ok(None);
        }
        let value = match self.kind {
            Kind::Text => Value::String(self.stored(&text)?),
            Kind::Integer => {
                let number = fold::number(&text).ok_or(Rule::NotInteger)?;
                if number.is_i64() {
                    number
                } else {
                    return Err(Rule::NotInteger);
                }
            }
            Kind::Number => fold::number(&text).ok_or(Rule::NotNumber)?,
            Kind::Boolean => match text.as_str() {
                "true" | "on" | "1" | "yes" | "是" => Value::Bool(true),
                "false" | "off" | "0" | "no" | "否" => Value::Bool(false),
                _ => return Err(Rule::Type),
            },
            // Returned above.
            Kind::List => return Ok(None),
        };
        Ok(Some(value))
    }

    fn stored(&self, text: &str) -> Result<String, Rule> {
        let folded = || kernel::number::fold(text);
        match (self.format, self.input()) {
            (Some(Format::Date), _) => fold::date(text)
                .map(|day| day.to_string())
                .ok_or(Rule::Date),
            (Some(Format::DateTime), _) => fold::moment(text).map(fold::stored).ok_or(Rule::Date),
            (Some(Format::ResidentId | Format::Uscc), _) => Ok(folded()),
            // A wrong number stays as it is typed; its pattern will say so.
            (None, Input::Mobile) => Ok(kernel::number::mobile(text).unwrap_or_else(|_| folded())),
            _ => Ok(text.to_owned()),
        }
    }
}

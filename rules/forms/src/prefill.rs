//! 预填: what the platform knows already [B-25], and what it may vouch for [D-03].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Field, Filling, Form, Format, Kind, Values, fold};

/// Where prefilled values come from: base libraries, the user space, licences of the applicant.
pub trait Sources {
    /// The value at a path: `population.x.y`, `legal.x`, `user_space.x`, `licence:TYPE.field`
    /// (`licence_no` its number, `face` the whole face as text or as an object keyed by labels).
    fn lookup(&self, path: &str) -> Option<Value>;

    /// Whether what stands there is verified: base library data, registered user data, licences of
    /// trust level A or B. A source that holds less says so.
    fn is_verified(&self, _path: &str) -> bool {
        true
    }
}

/// What was filled in beforehand, and from where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Prefilled {
    pub values: Values,
    /// By field.
    pub origins: BTreeMap<String, Origin>,
}

/// 来源 of one prefilled value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The path it was found at.
    pub source: String,
    /// The applicant may not change it.
    pub readonly: bool,
    pub verified: bool,
}

impl Prefilled {
    /// The value `field` has to keep, if it was filled in for good.
    pub fn locked(&self, field: &str) -> Option<&Value> {
        self.origins.get(field).filter(|origin| origin.readonly)?;
        self.values.get(field)
    }

    /// Puts every locked value in place: a draft may be older than what its registers say now.
    pub fn keep_locked(&self, values: &mut Values) {
        for (field, value) in &self.values {
            if self.locked(field).is_some() {
                values.insert(field.clone(), value.clone());
            }
        }
    }
}

impl Form {
    /// Looks up every field that names a source. A value found that does not fit its field, such
    /// as an option the form does not have, is left out, for it would only stand in the way.
    pub fn prefill(&self, sources: &dyn Sources) -> Prefilled {
        let mut prefilled = Prefilled::default();
        for field in self.fields() {
            let Some(prefill) = &field.prefill else {
                continue;
            };
            let fitting = prefill.sources.iter().find_map(|source| {
                let value = field.fitted(&sources.lookup(source)?)?;
                self.accepts(&field.name, &value).then_some((source, value))
            });
            let Some((source, value)) = fitting else {
                continue;
            };
            let origin = Origin {
                source: source.clone(),
                readonly: prefill.readonly,
                verified: sources.is_verified(source),
            };
            prefilled.values.insert(field.name.clone(), value);
            prefilled.origins.insert(field.name.clone(), origin);
        }
        prefilled
    }

    fn accepts(&self, name: &str, value: &Value) -> bool {
        let alone = Value::Object([(name.to_owned(), value.clone())].into_iter().collect());
        let place = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let inside = |path: &str| path == place || path.starts_with(&format!("{place}/"));
        let long = |field: &Field| match (field.max_length, value) {
            (Some(most), Value::String(text)) => text.chars().count() as u64 > most,
            _ => false,
        };
        !self.field(name).is_none_or(long)
            && !self
                .validator
                .iter_errors(&alone)
                .any(|e| inside(e.instance_path().as_str()))
    }

    /// Fields with a value for which nobody but the applicant vouches [D-03]: typed in, changed
    /// after prefilling, or prefilled from something unverified. Choices and the promise itself
    /// are declarations, not data, and are not among them.
    ///
    /// In fully online mode these are acceptable only where the applicant's promise covers them:
    /// see [`Form::is_promised`].
    pub fn unverified<'s>(&'s self, filling: Filling<'_>) -> Vec<&'s str> {
        let typed = |field: &&Field| {
            let (value, origin) = (
                filling.values.get(&field.name),
                filling.prefilled.origins.get(&field.name),
            );
            let vouched = origin.is_some_and(|origin| origin.verified)
                && filling.prefilled.values.get(&field.name) == value;
            let data = field.options.is_empty() && field.kind != Kind::Boolean;
            data && value.is_some() && !vouched
        };
        self.visible(filling.answers)
            .filter(typed)
            .map(|field| field.name.as_str())
            .collect()
    }

    /// Whether the applicant has ticked every promise the form asks for, and it asks for one.
    pub fn is_promised(&self, filling: Filling<'_>) -> bool {
        let mut consents = self
            .visible(filling.answers)
            .filter(|field| field.consent)
            .peekable();
        consents.peek().is_some()
            && consents.all(|field| filling.values.get(&field.name) == Some(&Value::Bool(true)))
    }
}

impl Field {
    /// A value of a register in the field's own type.
    fn fitted(&self, found: &Value) -> Option<Value> {
        let folded = |text: &str| {
            let text = fold::text(text, true);
            match self.format {
                Some(Format::Date) => fold::date(&text).map(|day| day.to_string()),
                Some(Format::DateTime) => fold::moment(&text).map(fold::stored),
                Some(_) => Some(kernel::number::fold(&text)),
                None => Some(text),
            }
        };
        match self.kind {
            Kind::Text => {
                let text = folded(&words(found)?)?;
                (!text.is_empty()).then_some(Value::String(text))
            }
            Kind::Integer | Kind::Number => match found {
                Value::Number(number) => fold::number(&number.to_string()),
                Value::String(text) => fold::number(text),
                _ => None,
            },
            Kind::Boolean => found.as_bool().map(Value::Bool),
            Kind::List => {
                let list = found
                    .as_array()?
                    .iter()
                    .map(words)
                    .collect::<Option<Vec<_>>>()?;
                (!list.is_empty()).then(|| Value::from(list))
            }
        }
    }
}

/// Text of a register value: lists joined, an object as `label：value；…`.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(list) => list
            .iter()
            .map(words)
            .collect::<Option<Vec<_>>>()
            .map(|list| list.join("、")),
        Value::Object(object) => {
            let pair =
                |(label, value): (&String, &Value)| Some(format!("{label}：{}", words(value)?));
            let pairs: Vec<_> = object.iter().filter_map(pair).collect();
            Some(pairs.join("；"))
        }
        Value::Null | Value::Bool(_) => None,
    }
}

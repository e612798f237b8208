//! 电子表单: a form, read from its schema.

use std::collections::BTreeSet;

use conditions::{Answers, Condition, Questions};
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value};

use crate::{Field, FormError, Format, Prefilled, check};

/// Field values, typed by the form's schema; a field without value is absent.
pub type Values = Map<String, Value>;

/// 表单: the fields of an item's application form in their sections, and its validator.
#[derive(Debug)]
pub struct Form {
    pub(crate) title: String,
    pub(crate) schema: Value,
    pub(crate) validator: Validator,
    pub(crate) sections: Vec<Group>,
    pub(crate) required: BTreeSet<String>,
    pub(crate) rules: Vec<Conditional>,
}

/// A form that is being filled in: what was answered, what is filled in so far, and what came
/// from registers, licences and the user space.
#[derive(Clone, Copy, Debug)]
pub struct Filling<'a> {
    pub answers: &'a Answers,
    pub values: &'a Values,
    pub prefilled: &'a Prefilled,
}

/// A section as the schema has it.
#[derive(Debug)]
pub(crate) struct Group {
    pub title: String,
    pub visible_when: Option<Condition>,
    pub fields: Vec<Field>,
}

/// `if` a value is so, `then` (or `else`) more fields are required.
#[derive(Debug)]
pub(crate) struct Conditional {
    pub when: Validator,
    /// The one field and value the condition asks for, where it is as simple as that.
    pub simple: Option<(String, Value)>,
    pub then: Vec<String>,
    pub otherwise: Vec<String>,
}

impl Form {
    /// Reads a form of an item that asks `questions`.
    ///
    /// The schema is JSON Schema 2020-12 with `x_widget`, `x_prefill`, `x_sensitive`, `x_photo`,
    /// `x_enum_names` at the properties and `x_sections` at the top. References must stay inside
    /// it: nothing is fetched.
    pub fn parse(schema: &Value, questions: &Questions) -> Result<Self, FormError> {
        let broken = |reason: &str| FormError::Schema {
            reason: reason.to_owned(),
        };
        let validator = compile(schema)?;
        let properties = schema.get("properties").and_then(Value::as_object);
        let properties = properties.ok_or_else(|| broken("没有properties / no properties"))?;
        let listed = schema.get("x_sections").and_then(Value::as_array);
        let listed = listed.ok_or_else(|| broken("没有x_sections / no x_sections"))?;
        let (mut sections, mut placed) = (Vec::new(), BTreeSet::new());
        for section in listed {
            let title = section.get("title").and_then(Value::as_str);
            let title = title.ok_or_else(|| broken("分组没有标题 / a section has no title"))?;
            let visible_when = match section.get("visible_when") {
                None | Some(Value::Null) => None,
                Some(condition) => {
                    let wrong = |error| FormError::Condition {
                        section: title.into(),
                        error,
                    };
                    Some(Condition::parse_for(condition, questions).map_err(wrong)?)
                }
            };
            let mut fields = Vec::new();
            for name in texts(section.get("fields")) {
                let place = || FormError::Sections {
                    field: name.clone(),
                };
                let property = properties.get(&name).ok_or_else(place)?;
                if !placed.insert(name.clone()) {
                    return Err(place());
                }
                fields.push(Field::parse(&name, property)?);
            }
            sections.push(Group {
                title: title.to_owned(),
                visible_when,
                fields,
            });
        }
        if let Some(field) = properties.keys().find(|name| !placed.contains(*name)) {
            return Err(FormError::Sections {
                field: field.clone(),
            });
        }
        let required: BTreeSet<_> = texts(schema.get("required")).into_iter().collect();
        let rules = conditionals(schema)?;
        let named = rules
            .iter()
            .flat_map(|rule| rule.then.iter().chain(&rule.otherwise));
        if let Some(field) = required
            .iter()
            .chain(named)
            .find(|name| !placed.contains(*name))
        {
            return Err(FormError::Required {
                field: field.clone(),
            });
        }
        let title = schema
            .get("title")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        Ok(Self {
            title,
            schema: schema.clone(),
            validator,
            sections,
            required,
            rules,
        })
    }

    /// Its name.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The schema it was read from, for machines that fill it in.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// All fields, hidden ones too, in order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields)
    }

    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields().find(|field| field.name == name)
    }

    /// The fields of the sections these answers show, in order.
    pub fn visible<'s>(&'s self, answers: &Answers) -> impl Iterator<Item = &'s Field> {
        self.shown(answers).flat_map(|section| &section.fields)
    }

    /// The values of fields that are shown; what a changed answer hid is dropped.
    pub fn pruned(&self, values: &Values, answers: &Answers) -> Values {
        let shown = self.visible(answers).filter_map(|field| {
            let value = values.get(&field.name)?;
            Some((field.name.clone(), value.clone()))
        });
        shown.collect()
    }

    /// Whether `name` has to be filled in, given the other values; hidden fields never have to.
    pub fn is_required(&self, name: &str, filling: Filling<'_>) -> bool {
        let values = Value::Object(self.pruned(filling.values, filling.answers));
        self.visible(filling.answers)
            .any(|field| field.name == name)
            && self.needed(&values).contains(name)
    }

    /// Names of all fields that these values make required.
    pub(crate) fn needed(&self, values: &Value) -> BTreeSet<&str> {
        let mut needed: BTreeSet<_> = self.required.iter().map(String::as_str).collect();
        for rule in &self.rules {
            let more = if rule.when.is_valid(values) {
                &rule.then
            } else {
                &rule.otherwise
            };
            needed.extend(more.iter().map(String::as_str));
        }
        needed
    }

    pub(crate) fn shown<'s>(&'s self, answers: &Answers) -> impl Iterator<Item = &'s Group> {
        let holds = |section: &&Group| {
            section
                .visible_when
                .as_ref()
                .is_none_or(|when| when.holds(answers))
        };
        self.sections.iter().filter(holds)
    }
}

fn compile(schema: &Value) -> Result<Validator, FormError> {
    let format = |format| move |text: &str| check::format(format, text, None).is_ok();
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_format("resident-id", format(Format::ResidentId))
        .with_format("uscc", format(Format::Uscc))
        .with_format("date", format(Format::Date))
        .with_format("date-time", format(Format::DateTime))
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        // Linear time, whatever pattern an agency writes.
        .with_pattern_options(PatternOptions::regex())
        .build(schema)
        .map_err(|error| FormError::Schema {
            reason: error.to_string(),
        })
}

/// The `if`s at the top of the schema and inside its `allOf`.
fn conditionals(schema: &Value) -> Result<Vec<Conditional>, FormError> {
    let inner = schema
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let mut rules = Vec::new();
    for part in std::iter::once(schema).chain(inner) {
        let Some(when) = part.get("if") else { continue };
        rules.push(Conditional {
            when: compile(when)?,
            simple: simple(when),
            then: texts(part.pointer("/then/required")),
            otherwise: texts(part.pointer("/else/required")),
        });
    }
    Ok(rules)
}

fn simple(when: &Value) -> Option<(String, Value)> {
    let properties = when.get("properties")?.as_object()?;
    let (name, schema) = properties.iter().next().filter(|_| properties.len() == 1)?;
    Some((name.clone(), schema.get("const")?.clone()))
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

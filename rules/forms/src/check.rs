//! Whether a form is filled in rightly, and if not, what to say.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use kernel::number::{self, NumberError};
use serde_json::Value;

use crate::{Field, FieldError, Filling, Form, Format, Kind, Rule, Widget, Words, fold};

impl Form {
    /// Everything wrong with a filling: at most one error a field, in the order of the form. Hidden
    /// fields are left out of it. `today` bounds the birth dates inside identity numbers.
    pub fn check(&self, filling: Filling<'_>, today: Date) -> Vec<FieldError> {
        let values = Value::Object(self.pruned(filling.values, filling.answers));
        let mut found = BTreeMap::<String, (Rule, Option<Value>)>::new();
        let mut add = |field: &str, rule: Rule, bound: Option<Value>| {
            let worse = found.get(field).is_none_or(|(known, _)| rule < *known);
            if worse {
                found.insert(field.to_owned(), (rule, bound));
            }
        };
        for field in self.visible(filling.answers) {
            let value = values.get(&field.name);
            if let Some(locked) = filling.prefilled.locked(&field.name)
                && value != Some(locked)
            {
                add(&field.name, Rule::Locked, None);
            }
            if let (Some(format), Some(Value::String(text))) = (field.format, value)
                && let Err(rule) = self::format(format, text, Some(today))
            {
                add(&field.name, rule, None);
            }
            if let (Some(most), Some(Value::String(text))) = (field.max_length, value)
                && text.chars().count() as u64 > most
            {
                add(&field.name, Rule::TooLong, Some(most.into()));
            }
        }
        for error in self.validator.iter_errors(&values) {
            for (field, rule, bound) in self.faults(&error) {
                // The schema does not know what is hidden.
                let hidden = rule == Rule::Required
                    && !self
                        .visible(filling.answers)
                        .any(|shown| shown.name == field);
                if !hidden {
                    add(&field, rule, bound);
                }
            }
        }
        let known = filling
            .values
            .keys()
            .filter(|name| self.field(name).is_none());
        known.for_each(|name| add(name, Rule::Unknown, None));

        let mut errors: Vec<_> = self
            .fields()
            .filter_map(|field| {
                let (rule, bound) = found.remove(&field.name)?;
                Some(field.error(rule, bound.as_ref()))
            })
            .collect();
        errors.extend(found.into_iter().map(|(name, (rule, _))| FieldError {
            words: unknown(&name, rule),
            field: name,
            rule,
        }));
        errors
    }

    /// The same, for the fields of one step only.
    pub fn check_fields(
        &self,
        filling: Filling<'_>,
        fields: &[&str],
        today: Date,
    ) -> Vec<FieldError> {
        let mut errors = self.check(filling, today);
        errors.retain(|error| fields.contains(&error.field.as_str()));
        errors
    }

    /// The fields a schema error speaks of, what they break, and the bound to name.
    fn faults(&self, error: &ValidationError<'_>) -> Vec<(String, Rule, Option<Value>)> {
        use ValidationErrorKind as K;
        let one = |rule, bound| vec![(first(error.instance_path().as_str()), rule, bound)];
        match error.kind() {
            K::Required { property } => {
                let name = property.as_str().unwrap_or_default().to_owned();
                vec![(name, Rule::Required, None)]
            }
            K::AdditionalProperties { unexpected } | K::UnevaluatedProperties { unexpected } => {
                unexpected
                    .iter()
                    .map(|name| (name.clone(), Rule::Unknown, None))
                    .collect()
            }
            K::Constant { .. } => one(Rule::Consent, None),
            K::Enum { .. } => one(Rule::Choice, None),
            K::Type { .. } => one(Rule::Type, None),
            K::Pattern { .. } => one(Rule::Pattern, None),
            K::MaxLength { limit } => one(Rule::TooLong, Some((*limit).into())),
            K::MinLength { limit } => one(Rule::TooShort, Some((*limit).into())),
            K::Minimum { limit } | K::ExclusiveMinimum { limit } => {
                one(Rule::TooSmall, Some(limit.clone()))
            }
            K::Maximum { limit } | K::ExclusiveMaximum { limit } => {
                one(Rule::TooLarge, Some(limit.clone()))
            }
            K::MinItems { limit } => one(Rule::TooFew, Some((*limit).into())),
            K::MaxItems { limit } => one(Rule::TooMany, Some((*limit).into())),
            K::UniqueItems => one(Rule::Repeated, None),
            // Formats are checked one by one above, with their reasons.
            K::Format { .. } => Vec::new(),
            _ => one(Rule::Other, None),
        }
    }
}

/// Name of the field a JSON pointer leads into; empty for the form itself.
fn first(pointer: &str) -> String {
    let name = pointer.split('/').nth(1).unwrap_or_default();
    name.replace("~1", "/").replace("~0", "~")
}

/// Whether `text`, in the form in which it is stored, has the format.
pub(crate) fn format(format: Format, text: &str, today: Option<Date>) -> Result<(), Rule> {
    let rule = |error| match error {
        NumberError::Length => Rule::NumberLength,
        NumberError::Character => Rule::NumberCharacter,
        NumberError::Date => Rule::BirthDate,
        NumberError::Check => Rule::CheckDigit,
    };
    let stored = match format {
        Format::ResidentId => match today {
            Some(today) => number::resident_id_at(text, today),
            None => number::resident_id(text),
        }
        .map_err(rule)?,
        Format::Uscc => number::uscc(text).map_err(rule)?,
        Format::Date => fold::date(text).ok_or(Rule::Date)?.to_string(),
        Format::DateTime => {
            // Any offset will do: machines send UTC.
            fold::wall(text).ok_or(Rule::Date)?;
            return Ok(());
        }
    };
    if stored == text {
        Ok(())
    } else {
        Err(Rule::Pattern)
    }
}

impl Field {
    pub(crate) fn error(&self, rule: Rule, bound: Option<&Value>) -> FieldError {
        let words = self.words(rule, &bound.map(Value::to_string).unwrap_or_default());
        FieldError {
            field: self.name.clone(),
            rule,
            words,
        }
    }

    fn words(&self, rule: Rule, bound: &str) -> Words {
        let t = &self.title;
        let (zh, en) = match rule {
            Rule::Required | Rule::TooFew | Rule::TooShort if bound.is_empty() || bound == "1" => {
                return self.please();
            }
            Rule::Consent if self.consent => return self.please(),
            Rule::Unknown => return unknown(&self.name, rule),
            Rule::Locked => (
                format!("“{t}”由系统带出，不能修改"),
                format!("“{t}” is filled in by the platform and cannot be changed"),
            ),
            Rule::NotInteger => (
                format!("{t}请填写整数"),
                format!("“{t}” must be a whole number"),
            ),
            Rule::NotNumber => (
                format!("{t}请填写数字，例如86.5"),
                format!("“{t}” must be a number such as 86.5"),
            ),
            Rule::Choice | Rule::Consent => (
                format!("请从所列选项中选择{t}"),
                format!("Please choose “{t}” from the options listed"),
            ),
            Rule::Date if self.format == Some(Format::DateTime) => (
                format!("{t}请按“2026-11-16 09:30”填写"),
                format!("Please write “{t}” like 2026-11-16 09:30"),
            ),
            Rule::Date => (
                format!("{t}请按“2026-11-16”填写"),
                format!("Please write “{t}” like 2026-11-16"),
            ),
            Rule::NumberLength => (
                format!("{t}应为18位"),
                format!("“{t}” must have 18 characters"),
            ),
            Rule::NumberCharacter => (
                format!("{t}中有不允许的字符"),
                format!("“{t}” holds a character that is not allowed"),
            ),
            Rule::BirthDate => (
                format!("{t}中的出生日期不存在或在将来"),
                format!("The birth date in “{t}” does not exist or lies in the future"),
            ),
            Rule::CheckDigit => (
                format!("{t}校验位不对，请核对"),
                format!("The check digit of “{t}” is wrong, please compare"),
            ),
            Rule::TooLong => (
                format!("{t}最多{bound}个字"),
                format!("“{t}” may have at most {bound} characters"),
            ),
            Rule::TooShort => (
                format!("{t}至少{bound}个字"),
                format!("“{t}” must have at least {bound} characters"),
            ),
            Rule::TooSmall => (
                format!("{t}不能小于{bound}"),
                format!("“{t}” must be at least {bound}"),
            ),
            Rule::TooLarge => (
                format!("{t}不能大于{bound}"),
                format!("“{t}” must be at most {bound}"),
            ),
            Rule::TooFew => (
                format!("{t}至少选{bound}项"),
                format!("Please choose at least {bound} of “{t}”"),
            ),
            Rule::TooMany => (
                format!("{t}最多选{bound}项"),
                format!("Please choose at most {bound} of “{t}”"),
            ),
            Rule::Repeated => (
                format!("{t}有重复的选项"),
                format!("“{t}” holds the same choice twice"),
            ),
            Rule::Required | Rule::Type | Rule::Pattern | Rule::Other => match &self.hint {
                Some(hint) => (
                    format!("{t}填写不对，应为：{}", hint.zh),
                    format!("“{t}” is not right, expected: {}", hint.en),
                ),
                None => (
                    format!("{t}填写不对，请核对"),
                    format!("“{t}” is not right, please check"),
                ),
            },
        };
        Words::new(zh, en)
    }

    /// 请填写, 请选择, 请上传, 请勾选.
    fn please(&self) -> Words {
        let t = &self.title;
        let (zh, en) = match self.widget {
            _ if self.consent => {
                return Words::new(format!("请勾选“{t}”"), format!("Please tick “{t}”"));
            }
            Widget::Input | Widget::Textarea => ("请填写", "Please fill in"),
            Widget::Photo => ("请上传", "Please upload"),
            _ if self.kind == Kind::Text && self.options.is_empty() => ("请填写", "Please fill in"),
            _ => ("请选择", "Please choose"),
        };
        Words::new(format!("{zh}{t}"), format!("{en} “{t}”"))
    }
}

fn unknown(name: &str, rule: Rule) -> Words {
    match rule {
        Rule::Unknown => Words::new(
            format!("表单没有字段“{name}”"),
            format!("The form has no field {name}"),
        ),
        _ => Words::new("表单填写不对，请核对", "The form is not filled in rightly"),
    }
}

//! The fields of one page of a form, what was typed, and what is wrong with it.

use kernel::Problem;

use super::{Control, Field, component};
use crate::{FormData, L};

/// 「有 2 处需要修改」 with links to the fields; takes the focus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorSummary {
    /// Id of the control, or empty for a message without a field; then the words.
    pub items: Vec<(String, String)>,
}

component!(ErrorSummary, ErrorSummaryHtml, "components/errors.html");

impl ErrorSummary {
    pub fn sample() -> Self {
        Self {
            items: vec![
                (
                    "f-phone".into(),
                    "手机号是 11 位数字，请核对后重新填写".into(),
                ),
                ("f-online".into(), "请选择是或否".into()),
            ],
        }
    }
}

/// Fields with values and errors. Nothing typed is ever lost: a refused form is shown again with
/// the same values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    pub fields: Vec<Field>,
    /// Problems that belong to no single field.
    pub problems: Vec<String>,
    /// Problems of another part of the page: its id and the words.
    pub elsewhere: Vec<(String, String)>,
}

impl Form {
    pub fn new(fields: Vec<Field>) -> Self {
        Self {
            fields,
            ..Self::default()
        }
    }

    /// Says what is wrong with a part of the page that is no field of this form.
    pub fn fail_at(&mut self, id: impl Into<String>, words: impl Into<String>) {
        self.elsewhere.push((id.into(), words.into()));
    }

    /// Takes the posted values. Fixed fields keep their own; a password is held for checking, and
    /// the page never shows it again.
    pub fn fill(&mut self, data: &FormData) {
        for field in self
            .fields
            .iter_mut()
            .filter(|field| !field.readonly && field.off.is_none())
        {
            field.values = match field.control {
                Control::File { .. } | Control::Photo(_) => Vec::new(),
                Control::Checkbox(_) => data.all(&field.name).map(str::to_owned).collect(),
                _ if data.has(&field.name) => vec![data.get(&field.name).to_owned()],
                _ => Vec::new(),
            };
        }
    }

    /// Says what is wrong with a field. Unknown names become a problem of the whole form.
    pub fn fail(&mut self, name: &str, words: impl Into<String>) {
        match self.fields.iter_mut().find(|field| field.name == name) {
            Some(field) => field.error = Some(words.into()),
            None => self.problems.push(words.into()),
        }
    }

    /// Puts a domain's problem at its field, in the reader's language.
    pub fn refuse(&mut self, l: &L, problem: &Problem) {
        let words = l.pick(&problem.zh, &problem.en);
        self.fail(problem.field.as_deref().unwrap_or_default(), words);
    }

    /// Marks every empty field that is neither 选填 nor fixed. Returns whether all are filled.
    pub fn require(&mut self, l: &L) -> bool {
        let mut whole = true;
        for field in &mut self.fields {
            let sent_elsewhere = matches!(field.control, Control::File { .. } | Control::Photo(_));
            let exempt = field.optional
                || field.readonly
                || field.off.is_some()
                || sent_elsewhere
                || field.control == Control::Switch;
            if exempt || field.values.iter().any(|value| !value.trim().is_empty()) {
                continue;
            }
            let key = match field.control {
                Control::Radio(_) | Control::Checkbox(_) | Control::Select(_) => "field-choose",
                Control::Consent => "field-agree",
                _ => "field-empty",
            };
            field.error = Some(l.t1(key, "label", &field.label));
            whole = false;
        }
        whole
    }

    /// The field of a name. A name the form does not have is a mistake of the page; it shows an
    /// empty text field.
    pub fn field(&self, name: &str) -> Field {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .cloned()
            .unwrap_or_else(|| {
                tracing::error!(name, "the form has no such field");
                Field::text(name, name)
            })
    }

    /// Number of places to change.
    pub fn errors(&self) -> usize {
        self.problems.len()
            + self.elsewhere.len()
            + self
                .fields
                .iter()
                .filter(|field| field.error.is_some())
                .count()
    }

    /// The summary for the top of the form; empty if nothing is wrong.
    pub fn summary(&self) -> ErrorSummary {
        let problems = self
            .problems
            .iter()
            .map(|words| (String::new(), words.clone()));
        let fields = self.fields.iter().filter_map(|field| {
            field
                .error
                .as_ref()
                .map(|words| (field.id(), words.clone()))
        });
        ErrorSummary {
            items: problems
                .chain(self.elsewhere.iter().cloned())
                .chain(fields)
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Locale;

    use super::*;
    use crate::view::Choice;

    fn form() -> Form {
        Form::new(vec![
            Field::phone("phone", "手机号"),
            Field::checkbox(
                "items",
                "项目",
                vec![Choice::new("a", "甲"), Choice::new("b", "乙")],
            ),
            Field::text("fixed", "名称").value("云州味道").readonly(),
            Field::password("secret", "密码", "current-password"),
            Field::text("note", "备注").optional(),
        ])
    }

    #[test]
    fn a_refused_form_keeps_what_was_typed() {
        let mut form = form();
        form.fill(&FormData::parse(
            b"phone=199&items=a&items=b&fixed=evil&secret=x",
        ));
        assert_eq!(form.field("phone").held(), "199");
        assert_eq!(form.field("items").values, ["a", "b"]);
        assert_eq!(form.field("fixed").held(), "云州味道");
        let l = L::sample(Locale::Zh);
        let secret = form.field("secret").html(&l).to_string();
        assert!(form.field("secret").held() == "x" && !secret.contains("value="));
        form.fail("phone", "手机号是 11 位数字");
        form.fail("elsewhere", "系统忙");
        assert_eq!(form.errors(), 2);
        assert_eq!(
            form.summary().items,
            [
                (String::new(), "系统忙".to_owned()),
                ("f-phone".to_owned(), "手机号是 11 位数字".to_owned())
            ]
        );
    }

    #[test]
    fn empty_required_fields_are_named() {
        let l = L::sample(Locale::Zh);
        let mut form = form();
        form.fill(&FormData::parse(b"phone=+&secret=x"));
        assert!(!form.require(&l));
        assert_eq!(form.field("phone").error.as_deref(), Some("请填写手机号"));
        assert_eq!(form.field("items").error.as_deref(), Some("请选择项目"));
        assert_eq!(form.field("note").error, None);
        assert_eq!(form.field("fixed").error, None);
    }
}

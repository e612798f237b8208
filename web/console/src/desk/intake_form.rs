//! The fields of intake: the item's questions and its form, as the window fills them in.

use std::collections::HashMap;

use conditions::Answers;
use forms::{FieldView, Filling, Input, Kind, Prefilled, Widget};
use items::Item;
use ui::view::{Choice, Field};
use ui::{FormData, L};

use super::intake::PAPER;

/// A posted page by names.
pub(super) fn posted(data: &FormData) -> HashMap<String, Vec<String>> {
    let mut all: HashMap<String, Vec<String>> = HashMap::new();
    for (name, value) in data.pairs() {
        all.entry(name.clone()).or_default().push(value.clone());
    }
    all
}

/// The situation questions.
pub(super) fn questions(item: &Item) -> Vec<Field> {
    let field = |question: &conditions::Question| {
        if question.options.is_empty() {
            return Field::text(question.code.clone(), question.text.clone());
        }
        let choices = question
            .options
            .iter()
            .map(|option| Choice::new(option.value.clone(), option.label.clone()))
            .collect();
        Field::radio(question.code.clone(), question.text.clone(), choices)
    };
    item.questions.iter().map(field).collect()
}

/// The form's fields with what the platform knows already; a photograph comes from the registers.
pub(super) fn fields(l: &L, item: &Item, answers: &Answers, known: &Prefilled) -> Vec<Field> {
    let filling = Filling {
        answers,
        values: &known.values,
        prefilled: known,
    };
    item.form
        .sections(filling)
        .iter()
        .flat_map(|section| &section.fields)
        .filter(|view| view.field.widget != Widget::Photo)
        .map(|view| field(l, view))
        .collect()
}

/// Which materials the applicant hands over on paper; the form itself is none of them.
pub(super) fn paper(l: &L, item: &Item, answers: &Answers) -> Option<Field> {
    let needs = item.materials_for(answers);
    let choices: Vec<Choice> = needs
        .iter()
        .map(|n| &n.material)
        .filter(|m| !m.from_form)
        .map(|m| Choice::new(m.material_code.clone(), m.material_name.clone()))
        .collect();
    if choices.is_empty() {
        return None;
    }
    let field = Field::checkbox(PAPER, l.t("console-intake-paper"), choices);
    Some(field.hint(l.t("console-intake-paper-hint")).optional())
}

fn field(l: &L, view: &FieldView) -> Field {
    let f = &view.field;
    let (name, label) = (f.name.clone(), f.title.clone());
    let choices = || {
        let option = |o: &conditions::Choice| Choice::new(o.value.clone(), o.label.clone());
        f.options.iter().map(option).collect::<Vec<_>>()
    };
    let mut made = match (f.widget, f.kind) {
        (Widget::Textarea, _) => Field::textarea(name, label, 3),
        (Widget::Date, _) => Field::date(name, label),
        (Widget::Datetime, _) => Field::datetime(name, label),
        (Widget::Radio, Kind::Boolean) | (Widget::Select, Kind::Boolean) => Field::radio(
            name,
            label,
            vec![
                Choice::new("true", l.t("yes")),
                Choice::new("false", l.t("no")),
            ],
        ),
        (Widget::Radio, _) => Field::radio(name, label, choices()),
        (Widget::Select, _) => Field::select(name, label, choices()),
        (Widget::Checkbox, Kind::List) => Field::checkbox(name, label, choices()),
        (Widget::Checkbox, _) => Field::consent(name, label),
        (Widget::Switch, _) => Field::switch(name, label),
        (Widget::Input | Widget::Photo, _) => match f.input() {
            Input::ResidentId => Field::id_number(name, label),
            Input::Uscc => Field::credit_code(name, label),
            Input::Mobile => Field::phone(name, label),
            Input::Integer | Input::Decimal => Field::number(name, label),
            Input::Text => Field::text(name, label),
        },
    };
    if let Some(when) = &view.required_when {
        made = made.hint(l.pick(&when.words.zh, &when.words.en));
    }
    if !view.required {
        made = made.optional();
    }
    let boxed = f.kind == Kind::Boolean && matches!(f.widget, Widget::Checkbox | Widget::Switch);
    made.values = match boxed {
        true => view
            .value
            .iter()
            .filter(|v| *v == "true")
            .map(|_| "on".to_owned())
            .collect(),
        false => view.value.clone(),
    };
    match (&view.source, view.readonly) {
        (Some(source), true) => made.fetched(source_words(l, source), None),
        (Some(source), false) => made.prefilled(source_words(l, source)),
        (None, true) => made.readonly(),
        (None, false) => made,
    }
}

/// Where a value was taken from, in words.
fn source_words(l: &L, source: &str) -> String {
    l.t(match source.split(['.', ':']).next().unwrap_or_default() {
        "population" => "console-from-population",
        "legal" => "console-from-legal",
        "user_space" => "console-from-space",
        _ => "console-from-licence",
    })
}

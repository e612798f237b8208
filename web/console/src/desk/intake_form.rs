//! The fields of intake: the item's questions and its form, as the window fills them in.

use std::collections::HashMap;

use conditions::Answers;
use forms::{FieldView, Filling, Input, Kind, Prefilled, Values, Widget};
use items::Item;
use ui::view::{Choice, Field};
use ui::{FormData, L};

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

/// The form's fields for these answers. What the platform fills in by itself may be left empty;
/// a photograph comes from the registers.
pub(super) fn fields(l: &L, item: &Item, answers: &Answers) -> Vec<Field> {
    let (values, prefilled) = (Values::default(), Prefilled::default());
    let filling = Filling {
        answers,
        values: &values,
        prefilled: &prefilled,
    };
    item.form
        .sections(filling)
        .iter()
        .flat_map(|section| &section.fields)
        .filter(|view| view.field.widget != Widget::Photo)
        .map(|view| field(l, view))
        .collect()
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
    if f.prefill.is_some() {
        made = made.hint(l.t("console-intake-prefilled")).optional();
    } else if !view.required {
        made = made.optional();
    }
    made
}

//! A form's field as the interface draws it.

use forms::{FieldView, Input, Kind, Widget};
use ui::L;
use ui::view::{Choice, Field};

/// Draws a field; photos are drawn by their own form.
pub(super) fn field(l: &L, view: &FieldView) -> Option<Field> {
    let f = &view.field;
    let (name, title) = (f.name.as_str(), f.title.as_str());
    let mut choices: Vec<Choice> = f
        .options
        .iter()
        .map(|o| Choice::new(&o.value, &o.label))
        .collect();
    if choices.is_empty() && f.kind == Kind::Boolean {
        choices = vec![
            Choice::new("true", l.t("yes")),
            Choice::new("false", l.t("no")),
        ];
    }
    let boxed = f.kind == Kind::Boolean && matches!(f.widget, Widget::Checkbox | Widget::Switch);
    let mut field = match f.widget {
        Widget::Photo => return None,
        Widget::Textarea => Field::textarea(name, title, 4),
        Widget::Date => Field::date(name, title),
        Widget::Datetime => Field::datetime(name, title),
        Widget::Radio => Field::radio(name, title, choices),
        Widget::Select => Field::select(name, title, choices),
        Widget::Switch => Field::switch(name, title),
        Widget::Checkbox if boxed => Field::consent(name, title),
        Widget::Checkbox => Field::checkbox(name, title, choices),
        Widget::Input => match f.input() {
            Input::ResidentId => Field::id_number(name, title),
            Input::Uscc => Field::credit_code(name, title),
            Input::Mobile => Field::phone(name, title),
            Input::Integer | Input::Decimal => Field::number(name, title),
            Input::Text => Field::text(name, title),
        },
    };
    field.values = match boxed {
        true => view
            .value
            .iter()
            .filter(|v| *v == "true")
            .map(|_| "on".to_owned())
            .collect(),
        false => view.value.clone(),
    };
    field.optional = !view.required;
    let own = f.hint.as_ref().map(|h| h.pick(l.locale()).to_owned());
    let when = view
        .required_when
        .as_ref()
        .map(|r| r.words.pick(l.locale()).to_owned());
    let hints: Vec<String> = own.into_iter().chain(when).collect();
    field.hint = (!hints.is_empty()).then(|| hints.join(l.pick("；", "; ")));
    if field.max_length.is_none() && f.options.is_empty() {
        field.max_length = f.max_length.and_then(|n| u32::try_from(n).ok());
    }
    Some(match (&view.source, view.readonly) {
        (Some(source), true) => field.fetched(source_words(l, source), Some("/contact".to_owned())),
        (Some(source), false) => field.prefilled(source_words(l, source)),
        (None, true) => field.readonly(),
        (None, false) => field,
    })
}

/// Where a value was taken from, in words.
fn source_words(l: &L, source: &str) -> String {
    match source.split(['.', ':']).next().unwrap_or_default() {
        "population" => l.t("portal-from-population"),
        "legal" => l.t("portal-from-legal"),
        "user_space" => l.t("portal-from-space"),
        _ => l.t("portal-from-licence"),
    }
}

//! 字段: one field of a form, read from its property schema.

use conditions::Choice;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{FormError, Words};

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    pub name: String,
    pub title: String,
    pub kind: Kind,
    pub widget: Widget,
    pub format: Option<Format>,
    pub pattern: Option<String>,
    /// What can be chosen, of a radio, select or checkbox field.
    pub options: Vec<Choice>,
    /// Shown masked outside the form itself [Q-07].
    pub sensitive: bool,
    /// Characters; every text field has a bound.
    pub max_length: Option<u64>,
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
    pub hint: Option<Words>,
    pub prefill: Option<Prefill>,
    pub photo: Option<PhotoRule>,
    /// A box that must be ticked, such as the applicant's promise.
    pub consent: bool,
}

/// The JSON type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    /// A list of texts.
    List,
}

/// How a field is drawn (`x_widget`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Widget {
    Input,
    Textarea,
    Date,
    Datetime,
    Radio,
    Select,
    /// Several boxes for a list, one box for a boolean.
    Checkbox,
    Switch,
    Photo,
}

/// Formats with rules of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// 公民身份号码 [GB 11643].
    ResidentId,
    /// 统一社会信用代码 [GB 32100].
    Uscc,
    /// `YYYY-MM-DD`.
    Date,
    /// RFC 3339, kept in Beijing time.
    DateTime,
}

/// What is typed into an input, for the keyboard of a phone and for grouping digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    Text,
    ResidentId,
    Uscc,
    Mobile,
    Integer,
    Decimal,
}

/// 预填来源: where a value comes from, tried in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Prefill {
    /// Paths such as `population.name`, `legal.uscc`, `user_space.mobile`, `licence:JZZ.licence_no`.
    pub sources: Vec<String>,
    /// A value found may not be changed.
    pub readonly: bool,
}

/// What a photo must be like (`x_photo`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoRule {
    pub width_px: u32,
    pub height_px: u32,
    pub formats: Vec<String>,
    pub max_kb: u32,
}

/// The bound of a text field that names none.
const MAX_LENGTH: u64 = 4000;
const MOBILE: &str = r"^1\d{10}$";

impl Field {
    pub(crate) fn parse(name: &str, schema: &Value) -> Result<Self, FormError> {
        let bad = |reason: &str| FormError::Field {
            field: name.into(),
            reason: reason.into(),
        };
        let text = |key: &str| schema.get(key).and_then(Value::as_str).map(str::to_owned);
        let kind = match schema.get("type").and_then(Value::as_str) {
            Some("string") => Kind::Text,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Boolean,
            Some("array") if schema.pointer("/items/type").is_some_and(|t| t == "string") => {
                Kind::List
            }
            _ => {
                return Err(bad(
                    "类型须为文本、整数、数、真假或文本列表 / unsupported type",
                ));
            }
        };
        let format = match text("format").as_deref() {
            None => None,
            Some("resident-id") => Some(Format::ResidentId),
            Some("uscc") => Some(Format::Uscc),
            Some("date") => Some(Format::Date),
            Some("date-time") => Some(Format::DateTime),
            Some(_) => return Err(bad("不支持的格式 / unsupported format")),
        };
        let options = options(schema).ok_or_else(|| {
            bad("选项须为文本，名称与选项一一对应 / options must be texts, each with its name")
        })?;
        let widget = match schema.get("x_widget") {
            Some(widget) => {
                Widget::deserialize(widget).map_err(|_| bad("没有这种控件 / unknown widget"))?
            }
            None => default_widget(kind, format, &options),
        };
        if !fits(widget, kind, &options) {
            return Err(bad("控件与类型不符 / the widget does not fit the type"));
        }
        let title = text("title").filter(|title| !title.is_empty());
        let title = title.ok_or_else(|| bad("没有标题 / no title"))?;
        let free = kind == Kind::Text && options.is_empty();
        let max_length = schema.get("maxLength").and_then(Value::as_u64);
        let photo = schema
            .get("x_photo")
            .map(PhotoRule::deserialize)
            .transpose();
        let mut field = Self {
            name: name.to_owned(),
            title,
            kind,
            widget,
            format,
            pattern: text("pattern"),
            options,
            sensitive: schema.get("x_sensitive") == Some(&Value::Bool(true)),
            max_length: max_length.or(free.then_some(MAX_LENGTH)),
            minimum: schema.get("minimum").and_then(Value::as_f64),
            maximum: schema.get("maximum").and_then(Value::as_f64),
            hint: None,
            prefill: prefill(schema).ok_or_else(|| bad("预填写法不对 / malformed x_prefill"))?,
            photo: photo.map_err(|_| bad("照片要求写法不对 / malformed x_photo"))?,
            consent: kind == Kind::Boolean && schema.get("const") == Some(&Value::Bool(true)),
        };
        field.hint = match text("description") {
            Some(own) => Some(Words::new(own.clone(), own)),
            None => field.own_hint(),
        };
        Ok(field)
    }

    /// What is typed into it.
    pub fn input(&self) -> Input {
        match (self.format, self.kind) {
            (Some(Format::ResidentId), _) => Input::ResidentId,
            (Some(Format::Uscc), _) => Input::Uscc,
            (_, Kind::Integer) => Input::Integer,
            (_, Kind::Number) => Input::Decimal,
            _ if self.pattern.as_deref() == Some(MOBILE) => Input::Mobile,
            _ => Input::Text,
        }
    }

    /// The label of an option, or the value itself.
    pub fn label<'a>(&'a self, value: &'a str) -> &'a str {
        let option = self.options.iter().find(|option| option.value == value);
        option.map_or(value, |option| &option.label)
    }

    fn own_hint(&self) -> Option<Words> {
        if let Some(photo) = &self.photo {
            let (w, h, kb) = (photo.width_px, photo.height_px, photo.max_kb);
            let formats = photo.formats.join("、");
            return Some(Words::new(
                format!("{formats}格式，{w}×{h}像素，不超过{kb}KB"),
                format!(
                    "{}, {w}×{h} pixels, at most {kb} KB",
                    photo.formats.join(", ")
                ),
            ));
        }
        match self.input() {
            Input::ResidentId => Some(Words::new(
                "18位，最后一位可以是字母X",
                "18 characters, the last may be the letter X",
            )),
            Input::Uscc => Some(Words::new(
                "18位数字或大写字母",
                "18 digits or capital letters",
            )),
            Input::Mobile => Some(Words::new("11位手机号码", "Mobile number of 11 digits")),
            Input::Integer => Some(Words::new("填写整数", "A whole number")),
            Input::Text | Input::Decimal => None,
        }
    }
}

fn default_widget(kind: Kind, format: Option<Format>, options: &[Choice]) -> Widget {
    match (kind, format) {
        (Kind::Boolean, _) => Widget::Switch,
        (Kind::List, _) => Widget::Checkbox,
        (_, Some(Format::Date)) => Widget::Date,
        (_, Some(Format::DateTime)) => Widget::Datetime,
        _ if options.is_empty() => Widget::Input,
        _ if options.len() <= 5 => Widget::Radio,
        _ => Widget::Select,
    }
}

fn fits(widget: Widget, kind: Kind, options: &[Choice]) -> bool {
    match widget {
        Widget::Input => {
            options.is_empty() && matches!(kind, Kind::Text | Kind::Integer | Kind::Number)
        }
        Widget::Textarea | Widget::Date | Widget::Datetime | Widget::Photo => {
            options.is_empty() && kind == Kind::Text
        }
        Widget::Radio | Widget::Select => !options.is_empty() && kind == Kind::Text,
        Widget::Checkbox => kind == Kind::Boolean || kind == Kind::List && !options.is_empty(),
        Widget::Switch => kind == Kind::Boolean,
    }
}

fn options(schema: &Value) -> Option<Vec<Choice>> {
    let listed = schema.get("enum").or_else(|| schema.pointer("/items/enum"));
    let Some(listed) = listed else {
        return Some(Vec::new());
    };
    let values = listed.as_array()?;
    let names = schema
        .get("x_enum_names")
        .or_else(|| schema.pointer("/items/x_enum_names"));
    let names = names.map_or(Some(values), Value::as_array)?;
    let choice = |(value, name): (&Value, &Value)| {
        Some(Choice {
            value: value.as_str()?.to_owned(),
            label: name.as_str()?.to_owned(),
        })
    };
    let choices: Option<Vec<_>> = values.iter().zip(names).map(choice).collect();
    choices.filter(|_| values.len() == names.len())
}

fn prefill(schema: &Value) -> Option<Option<Prefill>> {
    let Some(prefill) = schema.get("x_prefill") else {
        return Some(None);
    };
    let mut sources = vec![prefill.get("source")?.as_str()?.to_owned()];
    for other in prefill
        .get("alternatives")
        .map_or(Some(&Vec::new()), Value::as_array)?
    {
        sources.push(other.as_str()?.to_owned());
    }
    let readonly = prefill
        .get("readonly")
        .map_or(Some(false), Value::as_bool)?;
    Some(Some(Prefill { sources, readonly }))
}

//! A template (文书模板): what a kind of document says, as data.

use std::collections::HashSet;

use seals::SealType;
use serde::Deserialize;

use crate::error::NoticeError;
use crate::kind::Kind;

/// One version of a template.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub kind: Kind,
    /// The usual title; the caller may give another, as decisions have.
    pub title: String,
    /// The seal of the issuing agency it is sealed with.
    pub seal: SealType,
    /// What the seal's standing authorisation names: `notice` or `decision`.
    pub document_kind: String,
    /// 骑缝章: the seal also stands over the edges of the pages where there are several.
    #[serde(default)]
    pub straddle: bool,
    /// The field that dates the document.
    pub date: String,
    /// Whom it is addressed to; none for records.
    pub addressee: Option<String>,
    /// Fields without which the document is not made.
    pub required: Vec<String>,
    pub body: Vec<Part>,
}

/// A part of the body: exactly one of heading, text, pairs, list and table.
///
/// Placeholders are `{field}`, and `{field:date}` for the day of a moment. A row of pairs with a field that is not given is left out, as is a
/// column without any value; a text or heading with one is an error, so that no document has a
/// hole in a sentence.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Shown only when all these fields are given and not false; names with blanks between them.
    #[serde(default, rename = "if")]
    pub when: Option<String>,
    /// Not shown when any of these fields is given and not false.
    #[serde(default)]
    pub unless: Option<String>,
    pub heading: Option<String>,
    pub text: Option<String>,
    pub pairs: Option<Vec<(String, String)>>,
    pub list: Option<List>,
    pub table: Option<Table>,
}

/// A numbered list over an array field.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    pub of: String,
    /// `{field}` of the entry, `{.}` for an entry that is a text.
    pub item: String,
}

/// A table over an array field.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    pub of: String,
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub title: String,
    /// Share of the width.
    pub share: f32,
    /// `{field}` of the entry, `{#}` for its number.
    pub value: String,
    #[serde(default)]
    pub align: Alignment,
}

/// How a column's cells are set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alignment {
    #[default]
    Left,
    Centre,
    Right,
}

/// Fields that need not be given: the document knows them.
pub(crate) const PROVIDED: &[&str] = &[
    "number",
    "title",
    "case_no",
    "you",
    "agency",
    "agency_address",
    "agency_phone",
    "supervision_phone",
    "review_body",
    "total_words",
];

impl Template {
    /// Reads and checks a template.
    pub fn read(json: &str) -> Result<Self, NoticeError> {
        let template: Self =
            serde_json::from_str(json).map_err(|e| NoticeError::Template(e.to_string()))?;
        template.check()?;
        Ok(template)
    }

    fn check(&self) -> Result<(), NoticeError> {
        let wrong = |why: String| Err(NoticeError::Template(why));
        if self.title.trim().is_empty() || self.body.is_empty() {
            return wrong("title and body are needed".into());
        }
        let sure: HashSet<&str> = self
            .required
            .iter()
            .map(String::as_str)
            .chain(PROVIDED.iter().copied())
            .collect();
        if !sure.contains(self.date.as_str()) {
            return wrong(format!("the date {} is not a required field", self.date));
        }
        for part in &self.body {
            let kinds = [
                part.heading.is_some(),
                part.text.is_some(),
                part.pairs.is_some(),
                part.list.is_some(),
                part.table.is_some(),
            ];
            if kinds.iter().filter(|&&given| given).count() != 1 {
                return wrong("a part is exactly one of heading, text, pairs, list, table".into());
            }
            let asked: HashSet<&str> = names(part.when.as_deref()).collect();
            for text in [&part.heading, &part.text].into_iter().flatten() {
                for name in placeholders(text)? {
                    if !sure.contains(name) && !asked.contains(name) {
                        return wrong(format!("{{{name}}} is neither required nor asked for"));
                    }
                }
            }
            for (label, value) in part.pairs.iter().flatten() {
                placeholders(label)?;
                placeholders(value)?;
            }
            for column in part.table.iter().flat_map(|table| &table.columns) {
                placeholders(&column.value)?;
                if !(column.share.is_finite() && column.share > 0.0) {
                    return wrong(format!("column {} has no width", column.title));
                }
            }
            if let Some(list) = &part.list {
                placeholders(&list.item)?;
            }
        }
        Ok(())
    }
}

/// The names in an `if` or `unless`.
pub(crate) fn names(condition: Option<&str>) -> impl Iterator<Item = &str> {
    condition.unwrap_or_default().split_whitespace()
}

/// A text cut at its placeholders.
pub(crate) enum Piece<'a> {
    Plain(&'a str),
    Field(&'a str),
}

/// Cuts a text at its placeholders.
pub(crate) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, NoticeError> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (plain, after) = rest.split_at(open);
        let close = after
            .find('}')
            .ok_or_else(|| NoticeError::Template(format!("a brace is not closed: {text}")))?;
        if !plain.is_empty() {
            all.push(Piece::Plain(plain));
        }
        all.push(Piece::Field(&after[1..close]));
        rest = &after[close + 1..];
    }
    if !rest.is_empty() {
        all.push(Piece::Plain(rest));
    }
    Ok(all)
}

fn placeholders(text: &str) -> Result<Vec<&str>, NoticeError> {
    let pieces = pieces(text)?;
    Ok(pieces
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Field(name) => Some(name.strip_suffix(":date").unwrap_or(name)),
            Piece::Plain(_) => None,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_body(body: &str) -> Result<Template, NoticeError> {
        Template::read(&format!(
            r#"{{"kind":"receipt","title":"收件凭证","seal":"acceptance","document_kind":"notice",
                "date":"received_at","required":["received_at","item_name"],"body":{body}}}"#
        ))
    }

    #[test]
    fn a_sentence_may_not_have_a_hole() {
        assert!(with_body(r#"[{"text":"“{item_name}”于{received_at}收到"}]"#).is_ok());
        assert!(with_body(r#"[{"text":"收件人{officer}"}]"#).is_err());
        assert!(with_body(r#"[{"text":"收件人{officer}","if":"officer"}]"#).is_ok());
        assert!(with_body(r#"[{"pairs":[["收件人","{officer}"]]}]"#).is_ok());
    }

    #[test]
    fn a_part_is_one_thing() {
        assert!(with_body(r#"[{"text":"一","heading":"二"}]"#).is_err());
        assert!(with_body(r#"[{"if":"item_name"}]"#).is_err());
        assert!(with_body(r#"[{"text":"{item_name"}]"#).is_err());
        assert!(with_body(r#"[{"texts":"一"}]"#).is_err());
        assert!(with_body("[]").is_err());
    }
}

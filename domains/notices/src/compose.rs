//! From fields to a letter: a pure function of template, content and site.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use kernel::time;
use paper::{Align, Block, Letter, Meta};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::beside::Beside;
use crate::error::NoticeError;
use crate::issuer::Issuer;
use crate::money;
use crate::template::{Alignment, Column, Part, Piece, Table, Template, names, pieces};

/// Where the portal is reached. Put into the context's shared things at start-up.
#[derive(Clone, Debug)]
pub struct Site {
    /// `https://zwfw.example.gov.cn`, without a slash at the end.
    pub base_url: String,
}

/// What a document says. Stored encrypted as a whole.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Content {
    /// 文号.
    pub number: String,
    pub title: String,
    pub case_no: String,
    /// The random token of the case's QR code [D-17].
    pub token: String,
    pub issuer: Issuer,
    /// The fields of the template: texts, booleans and arrays of objects. A field whose name ends
    /// in `_at` is a moment (RFC 3339), in `_on` a date (ISO 8601); both are written as official
    /// documents write them.
    pub fields: Value,
    /// Number of the document that this one replaces.
    #[serde(default)]
    pub replaces: Option<String>,
    /// Who seals beside the issuer, in order.
    #[serde(default)]
    pub beside: Vec<Beside>,
}

/// The address of a case's QR code: case number and token [D-17].
pub fn progress_url(site: &Site, case_no: &str, token: &str) -> String {
    format!(
        "{}/progress/{case_no}?t={token}",
        site.base_url.trim_end_matches('/')
    )
}

/// Composes the letter.
pub fn compose(template: &Template, content: &Content, site: &Site) -> Result<Letter, NoticeError> {
    let filler = Filler { content };
    for name in &template.required {
        if !filler.holds(name) {
            return Err(NoticeError::Missing(name.clone()));
        }
    }
    let mut blocks = Vec::new();
    for part in &template.body {
        if filler.shows(part) {
            filler.part(part, &mut blocks)?;
        }
    }
    if let Some(old) = &content.replaces {
        let text = format!("本文书替代{old}号文书，原文书自本文书作出之日起作废。");
        blocks.push(Block::Paragraph(text));
    }
    let dated = filler.moment(&template.date)?;
    let addressee = match &template.addressee {
        Some(text) => Some(filler.sentence(text)?),
        None => None,
    };
    let base = site.base_url.trim_end_matches('/');
    let co_signers = content.beside.iter().filter_map(|one| match one {
        Beside::Agency { name, .. } => Some(name.clone()),
        Beside::Officer { .. } => None,
    });
    let officer = |one: &Beside| matches!(one, Beside::Officer { .. });
    let by_officer = content.beside.iter().any(officer);
    Ok(Letter {
        meta: Meta {
            title: content.title.clone(),
            author: Some(content.issuer.name.clone()),
            subject: Some(format!("{} {}", content.number, content.case_no)),
            keywords: Vec::new(),
            created: dated,
        },
        agency: content.issuer.name.clone(),
        co_signers: co_signers.collect(),
        person: by_officer.then(|| "决定人：".to_owned()),
        title: content.title.clone(),
        number: Some(content.number.clone()),
        addressee,
        blocks,
        date_text: time::chinese_date(time::beijing_date(dated)),
        seal_mm: Some(f32::from(template.seal.size_mm())),
        qr: Some(progress_url(site, &content.case_no, &content.token)),
        qr_caption: "扫码查进度、调办件".into(),
        footer: footer(content, base),
    })
}

/// How to reach the agency, and how the paper copy is verified [I-17].
fn footer(content: &Content, base: &str) -> Vec<String> {
    let issuer = &content.issuer;
    let contact = [
        ("咨询电话", &issuer.consultation_phone),
        ("监督投诉电话", &issuer.supervision_phone),
        ("地址", &issuer.address),
    ];
    let contact: Vec<String> = contact
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(label, text)| format!("{label}：{text}"))
        .collect();
    let mut lines = Vec::new();
    if !contact.is_empty() {
        lines.push(contact.join("　"));
    }
    lines.push(format!(
        "核验地址：{base}/verify　核验编号：{}",
        content.number
    ));
    lines
}

/// Fills placeholders from the content.
struct Filler<'a> {
    content: &'a Content,
}

impl<'a> Filler<'a> {
    fn shows(&self, part: &Part) -> bool {
        names(part.when.as_deref()).all(|name| self.holds(name))
            && !names(part.unless.as_deref()).any(|name| self.holds(name))
    }

    /// Given, and neither false nor empty.
    fn holds(&self, name: &str) -> bool {
        match self.content.fields.get(name) {
            Some(value) => is_given(value),
            None => self.provided(name).is_some_and(|text| !text.is_empty()),
        }
    }

    fn part(&self, part: &Part, blocks: &mut Vec<Block>) -> Result<(), NoticeError> {
        if let Some(text) = &part.heading {
            blocks.push(Block::Heading(self.sentence(text)?));
        }
        if let Some(text) = &part.text {
            blocks.push(Block::Paragraph(self.sentence(text)?));
        }
        if let Some(pairs) = &part.pairs {
            let mut rows = Vec::new();
            for (label, value) in pairs {
                if let Some(value) = self.fill(value, None)? {
                    rows.push((self.sentence(label)?, value));
                }
            }
            blocks.push(Block::KeyValues(rows));
        }
        if let Some(list) = &part.list {
            let mut items = Vec::new();
            for (index, entry) in self.entries(&list.of)?.iter().enumerate() {
                items.push(self.entry(&list.item, entry, index)?);
            }
            blocks.push(Block::List(items));
        }
        if let Some(table) = &part.table {
            blocks.push(self.table(table)?);
        }
        Ok(())
    }

    fn table(&self, table: &Table) -> Result<Block, NoticeError> {
        let entries = self.entries(&table.of)?;
        let (mut columns, mut cells) = (Vec::new(), Vec::new());
        for column in &table.columns {
            let mut filled = Vec::with_capacity(entries.len());
            for (index, entry) in entries.iter().enumerate() {
                filled.push(self.entry(&column.value, entry, index)?);
            }
            // A column that nobody filled would only take width from the others.
            if filled.iter().any(|cell| !cell.is_empty()) {
                columns.push(column_of(column));
                cells.push(filled);
            }
        }
        let rows = (0..entries.len())
            .map(|row| cells.iter().map(|column| column[row].clone()).collect())
            .collect();
        Ok(Block::Table { columns, rows })
    }

    fn entries(&self, name: &str) -> Result<&'a [Value], NoticeError> {
        match self.content.fields.get(name) {
            Some(Value::Array(entries)) => Ok(entries),
            None => Err(NoticeError::Missing(name.to_owned())),
            Some(_) => Err(NoticeError::Field(name.to_owned())),
        }
    }

    /// A cell or list entry; what the entry does not have is empty.
    fn entry(&self, text: &str, entry: &Value, index: usize) -> Result<String, NoticeError> {
        Ok(self.fill(text, Some((entry, index)))?.unwrap_or_default())
    }

    /// A text in which every placeholder must be given.
    fn sentence(&self, text: &str) -> Result<String, NoticeError> {
        match self.fill(text, None)? {
            Some(filled) => Ok(filled),
            None => Err(NoticeError::Missing(text.to_owned())),
        }
    }

    /// Fills the placeholders; none when one of them is not given.
    fn fill(
        &self,
        text: &str,
        entry: Option<(&Value, usize)>,
    ) -> Result<Option<String>, NoticeError> {
        let mut out = String::with_capacity(text.len());
        for piece in pieces(text)? {
            match piece {
                Piece::Plain(plain) => out.push_str(plain),
                Piece::Field(field) => {
                    let (name, only_date) = match field.strip_suffix(":date") {
                        Some(name) => (name, true),
                        None => (field, false),
                    };
                    let Some(value) = self.value(name, entry)? else {
                        return Ok(None);
                    };
                    let value = if only_date {
                        before_clock(&value)
                    } else {
                        &value
                    };
                    if out.ends_with('“') {
                        // Quotation marks inside quotation marks are single.
                        out.push_str(&value.replace('“', "‘").replace('”', "’"));
                    } else {
                        out.push_str(value);
                    }
                }
            }
        }
        Ok(Some(out))
    }

    fn value(
        &self,
        name: &str,
        entry: Option<(&Value, usize)>,
    ) -> Result<Option<Cow<'a, str>>, NoticeError> {
        let value = match entry {
            None => self.content.fields.get(name),
            Some((_, index)) if name == "#" => return Ok(Some((index + 1).to_string().into())),
            Some((entry, _)) if name == "." => Some(entry),
            Some((entry, _)) => entry.get(name),
        };
        match value {
            Some(value) if is_given(value) => Ok(Some(Cow::Owned(written(name, value)?))),
            // A field in the content wins over what the document knows itself; entries of lists
            // never look beyond themselves.
            _ if entry.is_none() => Ok(self.provided(name).filter(|text| !text.is_empty())),
            _ => Ok(None),
        }
    }

    fn provided(&self, name: &str) -> Option<Cow<'a, str>> {
        let (content, issuer) = (self.content, &self.content.issuer);
        let text = match name {
            "number" => &content.number,
            "title" => &content.title,
            "case_no" => &content.case_no,
            "agency" => &issuer.name,
            "agency_address" => &issuer.address,
            "agency_phone" => &issuer.consultation_phone,
            "supervision_phone" => &issuer.supervision_phone,
            "review_body" => &issuer.review_body,
            "you" => {
                let unit = content.fields.get("legal_person").is_some_and(is_given);
                return Some(if unit { "你单位" } else { "你" }.into());
            }
            "total_words" => {
                let total = content.fields.get("total")?.as_str()?;
                return money::in_words(total).map(Cow::Owned);
            }
            _ => return None,
        };
        Some(Cow::Borrowed(text))
    }

    /// The moment in a field that dates the document.
    fn moment(&self, name: &str) -> Result<Timestamp, NoticeError> {
        let text = self.content.fields.get(name).and_then(Value::as_str);
        let text = text.ok_or_else(|| NoticeError::Missing(name.to_owned()))?;
        text.parse()
            .map_err(|_| NoticeError::Field(name.to_owned()))
    }
}

/// `2026年11月16日 14:20` → `2026年11月16日`: sentences name the day, tables the minute.
fn before_clock(moment: &str) -> &str {
    moment.split(' ').next().unwrap_or(moment)
}

fn is_given(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(entries) => !entries.is_empty(),
        Value::Object(_) | Value::Bool(true) | Value::Number(_) => true,
    }
}

/// A value as the document writes it.
fn written(name: &str, value: &Value) -> Result<String, NoticeError> {
    let wrong = || NoticeError::Field(name.to_owned());
    match value {
        Value::String(text) if name.ends_with("_at") => {
            // Already in words of the document: a caller may know a moment only roughly.
            if text.contains('年') {
                return Ok(text.trim().to_owned());
            }
            let at: Timestamp = text.parse().map_err(|_| wrong())?;
            Ok(time::chinese_minute(at))
        }
        Value::String(text) if name.ends_with("_on") => {
            let on: Date = text.parse().map_err(|_| wrong())?;
            Ok(time::chinese_date(on))
        }
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Array(entries) => {
            let texts = entries
                .iter()
                .map(Value::as_str)
                .collect::<Option<Vec<_>>>();
            Ok(texts.ok_or_else(wrong)?.join("、"))
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => Err(wrong()),
    }
}

fn column_of(column: &Column) -> paper::Column {
    paper::Column {
        title: column.title.clone(),
        share: column.share,
        align: match column.align {
            Alignment::Left => Align::Left,
            Alignment::Centre => Align::Centre,
            Alignment::Right => Align::Right,
        },
    }
}

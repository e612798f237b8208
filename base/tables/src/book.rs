//! XLSX, one row at a time: only the shared texts are held in memory.

use std::io::{Read, Seek};

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;

use crate::cell::{self, Shown};
use crate::shared::{Shared, unescape};
use crate::xml::{Said, Xml, attribute};
use crate::zipped::Zipped;
use crate::{Limits, TableError};

const SMALL_PART: u64 = 16 << 20;

/// What the type of a cell says about its value.
#[derive(Clone, Copy, PartialEq)]
enum Held {
    Number,
    Shared,
    Text,
    Bool,
}

/// A cell as its attributes announce it.
struct Announced {
    column: Option<usize>,
    held: Held,
    style: usize,
}

/// What the values of cells are looked up in.
struct Look {
    shared: Shared,
    shown: Vec<Shown>,
    since_1904: bool,
}

/// One sheet of a workbook.
pub(crate) struct Book<R: Read> {
    xml: Xml<R>,
    look: Look,
    columns: usize,
    line: u64,
}

impl<R: Read + Seek> Book<R> {
    /// Opens the sheet of that name, or the first one that is not hidden.
    pub fn open(
        mut zip: Zipped<R>,
        sheet: Option<&str>,
        limits: &Limits,
    ) -> Result<Self, TableError> {
        let (path, since_1904) = find_sheet(&mut zip, sheet)?;
        let shown = match zip.part("xl/styles.xml")? {
            Some(part) => read_styles(&mut Xml::new(part))?,
            None => Vec::new(),
        };
        let shared = match zip.part("xl/sharedStrings.xml")? {
            Some(part) => Shared::read(&mut Xml::new(part), limits.shared_bytes)?,
            None => Shared::default(),
        };
        Ok(Self {
            xml: Xml::new(zip.into_part(&path)?),
            look: Look {
                shared,
                shown,
                since_1904,
            },
            columns: limits.columns,
            line: 0,
        })
    }
}

impl<R: Read> Book<R> {
    /// Reads the next row into the cells, gaps as empty cells; gives its number in the sheet.
    pub fn next_row(&mut self, cells: &mut Vec<String>) -> Result<Option<u64>, TableError> {
        cells.clear();
        let mut cell: Option<Announced> = None;
        let mut value = String::new();
        let (mut in_value, mut phonetic) = (false, false);
        loop {
            match self.xml.next()? {
                Said::Start(start, empty) => match start.local_name().as_ref() {
                    "row" => {
                        self.line = attribute(&start, "r")?
                            .and_then(|r| r.parse().ok())
                            .unwrap_or(self.line + 1);
                        if empty {
                            return Ok(Some(self.line));
                        }
                    }
                    "sheetData" if empty => return Ok(None),
                    "c" => {
                        let announced = announced(&start)?;
                        let column = announced.column.unwrap_or(cells.len());
                        if column >= self.columns {
                            return Err(TableError::TooManyColumns {
                                limit: self.columns,
                            });
                        }
                        while cells.len() < column {
                            cells.push(String::new());
                        }
                        if empty {
                            cells.push(String::new());
                        } else {
                            value.clear();
                            cell = Some(announced);
                        }
                    }
                    "v" => in_value = !empty,
                    "t" => in_value = !empty && !phonetic,
                    "rPh" => phonetic = !empty,
                    _ => {}
                },
                Said::Text(text) if in_value => value.push_str(&text),
                Said::Text(_) | Said::Nothing => {}
                Said::End(end) => match end.local_name().as_ref() {
                    "v" | "t" => in_value = false,
                    "rPh" => phonetic = false,
                    "c" => {
                        if let Some(cell) = cell.take() {
                            cells.push(self.look.text(&cell, &value)?);
                        }
                    }
                    "row" => return Ok(Some(self.line)),
                    "sheetData" => return Ok(None),
                    _ => {}
                },
                Said::Over => return Err(TableError::damaged("the sheet ends too early")),
            }
        }
    }
}

impl Look {
    fn text(&self, cell: &Announced, value: &str) -> Result<String, TableError> {
        Ok(match cell.held {
            Held::Text => unescape(value),
            Held::Bool => if value.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned(),
            Held::Shared => value
                .trim()
                .parse()
                .ok()
                .and_then(|index| self.shared.get(index))
                .ok_or_else(|| TableError::damaged("a cell without its text"))?
                .to_owned(),
            Held::Number if value.is_empty() => String::new(),
            Held::Number => match self.shown.get(cell.style) {
                Some(shown) => cell::serial(value, *shown, self.since_1904),
                None => cell::number(value),
            },
        })
    }
}

fn announced(start: &BytesStart) -> Result<Announced, TableError> {
    let mut announced = Announced {
        column: None,
        held: Held::Number,
        style: 0,
    };
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(TableError::damaged)?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(TableError::damaged)?;
        match attribute.key.local_name().as_ref() {
            "r" => announced.column = column(&value),
            "s" => announced.style = value.parse().unwrap_or(0),
            "t" => {
                announced.held = match value.as_ref() {
                    "s" => Held::Shared,
                    "b" => Held::Bool,
                    // A formula's text, text in the cell itself, an error, a date in ISO 8601.
                    "str" | "inlineStr" | "e" | "d" => Held::Text,
                    _ => Held::Number,
                }
            }
            _ => {}
        }
    }
    Ok(announced)
}

/// The column of a reference such as `AB12`, from 0.
fn column(reference: &str) -> Option<usize> {
    let mut column = 0usize;
    for byte in reference.bytes().take_while(u8::is_ascii_alphabetic) {
        column = column
            .checked_mul(26)?
            .checked_add(usize::from(byte.to_ascii_uppercase() - b'A') + 1)?;
    }
    column.checked_sub(1)
}

/// The path of the sheet, and whether days are counted from 1904.
fn find_sheet<R: Read + Seek>(
    zip: &mut Zipped<R>,
    wanted: Option<&str>,
) -> Result<(String, bool), TableError> {
    let missing = || TableError::damaged("not a workbook");
    let mut since_1904 = false;
    let mut relation = None;
    let mut xml = Xml::new(zip.part("xl/workbook.xml")?.ok_or_else(missing)?);
    loop {
        match xml.next()? {
            Said::Start(start, _) => match start.local_name().as_ref() {
                "workbookPr" => {
                    since_1904 = matches!(
                        attribute(&start, "date1904")?.as_deref(),
                        Some("1" | "true")
                    );
                }
                "sheet" if relation.is_none() => {
                    let is_it = match wanted {
                        Some(name) => attribute(&start, "name")?.as_deref() == Some(name),
                        None => !matches!(
                            attribute(&start, "state")?.as_deref(),
                            Some("hidden" | "veryHidden")
                        ),
                    };
                    if is_it {
                        relation = attribute(&start, "id")?;
                    }
                }
                _ => {}
            },
            Said::Over => break,
            Said::End(_) | Said::Text(_) | Said::Nothing => {}
        }
    }
    drop(xml);
    let relation =
        relation.ok_or_else(|| TableError::NoSheet(wanted.unwrap_or_default().to_owned()))?;
    let mut xml = Xml::new(
        zip.part("xl/_rels/workbook.xml.rels")?
            .ok_or_else(missing)?,
    );
    loop {
        match xml.next()? {
            Said::Start(start, _) if start.local_name().as_ref() == "Relationship" => {
                if attribute(&start, "Id")?.as_deref() != Some(&relation) {
                    continue;
                }
                let target = attribute(&start, "Target")?.ok_or_else(missing)?;
                let path = match target.strip_prefix('/') {
                    Some(absolute) => absolute.to_owned(),
                    None => format!("xl/{target}"),
                };
                return Ok((path, since_1904));
            }
            Said::Over => return Err(missing()),
            _ => {}
        }
    }
}

/// For each style of cells, what it shows a number as.
fn read_styles<R: Read>(xml: &mut Xml<R>) -> Result<Vec<Shown>, TableError> {
    let mut codes: Vec<(u32, Shown)> = Vec::new();
    let mut styles = Vec::new();
    let mut in_cells = false;
    loop {
        match xml.next()? {
            Said::Start(start, empty) => match start.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&start, "numFmtId")?.and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, attribute(&start, "formatCode")?) {
                        codes.push((id, cell::format_shows(&code)));
                    }
                }
                "cellXfs" => in_cells = !empty,
                "xf" if in_cells && styles.len() < SMALL_PART as usize => {
                    let id: u32 = attribute(&start, "numFmtId")?
                        .and_then(|id| id.parse().ok())
                        .unwrap_or(0);
                    let shown = codes
                        .iter()
                        .find(|(code, _)| *code == id)
                        .map_or_else(|| cell::built_in_shows(id), |(_, shown)| *shown);
                    styles.push(shown);
                }
                _ => {}
            },
            Said::End(end) if end.local_name().as_ref() == "cellXfs" => return Ok(styles),
            Said::Over => return Ok(styles),
            Said::End(_) | Said::Text(_) | Said::Nothing => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::column;

    #[test]
    fn references_name_their_column() {
        assert_eq!(column("A1"), Some(0));
        assert_eq!(column("z9"), Some(25));
        assert_eq!(column("AA1"), Some(26));
        assert_eq!(column("XFD1"), Some(16383));
        assert_eq!(column("1"), None);
        assert_eq!(column(&"Z".repeat(60)), None);
    }
}

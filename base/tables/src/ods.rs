//! ODS, one row at a time.

use std::io::{Read, Seek};

use quick_xml::events::BytesStart;

use crate::cell;
use crate::xml::{Said, Xml, attribute};
use crate::zipped::Zipped;
use crate::{Limits, TableError};

/// One sheet of an OpenDocument spreadsheet.
pub(crate) struct Ods<R: Read> {
    xml: Xml<R>,
    columns: usize,
    line: u64,
    /// The row read last, and how often it still comes.
    row: Vec<String>,
    repeats: u64,
}

/// A cell whose end has not come.
struct Open {
    times: usize,
    /// The value its attributes give, when that is not the text.
    value: Option<String>,
    text: String,
    paragraphs: usize,
}

impl<R: Read + Seek> Ods<R> {
    /// Opens the table of that name, or the first.
    pub fn open(zip: Zipped<R>, sheet: Option<&str>, limits: &Limits) -> Result<Self, TableError> {
        let mut xml = Xml::new(zip.into_part("content.xml")?);
        loop {
            match xml.next()? {
                Said::Start(start, _) if start.local_name().as_ref() == "table" => {
                    let name = attribute(&start, "name")?;
                    if sheet.is_none() || sheet == name.as_deref() {
                        break;
                    }
                }
                Said::Over => {
                    return Err(TableError::NoSheet(sheet.unwrap_or_default().to_owned()));
                }
                _ => {}
            }
        }
        Ok(Self {
            xml,
            columns: limits.columns,
            line: 0,
            row: Vec::new(),
            repeats: 0,
        })
    }
}

impl<R: Read> Ods<R> {
    /// Reads the next row into the cells; gives its number in the sheet.
    pub fn next_row(&mut self, cells: &mut Vec<String>) -> Result<Option<u64>, TableError> {
        if self.repeats == 0 && !self.read_row()? {
            return Ok(None);
        }
        cells.clear();
        if self.row.iter().all(String::is_empty) {
            // The empty rest of a sheet is one row repeated a million times.
            self.line += self.repeats;
            self.repeats = 0;
            return Ok(Some(self.line));
        }
        cells.extend(self.row.iter().cloned());
        self.repeats -= 1;
        self.line += 1;
        Ok(Some(self.line))
    }

    fn read_row(&mut self) -> Result<bool, TableError> {
        self.row.clear();
        let mut open: Option<Open> = None;
        let mut paragraph = false;
        let mut remark = 0usize;
        loop {
            match self.xml.next()? {
                Said::Start(start, empty) => match start.local_name().as_ref() {
                    "table-row" => {
                        self.repeats = times(&start, "number-rows-repeated")?.max(1);
                        if empty {
                            return Ok(true);
                        }
                    }
                    "table-cell" | "covered-table-cell" => {
                        let cell = Open {
                            times: times(&start, "number-columns-repeated")?.max(1) as usize,
                            value: value(&start)?,
                            text: String::new(),
                            paragraphs: 0,
                        };
                        if empty {
                            self.push(cell)?;
                        } else {
                            open = Some(cell);
                        }
                    }
                    "annotation" if !empty => remark += 1,
                    "p" if remark == 0 => {
                        if let Some(cell) = &mut open {
                            if cell.paragraphs > 0 {
                                cell.text.push('\n');
                            }
                            cell.paragraphs += 1;
                            paragraph = !empty;
                        }
                    }
                    "s" if paragraph => {
                        let blanks = times(&start, "c")?.clamp(1, 1000) as usize;
                        if let Some(cell) = &mut open {
                            cell.text.extend(std::iter::repeat_n(' ', blanks));
                        }
                    }
                    "tab" | "line-break" if paragraph => {
                        if let Some(cell) = &mut open {
                            cell.text.push(' ');
                        }
                    }
                    _ => {}
                },
                Said::Text(text) => {
                    if let (true, 0, Some(cell)) = (paragraph, remark, &mut open) {
                        cell.text.push_str(&text);
                    }
                }
                Said::End(end) => match end.local_name().as_ref() {
                    "p" => paragraph = false,
                    "annotation" => remark = remark.saturating_sub(1),
                    "table-cell" | "covered-table-cell" => {
                        if let Some(cell) = open.take() {
                            self.push(cell)?;
                        }
                    }
                    "table-row" => return Ok(true),
                    "table" => return Ok(false),
                    _ => {}
                },
                Said::Nothing => {}
                Said::Over => return Err(TableError::damaged("the sheet ends too early")),
            }
        }
    }

    fn push(&mut self, cell: Open) -> Result<(), TableError> {
        let text = cell.value.unwrap_or(cell.text);
        // Sheets end each row with thousands of empty cells.
        if text.is_empty() && self.row.len().saturating_add(cell.times) > self.columns {
            return Ok(());
        }
        if self.row.len().saturating_add(cell.times) > self.columns {
            return Err(TableError::TooManyColumns {
                limit: self.columns,
            });
        }
        self.row.extend(std::iter::repeat_n(text, cell.times));
        Ok(())
    }
}

fn times(start: &BytesStart, name: &str) -> Result<u64, TableError> {
    Ok(attribute(start, name)?
        .and_then(|times| times.parse().ok())
        .unwrap_or(1)
        .min(1 << 20))
}

fn value(start: &BytesStart) -> Result<Option<String>, TableError> {
    Ok(match attribute(start, "value-type")?.as_deref() {
        Some("float" | "percentage" | "currency") => {
            attribute(start, "value")?.map(|value| cell::number(&value))
        }
        Some("date") => attribute(start, "date-value")?.map(|value| {
            let value = value.replace('T', " ");
            match value.strip_suffix(" 00:00:00") {
                Some(day) => day.to_owned(),
                None => value,
            }
        }),
        Some("boolean") => attribute(start, "boolean-value")?.map(|v| v.to_ascii_uppercase()),
        _ => None,
    })
}

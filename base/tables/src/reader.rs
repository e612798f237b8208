//! The one door to tables of every kind.

use std::io::{BufReader, Read, Seek, SeekFrom};

use crate::book::Book;
use crate::csv::CsvReader;
use crate::ods::Ods;
use crate::zipped::Zipped;
use crate::{Encoding, Limits, TableError, encoding, sniff};

/// Bytes by which kind and delimiter are told.
const HEAD: usize = 1 << 16;

/// Kind of a file, told from its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Csv,
    Xlsx,
    Ods,
}

/// What is known about a file beforehand; everything is found out when left open.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub encoding: Option<Encoding>,
    /// Delimiter of a CSV file.
    pub delimiter: Option<u8>,
    /// Name of the sheet; else the first visible one.
    pub sheet: Option<String>,
    /// Rows above the headings, such as a title.
    pub rows_above: u64,
    pub limits: Limits,
}

/// A row of data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// From 1, the headings and blank lines of CSV not counted.
    pub number: u64,
    /// Line of a CSV file (from 1) on which it begins, or row of the sheet.
    pub line: u64,
    /// As many as there are headings; cells left out at the end are empty.
    pub cells: Vec<String>,
}

/// Where a table is read from: a file, or bytes in memory. Boxed, all of them are read by the same
/// code.
pub trait Input: Read + Seek + Send {}

impl<T: Read + Seek + Send> Input for T {}

enum Source<R: Read> {
    Csv(CsvReader<BufReader<R>>, Encoding),
    Xlsx(Box<Book<R>>),
    Ods(Box<Ods<R>>),
}

/// A table being read. Reading it twice means opening it twice.
pub struct Table<R: Read> {
    headings: Vec<String>,
    source: Source<R>,
    kind: Kind,
    rows: u64,
    spare: Vec<String>,
    most_rows: u64,
    over: bool,
}

impl<R: Read + Seek> Table<R> {
    /// Finds out kind, encoding and delimiter and reads the headings. The file is scanned once for
    /// its encoding, then read from the start.
    pub fn open(mut input: R, options: &Options) -> Result<Self, TableError> {
        let limits = &options.limits;
        let mut head = Vec::new();
        input.seek(SeekFrom::Start(0))?;
        input.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        input.seek(SeekFrom::Start(0))?;
        let (source, kind) = if head.starts_with(b"PK\x03\x04") {
            let zip = Zipped::open(input, limits)?;
            if zip.has("content.xml") {
                let ods = Ods::open(zip, options.sheet.as_deref(), limits)?;
                (Source::Ods(Box::new(ods)), Kind::Ods)
            } else {
                let book = Book::open(zip, options.sheet.as_deref(), limits)?;
                (Source::Xlsx(Box::new(book)), Kind::Xlsx)
            }
        } else if head.starts_with(b"\xd0\xcf\x11\xe0") {
            return Err(TableError::OldWorkbook);
        } else {
            (csv(input, &head, options)?, Kind::Csv)
        };
        let mut table = Self {
            headings: Vec::new(),
            source,
            kind,
            rows: 0,
            spare: Vec::new(),
            most_rows: limits.rows,
            over: false,
        };
        table.read_headings(options)?;
        Ok(table)
    }
}

fn csv<R: Read + Seek>(
    mut input: R,
    head: &[u8],
    options: &Options,
) -> Result<Source<R>, TableError> {
    let encoding = match options.encoding {
        Some(encoding) => encoding,
        None => encoding::detect(&mut input)?,
    };
    if head.contains(&0) {
        return Err(TableError::UnknownKind);
    }
    let mark = head.starts_with(&[0xef, 0xbb, 0xbf]);
    input.seek(SeekFrom::Start(if mark { 3 } else { 0 }))?;
    let delimiter = options.delimiter.unwrap_or_else(|| {
        let skip = if mark { 3 } else { 0 };
        sniff::delimiter(head.get(skip..).unwrap_or_default(), head.len() >= HEAD)
    });
    let input = BufReader::with_capacity(1 << 16, input);
    let reader = CsvReader::new(input, delimiter, options.limits.record_bytes);
    Ok(Source::Csv(reader, encoding))
}

impl<R: Read> Table<R> {
    /// Headings as they stand, blanks at their ends removed.
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Encoding of a CSV file.
    pub fn encoding(&self) -> Option<Encoding> {
        match &self.source {
            Source::Csv(_, encoding) => Some(*encoding),
            Source::Xlsx(_) | Source::Ods(_) => None,
        }
    }

    /// Reads the next row; false at the end. After an error that concerns one row
    /// ([`TableError::of_one_row`]) the next call goes on behind it.
    pub fn next_row(&mut self, row: &mut Row) -> Result<bool, TableError> {
        if self.over {
            return Ok(false);
        }
        loop {
            let line = match self.raw(&mut row.cells) {
                Ok(Some(line)) => line,
                Ok(None) => {
                    self.over = true;
                    return Ok(false);
                }
                Err(error) => {
                    self.rows += u64::from(error.of_one_row());
                    self.over = !error.of_one_row();
                    return Err(error);
                }
            };
            // A sheet keeps rows that once were formatted; a CSV line of commas is a row that
            // somebody sent.
            if self.kind != Kind::Csv && row.cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            self.rows += 1;
            if self.rows > self.most_rows {
                return Err(TableError::TooManyRows {
                    limit: self.most_rows,
                });
            }
            row.number = self.rows;
            row.line = line;
            let columns = self.headings.len();
            if row.cells.iter().skip(columns).any(|c| !c.trim().is_empty()) {
                return Err(TableError::TooManyCells {
                    row: self.rows,
                    line,
                    cells: row.cells.len(),
                    columns,
                });
            }
            row.cells.resize_with(columns, String::new);
            for cell in &mut row.cells {
                undo_neutralised(cell);
            }
            return Ok(true);
        }
    }

    fn raw(&mut self, cells: &mut Vec<String>) -> Result<Option<u64>, TableError> {
        match &mut self.source {
            Source::Csv(reader, encoding) => {
                let Some(line) = reader.next_record()? else {
                    return Ok(None);
                };
                // Texts of the row before are written over: a million rows need no new memory.
                while cells.len() > reader.width() {
                    self.spare.extend(cells.pop());
                }
                while cells.len() < reader.width() {
                    cells.push(self.spare.pop().unwrap_or_default());
                }
                for (at, (bytes, cell)) in reader.cells().zip(cells.iter_mut()).enumerate() {
                    cell.clear();
                    if !encoding.decode_onto(bytes, cell) {
                        return Err(TableError::BrokenByte {
                            row: if self.headings.is_empty() {
                                0
                            } else {
                                self.rows + 1
                            },
                            line,
                            column: at + 1,
                            name: self.headings.get(at).cloned().unwrap_or_default(),
                            encoding: encoding.name(),
                        });
                    }
                }
                Ok(Some(line))
            }
            Source::Xlsx(book) => book.next_row(cells),
            Source::Ods(ods) => ods.next_row(cells),
        }
    }

    fn read_headings(&mut self, options: &Options) -> Result<(), TableError> {
        let mut cells = Vec::new();
        let mut above = options.rows_above;
        loop {
            if self.raw(&mut cells)?.is_none() {
                return Err(TableError::NoHeading);
            }
            if above > 0 {
                above -= 1;
            } else if cells.iter().any(|cell| !cell.trim().is_empty()) {
                break;
            }
        }
        while cells.last().is_some_and(|cell| cell.trim().is_empty()) {
            cells.pop();
        }
        if cells.len() > options.limits.columns {
            return Err(TableError::TooManyColumns {
                limit: options.limits.columns,
            });
        }
        for cell in &mut cells {
            undo_neutralised(cell);
        }
        self.headings = cells.iter().map(|cell| cell.trim().to_owned()).collect();
        Ok(())
    }
}

/// Takes back the mark that [`crate::CsvWriter`] puts before what a spreadsheet would run.
fn undo_neutralised(cell: &mut String) {
    if cell.starts_with('\'') && crate::write_csv::runs(cell.trim_start_matches('\'')) {
        cell.remove(0);
    }
}

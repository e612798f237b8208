//! XLSX with every cell as text, so that numbers of eighteen digits survive being opened and saved.

use std::io::{Seek, Write};
use std::path::Path;

use rust_xlsxwriter::{Format, Workbook};

use crate::TableError;

/// Rows of a sheet; a longer table goes on in the next sheet.
const ROWS: u32 = 1_048_576;
/// Characters of a cell.
const LONGEST: usize = 32_767;

/// An XLSX file being written. Rows go to a temporary file at once, so memory stays small.
pub struct XlsxWriter {
    book: Workbook,
    headings: Vec<String>,
    sheet: usize,
    next: u32,
    heading: Format,
    text: Format,
}

impl XlsxWriter {
    /// Begins the file with its headings; `folder` takes the temporary files (else the system's).
    pub fn new<S: AsRef<str>>(
        headings: impl IntoIterator<Item = S>,
        folder: Option<&Path>,
    ) -> Result<Self, TableError> {
        let mut book = Workbook::new();
        if let Some(folder) = folder {
            book.set_tempdir(folder).map_err(write)?;
        }
        let mut writer = Self {
            book,
            headings: headings
                .into_iter()
                .map(|h| h.as_ref().to_owned())
                .collect(),
            sheet: 0,
            next: 0,
            heading: Format::new().set_bold().set_num_format("@"),
            text: Format::new().set_num_format("@"),
        };
        writer.begin_sheet()?;
        Ok(writer)
    }

    fn begin_sheet(&mut self) -> Result<(), TableError> {
        let sheet = self
            .book
            .add_worksheet_with_constant_memory()
            .map_err(write)?;
        sheet.set_freeze_panes(1, 0).map_err(write)?;
        for (at, heading) in self.headings.iter().enumerate() {
            let column = column(at)?;
            // Columns are given the format of text, so that what is typed later stays text too.
            sheet
                .set_column_format(column, &self.text)
                .and_then(|sheet| sheet.set_column_width(column, 20))
                .map_err(write)?;
            sheet
                .write_string_with_format(0, column, cut(heading), &self.heading)
                .map_err(write)?;
        }
        self.sheet = self.book.worksheets().len() - 1;
        self.next = 1;
        Ok(())
    }

    /// Writes a row; an empty cell stays empty, one longer than XLSX allows is cut.
    pub fn row<S: AsRef<str>>(
        &mut self,
        cells: impl IntoIterator<Item = S>,
    ) -> Result<(), TableError> {
        if self.next >= ROWS {
            self.begin_sheet()?;
        }
        let row = self.next;
        let sheet = self.book.worksheet_from_index(self.sheet).map_err(write)?;
        for (at, cell) in cells.into_iter().enumerate() {
            let cell = cell.as_ref();
            if !cell.is_empty() {
                sheet
                    .write_string_with_format(row, column(at)?, cut(cell), &self.text)
                    .map_err(write)?;
            }
        }
        self.next += 1;
        Ok(())
    }

    /// Packs the file.
    pub fn finish<'a, W: Write + Seek + Send + 'a>(mut self, out: W) -> Result<(), TableError> {
        // Boxed, so that files and memory are packed by the same code.
        let out: Box<dyn Output + 'a> = Box::new(out);
        self.book.save_to_writer(out).map_err(write)
    }
}

trait Output: Write + Seek + Send {}

impl<T: Write + Seek + Send> Output for T {}

fn column(at: usize) -> Result<u16, TableError> {
    u16::try_from(at).map_err(|_| TableError::TooManyColumns { limit: 16_384 })
}

fn cut(text: &str) -> &str {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

fn write(error: rust_xlsxwriter::XlsxError) -> TableError {
    TableError::Write(error.to_string())
}

//! CSV that spreadsheet programs open as it is: a mark of UTF-8 before it, without which Chinese
//! turns to rubbish, and nothing in it that they would run.

use std::io::{self, Write};

/// A CSV file being written.
pub struct CsvWriter<W: Write> {
    out: W,
    line: String,
}

impl<W: Write> CsvWriter<W> {
    /// Begins the file with its headings.
    pub fn new<S: AsRef<str>>(
        mut out: W,
        headings: impl IntoIterator<Item = S>,
    ) -> io::Result<Self> {
        out.write_all("\u{feff}".as_bytes())?;
        let mut writer = Self {
            out,
            line: String::new(),
        };
        writer.row(headings)?;
        Ok(writer)
    }

    /// Writes a row. What a spreadsheet would run as a formula gets a `'` before it, which
    /// [`crate::Table`] takes back.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) -> io::Result<()> {
        self.line.clear();
        let mut first = true;
        for cell in cells {
            if !first {
                self.line.push(',');
            }
            put(&mut self.line, cell.as_ref(), first);
            first = false;
        }
        self.line.push_str("\r\n");
        self.out.write_all(self.line.as_bytes())
    }

    /// Flushes and gives back what was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Whether a spreadsheet would run the text.
pub(crate) fn runs(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn put(line: &mut String, cell: &str, first: bool) {
    let defuse = runs(cell.trim_start_matches('\''));
    // A row of one empty cell would otherwise be a blank line.
    let quote =
        defuse || cell.contains(['"', ',', ';', '\n', '\r', '\t']) || (first && cell.is_empty());
    if !quote {
        line.push_str(cell);
        return;
    }
    line.push('"');
    if defuse {
        line.push('\'');
    }
    for c in cell.chars() {
        if c == '"' {
            line.push('"');
        }
        line.push(c);
    }
    line.push('"');
}

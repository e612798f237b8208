//! Rows that go back to those who sent them, one file a source, in the columns in which they came.

use std::collections::BTreeMap;
use std::io::{Seek, Write};
use std::path::PathBuf;

use tables::{CsvWriter, TableError, XlsxWriter};

use crate::{Action, Field, RuleSet, Verdict};

/// Columns added to a returned file. They are none of our fields, so that a corrected file is read
/// without them.
pub const RETURN_COLUMNS: [&str; 3] = ["缺陷", "说明", "建议"];

/// In which form files are returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Spreadsheets that open it turn numbers of eighteen digits into fifteen and save them so.
    Csv,
    /// Every cell is text and stays as it is.
    Xlsx,
}

enum Open<W: Write> {
    Csv(CsvWriter<W>),
    Xlsx(Box<XlsxWriter>, W),
}

/// The files of one cleaning that go back.
pub struct ReturnedFiles<W: Write, F> {
    format: Format,
    headings: Vec<String>,
    open: F,
    folder: Option<PathBuf>,
    files: BTreeMap<String, (Open<W>, u64)>,
}

/// Sources that get a file of their own; rows of further ones go into one file together, because
/// each file is open until the end.
const SOURCES: usize = 200;
const OTHERS: &str = "其他来源";

impl<W, F> ReturnedFiles<W, F>
where
    W: Write + Seek + Send,
    F: FnMut(&str) -> std::io::Result<W>,
{
    /// `headings` are those of the file that was cleaned; `open` makes the file of a source;
    /// `folder` takes temporary files (else the system's).
    pub fn new(format: Format, headings: &[String], open: F, folder: Option<PathBuf>) -> Self {
        let headings = headings
            .iter()
            .filter(|heading| !RETURN_COLUMNS.contains(&heading.as_str()))
            .cloned()
            .collect();
        Self {
            format,
            headings,
            open,
            folder,
            files: BTreeMap::new(),
        }
    }

    /// Adds a row, if its verdict is that it goes back: `original` are its cells as they came under
    /// `headings` of the table (which may be a corrected file with the added columns).
    pub fn add(
        &mut self,
        table_headings: &[String],
        original: &[String],
        verdict: &Verdict,
        rules: &RuleSet,
    ) -> Result<(), TableError> {
        if verdict.action != Action::ReturnToSource {
            return Ok(());
        }
        let mut source = [Field::SourceSystem, Field::Issuer]
            .map(|field| verdict.row.get(field).trim())
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or(OTHERS);
        if self.files.len() >= SOURCES && !self.files.contains_key(source) {
            source = OTHERS;
        }
        if !self.files.contains_key(source) {
            let out = (self.open)(source)?;
            let headings = self
                .headings
                .iter()
                .map(String::as_str)
                .chain(RETURN_COLUMNS);
            let file = match self.format {
                Format::Csv => Open::Csv(CsvWriter::new(out, headings)?),
                Format::Xlsx => Open::Xlsx(
                    Box::new(XlsxWriter::new(headings, self.folder.as_deref())?),
                    out,
                ),
            };
            self.files.insert(source.to_owned(), (file, 0));
        }
        let [defects, notes, advice] = told(verdict, rules);
        let own = table_headings
            .iter()
            .zip(original)
            .filter(|(heading, _)| !RETURN_COLUMNS.contains(&heading.as_str()))
            .map(|(_, cell)| cell.as_str());
        let cells = own.chain([defects.as_str(), notes.as_str(), advice.as_str()]);
        if let Some((file, rows)) = self.files.get_mut(source) {
            *rows += 1;
            match file {
                Open::Csv(writer) => writer.row(cells)?,
                Open::Xlsx(writer, _) => writer.row(cells)?,
            }
        }
        Ok(())
    }

    /// Closes all files and gives the number of rows for each source.
    pub fn finish(self) -> Result<BTreeMap<String, u64>, TableError> {
        let mut counts = BTreeMap::new();
        for (source, (file, rows)) in self.files {
            match file {
                Open::Csv(writer) => {
                    writer.finish()?;
                }
                Open::Xlsx(writer, out) => writer.finish(out)?,
            }
            counts.insert(source, rows);
        }
        Ok(counts)
    }
}

/// Defects, notes and advice of a row, for those who have to correct it.
fn told(verdict: &Verdict, rules: &RuleSet) -> [String; 3] {
    let mut out: [Vec<String>; 3] = Default::default();
    let [defects, notes, advice] = &mut out;
    for finding in &verdict.findings {
        // Findings of the library itself have no rule.
        let rule = rules.rule(&finding.code);
        let columns: Vec<&str> = finding.fields.iter().map(|field| field.zh()).collect();
        let name = rule.map_or("", |rule| rule.name.zh.as_str());
        let defect = format!("{} {name}", finding.code).trim_end().to_owned();
        if !defects.contains(&defect) {
            defects.push(defect);
        }
        let mut note = columns.join("、");
        if !finding.put.is_empty() {
            note.push_str(&format!("应为{}", verdict.corrected(finding).join("、")));
        }
        if !finding.note.zh.is_empty() {
            if !note.is_empty() {
                note.push('：');
            }
            note.push_str(&finding.note.zh);
        }
        if !note.is_empty() {
            notes.push(note);
        }
        let asked = rule.map_or("", |rule| rule.advice.zh.as_str());
        if !asked.is_empty() && !advice.iter().any(|one| one == asked) {
            advice.push(asked.to_owned());
        }
    }
    out.map(|texts| texts.join("；"))
}

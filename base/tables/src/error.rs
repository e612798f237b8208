//! Why a table or one of its rows cannot be read, in words for the person who sent it.

use std::io;

/// A thing that can be wrong with a foreign table. `Display` is Chinese; [`TableError::en`] English.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("读取文件出错：{0}")]
    Io(#[from] io::Error),
    /// The table goes on after this row.
    #[error("第{row}行（文件第{line}行）第{column}列“{name}”有{encoding}无法识别的字节")]
    BrokenByte {
        /// Number among the rows of data; 0 is the row of headings.
        row: u64,
        line: u64,
        /// From 1.
        column: usize,
        name: String,
        encoding: &'static str,
    },
    /// The table goes on after this row.
    #[error("第{row}行（文件第{line}行）有{cells}格，多于标题的{columns}列")]
    TooManyCells {
        row: u64,
        line: u64,
        cells: usize,
        columns: usize,
    },
    #[error("文件第{line}行起的引号没有闭合")]
    UnclosedQuote { line: u64 },
    #[error("文件第{line}行起的一行超过{limit}字节，可能有引号没有闭合")]
    LongRecord { line: u64, limit: usize },
    #[error("文件是UTF-16编码，请另存为UTF-8的CSV")]
    Utf16,
    #[error("没有标题行")]
    NoHeading,
    #[error("标题超过{limit}列")]
    TooManyColumns { limit: usize },
    #[error("表格超过{limit}行")]
    TooManyRows { limit: u64 },
    #[error("旧格式的XLS不能读取，请另存为XLSX")]
    OldWorkbook,
    #[error("文件太大：{what}超过{limit}字节，请另存为CSV")]
    TooLarge { what: &'static str, limit: u64 },
    #[error("工作簿中没有工作表“{0}”")]
    NoSheet(String),
    #[error("表格文件已损坏：{0}")]
    Damaged(String),
    #[error("不能识别的文件，请使用CSV、XLSX或ODS")]
    UnknownKind,
    #[error("写表格出错：{0}")]
    Write(String),
}

impl TableError {
    /// English words.
    pub fn en(&self) -> String {
        match self {
            Self::Io(error) => format!("The file cannot be read: {error}"),
            Self::BrokenByte {
                row,
                line,
                column,
                name,
                encoding,
            } => format!(
                "Row {row} (line {line}), column {column} “{name}” holds bytes that are not {encoding}"
            ),
            Self::TooManyCells {
                row,
                line,
                cells,
                columns,
            } => format!(
                "Row {row} (line {line}) has {cells} cells, more than the {columns} columns of the headings"
            ),
            Self::UnclosedQuote { line } => {
                format!("The quotation mark opened in the row at line {line} never closes")
            }
            Self::LongRecord { line, limit } => format!(
                "The row at line {line} is longer than {limit} bytes; a quotation mark may not close"
            ),
            Self::Utf16 => "The file is UTF-16; save it as CSV in UTF-8".into(),
            Self::NoHeading => "There is no row of headings".into(),
            Self::TooManyColumns { limit } => format!("There are more than {limit} columns"),
            Self::TooManyRows { limit } => format!("The table has more than {limit} rows"),
            Self::OldWorkbook => "The old XLS format cannot be read; save it as XLSX".into(),
            Self::TooLarge { what, limit } => {
                format!("The file is too large: {what} exceeds {limit} bytes; save it as CSV")
            }
            Self::NoSheet(name) => format!("The workbook has no sheet “{name}”"),
            Self::Damaged(why) => format!("The file is damaged: {why}"),
            Self::UnknownKind => "Unknown file; use CSV, XLSX or ODS".into(),
            Self::Write(why) => format!("The table cannot be written: {why}"),
        }
    }

    /// Whether only this row is lost and the next can be read.
    pub fn of_one_row(&self) -> bool {
        matches!(self, Self::BrokenByte { .. } | Self::TooManyCells { .. })
    }

    pub(crate) fn damaged(why: impl std::fmt::Display) -> Self {
        Self::Damaged(why.to_string())
    }
}

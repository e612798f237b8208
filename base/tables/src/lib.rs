//! Tables of foreign origin, read row by row in bounded memory: CSV in UTF-8 or GB 18030, XLSX
//! and ODS; and tables written so that spreadsheets open them as they are.

mod book;
mod cell;
mod csv;
mod encoding;
mod error;
mod limits;
mod mapping;
mod ods;
mod reader;
mod shared;
mod sniff;
mod write_csv;
mod write_xlsx;
mod xml;
mod zipped;

pub use encoding::Encoding;
pub use error::TableError;
pub use limits::Limits;
pub use mapping::{FieldNames, Mapping, fold_heading};
pub use reader::{Input, Kind, Options, Row, Table};
pub use write_csv::CsvWriter;
pub use write_xlsx::XlsxWriter;

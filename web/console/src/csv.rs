//! Lists as CSV files that spreadsheets open as they are meant.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::reply::enc;

/// The most lines that one file takes; who needs more asks for less.
pub(crate) const LINES: u64 = 100_000;

/// A file on its way.
pub(crate) struct Csv(String);

impl Csv {
    pub fn new(head: &[String]) -> Self {
        // Spreadsheets take a file without the mark for another encoding.
        let mut csv = Self(String::from("\u{feff}"));
        csv.line(head);
        csv
    }

    pub fn line(&mut self, cells: &[String]) {
        let cells: Vec<String> = cells.iter().map(|value| cell(value)).collect();
        self.0.push_str(&cells.join(","));
        self.0.push_str("\r\n");
    }

    /// The answer that a browser saves under this name.
    pub fn answer(self, name: &str) -> Response {
        let disposition = format!("attachment; filename*=UTF-8''{}", enc(name));
        let head = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/csv; charset=utf-8"),
            ),
            (
                header::CONTENT_DISPOSITION,
                HeaderValue::from_str(&disposition)
                    .unwrap_or_else(|_| HeaderValue::from_static("attachment")),
            ),
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static("private, no-store"),
            ),
        ];
        (head, self.0).into_response()
    }
}

/// A value in quotes. What a spreadsheet would compute begins with an apostrophe; long numbers
/// stand between quotes as text.
fn cell(value: &str) -> String {
    let computes = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let number = value.len() > 11 && value.bytes().all(|b| b.is_ascii_digit());
    let guard = if computes || number { "'" } else { "" };
    format!("\"{guard}{}\"", value.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_file_says_nothing_to_compute() {
        assert_eq!(cell("受理\"通知书\""), "\"受理\"\"通知书\"\"\"");
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("990102202611160000127"), "\"'990102202611160000127\"");
        assert_eq!(cell("2026-11-16"), "\"2026-11-16\"");
    }
}

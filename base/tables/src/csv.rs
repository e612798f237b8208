//! CSV (RFC 4180 and what is sent in its name): one record at a time, as bytes.
//!
//! The delimiter, the quotation mark and the ends of lines never stand within a character of UTF-8
//! or GB 18030, so records are cut before they are decoded and a broken byte has a row and a column.

use std::io::BufRead;

use crate::TableError;

#[derive(Clone, Copy, PartialEq)]
enum State {
    StartRecord,
    StartField,
    Plain,
    Quoted,
    /// A quotation mark within a quoted field: its end, or half of a doubled one.
    AfterQuote,
}

/// The reader of one file.
pub(crate) struct CsvReader<R> {
    input: R,
    delimiter: u8,
    limit: usize,
    /// The line of the next byte, from 1.
    line: u64,
    after_cr: bool,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl<R: BufRead> CsvReader<R> {
    pub fn new(input: R, delimiter: u8, limit: usize) -> Self {
        Self {
            input,
            delimiter,
            limit,
            line: 1,
            after_cr: false,
            bytes: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Reads the next record, blank lines left out; gives the line on which it begins.
    pub fn next_record(&mut self) -> Result<Option<u64>, TableError> {
        self.bytes.clear();
        self.ends.clear();
        let mut state = State::StartRecord;
        let mut begun = self.line;
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                return match state {
                    State::StartRecord => Ok(None),
                    State::Quoted => Err(TableError::UnclosedQuote { line: begun }),
                    State::StartField | State::Plain | State::AfterQuote => {
                        self.ends.push(self.bytes.len());
                        Ok(Some(begun))
                    }
                };
            }
            let mut used = 0;
            let mut done = false;
            for &byte in chunk {
                used += 1;
                let lf_of_crlf = byte == b'\n' && self.after_cr;
                self.after_cr = byte == b'\r';
                if (byte == b'\n' && !lf_of_crlf) || byte == b'\r' {
                    self.line += 1;
                }
                let ends_line = byte == b'\n' || byte == b'\r';
                if state == State::Quoted {
                    if byte == b'"' {
                        state = State::AfterQuote;
                    } else {
                        self.bytes.push(byte);
                    }
                    continue;
                }
                if ends_line {
                    if state == State::StartRecord {
                        begun = self.line;
                        continue;
                    }
                    self.ends.push(self.bytes.len());
                    done = true;
                    break;
                }
                if byte == self.delimiter {
                    self.ends.push(self.bytes.len());
                    state = State::StartField;
                } else if byte == b'"' && state == State::AfterQuote {
                    self.bytes.push(byte);
                    state = State::Quoted;
                } else if byte == b'"' && state != State::Plain {
                    state = State::Quoted;
                } else {
                    self.bytes.push(byte);
                    state = State::Plain;
                }
            }
            self.input.consume(used);
            if self.bytes.len() > self.limit || self.ends.len() > self.limit {
                return Err(TableError::LongRecord {
                    line: begun,
                    limit: self.limit,
                });
            }
            if done {
                return Ok(Some(begun));
            }
        }
    }

    /// The cells of the record read last.
    pub fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let cell = self.bytes.get(start..end).unwrap_or_default();
            start = end;
            cell
        })
    }

    pub fn width(&self) -> usize {
        self.ends.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A line and the cells of its record.
    type Record = (u64, Vec<Vec<u8>>);

    fn all(bytes: &[u8], delimiter: u8) -> Result<Vec<Record>, TableError> {
        let mut reader = CsvReader::new(bytes, delimiter, 1 << 20);
        let mut rows = Vec::new();
        while let Some(line) = reader.next_record()? {
            rows.push((line, reader.cells().map(<[u8]>::to_vec).collect()));
        }
        Ok(rows)
    }

    #[test]
    fn lines_are_those_of_an_editor() {
        let rows = all(b"a,b\r\n\r\n\"x\r\ny\",2\nlast,\"\"\"q\"\"\"", b',').unwrap();
        let lines: Vec<u64> = rows.iter().map(|row| row.0).collect();
        assert_eq!(lines, [1, 3, 5]);
        assert_eq!(rows[1].1, [b"x\r\ny".to_vec(), b"2".to_vec()]);
        assert_eq!(rows[2].1, [b"last".to_vec(), b"\"q\"".to_vec()]);
    }

    #[test]
    fn an_open_quote_is_told_not_swallowed() {
        let error = all(b"a,b\n1,\"2\n3,4\n", b',').unwrap_err();
        assert!(matches!(error, TableError::UnclosedQuote { line: 2 }));
        let long = [b"a\n\"".to_vec(), vec![b'x'; 3 << 20]].concat();
        let error = all(&long, b',').unwrap_err();
        assert!(matches!(error, TableError::LongRecord { line: 2, .. }));
    }

    fn csv_like() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(b",".to_vec()),
            Just(b"\"".to_vec()),
            Just(b"\n".to_vec()),
            Just(b"\r".to_vec()),
            Just(b"\r\n".to_vec()),
            Just(b"\"\"".to_vec()),
            "[a-z ;\t]{0,4}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..4),
        ];
        prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        /// The records are those of the `csv` crate, whatever the bytes.
        #[test]
        fn records_equal_those_of_the_csv_crate(bytes in csv_like()) {
            // It drops a mark of UTF-8 itself.
            prop_assume!(!bytes.starts_with(&[0xef, 0xbb, 0xbf]));
            let mut other = ::csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .from_reader(&bytes[..]);
            match all(&bytes, b',') {
                Ok(rows) => {
                    let ours: Vec<_> = rows.into_iter().map(|row| row.1).collect();
                    let theirs: Vec<Vec<Vec<u8>>> = other
                        .byte_records()
                        .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
                        .collect();
                    prop_assert_eq!(ours, theirs);
                }
                Err(TableError::UnclosedQuote { .. }) => {}
                Err(error) => prop_assert!(false, "{}", error),
            }
        }

        /// Where the pieces of the file end makes no difference.
        #[test]
        fn pieces_of_the_file_make_no_difference(bytes in csv_like(), size in 1usize..8) {
            let mut whole = CsvReader::new(&bytes[..], b',', 1 << 20);
            let mut small = CsvReader::new(
                std::io::BufReader::with_capacity(size, &bytes[..]), b',', 1 << 20);
            loop {
                let (one, two) = (whole.next_record(), small.next_record());
                prop_assert_eq!(one.is_ok(), two.is_ok());
                let (Ok(one), Ok(two)) = (one, two) else { break };
                prop_assert_eq!(one, two);
                prop_assert!(whole.cells().eq(small.cells()));
                if one.is_none() { break }
            }
        }
    }
}

#![no_main]
//! Tables of foreign origin: CSV in two encodings, XLSX, ODS. Whatever comes in, reading ends, and
//! a row is no longer than the headings say.

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use tables::{Options, Row, Table};

fuzz_target!(|data: &[u8]| {
    let Ok(mut table) = Table::open(Cursor::new(data), &Options::default()) else {
        return;
    };
    let width = table.headings().len();
    let mut row = Row::default();
    // A packed part may unfold to many times its size; the limits bound it, this bounds the run.
    for _ in 0..10_000 {
        match table.next_row(&mut row) {
            Ok(true) => assert!(row.cells.len() <= width.max(1)),
            Ok(false) => return,
            Err(error) if error.of_one_row() => {}
            Err(_) => return,
        }
    }
});

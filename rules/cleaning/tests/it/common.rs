//! The demonstration city's stock and what it is compared with.

use std::fs::{self, File};
use std::io::{Cursor, Read, Seek};
use std::path::PathBuf;

use cleaning::{BaseLibrary, FIELD_NAMES, Facts, Observer, RuleSet, StockRow, Verdict};
use jiff::civil::{Date, date};
use tables::{Mapping, Options, Row, Table};

pub fn demo(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../demo")
        .join(name)
}

pub fn bytes(name: &str) -> Vec<u8> {
    fs::read(demo(name)).unwrap()
}

pub fn facts() -> Facts {
    Facts::parse(&fs::read_to_string(demo("cleaning_facts.json")).unwrap()).unwrap()
}

pub fn library() -> BaseLibrary {
    let mut table = Table::open(
        File::open(demo("stock_base_library.csv")).unwrap(),
        &Options::default(),
    )
    .unwrap();
    let mut library = BaseLibrary::default();
    let mut row = Row::default();
    while table.next_row(&mut row).unwrap() {
        let [id_type, id, name, state] = &row.cells[..] else {
            panic!()
        };
        library.add(id_type, id, name, state).unwrap();
    }
    library
}

/// The reference date of the demonstration data.
pub fn today() -> Date {
    date(2026, 11, 16)
}

pub fn stock(input: impl Read + Seek) -> Vec<StockRow> {
    let mut table = Table::open(input, &Options::default()).unwrap();
    let mapping = Mapping::propose(table.headings(), FIELD_NAMES, &[]);
    let mut rows = Vec::new();
    let mut row = Row::default();
    while table.next_row(&mut row).unwrap() {
        let mut cells = Vec::new();
        mapping.apply(&row.cells, &mut cells);
        rows.push(StockRow::new(row.number as u32, cells));
    }
    rows
}

pub fn demo_stock() -> Vec<StockRow> {
    stock(Cursor::new(bytes("stock_licences.csv")))
}

pub fn clean(rows: &[StockRow], facts: &Facts, library: &BaseLibrary) -> Vec<Verdict> {
    let rules = RuleSet::standard().unwrap();
    let mut observer = Observer::new(&rules, facts, library, today());
    for row in rows {
        observer.observe(row).unwrap();
    }
    let judge = observer.seal();
    rows.iter()
        .map(|row| judge.judge(row.clone()).unwrap())
        .collect()
}

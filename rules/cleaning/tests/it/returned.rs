//! Rows that go back, and come back corrected.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{Cursor, Seek, SeekFrom, Write};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use crate::common::{bytes, clean, demo_stock, facts, library, stock};
use cleaning::{
    Action, FIELD_NAMES, Field, Format, RETURN_COLUMNS, ReturnedFiles, RuleSet, StockRow,
};
use tables::{Mapping, Options, Row, Table};

/// A file in memory that outlives its writer.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Cursor<Vec<u8>>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Seek for Kept {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.lock().unwrap().seek(to)
    }
}

fn return_all(format: Format) -> (BTreeMap<String, u64>, BTreeMap<String, Vec<u8>>) {
    let rules = RuleSet::standard().unwrap();
    let verdicts = clean(&demo_stock(), &facts(), &library());
    let mut table = Table::open(
        Cursor::new(bytes("stock_licences.csv")),
        &Options::default(),
    )
    .unwrap();
    let headings = table.headings().to_vec();
    let files: Rc<RefCell<BTreeMap<String, Kept>>> = Rc::default();
    let opened = Rc::clone(&files);
    let open = move |source: &str| {
        let file = Kept::default();
        opened.borrow_mut().insert(source.to_owned(), file.clone());
        Ok(file)
    };
    let mut returned = ReturnedFiles::new(format, &headings, open, None);
    let mut row = Row::default();
    for verdict in &verdicts {
        assert!(table.next_row(&mut row).unwrap());
        returned
            .add(&headings, &row.cells, verdict, &rules)
            .unwrap();
    }
    let counts = returned.finish().unwrap();
    let files = files.borrow();
    let bytes =
        |(name, file): (&String, &Kept)| (name.clone(), file.0.lock().unwrap().get_ref().clone());
    (counts, files.iter().map(bytes).collect())
}

/// [H-26] Returned rows go to the system they came from, with defect, note and advice, in the
/// columns in which they came; the corrected file is read without the added columns, and its rows
/// pass.
#[test]
fn returned_rows_come_back_corrected() {
    let originals = demo_stock();
    let verdicts = clean(&originals, &facts(), &library());
    for format in [Format::Csv, Format::Xlsx] {
        let (counts, files) = return_all(format);
        let expected = verdicts
            .iter()
            .filter(|v| v.action == Action::ReturnToSource)
            .count() as u64;
        assert_eq!(counts.values().sum::<u64>(), expected);
        assert_eq!(counts.len(), 4);
        for (source, bytes) in &files {
            let table = Table::open(Cursor::new(bytes.clone()), &Options::default()).unwrap();
            assert_eq!(&table.headings()[18..], RETURN_COLUMNS);
            let mapping = Mapping::propose(table.headings(), FIELD_NAMES, &[]);
            assert_eq!(mapping.left_out().collect::<Vec<_>>(), [18, 19, 20]);
            for row in stock(Cursor::new(bytes.clone())) {
                let original = &originals[row.label() as usize - 1];
                assert_eq!(row.cells(), original.cells(), "{source}");
                assert_eq!(row.get(Field::SourceSystem), source);
            }
        }
    }
    // The source fills in what was missing; every such row then passes.
    let (_, files) = return_all(Format::Xlsx);
    let mut corrected: Vec<StockRow> = Vec::new();
    for bytes in files.values() {
        for mut row in stock(Cursor::new(bytes.clone())) {
            if row.get(Field::ValidTo).is_empty() {
                row.set(Field::ValidTo, "2028-01-01");
                row.number = corrected.len() as u32 + 1;
                corrected.push(row);
            }
        }
    }
    assert_eq!(corrected.len(), 18);
    for verdict in clean(&corrected, &facts(), &library()) {
        assert_eq!(verdict.action, Action::Keep, "{:?}", verdict.findings);
    }
}

#[test]
fn the_source_reads_what_is_wrong_and_what_to_do() {
    let (_, files) = return_all(Format::Csv);
    let mut table = Table::open(
        Cursor::new(files["食品经营许可旧系统"].clone()),
        &Options::default(),
    )
    .unwrap();
    let mut row = Row::default();
    let mut told = BTreeMap::new();
    while table.next_row(&mut row).unwrap() {
        told.insert(row.cells[18].clone(), row.cells[19..].to_vec());
    }
    assert_eq!(
        told["D05 缺少有效期止"],
        ["有效期止", "对照原证补填有效期止，不得推算"]
    );
    let conflict = &told["D01B 重复：编号相同而主体不同"];
    assert!(conflict[0].starts_with("证照编号：与第") && conflict[0].ends_with("行冲突"));
}

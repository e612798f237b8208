//! Cleans a file: `clean STOCK BASE_LIBRARY FACTS TODAY` writes the row-by-row report as CSV.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, stdout};

use cleaning::{BaseLibrary, FIELD_NAMES, Facts, Line, Observer, RuleSet, StockRow, Summary};
use tables::{CsvWriter, Mapping, Options, Row, Table};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [stock, base, facts, today] = &arguments[..] else {
        return Err("clean STOCK BASE_LIBRARY FACTS TODAY".into());
    };
    let facts = Facts::parse(&fs::read_to_string(facts)?)?;
    let rules = RuleSet::standard()?;
    let mut library = BaseLibrary::default();
    let mut table = Table::open(File::open(base)?, &Options::default())?;
    let mut row = Row::default();
    while table.next_row(&mut row)? {
        let cell = |at: usize| row.cells.get(at).map_or("", String::as_str);
        library.add(cell(0), cell(1), cell(2), cell(3))?;
    }
    let mut observer = Observer::new(&rules, &facts, &library, today.parse()?);
    each(stock, |row| Ok(observer.observe(row)?))?;
    let judge = observer.seal();
    let mut report = CsvWriter::new(BufWriter::new(stdout().lock()), Line::HEADINGS)?;
    let mut summary = Summary::default();
    each(stock, |row| {
        let verdict = judge.judge(row.clone())?;
        summary.add(&verdict);
        for line in Line::of(&verdict) {
            report.row(line.cells())?;
        }
        Ok(())
    })?;
    report.finish()?;
    eprintln!("{summary:#?}");
    Ok(())
}

fn each(
    path: &str,
    mut take: impl FnMut(&StockRow) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut table = Table::open(File::open(path)?, &Options::default())?;
    let mapping = Mapping::propose(table.headings(), FIELD_NAMES, &[]);
    let mut row = Row::default();
    let mut stock = StockRow::default();
    while table.next_row(&mut row)? {
        stock.number = u32::try_from(row.number)?;
        mapping.apply(&row.cells, stock.cells_mut());
        take(&stock)?;
    }
    Ok(())
}

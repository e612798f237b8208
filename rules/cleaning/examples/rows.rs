//! Cleans a million rows against a register of a million holders and tells the speed and the peak
//! of memory: `cargo run --release -p cleaning --example rows [ROWS] [csv|gb|xlsx]`.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::time::Instant;

use cleaning::{
    BaseLibrary, FIELD_NAMES, Facts, Field, Format, Observer, ReturnedFiles, RuleSet, StockRow,
    Summary,
};
use tables::{CsvWriter, Mapping, Options, Row, Table, XlsxWriter};

type Fallible<T> = Result<T, Box<dyn Error>>;

fn main() -> Fallible<()> {
    let mut arguments = std::env::args().skip(1);
    let rows: u64 = arguments.next().map_or(Ok(1_000_000), |n| n.parse())?;
    let form = arguments.next().unwrap_or_else(|| "csv".into());
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("stock");
    write_stock(&path, rows, &form)?;
    println!(
        "{rows} rows, {} MB as {form}; written with a peak of {} MB",
        fs::metadata(&path)?.len() >> 20,
        peak()
    );

    let demo = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../demo/cleaning_facts.json"
    );
    let facts = Facts::parse(&fs::read_to_string(demo)?)?;
    let rules = RuleSet::standard()?;
    let started = Instant::now();
    let mut library = BaseLibrary::default();
    for n in 0..rows {
        let (id, name) = holder(n);
        library.add(
            "111",
            &id,
            &name,
            if n % 200 == 7 { "deceased" } else { "normal" },
        )?;
    }
    println!(
        "{} holders in {:.1} s, peak {} MB",
        library.len(),
        started.elapsed().as_secs_f64(),
        peak()
    );

    let started = Instant::now();
    let mut observer = Observer::new(&rules, &facts, &library, "2026-11-16".parse()?);
    each(&path, |_, _, row| Ok(observer.observe(row)?))?;
    let judge = observer.seal();
    let first = started.elapsed().as_secs_f64();
    let mut summary = Summary::default();
    let headings: Vec<String> = FIELD_NAMES.iter().map(|f| f.names[0].to_owned()).collect();
    let open = |source: &str| File::create(folder.path().join(format!("{source}.xlsx")));
    let mut returned = ReturnedFiles::new(Format::Xlsx, &headings, open, None);
    each(&path, |headings, cells, row| {
        let verdict = judge.judge(row.clone())?;
        summary.add(&verdict);
        Ok(returned.add(headings, cells, &verdict, &rules)?)
    })?;
    let sources = returned.finish()?;
    let all = started.elapsed().as_secs_f64();
    println!("{:?} {:?} {sources:?}", summary.by_action, summary.by_rule);
    println!(
        "first pass {first:.1} s, both {all:.1} s: {:.0} rows a second, peak {} MB",
        rows as f64 / all,
        peak()
    );
    Ok(())
}

fn each(
    path: &std::path::Path,
    mut take: impl FnMut(&[String], &[String], &StockRow) -> Fallible<()>,
) -> Fallible<()> {
    let mut table = Table::open(File::open(path)?, &Options::default())?;
    let headings = table.headings().to_vec();
    let mapping = Mapping::propose(&headings, FIELD_NAMES, &[]);
    let mut row = Row::default();
    let mut stock = StockRow::default();
    while table.next_row(&mut row)? {
        stock.number = u32::try_from(row.number)?;
        mapping.apply(&row.cells, stock.cells_mut());
        take(&headings, &row.cells, &stock)?;
    }
    Ok(())
}

/// A holder by number: identity and name.
fn holder(n: u64) -> (String, String) {
    let stem = format!(
        "990102{}{:02}{:02}{:03}",
        1950 + n / 336_000 % 50,
        n / 28_000 % 12 + 1,
        n / 1000 % 28 + 1,
        n % 1000
    );
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = stem
        .bytes()
        .zip(weights)
        .map(|(b, w)| u32::from(b - b'0') * w)
        .sum();
    let last = b"10X98765432"[(sum % 11) as usize] as char;
    let letters: Vec<char> = "陈李王云文博雨泽思远嘉怡秀兰建华志明".chars().collect();
    let name = [n / 7, n / 3, n]
        .into_iter()
        .filter_map(|k| letters.get(k as usize % letters.len()));
    (format!("{stem}{last}"), name.collect())
}

fn cells(n: u64) -> Vec<String> {
    // One row in fifty repeats an earlier one.
    let n = if n % 50 == 49 { n - 40 } else { n };
    let (id, name) = holder(n);
    let mut row = StockRow::new(0, Vec::new());
    row.set(Field::RowNo, n.to_string());
    row.set(Field::BatchNo, "CL2026");
    row.set(Field::LicenceType, "DLYSCYZGZ");
    row.set(Field::LicenceNo, id.as_str());
    row.set(Field::Holder, name);
    row.set(Field::HolderIdType, "111");
    row.set(Field::HolderId, id.as_str());
    row.set(Field::Issuer, "云州市交通运输局");
    row.set(Field::IssuerCode, "11990100MB911096XW");
    row.set(
        Field::IssueDate,
        if n % 40 == 3 {
            "2022年7月13日"
        } else {
            "2022-07-13"
        },
    );
    row.set(Field::ValidFrom, "2022-07-13");
    row.set(Field::ValidTo, if n % 30 == 5 { "" } else { "2028-07-12" });
    row.set(Field::Region, "990100");
    row.set(
        Field::Address,
        format!("云岭省云州市清源县清源大道{}号", n % 99_991),
    );
    row.set(Field::FaceMain, "经营性道路货物运输驾驶员");
    row.set(Field::FaceExtra, format!("9901{n:08}"));
    row.set(Field::SourceClass, "E");
    row.set(Field::SourceSystem, "运政旧系统");
    if n % 60 == 11 {
        row.set(Field::LicenceNo, format!("　{id} "));
    }
    row.cells().to_vec()
}

fn write_stock(path: &std::path::Path, rows: u64, form: &str) -> Fallible<()> {
    let headings = FIELD_NAMES.iter().map(|f| f.names[0]);
    let file = BufWriter::new(File::create(path)?);
    match form {
        "xlsx" => {
            let mut writer = XlsxWriter::new(headings, None)?;
            for n in 0..rows {
                writer.row(cells(n))?;
            }
            writer.finish(file)?;
        }
        "gb" => {
            let mut file = file;
            let line = |cells: Vec<String>| cells.join(",") + "\n";
            let mut put = |text: String| file.write_all(&encoding_rs::GB18030.encode(&text).0);
            put(line(headings.map(str::to_owned).collect()))?;
            for n in 0..rows {
                put(line(cells(n)))?;
            }
            file.seek(SeekFrom::End(0))?;
        }
        _ => {
            let mut writer = CsvWriter::new(file, headings)?;
            for n in 0..rows {
                writer.row(cells(n))?;
            }
            writer.finish()?;
        }
    }
    Ok(())
}

/// The most memory this process has had, in MB.
fn peak() -> u64 {
    fs::read_to_string("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmHWM:")?
                .trim()
                .strip_suffix(" kB")?
                .parse()
                .ok()
        })
        .map_or(0, |kb: u64| kb >> 10)
}

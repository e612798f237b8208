//! `tongban clean FILE`: stock licences cleaned by rules that are data, without a server: a report
//! row by row, the rows that stand as they go on, and the rows that go back to where they came
//! from [H-25, H-26].

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use cleaning::{
    Action, BaseLibrary, FIELD_NAMES, Facts, Field, Format, Judge, Line, Observer, Registers,
    ReturnedFiles, RuleSet, StockRow, Summary,
};
use jiff::civil::Date;
use kernel::{Clock, SystemClock};
use serde_json::json;
use tables::{CsvWriter, Input, Mapping, Options, Row, Table, TableError};

use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct CleanArgs {
    /// The table: CSV in UTF-8 or GB 18030, XLSX or ODS, with headings.
    file: PathBuf,
    /// 基础库: holders with the columns of their kind of number, number, name and state.
    #[arg(long, value_name = "FILE")]
    library: PathBuf,
    /// 清洗依据: licence types, agencies and kinds of numbers (JSON).
    #[arg(long, value_name = "FILE")]
    facts: PathBuf,
    /// Rules in place of the built-in ones (JSON).
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Folder for report.csv, cleaned.csv and the returned rows. Without it only the sums are told.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Which heading a field stands under, where it is not found by itself: `holder=持证人`.
    /// Repeatable.
    #[arg(long, value_name = "FIELD=HEADING", value_parser = pair)]
    map: Vec<(String, String)>,
    /// Reference date: licences that ended before it are expired. Today by default.
    #[arg(long)]
    today: Option<Date>,
    /// In which form rows go back. Spreadsheets save long numbers of a CSV wrongly.
    #[arg(long, value_enum, default_value = "xlsx")]
    returned: Form,
    /// For machines.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    Csv,
    Xlsx,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (field, heading) = text.split_once('=').ok_or("FIELD=HEADING")?;
    match Field::from_code(field) {
        Some(_) => Ok((field.to_owned(), heading.to_owned())),
        None => Err(format!("没有字段 / no field {field}")),
    }
}

/// Exit code 0: every row stands as it is or was corrected; 1: some do not.
pub fn run(args: &CleanArgs) -> Result<ExitCode, Stop> {
    let facts = Facts::parse(&text(&args.facts)?).map_err(|e| about(&args.facts, &e, &e.en()))?;
    let rules = match &args.rules {
        Some(path) => RuleSet::parse(&text(path)?).map_err(|e| about(path, &e, &e.en()))?,
        None => RuleSet::standard().map_err(|e| Stop::new(format!("{e} / {}", e.en())))?,
    };
    let library = library(&args.library)?;
    let today = args.today.unwrap_or_else(|| {
        let now = SystemClock.now();
        kernel::time::beijing_date(now)
    });
    let mut observer = Observer::new(&rules, &facts, &library, today);
    let unreadable = each(args, |_, _, row| {
        observer.observe(row).map_err(|e| Stop::new(e.to_string()))
    })?;
    let judge = observer.seal();
    let done = match &args.out {
        Some(folder) => written(args, folder, &rules, &judge)?,
        None => {
            let mut done = Done::default();
            each(args, |_, _, row| {
                let verdict = judge.judge(row.clone());
                done.summary
                    .add(&verdict.map_err(|e| Stop::new(e.to_string()))?);
                Ok(())
            })?;
            done
        }
    };
    tell(args, &rules, &done, &unreadable);
    let left = [Action::ReturnToSource, Action::Drop];
    let clean = unreadable.is_empty() && left.iter().all(|action| of(&done.summary, *action) == 0);
    Ok(if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn of(summary: &Summary, action: Action) -> u64 {
    summary.by_action.get(&action).copied().unwrap_or_default()
}

/// How the cleaning ended.
#[derive(Default)]
struct Done {
    summary: Summary,
    /// Rows that go back, by source.
    returned: BTreeMap<String, u64>,
}

fn text(path: &Path) -> Result<String, Stop> {
    fs::read_to_string(path)
        .map_err(|e| Stop::new(format!("无法读取 / cannot read {}: {e}", path.display())))
}

fn about(path: &Path, zh: &dyn std::fmt::Display, en: &str) -> Stop {
    Stop::new(format!("{}: {zh} / {en}", path.display()))
}

fn of_table(path: &Path, error: &TableError) -> Stop {
    about(path, error, &error.en())
}

fn open(path: &Path) -> Result<Table<Box<dyn Input>>, Stop> {
    let file = File::open(path)
        .map_err(|e| Stop::new(format!("无法读取 / cannot read {}: {e}", path.display())))?;
    let file: Box<dyn Input> = Box::new(file);
    Table::open(file, &Options::default()).map_err(|e| of_table(path, &e))
}

/// The holders that the registers know.
fn library(path: &Path) -> Result<BaseLibrary, Stop> {
    let mut table = open(path)?;
    let (mut library, mut row) = (BaseLibrary::default(), Row::default());
    while table.next_row(&mut row).map_err(|e| of_table(path, &e))? {
        let cell = |at: usize| row.cells.get(at).map_or("", String::as_str);
        library
            .add(cell(0), cell(1), cell(2), cell(3))
            .map_err(|e| Stop::new(format!("{} {}: {e}", path.display(), row.number)))?;
    }
    Ok(library)
}

/// Gives each row with the headings and cells it came in, and tells which rows cannot be read: one
/// broken row does not keep the others.
fn each(
    args: &CleanArgs,
    mut take: impl FnMut(&[String], &[String], &StockRow) -> Result<(), Stop>,
) -> Result<Vec<String>, Stop> {
    let path = &args.file;
    let mut table = open(path)?;
    let given: Vec<(String, String)> = args
        .map
        .iter()
        .map(|(field, heading)| (heading.clone(), field.clone()))
        .collect();
    let headings = table.headings().to_vec();
    let mapping = Mapping::propose(&headings, FIELD_NAMES, &given);
    let (mut row, mut stock) = (Row::default(), StockRow::default());
    let mut unreadable = Vec::new();
    loop {
        match table.next_row(&mut row) {
            Ok(true) => {}
            Ok(false) => return Ok(unreadable),
            Err(error) if error.of_one_row() => {
                unreadable.push(format!("{error} / {}", error.en()));
                continue;
            }
            Err(error) => return Err(of_table(path, &error)),
        }
        stock.number = u32::try_from(row.number)
            .map_err(|_| Stop::new(format!("{}: 行数过多 / too many rows", path.display())))?;
        mapping.apply(&row.cells, stock.cells_mut());
        take(&headings, &row.cells, &stock)?;
    }
}

fn create(path: &Path) -> Result<BufWriter<File>, Stop> {
    let made = File::create(path).map(BufWriter::new);
    made.map_err(|e| Stop::new(format!("无法写入 / cannot write {}: {e}", path.display())))
}

/// Judges all rows and writes what becomes of each.
fn written<R: Registers>(
    args: &CleanArgs,
    folder: &Path,
    rules: &RuleSet,
    judge: &Judge<'_, R>,
) -> Result<Done, Stop> {
    let back = folder.join("returned");
    fs::create_dir_all(&back)
        .map_err(|e| Stop::new(format!("无法写入 / cannot write {}: {e}", back.display())))?;
    let wrong = |e: TableError| of_table(folder, &e);
    let full =
        |e: std::io::Error| Stop::new(format!("无法写入 / cannot write {}: {e}", folder.display()));
    let report = create(&folder.join("report.csv"))?;
    let mut report = CsvWriter::new(report, Line::HEADINGS).map_err(full)?;
    let cleaned = create(&folder.join("cleaned.csv"))?;
    let mut cleaned = CsvWriter::new(cleaned, Field::ALL.iter().map(|f| f.code())).map_err(full)?;
    let (format, ending) = match args.returned {
        Form::Csv => (Format::Csv, "csv"),
        Form::Xlsx => (Format::Xlsx, "xlsx"),
    };
    let headings = open(&args.file)?.headings().to_vec();
    let file_of = |source: &str| File::create(back.join(format!("{}.{ending}", safe(source))));
    let mut returned = ReturnedFiles::new(format, &headings, file_of, Some(folder.to_owned()));
    let mut summary = Summary::default();
    each(args, |headings, cells, row| {
        let verdict = judge.judge(row.clone());
        let verdict = verdict.map_err(|e| Stop::new(e.to_string()))?;
        summary.add(&verdict);
        for line in Line::of(&verdict) {
            report.row(line.cells()).map_err(full)?;
        }
        if matches!(verdict.action, Action::Keep | Action::Correct) {
            let cells = Field::ALL.iter().map(|field| verdict.row.get(*field));
            cleaned.row(cells).map_err(full)?;
        }
        returned
            .add(headings, cells, &verdict, rules)
            .map_err(wrong)
    })?;
    report.finish().map_err(full)?;
    cleaned.finish().map_err(full)?;
    Ok(Done {
        summary,
        returned: returned.finish().map_err(wrong)?,
    })
}

/// A name of a source as the name of a file.
fn safe(source: &str) -> String {
    source
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .take(60)
        .collect()
}

fn tell(args: &CleanArgs, rules: &RuleSet, done: &Done, unreadable: &[String]) {
    let by_action = Action::ALL.iter().map(|a| (a, of(&done.summary, *a)));
    let by_rule = rules.rules().iter().map(|rule| {
        let n = done.summary.by_rule.get(&rule.code);
        (rule, n.copied().unwrap_or_default())
    });
    if args.json {
        let actions: BTreeMap<_, _> = by_action.map(|(a, n)| (a.code(), n)).collect();
        let rules: BTreeMap<_, _> = by_rule.map(|(rule, n)| (rule.code.clone(), n)).collect();
        let out = json!({
            "rows": done.summary.rows, "actions": actions, "rules": rules,
            "returned": done.returned, "unreadable": unreadable,
        });
        println!("{out}");
        return;
    }
    println!("{} 行 / rows", done.summary.rows);
    for (action, n) in by_action {
        println!("  {:>9}  {} / {}", n, action.zh(), action.en());
    }
    for (rule, n) in by_rule.filter(|(_, n)| *n > 0) {
        println!(
            "  {:>9}  {} {} / {}",
            n, rule.code, rule.name.zh, rule.name.en
        );
    }
    for error in unreadable {
        println!("  ! {error}");
    }
    for (source, n) in &done.returned {
        println!("  {n:>9}  → {source}");
    }
}

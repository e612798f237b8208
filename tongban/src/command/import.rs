//! `tongban import`: existing licences and the data they are compared with, of any size, while the
//! installation is running or not [H-18].

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use collection::{Given, NewBatch, SourceClass, Summary, Work, WorkKind, WorkState};
use kernel::{Clock, SystemClock};
use serde_json::json;
use store::Ctx;

use crate::platform::{self, Place};
use crate::stop::Stop;

#[derive(Debug, Args)]
pub struct ImportArgs {
    #[command(subcommand)]
    what: What,
    /// Data folder; the installation may be running.
    #[arg(long, default_value = "data", global = true)]
    data: PathBuf,
    /// `postgres://…` in place of the SQLite file in the data folder.
    #[arg(long, global = true)]
    database: Option<String>,
    /// For machines.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 存量证照: a table of licences becomes a batch, is cleaned, and its rows wait for a second
    /// person in the console.
    Licences(LicencesArgs),
    /// 比对数据: an extract of the population or legal-person register.
    Base(BaseArgs),
    /// Goes on with everything that was interrupted.
    Continue,
}

#[derive(Debug, Args)]
struct LicencesArgs {
    /// CSV in UTF-8 or GB 18030, XLSX or ODS, with headings.
    file: PathBuf,
    /// Code of the agency that collects.
    #[arg(long)]
    agency: String,
    /// 来源类别: A typed from originals, B materials, C results on paper, D approval data, E another
    /// library. Rows of A to C are checked by a person before licences are made of them.
    #[arg(long, default_value = "A")]
    class: String,
    /// 来源系统.
    #[arg(long)]
    system: String,
    /// Which heading a field stands under, where it is not found by itself: `holder=持证人`, or
    /// `face.scope=经营范围`. Repeatable.
    #[arg(long, value_name = "FIELD=HEADING", value_parser = pair)]
    map: Vec<(String, String)>,
    /// A face field that is the same in every row: `complaint_phone=12315`. Repeatable.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// Only try: tell what cleaning would do.
    #[arg(long)]
    dry_run: bool,
    /// Where the report row by row is written (CSV).
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    report: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct BaseArgs {
    /// A table with kind of number, number, name and state.
    file: PathBuf,
    /// Where it comes from; takes the place of former data of that name.
    #[arg(long)]
    name: String,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (field, value) = text.split_once('=').ok_or("FIELD=…")?;
    Ok((field.trim().to_owned(), value.trim().to_owned()))
}

/// Exit code 0: done, every row stands; 1: some do not.
pub async fn run(args: ImportArgs) -> Result<ExitCode, Stop> {
    let place = Place {
        data: args.data,
        database: args.database,
        base_url: String::new(),
        operator: None,
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ctx = platform::look(&place, clock).await?.ctx;
    let code = match &args.what {
        What::Licences(wanted) => licences(&ctx, wanted, args.json).await?,
        What::Base(wanted) => base(&ctx, wanted, args.json).await?,
        What::Continue => {
            collection::run_all(&ctx).await.map_err(words)?;
            ExitCode::SUCCESS
        }
    };
    // What was acknowledged is on the disk before the process ends.
    ctx.db.close().await;
    Ok(code)
}

fn words(error: collection::CollectionError) -> Stop {
    let problem: kernel::Problem = error.into();
    Stop::new(format!("{} / {}", problem.zh, problem.en))
}

fn open(path: &PathBuf) -> Result<File, Stop> {
    File::open(path)
        .map_err(|e| Stop::new(format!("无法读取 / cannot read {}: {e}", path.display())))
}

async fn base(ctx: &Ctx, wanted: &BaseArgs, json: bool) -> Result<ExitCode, Stop> {
    let taken = collection::take_base(ctx, &wanted.name, open(&wanted.file)?)
        .await
        .map_err(words)?;
    match json {
        true => println!("{}", json!({"rows": taken.rows, "rejects": taken.rejects})),
        false => println!(
            "已导入 {} 行，{} 行不可用 / {} rows taken in, {} of no use",
            taken.rows, taken.rejects, taken.rows, taken.rejects
        ),
    }
    Ok(ExitCode::SUCCESS)
}

async fn licences(ctx: &Ctx, wanted: &LicencesArgs, json: bool) -> Result<ExitCode, Stop> {
    let class = SourceClass::from_code(&wanted.class)
        .ok_or_else(|| Stop::new(format!("没有来源类别 / no such class: {}", wanted.class)))?;
    let given = Given {
        columns: wanted
            .map
            .iter()
            .map(|(field, heading)| (heading.clone(), field.clone()))
            .collect(),
        constants: wanted.set.iter().cloned().collect(),
    };
    let name = wanted.file.file_name().unwrap_or_default();
    let new = NewBatch {
        agency: wanted.agency.clone(),
        source_class: class,
        source_system: wanted.system.clone(),
        file_name: name.to_string_lossy().into_owned(),
        given,
    };
    let key = collection::begin(ctx, new, open(&wanted.file)?)
        .await
        .map_err(words)?;
    work(ctx, &key, WorkKind::Look).await?;
    if !wanted.dry_run {
        work(ctx, &key, WorkKind::Take).await?;
    }
    let batch = collection::batch(ctx, &key).await.map_err(words)?;
    let summary = batch.summary.clone().unwrap_or_default();
    if let Some(path) = &wanted.report {
        let bytes = collection::report(ctx, &key).await.map_err(words)?;
        std::fs::write(path, bytes)
            .map_err(|e| Stop::new(format!("无法写入 / cannot write {}: {e}", path.display())))?;
    }
    if wanted.dry_run {
        collection::end_batch(ctx, &key, batch.rev)
            .await
            .map_err(words)?;
    }
    tell(
        &key,
        &batch.body.unreadable,
        batch.body.unreadable_rows,
        &summary,
        json,
    );
    let stand = ["keep", "correct"];
    let rest = summary.by_action.iter();
    let clean = rest
        .filter(|one| !stand.contains(&one.0.as_str()))
        .all(|one| *one.1 == 0);
    Ok(match clean && batch.body.unreadable_rows == 0 {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    })
}

/// Does a work here, or watches it where the running installation took it.
async fn work(ctx: &Ctx, key: &str, kind: WorkKind) -> Result<(), Stop> {
    let work_key = collection::order(ctx, key, kind).await.map_err(words)?;
    let (inner, mine) = (ctx.clone(), work_key.clone());
    let mut doing = tokio::spawn(async move { collection::run_work(&inner, &mine).await });
    loop {
        let over = tokio::select! {
            done = &mut doing => Some(done),
            () = tokio::time::sleep(Duration::from_secs(1)) => None,
        };
        let works = collection::works(ctx, key).await.map_err(words)?;
        let now = works.into_iter().find(|work| work.work_key == work_key);
        let now = now.ok_or_else(|| Stop::new(work_key.clone()))?;
        show(&now);
        match now.state {
            WorkState::Done => return Ok(()),
            WorkState::Running => {}
            WorkState::Paused | WorkState::Stopped => {
                return Err(Stop::new(format!(
                    "{}：{} / {} {}",
                    kind.zh(),
                    now.note,
                    kind.en(),
                    now.state.en()
                )));
            }
        }
        if let Some(done) = over {
            done?.map_err(words)?;
            // Another process has it: looked after again in a moment.
            tokio::time::sleep(Duration::from_secs(1)).await;
            let (inner, mine) = (ctx.clone(), work_key.clone());
            doing = tokio::spawn(async move { collection::run_work(&inner, &mine).await });
        }
    }
}

fn show(work: &Work) {
    let place = match work.kind {
        WorkKind::Look => work.place,
        WorkKind::Take | WorkKind::Read | WorkKind::Check | WorkKind::Issue => work.done,
    };
    let mut out = std::io::stderr();
    // Progress that nobody can see any more is no reason to stop.
    let _ = writeln!(
        out,
        "{} / {} {place}/{}",
        work.kind.zh(),
        work.kind.en(),
        work.total
    );
}

fn tell(key: &str, unreadable: &[String], unreadable_rows: u64, summary: &Summary, json: bool) {
    if json {
        let out = json!({
            "batch": key, "rows": summary.rows, "actions": summary.by_action,
            "rules": summary.by_rule, "unreadable": unreadable_rows,
        });
        println!("{out}");
        return;
    }
    println!("批次 / batch {key}: {} 行 / rows", summary.rows);
    for action in cleaning::Action::ALL {
        let n = summary.by_action.get(action.code()).copied();
        println!("  {:>9}  {} / {}", n.unwrap_or(0), action.zh(), action.en());
    }
    for (code, n) in &summary.by_rule {
        println!("  {n:>9}  {code}");
    }
    for line in unreadable {
        println!("  ! {line}");
    }
}

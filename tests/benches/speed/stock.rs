//! Existing licences: a table cleaned and taken in, and checked rows made into sealed licences.

use std::io::{Cursor, Write};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use collection::{Given, NewBatch, SourceClass, WorkKind, WorkState};
use kernel::{Channel, number};
use store::Ctx;

use crate::city;
use crate::options::Options;
use crate::raw;
use crate::table::Figure;

/// Rows that are made into licences.
const MADE: u64 = 2_000;
/// What a million rows may take of memory, megabytes.
const MEMORY: f64 = 512.0;

pub async fn measure(options: &Options) -> Result<Vec<Figure>> {
    let signs = raw::sm2_signatures()?;
    let folder = tempfile::tempdir()?;
    city::load(folder.path(), None).await?;
    let opened = city::open(folder.path(), None).await?;
    let ctx = opened.platform.ctx.clone();
    let (manager, maker) = (
        officer(&ctx, "sj_yousq").await?,
        officer(&ctx, "wj_liucz").await?,
    );
    let few = Stock::new(1, MADE);
    collection::take_base(&manager, "bench", Cursor::new(few.base()?)).await?;
    let key = begun(&manager, &few).await?;
    for (who, kind) in [
        (&manager, WorkKind::Look),
        (&manager, WorkKind::Take),
        (&maker, WorkKind::Check),
    ] {
        run(who, &key, kind).await?;
    }
    let making = run(&maker, &key, WorkKind::Issue).await?;
    let made = MADE as f64 / making;

    let many = Stock::new(2, options.rows);
    collection::take_base(&manager, "bench", Cursor::new(many.base()?)).await?;
    let file = many.file(folder.path())?;
    // The highest use of memory is counted from here on.
    std::fs::write("/proc/self/clear_refs", "5")?;
    let start = Instant::now();
    let key = collection::begin(&manager, new(), file).await?;
    let reading = start.elapsed().as_secs_f64();
    let looking = run(&manager, &key, WorkKind::Look).await?;
    let taking = run(&manager, &key, WorkKind::Take).await?;
    let peak = peak()?;
    let rows = options.rows as f64;
    let figures = vec![
        Figure::rate(
            "batch: licences a second as OFD, PDF and thumbnail, 2 cores",
            made,
            signs,
            "raw SM2 signatures, one core",
            0.02,
        ),
        above("import: rows read and kept as they came", rows / reading),
        above("import: rows cleaned in a trial", rows / looking),
        above("import: rows cleaned and taken in", rows / taking),
        Figure::below(
            &format!("import: memory, {} rows", options.rows),
            peak,
            "MB",
            MEMORY,
        ),
    ];
    opened.close().await?;
    Ok(figures)
}

/// What is wanted of an import, rows a second.
fn above(name: &str, value: f64) -> Figure {
    Figure::rate(name, value, 20_000.0, "what is wanted", 1.0)
}

/// The highest use of memory of this process, megabytes.
fn peak() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.context("no VmHWM")?.trim().trim_end_matches(" kB");
    Ok(kb.trim().parse::<f64>()? / 1024.0)
}

async fn officer(ctx: &Ctx, name: &str) -> Result<Ctx> {
    let actor = identity::staff_actor(&ctx.as_system(), name, Channel::Console).await?;
    Ok(ctx.with_actor(actor.context("no such officer")?))
}

/// Orders a work and does it here; gives the seconds.
async fn run(ctx: &Ctx, key: &str, kind: WorkKind) -> Result<f64> {
    let start = Instant::now();
    collection::order(ctx, key, kind).await?;
    collection::run_all(ctx).await?;
    let took = start.elapsed().as_secs_f64();
    let works = collection::works(ctx, key).await?;
    let work = works.first().context("no work")?;
    ensure!(
        work.state == WorkState::Done && work.failed == 0,
        "{work:?}"
    );
    Ok(took)
}

fn new() -> NewBatch {
    NewBatch {
        agency: "YZ_SJJ".into(),
        source_class: SourceClass::A,
        source_system: "卫生监督旧系统".into(),
        file_name: "bench.csv".into(),
        given: Given::default(),
    }
}

async fn begun(ctx: &Ctx, stock: &Stock) -> Result<String> {
    let mut bytes = Vec::new();
    stock.write(&mut bytes)?;
    Ok(collection::begin(ctx, new(), Cursor::new(bytes)).await?)
}

/// So many hygiene licences, each of a shop of its own.
struct Stock {
    series: u64,
    rows: u64,
}

impl Stock {
    fn new(series: u64, rows: u64) -> Self {
        Self { series, rows }
    }

    fn shop(&self, n: u64) -> Result<(String, String)> {
        let stem = format!("92990102MA{:X}{n:06}", self.series + 9);
        let checks = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars();
        let id = checks
            .map(|last| format!("{stem}{last}"))
            .find(|id| number::uscc(id).is_ok());
        let id = id.with_context(|| format!("no check character for {stem}"))?;
        Ok((id, format!("云州市云东区第{}-{n}理发店", self.series)))
    }

    fn base(&self) -> Result<Vec<u8>> {
        let mut out = "holder_id_type,holder_id,holder_name,state\n".to_owned();
        for n in 0..self.rows {
            let (id, name) = self.shop(n)?;
            out.push_str(&format!("001,{id},{name},normal\n"));
        }
        Ok(out.into_bytes())
    }

    fn write(&self, out: &mut impl Write) -> Result<()> {
        writeln!(
            out,
            "licence_type_code,licence_no,holder,holder_id_type,holder_id,issuer,issuer_code,\
             issue_date,valid_from,valid_to,region_code,address,face_main,face_extra"
        )?;
        for n in 0..self.rows {
            let (id, name) = self.shop(n)?;
            let no = self.series * 10_000_000 + n;
            let (month, day) = (n % 12 + 1, n % 28 + 1);
            writeln!(
                out,
                "WSXKZ,云东卫公证字〔2025〕第{no:08}号,{name},001,{id},云州市云东区卫生健康局,\
                 11990102MB9135622L,2025-{month:02}-{day:02},2025-{month:02}-{day:02},\
                 2099-12-31,990102,云岭省云州市云东区东湖路{n}号,美容场所,水丽娟"
            )?;
        }
        Ok(())
    }

    /// The table in a file, so that it takes no memory.
    fn file(&self, folder: &std::path::Path) -> Result<std::fs::File> {
        let path = folder.join("stock.csv");
        let mut out = std::io::BufWriter::new(std::fs::File::create(&path)?);
        self.write(&mut out)?;
        out.flush()?;
        Ok(std::fs::File::open(path)?)
    }
}

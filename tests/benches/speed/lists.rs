//! Lists with a million rows: the staff's cases and tasks, a resident's cases and messages, the
//! search for licences.
//!
//! The rows are written straight into the tables, sealed as the domains seal them: going through a
//! million cases one by one would measure patience.

use std::time::Instant;

use anyhow::{Context, Result};
use cases::State;
use jiff::{SignedDuration, Timestamp};
use kernel::{Channel, PageRequest, Permission, Target};
use serde_json::json;
use store::{Ctx, Engine, Run, StoreError, Value, args, marks};

use crate::city::{self, Opened};
use crate::options::Options;
use crate::table::{Figure, p99};

/// Rows of one statement.
const CHUNK: u64 = 500;
/// Rows that belong to the resident who looks.
const OWN: u64 = 2_000;
/// Calls of each list.
const CALLS: usize = 100;
/// What a page may take: a tenth of a second is when people begin to wait.
const BOUND: f64 = 100.0;

pub async fn measure(options: &Options) -> Result<Vec<Figure>> {
    let mut figures = on(options, None, "SQLite").await?;
    if let Some(url) = &options.postgres {
        figures.extend(on(options, Some(url), "PostgreSQL").await?);
    }
    Ok(figures)
}

async fn on(options: &Options, database: Option<&str>, engine: &str) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    city::load(folder.path(), database).await?;
    let opened = city::open(folder.path(), database).await?;
    let begun = Instant::now();
    let Lookers {
        resident,
        officer,
        licensing,
    } = fill(&opened, options.rows).await?;
    // What the server does by itself in the background: both know how the values are spread.
    if opened.ctx().db.engine() == Engine::Postgres {
        opened.ctx().db.reader().exec("ANALYZE", args![]).await?;
    }
    eprintln!(
        "bench: {} rows in each list on {engine} in {:.0} s",
        options.rows,
        begun.elapsed().as_secs_f32()
    );
    let name = |what: &str| format!("{what}, {} rows, {engine}, p99", options.rows);
    let figure = |what: &str, took: Vec<f64>| Figure::below(&name(what), p99(took), "ms", BOUND);
    let open: Vec<State> = State::ALL
        .iter()
        .filter(|s| s.is_open() && **s != State::Draft)
        .copied()
        .collect();
    let steps = ["accept", "review", "decide"];
    let any = licences::Query::default();
    let figures = vec![
        figure(
            "running cases of all agencies",
            timed(async |page| cases::agency_cases(&officer, &open, page).await.map(drop)).await?,
        ),
        figure(
            "closed cases of all agencies",
            timed(async |page| {
                cases::agency_cases(&officer, &[State::Archived], page)
                    .await
                    .map(drop)
            })
            .await?,
        ),
        figure(
            "an officer's tasks",
            timed(async |page| cases::my_tasks(&officer, &steps, page).await.map(drop)).await?,
        ),
        figure(
            "a resident's cases",
            timed(async |page| cases::my_cases(&resident, page).await.map(drop)).await?,
        ),
        figure(
            "a resident's messages",
            timed(async |page| messages::messages(&resident, page).await.map(drop)).await?,
        ),
        figure(
            "licences of all agencies",
            timed(async |page| licences::search(&licensing, &any, page).await.map(drop)).await?,
        ),
    ];
    opened.close().await?;
    Ok(figures)
}

/// Asks for the first page and for later ones in turn; milliseconds of each call.
async fn timed<E>(call: impl AsyncFn(PageRequest) -> Result<(), E>) -> Result<Vec<f64>>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let mut took = Vec::new();
    for n in 0..CALLS {
        let page = PageRequest::new([1, 1, 2, 5, 50][n % 5], 20);
        let begun = Instant::now();
        call(page).await?;
        took.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    Ok(took)
}

/// Who looks at the lists.
struct Lookers {
    resident: Ctx,
    /// Whose right to read cases reaches the most agencies.
    officer: Ctx,
    /// The same for licences.
    licensing: Ctx,
}

/// Fills the tables.
async fn fill(opened: &Opened, rows: u64) -> Result<Lookers> {
    let ctx = opened.ctx();
    let mut drafts = opened.drafts_with_residents(1).await?;
    let (resident, draft) = drafts.pop().context("no draft")?;
    let case = cases::submit(&resident, &draft.case_id).await?.case;
    opened.platform.worker.drain().await?;
    let directory = agencies::directory(ctx).await?;
    let codes: Vec<String> = directory
        .agencies()
        .iter()
        .map(|a| a.code.clone())
        .collect();
    let looking = Lookers {
        officer: widest(ctx, Permission::CaseRead).await?,
        licensing: widest(ctx, Permission::LicenceQuery).await?,
        resident,
    };
    let own = looking.resident.actor.owner();
    fill_cases(ctx, &case, &codes, own, rows).await?;
    fill_tasks(ctx, &looking.officer.actor.id, rows).await?;
    fill_messages(ctx, own, rows).await?;
    fill_licences(ctx, &codes, rows).await?;
    Ok(looking)
}

/// The officer whose right reaches the most agencies.
async fn widest(ctx: &Ctx, right: Permission) -> Result<Ctx> {
    let directory = agencies::directory(ctx).await?;
    let mut best: Option<(usize, Ctx)> = None;
    for one in identity::staff_list(ctx, "", 500).await? {
        let found = identity::staff_actor(ctx, &one.username, Channel::Console).await?;
        let Some(actor) = found else { continue };
        let reach = directory.agencies().iter().filter(|a| {
            let target = Target {
                agency: Some(&a.code),
                region: Some(&a.region_code),
                ..Target::default()
            };
            actor.require(right, &target).is_ok()
        });
        let reach = reach.count();
        if best.as_ref().is_none_or(|(most, _)| reach > *most) {
            best = Some((reach, ctx.with_actor(actor)));
        }
    }
    Ok(best.context("no officer")?.1)
}

/// Writes rows in chunks, each a commit; `row` gives the values of one.
async fn write(
    ctx: &Ctx,
    into: &'static str,
    columns: usize,
    rows: u64,
    mut row: impl FnMut(u64) -> Result<Vec<Value>>,
) -> Result<()> {
    let mut at = 0;
    while at < rows {
        let end = (at + CHUNK).min(rows);
        let mut values = Vec::with_capacity((end - at) as usize * columns);
        for n in at..end {
            values.extend(row(n)?);
        }
        let sql = format!(
            "INSERT INTO {into} VALUES {}",
            marks((end - at) as usize, columns)
        );
        let work = std::sync::Arc::new((sql, values));
        let done: Result<u64, StoreError> = ctx
            .db
            .write(move |tx| {
                let work = work.clone();
                Box::pin(async move { tx.exec(&work.0, work.1.clone()).await })
            })
            .await;
        done?;
        at = end;
    }
    Ok(())
}

/// A moment of the last five years, spread evenly.
fn moment(ctx: &Ctx, n: u64) -> Timestamp {
    let seconds = n.wrapping_mul(7_919) % (5 * 365 * 86_400);
    ctx.now() - SignedDuration::from_secs(seconds as i64)
}

/// The state of a case of that number: one in twenty is still running.
fn state(n: u64) -> State {
    const RUNNING: [State; 4] = [
        State::Submitted,
        State::Accepted,
        State::InReview,
        State::Decided,
    ];
    match n % 20 {
        0 => RUNNING[(n / 20 % 4) as usize],
        1 => State::Withdrawn,
        2..=6 => State::Delivered,
        _ => State::Archived,
    }
}

fn case_id(n: u64) -> String {
    format!("{:026x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

async fn fill_cases(
    ctx: &Ctx,
    model: &cases::Case,
    agencies: &[String],
    own: &str,
    rows: u64,
) -> Result<()> {
    let data = serde_json::to_string(&model.data)?;
    let private = serde_json::to_vec(&model.private)?;
    let into = "case_record (case_id, case_no, item_id, owner, agency, region, state, rev, \
                due_at, deadline, updated_at, data, private)";
    write(ctx, into, 13, rows, |n| {
        let (id, at) = (case_id(n), moment(ctx, n));
        let owner = match n {
            n if n < OWN => own.to_owned(),
            n => format!("owner{}", n % 100_000),
        };
        let agency = agencies[(n % agencies.len() as u64) as usize].as_str();
        Ok(args![
            id.as_str(),
            format!("9901{n:012}"),
            model.data.item_id.as_str(),
            owner,
            agency,
            model.data.region.as_str(),
            state(n).code(),
            1_i64,
            at + SignedDuration::from_hours(240),
            None::<Timestamp>,
            at,
            data.as_str(),
            ctx.seal("case_record", "private", &id, &private),
        ])
    })
    .await
}

/// The tasks of the running cases: one in fifty is the officer's.
async fn fill_tasks(ctx: &Ctx, officer: &str, rows: u64) -> Result<()> {
    let into = "case_task (username, case_id, post_code, step, state, due_at, opened_at)";
    write(ctx, into, 7, rows / 20, |n| {
        let case = n * 20;
        let (username, at) = match n % 50 {
            0 => (officer.to_owned(), moment(ctx, case)),
            other => (format!("officer{other}"), moment(ctx, case)),
        };
        let step = ["accept", "review", "decide"][(n % 3) as usize];
        Ok(args![
            username,
            case_id(case),
            "P1",
            step,
            state(case).code(),
            at + SignedDuration::from_hours(240),
            at
        ])
    })
    .await
}

async fn fill_messages(ctx: &Ctx, own: &str, rows: u64) -> Result<()> {
    let text = json!({ "title": "办件进度", "text": "您的申请已受理，请留意后续通知。" });
    let plain = serde_json::to_vec(&text)?;
    let into = "site_message (account, message_id, at, kind, case_no, body)";
    write(ctx, into, 6, rows, |n| {
        let account = match n {
            n if n < OWN => own.to_owned(),
            n => format!("owner{}", n % 100_000),
        };
        let id = case_id(n);
        let sealed = ctx.seal("site_message", "body", &format!("{account}/{id}"), &plain);
        Ok(args![
            account,
            id,
            moment(ctx, n),
            "case",
            format!("9901{n:012}"),
            sealed
        ])
    })
    .await
}

async fn fill_licences(ctx: &Ctx, agencies: &[String], rows: u64) -> Result<()> {
    let body = json!({
        "licence_no": "JY29901020010130", "type_name": "食品经营许可证",
        "issuer": "云州市云东区市场监督管理局", "issuer_code": "11990102MB9134259F",
        "holder": "云州云味轩餐饮管理有限公司", "holder_id": "91990102MA2016221A",
        "holder_id_type": "001", "replaces": null,
    });
    let plain = serde_json::to_vec(&body)?;
    let into = "licence (licence_key, state, rev, version, type_code, agency, region, valid_to, \
                reminded, token, updated_at, body)";
    write(ctx, into, 12, rows, |n| {
        let key = case_id(n);
        let state = if n % 5 == 0 {
            licences::State::Expired
        } else {
            licences::State::Valid
        };
        let sealed = ctx.seal("licence", "body", &key, &plain);
        Ok(args![
            key,
            state.code(),
            1_i64,
            1_i64,
            "SPJYXKZ",
            agencies[(n % agencies.len() as u64) as usize].as_str(),
            "990102",
            "2030-01-01",
            0_i64,
            format!("token{n}"),
            moment(ctx, n),
            sealed,
        ])
    })
    .await
}

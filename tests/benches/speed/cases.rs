//! Cases submitted over HTTP by fifty clients: numbered and durable when acknowledged.
//!
//! Drafts, sessions and the forms' tokens are prepared beforehand; only the submissions are
//! measured, with the background at work all the while. When everything is sealed the server is
//! stopped and the library read: every acknowledged case must be there, numbered, with its receipt.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::sync::Mutex;

use crate::city::{self, Opened, Ready};
use crate::http::{Connection, get, on_one_thread, post};
use crate::options::Options;
use crate::raw;
use crate::server::Server;
use crate::table::{Figure, p99};

const CLIENTS: usize = 50;
/// Submissions a second, and for how long, of the paced run in which receipts are timed.
const PACE: usize = 20;
const PACED: usize = 200;

pub async fn measure(options: &Options, database: Option<&str>) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    let limit = match database {
        None => raw::sqlite_commits(data)?,
        Some(url) => raw::postgres_commits(&options.pgbench, url, data)?,
    };
    city::load(data, database).await?;
    let opened = city::open(data, database).await?;
    let begun = Instant::now();
    let mut drafts = opened.drafts(options.cases + PACED).await?;
    opened.close().await?;
    eprintln!(
        "bench: {} drafts in {:.0} s",
        drafts.len(),
        begun.elapsed().as_secs_f32()
    );
    let paced = drafts.split_off(options.cases);

    let server = Server::start(options, data, database).await?;
    let address = server.address;
    let flood = tokens(address, &drafts).await?;
    let slow = tokens(address, &paced).await?;
    let done = submit(address, flood).await?;
    let flooded = Instant::now();
    quiet(&server).await?;
    let behind = flooded.elapsed().as_secs_f64();
    submit_paced(address, slow).await?;
    quiet(&server).await?;
    server.stop()?;

    let opened = city::open(data, database).await?;
    let flood_receipts = receipts(&opened, &drafts).await?;
    let paced_receipts = receipts(&opened, &paced).await?;
    opened.close().await?;
    let (engine, of, at_least) = match database {
        None => ("SQLite", "raw durable commits, one connection", 0.2),
        Some(_) => ("PostgreSQL", "raw single-row commits, 32 clients", 0.06),
    };
    let name = |what: &str| format!("{what}, {engine}");
    Ok(vec![
        Figure::rate(
            &name(&format!("submit a case, {CLIENTS} clients")),
            done.rate,
            limit,
            of,
            at_least,
        ),
        Figure::told(&name("submit, p99"), p99(done.took), "ms"),
        Figure::below(
            &name(&format!("receipt sealed, p99, at {PACE} cases a second")),
            p99(paced_receipts),
            "s",
            2.0,
        ),
        Figure::below(
            &name(&format!(
                "receipt sealed, p99, in the flood of {}",
                drafts.len()
            )),
            p99(flood_receipts),
            "s",
            2.0,
        ),
        Figure::told(&name("last receipt after the flood"), behind, "s"),
    ])
}

/// A submission as it goes over the wire.
type Request = Vec<u8>;

/// Reads the forms' tokens from the pages.
async fn tokens(address: SocketAddr, drafts: &[Ready]) -> Result<Vec<Request>> {
    let pages: Vec<(String, String)> = drafts
        .iter()
        .map(|d| (d.case_id.clone(), d.session.clone()))
        .collect();
    on_one_thread(move || async move {
        let mut connection = Connection::open(address).await?;
        let mut requests = Vec::new();
        for (case_id, session) in pages {
            // A form belongs to the browser that showed it; this is the browser's own cookie.
            let cookie = format!(
                "{}={session}; visitor=0123456789abcdefghjkmnpqrs",
                portal::COOKIE
            );
            let path = format!("/apply/d/{case_id}/review");
            let answer = connection.send(&get(&path, &cookie)).await?;
            ensure!(answer.status == 200, "the review answers {}", answer.status);
            let page = std::str::from_utf8(answer.body)?;
            let token = page
                .split_once("name=\"csrf\" value=\"")
                .and_then(|(_, rest)| rest.split('"').next())
                .context("no token on the page")?;
            let path = format!("/apply/d/{case_id}/submit");
            requests.push(post(&path, &cookie, &format!("csrf={token}")));
        }
        Ok(requests)
    })
    .await
}

struct Done {
    rate: f64,
    took: Vec<f64>,
}

async fn one(connection: &mut Connection, request: &Request) -> Result<f64> {
    let begun = Instant::now();
    let answer = connection.send(request).await?;
    let to = answer.header("location").unwrap_or_default();
    if answer.status != 303 || !to.ends_with("/done") {
        bail!(
            "a submission was answered {} {to}: {}",
            answer.status,
            String::from_utf8_lossy(answer.body)
        );
    }
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

/// All of them, as fast as fifty clients can.
async fn submit(address: SocketAddr, requests: Vec<Request>) -> Result<Done> {
    let count = requests.len() as f64;
    on_one_thread(move || async move {
        let queue = Arc::new(Mutex::new(requests));
        let start = Instant::now();
        let client = |queue: Arc<Mutex<Vec<Request>>>| async move {
            let mut connection = Connection::open(address).await?;
            let mut took = Vec::new();
            loop {
                let Some(request) = queue.lock().await.pop() else {
                    return Ok::<_, anyhow::Error>(took);
                };
                took.push(one(&mut connection, &request).await?);
            }
        };
        let clients = (0..CLIENTS).map(|_| client(queue.clone()));
        let took = futures_util::future::try_join_all(clients).await?;
        Ok(Done {
            rate: count / start.elapsed().as_secs_f64(),
            took: took.into_iter().flatten().collect(),
        })
    })
    .await
}

async fn submit_paced(address: SocketAddr, requests: Vec<Request>) -> Result<()> {
    on_one_thread(move || async move {
        let mut connection = Connection::open(address).await?;
        let mut tick = tokio::time::interval(Duration::from_secs(1) / PACE as u32);
        for request in &requests {
            tick.tick().await;
            one(&mut connection, request).await?;
        }
        Ok(())
    })
    .await
}

/// Waits until no job waits.
async fn quiet(server: &Server) -> Result<()> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(600) {
        let parked = server.metric("tongban_jobs_parked ").await?;
        ensure!(parked == 0.0, "{parked} jobs are parked");
        if server.metric("tongban_jobs_waiting ").await? == 0.0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("the background does not come to an end")
}

/// Seconds from each submission to its sealed receipt. Every case must be there and numbered.
async fn receipts(opened: &Opened, drafts: &[Ready]) -> Result<Vec<f64>> {
    let mut all = Vec::new();
    for draft in drafts {
        let detail = cases::detail(opened.ctx(), &draft.case_id).await?;
        ensure!(
            detail.case.data.case_no.is_some() && detail.case.data.owner == draft.owner,
            "an acknowledged case is not there"
        );
        let notices = notices::list(opened.ctx(), &draft.case_id).await?;
        let receipt = notices.iter().find(|n| n.kind == notices::Kind::Receipt);
        let receipt = receipt.context("no receipt")?;
        let sealed = receipt.sealed_at.context("the receipt is not sealed")?;
        all.push(sealed.duration_since(receipt.made_at).as_secs_f64());
    }
    Ok(all)
}

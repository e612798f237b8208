//! Serving: pages, background, health, graceful stop.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use store::{Ctx, Run};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::background::Background;
use crate::demo::Loaded;
use crate::http::{Guard, traced};
use crate::platform::Platform;
use crate::stop::Stop;

/// Takes the port; a taken one is one clear line.
pub async fn bind(listen: &str) -> Result<TcpListener, Stop> {
    TcpListener::bind(listen).await.map_err(|e| {
        Stop::new(format!(
            "无法监听 {listen} / cannot listen on {listen}: {e}"
        ))
    })
}

/// Serves until the process is told to stop; then lets requests and background finish.
pub async fn serve(
    platform: Platform,
    listener: TcpListener,
    secure: bool,
    guard: Guard,
) -> Result<(), Stop> {
    let told_to_stop = told_to_stop()?;
    let (stop, stopped) = watch::channel(false);
    let background = Background::start(platform.worker.clone(), stopped)?;
    tokio::spawn(make_ready(platform.ctx.clone()));
    let app = guarded(&platform, secure, &guard)?;
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let (told, heard) = watch::channel(false);
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        told_to_stop.await;
        let _ = told.send(true);
    });
    tokio::select! {
        served = serving.into_future() => served?,
        () = too_long(heard) => tracing::warn!("requests that would not end were cut off"),
    }
    // Requests are done; now the background finishes what it has begun.
    let _ = stop.send(true);
    background.ended().await?;
    platform.ctx.db.close().await;
    Ok(())
}

/// What the first who ask would wait for: the items are read, and the index of their words is built,
/// which takes a quarter of a second for a city and holds up everybody who comes meanwhile.
async fn make_ready(ctx: Ctx) {
    if let Err(error) = items::catalogue(&ctx).await {
        tracing::warn!(%error, "the items cannot be read yet");
    }
}

/// Every page, the API and every health address of an installation, without rate limits.
pub fn router(platform: &Platform, secure: bool) -> Result<Router, Stop> {
    let guard = Guard::open(platform.ctx.clock.clone());
    guarded(platform, secure, &guard)
}

/// The same, with rate limits.
pub fn guarded(platform: &Platform, secure: bool, guard: &Guard) -> Result<Router, Stop> {
    // The pages come last: of two merged routers the second says what is not found, as a page.
    let all = health(platform.ctx.clone()).merge(crate::web::app(platform, secure, guard)?);
    Ok(all.layer(from_fn_with_state(platform.ctx.rng.clone(), traced)))
}

/// Requests in hand may take so long after the signal; a client that sends nothing must not keep
/// the process alive.
const LAST_REQUESTS: Duration = Duration::from_secs(30);

async fn too_long(mut told: watch::Receiver<bool>) {
    if told.wait_for(|told| *told).await.is_err() {
        // The server ended before it was told to.
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(LAST_REQUESTS).await;
}

/// Listens for Ctrl-C and, on Unix, SIGTERM from now on, also before the future is first polled: a
/// signal between the first answer and that poll would otherwise end the process unfinished.
fn told_to_stop() -> Result<impl Future<Output = ()>, Stop> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        })
    }
    #[cfg(not(unix))]
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}

/// `/healthz`: the process lives. `/readyz`: the database answers.
fn health(ctx: Ctx) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(ctx)
}

async fn ready(State(ctx): State<Ctx>) -> (StatusCode, &'static str) {
    match ctx
        .db
        .reader()
        .count("SELECT count(*) FROM schema_migration", Vec::new())
        .await
    {
        Ok(_) => (StatusCode::OK, "ready"),
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer",
        ),
    }
}

/// Figures for monitoring, in the text format of Prometheus.
async fn metrics(State(ctx): State<Ctx>) -> (StatusCode, String) {
    let mut reader = ctx.db.reader();
    let mut lines = String::new();
    let figures = [
        (
            "tongban_jobs_waiting",
            "SELECT count(*) FROM job WHERE state = 'waiting'",
        ),
        (
            "tongban_jobs_parked",
            "SELECT count(*) FROM job WHERE state = 'parked'",
        ),
        (
            "tongban_deliveries_waiting",
            "SELECT count(*) FROM delivery WHERE state = 'waiting'",
        ),
        (
            "tongban_deliveries_parked",
            "SELECT count(*) FROM delivery WHERE state = 'parked'",
        ),
        (
            "tongban_events_unsealed",
            "SELECT count(*) FROM event_pending",
        ),
        (
            "tongban_sealed_without_time_stamp",
            "SELECT count(*) FROM time_lapse WHERE lack = 'stamp'",
        ),
        (
            "tongban_sealed_without_lasting_evidence",
            "SELECT count(*) FROM time_lapse WHERE lack = 'evidence'",
        ),
    ];
    for (name, sql) in figures {
        match reader.count(sql, Vec::new()).await {
            Ok(value) => lines.push_str(&format!("# TYPE {name} gauge\n{name} {value}\n")),
            Err(_) => return (StatusCode::SERVICE_UNAVAILABLE, String::new()),
        }
    }
    (StatusCode::OK, lines)
}

/// What the person at the terminal needs to begin.
pub fn greet(url: &str, loaded: &Loaded, data: &Path) {
    println!("通办演示城市已启动 / The demonstration city is running: {url}");
    println!("数据目录 / data folder: {}", data.display());
    match &loaded.passwords {
        Some(p) => {
            println!("口令只显示这一次，请记下 / passwords are shown this once:");
            println!("  居民、企业 / residents, companies: {}", p.residents);
            println!(
                "    u_p01 陈䶮（代表䶮记小厨 for c_c01）  u_p38 施予安  u_p25 郑凯  u_p31 韩𬭎"
            );
            println!("  工作人员 / staff: {}   {url}/desk/sign-in", p.staff);
            println!("    ck_haosy 窗口 window  sc_tancw 受理 acceptor  sc_xinglc 审查 reviewer");
            println!(
                "    sc_jiangby 决定 decider  sc_zhudf 制证 licence officer  ww_shaops 卫健 health"
            );
        }
        None => println!("账号沿用上次的口令；--reset 重新开始 / accounts keep their passwords"),
    }
    println!("短信模拟器 / SMS simulator: {url}/sim/sms");
    println!("动态口令模拟器 / one-time codes: {url}/sim/totp");
    println!("时间戳模拟器 / time stamp simulator: {url}/sim/tsa（{url}/desk/trust/times）");
    println!("先试试 / first: 打开首页，搜索“开饭店” / open the home page and search 开饭店");
}

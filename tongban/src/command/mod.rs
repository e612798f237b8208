//! The command line.

mod backup;
mod ca;
mod clean;
mod doctor;
mod doctor_keys;
mod import;
mod inspect;
mod journal;
mod keys;
mod library;
mod offline;
mod seal;
mod verify;
pub mod words;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::DateTime;
use kernel::{Clock, ShiftedClock, SystemClock, time};

use crate::demo::{self, City};
use crate::http::{Guard, Limits, Network, Proxies};
use crate::network;
use crate::platform::{self, Place};
use crate::serve;
use crate::stop::Stop;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// 演示城市: loads the demonstration city and serves it.
    Demo(DemoArgs),
    /// Serves an installation.
    Serve(ServeArgs),
    /// 核验: judges an OFD or PDF file, by itself or with an installation's library.
    Verify(verify::VerifyArgs),
    /// 查看: what is in an OFD, PDF, seal, stamp, certificate or list; draws pages of an OFD.
    Inspect(inspect::InspectArgs),
    /// 清洗: cleans a table of stock licences, without a server.
    Clean(clean::CleanArgs),
    /// 导入: existing licences, and the data they are compared with.
    Import(import::ImportArgs),
    /// 印章: makes seals and seals files, without a server.
    Seal(seal::SealArgs),
    /// The audit trail.
    Journal(journal::JournalArgs),
    /// 备份: saves an installation while it runs, or checks a backup.
    Backup(backup::BackupArgs),
    /// 恢复: restores a backup into a new place.
    Restore(backup::RestoreArgs),
    /// Says what an installation still lacks.
    Doctor(doctor::DoctorArgs),
    /// 证书机构: a certificate authority in a folder.
    Ca(ca::CaArgs),
    /// 密钥: the keys of an installation and their certificates.
    Keys(keys::KeysArgs),
}

/// Who may ask how often.
#[derive(Debug, Args)]
pub struct GuardArgs {
    /// Requests of one address a minute; sign-in, codes, verification and uploads have a part of
    /// it. 0 for no limits.
    #[arg(long, default_value_t = Limits::default().per_minute)]
    rate_limit: u32,
    /// Address or network of a proxy whose X-Forwarded-For is believed: 10.0.0.0/8. Repeatable.
    #[arg(long)]
    trusted_proxy: Vec<Network>,
}

impl GuardArgs {
    fn guard(&self, clock: Arc<dyn Clock>) -> Guard {
        let limits = Limits {
            per_minute: self.rate_limit,
        };
        Guard::new(limits, Proxies(self.trusted_proxy.clone()), clock)
    }
}

/// Which authorities of others are asked, and how.
#[derive(Debug, Default, Args)]
pub struct NetworkArgs {
    /// Never ask authorities of others whether certificates are revoked: for installations with no
    /// way out. Lists given by hand count all the same.
    #[arg(long)]
    no_revocation_queries: bool,
    /// A host, or host:port, that certificates of others may name though it is not on the public
    /// network. Repeatable.
    #[arg(long)]
    revocation_host: Vec<String>,
    /// TLS authorities (PEM) to trust in place of the public ones when others are asked by https.
    #[arg(long)]
    tls_roots: Option<PathBuf>,
}

impl NetworkArgs {
    fn reach(&self, ctx: &store::Ctx) -> Result<(), Stop> {
        let roots = match &self.tls_roots {
            Some(path) => Some(
                std::fs::read(path).map_err(|e| Stop::new(format!("{}: {e}", path.display())))?,
            ),
            None => None,
        };
        network::reach(
            ctx,
            &network::Settings {
                ask_revocation: !self.no_revocation_queries,
                hosts: self.revocation_host.clone(),
                tls_roots: roots,
            },
        )
    }
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Data folder.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// `postgres://…` in place of the SQLite file.
    #[arg(long)]
    database: Option<String>,
    /// Folder with the demonstration's files.
    #[arg(long)]
    city: Option<PathBuf>,
    /// Forget everything done so far.
    #[arg(long)]
    reset: bool,
    /// Start the clock at this moment, Beijing time: 2026-11-16T09:00.
    #[arg(long)]
    at: Option<DateTime>,
    /// The machine's moment at which the clock showed --at, in place of the start: several
    /// processes on one database then have one time.
    #[arg(long, requires = "at", hide = true)]
    since: Option<Timestamp>,
    /// Run the main job without a browser and stop.
    #[arg(long, requires = "out")]
    once: bool,
    /// Where --once writes what was issued.
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    guard: GuardArgs,
    #[command(flatten)]
    network: NetworkArgs,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Data folder.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// `postgres://…` in place of the SQLite file.
    #[arg(long)]
    database: Option<String>,
    /// The address under which people reach the portal.
    #[arg(long)]
    base_url: Option<String>,
    /// Code of the agency that runs the platform: it seals the reports of verifications.
    #[arg(long)]
    operator: Option<String>,
    #[command(flatten)]
    guard: GuardArgs,
    #[command(flatten)]
    network: NetworkArgs,
}

/// Runs a command; operators' mistakes end with one line and exit code 2.
pub async fn run(command: Command) -> ExitCode {
    let done = match command {
        Command::Demo(args) => run_demo(args).await,
        Command::Serve(args) => run_serve(args).await,
        Command::Verify(args) => return verify::run(&args).await,
        Command::Clean(args) => clean::run(&args),
        Command::Import(args) => import::run(args).await,
        Command::Inspect(args) => inspect::run(&args),
        Command::Seal(args) => seal::run(args),
        Command::Journal(args) => journal::run(args).await,
        Command::Backup(args) => backup::backup(args).await,
        Command::Restore(args) => backup::restore(args).await,
        Command::Doctor(args) => doctor::run(args).await,
        Command::Ca(args) => ca::run(args),
        Command::Keys(args) => keys::run(args),
    };
    match done {
        Ok(code) => code,
        Err(stop) => stop.exit(),
    }
}

fn clock(at: Option<DateTime>, since: Option<Timestamp>) -> Result<Arc<dyn Clock>, Stop> {
    let Some(at) = at.map(time::from_beijing).transpose()? else {
        return Ok(Arc::new(SystemClock));
    };
    Ok(Arc::new(match since {
        Some(machine) => ShiftedClock::showing(at, machine),
        None => ShiftedClock::starting_at(at),
    }))
}

async fn run_demo(args: DemoArgs) -> Result<ExitCode, Stop> {
    let city = City::find(args.city.as_deref())?;
    let clock = clock(args.at, args.since)?;
    if args.once {
        return run_once(&args, &city, clock).await;
    }
    // The port is taken before anything is loaded: a taken port is known at once.
    let listener = serve::bind(&args.listen).await?;
    if args.reset {
        reset(&args.data)?;
    }
    let place = Place {
        data: args.data.clone(),
        database: args.database.clone(),
        base_url: format!("http://{}", args.listen),
        operator: Some(demo::OPERATOR.into()),
    };
    let platform = platform::open(&place, clock).await?;
    args.network.reach(&platform.ctx)?;
    let loaded = demo::load(&platform.ctx, &city).await?;
    demo::suggest_time_service(&platform.ctx, &place.base_url).await?;
    serve::greet(&place.base_url, &loaded, &args.data);
    let guard = args.guard.guard(platform.ctx.clock.clone());
    serve::serve(platform, listener, false, guard).await?;
    Ok(ExitCode::SUCCESS)
}

async fn run_once(args: &DemoArgs, city: &City, clock: Arc<dyn Clock>) -> Result<ExitCode, Stop> {
    let Some(out) = &args.out else {
        return Err(Stop::new("--once needs --out DIR"));
    };
    // A run of its own: nothing of an earlier one is touched or needed.
    let data = std::env::temp_dir().join(format!("tongban-once-{}", std::process::id()));
    let place = Place {
        data: data.clone(),
        database: args.database.clone(),
        base_url: format!("http://{}", args.listen),
        operator: Some(demo::OPERATOR.into()),
    };
    let done = async {
        let platform = platform::open(&place, clock).await?;
        let loaded = demo::load(&platform.ctx, city).await?;
        demo::once(&platform, city, &loaded, out).await
    }
    .await;
    let removed = std::fs::remove_dir_all(&data);
    done?;
    removed.map_err(|e| Stop::new(format!("{}: {e}", data.display())))?;
    Ok(ExitCode::SUCCESS)
}

/// Removes what a demonstration wrote, and only that.
fn reset(data: &std::path::Path) -> Result<(), Stop> {
    let ours = [
        "tongban.db",
        "tongban.db-wal",
        "tongban.db-shm",
        "keys.store",
        "keys.unlock",
        "keys.unlock.next",
        "journal-roots.jsonl",
        "last-backup",
    ];
    for name in ours {
        match std::fs::remove_file(data.join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(Stop::new(format!("{}: {e}", data.join(name).display())));
            }
            _ => {}
        }
    }
    match std::fs::remove_dir_all(data.join("files")) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Stop::new(e.to_string())),
        _ => Ok(()),
    }
}

async fn run_serve(args: ServeArgs) -> Result<ExitCode, Stop> {
    let listener = serve::bind(&args.listen).await?;
    let base_url = args
        .base_url
        .unwrap_or_else(|| format!("http://{}", args.listen));
    let secure = base_url.starts_with("https://");
    let place = Place {
        data: args.data,
        database: args.database,
        base_url,
        operator: args.operator,
    };
    let platform = platform::open(&place, Arc::new(SystemClock)).await?;
    args.network.reach(&platform.ctx)?;
    let guard = args.guard.guard(platform.ctx.clock.clone());
    serve::serve(platform, listener, secure, guard).await?;
    Ok(ExitCode::SUCCESS)
}

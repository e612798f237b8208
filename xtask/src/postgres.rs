//! A PostgreSQL cluster for one run of the tests, on loopback, removed afterwards.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run;

/// Where the tests look for the server.
pub const URL: &str = "TONGBAN_TEST_POSTGRES";

/// A running server; stopped and removed when dropped.
pub struct Server {
    bin: PathBuf,
    data: PathBuf,
    port: u16,
}

impl Server {
    /// Starts a cluster for tests, whose default collation is this locale. The tests do not ask
    /// whether the server's disk is safe, only whether our statements are.
    pub fn start(locale: &str) -> Result<Self> {
        Self::start_with(locale, "-c max_connections=300 -c fsync=off")
    }

    /// Starts a cluster that makes every commit durable, for the bench.
    pub fn start_durable() -> Result<Self> {
        Self::start_with("C", "-c fsync=on -c synchronous_commit=on")
    }

    fn start_with(locale: &str, options: &str) -> Result<Self> {
        let bin = newest_bin()?;
        if locale.starts_with("zh_CN") {
            ensure_locale()?;
        }
        let port = free_port()?;
        // Unix users other than root cannot enter root's folders: the cluster lies in /tmp.
        let data = std::env::temp_dir().join(format!("tongban-pg-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&data)?;
        let server = Self { bin, data, port };
        server.create(locale, options)?;
        Ok(server)
    }

    fn create(&self, locale: &str, options: &str) -> Result<()> {
        run(Command::new("chown").arg("postgres").arg(&self.data))?;
        let (bin, data, port) = (self.bin.display(), self.data.display(), self.port);
        as_postgres(&format!(
            "{bin}/initdb --pgdata {data}/db --auth trust --encoding UTF8 --locale {locale}"
        ))?;
        as_postgres(&format!(
            "{bin}/pg_ctl --pgdata {data}/db --log {data}/log --wait start --options \
             '-c listen_addresses=127.0.0.1 -p {port} -k {data} {options}'"
        ))
    }

    /// PostgreSQL's own bench.
    pub fn pgbench(&self) -> PathBuf {
        self.bin.join("pgbench")
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let (bin, data) = (self.bin.display(), self.data.display());
        let _ = as_postgres(&format!(
            "{bin}/pg_ctl --pgdata {data}/db --mode immediate stop"
        ));
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

fn as_postgres(command: &str) -> Result<()> {
    run(Command::new("su")
        .args(["postgres", "--command", command])
        .stdout(std::process::Stdio::null()))
}

fn newest_bin() -> Result<PathBuf> {
    let root = Path::new("/usr/lib/postgresql");
    let mut versions: Vec<PathBuf> = std::fs::read_dir(root)
        .context("PostgreSQL is not installed (Debian package postgresql)")?
        .filter_map(|e| Some(e.ok()?.path().join("bin")))
        .filter(|p| p.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop().context("no PostgreSQL server found")
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port())
}

fn ensure_locale() -> Result<()> {
    let known = Command::new("locale").arg("-a").output()?;
    if String::from_utf8_lossy(&known.stdout).contains("zh_CN.utf8") {
        return Ok(());
    }
    let made = Command::new("localedef")
        .args(["--inputfile", "zh_CN", "--charmap", "UTF-8", "zh_CN.UTF-8"])
        .status()?;
    if !made.success() {
        bail!("the locale zh_CN.UTF-8 cannot be made");
    }
    Ok(())
}

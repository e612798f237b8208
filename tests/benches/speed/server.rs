//! The release program as a process of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::http::{Connection, get};
use crate::options::Options;

/// A running server; told to stop when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts `tongban serve` and waits until it answers.
    pub async fn start(options: &Options, data: &Path, database: Option<&str>) -> Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], options.port));
        let mut command = Command::new(&options.program);
        command
            .arg("serve")
            .args(["--listen", &address.to_string()])
            // All clients have one address; the limiter counts them all the same.
            .args(["--rate-limit", "100000000"])
            .arg("--data")
            .arg(data)
            .stdout(Stdio::null());
        if let Some(url) = database {
            command.args(["--database", url]);
        }
        let child = command
            .spawn()
            .with_context(|| options.program.display().to_string())?;
        let mut server = Self { child, address };
        server.first_answer("/readyz").await?;
        Ok(server)
    }

    /// Asks until the server answers with 200.
    pub async fn first_answer(&mut self, path: &str) -> Result<()> {
        let (start, request) = (Instant::now(), get(path, ""));
        while start.elapsed() < Duration::from_secs(60) {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended: {status}");
            }
            if let Ok(mut connection) = Connection::open(self.address).await
                && let Ok(answer) = connection.send(&request).await
                && answer.status == 200
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        bail!("the server does not answer")
    }

    /// A figure of `/metrics`.
    pub async fn metric(&self, name: &str) -> Result<f64> {
        let mut connection = Connection::open(self.address).await?;
        let answer = connection.send(&get("/metrics", "")).await?;
        let text = String::from_utf8_lossy(answer.body).into_owned();
        let line = text.lines().find_map(|l| l.strip_prefix(name));
        Ok(line.context("no such figure")?.trim().parse()?)
    }

    /// Proportional set size in MB.
    pub fn memory(&self) -> Result<f64> {
        let path = format!("/proc/{}/smaps_rollup", self.child.id());
        let text = std::fs::read_to_string(path)?;
        let line = text.lines().find_map(|l| l.strip_prefix("Pss:"));
        let kilobytes: f64 = line
            .and_then(|l| l.split_whitespace().next())
            .context("no Pss")?
            .parse()?;
        Ok(kilobytes / 1024.0)
    }

    /// Stops as an operator would and waits.
    pub fn stop(mut self) -> Result<()> {
        self.terminate();
        let status = self.child.wait()?;
        if !status.success() {
            bail!("the server ended: {status}");
        }
        Ok(())
    }

    fn terminate(&self) {
        let _ = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.terminate();
            let _ = self.child.wait();
        }
    }
}

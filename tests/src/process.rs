//! The program as a process of its own.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use jiff::Timestamp;

use crate::{Client, Left};

/// A serving process; killed when dropped.
pub struct Process {
    child: Child,
    /// `127.0.0.1:…`.
    pub address: String,
}

impl Process {
    /// Serves the city from this moment on, Beijing time, and waits until it answers. `program` is
    /// the words before the program's own arguments: its path, or a tracer and its path. Its
    /// standard error goes into the file `log`.
    pub async fn serve(left: &Left, program: &[&str], at: &str, log: &Path) -> Self {
        Self::start(left, program, &["--at", at], log).await
    }

    /// The same beside others on one database: the clocks of all show `at` at the machine's moment
    /// `since`.
    pub async fn serve_beside(
        left: &Left,
        program: &[&str],
        (at, since): (&str, Timestamp),
        log: &Path,
    ) -> Self {
        let since = since.to_string();
        Self::start(left, program, &["--at", at, "--since", &since], log).await
    }

    async fn start(left: &Left, program: &[&str], clock: &[&str], log: &Path) -> Self {
        let port = {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            free.local_addr().unwrap().port()
        };
        let address = format!("127.0.0.1:{port}");
        let city = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo");
        let mut command = Command::new(program[0]);
        command
            .args(&program[1..])
            .args(["demo", "--listen", &address])
            .args(clock)
            // The crowd of a test comes from one address.
            .args(["--rate-limit", "0"])
            .arg("--city")
            .arg(city)
            .arg("--data")
            .arg(left.data());
        if let Some(url) = &left.place.database {
            command.args(["--database", url]);
        }
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .unwrap();
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut this = Self { child, address };
        this.wait_until_ready().await;
        this
    }

    async fn wait_until_ready(&mut self) {
        for _ in 0..1200 {
            if let Ok(reply) = Client::new(&self.address).get("/readyz").await
                && reply.status == 200
            {
                return;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the server ended: {status}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server does not answer");
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: no chance to finish anything.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends SIGTERM and gives back at once.
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the process to end by itself.
    pub async fn ended(mut self) -> ExitStatus {
        for _ in 0..1200 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server does not stop");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

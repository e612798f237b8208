//! Debian's chromedriver as a child process: one a browser, on a port that it chooses.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running driver. Dropping it ends the browser's session first, then the driver.
pub(super) struct Driver {
    child: Child,
    pub port: u16,
    pub session: Option<String>,
}

impl Driver {
    pub fn start() -> Self {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver: apt-get install chromium chromium-driver");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let at = line.split("started successfully on port ").nth(1)?;
                at.trim_end_matches('.').parse().ok()
            })
            .expect("chromedriver names its port");
        // The pipe is read to its end, or the driver would one day wait for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            port,
            session: None,
        }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends the session without a runtime: a test that failed unwinds through here.
    fn end_session(&self) -> std::io::Result<()> {
        let Some(session) = &self.session else {
            return Ok(());
        };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(
            stream,
            "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        )?;
        // The answer comes when the browser is gone; the connection may stay open after it.
        let _ = stream.read(&mut [0; 256])?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Err(error) = self.end_session() {
            eprintln!("the browser's session did not end: {error}");
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

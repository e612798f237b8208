//! A cheap client: HTTP/1.1 over a kept connection. It shares the machine with the server, so it
//! does no more than it must.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, still in the connection's buffer.
pub struct Answer<'a> {
    pub status: u16,
    pub head: &'a str,
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// The first header of that name, lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(256 * 1024),
        })
    }

    /// Sends a whole request and reads the whole answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let body = loop {
            let from = self.buffer.len().saturating_sub(3);
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server closed the connection");
            }
            if let Some(at) = find(&self.buffer[from..], b"\r\n\r\n") {
                break from + at + 4;
            }
        };
        let head = std::str::from_utf8(&self.buffer[..body])?;
        let status = head.get(9..12).context("no status")?.parse()?;
        let length = head
            .lines()
            .find_map(|l| {
                let (name, value) = l.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then_some(value)
            })
            .context("no content-length")?;
        let end = body + length.trim().parse::<usize>()?;
        while self.buffer.len() < end {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server closed the connection");
            }
        }
        Ok(Answer {
            status,
            head: std::str::from_utf8(&self.buffer[..body])?,
            body: &self.buffer[body..end],
        })
    }
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|w| w == needle)
}

/// `GET` with a cookie; empty for none.
pub fn get(path: &str, cookie: &str) -> Vec<u8> {
    let cookie = match cookie {
        "" => String::new(),
        c => format!("Cookie: {c}\r\n"),
    };
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\n").into_bytes()
}

/// `POST` of a form.
pub fn post(path: &str, cookie: &str, form: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
    .into_bytes()
}

/// What many clients saw.
pub struct Load {
    /// Requests a second.
    pub rate: f64,
    /// Milliseconds, of each request.
    pub took: Vec<f64>,
}

/// Runs the client on a thread of its own with a runtime of one thread.
pub async fn on_one_thread<T, F>(make: impl FnOnce() -> F + Send + 'static) -> Result<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T>>,
{
    tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(make())
    })
    .await?
}

/// One request over and over from many clients; every answer must be 200.
pub async fn load(
    address: SocketAddr,
    clients: usize,
    span: Duration,
    request: Vec<u8>,
) -> Result<Load> {
    let request = Arc::new(request);
    on_one_thread(move || async move {
        let start = Instant::now();
        let one = |request: Arc<Vec<u8>>| async move {
            let mut connection = Connection::open(address).await?;
            let mut took = Vec::with_capacity(100_000);
            while start.elapsed() < span {
                let begun = Instant::now();
                let status = connection.send(&request).await?.status;
                took.push(begun.elapsed().as_secs_f64() * 1e3);
                if status != 200 {
                    bail!("answered {status}");
                }
            }
            Ok::<_, anyhow::Error>(took)
        };
        let all = (0..clients).map(|_| one(request.clone()));
        let took: Vec<f64> = futures_util::future::try_join_all(all)
            .await?
            .into_iter()
            .flatten()
            .collect();
        Ok(Load {
            rate: took.len() as f64 / start.elapsed().as_secs_f64(),
            took,
        })
    })
    .await
}

//! A small browser: HTTP/1.1 with cookies and the token of every form. It follows nothing by
//! itself, so a test sees each answer.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Longer than any page takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser on one address (`127.0.0.1:18140`). A clone has the cookies and a connection of its
/// own.
pub struct Client {
    address: String,
    pub cookies: BTreeMap<String, String>,
    /// The token of the forms, from the last page that had one.
    token: Option<String>,
    connection: Option<BufReader<TcpStream>>,
    /// Sent with every request, such as `User-Agent`.
    pub headers: Vec<(String, String)>,
}

impl Clone for Client {
    fn clone(&self) -> Self {
        Self {
            address: self.address.clone(),
            cookies: self.cookies.clone(),
            token: self.token.clone(),
            connection: None,
            headers: self.headers.clone(),
        }
    }
}

/// A file to be uploaded.
pub struct FilePart<'a> {
    pub field: &'a str,
    pub name: &'a str,
    pub bytes: &'a [u8],
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Where a redirect leads; empty when it is none.
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of an input of this name on the page.
    pub fn input(&self, name: &str) -> Option<String> {
        input(&self.text(), name)
    }
}

fn input(page: &str, name: &str) -> Option<String> {
    let mark = format!("name=\"{name}\"");
    let inputs = page.split("<input").skip(1);
    let found = inputs
        .filter_map(|rest| rest.split('>').next())
        .find(|tag| tag.contains(&mark))?;
    let (_, rest) = found.split_once("value=\"")?;
    rest.split('"').next().map(str::to_owned)
}

/// `application/x-www-form-urlencoded`.
pub fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

impl Client {
    pub fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            cookies: BTreeMap::new(),
            token: None,
            connection: None,
            headers: vec![("User-Agent".into(), "journeys".into())],
        }
    }

    /// The same browser on another address, as after a restart on another port.
    pub fn at(&self, address: &str) -> Self {
        Self {
            address: address.to_owned(),
            ..self.clone()
        }
    }

    /// The same with a cookie more.
    #[must_use]
    pub fn with_cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.insert(name.to_owned(), value.to_owned());
        self
    }

    pub async fn get(&mut self, path: &str) -> io::Result<Reply> {
        self.send("GET", path, None, &[]).await
    }

    /// Posts a form; the token is put in front.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> io::Result<Reply> {
        let token = self.token().await?;
        let mut body = format!("csrf={token}");
        for (name, value) in fields {
            body.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
        let kind = "application/x-www-form-urlencoded";
        self.send("POST", path, Some(kind), body.as_bytes()).await
    }

    /// Posts a form with files; the token is put in front.
    pub async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[FilePart<'_>],
    ) -> io::Result<Reply> {
        const BOUNDARY: &str = "journeys-7f3a9c51e2";
        let token = self.token().await?;
        let mut body = Vec::new();
        let head = |name: &str, more: &str| {
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n")
        };
        for (name, value) in [("csrf", token.as_str())].iter().chain(fields) {
            body.extend(head(name, "").bytes());
            body.extend(format!("\r\n{value}\r\n").bytes());
        }
        for file in files {
            body.extend(head(file.field, &format!("; filename=\"{}\"", file.name)).bytes());
            body.extend(b"Content-Type: application/octet-stream\r\n\r\n");
            body.extend(file.bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.send("POST", path, Some(&kind), &body).await
    }

    /// The token of the forms: the last one seen, or one from a page that everybody may see.
    pub async fn token(&mut self) -> io::Result<String> {
        if self.token.is_none() {
            for page in ["/verify", "/login"] {
                if self.get(page).await?.status == 200 && self.token.is_some() {
                    break;
                }
            }
        }
        self.token
            .clone()
            .ok_or_else(|| io::Error::other("no page had a form's token"))
    }

    /// One request and its answer. A connection that the server closed between two requests is
    /// made anew; a request that was sent is never sent twice.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        kind: Option<&str>,
        body: &[u8],
    ) -> io::Result<Reply> {
        let request = self.request(method, path, kind, body);
        let work = async {
            let mut connection = match self.connection.take() {
                Some(kept) => kept,
                None => BufReader::new(TcpStream::connect(&self.address).await?),
            };
            connection.get_mut().write_all(&request).await?;
            let reply = read_reply(&mut connection, method == "HEAD").await?;
            if reply.header("connection") != Some("close") {
                self.connection = Some(connection);
            }
            Ok::<_, io::Error>(reply)
        };
        let reply = match tokio::time::timeout(PATIENCE, work).await {
            Ok(done) => done?,
            Err(_) => return Err(io::Error::new(ErrorKind::TimedOut, "no answer in time")),
        };
        self.remember(&reply);
        Ok(reply)
    }

    fn request(&self, method: &str, path: &str, kind: Option<&str>, body: &[u8]) -> Vec<u8> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(k, v)| format!("{k}={v}"))
                .collect();
            head.push_str(&format!("Cookie: {}\r\n", pairs.join("; ")));
        }
        if let Some(kind) = kind {
            head.push_str(&format!("Content-Type: {kind}\r\n"));
        }
        if method != "GET" {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        [head.as_bytes(), body].concat()
    }

    fn remember(&mut self, reply: &Reply) {
        for (name, value) in &reply.headers {
            if name != "set-cookie" {
                continue;
            }
            let pair = value.split(';').next().unwrap_or_default();
            let Some((key, held)) = pair.split_once('=') else {
                continue;
            };
            if held.is_empty() || value.contains("Max-Age=0") {
                self.cookies.remove(key);
            } else {
                self.cookies.insert(key.to_owned(), held.to_owned());
            }
        }
        let page = reply
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"));
        if page && let Some(token) = reply.input("csrf") {
            self.token = Some(token);
        }
    }
}

async fn line(from: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    if from.read_line(&mut line).await? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

async fn read_reply(from: &mut BufReader<TcpStream>, head_only: bool) -> io::Result<Reply> {
    let bad = |what: &str| io::Error::new(ErrorKind::InvalidData, what.to_owned());
    let first = line(from).await?;
    let status = first.split(' ').nth(1).and_then(|s| s.parse().ok());
    let status: u16 = status.ok_or_else(|| bad("no status line"))?;
    let mut headers = Vec::new();
    loop {
        let line = line(from).await?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| bad("no header"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut reply = Reply {
        status,
        headers,
        body: Vec::new(),
    };
    if head_only || status == 204 || status == 304 {
        return Ok(reply);
    }
    if reply.header("transfer-encoding") == Some("chunked") {
        loop {
            let size = line(from).await?;
            let size = usize::from_str_radix(size.split(';').next().unwrap_or_default(), 16)
                .map_err(|_| bad("no chunk size"))?;
            let start = reply.body.len();
            reply.body.resize(start + size, 0);
            from.read_exact(&mut reply.body[start..]).await?;
            line(from).await?;
            if size == 0 {
                return Ok(reply);
            }
        }
    }
    let length = reply.header("content-length").map(str::parse);
    let length: usize = match length {
        Some(Ok(length)) => length,
        _ => return Err(bad("no length")),
    };
    reply.body.resize(length, 0);
    from.read_exact(&mut reply.body).await?;
    Ok(reply)
}

//! The way out, against servers on this machine.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use fetch::{Hosts, Http, Limits};
use gm::Transport;

/// A server that gives each connection to `serve` and remembers the request lines.
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(serve: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let told = asked.clone();
        thread::spawn(move || {
            let serve = Arc::new(serve);
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let (serve, told) = (serve.clone(), told.clone());
                thread::spawn(move || {
                    let request = read(&mut stream);
                    told.lock().unwrap().push(request.clone());
                    serve(&request, &mut stream);
                });
            }
        });
        Self { port, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// Head and body of a request.
fn read(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&all).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length: ")
                        .map(str::to_owned)
                })
                .map_or(0, |n| n.parse().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        let n = stream.read(&mut chunk).unwrap_or(0);
        if n == 0 {
            return String::from_utf8_lossy(&all).into_owned();
        }
        all.extend_from_slice(&chunk[..n]);
    }
}

fn answer(stream: &mut TcpStream, body: &str) {
    let length = body.len();
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}"
    );
}

fn redirect(stream: &mut TcpStream, to: &str) {
    let _ = write!(
        stream,
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
    );
}

fn short() -> Limits {
    Limits {
        connect: Duration::from_millis(500),
        total: Duration::from_millis(1000),
        bytes: 1000,
    }
}

/// Answers come through; the question has its type and nothing of a browser.
#[test]
fn questions_are_asked_and_answered() {
    let server = Server::new(|request, stream| {
        answer(
            stream,
            if request.starts_with("POST /ask ") {
                "yes"
            } else {
                "list"
            },
        );
    });
    let http = Http::configured(short());
    let said = http.post(&server.url("/ask"), "application/timestamp-query", b"when?");
    assert_eq!(said.unwrap(), b"yes");
    assert_eq!(http.get(&server.url("/list.crl")).unwrap(), b"list");
    let asked = server.asked.lock().unwrap().concat().to_ascii_lowercase();
    assert!(
        asked.contains("content-type: application/timestamp-query"),
        "{asked}"
    );
    assert!(asked.contains("when?"), "{asked}");
    assert!(asked.contains("user-agent: tongban"), "{asked}");
}

/// Time, size and odd answers have their bounds, each with its words.
#[test]
fn everything_is_bounded() {
    let server = Server::new(|request, stream| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        match path {
            "/silent" => thread::sleep(Duration::from_secs(4)),
            "/drip" => {
                let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n");
                for _ in 0..30 {
                    let _ = stream.write_all(b"x");
                    thread::sleep(Duration::from_millis(100));
                }
            }
            "/long" => answer(stream, &"x".repeat(1001)),
            "/endless" => {
                let _ = write!(stream, "HTTP/1.1 200 OK\r\n\r\n");
                while stream.write_all(&[b'x'; 4096]).is_ok() {}
            }
            "/whole" => answer(stream, &"x".repeat(1000)),
            "/gone" => {
                let _ = write!(
                    stream,
                    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
                );
            }
            "/round" => redirect(stream, "/round"),
            _ => {
                let _ = write!(stream, "hello\r\n\r\n");
            }
        }
    });
    let http = Http::configured(short());
    let told = |path: &str| {
        let begun = Instant::now();
        let said = http.get(&server.url(path));
        assert!(begun.elapsed() < Duration::from_secs(3), "{path}");
        said.unwrap_err()
    };
    assert_eq!(told("/silent"), "it took too long");
    assert_eq!(told("/drip"), "it took too long");
    assert!(told("/gone").contains("404"));
    assert!(told("/long").contains("longer than 1000"));
    assert!(told("/endless").contains("longer than 1000"));
    assert!(told("/round").contains("too often"));
    assert!(!told("/nonsense").is_empty());
    assert_eq!(http.get(&server.url("/whole")).unwrap().len(), 1000);
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    assert!(http.get(&format!("http://127.0.0.1:{nobody}/")).is_err());
    assert_eq!(
        http.get("ftp://a.example/").unwrap_err(),
        "only http and https are reached"
    );
}

/// An address out of a certificate does not reach this machine or its neighbours, by whatever
/// name, unless the operator named the host.
#[test]
fn foreign_addresses_do_not_lead_inside() {
    let server = Server::new(|_, stream| answer(stream, "secret"));
    let http = Http::foreign(short(), Hosts::default());
    let port = server.port;
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "127.1",
        "0.0.0.0",
    ] {
        let url = format!("http://{host}:{port}/");
        assert!(http.get(&url).is_err(), "{url}");
        assert!(
            http.post(&url, "application/ocsp-request", b"?").is_err(),
            "{url}"
        );
    }
    assert_eq!(server.count(), 0, "nothing was even connected to");
    let told = http.get(&server.url("/")).unwrap_err();
    assert!(told.contains("not a public address"), "{told}");

    let named = Http::foreign(short(), Hosts::new([format!("127.0.0.1:{port}")]));
    assert_eq!(named.get(&server.url("/")).unwrap(), b"secret");
    assert!(
        named.get(&format!("http://localhost:{port}/")).is_err(),
        "another name"
    );
}

/// A host that is allowed cannot lead to one that is not.
#[test]
fn redirects_are_judged_anew() {
    let inside = Server::new(|_, stream| answer(stream, "secret"));
    let to = format!("http://localhost:{}/", inside.port);
    let outside = Server::new(
        move |request, stream| match request.starts_with("GET /here") {
            true => redirect(stream, "moved"),
            false if request.starts_with("GET /moved") => answer(stream, "list"),
            false => redirect(stream, &to),
        },
    );
    let http = Http::foreign(short(), Hosts::new(["127.0.0.1".to_owned()]));
    assert!(
        http.get(&outside.url("/away"))
            .unwrap_err()
            .contains("not a public address")
    );
    assert_eq!(inside.count(), 0);
    assert_eq!(http.get(&outside.url("/here")).unwrap(), b"list");
    // A question is not carried elsewhere at all.
    assert!(
        Http::configured(short())
            .post(&outside.url("/away"), "a/b", b"?")
            .unwrap_err()
            .contains("302")
    );
    assert_eq!(inside.count(), 0);
}

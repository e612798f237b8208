//! Authorities of OpenSSL behind a web server on this machine: time stamps, revocation lists and
//! answers, at the time of the test.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::{get, post};
use gm::{SoftKey, Transport};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::outside::{LIST, OCSP, Outside, TSA};

const P256: &str = "ec -pkeyopt ec_paramgen_curve:prime256v1";

pub struct Authorities {
    pub outside: Arc<Outside>,
    /// `http://127.0.0.1:…`.
    pub base: String,
    down: Arc<AtomicBool>,
    /// Every address that was asked, answered or not.
    asked: Arc<Mutex<Vec<&'static str>>>,
    task: JoinHandle<()>,
}

impl Authorities {
    /// Made at this moment, which is theirs until they are told another.
    pub async fn open(now: Timestamp) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let under = base.clone();
        let outside = tokio::task::spawn_blocking(move || Outside::under(P256, &under, now));
        let outside = Arc::new(outside.await.unwrap());
        let down = Arc::new(AtomicBool::new(false));
        let asked: Arc<Mutex<Vec<&'static str>>> = Arc::default();
        let answering = |url: &'static str, kind: &'static str| {
            let (outside, down, asked) = (outside.clone(), down.clone(), asked.clone());
            move |question: Bytes| {
                let (outside, down, asked) = (outside.clone(), down.clone(), asked.clone());
                async move {
                    asked.lock().unwrap().push(url);
                    if down.load(Ordering::SeqCst) {
                        return Err(StatusCode::SERVICE_UNAVAILABLE);
                    }
                    let said = tokio::task::spawn_blocking(move || match kind {
                        "" => outside.get(url),
                        kind => outside.post(url, kind, &question),
                    });
                    said.await.unwrap().map_err(|_| StatusCode::BAD_REQUEST)
                }
            }
        };
        let app = Router::new()
            .route(
                "/stamp",
                post(answering(TSA, "application/timestamp-query")),
            )
            .route("/ask", post(answering(OCSP, "application/ocsp-request")))
            .route("/list.crl", get(answering(LIST, "")));
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            outside,
            base,
            down,
            asked,
            task,
        }
    }

    /// Where time stamps are given.
    pub fn tsa(&self) -> String {
        format!("{}/stamp", self.base)
    }

    /// `127.0.0.1:…`.
    pub fn host(&self) -> String {
        self.base.trim_start_matches("http://").to_owned()
    }

    /// Answers nobody, or everybody again.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// How often one of their addresses was asked.
    pub fn asked(&self, url: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|one| **one == url).count()
    }

    /// The root, PEM.
    pub fn root_pem(&self) -> Vec<u8> {
        self.outside.read("root.pem")
    }

    /// A signer under the root whose certificate says where to ask.
    pub fn signer(&self) -> SoftKey {
        let mut keys = gm::Bundle::read(&self.outside.read("signer.key"), None).unwrap();
        let root = self.outside.certificate("root").der().to_vec();
        let own = self.outside.certificate("signer").der().to_vec();
        keys.keys.remove(0).with_certificate(own, vec![root])
    }
}

impl Drop for Authorities {
    fn drop(&mut self) {
        self.task.abort();
    }
}

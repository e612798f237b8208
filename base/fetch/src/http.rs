//! Questions and answers over HTTP.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gm::{Certificate, Transport};
use ureq::http::{Response, Uri, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, Error};

use crate::guard::{Guard, Hosts, Reach};

/// Steps to elsewhere that are followed when a document is fetched.
const REDIRECTS: usize = 3;

/// The certificates to trust as TLS servers could not be read.
#[derive(Debug)]
pub struct TlsError(pub String);

/// How long and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// From the call to the last byte, redirects included.
    pub total: Duration,
    /// Of an answer.
    pub bytes: u64,
}

impl Default for Limits {
    /// Three seconds to connect, eight in all, 32 MiB: revocation lists of large authorities fit.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            total: Duration::from_secs(8),
            bytes: 32 << 20,
        }
    }
}

/// The way out. Calls block.
pub struct Http {
    agent: Agent,
    limits: Limits,
    reach: Reach,
}

impl Http {
    /// Reaches any address: for those that people of the installation decided on. Public TLS
    /// authorities are trusted.
    pub fn configured(limits: Limits) -> Self {
        Self::new(limits, Reach::Anywhere, RootCerts::WebPki)
    }

    /// Reaches public addresses and the hosts named: for addresses in certificates of others.
    pub fn foreign(limits: Limits, hosts: Hosts) -> Self {
        Self::new(limits, Reach::Public(Arc::new(hosts)), RootCerts::WebPki)
    }

    /// The same, trusting these TLS authorities (PEM or DER) in place of the public ones.
    pub fn trusting(self, roots: &[u8]) -> Result<Self, TlsError> {
        let all = Certificate::from_pem_or_der(roots).map_err(|e| TlsError(e.to_string()))?;
        let roots: Vec<_> = all
            .iter()
            .map(|one| ureq::tls::Certificate::from_der(one.der()).to_owned())
            .collect();
        Ok(Self::new(self.limits, self.reach, RootCerts::from(roots)))
    }

    fn new(limits: Limits, reach: Reach, roots: RootCerts) -> Self {
        let config = Agent::config_builder()
            .proxy(None)
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .timeout_connect(Some(limits.connect))
            .timeout_resolve(Some(limits.connect))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Questions are rare: a connection that was kept has mostly died when it is needed.
            .max_idle_connections(0)
            .user_agent("tongban")
            .build();
        let guard = Guard {
            reach: reach.clone(),
        };
        Self {
            agent: Agent::with_parts(config, DefaultConnector::default(), guard),
            limits,
            reach,
        }
    }

    fn uri(&self, url: &str) -> Result<Uri, String> {
        let uri: Uri = url.parse().map_err(|_| "the address cannot be read")?;
        self.reach.admits(&uri)?;
        Ok(uri)
    }

    fn body(&self, answer: Response<Body>) -> Result<Vec<u8>, String> {
        let status = answer.status();
        if status != 200 {
            return Err(format!("it answered {status}"));
        }
        let body = answer.into_body();
        // An answer that is longer shows by one byte more.
        let read = body
            .into_with_config()
            .limit(self.limits.bytes + 1)
            .read_to_vec();
        match read {
            Ok(bytes) if bytes.len() as u64 <= self.limits.bytes => Ok(bytes),
            Ok(_) | Err(Error::BodyExceedsLimit(_)) => Err(format!(
                "the answer is longer than {} bytes",
                self.limits.bytes
            )),
            Err(error) => Err(words(error)),
        }
    }
}

impl Transport for Http {
    fn post(&self, url: &str, content_type: &str, body: &[u8]) -> Result<Vec<u8>, String> {
        let uri = self.uri(url)?;
        let asked = self
            .agent
            .post(&uri)
            .config()
            .timeout_global(Some(self.limits.total))
            .build()
            .content_type(content_type)
            .send(body);
        self.body(asked.map_err(words)?)
    }

    fn get(&self, url: &str) -> Result<Vec<u8>, String> {
        let begun = Instant::now();
        let mut uri = self.uri(url)?;
        for _ in 0..=REDIRECTS {
            let left = self.limits.total.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Err("it took too long".into());
            }
            let asked = self
                .agent
                .get(&uri)
                .config()
                .timeout_global(Some(left))
                .build()
                .call();
            let answer = asked.map_err(words)?;
            if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return self.body(answer);
            }
            let to = answer.headers().get(header::LOCATION);
            let to = to.and_then(|to| to.to_str().ok());
            uri = self.uri(&elsewhere(&uri, to.ok_or("it leads nowhere")?))?;
        }
        Err("it leads elsewhere too often".into())
    }
}

/// The address a redirect names, which may leave out host or scheme.
fn elsewhere(from: &Uri, to: &str) -> String {
    let scheme = from.scheme_str().unwrap_or("http");
    let host = from.authority().map_or("", |authority| authority.as_str());
    if to.starts_with("//") {
        format!("{scheme}:{to}")
    } else if to.starts_with('/') {
        format!("{scheme}://{host}{to}")
    } else if to.contains("://") {
        to.to_owned()
    } else {
        let folder = from
            .path()
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        format!("{scheme}://{host}{folder}/{to}")
    }
}

/// What went wrong, in words for the journal.
fn words(error: Error) -> String {
    match error {
        Error::Timeout(_) => "it took too long".into(),
        Error::HostNotFound => "its name is not known".into(),
        Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => "it took too long".into(),
        Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

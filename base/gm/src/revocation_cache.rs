//! Fetching revocation data from where certificates say it can be had, and keeping it for as long
//! as it is valid.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

use crate::{
    Certificate, Chain, Crl, Entropy, Evidence, OcspRequest, OcspResponse, RevocationSource,
    Transport,
};

/// Media type of a question (RFC 6960, A.1).
const QUESTION: &str = "application/ocsp-request";

/// Things kept; an authority has one list, a signer one answer.
const KEPT: usize = 4096;

/// Largest list read, in bytes.
const LIMIT: usize = 32 << 20;

/// Data that do not say when they end are asked for again after this.
const UNSAID: SignedDuration = SignedDuration::from_hours(1);

/// After a failure nobody is asked again for so long, so that a dead responder does not slow down
/// every verification.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

#[derive(Clone)]
enum Held {
    List(Arc<Crl>),
    Answer(Arc<OcspResponse>),
    Failed(String),
}

/// Revocation data by address and certificate. What was fetched once is used until its
/// `nextUpdate`; what cannot be reached is said and never taken for good.
pub struct RevocationCache {
    transport: Arc<dyn Transport>,
    entropy: Mutex<Box<dyn Entropy + Send>>,
    held: Mutex<HashMap<String, (Held, Timestamp)>>,
    /// What is being fetched at this moment: whoever needs it too waits for the one who asked.
    fetching: Mutex<HashMap<String, Arc<Mutex<()>>>>,
}

impl RevocationCache {
    /// An empty cache in front of the network.
    pub fn new(transport: Arc<dyn Transport>, entropy: Box<dyn Entropy + Send>) -> Self {
        Self {
            transport,
            entropy: Mutex::new(entropy),
            held: Mutex::default(),
            fetching: Mutex::default(),
        }
    }

    fn held(&self, key: &str, now: Timestamp) -> Option<Held> {
        let held = self.held.lock().unwrap_or_else(|p| p.into_inner());
        let (one, until) = held.get(key)?;
        (*until >= now).then(|| one.clone())
    }

    fn keep(&self, key: String, one: Held, until: Timestamp, now: Timestamp) {
        let mut held = self.held.lock().unwrap_or_else(|p| p.into_inner());
        if held.len() >= KEPT {
            held.retain(|_, (_, until)| *until >= now);
        }
        if held.len() >= KEPT {
            held.clear();
        }
        held.insert(key, (one, until));
    }

    /// What `fetch` brings, or what it brought when it was last asked.
    fn get(
        &self,
        key: String,
        now: Timestamp,
        fetch: impl FnOnce() -> Result<(Held, Option<Timestamp>), String>,
    ) -> Held {
        if let Some(held) = self.held(&key, now) {
            return held;
        }
        let turn = {
            let mut fetching = self.fetching.lock().unwrap_or_else(|p| p.into_inner());
            fetching.entry(key.clone()).or_default().clone()
        };
        let _mine = turn.lock().unwrap_or_else(|p| p.into_inner());
        if let Some(held) = self.held(&key, now) {
            return held;
        }
        let later = |by| now.checked_add(by).unwrap_or(Timestamp::MAX);
        let (one, until) = match fetch() {
            Ok((one, until)) => (one, until.unwrap_or(later(UNSAID))),
            Err(why) => (Held::Failed(why), later(PAUSE)),
        };
        self.keep(key.clone(), one.clone(), until, now);
        let mut fetching = self.fetching.lock().unwrap_or_else(|p| p.into_inner());
        fetching.remove(&key);
        one
    }

    fn answer(
        &self,
        issued: &Certificate,
        issuer: &Certificate,
        url: &str,
        now: Timestamp,
    ) -> Held {
        let print: String = issued
            .fingerprint()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        self.get(format!("{url} {print}"), now, || {
            let question = {
                let mut entropy = self.entropy.lock().unwrap_or_else(|p| p.into_inner());
                OcspRequest::new(issued, issuer, &mut **entropy)
            };
            let told = |why: String| format!("{url}: {why}");
            let body = self.transport.post(url, QUESTION, &question.to_der());
            let body = body.map_err(told)?;
            if body.len() > LIMIT {
                return Err(told("the answer is too long".into()));
            }
            let read = question.accept(&body).map_err(|e| told(e.to_string()))?;
            let until = match read.answer(issued, issuer) {
                Ok(Some(answer)) => answer.next_update,
                Ok(None) => return Err(told("it says nothing of the certificate".into())),
                Err(error) => return Err(told(error.to_string())),
            };
            if until.is_some_and(|until| until < now) {
                return Err(told("the answer has ended already".into()));
            }
            Ok((Held::Answer(Arc::new(read)), until))
        })
    }

    fn list(&self, issuer: &Certificate, url: &str, now: Timestamp) -> Held {
        self.get(url.to_owned(), now, || {
            let told = |why: String| format!("{url}: {why}");
            let body = self.transport.get(url).map_err(told)?;
            if body.len() > LIMIT {
                return Err(told("the list is too long".into()));
            }
            let list = Crl::from_der(&body).map_err(|error| told(error.to_string()))?;
            list.is_issued_by(issuer)
                .map_err(|_| told("the list is not by the issuer".into()))?;
            let until = list.next_update();
            if until.is_some_and(|until| until < now) {
                return Err(told("the list has ended already".into()));
            }
            Ok((Held::List(Arc::new(list)), until))
        })
    }
}

impl RevocationSource for RevocationCache {
    /// Asks the responder first, whose answers are younger; where there is none or it fails, the
    /// list. Certificates without addresses cannot be asked about, which is not a failure.
    fn evidence(&self, chain: &Chain, now: Timestamp) -> Evidence {
        let mut evidence = Evidence::new();
        for pair in chain.0.windows(2) {
            let [issued, issuer] = pair else { continue };
            let asked = issued.ocsp_urls().into_iter().map(|url| (url, true));
            let listed = issued.crl_urls().into_iter().map(|url| (url, false));
            let mut failed = Vec::new();
            for (url, is_responder) in asked.chain(listed) {
                let held = match is_responder {
                    true => self.answer(issued, issuer, &url, now),
                    false => self.list(issuer, &url, now),
                };
                match held {
                    Held::List(list) => evidence.crls.push(list),
                    Held::Answer(answer) => evidence.ocsps.push(answer),
                    Held::Failed(why) => {
                        failed.push(why);
                        continue;
                    }
                }
                failed.clear();
                break;
            }
            evidence.missing.extend(failed);
        }
        evidence
    }
}

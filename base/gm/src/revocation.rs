//! What was revoked: revocation lists and answers of responders, weighed against each other.

use std::sync::Arc;

use jiff::Timestamp;

use crate::ocsp::SKEW;
use crate::{Certificate, Chain, Crl, OcspResponse, OcspStatus, Revoked, TrustStore};

/// What revocation data say of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// A valid list of the signer's issuer does not name it, or a valid answer calls it good.
    Good,
    /// Nothing usable; the reason in words.
    Unknown(String),
    /// A certificate of the chain is revoked: its subject, and the entry.
    Revoked(String, Revoked),
}

/// Revocation data: what came with a document, or was fetched for it. Nothing in it is believed
/// before its signature was found to hold.
#[derive(Clone, Default)]
pub struct Evidence {
    pub crls: Vec<Arc<Crl>>,
    pub ocsps: Vec<Arc<OcspResponse>>,
    /// What was looked for and could not be had, in words.
    pub missing: Vec<String>,
}

impl Evidence {
    /// Nothing at hand.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what the other holds.
    pub fn extend(&mut self, other: Evidence) {
        self.crls.extend(other.crls);
        self.ocsps.extend(other.ocsps);
        self.missing.extend(other.missing);
    }

    /// Those pieces that say something of a certificate of the chain, each once, DER: lists, then
    /// answers.
    pub fn about(&self, chain: &Chain, now: Timestamp) -> (Vec<Arc<Crl>>, Vec<Arc<OcspResponse>>) {
        let (mut crls, mut ocsps): (Vec<Arc<Crl>>, Vec<Arc<OcspResponse>>) = Default::default();
        for pair in chain.0.windows(2) {
            let [issued, issuer] = pair else { continue };
            for crl in self.lists(issued, issuer, now) {
                if !crls.iter().any(|known| known.der() == crl.der()) {
                    crls.push(crl.clone());
                }
            }
            for one in &self.ocsps {
                let says = matches!(one.answer(issued, issuer), Ok(Some(_)));
                if says && !ocsps.iter().any(|known| known.der() == one.der()) {
                    ocsps.push(one.clone());
                }
            }
        }
        (crls, ocsps)
    }

    fn lists(
        &self,
        issued: &Certificate,
        issuer: &Certificate,
        now: Timestamp,
    ) -> impl Iterator<Item = &Arc<Crl>> {
        self.crls.iter().filter(move |crl| {
            crl.this_update().duration_since(now) <= SKEW
                && crl.is_issued_by(issuer).is_ok()
                && crl.is_about(issued)
        })
    }
}

/// Finds revocation data for a chain: a cache in front of the authorities' own addresses.
pub trait RevocationSource: Send + Sync {
    /// What can be had for the chain at that moment. What cannot be reached stands in
    /// [`Evidence::missing`].
    fn evidence(&self, chain: &Chain, now: Timestamp) -> Evidence;
}

/// What is known of one certificate.
#[derive(Default)]
struct Found {
    revoked: Option<Revoked>,
    good: bool,
    /// Why what is there does not suffice.
    why: Option<String>,
}

impl TrustStore {
    /// What the known data say of a chain at the moment `now`. An entry counts whenever it was
    /// made; the caller compares its date with the time of signing.
    pub fn revocation(&self, chain: &Chain, now: Timestamp) -> Revocation {
        self.revocation_with(chain, &Evidence::new(), None, now)
    }

    /// The same, with data at hand beside the known ones. Data that have ended by `now` suffice
    /// where a trusted time stamp proves that the signature existed while they were valid: that
    /// moment is `proven`.
    pub fn revocation_with(
        &self,
        chain: &Chain,
        evidence: &Evidence,
        proven: Option<Timestamp>,
        now: Timestamp,
    ) -> Revocation {
        let mut unknown = None;
        for (depth, pair) in chain.0.windows(2).enumerate() {
            let [issued, issuer] = pair else { continue };
            let mut found = Found::default();
            for data in [&self.known, evidence] {
                weigh(data, issued, issuer, proven, now, &mut found);
            }
            if let Some(entry) = found.revoked {
                return Revocation::Revoked(issued.subject(), entry);
            }
            // Data on the authorities above are used where they exist; many publish none.
            if depth == 0 && !found.good {
                let nothing = || format!("no revocation list of “{}”", issuer.subject());
                let mut why = found.why.unwrap_or_else(nothing);
                for missing in &evidence.missing {
                    why = format!("{why}; {missing}");
                }
                unknown = Some(why);
            }
        }
        match unknown {
            Some(why) => Revocation::Unknown(why),
            None if chain.0.len() < 2 => {
                Revocation::Unknown("the signer's certificate is itself a trusted root".into())
            }
            None => Revocation::Good,
        }
    }
}

fn weigh(
    data: &Evidence,
    issued: &Certificate,
    issuer: &Certificate,
    proven: Option<Timestamp>,
    now: Timestamp,
    found: &mut Found,
) {
    let lasts = |next: Option<Timestamp>| {
        next.is_none_or(|next| next >= now || proven.is_some_and(|then| next >= then))
    };
    let serial = issued.serial();
    if data.crls.iter().any(|crl| crl.only_claims(issuer)) {
        let issuer = issuer.subject();
        found.why = Some(format!(
            "a revocation list in the name of “{issuer}” was not signed by it"
        ));
    }
    let newest = data
        .lists(issued, issuer, now)
        .max_by_key(|crl| crl.this_update());
    if let Some(entry) = newest.and_then(|crl| crl.entry(&serial)) {
        found.revoked = Some(entry.clone());
    }
    for crl in data.lists(issued, issuer, now) {
        if let Some(next) = crl.next_update().filter(|next| !lasts(Some(*next))) {
            let issuer = issuer.subject();
            found.why = Some(format!("the list of “{issuer}” ended at {next}"));
        } else if crl.this_update() > issued.not_after() {
            // Authorities take what has expired off their lists (RFC 5280, 3.3).
            let issuer = issuer.subject();
            found.why = Some(format!(
                "the list of “{issuer}” is younger than the certificate's end"
            ));
        } else if crl.entry(&serial).is_none() {
            found.good = true;
        }
    }
    for response in &data.ocsps {
        let answer = match response.answer(issued, issuer) {
            Ok(Some(answer)) if answer.this_update.duration_since(now) <= SKEW => answer,
            Ok(_) => continue,
            Err(error) => {
                found.why = Some(error.to_string());
                continue;
            }
        };
        match &answer.status {
            OcspStatus::Revoked(entry) => found.revoked = Some(entry.clone()),
            OcspStatus::Unknown => {
                found.why = Some("the responder does not know the certificate".into());
            }
            OcspStatus::Good if lasts(answer.next_update) => found.good = true,
            OcspStatus::Good => {
                let next = answer.next_update.unwrap_or(answer.this_update);
                found.why = Some(format!("the responder's answer ended at {next}"));
            }
        }
    }
}

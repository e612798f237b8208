//! Evidence for later verification: everything that is needed to judge the signatures once
//! certificates have expired and their authorities are gone is put into the document (PAdES level
//! B-LT, ETSI EN 319 142-1, 5.4).

use std::sync::Arc;

use gm::cms::Signed;
use gm::{Certificate, Chain, DigestAlgorithm, Evidence, Revocation, TrustStore};
use jiff::Timestamp;

use super::append::Update;
use super::error::PdfError;
use super::file::{FILE_LIMIT, File};
use super::form::Form;
use super::object::{Dict, Key, Obj};
use super::range::{Mark, Unsound};
use super::sign::extensible;
use super::store::Store;
use super::text;
use super::time_stamp::TimeStamp;
use crate::Trust;

/// Adds certificates and revocation data of all signatures and time stamps in the document, from
/// what the trust holds and what its source can fetch. Signatures stay valid; those with a time
/// stamp reach level B-LT.
///
/// Signatures that the store has an entry for already are left as they are.
///
/// Fails, and changes nothing, when for any certificate below a root no valid revocation data can
/// be had, or one was revoked: incomplete evidence would be found out when it is too late.
pub fn preserve_pdf(pdf: &[u8], trust: &Trust) -> Result<Vec<u8>, PdfError> {
    let file = File::read(pdf)?;
    let view = extensible(&file)?;
    let form = Form::read(&view)?;
    let known = Store::read(&view, &form)?;
    let mut update = Update::after(&view, 65_536);
    let mut dss = Dss::begin(&known);
    let mut found = false;
    for field in form.signatures.iter().filter(|field| field.value.is_some()) {
        let mark = Mark::read(&file, &view, field).map_err(|unsound| match unsound {
            Unsound::Removed(what) => PdfError::Structure(what.into()),
            Unsound::Odd(what) => PdfError::Structure(what),
        })?;
        found = true;
        // Evidence that is there stays as it is: others take a changed entry for tampering.
        let name = identifier(&mark.contents);
        if known.entries.contains(&name) {
            continue;
        }
        let mut entry = Entry::default();
        for user in certificates(&mark, trust)? {
            let chain = chain(&user, &known, trust)?;
            let evidence = evidence(&chain, &user, &known, trust)?;
            entry.add(&mut dss, &mut update, &chain, &evidence, trust.now());
        }
        dss.entries.push((name, entry));
    }
    if !found {
        return Err(PdfError::Evidence("the document has no signature".into()));
    }
    let dict = dss.dict(&mut update);
    match known.key {
        Some(key) => update.object(key, &Obj::Dict(dict)),
        None => {
            let key = update.next();
            update.object(key, &Obj::Dict(dict));
            let catalog = form.catalog.clone().with("DSS", Obj::Ref(key));
            update.object(form.catalog_key, &Obj::Dict(catalog));
        }
    }
    let out = update.finish(&view);
    if out.len() > FILE_LIMIT {
        return Err(PdfError::Structure(format!(
            "it would be larger than {FILE_LIMIT} bytes"
        )));
    }
    Ok(out)
}

/// Who must be known for a signature to be judged: certificate, what came with it, and when it was
/// used. The authority of a time stamp is one of them, by roots of its own.
struct User {
    certificate: Certificate,
    along: Vec<Certificate>,
    at: Timestamp,
    stamps_time: bool,
}

impl User {
    fn roots<'t>(&self, trust: &'t Trust) -> &'t TrustStore {
        match self.stamps_time {
            true => trust.time_stamps(),
            false => trust.store(),
        }
    }
}

fn certificates(mark: &Mark, trust: &Trust) -> Result<Vec<User>, PdfError> {
    let broken = |error: gm::asn1::Malformed| PdfError::Evidence(error.to_string());
    let of_stamp = |bytes: &[u8]| -> Result<User, PdfError> {
        let stamp = TimeStamp::read(bytes).map_err(broken)?;
        let signed = stamp.token.signed;
        Ok(User {
            certificate: signed.signer,
            along: signed.certificates,
            at: stamp.time,
            stamps_time: true,
        })
    };
    if mark.is_time_stamp() {
        return Ok(vec![of_stamp(&mark.contents)?]);
    }
    let signed = Signed::read(&mark.contents).map_err(broken)?;
    let stamp = signed.token.as_deref().map(of_stamp).transpose()?;
    let claimed = mark.dict.get("M").and_then(Obj::as_text);
    let claimed = claimed.and_then(text::parse_date);
    let at = stamp.as_ref().map(|stamp| stamp.at).or(claimed);
    let signer = User {
        certificate: signed.signer,
        along: signed.certificates,
        at: at.unwrap_or(trust.now()),
        stamps_time: false,
    };
    Ok([Some(signer), stamp].into_iter().flatten().collect())
}

fn chain(user: &User, known: &Store, trust: &Trust) -> Result<Arc<Chain>, PdfError> {
    let extra = [&user.along[..], &known.certificates].concat();
    let roots = user.roots(trust);
    let chain = roots.chain(&user.certificate, &extra, user.at);
    chain.map_err(|error| PdfError::Evidence(error.to_string()))
}

/// Revocation data for every certificate of the chain, none of them missing, none revoked.
fn evidence(
    chain: &Chain,
    user: &User,
    known: &Store,
    trust: &Trust,
) -> Result<Evidence, PdfError> {
    let mut evidence = user.roots(trust).evidence().clone();
    evidence.extend(trust.evidence(chain));
    evidence.extend(known.evidence.clone());
    for links in chain.0.windows(2) {
        let link = Chain(links.to_vec());
        let judged = user
            .roots(trust)
            .revocation_with(&link, &evidence, None, trust.now());
        match judged {
            Revocation::Good => {}
            Revocation::Revoked(_, entry) if entry.at > user.at => {}
            Revocation::Revoked(whose, entry) => {
                let text = format!("“{whose}” was revoked {}", entry.at);
                return Err(PdfError::Evidence(text));
            }
            Revocation::Unknown(why) => return Err(PdfError::Evidence(why)),
        }
    }
    Ok(evidence)
}

/// The name of a signature's entry: SHA-1 of its value (ISO 32000-2, 12.8.4.4). It identifies,
/// it protects nothing.
pub(super) fn identifier(contents: &[u8]) -> String {
    let digest = DigestAlgorithm::Sha1.of(contents);
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// What one signature needs.
#[derive(Default)]
struct Entry {
    certificates: Vec<Key>,
    crls: Vec<Key>,
    ocsps: Vec<Key>,
}

impl Entry {
    fn add(
        &mut self,
        dss: &mut Dss,
        update: &mut Update,
        chain: &Chain,
        evidence: &Evidence,
        now: Timestamp,
    ) {
        let (crls, ocsps) = evidence.about(chain, now);
        let answering = ocsps.iter().flat_map(|one| one.certificates());
        for certificate in chain.0.iter().chain(answering) {
            let key = dss.certificates.put(update, certificate.der());
            note(&mut self.certificates, key);
        }
        for crl in &crls {
            let key = dss.crls.put(update, crl.der());
            note(&mut self.crls, key);
        }
        for ocsp in &ocsps {
            let key = dss.ocsps.put(update, ocsp.der());
            note(&mut self.ocsps, key);
        }
    }

    fn dict(&self) -> Dict {
        let mut dict = Dict::new();
        for (name, keys) in [
            ("Cert", &self.certificates),
            ("CRL", &self.crls),
            ("OCSP", &self.ocsps),
        ] {
            if !keys.is_empty() {
                dict.set(name, array(keys));
            }
        }
        dict
    }
}

fn note(keys: &mut Vec<Key>, key: Key) {
    if !keys.contains(&key) {
        keys.push(key);
    }
}

fn array(keys: &[Key]) -> Obj {
    Obj::Array(keys.iter().copied().map(Obj::Ref).collect())
}

/// Streams of one kind, each written once.
#[derive(Default)]
struct Streams {
    kept: Vec<Obj>,
    written: Vec<(Vec<u8>, Key)>,
}

impl Streams {
    fn begin(dict: Option<&Dict>, name: &str) -> Self {
        let kept = dict.and_then(|dict| dict.get(name)).and_then(Obj::as_array);
        Self {
            kept: kept.unwrap_or_default().to_vec(),
            written: Vec::new(),
        }
    }

    fn put(&mut self, update: &mut Update, der: &[u8]) -> Key {
        if let Some((_, key)) = self.written.iter().find(|(known, _)| known == der) {
            return *key;
        }
        let key = update.next();
        update.stream(key, Dict::new(), der);
        self.written.push((der.to_vec(), key));
        key
    }

    fn array(&self) -> Option<Obj> {
        let mut all = self.kept.clone();
        all.extend(self.written.iter().map(|(_, key)| Obj::Ref(*key)));
        (!all.is_empty()).then_some(Obj::Array(all))
    }
}

/// The store to be written: what was there, and what is new.
struct Dss {
    base: Dict,
    certificates: Streams,
    crls: Streams,
    ocsps: Streams,
    entries: Vec<(String, Entry)>,
}

impl Dss {
    fn begin(known: &Store) -> Self {
        let dict = known.dict.as_ref();
        Self {
            base: dict.cloned().unwrap_or_default(),
            certificates: Streams::begin(dict, "Certs"),
            crls: Streams::begin(dict, "CRLs"),
            ocsps: Streams::begin(dict, "OCSPs"),
            entries: Vec::new(),
        }
    }

    fn dict(self, update: &mut Update) -> Dict {
        let mut dict = self.base;
        dict.set("Type", Obj::name("DSS"));
        for (name, streams) in [
            ("Certs", &self.certificates),
            ("CRLs", &self.crls),
            ("OCSPs", &self.ocsps),
        ] {
            if let Some(all) = streams.array() {
                dict.set(name, all);
            }
        }
        let mut entries = dict
            .get("VRI")
            .and_then(Obj::as_dict)
            .cloned()
            .unwrap_or_default();
        for (name, entry) in &self.entries {
            let key = update.next();
            update.object(key, &Obj::Dict(entry.dict()));
            entries.set(name, Obj::Ref(key));
        }
        dict.set("VRI", Obj::Dict(entries));
        dict
    }
}

//! The document security store (ISO 32000-2, 12.8.4.3; ETSI EN 319 142-1, 5.4.2): certificates and
//! revocation data that came with a document, for verifiers that come late.

use std::sync::Arc;

use gm::{Certificate, Crl, Evidence, OcspResponse};

use super::file::View;
use super::form::{Form, references};
use super::inflate;
use super::object::{Dict, Key, Obj};
use super::scan::Read;

/// Streams of one kind looked at, and bytes of all.
const STREAMS: usize = 256;
const BYTES: usize = 64 << 20;

/// What the store of a file holds, as far as it can be read. What cannot be read is left out: the
/// store proves nothing by itself, so it can spoil nothing.
#[derive(Clone, Default)]
pub(super) struct Store {
    /// The dictionary's own number, none when it stands in the catalog.
    pub key: Option<Key>,
    pub dict: Option<Dict>,
    pub certificates: Vec<Certificate>,
    pub evidence: Evidence,
    /// Digests of the signatures it has entries for.
    pub entries: Vec<String>,
    /// Streams that could not be read.
    pub unread: usize,
}

impl Store {
    pub fn read(view: &View<'_, '_>, form: &Form) -> Read<Self> {
        let entry = form.catalog.get("DSS");
        let Some(Obj::Dict(dict)) = entry.map(|dss| view.resolve(dss)).transpose()? else {
            return Ok(Self::default());
        };
        let mut store = Self {
            key: entry.and_then(Obj::as_ref),
            ..Self::default()
        };
        let mut left = BYTES;
        for der in streams(view, &dict, "Certs", &mut left)? {
            match Certificate::from_der(&der) {
                Ok(read) => store.certificates.push(read),
                Err(_) => store.unread += 1,
            }
        }
        for der in streams(view, &dict, "CRLs", &mut left)? {
            match Crl::from_der(&der) {
                Ok(read) => store.evidence.crls.push(Arc::new(read)),
                Err(_) => store.unread += 1,
            }
        }
        for der in streams(view, &dict, "OCSPs", &mut left)? {
            match OcspResponse::from_der(&der) {
                Ok(read) => {
                    store.certificates.extend(read.certificates().to_vec());
                    store.evidence.ocsps.push(Arc::new(read));
                }
                Err(_) => store.unread += 1,
            }
        }
        if let Obj::Dict(entries) = view.entry(&dict, "VRI")? {
            let names = entries.entries().take(STREAMS);
            store.entries = names
                .map(|entry| String::from_utf8_lossy(&entry.name).into_owned())
                .collect();
        }
        // Whoever extends the store writes it anew, with its lists in it.
        let mut whole = dict.clone();
        for name in ["Certs", "CRLs", "OCSPs", "VRI"] {
            if dict.has(name) {
                whole.set(name, view.entry(&dict, name)?);
            }
        }
        store.dict = Some(whole);
        Ok(store)
    }
}

/// The decoded streams that an entry of the store lists.
fn streams(view: &View<'_, '_>, dict: &Dict, entry: &str, left: &mut usize) -> Read<Vec<Vec<u8>>> {
    let keys = references(view, dict.get(entry), "the security store is damaged")?;
    let mut all = Vec::new();
    for key in keys.into_iter().take(STREAMS) {
        let found = view.get(key)?;
        let (Some(dict), Some(range)) = (found.value.as_dict(), found.stream.clone()) else {
            continue;
        };
        let raw = view.data().get(range).unwrap_or_default();
        let Ok(bytes) = inflate::decode(dict, raw, 0) else {
            continue;
        };
        let Some(rest) = left.checked_sub(bytes.len()) else {
            break;
        };
        *left = rest;
        all.push(bytes);
    }
    Ok(all)
}

//! The container of an OFD file, and its signatures.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    DeviationInspection, SealInspection, SignedDataInspection, StampInspection, deviations, hex,
    seal,
};
use crate::Unreadable;
use crate::container::{Anomaly, Package};
use crate::deviation::Notes;
use crate::ofd::document::{self, ENTRY};
use crate::ofd::list::{Entry, List};
use crate::ofd::method::Method;
use crate::ofd::path;
use crate::ofd::signature_file::SignatureFile;
use crate::seal::Seal;
use crate::stamp::SignedValue;

/// Signatures that are told of.
const SIGNATURES: usize = 256;

/// An OFD file.
#[derive(Clone, Debug, Serialize)]
pub struct OfdInspection {
    pub bytes: usize,
    pub parts: Vec<PartInspection>,
    /// What readers of the container could see differently.
    pub anomalies: Vec<String>,
    pub documents: Vec<DocumentInspection>,
    pub signatures: Vec<OfdSignature>,
    /// Of the lists of signatures.
    pub deviations: Vec<DeviationInspection>,
}

/// A part of the container.
#[derive(Clone, Debug, Serialize)]
pub struct PartInspection {
    pub name: String,
    /// Unpacked.
    pub bytes: usize,
    /// Why its data cannot be relied on.
    pub damage: Option<String>,
}

/// A document of the package.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentInspection {
    pub root: String,
    pub signature_list: Option<String>,
    pub pages: Vec<PageInspection>,
}

/// A page.
#[derive(Clone, Debug, Serialize)]
pub struct PageInspection {
    pub id: String,
    pub content: Option<String>,
}

/// A signature of the list.
#[derive(Clone, Debug, Serialize)]
pub struct OfdSignature {
    pub id: String,
    /// `Seal` or `Sign`.
    pub signature_type: String,
    /// Its `Signature.xml`.
    pub part: String,
    /// Why the description cannot be read.
    pub unreadable: Option<String>,
    pub provider: Option<String>,
    pub method: Option<String>,
    /// As it is written.
    pub signed_at_text: Option<String>,
    pub check_method: Option<String>,
    pub references: Vec<ReferenceInspection>,
    pub impressions: Vec<ImpressionInspection>,
    /// `Seal.esl` beside the stamp.
    pub seal_part: Option<String>,
    pub seal_beside: Option<SealInspection>,
    pub value_part: Option<String>,
    pub stamp: Option<StampInspection>,
    pub signed_data: Option<SignedDataInspection>,
    /// Bytes of a value that is nothing but a number.
    pub bare_bytes: Option<usize>,
    pub deviations: Vec<DeviationInspection>,
}

/// A covered part.
#[derive(Clone, Debug, Serialize)]
pub struct ReferenceInspection {
    /// As it is written.
    pub path: String,
    /// Hexadecimal.
    pub digest: String,
    pub state: ReferenceState,
}

/// How a covered part fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceState {
    Same,
    Changed,
    Missing,
    /// The digest method is not known.
    Unknown,
}

/// Where the seal shows.
#[derive(Clone, Debug, Serialize)]
pub struct ImpressionInspection {
    pub id: String,
    pub page: String,
    /// Millimetres.
    pub boundary: String,
    pub clip: Option<String>,
}

/// Digests of parts, each computed once.
type Digests = HashMap<(String, Method), Vec<u8>>;

pub(super) fn inspect(bytes: &[u8]) -> Result<OfdInspection, Unreadable> {
    let package = Package::read(bytes).map_err(Unreadable)?;
    let entry = package
        .get(ENTRY)
        .ok_or_else(|| Unreadable(format!("it has no {ENTRY}")))?;
    let bodies = document::bodies(entry.data()).map_err(Unreadable)?;
    let documents = bodies.iter().map(|body| {
        let pages = package
            .get(&body.root)
            .and_then(|root| document::pages(&body.root, root.data()).ok());
        let pages = pages.map(|(pages, _)| pages).unwrap_or_default();
        let told = |page: document::Page| PageInspection {
            id: page.id,
            content: page.content,
        };
        DocumentInspection {
            root: body.root.clone(),
            signature_list: body.signatures.clone(),
            pages: pages.into_iter().map(told).collect(),
        }
    });
    let documents = documents.collect();
    let (mut signatures, mut odd) = (Vec::new(), Vec::new());
    let mut digests = Digests::new();
    for name in bodies.iter().filter_map(|body| body.signatures.as_ref()) {
        let read = package.get(name).map(|part| List::parse(name, part.data()));
        let Some(Ok(list)) = read else { continue };
        odd.extend(list.deviations);
        let entries = list.entries.iter().take(SIGNATURES);
        signatures.extend(entries.map(|entry| signature(&package, entry, &mut digests)));
    }
    let anomalies = package.anomalies.iter().map(|anomaly| match anomaly {
        Anomaly::Doubled(name) => format!("two parts named {name}"),
        Anomaly::Odd(what) => what.clone(),
    });
    let parts = package.parts.iter().map(|part| PartInspection {
        name: part.name.clone(),
        bytes: part.size(),
        damage: part.damage.map(|damage| damage.to_string()),
    });
    Ok(OfdInspection {
        bytes: bytes.len(),
        parts: parts.collect(),
        anomalies: anomalies.collect(),
        documents,
        signatures,
        deviations: deviations(odd),
    })
}

fn signature(package: &Package<'_>, entry: &Entry, digests: &mut Digests) -> OfdSignature {
    let mut found = OfdSignature {
        id: entry.id.clone(),
        signature_type: entry.kind.clone(),
        part: entry.part.clone(),
        unreadable: None,
        provider: None,
        method: None,
        signed_at_text: None,
        check_method: None,
        references: Vec::new(),
        impressions: Vec::new(),
        seal_part: None,
        seal_beside: None,
        value_part: None,
        stamp: None,
        signed_data: None,
        bare_bytes: None,
        deviations: Vec::new(),
    };
    let Some(part) = package.get(&entry.part) else {
        found.unreadable = Some("missing".into());
        return found;
    };
    let file = match SignatureFile::parse(part.data()) {
        Ok(file) => file,
        Err(why) => {
            found.unreadable = Some(why);
            return found;
        }
    };
    let text = |text: &str| (!text.is_empty()).then(|| text.to_string());
    let provider = [&*file.provider, &*file.provider_version, &*file.company];
    found.provider = text(provider.join(" ").trim());
    found.method = text(&file.method);
    found.signed_at_text = text(&file.time_text);
    found.check_method = text(&file.check_method_text);
    found.references = file
        .references
        .iter()
        .map(|one| {
            let name = path::resolve(&entry.part, &one.path);
            let part = name.and_then(|name| package.get(&name));
            let state = match (part, file.check_method) {
                (None, _) => ReferenceState::Missing,
                (_, None) => ReferenceState::Unknown,
                (Some(part), Some(method)) => {
                    let digest = digests
                        .entry((part.name.clone(), method))
                        .or_insert_with(|| method.of_part(part));
                    match *digest == one.digest {
                        true => ReferenceState::Same,
                        false => ReferenceState::Changed,
                    }
                }
            };
            ReferenceInspection {
                path: one.path.clone(),
                digest: hex(&one.digest),
                state,
            }
        })
        .collect();
    found.impressions = file
        .stamps
        .iter()
        .map(|one| ImpressionInspection {
            id: one.id.clone(),
            page: one.page.clone(),
            boundary: one.boundary.clone(),
            clip: one.clip.clone(),
        })
        .collect();
    let mut odd = file.deviations.clone();
    if let Some(name) = file
        .seal
        .as_ref()
        .and_then(|p| path::resolve(&entry.part, p))
    {
        let read = package
            .get(&name)
            .and_then(|part| Seal::parse(part.data()).ok());
        found.seal_beside = read.as_ref().map(seal::seal);
        found.seal_part = Some(name);
    }
    let written = file.signed_value.as_deref().unwrap_or("SignedValue.dat");
    if let Some(name) = path::resolve(&entry.part, written) {
        let notes = Notes::default();
        let read = package
            .get(&name)
            .map(|part| SignedValue::parse(part.data(), &notes));
        found.value_part = Some(name);
        match read {
            Some(Ok((SignedValue::Stamp(stamp), _))) => {
                let told = seal::stamp(&stamp, Some(part.data()), notes.take());
                // The same seal twice says nothing new.
                let same = found.seal_beside.as_ref().map(|seal| &seal.id)
                    == told.seal.as_ref().map(|seal| &seal.id);
                if same {
                    found.seal_beside = None;
                }
                found.stamp = Some(told);
            }
            Some(Ok((SignedValue::Data(data), _))) => {
                let told = seal::signed_data(&data, Some(part.data()), notes.take());
                found.signed_data = Some(told);
            }
            Some(Ok((SignedValue::Bare(bytes), _))) => found.bare_bytes = Some(bytes.len()),
            Some(Err(error)) => found.unreadable = Some(error.to_string()),
            None => found.unreadable = Some("the signed value is missing".into()),
        }
        odd.extend(notes.take());
    }
    found.deviations = deviations(odd);
    found
}

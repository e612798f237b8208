//! One signature's description, `Signature.xml`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gm::SignatureAlgorithm;
use jiff::Timestamp;

use super::method::{Method, signature_method};
use super::schema;
use crate::deviation::{Deviates, Deviation, Notes};
use crate::time;
use crate::xml::{Node, escape};

/// A covered part and its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The path as it is written.
    pub path: String,
    /// Empty when it cannot be read.
    pub digest: Vec<u8>,
}

/// Where the impression is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StampAnnot {
    pub id: String,
    pub page: String,
    /// `x y w h` in millimetres from the upper left corner of the page.
    pub boundary: String,
    /// The visible part of the impression, in its own coordinates (straddle seals, 骑缝章).
    pub clip: Option<String>,
}

/// A signature's description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignatureFile {
    pub provider: String,
    pub provider_version: String,
    pub company: String,
    pub method: String,
    pub time: Option<Timestamp>,
    /// As it is written.
    pub time_text: String,
    /// None when the method is not supported.
    pub check_method: Option<Method>,
    pub check_method_text: String,
    pub references: Vec<Reference>,
    pub stamps: Vec<StampAnnot>,
    /// Path of `Seal.esl`.
    pub seal: Option<String>,
    /// Path of `SignedValue.dat`.
    pub signed_value: Option<String>,
    /// Texts and paths that stand where some write the signer's certificate.
    pub certificates: Vec<String>,
    /// Where it deviates from the standard.
    pub deviations: Vec<Deviates>,
}

impl SignatureFile {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let root = Node::parse(bytes)?;
        if root.name != "Signature" {
            return Err("its root element is not Signature".into());
        }
        let info = root.child("SignedInfo").ok_or("it has no SignedInfo")?;
        let references = info.child("References").ok_or("it has no References")?;
        let notes = Notes::default();
        schema::check(&root, &schema::SIGNATURE, &notes);
        schema::check(info, &schema::SIGNED_INFO, &notes);
        schema::namespace(&root, &notes);
        let owned = |text: Option<&str>| text.unwrap_or_default().to_string();
        let provider = info.child("Provider");
        let named = |name| owned(provider.and_then(|provider| provider.attribute(name)));
        let method = owned(references.attribute("CheckMethod"));
        if method.is_empty() {
            notes.add(Deviation::ElementMissing, "References.CheckMethod");
        } else if !Method::is_standard_text(&method) {
            notes.add(
                Deviation::MethodForm,
                format!("References.CheckMethod “{method}”"),
            );
        }
        let signature_text = owned(info.child_text("SignatureMethod"));
        let is_identifier = signature_text.starts_with(|c: char| c.is_ascii_digit());
        if !signature_text.is_empty()
            && (!is_identifier || signature_method(&signature_text).is_none())
        {
            let place = format!("SignatureMethod “{signature_text}”");
            notes.add(Deviation::AlgorithmForm, place);
        }
        let time_text = owned(info.child_text("SignatureDateTime"));
        let time = time::from_text(&time_text);
        match time {
            None if time_text.is_empty() => {}
            None => notes.add(Deviation::TimeUnreadable, "SignatureDateTime"),
            Some(_) if schema::is_date(&time_text) => {}
            Some(_) => notes.add(Deviation::DateForm, "SignatureDateTime"),
        }
        let references: Vec<Reference> = references
            .all("Reference")
            .map(reference)
            .collect::<Result<_, _>>()?;
        if references.iter().any(|one| !one.path.starts_with('/')) {
            notes.add(Deviation::PathRelative, "Reference.FileRef");
        }
        let mut seen = std::collections::HashSet::new();
        if let Some(twice) = references
            .iter()
            .find(|one| !seen.insert(one.path.trim_start_matches('/')))
        {
            let place = format!("Reference.FileRef {}", twice.path);
            notes.add(Deviation::ReferenceDoubled, place);
        }
        Ok(Self {
            provider: named("ProviderName"),
            provider_version: named("Version"),
            company: named("Company"),
            method: signature_text,
            time,
            time_text,
            check_method: match (&*method, references.first()) {
                // The default is MD5; digests of another length are not its work.
                ("", Some(first)) if first.digest.len() == 32 => Some(Method::Sm3),
                _ => Method::read(&method),
            },
            check_method_text: method,
            references,
            stamps: info
                .all("StampAnnot")
                .map(|stamp| StampAnnot {
                    id: owned(stamp.attribute("ID")),
                    page: owned(stamp.attribute("PageRef")),
                    boundary: owned(stamp.attribute("Boundary")),
                    clip: stamp.attribute("Clip").map(str::to_string),
                })
                .collect(),
            seal: info
                .child("Seal")
                .and_then(|seal| seal.child_text("BaseLoc"))
                .filter(|path| !path.is_empty())
                .map(str::to_string),
            signed_value: root
                .child_text("SignedValue")
                .filter(|path| !path.is_empty())
                .map(str::to_string),
            certificates: schema::certificates(&root),
            deviations: notes.take(),
        })
    }

    /// Elements in the order of the standard's schema.
    pub(crate) fn to_xml(&self) -> Vec<u8> {
        let mut out = String::with_capacity(1024 + self.references.len() * 160);
        out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                <ofd:Signature xmlns:ofd=\"http://www.ofdspec.org/2016\"><ofd:SignedInfo>";
        out += &format!(
            "<ofd:Provider ProviderName=\"{}\" Version=\"{}\" Company=\"{}\"/>",
            escape(&self.provider),
            escape(&self.provider_version),
            escape(&self.company)
        );
        let method = escape(&self.method);
        out += &format!("<ofd:SignatureMethod>{method}</ofd:SignatureMethod>");
        if let Some(at) = self.time {
            let text = time::to_text(at);
            out += &format!("<ofd:SignatureDateTime>{text}</ofd:SignatureDateTime>");
        }
        let method = escape(&self.check_method_text);
        out += &format!("<ofd:References CheckMethod=\"{method}\">");
        for reference in &self.references {
            out += &format!(
                "<ofd:Reference FileRef=\"{}\"><ofd:CheckValue>{}</ofd:CheckValue></ofd:Reference>",
                escape(&reference.path),
                STANDARD.encode(&reference.digest)
            );
        }
        out += "</ofd:References>";
        for stamp in &self.stamps {
            let clip = stamp
                .clip
                .as_ref()
                .map(|clip| format!(" Clip=\"{}\"", escape(clip)));
            out += &format!(
                "<ofd:StampAnnot ID=\"{}\" PageRef=\"{}\" Boundary=\"{}\"{}/>",
                escape(&stamp.id),
                escape(&stamp.page),
                escape(&stamp.boundary),
                clip.unwrap_or_default()
            );
        }
        if let Some(seal) = &self.seal {
            out += &format!(
                "<ofd:Seal><ofd:BaseLoc>{}</ofd:BaseLoc></ofd:Seal>",
                escape(seal)
            );
        }
        out += "</ofd:SignedInfo>";
        if let Some(value) = &self.signed_value {
            out += &format!("<ofd:SignedValue>{}</ofd:SignedValue>", escape(value));
        }
        out += "</ofd:Signature>";
        out.into_bytes()
    }

    /// The method of our own references. By name: every reader takes it, some take no identifier.
    pub(crate) fn own_method() -> (Option<Method>, String) {
        (Some(Method::Sm3), "SM3".into())
    }

    /// The digest of this file that the stamp holds, by the algorithm of the stamp.
    pub(crate) fn data_hash(algorithm: SignatureAlgorithm, bytes: &[u8]) -> [u8; 32] {
        match algorithm {
            SignatureAlgorithm::Sm2Sm3 => gm::sm3(bytes),
            _ => gm::sha256(bytes),
        }
    }
}

fn reference(node: &Node) -> Result<Reference, String> {
    let path = node
        .attribute("FileRef")
        .ok_or("a reference has no FileRef")?;
    let value = node
        .child_text("CheckValue")
        .ok_or("a reference has no CheckValue")?;
    Ok(Reference {
        path: path.to_string(),
        digest: schema::base64(value).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> SignatureFile {
        let (check_method, check_method_text) = SignatureFile::own_method();
        SignatureFile {
            provider: "a & b".into(),
            provider_version: "1".into(),
            company: "\"c\"".into(),
            method: gm::oid::SM2_WITH_SM3.to_string(),
            time: Some("2026-08-04T02:08:09Z".parse().unwrap()),
            time_text: "2026-08-04 10:08:09".into(),
            check_method,
            check_method_text,
            references: vec![Reference {
                path: "/OFD.xml".into(),
                digest: vec![7; 32],
            }],
            stamps: vec![StampAnnot {
                id: "2".into(),
                page: "1".into(),
                boundary: "50 50 40 40".into(),
                clip: Some("0 0 8 40".into()),
            }],
            seal: Some("/Doc_0/Signs/Sign_0/Seal.esl".into()),
            signed_value: Some("/Doc_0/Signs/Sign_0/SignedValue.dat".into()),
            certificates: vec![],
            deviations: vec![],
        }
    }

    #[test]
    fn a_description_goes_both_ways() {
        assert_eq!(SignatureFile::parse(&sample().to_xml()), Ok(sample()));
        let bare = SignatureFile {
            seal: None,
            stamps: vec![],
            ..sample()
        };
        assert_eq!(SignatureFile::parse(&bare.to_xml()), Ok(bare));
    }
}

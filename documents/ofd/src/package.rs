//! A package: named parts in order.

use std::io::{Cursor, Write};
use std::sync::Arc;

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::unzip::{self, Limits};
use crate::{Error, xml};

/// One file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Path from the package's root, without a leading slash: `Doc_0/Document.xml`.
    pub path: String,
    /// Content. Parts that are the same in many packages, such as base pictures, share it.
    pub bytes: Arc<[u8]>,
}

/// The parts of an OFD file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    parts: Vec<Part>,
}

impl Package {
    /// Unpacks an OFD file. Files that are too large, damaged, or built to mislead are refused.
    pub fn read(file: &[u8], limits: &Limits) -> Result<Self, Error> {
        Ok(Self {
            parts: unzip::parts(file, limits)?,
        })
    }

    /// All parts in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The content of a part; a leading slash is allowed.
    pub fn get(&self, path: &str) -> Option<&Arc<[u8]>> {
        let path = path.strip_prefix('/').unwrap_or(path);
        self.parts
            .iter()
            .find(|part| part.path == path)
            .map(|part| &part.bytes)
    }

    /// Adds a part, or replaces it where it stands.
    pub fn set(&mut self, path: impl Into<String>, bytes: impl Into<Arc<[u8]>>) {
        let (path, bytes) = (path.into(), bytes.into());
        match self.parts.iter_mut().find(|part| part.path == path) {
            Some(part) => part.bytes = bytes,
            None => self.parts.push(Part { path, bytes }),
        }
    }

    /// The root element of an XML part.
    pub fn xml(&self, path: &str) -> Result<xml::Element, Error> {
        let bytes = self
            .get(path)
            .ok_or_else(|| Error::Missing(path.to_owned()))?;
        xml::parse(bytes).map_err(|reason| Error::Xml {
            part: path.to_owned(),
            reason,
        })
    }

    /// The path of a part named by `location` in the part `from`. Where nothing stands at the
    /// place the standard means, producers may have meant it from the root.
    pub fn locate(&self, from: &str, location: &str) -> Option<String> {
        let from_root = || resolve("", location).filter(|path| self.get(path).is_some());
        let meant = resolve(from, location)?;
        if self.get(&meant).is_some() {
            Some(meant)
        } else {
            from_root().or(Some(meant))
        }
    }

    /// Says in `OFD.xml` where the list of signatures is, if it does not say so yet, and returns
    /// that list's path.
    pub fn declare_signatures(&mut self) -> Result<String, Error> {
        const ROOT: &str = "OFD.xml";
        const LIST: &str = "Doc_0/Signs/Signatures.xml";
        let root = self.xml(ROOT)?;
        let body = root
            .child("DocBody")
            .ok_or_else(|| Error::Missing("OFD.xml: DocBody".into()))?;
        if let Some(list) = body.child("Signatures") {
            return resolve(ROOT, list.text.trim()).ok_or_else(|| {
                Error::Refused("the path of the signatures leaves the package".into())
            });
        }
        let not_ours = |reason: &str| Error::Xml {
            part: ROOT.into(),
            reason: reason.into(),
        };
        let bytes = self.get(ROOT).ok_or_else(|| Error::Missing(ROOT.into()))?;
        let text = std::str::from_utf8(bytes).map_err(|_| not_ours("not UTF-8"))?;
        // The element is named with the prefix its parent has.
        let end = text
            .rmatch_indices("DocBody")
            .find_map(|(at, _)| {
                text[..at]
                    .rfind("</")
                    .filter(|open| !text[*open..at].contains('>'))
            })
            .ok_or_else(|| not_ours("no end of DocBody"))?;
        let prefix = text[end + 2..].split("DocBody").next().unwrap_or_default();
        let entry = format!("<{prefix}Signatures>{LIST}</{prefix}Signatures>");
        let changed = [&text[..end], &entry, &text[end..]].concat();
        xml::parse(changed.as_bytes()).map_err(|reason| not_ours(&reason))?;
        self.set(ROOT, changed.into_bytes());
        Ok(LIST.into())
    }

    /// The OFD file. The same parts always give the same bytes: times are the zip format's
    /// beginning (1980-01-01).
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let failed = |error: zip::result::ZipError| Error::Zip(error.to_string());
        let size: usize = self.parts.iter().map(|part| part.bytes.len() + 256).sum();
        let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(size)));
        for part in &self.parts {
            let pictures = [".png", ".jpg", ".esl", ".dat"];
            let options = SimpleFileOptions::default();
            let options = if pictures.iter().any(|end| part.path.ends_with(end)) {
                options.compression_method(CompressionMethod::Stored)
            } else {
                options
                    .compression_method(CompressionMethod::Deflated)
                    .compression_level(Some(LEVEL))
            };
            writer
                .start_file(part.path.as_str(), options)
                .map_err(failed)?;
            writer
                .write_all(&part.bytes)
                .map_err(|error| Error::Zip(error.to_string()))?;
        }
        Ok(writer.finish().map_err(failed)?.into_inner())
    }
}

/// Past this, fonts get a few per cent smaller for twice the time.
const LEVEL: i64 = 4;

/// The path that `location` in the part `from` means (ST_Loc): from the root if it begins with a
/// slash, else from the folder of `from`. Nothing if it leaves the package or is no path.
pub fn resolve(from: &str, location: &str) -> Option<String> {
    let location = location.trim();
    let mut path: Vec<&str> = match location.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => from.trim_start_matches('/').split('/').collect(),
    };
    path.pop();
    for step in location.trim_start_matches('/').split('/') {
        match step {
            "" => return None,
            "." => {}
            ".." => {
                path.pop()?;
            }
            name => path.push(name),
        }
    }
    (!path.is_empty()).then(|| path.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_resolved_from_the_folder_or_the_root() {
        let at = |location| resolve("Doc_0/Document.xml", location);
        assert_eq!(
            at("Pages/Page_0/Content.xml").unwrap(),
            "Doc_0/Pages/Page_0/Content.xml"
        );
        assert_eq!(
            at("/Doc_0/Signs/Signatures.xml").unwrap(),
            "Doc_0/Signs/Signatures.xml"
        );
        assert_eq!(
            at("../Doc_0/./PublicRes.xml").unwrap(),
            "Doc_0/PublicRes.xml"
        );
        assert_eq!(
            resolve("OFD.xml", "Doc_0/Document.xml").unwrap(),
            "Doc_0/Document.xml"
        );
        assert_eq!(at("../../etc/passwd"), None);
        assert_eq!(at("/../x"), None);
        assert_eq!(at("a//b"), None);
        assert_eq!(at(""), None);
    }

    #[test]
    fn signatures_are_declared_once_with_the_files_own_prefix() {
        let mut package = Package::default();
        package.set(
            "OFD.xml",
            *br#"<?xml version="1.0"?><o:OFD xmlns:o="http://www.ofdspec.org/2016"><o:DocBody><o:DocInfo/><o:DocRoot>Doc_0/Document.xml</o:DocRoot></o:DocBody></o:OFD>"#,
        );
        assert_eq!(
            package.declare_signatures().unwrap(),
            "Doc_0/Signs/Signatures.xml"
        );
        let once = package.get("OFD.xml").unwrap().clone();
        let text = String::from_utf8(once.to_vec()).unwrap();
        assert!(text.contains(
            "</o:DocRoot><o:Signatures>Doc_0/Signs/Signatures.xml</o:Signatures></o:DocBody>"
        ));
        assert_eq!(
            package.declare_signatures().unwrap(),
            "Doc_0/Signs/Signatures.xml"
        );
        assert_eq!(package.get("OFD.xml"), Some(&once));
    }

    #[test]
    fn packing_is_repeatable_and_reads_back() {
        let mut package = Package::default();
        package.set("OFD.xml", *b"<OFD/>");
        package.set("Doc_0/Res/image_1.png", [1_u8; 400]);
        let file = package.to_bytes().unwrap();
        assert_eq!(file, package.to_bytes().unwrap());
        assert_eq!(Package::read(&file, &Limits::default()).unwrap(), package);
    }
}

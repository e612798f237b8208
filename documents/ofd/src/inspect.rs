//! What is in a package: pages and their text, attachments, signatures.

use std::sync::Arc;

use crate::xml::Element;
use crate::{Error, Package};

const OFD: &str = "OFD.xml";

/// What a package says about itself.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// DocID as written.
    pub doc_id: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Author.
    pub author: Option<String>,
    /// Creation date as written.
    pub creation_date: Option<String>,
    /// Names and values for programs (CustomData).
    pub custom: Vec<(String, String)>,
    /// Path of the document's root part.
    pub root: String,
    /// Further documents in the package, which are not looked into.
    pub other_documents: usize,
    /// The pages in order.
    pub pages: Vec<PageInfo>,
    /// The attachments.
    pub attachments: Vec<Attached>,
    /// Path of the list of signatures, if `OFD.xml` names one.
    pub signature_list: Option<String>,
    /// The signatures it lists.
    pub signatures: Vec<SignatureEntry>,
}

/// One page.
#[derive(Clone, Debug, PartialEq)]
pub struct PageInfo {
    /// The page's ID.
    pub id: String,
    /// Path of its content.
    pub path: String,
    /// Width in millimetres.
    pub width: f32,
    /// Height in millimetres.
    pub height: f32,
    /// The text of its TextCodes, one a line, in the order they are written.
    pub text: String,
}

/// One attachment.
#[derive(Clone, Debug)]
pub struct Attached {
    /// Its name.
    pub name: String,
    /// Its format as written.
    pub format: Option<String>,
    /// Path of its file.
    pub path: String,
    /// Its content.
    pub bytes: Arc<[u8]>,
}

/// An entry of the list of signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureEntry {
    /// Its ID.
    pub id: String,
    /// `Seal` (the default) or `Sign`.
    pub kind: String,
    /// Path of its `Signature.xml`.
    pub path: String,
}

/// The content of the attachment whose path ends so, in the first document. Nothing else is looked
/// at: parts that do not lead to it may be missing.
pub fn attached(package: &Package, ending: &str) -> Result<Option<Arc<[u8]>>, Error> {
    let ofd = package.xml(OFD)?;
    let root = ofd
        .child("DocBody")
        .and_then(|body| body.child_text("DocRoot"));
    let root = place(package, OFD, root, "OFD.xml: DocRoot")?;
    let Some((list, entries)) = attachment_list(package, &root, &package.xml(&root)?)? else {
        return Ok(None);
    };
    for entry in entries.all("Attachment") {
        let path = attachment_path(package, &list, entry)?;
        if path.ends_with(ending) {
            return Ok(package.get(&path).cloned());
        }
    }
    Ok(None)
}

/// Looks into a package. What is missing or damaged is an error that names the part.
pub fn inspect(package: &Package) -> Result<Inspection, Error> {
    let ofd = package.xml(OFD)?;
    let body = ofd
        .child("DocBody")
        .ok_or_else(|| Error::Missing("OFD.xml: DocBody".into()))?;
    let info = body.child("DocInfo");
    let said = |name: &str| {
        info.and_then(|info| info.child_text(name))
            .map(str::to_owned)
    };
    let root = place(package, OFD, body.child_text("DocRoot"), "OFD.xml: DocRoot")?;
    let document = package.xml(&root)?;
    let signature_list = match body.child_text("Signatures") {
        Some(at) => Some(place(package, OFD, Some(at), "OFD.xml: Signatures")?),
        None => None,
    };
    Ok(Inspection {
        doc_id: said("DocID"),
        title: said("Title"),
        author: said("Author"),
        creation_date: said("CreationDate"),
        custom: info.map(custom).unwrap_or_default(),
        other_documents: ofd.all("DocBody").count() - 1,
        pages: pages(package, &root, &document)?,
        attachments: attachments(package, &root, &document)?,
        signatures: match &signature_list {
            Some(list) => signatures(package, list)?,
            None => Vec::new(),
        },
        signature_list,
        root,
    })
}

fn custom(info: &Element) -> Vec<(String, String)> {
    let data = info.child("CustomDatas");
    let entries = data.iter().flat_map(|data| data.all("CustomData"));
    entries
        .map(|entry| {
            let name = entry.attribute("Name").unwrap_or_default();
            (name.to_owned(), entry.text.clone())
        })
        .collect()
}

fn place(package: &Package, from: &str, at: Option<&str>, what: &str) -> Result<String, Error> {
    let at = at.ok_or_else(|| Error::Missing(what.to_owned()))?;
    package
        .locate(from, at)
        .ok_or_else(|| Error::Refused(format!("{what} leaves the package")))
}

fn pages(package: &Package, root: &str, document: &Element) -> Result<Vec<PageInfo>, Error> {
    let common = document
        .child("CommonData")
        .and_then(|data| data.child("PageArea"));
    let mut pages = Vec::new();
    for page in document
        .child("Pages")
        .iter()
        .flat_map(|pages| pages.all("Page"))
    {
        let path = place(package, root, page.attribute("BaseLoc"), "Page: BaseLoc")?;
        let content = package.xml(&path)?;
        let area = content.child("Area").or(common);
        let (width, height) = area
            .and_then(|area| area.child_text("PhysicalBox"))
            .and_then(size)
            .ok_or_else(|| Error::Missing(format!("{path}: PhysicalBox")))?;
        let mut text = String::new();
        if let Some(content) = content.child("Content") {
            collect_text(content, &mut text);
        }
        let id = page.attribute("ID").unwrap_or_default().to_owned();
        pages.push(PageInfo {
            id,
            path,
            width,
            height,
            text,
        });
    }
    Ok(pages)
}

/// Width and height of a box `x y w h`.
fn size(value: &str) -> Option<(f32, f32)> {
    let numbers: Vec<f32> = value
        .split_whitespace()
        .filter_map(|n| n.parse().ok())
        .collect();
    match numbers[..] {
        [_, _, width, height] if width > 0.0 && height > 0.0 => Some((width, height)),
        _ => None,
    }
}

fn collect_text(element: &Element, text: &mut String) {
    for child in &element.children {
        if child.name == "TextCode" {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&child.text);
        } else {
            collect_text(child, text);
        }
    }
}

fn attachments(package: &Package, root: &str, document: &Element) -> Result<Vec<Attached>, Error> {
    let Some((list, entries)) = attachment_list(package, root, document)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for entry in entries.all("Attachment") {
        let path = attachment_path(package, &list, entry)?;
        let bytes = package
            .get(&path)
            .ok_or_else(|| Error::Missing(path.clone()))?
            .clone();
        found.push(Attached {
            name: entry.attribute("Name").unwrap_or_default().to_owned(),
            format: entry.attribute("Format").map(str::to_owned),
            path,
            bytes,
        });
    }
    Ok(found)
}

/// The list of attachments with its path, if the document names one.
fn attachment_list(
    package: &Package,
    root: &str,
    document: &Element,
) -> Result<Option<(String, Element)>, Error> {
    let Some(list) = document.child_text("Attachments") else {
        return Ok(None);
    };
    let list = place(package, root, Some(list), "Document: Attachments")?;
    let entries = package.xml(&list)?;
    Ok(Some((list, entries)))
}

fn attachment_path(package: &Package, list: &str, entry: &Element) -> Result<String, Error> {
    let at = entry.child_text("FileLoc");
    place(package, list, at, "Attachment: FileLoc")
}

fn signatures(package: &Package, list: &str) -> Result<Vec<SignatureEntry>, Error> {
    package
        .xml(list)?
        .all("Signature")
        .map(|entry| {
            Ok(SignatureEntry {
                id: entry.attribute("ID").unwrap_or_default().to_owned(),
                kind: entry.attribute("Type").unwrap_or("Seal").to_owned(),
                path: place(
                    package,
                    list,
                    entry.attribute("BaseLoc"),
                    "Signature: BaseLoc",
                )?,
            })
        })
        .collect()
}

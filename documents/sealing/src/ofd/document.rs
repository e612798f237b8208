//! What sealing and verification need to know of `OFD.xml` and `Document.xml`.

use super::{path, schema};
use crate::xml::Node;

/// Name of the entry point of a package.
pub(crate) const ENTRY: &str = "OFD.xml";

/// One document of a package.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Body {
    /// Name of `Document.xml`.
    pub root: String,
    /// Name of the list of signatures, where the entry point names one.
    pub signatures: Option<String>,
    /// Where in `OFD.xml` a list of signatures would be named: after DocRoot and Versions.
    pub gap: usize,
    /// The prefix in use, with colon.
    pub prefix: String,
}

/// The documents that `OFD.xml` names.
pub(crate) fn bodies(entry: &[u8]) -> Result<Vec<Body>, String> {
    let root = Node::parse(entry)?;
    if root.name != "OFD" {
        return Err("its root element is not OFD".into());
    }
    let mut found = Vec::new();
    for body in root.all("DocBody") {
        let doc_root = body.child("DocRoot").ok_or("a DocBody has no DocRoot")?;
        let outside = || "a path leads outside the package".to_string();
        let signatures = match body.child_text("Signatures") {
            Some(text) if !text.is_empty() => Some(path::resolve(ENTRY, text).ok_or_else(outside)?),
            _ => None,
        };
        let before_gap = body
            .children
            .iter()
            .filter(|c| c.name == "DocRoot" || c.name == "Versions");
        found.push(Body {
            root: path::resolve(ENTRY, &doc_root.text).ok_or_else(outside)?,
            signatures,
            gap: before_gap
                .map(|child| child.end)
                .max()
                .unwrap_or(doc_root.end),
            prefix: doc_root.prefix.clone(),
        });
    }
    if found.is_empty() {
        Err("it names no document".into())
    } else {
        Ok(found)
    }
}

/// A page: its identifier and the name of its content part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub id: String,
    pub content: Option<String>,
}

/// The pages of `Document.xml`, in their order, and the contents of its template pages.
pub(crate) fn pages(name: &str, document: &[u8]) -> Result<(Vec<Page>, Vec<String>), String> {
    let root = Node::parse(document)?;
    let location = |node: &Node| path::resolve(name, node.attribute("BaseLoc")?);
    let pages = root
        .child("Pages")
        .into_iter()
        .flat_map(|pages| pages.all("Page"));
    let pages = pages.map(|page| Page {
        id: page.attribute("ID").unwrap_or_default().to_string(),
        content: location(page),
    });
    let common = root.child("CommonData");
    let templates = common.into_iter().flat_map(|data| data.all("TemplatePage"));
    Ok((pages.collect(), templates.filter_map(location).collect()))
}

/// Widths of A4, for pages that say nothing.
const A4: [f64; 4] = [0.0, 0.0, 210.0, 297.0];

/// The physical boxes of the pages, millimetres: their own, else their template's, else the
/// document's. `read` gives a part by its name.
pub(crate) fn page_boxes<'p>(
    name: &str,
    document: &[u8],
    read: impl Fn(&str) -> Option<&'p [u8]>,
) -> Result<Vec<[f64; 4]>, String> {
    let root = Node::parse(document)?;
    let own = |area: Option<&Node>| {
        let found = schema::numbers(area?.child_text("PhysicalBox")?)?;
        (found[2] > 0.0 && found[3] > 0.0).then_some(found)
    };
    let common = root.child("CommonData");
    let usual = own(common.and_then(|data| data.child("PageArea"))).unwrap_or(A4);
    let part = |location: Option<&str>| {
        let bytes = read(&path::resolve(name, location?)?)?;
        Node::parse(bytes).ok()
    };
    let template = |page: &Node| {
        let id = page.child("Template")?.attribute("TemplateID")?;
        let known = common.into_iter().flat_map(|data| data.all("TemplatePage"));
        let mut known = known.filter(|one| one.attribute("ID") == Some(id));
        own(part(known.next()?.attribute("BaseLoc"))?.child("Area"))
    };
    let pages = root.child("Pages").into_iter().flat_map(|p| p.all("Page"));
    let size = |page: &Node| {
        let content = part(page.attribute("BaseLoc"))?;
        own(content.child("Area")).or_else(|| template(&content))
    };
    Ok(pages.map(|page| size(page).unwrap_or(usual)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_and_pages_are_read() {
        let entry = "<ofd:OFD xmlns:ofd='x'><ofd:DocBody><ofd:DocInfo/>\
                     <ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>";
        let body = bodies(entry.as_bytes()).unwrap().remove(0);
        assert_eq!(
            (body.root.as_str(), body.prefix.as_str()),
            ("Doc_0/Document.xml", "ofd:")
        );
        assert_eq!(body.signatures, None);
        assert!(entry[body.gap..].starts_with("</ofd:DocBody>"));
        let document = "<Document><CommonData><TemplatePage BaseLoc='Tpls/T.xml'/></CommonData>\
                        <Pages><Page ID='7' BaseLoc='Pages/Page_0/Content.xml'/></Pages></Document>";
        let (pages, templates) = pages("Doc_0/Document.xml", document.as_bytes()).unwrap();
        let content = Some("Doc_0/Pages/Page_0/Content.xml".to_string());
        assert_eq!(
            pages,
            [Page {
                id: "7".into(),
                content
            }]
        );
        assert_eq!(templates, ["Doc_0/Tpls/T.xml"]);
    }
}

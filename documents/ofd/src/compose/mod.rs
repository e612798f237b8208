//! From a laid-out document to the parts of an OFD package.
//!
//! The XML keeps to what independent readers draw alike; the reasons stand where it is written.

mod number;
mod page;
mod resources;

use jiff::tz::{Offset, TimeZone};
use paper::{Attachment, Laid};

use crate::xml::{escape, escape_into};
use crate::{Error, Package};
use number::mm;
use resources::Resources;

const HEADER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACE: &str = "xmlns:ofd=\"http://www.ofdspec.org/2016\"";

/// What an OFD file says about itself beyond the document's own metadata.
#[derive(Clone, Debug, Default)]
pub struct DocInfo {
    /// DocID: 32 hexadecimal digits, different for each file.
    pub id: String,
    /// Names and values for programs (CustomData), such as the licence identifier.
    pub custom: Vec<(String, String)>,
}

/// Hands out the IDs of a document: each number once, rising.
#[derive(Default)]
struct Ids(u32);

impl Ids {
    fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

/// Writes a laid-out document as an OFD package, unsigned.
pub fn compose(laid: &Laid, info: &DocInfo) -> Result<Package, Error> {
    if info.id.len() != 32 || !info.id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Error::DocId);
    }
    if laid.pages.is_empty() {
        return Err(Error::NoPages);
    }
    check_names(&laid.attachments)?;
    let mut ids = Ids::default();
    let resources = Resources::collect(laid, &mut ids)?;
    let mut package = Package::default();
    package.set("OFD.xml", ofd(laid, info));

    // Readers stack objects by their IDs: templates must have lower ones than the pages on them.
    let templates = page::templates(laid, &resources, &mut ids);
    let pages: Vec<_> = laid
        .pages
        .iter()
        .map(|page| page::page(page, &resources, &mut ids))
        .collect();
    let mut links = String::new();
    for (index, ((page, laid), template)) in pages
        .iter()
        .zip(&laid.pages)
        .zip(templates.iter().map(Some).chain(std::iter::repeat(None)))
        .enumerate()
    {
        let path = format!("Pages/Page_{index}/Content.xml");
        links.push_str(&format!(
            "<ofd:Page ID=\"{}\" BaseLoc=\"{path}\"/>",
            page.id
        ));
        package.set(
            format!("Doc_0/{path}"),
            page::content(laid, page, template.map(|t| t.id)),
        );
    }
    let first = &laid.pages[0];
    let mut document = format!(
        "{HEADER}<ofd:Document {NAMESPACE}><ofd:CommonData><ofd:MaxUnitID>{}</ofd:MaxUnitID>\
         <ofd:PageArea><ofd:PhysicalBox>0 0 {} {}</ofd:PhysicalBox></ofd:PageArea>\
         <ofd:PublicRes>PublicRes.xml</ofd:PublicRes>",
        ids.0,
        mm(first.width),
        mm(first.height),
    );
    if resources.has_pictures() {
        document.push_str("<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>");
    }
    for (index, (template, laid)) in templates.iter().zip(&laid.pages).enumerate() {
        let path = format!("Tpls/Tpl_{index}/Content.xml");
        document.push_str(&format!(
            "<ofd:TemplatePage ID=\"{}\" ZOrder=\"Background\" BaseLoc=\"{path}\"/>",
            template.id
        ));
        package.set(format!("Doc_0/{path}"), page::content(laid, template, None));
    }
    document.push_str(&format!("</ofd:CommonData><ofd:Pages>{links}</ofd:Pages>"));
    if !laid.attachments.is_empty() {
        document.push_str("<ofd:Attachments>Attachments/Attachments.xml</ofd:Attachments>");
        attach(laid, &mut package);
    }
    document.push_str("</ofd:Document>");
    package.set("Doc_0/Document.xml", document.into_bytes());
    resources.write(&mut package);
    Ok(package)
}

fn ofd(laid: &Laid, info: &DocInfo) -> Vec<u8> {
    let meta = &laid.meta;
    let mut out = format!(
        "{HEADER}<ofd:OFD {NAMESPACE} DocType=\"OFD\" Version=\"1.0\"><ofd:DocBody><ofd:DocInfo>\
         <ofd:DocID>{}</ofd:DocID>",
        info.id.to_ascii_lowercase()
    );
    let mut say = |name: &str, value: &str| {
        if !value.is_empty() {
            out.push_str(&format!("<ofd:{name}>{}</ofd:{name}>", escape(value)));
        }
    };
    say("Title", &meta.title);
    say("Author", meta.author.as_deref().unwrap_or_default());
    say("Subject", meta.subject.as_deref().unwrap_or_default());
    say("CreationDate", &local(laid).date().to_string());
    let keywords: String = meta
        .keywords
        .iter()
        .map(|word| format!("<ofd:Keyword>{}</ofd:Keyword>", escape(word)))
        .collect();
    if !keywords.is_empty() {
        out.push_str(&format!("<ofd:Keywords>{keywords}</ofd:Keywords>"));
    }
    out.push_str(concat!(
        "<ofd:Creator>Tongban</ofd:Creator><ofd:CreatorVersion>",
        env!("CARGO_PKG_VERSION"),
        "</ofd:CreatorVersion>"
    ));
    if !info.custom.is_empty() {
        out.push_str("<ofd:CustomDatas>");
        for (name, value) in &info.custom {
            out.push_str("<ofd:CustomData Name=\"");
            escape_into(&mut out, name);
            out.push_str("\">");
            escape_into(&mut out, value);
            out.push_str("</ofd:CustomData>");
        }
        out.push_str("</ofd:CustomDatas>");
    }
    out.push_str(
        "</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
    );
    out.into_bytes()
}

fn local(laid: &Laid) -> jiff::Zoned {
    laid.meta
        .created
        .to_zoned(TimeZone::fixed(Offset::constant(8)))
}

/// Readers find files by comparing parts of names: an attachment's name must be plain, and
/// neither contain nor be contained in another; `xml` may stand only in the name of XML.
fn check_names(attachments: &[Attachment]) -> Result<(), Error> {
    let mut seen = vec!["Attachments.xml"];
    for attachment in attachments {
        let name = attachment.file_name.as_str();
        let plain = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        };
        let fine = name
            .split_once('.')
            .is_some_and(|(stem, end)| plain(stem) && plain(end) && !stem.contains("xml"))
            && (!name.contains("xml") || name.ends_with(".xml"))
            && !seen
                .iter()
                .any(|other| other.contains(name) || name.contains(other));
        if !fine {
            return Err(Error::AttachmentName(name.to_owned()));
        }
        seen.push(name);
    }
    Ok(())
}

fn attach(laid: &Laid, package: &mut Package) {
    let date = local(laid).datetime();
    let mut list = format!("{HEADER}<ofd:Attachments {NAMESPACE}>");
    for (index, attachment) in laid.attachments.iter().enumerate() {
        let name = &attachment.file_name;
        let format = name.rsplit('.').next().unwrap_or_default();
        // The size is told in kilobytes.
        let size = attachment.bytes.len() as f32 / 1024.0;
        list.push_str(&format!(
            "<ofd:Attachment ID=\"A{}\" Name=\"{name}\" Format=\"{format}\" \
             CreationDate=\"{date}\" Size=\"{}\" Visible=\"true\">\
             <ofd:FileLoc>/Doc_0/Attachments/{name}</ofd:FileLoc></ofd:Attachment>",
            index + 1,
            mm(size),
        ));
        package.set(
            format!("Doc_0/Attachments/{name}"),
            attachment.bytes.clone(),
        );
    }
    list.push_str("</ofd:Attachments>");
    package.set("Doc_0/Attachments/Attachments.xml", list.into_bytes());
}

//! One document of a package: its pages, templates, resources, annotations and attachments.

use std::collections::HashMap;
use std::sync::Arc;

use super::finding::{Finding, Findings, What};
use super::info::{Attachment, Metadata};
use super::parts::Parts;
use super::resources::Resources;
use super::value;
use crate::draw::PictureCache;
use crate::xml::Element;
use crate::{Error, Limits, Package};

/// Pages, templates, resource files and annotations of one document.
const MOST: usize = 20_000;
/// The largest edge of a page in millimetres. The largest paper (4A0) is 2 378 mm long.
const LARGEST_EDGE: f64 = 5_000.0;
const A4: [f64; 4] = [0.0, 0.0, 210.0, 297.0];

/// A document that can be shown: of any producer, and made ready once for all its pages.
pub struct Document {
    pub(crate) parts: Parts,
    pub(crate) resources: Resources,
    pub(crate) default_space: Option<String>,
    pub(crate) pictures: PictureCache,
    root: String,
    count: usize,
    metadata: Metadata,
    area: Option<[f64; 4]>,
    pages: Vec<PageEntry>,
    templates: HashMap<String, Template>,
    annotations: HashMap<String, Vec<String>>,
    attachments: Vec<Attachment>,
    findings: Vec<Finding>,
}

struct PageEntry {
    id: String,
    location: String,
    path: Option<String>,
}

struct Template {
    path: Option<String>,
    foreground: bool,
    content: std::sync::OnceLock<Option<Arc<Element>>>,
}

/// A page ready to be drawn.
pub(crate) struct PageParts {
    pub area: [f64; 4],
    pub resources: Resources,
    pub content: Arc<Element>,
    /// Templates below and above the page's own content.
    pub below: Vec<Arc<Element>>,
    pub above: Vec<Arc<Element>>,
    pub annotations: Vec<Annotation>,
}

/// The annotations of one annotation file.
pub(crate) struct Annotation {
    pub element: Element,
}

impl Document {
    /// Reads the first document of an OFD file.
    pub fn open(file: &[u8], limits: &Limits) -> Result<Self, Error> {
        Self::of(Package::read(file, limits)?, 0)
    }

    /// About how many bytes it takes: its parts, unpacked, and the pictures it keeps decoded.
    pub fn memory(&self) -> usize {
        self.parts.bytes_in_all() + self.pictures.memory()
    }

    /// Takes the document `index` (from 0) of a package.
    pub fn of(package: Package, index: usize) -> Result<Self, Error> {
        let parts = Parts::new(package);
        let start = parts
            .find("", None, "OFD.xml")
            .ok_or_else(|| Error::Missing("OFD.xml".into()))?;
        let ofd = parts.xml(&start)?;
        let body = ofd
            .all("DocBody")
            .nth(index)
            .ok_or_else(|| Error::Missing(format!("OFD.xml: DocBody {index}")))?;
        let root = body
            .child_text("DocRoot")
            .ok_or_else(|| Error::Missing("OFD.xml: DocRoot".into()))?;
        let root = parts
            .find(&start, None, root)
            .ok_or_else(|| Error::Missing(root.to_owned()))?;
        let document = parts.xml(&root)?;
        let mut findings = Findings::default();
        if body
            .child("Versions")
            .is_some_and(|v| v.child("Version").is_some())
        {
            findings.tell(What::Versions, None, None, &root);
        }
        let mut read = Self {
            resources: Resources::default(),
            default_space: None,
            pictures: PictureCache::default(),
            count: ofd.all("DocBody").count(),
            metadata: Metadata::of(body.child("DocInfo")),
            area: None,
            pages: Vec::new(),
            templates: HashMap::new(),
            annotations: HashMap::new(),
            attachments: Vec::new(),
            findings: Vec::new(),
            parts,
            root,
        };
        if let Some(common) = document.child("CommonData") {
            read.common(common, &mut findings);
        }
        let pages = document.child("Pages").into_iter();
        for page in pages.flat_map(|pages| pages.all("Page")).take(MOST) {
            let location = page.attribute("BaseLoc").unwrap_or_default().to_owned();
            read.pages.push(PageEntry {
                id: page.attribute("ID").unwrap_or_default().trim().to_owned(),
                path: read.parts.find(&read.root, None, &location),
                location,
            });
        }
        if read.pages.is_empty() {
            return Err(Error::NoPages);
        }
        for list in document.all("Annotations") {
            read.list_annotations(list.text.trim(), &mut findings);
        }
        for list in document.all("Attachments") {
            read.list_attachments(list.text.trim(), &mut findings);
        }
        read.findings = findings.list;
        Ok(read)
    }

    fn common(&mut self, common: &Element, findings: &mut Findings) {
        self.area = common.child("PageArea").and_then(area);
        self.default_space = common.child_text("DefaultCS").map(str::to_owned);
        for child in common.children.iter().take(MOST) {
            match child.name.as_str() {
                "PublicRes" | "DocumentRes" => {
                    let location = child.text.trim();
                    match self.parts.find(&self.root, None, location) {
                        Some(path) => match self.parts.xml(&path) {
                            Ok(root) => self.resources.add(&self.parts, &path, root),
                            Err(_) => findings.tell(What::PartUnreadable, None, None, &path),
                        },
                        None => findings.tell(What::PartMissing, None, None, location),
                    }
                }
                "TemplatePage" => {
                    let id = child.attribute("ID").unwrap_or_default().trim().to_owned();
                    let location = child.attribute("BaseLoc").unwrap_or_default();
                    let foreground = child.attribute("ZOrder").is_some_and(is_foreground);
                    self.templates.entry(id).or_insert(Template {
                        path: self.parts.find(&self.root, None, location),
                        foreground,
                        content: std::sync::OnceLock::new(),
                    });
                }
                _ => {}
            }
        }
    }

    fn list_annotations(&mut self, list: &str, findings: &mut Findings) {
        let Some(path) = self.parts.find(&self.root, None, list) else {
            return findings.tell(What::PartMissing, None, None, list);
        };
        let Ok(root) = self.parts.xml(&path) else {
            return findings.tell(What::PartUnreadable, None, None, &path);
        };
        for page in root.all("Page").take(MOST) {
            let id = page.attribute("PageID").unwrap_or_default().trim();
            let Some(location) = page.child_text("FileLoc").or(page.attribute("FileLoc")) else {
                continue;
            };
            match self
                .parts
                .find(&path, None, location)
                .or_else(|| self.parts.find(&self.root, None, location))
            {
                Some(file) => self
                    .annotations
                    .entry(id.to_owned())
                    .or_default()
                    .push(file),
                None => findings.tell(What::PartMissing, None, None, location),
            }
        }
    }

    fn list_attachments(&mut self, list: &str, findings: &mut Findings) {
        let Some(path) = self.parts.find(&self.root, None, list) else {
            return findings.tell(What::PartMissing, None, None, list);
        };
        let Ok(root) = self.parts.xml(&path) else {
            return findings.tell(What::PartUnreadable, None, None, &path);
        };
        for entry in root.all("Attachment").take(MOST) {
            let said = |name| entry.attribute(name).unwrap_or_default().to_owned();
            let location = entry.child_text("FileLoc").unwrap_or_default();
            let file = self
                .parts
                .find(&path, None, location)
                .or_else(|| self.parts.find(&self.root, None, location));
            if file.is_none() {
                findings.tell(What::PartMissing, None, None, location);
            }
            self.attachments.push(Attachment {
                id: said("ID"),
                name: said("Name"),
                format: entry.attribute("Format").map(str::to_owned),
                visible: entry
                    .attribute("Visible")
                    .and_then(value::truth)
                    .unwrap_or(true),
                size: file
                    .as_deref()
                    .and_then(|f| self.parts.bytes(f))
                    .map_or(0, |b| b.len() as u64),
                path: file,
            });
        }
    }

    /// How many documents the file holds; this is one of them.
    pub fn documents(&self) -> usize {
        self.count
    }

    /// Path of the document's root part.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The package it was read from.
    pub fn package(&self) -> &Package {
        self.parts.package()
    }

    /// What the document says about itself.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Its attachments.
    pub fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    /// What could not be found when it was opened.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many pages it has; at least one.
    pub fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// The ID of a page (counted from 0), which stamps and annotations refer to.
    pub fn page_id(&self, page: usize) -> Option<&str> {
        self.pages.get(page).map(|page| page.id.as_str())
    }

    /// Width and height of a page in millimetres; A4 where the file says nothing sensible.
    pub fn page_size(&self, page: usize) -> Option<(f64, f64)> {
        let entry = self.pages.get(page)?;
        let own = entry
            .path
            .as_deref()
            .and_then(|path| self.parts.xml(path).ok());
        let [_, _, width, height] = self.area_of(own.as_ref()).0;
        Some((width, height))
    }

    /// The text of a page and its templates, one TextCode a line, in the order it is drawn.
    pub fn text(&self, page: usize) -> Option<String> {
        let parts = self.page(page, &mut Findings::default())?;
        let mut text = String::new();
        let below = parts.below.iter().map(|t| &**t);
        let above = parts.above.iter().map(|t| &**t);
        for content in below.chain([&*parts.content]).chain(above) {
            collect_text(content, &mut text);
        }
        Some(text)
    }

    /// The page's own area, or the document's, or its template's; whether one was found.
    fn area_of(&self, content: Option<&Element>) -> ([f64; 4], bool) {
        let own = content.and_then(|c| c.child("Area")).and_then(area);
        let from_template = || {
            let used = content?.child("Template")?;
            let template = self.template(used.attribute("TemplateID")?)?;
            template.child("Area").and_then(area)
        };
        match own.or(self.area).or_else(from_template) {
            Some(found) => (found, true),
            None => (A4, false),
        }
    }

    fn template(&self, id: &str) -> Option<Arc<Element>> {
        let template = self.templates.get(id.trim())?;
        template
            .content
            .get_or_init(|| {
                let path = template.path.as_deref()?;
                self.parts.xml(path).ok().map(Arc::new)
            })
            .clone()
    }

    /// Everything a page consists of. A page whose content cannot be read is an empty one, with
    /// its finding.
    pub(crate) fn page(&self, index: usize, findings: &mut Findings) -> Option<PageParts> {
        let entry = self.pages.get(index)?;
        let at = Some(index);
        let content = match entry.path.as_deref() {
            Some(path) => self.parts.xml(path).unwrap_or_else(|_| {
                findings.tell(What::PartUnreadable, at, None, path);
                Element::default()
            }),
            None => {
                findings.tell(What::PartMissing, at, None, &entry.location);
                Element::default()
            }
        };
        let (area, found) = self.area_of(Some(&content));
        if !found {
            findings.tell(What::PageSize, at, None, "");
        }
        let path = entry.path.as_deref().unwrap_or(&self.root);
        let mut resources = Resources::default();
        let (mut below, mut above) = (Vec::new(), Vec::new());
        for used in content.all("Template").take(64) {
            let id = used.attribute("TemplateID").unwrap_or_default().trim();
            let Some(template) = self.template(id) else {
                findings.tell(What::ResourceMissing, at, None, &format!("Template {id}"));
                continue;
            };
            let declared = self.templates.get(id);
            if let Some(path) = declared.and_then(|t| t.path.as_deref()) {
                self.page_resources(&template, path, &mut resources, at, findings);
            }
            let order = used.attribute("ZOrder").map(is_foreground);
            if order.unwrap_or(declared.is_some_and(|t| t.foreground)) {
                above.push(template);
            } else {
                below.push(template);
            }
        }
        self.page_resources(&content, path, &mut resources, at, findings);
        let mut annotations = Vec::new();
        for file in self.annotations.get(&entry.id).into_iter().flatten() {
            match self.parts.xml(file) {
                Ok(root) => annotations.extend(
                    root.children
                        .into_iter()
                        .filter(|child| child.name == "Annot")
                        .map(|element| Annotation { element }),
                ),
                Err(_) => findings.tell(What::PartUnreadable, at, None, file),
            }
        }
        Some(PageParts {
            area,
            resources,
            content: Arc::new(content),
            below,
            above,
            annotations,
        })
    }

    fn page_resources(
        &self,
        content: &Element,
        path: &str,
        resources: &mut Resources,
        at: Option<usize>,
        findings: &mut Findings,
    ) {
        for entry in content.all("PageRes").take(64) {
            let location = entry.text.trim();
            let found = self.parts.find(path, None, location);
            let found = found.or_else(|| self.parts.find(&self.root, None, location));
            match found {
                Some(file) => match self.parts.xml(&file) {
                    Ok(root) => resources.add(&self.parts, &file, root),
                    Err(_) => findings.tell(What::PartUnreadable, at, None, &file),
                },
                None => findings.tell(What::PartMissing, at, None, location),
            }
        }
    }
}

fn is_foreground(order: &str) -> bool {
    order.trim().eq_ignore_ascii_case("foreground")
}

/// The physical box of an area, or another of its boxes, if it is a sensible one.
fn area(area: &Element) -> Option<[f64; 4]> {
    ["PhysicalBox", "ApplicationBox", "ContentBox"]
        .into_iter()
        .filter_map(|name| value::array::<4>(area.child_text(name)?))
        .find(|[x, y, width, height]| {
            let sane = |edge: &f64| (1.0..=LARGEST_EDGE).contains(edge);
            sane(width) && sane(height) && x.abs() <= LARGEST_EDGE && y.abs() <= LARGEST_EDGE
        })
}

fn collect_text(element: &Element, text: &mut String) {
    for child in &element.children {
        if child.name == "TextCode" {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(child.text.trim_matches(['\r', '\n', '\t']));
        } else if child.name != "Clips" {
            collect_text(child, text);
        }
    }
}

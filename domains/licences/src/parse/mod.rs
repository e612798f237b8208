//! 解析 [H-84]: what a licence file says of itself, also one of another region or another structure,
//! told in the uniform form of the data standard. Nothing is judged; that is verification.

mod fields;
mod leaves;
mod signed;

use std::collections::BTreeMap;

use kernel::{Permission, Problem};
use ofd::{Limits, Package};
use sealing::Inspection;
use store::Ctx;

pub use fields::{Group, ParsedElement};
pub use signed::{ParsedSignature, ParsedSigner};

use crate::error::LicenceError;
use crate::kind::licence_types;
use crate::licence::Format;
use crate::verify::in_turn;
use leaves::{Leaf, MOST, of_attachment};

/// Largest attachment that is looked into, and lines of text that are told.
const ATTACHMENT: usize = 2 << 20;
const LINES: usize = 300;

/// What a file says.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// OFD or PDF.
    pub format: Option<Format>,
    /// Pages, if they can be counted.
    pub pages: usize,
    /// It carries `metadata.json` as the data standard has it.
    pub standard: bool,
    /// Elements of the standard, in its order, under its names.
    pub metadata: Vec<(&'static ParsedElement, String)>,
    /// 照面信息: codes or names as the file has them.
    pub face: Vec<(String, String)>,
    /// Names of the fields of the face, by their codes, where the type is one of this library.
    pub names: BTreeMap<String, String>,
    /// What else it says, under its own names.
    pub other: Vec<(String, String)>,
    /// Names of its attachments.
    pub attachments: Vec<String>,
    pub signatures: Vec<ParsedSignature>,
    /// Lines of its pages, where it carries no data. OFD only.
    pub text: Vec<String>,
}

/// Whether the actor may have files taken apart.
pub fn may_parse(ctx: &Ctx) -> Result<(), LicenceError> {
    let may = [Permission::LicenceQuery, Permission::LicenceCheck];
    match may.iter().all(|one| ctx.actor.scopes(*one).is_empty()) {
        true => Err(kernel::Denied(Permission::LicenceQuery).into()),
        false => Ok(()),
    }
}

/// Takes a file apart, for staff and clients who may look into the library. Nothing is kept.
pub async fn parse(ctx: &Ctx, bytes: Vec<u8>) -> Result<Parsed, LicenceError> {
    may_parse(ctx)?;
    let mut parsed = in_turn(move || read(&bytes)).await??;
    let said = parsed.metadata.iter().find(|(one, _)| one.code == "ZZLXDM");
    if let Some((_, code)) = said {
        let kinds = licence_types(ctx).await?;
        let kind = kinds.iter().find(|kind| kind.type_code == *code);
        let fields = kind.iter().flat_map(|kind| &kind.face_fields);
        let names = fields.map(|field| (field.field_code.clone(), field.field_name.clone()));
        parsed.names = names.collect();
    }
    Ok(parsed)
}

fn read(bytes: &[u8]) -> Result<Parsed, LicenceError> {
    let unreadable = |why: String| {
        LicenceError::Other(
            Problem::new(
                "unreadable",
                422,
                format!("文件无法读取，只能解析OFD和PDF文件：{why}"),
                format!("The file cannot be read; OFD and PDF files can be parsed: {why}"),
            )
            .at("file"),
        )
    };
    match sealing::inspect(bytes) {
        Ok(Inspection::Ofd(found)) => {
            let package = Package::read(bytes, &Limits::default());
            let package = package.map_err(|e| unreadable(e.to_string()))?;
            let said = ofd::inspect(&package).map_err(|e| unreadable(e.to_string()))?;
            let mut parsed = Parsed {
                format: Some(Format::Ofd),
                pages: said.pages.len(),
                signatures: found
                    .signatures
                    .iter()
                    .map(ParsedSignature::of_ofd)
                    .collect(),
                ..Parsed::default()
            };
            let mut all: Vec<Leaf> = said.custom.iter().map(Leaf::of_pair).collect();
            for one in &said.attachments {
                let file = one.path.rsplit('/').next().unwrap_or_default();
                parsed.attach(&one.name, file, &one.bytes, &mut all);
            }
            parsed.sort_in(all);
            if parsed.metadata.is_empty() && parsed.face.is_empty() {
                let lines = said.pages.iter().flat_map(|page| page.text.lines());
                let lines = lines.map(str::trim).filter(|line| !line.is_empty());
                parsed.text = lines.take(LINES).map(str::to_owned).collect();
            }
            Ok(parsed)
        }
        Ok(Inspection::Pdf(found)) => {
            let mut parsed = Parsed {
                format: Some(Format::Pdf),
                pages: found.pages,
                signatures: found
                    .signatures
                    .iter()
                    .map(ParsedSignature::of_pdf)
                    .collect(),
                ..Parsed::default()
            };
            let mut all = Vec::new();
            let attached = sealing::pdf::attachments(bytes);
            for (name, content) in attached.map_err(|e| unreadable(e.to_string()))? {
                parsed.attach(&name, &name, &content, &mut all);
            }
            parsed.sort_in(all);
            Ok(parsed)
        }
        Ok(_) => Err(unreadable("不是版式文件 / not a document".into())),
        Err(why) => Err(unreadable(why.to_string())),
    }
}

impl Parsed {
    fn attach(&mut self, name: &str, file: &str, content: &[u8], all: &mut Vec<Leaf>) {
        self.attachments.push(name.to_owned());
        self.standard |= file == crate::metadata::FILE
            && serde_json::from_slice(content)
                .is_ok_and(|value| crate::schema::check_metadata(&value).is_ok());
        if content.len() <= ATTACHMENT && all.len() < MOST {
            all.extend(of_attachment(content));
            all.truncate(MOST);
        }
    }

    /// Puts every name to where the standard has it; the first to say something is believed.
    fn sort_in(&mut self, all: Vec<Leaf>) {
        for leaf in all {
            if leaf.of_face {
                put(&mut self.face, leaf.name, leaf.value);
                continue;
            }
            match fields::element_named(&leaf.name) {
                Some(element) => {
                    let value = element.uniform(&leaf.value);
                    if !self
                        .metadata
                        .iter()
                        .any(|(known, _)| known.code == element.code)
                    {
                        self.metadata.push((element, value));
                    }
                }
                None => put(&mut self.other, leaf.name, leaf.value),
            }
        }
        self.metadata.sort_by_key(|(element, _)| element.place());
    }
}

fn put(list: &mut Vec<(String, String)>, name: String, value: String) {
    if !list.iter().any(|(known, _)| *known == name) {
        list.push((name, value));
    }
}

#[cfg(test)]
mod tests;

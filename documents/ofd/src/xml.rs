//! The XML of OFD parts: a small tree for reading, escaping for writing.
//!
//! Names are compared without their prefix, because producers choose their own. Document type
//! declarations are refused: OFD has none, and entities are how XML attacks its reader.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

/// Deepest nesting and most elements that are read.
const DEEPEST: usize = 64;
const MOST: usize = 1_000_000;

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Local name.
    pub name: String,
    /// Local names and values of its attributes, in order.
    pub attributes: Vec<(String, String)>,
    /// Its child elements, in order.
    pub children: Vec<Element>,
    /// Its own text, without that of its children.
    pub text: String,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The trimmed text of the first child of that name, if there is any.
    pub fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name)
            .map(|child| child.text.trim())
            .filter(|text| !text.is_empty())
    }
}

/// Parses a part. The error is a reason to be told with the part's name.
pub fn parse(bytes: &[u8]) -> Result<Element, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().enable_all_checks(true);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut count = 0;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => {
                count += 1;
                if open.len() >= DEEPEST || count > MOST {
                    return Err("too deep or too many elements".into());
                }
                open.push(element(&start)?);
            }
            Event::Empty(start) => {
                count += 1;
                if count > MOST {
                    return Err("too many elements".into());
                }
                close(element(&start)?, &mut open, &mut root)?;
            }
            Event::End(_) => {
                let element = open.pop().ok_or("an end without a beginning")?;
                close(element, &mut open, &mut root)?;
            }
            Event::Text(text) => add_text(&text.xml10_content(), &mut open)?,
            Event::CData(text) => add_text(&text.xml10_content(), &mut open)?,
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                match reference
                    .resolve_char_ref()
                    .map_err(|error| error.to_string())?
                {
                    Some(character) => add_text(character.encode_utf8(&mut [0; 4]), &mut open)?,
                    None => add_text(
                        resolve_xml_entity(&name)
                            .ok_or_else(|| format!("unknown entity {name}"))?,
                        &mut open,
                    )?,
                }
            }
            Event::DocType(_) => return Err("a document type declaration is not allowed".into()),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    if !open.is_empty() {
        return Err("an element is not closed".into());
    }
    root.ok_or_else(|| "empty".into())
}

fn element(start: &BytesStart) -> Result<Element, String> {
    let mut element = Element {
        name: start.local_name().as_ref().to_owned(),
        ..Element::default()
    };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| error.to_string())?;
        let name = attribute.key.local_name().as_ref().to_owned();
        element.attributes.push((name, value.into_owned()));
    }
    Ok(element)
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), String> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_none() => *root = Some(element),
        None => return Err("more than one root element".into()),
    }
    Ok(())
}

fn add_text(text: &str, open: &mut [Element]) -> Result<(), String> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("text outside the root element".into()),
    }
    Ok(())
}

/// Appends text with `& < > "` escaped; characters that XML cannot hold become blanks.
pub fn escape_into(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => out.push(' '),
            c => out.push(c),
        }
    }
}

/// The same as a new string.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape_into(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_attributes_and_text_are_read_without_prefixes() {
        let root = parse(
            "\u{feff}<?xml version=\"1.0\"?><o:A xmlns:o=\"u\" o:k='1 &amp; 2'> <o:B>x&lt;&#x4e91;<![CDATA[&]]></o:B><C/></o:A>"
                .as_bytes(),
        )
        .unwrap();
        assert_eq!(root.name, "A");
        assert_eq!(root.attribute("k"), Some("1 & 2"));
        assert_eq!(root.child("B").unwrap().text, "x<云&");
        assert_eq!(root.children.len(), 2);
    }

    #[test]
    fn what_is_no_plain_xml_is_refused() {
        let of = |text: &str| parse(text.as_bytes()).unwrap_err();
        assert!(of("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>").contains("document type"));
        assert!(of("<a>&b;</a>").contains("unknown entity"));
        assert!(of(&"<a>".repeat(100)).contains("too deep"));
        for text in [
            "",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a x='1' x='2'/>",
            "x<a/>",
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(&[b'<', b'a', 0xff, b'/', b'>']).is_err());
    }

    #[test]
    fn escaping_survives_parsing() {
        let text = "甲 & <乙> \"丙\"";
        let root = parse(format!("<a k=\"{0}\">{0}</a>", escape(text)).as_bytes()).unwrap();
        assert_eq!(root.text, text);
        assert_eq!(root.attribute("k"), Some(text));
        assert_eq!(escape("a\u{1}b"), "a b");
    }
}

//! The small XML files around a signature, as a tree. Prefixes and namespaces are not compared:
//! files use several, and nothing here depends on them.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// Elements inside one another.
const DEPTH: usize = 64;
/// Elements in one file.
const NODES: usize = 200_000;

/// An element.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// Name without prefix.
    pub(crate) name: String,
    /// Prefix with colon, or nothing.
    pub(crate) prefix: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Node>,
    /// Character data directly inside, joined.
    pub(crate) text: String,
    /// Byte after the end tag.
    pub(crate) end: usize,
}

impl Node {
    /// Reads a document and gives its root element. Document types are refused: nothing here needs
    /// entities, and they can make a short file endless.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?;
        let mark = text.len() - text.trim_start_matches('\u{feff}').len();
        let mut reader = Reader::from_str(&text[mark..]);
        let mut open: Vec<Node> = Vec::new();
        let mut root = None;
        let mut count = 0;
        loop {
            let event = reader.read_event().map_err(|error| error.to_string())?;
            let end = mark + usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            match event {
                Event::Start(tag) => {
                    count += 1;
                    if open.len() >= DEPTH || count > NODES {
                        return Err("it has too many elements".into());
                    }
                    open.push(Self::begin(&tag)?);
                }
                Event::Empty(tag) => {
                    count += 1;
                    if count > NODES {
                        return Err("it has too many elements".into());
                    }
                    let node = Self {
                        end,
                        ..Self::begin(&tag)?
                    };
                    Self::close(node, &mut open, &mut root)?;
                }
                Event::End(_) => {
                    let node = open.pop().ok_or("it closes what it did not open")?;
                    Self::close(Self { end, ..node }, &mut open, &mut root)?;
                }
                Event::Text(text) => {
                    Self::append(&text.xml10_content(), &mut open)?;
                }
                Event::CData(text) => {
                    Self::append(&text.xml10_content(), &mut open)?;
                }
                Event::GeneralRef(reference) => {
                    let named = match &*reference {
                        "amp" => Some('&'),
                        "lt" => Some('<'),
                        "gt" => Some('>'),
                        "quot" => Some('"'),
                        "apos" => Some('\''),
                        _ => reference
                            .resolve_char_ref()
                            .map_err(|error| error.to_string())?,
                    };
                    let c = named.ok_or("it refers to an unknown entity")?;
                    Self::append(c.encode_utf8(&mut [0; 4]), &mut open)?;
                }
                Event::DocType(_) => return Err("it has a document type".into()),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        if !open.is_empty() {
            return Err("it is cut off".into());
        }
        root.ok_or_else(|| "it has no element".into())
    }

    fn begin(tag: &BytesStart<'_>) -> Result<Self, String> {
        let name = tag.name();
        let full: &str = name.as_ref();
        let (prefix, local) = match full.rfind(':') {
            Some(at) => full.split_at(at + 1),
            None => ("", full),
        };
        let mut node = Self {
            name: local.to_string(),
            prefix: prefix.to_string(),
            ..Self::default()
        };
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let key: &str = attribute.key.as_ref();
            let value = attribute
                .normalized_value(XmlVersion::default())
                .map_err(|error| error.to_string())?;
            node.attributes.push((key.to_string(), value.into_owned()));
        }
        Ok(node)
    }

    fn close(node: Self, open: &mut [Node], root: &mut Option<Node>) -> Result<(), String> {
        match open.last_mut() {
            Some(parent) => parent.children.push(node),
            None if root.is_none() => *root = Some(node),
            None => return Err("it has two root elements".into()),
        }
        Ok(())
    }

    fn append(text: &str, open: &mut [Node]) -> Result<(), String> {
        match open.last_mut() {
            Some(node) => node.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err("it has text outside its root element".into()),
        }
        Ok(())
    }

    /// The children of that name.
    pub(crate) fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of that name, without blanks around it.
    pub(crate) fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim())
    }

    /// An attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.trim())
    }
}

/// Text as it may stand in an attribute or between tags.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Other control characters cannot stand in XML at all.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tree_is_read_with_its_ends() {
        let text = "\u{feff}<?xml version='1.0'?><o:A x=\"1&amp;2\"><o:B> t &lt;</o:B><C/></o:A>\n";
        let root = Node::parse(text.as_bytes()).unwrap();
        assert_eq!((root.name.as_str(), root.prefix.as_str()), ("A", "o:"));
        assert_eq!(root.attribute("x"), Some("1&2"));
        assert_eq!(root.child_text("B"), Some("t <"));
        let end = root.child("B").unwrap().end;
        assert_eq!(&text[end..], "<C/></o:A>\n");
        assert_eq!(&text[root.child("C").unwrap().end..], "</o:A>\n");
    }

    #[test]
    fn what_is_not_one_plain_document_is_refused() {
        for text in [
            "",
            "text",
            "<a>",
            "</a>",
            "<a/><b/>",
            "<a></b>",
            "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
            "<a>&e;</a>",
        ] {
            assert!(Node::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Node::parse("<a>".repeat(1000).as_bytes()).is_err());
        assert!(Node::parse(&[0xff]).is_err());
    }

    proptest! {
        #[test]
        fn escaped_text_reads_back(text in "[a-zA-Z0-9&<>\"' 中文]{0,20}") {
            let xml = format!("<a b=\"{0}\">{0}</a>", escape(&text));
            let node = Node::parse(xml.as_bytes()).unwrap();
            prop_assert_eq!(&node.text, &text);
            prop_assert_eq!(node.attribute("b"), Some(text.trim()));
        }
    }
}

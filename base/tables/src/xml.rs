//! The XML of spreadsheets, one event at a time.

use std::borrow::Cow;
use std::io::{BufReader, Read};

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesEnd, BytesStart, Event};

use crate::TableError;
use crate::zipped::Part;

/// Bytes of one event; a longer one is an attack on the memory.
const LONGEST: u64 = 4 << 20;

/// What a part says next.
pub(crate) enum Said<'b> {
    /// Start of an element; `true` when it is empty and has no end of its own.
    Start(BytesStart<'b>, bool),
    End(BytesEnd<'b>),
    /// Text, entities resolved.
    Text(Cow<'b, str>),
    /// Comments and instructions.
    Nothing,
    Over,
}

/// A part being read.
pub(crate) struct Xml<R: Read> {
    reader: quick_xml::Reader<BufReader<Part<R>>>,
    buffer: Vec<u8>,
}

impl<R: Read> Xml<R> {
    pub fn new(part: Part<R>) -> Self {
        let reader = quick_xml::Reader::from_reader(BufReader::with_capacity(1 << 16, part));
        Self {
            reader,
            buffer: Vec::new(),
        }
    }

    pub fn next(&mut self) -> Result<Said<'_>, TableError> {
        self.buffer.clear();
        self.reader.get_mut().get_mut().allow(LONGEST);
        let event = self
            .reader
            .read_event_into(&mut self.buffer)
            .map_err(TableError::damaged)?;
        Ok(match event {
            Event::Start(start) => Said::Start(start, false),
            Event::Empty(start) => Said::Start(start, true),
            Event::End(end) => Said::End(end),
            Event::Text(text) => Said::Text(text.xml10_content()),
            Event::CData(text) => Said::Text(text.xml10_content()),
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                match reference.resolve_char_ref().map_err(TableError::damaged)? {
                    Some(character) => Said::Text(character.to_string().into()),
                    None => Said::Text(
                        resolve_xml_entity(&name)
                            .ok_or_else(|| TableError::damaged("unknown entity"))?
                            .into(),
                    ),
                }
            }
            Event::DocType(_) => return Err(TableError::damaged("a document type declaration")),
            Event::Eof => Said::Over,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Said::Nothing,
        })
    }
}

/// The value of an attribute by its local name.
pub(crate) fn attribute(start: &BytesStart, name: &str) -> Result<Option<String>, TableError> {
    for attribute in start.attributes() {
        let attribute = attribute.map_err(TableError::damaged)?;
        if attribute.key.local_name().as_ref() == name {
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(TableError::damaged)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

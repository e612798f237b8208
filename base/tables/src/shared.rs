//! The shared texts of an XLSX file, in one piece of memory: a million rows bring millions of them,
//! and a `String` each would double what they need.

use std::io::Read;

use crate::TableError;
use crate::xml::{Said, Xml};

#[derive(Default)]
pub(crate) struct Shared {
    text: String,
    ends: Vec<u32>,
}

impl Shared {
    pub fn read<R: Read>(xml: &mut Xml<R>, limit: usize) -> Result<Self, TableError> {
        let mut shared = Self::default();
        let (mut in_text, mut phonetic) = (false, false);
        let mut one = String::new();
        loop {
            match xml.next()? {
                Said::Start(start, empty) => match start.local_name().as_ref() {
                    "si" if empty => shared.push("", limit)?,
                    "rPh" => phonetic = !empty,
                    "t" => in_text = !empty && !phonetic,
                    _ => {}
                },
                Said::End(end) => match end.local_name().as_ref() {
                    "si" => {
                        shared.push(&unescape(&one), limit)?;
                        one.clear();
                    }
                    "rPh" => phonetic = false,
                    "t" => in_text = false,
                    _ => {}
                },
                Said::Text(text) if in_text => one.push_str(&text),
                Said::Text(_) | Said::Nothing => {}
                Said::Over => return Ok(shared),
            }
            if one.len() > limit {
                return Err(too_large(limit));
            }
        }
    }

    fn push(&mut self, one: &str, limit: usize) -> Result<(), TableError> {
        self.text.push_str(one);
        let held = self.text.len() + self.ends.len() * 4;
        match u32::try_from(self.text.len()) {
            Ok(end) if held <= limit => self.ends.push(end),
            _ => return Err(too_large(limit)),
        }
        Ok(())
    }

    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.text.get(start..end)
    }
}

fn too_large(limit: usize) -> TableError {
    TableError::TooLarge {
        what: "共享文字",
        limit: limit as u64,
    }
}

/// Undoes `_x000D_`, by which XLSX writes characters that XML cannot hold.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let code = from
            .get(2..6)
            .filter(|hex| from.get(6..7) == Some("_") && hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32);
        match code {
            Some(c) => {
                out.push(c);
                rest = from.get(7..).unwrap_or_default();
            }
            None => {
                out.push_str("_x");
                rest = from.get(2..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn escaped_characters_come_back() {
        assert_eq!(super::unescape("a_x000D_\nb"), "a\r\nb");
        assert_eq!(super::unescape("_x005F_x000D_"), "_x000D_");
        assert_eq!(super::unescape("max_x2 _x证_"), "max_x2 _x证_");
    }
}

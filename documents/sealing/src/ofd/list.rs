//! The list of signatures, `Signatures.xml`.

use super::{path, schema};
use crate::deviation::{Deviates, Deviation, Notes};
use crate::xml::{Node, escape};

/// One signature of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub id: String,
    /// `Seal` or `Sign`.
    pub kind: String,
    /// The path as it is written.
    pub location: String,
    /// Name of its `Signature.xml`.
    pub part: String,
}

/// The list of signatures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct List {
    /// The highest number given to a signature or an impression.
    pub max_id: u32,
    pub entries: Vec<Entry>,
    /// Where it deviates from the standard.
    pub deviations: Vec<Deviates>,
}

impl List {
    pub(crate) fn parse(name: &str, bytes: &[u8]) -> Result<Self, String> {
        let root = Node::parse(bytes)?;
        if root.name != "Signatures" {
            return Err("its root element is not Signatures".into());
        }
        let notes = Notes::default();
        schema::check(&root, &schema::SIGNATURES, &notes);
        schema::namespace(&root, &notes);
        let mut list = Self::default();
        for node in root.all("Signature") {
            let location = node
                .attribute("BaseLoc")
                .ok_or("a signature has no BaseLoc")?;
            let part = path::resolve(name, location);
            list.entries.push(Entry {
                id: node.attribute("ID").unwrap_or_default().to_string(),
                // Seal is the default of the standard.
                kind: node.attribute("Type").unwrap_or("Seal").to_string(),
                part: part.ok_or("a path leads outside the package")?,
                location: location.to_string(),
            });
        }
        let given = root.child_text("MaxSignId").into_iter();
        let given = given.chain(list.entries.iter().map(|entry| entry.id.as_str()));
        list.max_id = given.filter_map(number).max().unwrap_or(0);
        let said = root.child_text("MaxSignId").and_then(number);
        let mut ids = std::collections::HashSet::new();
        for entry in &list.entries {
            let high = said.is_some_and(|said| number(&entry.id).is_some_and(|own| own > said));
            if entry.id.is_empty() || high || !ids.insert(&entry.id) {
                let place = format!("Signatures/Signature.ID “{}”", entry.id);
                notes.add(Deviation::SignatureId, place);
            }
            if !matches!(&*entry.kind, "Seal" | "Sign") {
                let place = format!("Signatures/Signature.Type “{}”", entry.kind);
                notes.add(Deviation::SignatureType, place);
            }
        }
        list.deviations = notes.take();
        Ok(list)
    }

    pub(crate) fn to_xml(&self) -> Vec<u8> {
        let mut out = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <ofd:Signatures xmlns:ofd=\"http://www.ofdspec.org/2016\">",
        );
        out += &format!("<ofd:MaxSignId>{}</ofd:MaxSignId>", self.max_id);
        for entry in &self.entries {
            let (id, kind) = (escape(&entry.id), escape(&entry.kind));
            let location = escape(&entry.location);
            out += &format!("<ofd:Signature ID=\"{id}\" Type=\"{kind}\" BaseLoc=\"{location}\"/>");
        }
        out += "</ofd:Signatures>";
        out.into_bytes()
    }
}

/// The number in an identifier: `3`, `003`, `s003`.
fn number(id: &str) -> Option<u32> {
    id.trim_start_matches(|c: char| !c.is_ascii_digit())
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_goes_both_ways() {
        let name = "Doc_0/Signs/Signatures.xml";
        let entry = Entry {
            id: "1".into(),
            kind: "Seal".into(),
            location: "/Doc_0/Signs/Sign_0/Signature.xml".into(),
            part: "Doc_0/Signs/Sign_0/Signature.xml".into(),
        };
        let list = List {
            max_id: 4,
            entries: vec![entry],
            deviations: vec![],
        };
        assert_eq!(List::parse(name, &list.to_xml()), Ok(list));
        let foreign = "<Signatures><Signature ID='s002' BaseLoc='Sign_0/Signature.xml'/>\
                       <MaxSignId>s006</MaxSignId></Signatures>";
        let read = List::parse(name, foreign.as_bytes()).unwrap();
        assert_eq!(read.max_id, 6);
        let odd: Vec<_> = read.deviations.iter().map(|one| one.what).collect();
        assert_eq!(odd, [Deviation::ElementOrder, Deviation::Namespace]);
        assert_eq!(read.entries[0].part, "Doc_0/Signs/Sign_0/Signature.xml");
        assert_eq!(read.entries[0].kind, "Seal");
    }
}

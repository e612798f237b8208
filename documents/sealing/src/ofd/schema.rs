//! What the schema of GB/T 33190, chapter 18, asks of the small files around a signature.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use crate::deviation::{Deviation, Notes};
use crate::xml::Node;

const NAMESPACE: &str = "http://www.ofdspec.org/2016";

/// The children of an element in their order, and whether each has to be there.
pub(super) struct Schema {
    element: &'static str,
    children: &'static [(&'static str, bool)],
}

pub(super) const SIGNATURE: Schema = Schema {
    element: "Signature",
    children: &[("SignedInfo", true), ("SignedValue", true)],
};

pub(super) const SIGNED_INFO: Schema = Schema {
    element: "SignedInfo",
    children: &[
        ("Provider", true),
        ("SignatureMethod", true),
        ("SignatureDateTime", true),
        ("References", true),
        ("StampAnnot", false),
        ("Seal", false),
    ],
};

pub(super) const SIGNATURES: Schema = Schema {
    element: "Signatures",
    children: &[("MaxSignId", true), ("Signature", false)],
};

/// Notes what is missing, and that the children stand in another order.
pub(super) fn check(node: &Node, schema: &Schema, notes: &Notes) {
    for (name, needed) in schema.children {
        if *needed && node.child(name).is_none() {
            let place = format!("{}/{name}", schema.element);
            notes.add(Deviation::ElementMissing, place);
        }
    }
    let rank = |child: &Node| {
        let known = schema.children.iter();
        known
            .map(|(name, _)| *name)
            .position(|name| name == child.name)
    };
    let ranks: Vec<usize> = node.children.iter().filter_map(rank).collect();
    if !ranks.is_sorted() {
        notes.add(Deviation::ElementOrder, schema.element);
    }
}

/// Notes a root element in another namespace.
pub(super) fn namespace(root: &Node, notes: &Notes) {
    let attribute = match root.prefix.strip_suffix(':') {
        Some(prefix) => format!("xmlns:{prefix}"),
        None => "xmlns".into(),
    };
    if root.attribute(&attribute) != Some(NAMESPACE) {
        notes.add(Deviation::Namespace, root.name.clone());
    }
}

/// `2026-08-04 10:08:09`, the same with `T` and zone, or `20260804020809Z`.
pub(super) fn is_date(text: &str) -> bool {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    [
        "0000-00-00 00:00:00",
        "0000-00-00T00:00:00",
        "0000-00-00T00:00:00Z",
        "0000-00-00T00:00:00+00:00",
        "00000000000000Z",
    ]
    .contains(&&*shape)
}

/// What stands in elements that are called a certificate: Base64, or a path.
pub(super) fn certificates(node: &Node) -> Vec<String> {
    let mut found = Vec::new();
    for child in &node.children {
        if child.name.to_ascii_lowercase().contains("cert") {
            let base = child.attribute("BaseLoc").or(child.child_text("BaseLoc"));
            let text = base.unwrap_or(child.text.trim());
            if !text.is_empty() {
                found.push(text.to_string());
            }
        }
        found.extend(certificates(child));
    }
    found.truncate(8);
    found
}

/// Base64, with or without padding and line breaks.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_whitespace().collect();
    STANDARD
        .decode(&text)
        .or_else(|_| STANDARD_NO_PAD.decode(text.trim_end_matches('=')))
        .ok()
}

/// `x y w h`.
pub(crate) fn numbers(text: &str) -> Option<[f64; 4]> {
    let mut numbers = [0.0; 4];
    let mut steps = text.split_ascii_whitespace();
    for number in &mut numbers {
        *number = steps.next()?.parse().ok().filter(|n: &f64| n.is_finite())?;
    }
    steps.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_absence_are_noted() {
        let notes = Notes::default();
        let xml = "<Signature><SignedValue/><SignedInfo/></Signature>";
        let node = Node::parse(xml.as_bytes()).unwrap();
        check(&node, &SIGNATURE, &notes);
        namespace(&node, &notes);
        let found: Vec<_> = notes.take().iter().map(|n| n.what).collect();
        assert_eq!(found, [Deviation::ElementOrder, Deviation::Namespace]);
        let node = Node::parse(b"<Signature><SignedInfo/></Signature>").unwrap();
        check(&node, &SIGNATURE, &notes);
        assert_eq!(notes.take()[0].place, "Signature/SignedValue");
    }

    #[test]
    fn boxes_and_dates() {
        assert_eq!(numbers(" 1 2.5  -3 4"), Some([1.0, 2.5, -3.0, 4.0]));
        for wrong in ["", "1 2 3", "1 2 3 4 5", "1 2 3 x", "1 2 3 inf"] {
            assert_eq!(numbers(wrong), None, "{wrong}");
        }
        assert!(is_date("2026-08-04 10:08:09") && is_date("20260804020809Z"));
        assert!(!is_date("2026/08/04 10:08:09") && !is_date("2026-08-04"));
    }

    #[test]
    fn base64_is_read_with_and_without_padding() {
        for text in ["AQI=", "AQI", " A\nQI= "] {
            assert_eq!(base64(text), Some(vec![1, 2]), "{text}");
        }
        assert_eq!(base64("?"), None);
    }
}

//! Distinguished names as text.

use gm::asn1::{Element, tag};

use crate::value::dotted;

/// `CN=…, O=…`, in the order of the certificate.
pub(super) fn text(der: &[u8]) -> String {
    parts(der).unwrap_or_default().join(", ")
}

fn parts(der: &[u8]) -> Option<Vec<String>> {
    let mut sets = Element::parse(der).ok()?.inside();
    let mut found = Vec::new();
    while !sets.is_empty() {
        let mut set = sets.expect(tag::SET).ok()?.inside();
        while !set.is_empty() {
            let mut pair = set.expect(tag::SEQUENCE).ok()?.inside();
            let id = dotted(pair.expect(tag::OID).ok()?.value);
            let value = pair.element().ok()?;
            let text = match value.tag {
                // BMPString
                0x1e => {
                    let units = value.value.chunks_exact(2);
                    let units = units.map(|two| u16::from_be_bytes([two[0], two[1]]));
                    char::decode_utf16(units)
                        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                        .collect()
                }
                _ => String::from_utf8_lossy(value.value).into_owned(),
            };
            found.push(format!("{}={text}", short(&id)));
        }
    }
    Some(found)
}

fn short(id: &str) -> &str {
    match id {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "SERIALNUMBER",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "1.2.840.113549.1.9.1" => "E",
        other => other,
    }
}

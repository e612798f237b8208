//! Values that are recognised wherever they turn up, in every shape in which one can be kept.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Planted values by the input they were put into.
#[derive(Default)]
pub struct Canaries {
    pub planted: BTreeMap<String, String>,
}

impl Canaries {
    /// A new identity number, valid by its check character.
    pub fn id(&mut self, place: &str) -> String {
        let body = format!("990102{}{:03}", 19_370_104, self.planted.len() + 1);
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let digits = body.bytes().map(|b| u32::from(b - b'0'));
        let sum: u32 = digits.zip(weights).map(|(d, w)| d * w).sum();
        let check = char::from(b"10X98765432"[(sum % 11) as usize]);
        self.plant(place, format!("{body}{check}"))
    }

    /// A new mobile number.
    pub fn phone(&mut self, place: &str) -> String {
        let number = format!("19987{:06}", 271_828 + self.planted.len());
        self.plant(place, number)
    }

    /// A new name or address.
    pub fn words(&mut self, place: &str, what: &str) -> String {
        let number = self.planted.len();
        self.plant(place, format!("{what}金丝雀巷{number}号翎室"))
    }

    pub fn plant(&mut self, place: &str, value: String) -> String {
        self.planted.insert(value.clone(), place.to_owned());
        value
    }

    /// Everything a value may look like, with the input it came from.
    pub fn patterns(&self) -> BTreeMap<Vec<u8>, String> {
        let mut all = BTreeMap::new();
        for (value, place) in &self.planted {
            for (form, bytes) in forms(value) {
                all.insert(bytes, format!("{place} ({form}: {value})"));
            }
        }
        all
    }
}

/// The shapes in which a value can be kept without anybody meaning to hide it.
pub fn forms(value: &str) -> Vec<(&'static str, Vec<u8>)> {
    let plain = value.as_bytes();
    let hex = hex::encode(plain);
    let mut all = vec![
        ("plain", plain.to_vec()),
        ("hex", hex.clone().into_bytes()),
        ("HEX", hex.to_uppercase().into_bytes()),
        (
            "UTF-16LE",
            value.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        (
            "UTF-16BE",
            value.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ),
        ("lower", value.to_lowercase().into_bytes()),
    ];
    // Base64 at each of the three places where the value may begin: what depends on its
    // neighbours is cut off.
    for lead in 0..3 {
        let padded = [vec![0; lead], plain.to_vec()].concat();
        let whole = padded.len() / 3 * 3;
        for encoded in [
            STANDARD_NO_PAD.encode(&padded[..whole]),
            URL_SAFE_NO_PAD.encode(&padded[..whole]),
        ] {
            let skip = [0, 2, 3][lead];
            all.push(("base64", encoded.as_bytes()[skip..].to_vec()));
        }
    }
    if !value.is_ascii() {
        let percent: String = plain.iter().map(|b| format!("%{b:02X}")).collect();
        all.push(("percent", percent.into_bytes()));
        let escaped: String = value
            .encode_utf16()
            .map(|u| format!("\\u{u:04x}"))
            .collect();
        all.push(("escaped", escaped.into_bytes()));
    }
    all
}

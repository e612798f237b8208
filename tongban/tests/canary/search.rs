//! The search through everything that has come to rest.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use flate2::read::{DeflateDecoder, ZlibDecoder};
use regex::bytes::Regex;

use crate::planted::{Canaries, forms};

/// Everything that has come to rest, with its name.
pub struct Search {
    patterns: BTreeMap<Vec<u8>, String>,
    regex: Regex,
    pub found: BTreeSet<String>,
    /// Bytes looked through, so that an empty search shows.
    pub looked: u64,
}

impl Search {
    pub fn new(canaries: &Canaries) -> Self {
        let patterns = canaries.patterns();
        let literal =
            |bytes: &Vec<u8>| -> String { bytes.iter().map(|b| format!("\\x{b:02x}")).collect() };
        let any: Vec<String> = patterns.keys().map(literal).collect();
        let regex = regex::bytes::RegexBuilder::new(&format!("(?-u:{})", any.join("|")))
            .size_limit(1 << 28)
            .build()
            .unwrap();
        Self {
            patterns,
            regex,
            found: BTreeSet::new(),
            looked: 0,
        }
    }

    pub fn bytes(&mut self, name: &str, bytes: &[u8], depth: u8) {
        self.looked += bytes.len() as u64;
        for hit in self.regex.find_iter(bytes) {
            let what = &self.patterns[hit.as_bytes()];
            self.found.insert(format!("{name}: {what}"));
        }
        if depth == 0 {
            return;
        }
        for (at, inner) in packed(bytes) {
            self.bytes(&format!("{name}@{at}"), &inner, depth - 1);
        }
    }

    pub fn folder(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_string_lossy().into_owned();
            self.bytes(&name, name.as_bytes(), 0);
            if path.is_dir() {
                self.folder(&path);
            } else if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                self.bytes(&name, &bytes, 2);
            }
        }
    }
}

/// Whatever is compressed inside: zip entries, zlib and gzip streams.
fn packed(bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
    const MOST: u64 = 64 << 20;
    let mut all = Vec::new();
    let inflate = |from: &mut dyn Read| {
        let mut out = Vec::new();
        // A damaged tail keeps what came before it.
        let _ = from.take(MOST).read_to_end(&mut out);
        (out.len() > 10).then_some(out)
    };
    for at in 0..bytes.len().saturating_sub(30) {
        let rest = &bytes[at..];
        let inner = match rest {
            [b'P', b'K', 3, 4, ..] => {
                let length = |n: usize| usize::from(u16::from_le_bytes([rest[n], rest[n + 1]]));
                let data = rest.get(30 + length(26) + length(28)..).unwrap_or_default();
                (rest[8] == 8)
                    .then(|| inflate(&mut DeflateDecoder::new(data)))
                    .flatten()
            }
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => inflate(&mut ZlibDecoder::new(rest)),
            [0x1f, 0x8b, 8, ..] => inflate(&mut DeflateDecoder::new(&rest[10..])),
            _ => None,
        };
        all.extend(inner.map(|inner| (at, inner)));
    }
    all
}

/// The search itself finds what is there: in every shape, and through compression.
pub fn proves_itself(c: &Canaries) {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let value = c.planted.keys().next().unwrap();
        let mut hidden: Vec<Vec<u8>> = forms(value).into_iter().map(|(_, b)| b).collect();
        for lead in ["", "a", "ab"] {
            hidden.push(
                STANDARD_NO_PAD
                    .encode(format!("{lead}{value} and more"))
                    .into_bytes(),
            );
        }
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("x", options).unwrap();
        std::io::Write::write_all(&mut zip, format!("{value}{value}").as_bytes()).unwrap();
        hidden.push(zip.finish().unwrap().into_inner());
        for bytes in hidden {
            let mut search = Search::new(c);
            search.bytes(
                "proof",
                &[b"before ".as_slice(), &bytes, b" after"].concat(),
                1,
            );
            assert!(
                !search.found.is_empty(),
                "{:?}",
                String::from_utf8_lossy(&bytes)
            );
        }
    });
}

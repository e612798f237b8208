//! Unpacking what strangers send.

use std::collections::HashSet;
use std::io::{Cursor, Read};
use std::sync::Arc;

use zip::ZipArchive;

use crate::{Error, Part};

/// How much a package may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file: u64,
    /// Number of parts.
    pub parts: usize,
    /// Bytes of one part, unpacked.
    pub part: u64,
    /// Bytes of all parts, unpacked.
    pub total: u64,
}

impl Default for Limits {
    /// 64 MiB as a file, 4 096 parts, 64 MiB each, 256 MiB together.
    fn default() -> Self {
        Self {
            file: 64 << 20,
            parts: 4_096,
            part: 64 << 20,
            total: 256 << 20,
        }
    }
}

pub(crate) fn parts(file: &[u8], limits: &Limits) -> Result<Vec<Part>, Error> {
    let damaged = |error: zip::result::ZipError| Error::Zip(error.to_string());
    if file.len() as u64 > limits.file {
        return Err(Error::TooLarge("the file"));
    }
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(damaged)?;
    if archive.len() > limits.parts {
        return Err(Error::TooLarge("the number of its parts"));
    }
    // Two readers must see the same parts: no repeated names, no part inside another, none that
    // only one of the two directories of a zip file knows.
    if archive.has_duplicate_names() {
        return Err(Error::Refused("two parts have one name".into()));
    }
    archive
        .validate_header_consistency()
        .map_err(|error| Error::Refused(error.to_string()))?;

    let mut parts = Vec::with_capacity(archive.len());
    let mut names = HashSet::new();
    let mut total = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(damaged)?;
        if entry.encrypted() {
            return Err(Error::Refused("a part is encrypted".into()));
        }
        if entry.is_symlink() {
            return Err(Error::Refused("a part is a symbolic link".into()));
        }
        let path = std::str::from_utf8(entry.name_raw())
            .map_err(|_| Error::Refused("a part's name is not UTF-8".into()))?
            .to_owned();
        let folder = path.ends_with('/');
        check_path(path.strip_suffix('/').unwrap_or(&path))?;
        if folder {
            continue;
        }
        if !names.insert(path.to_lowercase()) {
            return Err(Error::Refused(format!(
                "two parts are named {path}, but for case"
            )));
        }
        // The declared size may lie: read one byte more than allowed, and no further.
        let room = limits.part.min(limits.total - total);
        let mut bytes = Vec::with_capacity(entry.size().min(room).min(1 << 20) as usize);
        entry
            .take(room + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| Error::Zip(format!("{path}: {error}")))?;
        if bytes.len() as u64 > room {
            return Err(Error::TooLarge("what it unpacks to"));
        }
        total += bytes.len() as u64;
        parts.push(Part {
            path,
            bytes: Arc::from(bytes),
        });
    }
    Ok(parts)
}

fn check_path(path: &str) -> Result<(), Error> {
    let plain = !path.is_empty()
        && path.len() <= 512
        && path.split('/').all(|step| !matches!(step, "" | "." | ".."))
        && !path
            .chars()
            .any(|c| c == '\\' || c == ':' || c.is_control());
    if plain {
        Ok(())
    } else {
        Err(Error::Refused(format!("the part name {path:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Package;
    use std::io::Write;
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn refused(file: &[u8]) -> String {
        Package::read(file, &Limits::default())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_bomb_is_stopped_before_it_unpacks() {
        let bomb = zip(&[("OFD.xml", &vec![0; 3 << 20])]);
        assert!(bomb.len() < 10_000);
        let limits = Limits {
            part: 1 << 20,
            ..Limits::default()
        };
        assert!(matches!(
            Package::read(&bomb, &limits),
            Err(Error::TooLarge(_))
        ));
        let limits = Limits {
            total: 1 << 20,
            ..Limits::default()
        };
        assert!(matches!(
            Package::read(&bomb, &limits),
            Err(Error::TooLarge(_))
        ));
        let limits = Limits {
            file: 10,
            ..Limits::default()
        };
        assert!(matches!(
            Package::read(&bomb, &limits),
            Err(Error::TooLarge(_))
        ));
        assert!(Package::read(&bomb, &Limits::default()).is_ok());
    }

    #[test]
    fn many_parts_are_refused() {
        let names: Vec<String> = (0..20).map(|n| format!("Doc_0/{n}.xml")).collect();
        let parts: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b"x"[..])).collect();
        let limits = Limits {
            parts: 19,
            ..Limits::default()
        };
        assert!(matches!(
            Package::read(&zip(&parts), &limits),
            Err(Error::TooLarge(_))
        ));
    }

    #[test]
    fn paths_that_leave_the_package_are_refused() {
        for name in [
            "../OFD.xml",
            "/OFD.xml",
            "Doc_0/../../x",
            "Doc_0\\x.xml",
            "C:x",
            "a//b",
            "./a",
        ] {
            let message = refused(&zip(&[(name, b"x")]));
            assert!(message.contains("refused"), "{name}: {message}");
        }
    }

    #[test]
    fn names_that_differ_in_case_only_are_refused() {
        assert!(refused(&zip(&[("OFD.xml", b"x"), ("ofd.xml", b"y")])).contains("case"));
    }

    #[test]
    fn a_repeated_name_is_refused() {
        // Two entries of equal length, the second renamed to the first in both directories.
        let mut file = zip(&[("OFD.xml", b"true"), ("OFX.xml", b"fake")]);
        while let Some(at) = file.windows(7).position(|window| window == b"OFX.xml") {
            file[at + 2] = b'D';
        }
        assert!(refused(&file).contains("one name"));
    }

    #[test]
    fn a_part_that_only_the_local_header_names_otherwise_is_refused() {
        let mut file = zip(&[("OFD.xml", b"true")]);
        let at = file
            .windows(7)
            .position(|window| window == b"OFD.xml")
            .unwrap();
        file[at + 2] = b'X';
        assert!(refused(&file).contains("refused"));
    }

    #[test]
    fn damage_is_noticed() {
        let file = zip(&[("OFD.xml", &b"<ofd/>".repeat(40))]);
        assert!(refused(&file[..file.len() / 2]).contains("not a readable"));
        assert!(refused(b"%PDF-1.7").contains("not a readable"));
        let mut flipped = file.clone();
        flipped[40] ^= 0x55;
        assert!(Package::read(&flipped, &Limits::default()).is_err());
    }
}

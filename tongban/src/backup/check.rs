//! Checking a backup whole, without an installation.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use gm::Sm3;
use zip::ZipArchive;

use super::manifest::FORMAT;
use super::{KEYS, MANIFEST, Manifest, ROOTS, UNLOCK, rows};
use crate::stop::Stop;

/// Something that is missing or not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The manifest names it, the archive lacks it.
    Missing(String),
    /// Its bytes are not those that were written, or cannot be read.
    Changed(String),
    /// The archive holds it, the manifest does not name it.
    Foreign(String),
    /// A table's rows cannot be read, or are not as many as there were.
    Rows(String),
    /// A stored file was gone already when the backup was made.
    FileMissing(String),
    /// A stored file was damaged already when the backup was made.
    FileDamaged(String),
}

impl Fault {
    /// True when the backup itself was damaged after it had been made. The other faults are those
    /// of the installation, and the backup tells them truly.
    pub fn of_backup(&self) -> bool {
        !matches!(self, Self::FileMissing(_) | Self::FileDamaged(_))
    }

    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::Missing(name) => format!("缺少 {name} / {name} is missing"),
            Self::Changed(name) => format!("{name} 已损坏或被改动 / {name} is damaged or changed"),
            Self::Foreign(name) => format!("多出 {name} / {name} does not belong there"),
            Self::Rows(name) => format!("数据表 {name} 不完整 / the rows of {name} are not whole"),
            Self::FileMissing(name) => format!(
                "备份时文件 {name} 已缺失 / the file {name} was missing when the backup was made"
            ),
            Self::FileDamaged(name) => format!(
                "备份时文件 {name} 已损坏 / the file {name} was damaged when the backup was made"
            ),
        }
    }
}

/// What a check found.
pub struct Checked {
    pub manifest: Manifest,
    /// SM3 of the manifest, hexadecimal.
    pub fingerprint: String,
    pub faults: Vec<Fault>,
}

pub(super) type Opened = ZipArchive<BufReader<File>>;

/// Opens a backup and reads its manifest.
pub(super) fn open(path: &Path) -> Result<(Opened, Manifest, String), Stop> {
    let not_ours = |why: String| {
        Stop::new(format!(
            "{} 不是可读取的备份 / not a readable backup: {why}",
            path.display()
        ))
    };
    let file = File::open(path).map_err(|e| not_ours(e.to_string()))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|e| not_ours(e.to_string()))?;
    let mut text = Vec::new();
    archive
        .by_name(MANIFEST)
        .map_err(|e| not_ours(e.to_string()))?
        .read_to_end(&mut text)
        .map_err(|e| not_ours(e.to_string()))?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|e| not_ours(e.to_string()))?;
    if manifest.format != FORMAT {
        return Err(not_ours(format!("form {}", manifest.format)));
    }
    Ok((archive, manifest, hex::encode(gm::sm3(&text))))
}

/// Reads every byte of a backup and compares it with the manifest.
pub fn check(path: &Path) -> Result<Checked, Stop> {
    let (mut archive, manifest, fingerprint) = open(path)?;
    let mut faults = Vec::new();
    for entry in &manifest.entries {
        let Ok(file) = archive.by_name(&entry.name) else {
            faults.push(Fault::Missing(entry.name.clone()));
            continue;
        };
        match digest(file) {
            Ok((bytes, sm3)) if bytes == entry.bytes && sm3 == entry.sm3 => {}
            _ => faults.push(Fault::Changed(entry.name.clone())),
        }
    }
    for table in &manifest.tables {
        let count = table.table().and_then(|shape| {
            let file = archive.by_name(&table.entry()).ok()?;
            let mut from = BufReader::new(file);
            let mut count = 0;
            while rows::read(&shape, &mut from).ok()?.is_some() {
                count += 1;
            }
            Some(count)
        });
        if count != Some(table.rows) {
            faults.push(Fault::Rows(table.name.clone()));
        }
    }
    let listed: HashSet<&str> = manifest.entries.iter().map(|e| e.name.as_str()).collect();
    for needed in [KEYS, ROOTS] {
        if !listed.contains(needed) {
            faults.push(Fault::Missing(needed.into()));
        }
    }
    let known = |name: &str| {
        name == MANIFEST || (listed.contains(name) && (is_ours(name) || is_table(&manifest, name)))
    };
    // A name that cannot be read is not one of ours either.
    let names = archive
        .file_names()
        .map(|name| name.map_or_else(|e| e.to_string(), |n| n.into_owned()));
    faults.extend(names.filter(|name| !known(name)).map(Fault::Foreign));
    let files = |names: &[String], fault: fn(String) -> Fault| {
        names.iter().cloned().map(fault).collect::<Vec<_>>()
    };
    faults.extend(files(&manifest.missing_files, Fault::FileMissing));
    faults.extend(files(&manifest.damaged_files, Fault::FileDamaged));
    Ok(Checked {
        manifest,
        fingerprint,
        faults,
    })
}

/// A name that may be written into a data folder: nothing that leads out of it.
pub(super) fn is_ours(name: &str) -> bool {
    let stored = name
        .strip_prefix("files/")
        .is_some_and(|n| n.len() == 64 && n.bytes().all(|b| b.is_ascii_hexdigit()));
    stored || [KEYS, UNLOCK, ROOTS].contains(&name)
}

fn is_table(manifest: &Manifest, name: &str) -> bool {
    manifest.tables.iter().any(|t| t.entry() == name)
}

fn digest(mut file: impl Read) -> std::io::Result<(u64, String)> {
    let (mut sm3, mut bytes, mut piece) = (Sm3::new(), 0, vec![0; 1 << 16]);
    loop {
        let n = file.read(&mut piece)?;
        if n == 0 {
            return Ok((bytes, hex::encode(sm3.finish())));
        }
        sm3.update(&piece[..n]);
        bytes += n as u64;
    }
}

//! Containers that readers could understand in two ways.

use std::io::{Cursor, Read as _, Write as _};

use sealing::{Reason, pack, unpack, verify_ofd};

use crate::make::{PAGE, WORLD, document, failures, first};

/// One entry as it is put into a container, with what a forger may say differently.
#[derive(Clone)]
pub struct Raw {
    pub name: Vec<u8>,
    pub central_name: Vec<u8>,
    pub data: Vec<u8>,
    pub extra: Vec<u8>,
    pub size: u32,
    pub crc: u32,
    pub flags: u16,
    pub method: u16,
    pub comment: Vec<u8>,
    /// Unix mode.
    pub mode: u16,
}

pub fn raw(name: &str, data: &[u8]) -> Raw {
    Raw {
        name: name.into(),
        central_name: name.into(),
        data: data.to_vec(),
        extra: vec![],
        size: data.len() as u32,
        crc: crc32fast::hash(data),
        flags: 0,
        method: 0,
        comment: vec![],
        mode: 0o100_644,
    }
}

/// Packs entries as they are told, without any check.
pub fn zip(entries: &[Raw], hidden: &[u8]) -> Vec<u8> {
    let mut out = hidden.to_vec();
    let mut directory = Vec::new();
    for entry in entries {
        let offset = out.len() as u32;
        let fields = |name: &[u8]| {
            let mut fields = Vec::new();
            for number in [20, entry.flags, entry.method, 0, 0x21] {
                fields.extend_from_slice(&number.to_le_bytes());
            }
            for number in [entry.crc, entry.data.len() as u32, entry.size] {
                fields.extend_from_slice(&number.to_le_bytes());
            }
            for number in [name.len() as u16, entry.extra.len() as u16] {
                fields.extend_from_slice(&number.to_le_bytes());
            }
            fields
        };
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&fields(&entry.name));
        out.extend_from_slice(&entry.name);
        out.extend_from_slice(&entry.extra);
        out.extend_from_slice(&entry.data);
        directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        directory.extend_from_slice(&fields(&entry.central_name));
        directory.extend_from_slice(&(entry.comment.len() as u16).to_le_bytes());
        directory.extend_from_slice(&[0; 6]);
        directory.extend_from_slice(&entry.mode.to_le_bytes());
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(&entry.central_name);
        directory.extend_from_slice(&entry.extra);
        directory.extend_from_slice(&entry.comment);
    }
    let (count, at) = (entries.len() as u16, out.len() as u32);
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    out.extend_from_slice(&at.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}

pub fn entries() -> Vec<Raw> {
    WORLD
        .sealed(document("1"))
        .iter()
        .map(|(name, data)| raw(name, data))
        .collect()
}

fn verdict(bytes: &[u8]) -> sealing::Verdict {
    verify_ofd(bytes, &WORLD.trust()).unwrap()
}

#[track_caller]
fn anomaly(bytes: &[u8], words: &str) {
    let verdict = verdict(bytes);
    let failed = verdict.first_failure().expect("something must fail");
    assert_eq!(
        failed.reason,
        Some(Reason::ContainerAnomaly),
        "{verdict:#?}"
    );
    let all: Vec<_> = verdict
        .findings
        .iter()
        .map(|f| f.evidence.as_str())
        .collect();
    assert!(
        all.iter().any(|evidence| evidence.contains(words)),
        "{words}: {all:#?}"
    );
}

#[test]
fn a_plain_container_passes() {
    assert!(verdict(&zip(&entries(), &[])).is_valid());
}

#[test]
fn a_doubled_entry() {
    for changed in [false, true] {
        let mut entries = entries();
        let mut second = entries
            .iter()
            .find(|e| e.name == PAGE.as_bytes())
            .unwrap()
            .clone();
        if changed {
            second = raw(PAGE, b"<other/>");
        }
        entries.push(second);
        assert_eq!(
            failures(&verdict(&zip(&entries, &[]))),
            [Reason::DuplicateEntry]
        );
        entries.rotate_right(1);
        assert_eq!(first(&verdict(&zip(&entries, &[]))), Reason::DuplicateEntry);
    }
    // Names that a file system takes for one.
    let mut entries = entries();
    entries.push(raw(&PAGE.to_uppercase(), b"<other/>"));
    assert_eq!(first(&verdict(&zip(&entries, &[]))), Reason::DuplicateEntry);
}

#[test]
fn bytes_before_after_and_between() {
    let plain = zip(&entries(), &[]);
    anomaly(&[&plain[..], b"x"].concat(), "follow the end");
    anomaly(&zip(&entries(), b"MZ"), "begins at byte 2");
    anomaly(&[b"MZ", &plain[..]].concat(), "");
    let with_end = [&plain[..], &plain[plain.len() - 22..]].concat();
    anomaly(&with_end, "two end records");
    let mut comment = plain.clone();
    let length = comment.len();
    comment[length - 2] = 3;
    comment.extend_from_slice(b"abc");
    anomaly(&comment, "follow the end");
}

/// An entry that stands in the file but not in the directory, or the other way round.
#[test]
fn shadowed_entries() {
    let hidden = {
        let all = zip(&[raw(PAGE, b"<other/>")], &[]);
        let end = all.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        all[..end].to_vec()
    };
    anomaly(&zip(&entries(), &hidden), "begins at byte");
    let mut entries = entries();
    let at = entries
        .iter()
        .position(|e| e.name == PAGE.as_bytes())
        .unwrap();
    entries[at].name[0] = b'X';
    anomaly(&zip(&entries, &[]), "another name");
}

#[test]
fn entries_that_say_two_things() {
    let edit = |change: &dyn Fn(&mut Raw)| {
        let mut entries = entries();
        let at = entries
            .iter()
            .position(|e| e.name == PAGE.as_bytes())
            .unwrap();
        change(&mut entries[at]);
        zip(&entries, &[])
    };
    anomaly(&edit(&|e| e.crc ^= 1), "check sum");
    anomaly(&edit(&|e| e.size += 1), "size");
    anomaly(&edit(&|e| e.flags |= 1), "encrypted");
    anomaly(&edit(&|e| e.method = 12), "not supported");
    anomaly(&edit(&|e| e.comment = b"c".to_vec()), "comment");
    anomaly(&edit(&|e| e.flags |= 8), "descriptor");
    // A second name in an extra field: version, check sum, name.
    let second = [&[0x75, 0x70, 8, 0, 1, 0, 0, 0, 0][..], b"abc"].concat();
    anomaly(&edit(&move |e| e.extra = second.clone()), "second");
    // Local header and directory disagree.
    let mut bytes = zip(&entries(), &[]);
    bytes[14] ^= 1;
    anomaly(&bytes, "size or check sum");
}

#[test]
fn names_that_lead_elsewhere() {
    for name in [
        "../x",
        "/x",
        "a//b",
        "a/./b",
        "a\\b",
        "c:x",
        "a\nb",
        "OFD.xml/x",
    ] {
        let mut entries = entries();
        entries.push(raw(name, b"x"));
        assert_eq!(
            first(&verdict(&zip(&entries, &[]))),
            Reason::ContainerAnomaly,
            "{name:?}"
        );
    }
    let mut entries = entries();
    entries.push(raw("folder/", b""));
    assert!(verdict(&zip(&entries, &[])).is_valid());
    entries.push(raw("hidden/", b"contents"));
    anomaly(&zip(&entries, &[]), "has contents");
}

#[test]
fn a_bomb_is_not_unpacked() {
    let mut deflated = Cursor::new(Vec::new());
    let mut writer = zip::ZipWriter::new(&mut deflated);
    for (name, data) in WORLD.sealed(document("1")) {
        writer
            .start_file(name, zip::write::SimpleFileOptions::DEFAULT)
            .unwrap();
        writer.write_all(&data).unwrap();
    }
    writer
        .start_file("bomb", zip::write::SimpleFileOptions::DEFAULT)
        .unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..600 {
        writer.write_all(&zeros).unwrap();
    }
    writer.finish().unwrap();
    anomaly(deflated.get_ref(), "unpacks to too much");
    // A size that the packed bytes cannot have.
    let mut entries = entries();
    let mut liar = raw("liar", b"\x03\x00");
    (liar.method, liar.size) = (8, 400 << 20);
    entries.push(liar);
    anomaly(&zip(&entries, &[]), "cannot be");
    // Bytes behind the end of the packed stream.
    let mut tail = raw("tail", b"\x03\x00hidden");
    (tail.method, tail.size, tail.crc) = (8, 0, 0);
    let mut entries = crate::container::entries();
    entries.push(tail);
    anomaly(&zip(&entries, &[]), "size");
}

/// A changed byte of a stored part also spoils its check sum; the change is what is told.
#[test]
fn a_changed_byte_in_the_file_itself() {
    let mut bytes = pack(&WORLD.sealed(document("1"))).unwrap();
    let at = bytes
        .windows(8)
        .position(|w| w == [8, 9, 10, 11, 12, 13, 14, 15])
        .unwrap();
    bytes[at] ^= 1;
    let verdict = verdict(&bytes);
    assert_eq!(failures(&verdict), [Reason::PartChanged]);
    assert_eq!(
        verdict.first_failure().unwrap().evidence,
        "Doc_0/Res/font_3.ttf"
    );
}

#[test]
fn what_is_packed_unpacks_and_other_software_reads_it() {
    let parts = document("1");
    let bytes = pack(&parts).unwrap();
    assert_eq!(unpack(&bytes).unwrap(), parts);
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    for (name, data) in &parts {
        let mut read = Vec::new();
        archive
            .by_name(name)
            .unwrap()
            .read_to_end(&mut read)
            .unwrap();
        assert_eq!(&read, data);
    }
    let mut entries = entries();
    entries.push(raw(PAGE, b"x"));
    assert!(unpack(&zip(&entries, &[])).is_err());
    assert!(unpack(b"no zip").is_err());
}

/// Entries with descriptors, as streaming writers make them, are plain too.
#[test]
fn descriptors_are_understood() {
    let mut writer = zip::ZipWriter::new_stream(Vec::new());
    for (name, data) in WORLD.sealed(document("1")) {
        writer
            .start_file(name, zip::write::SimpleFileOptions::DEFAULT)
            .unwrap();
        writer.write_all(&data).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    assert!(bytes.windows(4).any(|w| w == b"PK\x07\x08"));
    let verdict = verdict(&bytes);
    assert!(verdict.is_valid(), "{verdict:#?}");
}

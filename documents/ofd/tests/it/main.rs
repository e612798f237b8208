//! What is written reads back, keeps to the rules readers agree on, and files of others are read.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agree;
mod corpus;
mod corpus_pictures;
mod corpus_whole;
mod draw;
mod foreign;
mod hostile;
mod rules;
mod sample;

use ofd::{DocInfo, Error, Limits, Package, compose, inspect};
use paper::{Attachment, Document, Page, lay_out};
use sample::{info, sample};

#[test]
fn what_is_written_reads_back() {
    let laid = lay_out(&sample()).unwrap();
    let file = compose(&laid, &info()).unwrap().to_bytes().unwrap();
    let package = Package::read(&file, &Limits::default()).unwrap();
    let found = inspect(&package).unwrap();
    assert_eq!(
        found.doc_id.as_deref(),
        Some("0123456789abcdef0123456789abcdef")
    );
    assert_eq!(
        found.title.as_deref(),
        Some("食品经营许可证 <副本> & \"附页\"")
    );
    assert_eq!(found.author.as_deref(), Some("云州市云东区市场监督管理局"));
    // 20:30 UTC is the next day in China.
    assert_eq!(found.creation_date.as_deref(), Some("2026-11-17"));
    assert_eq!(found.other_documents, 0);
    let sizes: Vec<_> = found
        .pages
        .iter()
        .map(|page| (page.width, page.height))
        .collect();
    assert_eq!(sizes, [(420.0, 297.0), (210.0, 297.0)]);
    assert!(
        found.pages[0].text.contains("经营者名称："),
        "the base picture's labels are text"
    );
    for text in [
        "云州云味轩餐饮管理有限公司",
        "A & B <C>",
        "韩",
        "𬭎",
        "91990102MA2016221A",
    ] {
        assert!(
            found.pages[0].text.lines().any(|line| line == text),
            "{text}"
        );
    }
    assert_eq!(found.pages[1].text, "第二页");
    assert_eq!(found.attachments.len(), 1);
    let attached = &found.attachments[0];
    assert_eq!(
        (attached.name.as_str(), attached.format.as_deref()),
        ("metadata.json", Some("json"))
    );
    assert_eq!(&attached.bytes[..], br#"{"licence_no":"JY29901020010130"}"#);
    assert!(found.signatures.is_empty() && found.signature_list.is_none());
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let laid = lay_out(&sample()).unwrap();
    let bytes = || compose(&laid, &info()).unwrap().to_bytes().unwrap();
    assert_eq!(bytes(), bytes());
}

#[test]
fn shared_pictures_are_not_copied() {
    let document = sample();
    let laid = lay_out(&document).unwrap();
    let base = laid.pages[0].base.as_ref().unwrap();
    let package = compose(&laid, &info()).unwrap();
    let shared = package
        .parts()
        .iter()
        .filter(|p| std::sync::Arc::ptr_eq(&p.bytes, base.bytes()));
    assert_eq!(shared.count(), 1);
}

#[test]
fn unusable_input_is_refused() {
    let laid = lay_out(&sample()).unwrap();
    for id in [
        "",
        "0123456789ABCDEF0123456789ABCDE",
        "0123456789ABCDEF0123456789ABCDEG",
    ] {
        let info = DocInfo {
            id: id.into(),
            custom: Vec::new(),
        };
        assert!(matches!(compose(&laid, &info), Err(Error::DocId)));
    }
    let empty = lay_out(&Document::default()).unwrap();
    assert!(matches!(compose(&empty, &info()), Err(Error::NoPages)));
    let named = |names: &[&str]| {
        let attachment = |name: &&str| Attachment {
            file_name: (*name).into(),
            media_type: "application/octet-stream".into(),
            description: String::new(),
            bytes: std::sync::Arc::from(*b"x"),
        };
        let attachments = names.iter().map(attachment).collect();
        let pages = vec![Page::a4()];
        let document = Document {
            pages,
            attachments,
            ..Document::default()
        };
        compose(&lay_out(&document).unwrap(), &info())
    };
    for names in [
        &["元数据.json"][..],
        &["a/b.json"],
        &["..json"],
        &["noextension"],
        &["a.b.json"],
        &["xmlish.json"],
        &["Attachments.xml"],
        &["a.json", "a.json"],
        &["data.json", "metadata.json"],
    ] {
        assert!(
            matches!(named(names), Err(Error::AttachmentName(_))),
            "{names:?}"
        );
    }
    assert!(named(&["metadata.xml", "proof-1.json"]).is_ok());
}

//! Files made by software that is not ours.

use std::path::PathBuf;

use ofd::{Inspection, Limits, Package, inspect};

/// The folder of public test files, which stands beside the project where there is one.
fn interop() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/interop");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the interoperability files are not here");
    None
}

fn read(name: &str) -> Option<(Package, Inspection)> {
    let file = std::fs::read(interop()?.join(name)).unwrap();
    let package = Package::read(&file, &Limits::default()).unwrap();
    let found = inspect(&package).unwrap();
    Some((package, found))
}

#[test]
fn an_unsigned_file_is_read() {
    let Some((_, found)) = read("helloworld.ofd") else {
        return;
    };
    assert_eq!(
        found.doc_id.as_deref(),
        Some("220c5913ebfe4f6e8070dabd3647f157")
    );
    assert_eq!(found.pages.len(), 1);
    assert_eq!(
        (found.pages[0].width, found.pages[0].height),
        (210.0, 297.0)
    );
    assert_eq!(found.pages[0].text, "你好呀，OFD Reader&Writer！");
    assert!(found.signatures.is_empty());
}

#[test]
fn sealed_files_list_their_signatures() {
    for name in ["SESV4SignDoc.ofd", "allprotected.ofd"] {
        let Some((package, found)) = read(name) else {
            return;
        };
        assert_eq!(found.pages[0].text, "你好呀，OFD Reader&Writer！");
        assert_eq!(
            found.signature_list.as_deref(),
            Some("Doc_0/Signs/Signatures.xml")
        );
        assert_eq!(found.signatures.len(), 1);
        assert_eq!(found.signatures[0].kind, "Seal");
        assert_eq!(found.signatures[0].path, "Doc_0/Signs/Sign_0/Signature.xml");
        assert!(package.get(&found.signatures[0].path).is_some());
    }
}

#[test]
fn a_file_of_several_pages_is_read() {
    let Some((_, found)) = read("V4RideRight.ofd") else {
        return;
    };
    assert_eq!(found.pages.len(), 5);
    let ids: Vec<&str> = found.pages.iter().map(|page| page.id.as_str()).collect();
    assert_eq!(ids, ["1", "21", "43", "63", "83"]);
    assert_eq!(found.signatures[0].id, "s001");
}

#[test]
fn declaring_signatures_leaves_a_signed_file_as_it_is() {
    let Some((mut package, _)) = read("allprotected.ofd") else {
        return;
    };
    let before = package.clone();
    assert_eq!(
        package.declare_signatures().unwrap(),
        "Doc_0/Signs/Signatures.xml"
    );
    assert_eq!(package, before);
}

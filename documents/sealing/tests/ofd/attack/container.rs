//! Every trick with the container.

use sealing::{Reason, pack};

use super::Table;
use crate::container::{Raw, entries, raw, zip};
use crate::make::{PAGE, WORLD, document};

#[test]
fn every_container_trick() {
    let mut table = Table::default();
    let page = PAGE.as_bytes();
    let with = |edit: &dyn Fn(&mut Vec<Raw>)| {
        let mut all = entries();
        edit(&mut all);
        zip(&all, &[])
    };
    let at_page = |edit: &dyn Fn(&mut Raw)| {
        with(&|all| edit(all.iter_mut().find(|e| e.name == page).unwrap()))
    };
    let more = |name: &str| with(&|all| all.push(raw(name, b"x")));
    let plain = zip(&entries(), &[]);
    let doubled = Reason::DuplicateEntry;
    let odd = Reason::ContainerAnomaly;
    let deep = format!("{}x", "a/".repeat(40));
    let long = "n".repeat(600);
    let rows: Vec<(&str, Vec<u8>, Reason)> = vec![
        ("doubled entry", more(PAGE), doubled),
        (
            "names that differ in case",
            more(&PAGE.to_uppercase()),
            doubled,
        ),
        ("a name that climbs out: ../x", more("../x"), odd),
        ("a name that climbs inside: a/../x", more("Doc_0/../x"), odd),
        ("an absolute name", more("/x"), odd),
        ("a name of a drive", more("c:x"), odd),
        ("a name with a backslash", more("a\\b"), odd),
        ("a name with a line break", more("a\nb"), odd),
        ("a file that is also a folder", more("OFD.xml/x"), odd),
        ("folders nested too deep", more(&deep), odd),
        ("a name too long", more(&long), odd),
        (
            "local and central name differ",
            at_page(&|e| e.name[0] = b'X'),
            odd,
        ),
        (
            "local and central size differ",
            {
                let mut bytes = plain.clone();
                bytes[22] ^= 1;
                bytes
            },
            odd,
        ),
        (
            "local and central check sum differ",
            {
                let mut bytes = plain.clone();
                bytes[14] ^= 1;
                bytes
            },
            odd,
        ),
        (
            "local and central method differ",
            {
                let mut bytes = plain.clone();
                bytes[8] = 8;
                bytes
            },
            odd,
        ),
        ("an encrypted entry", at_page(&|e| e.flags |= 1), odd),
        ("an unknown compression", at_page(&|e| e.method = 12), odd),
        ("a symbolic link", at_page(&|e| e.mode = 0o120_777), odd),
        ("a device", at_page(&|e| e.mode = 0o020_666), odd),
        (
            "a comment at an entry",
            at_page(&|e| e.comment = b"c".to_vec()),
            odd,
        ),
        (
            "a second name in the extra field",
            at_page(&|e| {
                e.extra = [&[0x75, 0x70, 8, 0, 1, 0, 0, 0, 0][..], b"abc"].concat();
            }),
            odd,
        ),
        (
            "data before the container",
            [b"MZ", &plain[..]].concat(),
            odd,
        ),
        ("data after the end", [&plain[..], b"x"].concat(), odd),
        (
            "a second container after the end",
            [&plain[..], &plain].concat(),
            odd,
        ),
        (
            "data hidden between entries",
            zip(&entries(), b"hidden"),
            odd,
        ),
        (
            "a bomb: a size that the data cannot have",
            with(&|all| {
                let mut bomb = raw("bomb", b"\x03\x00");
                (bomb.method, bomb.size) = (8, 400 << 20);
                all.push(bomb);
            }),
            odd,
        ),
        (
            "a bomb: more than any document has",
            with(&|all| {
                let mut bomb = raw("bomb", &[0; 1 << 20]);
                (bomb.method, bomb.size) = (8, 900 << 20);
                all.push(bomb);
            }),
            odd,
        ),
        ("a wrong check sum", at_page(&|e| e.crc ^= 1), odd),
        ("a folder with contents", more("hidden/"), odd),
    ];
    for (how, bytes, reason) in rows {
        table.bytes("container", how, &bytes, reason);
    }
    table.holds();
    // An OFD in an OFD is a part like any other: covered, or told.
    let inner = pack(&WORLD.sealed(document("2"))).unwrap();
    let mut parts = document("1");
    parts.push(("Doc_0/Attachs/inner.ofd".into(), inner.clone()));
    let sealed = WORLD.sealed(parts);
    assert!(crate::make::verdict(&sealed).is_valid());
    let mut parts = WORLD.sealed(document("1"));
    parts.push(("Doc_0/Attachs/inner.ofd".into(), inner));
    assert_eq!(
        crate::make::failures(&crate::make::verdict(&parts)),
        [Reason::PartUncovered]
    );
}

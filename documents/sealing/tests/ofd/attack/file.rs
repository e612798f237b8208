//! Every part of the file.

use sealing::Reason;

use super::Table;
use crate::make::{PAGE, SIGN, WORLD, document, get, replace};

/// Which reason a changed byte of this part has.
fn changed(name: &str) -> Reason {
    match name.rsplit('/').next().unwrap() {
        "SignedValue.dat" => Reason::StampBroken,
        "Signature.xml" => Reason::StampMoved,
        "Content.xml" => Reason::FaceReplaced,
        _ => Reason::PartChanged,
    }
}

#[test]
fn every_part_of_the_file() {
    let mut table = Table::default();
    let sealed = WORLD.sealed(document("1"));
    for (index, (name, data)) in sealed.iter().enumerate() {
        let mut parts = sealed.clone();
        parts[index].1.push(b' ');
        table.parts(
            "part",
            format!("{name} longer by a blank"),
            &parts,
            changed(name),
        );
        let mut parts = sealed.clone();
        parts.remove(index);
        let reason = match name.rsplit('/').next().unwrap() {
            "OFD.xml" => continue,
            "Signature.xml" | "SignedValue.dat" | "Seal.esl" | "Signatures.xml" => {
                Reason::SealRemoved
            }
            _ => Reason::PartMissing,
        };
        table.parts("part", format!("{name} removed"), &parts, reason);
        // Under another name: one part missing, another uncovered.
        let mut parts = sealed.clone();
        parts[index].0 = format!("{name}.x");
        let reason = match reason {
            // Nobody covers a value; under another name it is a part like any other.
            Reason::SealRemoved if name.ends_with(".dat") => Reason::PartUncovered,
            other => other,
        };
        table.parts("part", format!("{name} renamed"), &parts, reason);
        if !name.ends_with(".xml") {
            let mut parts = sealed.clone();
            parts[index].1 = data.iter().rev().copied().collect();
            table.parts("part", format!("{name} reversed"), &parts, changed(name));
        }
    }
    let mut parts = sealed.clone();
    parts.push(("Doc_0/Annots/Annotations.xml".into(), b"<x/>".to_vec()));
    table.parts("part", "a part added", &parts, Reason::PartUncovered);
    let mut parts = sealed.clone();
    replace(get(&mut parts, PAGE), "第一页", "第二页");
    table.parts("part", "another face", &parts, Reason::FaceReplaced);
    let mut parts = sealed.clone();
    replace(
        get(&mut parts, &format!("{SIGN}Signature.xml")),
        "150 220.5",
        "15 20.5",
    );
    table.parts("part", "the impression moved", &parts, Reason::StampMoved);
    let mut parts = sealed.clone();
    let named = "<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>";
    replace(get(&mut parts, "OFD.xml"), named, "");
    table.parts(
        "part",
        "the list not named any more",
        &parts,
        Reason::SealRemoved,
    );
    parts.retain(|(name, _)| !name.contains("/Signs/"));
    table.parts(
        "part",
        "every trace of the seal removed",
        &parts,
        Reason::Unsigned,
    );
    let mut other = WORLD.sealed(document("2"));
    for (file, reason) in [
        ("SignedValue.dat", Reason::StampMoved),
        ("Signature.xml", Reason::PartChanged),
    ] {
        let mut parts = sealed.clone();
        let name = format!("{SIGN}{file}");
        *get(&mut parts, &name) = get(&mut other, &name).clone();
        let how = format!("{file} of another document");
        table.parts("part", how, &parts, reason);
    }
    table.holds();
}

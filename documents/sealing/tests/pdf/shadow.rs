//! Shadow attacks (Mainka et al. 2021), attacks on certifications (Rohlmann et al. 2021) and tricks
//! with object streams and cross-reference sections, each refused with its own reason.

use gm::KeyKind;
use sealing::pdf::{sign_pdf, verify_pdf};
use sealing::{Check, Outcome, Reason, Verdict};

use crate::make::*;

const PAGE: &str = "/Type/Page/";

fn of(verdict: &Verdict, check: Check) -> (Outcome, Option<Reason>) {
    let found = verdict.findings.iter().filter(|f| f.check == check);
    let mut all: Vec<_> = found.map(|f| (f.outcome, f.reason)).collect();
    all.sort_by_key(|(outcome, _)| *outcome != Outcome::Fail);
    all[0]
}

/// A document prepared by an attacker, signed by an honest signer, changed by the attacker.
struct Case {
    name: &'static str,
    prepared: Vec<(u32, String)>,
    changed: Vec<(u32, String)>,
    reason: Reason,
}

fn stream(text: &str) -> String {
    format!("<</Length {}>>\nstream\n{text}\nendstream", text.len())
}

/// "Hide", "replace", "hide and replace", and their relatives: what the signer saw is exchanged for
/// something else that was prepared, or made, in the file.
#[test]
fn prepared_content_is_not_exchanged() {
    let house = House::new(KeyKind::P256, 1);
    let (signer, seal) = (house.signer("甲章", 1), seal());
    let plain = document(2);
    let (page, body) = body_with(&plain, PAGE);
    let (tree, tree_body) = body_with(&plain, "/Type/Pages");
    let (catalog, root) = body_with(&plain, "/Type/Catalog");
    let with = |entry: &str| body.replacen("<<", &format!("<<{entry}"), 1);
    let overlay = "<</Type/Annot/Subtype/FreeText/Rect[0 0 500 800]/F 4>>".to_owned();
    let hidden = "<</Type/Annot/Subtype/FreeText/Rect[0 0 500 800]/F 2>>".to_owned();
    let layers = |state: &str| {
        let entry =
            format!("<</OCProperties<</OCGs[160 0 R]/D<</Order[160 0 R]/{state}[160 0 R]>>>>");
        vec![
            (160, "<</Type/OCG/Name(x)>>".to_owned()),
            (catalog, root.replacen("<<", &entry, 1)),
        ]
    };
    let font = |name: &str| format!("<</Type/Font/Subtype/Type1/BaseFont/{name}>>");
    let kids = tree_body.find("/Kids").unwrap();
    let list = kids + tree_body[kids..].find('[').unwrap();
    let end = list + tree_body[list..].find(']').unwrap();
    let mut order: Vec<&str> = tree_body[list + 1..end]
        .split(" R")
        .map(str::trim)
        .collect();
    order.retain(|kid| !kid.is_empty());
    order.reverse();
    let swapped = format!(
        "{}[{} R {} R{}",
        &tree_body[..list],
        order[0],
        order[1],
        &tree_body[end..]
    );
    let cases = vec![
        Case {
            name: "hide: the covering annotation is taken away",
            prepared: vec![(150, overlay.clone()), (page, with("/Annots[150 0 R]"))],
            changed: vec![(150, "null".into())],
            reason: Reason::AnnotationChanged,
        },
        Case {
            name: "hide: the covering annotation is made invisible",
            prepared: vec![(150, overlay.clone()), (page, with("/Annots[150 0 R]"))],
            changed: vec![(150, hidden)],
            reason: Reason::AnnotationChanged,
        },
        Case {
            name: "hide: a layer is switched off",
            prepared: layers("ON"),
            changed: layers("OFF"),
            reason: Reason::ChangedAfterSigning,
        },
        Case {
            name: "replace: an overlay becomes a drawing",
            prepared: vec![
                (150, stream("0 0 1 1 re f")),
                (page, body.replace("/Contents", "/Contents 150 0 R/Other")),
            ],
            changed: vec![(150, stream("0 0 900 900 re f"))],
            reason: Reason::FaceReplaced,
        },
        Case {
            name: "replace: a font is exchanged",
            prepared: vec![
                (150, font("Helvetica")),
                (
                    page,
                    body.replace("/Resources", "/Resources<</Font<</F 150 0 R>>>>/Old"),
                ),
            ],
            changed: vec![(150, font("Symbol"))],
            reason: Reason::FaceReplaced,
        },
        Case {
            name: "hide and replace: a reference that led nowhere comes to life",
            prepared: vec![(page, with("/Annots[190 0 R]"))],
            changed: vec![(190, overlay.clone())],
            reason: Reason::HiddenShown,
        },
        Case {
            name: "the pages change places",
            prepared: vec![],
            changed: vec![(tree, swapped)],
            reason: Reason::FaceReplaced,
        },
        Case {
            name: "another page tree",
            prepared: vec![],
            changed: vec![
                (150, "<</Type/Pages/Kids[]/Count 0>>".into()),
                (catalog, String::new()),
            ],
            reason: Reason::FaceReplaced,
        },
    ];
    for case in cases {
        let prepared = append(&plain, &case.prepared);
        let first = sign_pdf(&prepared, &job(&signer, &seal, "Seal1")).unwrap();
        assert_eq!(failures(&check(&first, &house)), [], "{}", case.name);
        let bodies: Vec<(u32, String)> = case
            .changed
            .into_iter()
            .map(|(num, text)| match num == catalog {
                // The signed catalog names the form; it is kept, whatever else changes.
                true => {
                    let (_, signed) = body_with(&first, "/AcroForm");
                    let at = signed.find("/Pages ").unwrap() + "/Pages ".len();
                    let end = at + signed[at..].find('R').unwrap();
                    let other = format!("{}150 0 {}", &signed[..at], &signed[end..]);
                    let layer = signed.replace("/ON", "/OFF");
                    (num, if text.is_empty() { other } else { layer })
                }
                false => (num, text),
            })
            .collect();
        let changed = append(&first, &bodies);
        let verdict = check(&changed, &house);
        assert_eq!(
            failures(&verdict),
            [case.reason],
            "{}: {:#?}",
            case.name,
            verdict.findings
        );
        assert_eq!(
            of(&verdict, Check::Integrity).0,
            Outcome::Pass,
            "{}",
            case.name
        );
        // The same below another signature.
        let second = sign_pdf(&changed, &job(&house.signer("乙章", 2), &seal, "Seal2"));
        if let Ok(second) = second {
            assert_eq!(
                failures(&check(&second, &house)),
                [case.reason],
                "{}",
                case.name
            );
        }
    }
}

/// Files with object streams: a packed copy of an object, a stream posing as another, a table that
/// ranks before the one that was signed.
#[test]
fn tricks_with_object_streams_and_sections_are_found() {
    let house = House::new(KeyKind::P256, 1);
    let pdf = signed(&house);
    let (page, body) = body_with(&pdf, "/Type /Page/");
    let previous = {
        let at = find_last(&pdf, "startxref") + 10;
        let text = std::str::from_utf8(&pdf[at..]).unwrap();
        text.lines().next().unwrap().to_owned()
    };
    let root = {
        let at = find_last(&pdf, "/Root ") + 6;
        let text = String::from_utf8_lossy(&pdf[at..at + 12]).into_owned();
        text.split('R').next().unwrap().trim().to_owned()
    };
    let blank = body.replace("/Contents", "/Nothing");
    let packed = format!("{page} 0 {blank}");
    let first = format!("{page} 0 ").len();
    let update = |stream_type: &str, prev: &str| {
        let mut out = pdf.clone();
        let at = out.len();
        let text = format!(
            "150 0 obj\n<</Type/{stream_type}/N 1/First {first}/Length {}>>\nstream\n{packed}\n\
             endstream\nendobj\n",
            packed.len()
        );
        out.extend(text.bytes());
        let section = out.len();
        let mut rows = vec![2u8];
        rows.extend(150u32.to_be_bytes());
        rows.extend([0, 0, 1]);
        rows.extend((at as u32).to_be_bytes());
        rows.extend([0, 0, 1]);
        rows.extend((section as u32).to_be_bytes());
        rows.extend([0, 0]);
        let head = format!(
            "151 0 obj\n<</Type/XRef/Size 200/Root {root} R{prev}/W[1 4 2]/Index[{page} 1 150 2]\
             /Length {}>>\nstream\n",
            rows.len()
        );
        out.extend(head.bytes());
        out.extend(&rows);
        out.extend(format!("\nendstream\nendobj\nstartxref\n{section}\n%%EOF\n").bytes());
        verify_pdf(&out, &house.trust()).unwrap()
    };
    let prev = format!("/Prev {previous}");
    // The page is replaced by one in an object stream.
    assert_eq!(failures(&update("ObjStm", &prev)), [Reason::FaceReplaced]);
    // The same in a stream that does not say what it is.
    let verdict = update("Metadata", &prev);
    assert!(!verdict.is_valid(), "{:#?}", verdict.findings);
    // A section that leaves the signed ones out.
    let verdict = update("ObjStm", "");
    assert!(!verdict.is_valid(), "{:#?}", verdict.findings);
    let told = [Reason::ContainerAnomaly, Reason::SealRemoved];
    assert!(
        failures(&verdict).iter().any(|r| told.contains(r)),
        "{:#?}",
        verdict.findings
    );
    // One that names a section that is not there is no part of the file.
    let verdict = update("ObjStm", "/Prev 99999999");
    assert_eq!(failures(&verdict), [Reason::ChangedAfterSigning]);
}

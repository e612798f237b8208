//! [H-60] What an attacker can do to a signed PDF, and the reason we give.

use gm::KeyKind;
use sealing::pdf::{PdfError, PdfSignJob, sign_pdf, verify_pdf};
use sealing::{Check, Outcome, Reason, Verdict};

use crate::make::*;

/// How krilla writes a page, and how we write it again.
const PAGE: &str = "/Type/Page/";
const SIGNED_PAGE: &str = "/Type /Page/";

fn reason(verdict: &Verdict) -> Reason {
    assert!(!verdict.is_valid(), "{verdict:#?}");
    verdict.first_failure().unwrap().reason.unwrap()
}

fn outcome(verdict: &Verdict, check: Check) -> Outcome {
    verdict
        .findings
        .iter()
        .find(|f| f.check == check)
        .unwrap()
        .outcome
}

#[test]
fn every_changed_byte_is_found() {
    let house = House::new(KeyKind::P256, 1);
    let trust = house.trust();
    let pdf = signed(&house);
    let mut changed = pdf.clone();
    let value = contents(&pdf);
    for at in 0..pdf.len() {
        // Every byte of the value, a sample of the empty room behind it and of the rest, which the
        // digest covers. The second bit changes the case of letters, which among hexadecimal digits
        // means nothing.
        let inside = value.contains(&at) && pdf[at] != b'0';
        if !inside && !at.is_multiple_of(19) {
            continue;
        }
        for bit in [0x01, 0x20] {
            changed[at] ^= bit;
            if let Ok(verdict) = verify_pdf(&changed, &trust) {
                let told = !verdict.is_valid() || !warnings(&verdict).is_empty();
                assert!(told, "byte {at} bit {bit}: {:#?}", verdict.findings);
            }
            changed[at] ^= bit;
        }
    }
}

#[test]
fn changed_content_is_told_from_a_broken_value() {
    let house = House::new(KeyKind::P256, 1);
    let pdf = signed(&house);
    // A digit inside the seal's rectangle: the structure stays sound.
    let mut content = pdf.clone();
    let at = find_last(&pdf, "/Rect [") + 7;
    content[at] = if content[at] == b'9' { b'8' } else { b'9' };
    let verdict = check(&content, &house);
    assert_eq!(reason(&verdict), Reason::PartChanged);
    assert_eq!(outcome(&verdict, Check::Container), Outcome::Pass);
    assert_eq!(outcome(&verdict, Check::Stamp), Outcome::Pass);

    // The last digit of the ECDSA value, which ends the DER.
    let mut value = pdf.clone();
    let digits = contents(&pdf);
    let last = digits.start
        + pdf[digits.clone()]
            .iter()
            .rposition(|b| *b != b'0')
            .unwrap();
    value[last] = if value[last] == b'1' { b'2' } else { b'1' };
    let verdict = check(&value, &house);
    assert_eq!(reason(&verdict), Reason::StampBroken);
    assert_eq!(outcome(&verdict, Check::Integrity), Outcome::Pass);

    // Something hidden in the room behind the value.
    let mut hidden = pdf.clone();
    hidden[digits.end - 2] = b'7';
    assert_eq!(reason(&check(&hidden, &house)), Reason::StampBroken);
}

#[test]
fn unsigned_and_unreadable_files() {
    let house = House::new(KeyKind::P256, 1);
    let verdict = check(&document(1), &house);
    assert_eq!(reason(&verdict), Reason::Unsigned);
    assert!(verdict.signatures.is_empty());
    for wrong in [&b""[..], b"PK\x03\x04", b"hello"] {
        assert!(verify_pdf(wrong, &house.trust()).is_err());
    }
    let pdf = signed(&house);
    assert_eq!(
        reason(&check(&pdf[..pdf.len() / 2], &house)),
        Reason::ContainerAnomaly
    );
    assert_eq!(
        reason(&check(b"%PDF-1.7\nnothing", &house)),
        Reason::ContainerAnomaly
    );
    let shifted = [b"\n".to_vec(), pdf].concat();
    assert_eq!(reason(&check(&shifted, &house)), Reason::ContainerAnomaly);
}

#[test]
fn appended_bytes_are_found() {
    let house = House::new(KeyKind::P256, 1);
    for junk in [
        &b"x"[..],
        b"\n",
        b"\n\n",
        b" ",
        b"%comment\n",
        b"junk\n%%EOF\n",
        b"\0",
    ] {
        let pdf = [&signed(&house)[..], junk].concat();
        assert_eq!(
            reason(&check(&pdf, &house)),
            Reason::ChangedAfterSigning,
            "{junk:?}"
        );
    }
}

/// Incremental saving, in all the forms that fooled readers: a new page content, a new page, a new
/// annotation, a form field, an empty update, an update that only points elsewhere.
#[test]
fn appended_updates_are_found() {
    let house = House::new(KeyKind::P256, 1);
    let pdf = signed(&house);
    let page = body_with(&pdf, SIGNED_PAGE);
    let catalog = body_with(&pdf, "/Type /Catalog");
    let text = "<</Type/Annot/Subtype/FreeText/Rect[0 0 500 800]/Contents(nothing)>>".to_owned();
    let annotated = page.1.replacen("/Annots [", "/Annots [150 0 R ", 1);
    assert_ne!(annotated, page.1);
    let updates: Vec<(Vec<(u32, String)>, Reason)> = vec![
        (vec![], Reason::ChangedAfterSigning),
        (
            vec![(150, "<</Nothing true>>".into())],
            Reason::ChangedAfterSigning,
        ),
        (
            vec![
                (150, "<</Length 0>>\nstream\n\nendstream".into()),
                page.clone(),
            ],
            Reason::ChangedAfterSigning,
        ),
        (
            vec![(page.0, page.1.replace("/Contents", "/Contents 150 0 R/Old"))],
            Reason::FaceReplaced,
        ),
        (
            vec![(150, text), (page.0, annotated)],
            Reason::AnnotationChanged,
        ),
        (
            vec![(
                catalog.0,
                catalog.1.replacen("<<", "<</OpenAction[1 0 R/Fit]", 1),
            )],
            Reason::ChangedAfterSigning,
        ),
        (
            vec![(catalog.0, catalog.1.clone())],
            Reason::ChangedAfterSigning,
        ),
    ];
    for (number, (bodies, reason)) in updates.iter().enumerate() {
        let changed = append(&pdf, bodies);
        let verdict = check(&changed, &house);
        assert_eq!(failures(&verdict), [*reason], "{number}: {verdict:#?}");
        assert_eq!(
            outcome(&verdict, Check::Integrity),
            Outcome::Pass,
            "{number}"
        );
    }
}

/// The same updates, hidden under a second signature that is valid itself.
#[test]
fn a_second_signature_does_not_cover_up_an_update() {
    let house = House::new(KeyKind::P256, 1);
    let first = signed(&house);
    let page = body_with(&first, SIGNED_PAGE);
    let catalog = body_with(&first, "/Type /Catalog");
    let face = body_with(&first, "/Subtype /Form/").0;
    let form = body_with(&first, "/SigFlags").0;
    let fields = "<</SigFlags 3/Fields [7 0 R 150 0 R]>>".to_owned();
    let note = "<</Type/Annot/Subtype/FreeText/Rect[0 0 500 800]>>".to_owned();
    let seal = seal();
    let signer = house.signer("第二章", 2);
    let grown = |more: &str| {
        let body = catalog.1.replacen("<<", more, 1);
        vec![(catalog.0, body)]
    };
    let updates: Vec<(Vec<(u32, String)>, Reason)> = vec![
        (
            vec![(page.0, page.1.replace("842]", "900]"))],
            Reason::FaceReplaced,
        ),
        // Another impression in the seal already given.
        (
            vec![(
                face,
                "<</Subtype/Form/BBox[0 0 9 9]/Length 0>>\nstream\n\nendstream".into(),
            )],
            Reason::FaceReplaced,
        ),
        // A note over the page, a text field, a page that poses as a signature field.
        (
            vec![
                (150, note),
                (page.0, page.1.replace("[7 0 R]", "[7 0 R 150 0 R]")),
            ],
            Reason::AnnotationChanged,
        ),
        (
            vec![(150, "<</FT/Tx/T(x)>>".into()), (form, fields.clone())],
            Reason::FormChanged,
        ),
        (
            vec![
                (150, "<</FT/Sig/T(x)/Type/Page/V 8 0 R>>".into()),
                (form, fields.clone()),
            ],
            Reason::FormChanged,
        ),
        (
            vec![(150, "<</FT/Sig/T(x)>>".into()), (form, fields)],
            Reason::FormChanged,
        ),
        // Fields taken away, appearances to be made anew by the reader. Where the update took the
        // first seal out of its field, it is missed altogether.
        (
            vec![(form, "<</SigFlags 3/Fields []>>".into())],
            Reason::SealRemoved,
        ),
        (
            vec![(
                form,
                "<</SigFlags 3/Fields [7 0 R]/NeedAppearances true>>".into(),
            )],
            Reason::FormChanged,
        ),
        (
            grown("<</OpenAction[1 0 R/Fit]"),
            Reason::ChangedAfterSigning,
        ),
    ];
    for (bodies, reason) in &updates {
        let changed = append(&first, bodies);
        let pdf = sign_pdf(&changed, &job(&signer, &seal, "Seal2")).unwrap();
        let failed = failures(&check(&pdf, &house));
        assert!(failed.contains(reason), "{bodies:?}: {failed:?}");
    }
}

/// Shadow attack, "replace": content prepared before signing and named by nothing until an update
/// points to it. The update here is covered by a second signature.
#[test]
fn content_hidden_before_signing_does_not_come_to_light() {
    let house = House::new(KeyKind::P256, 1);
    let seal = seal();
    let (a, b) = (house.signer("甲章", 1), house.signer("乙章", 2));
    let plain = document(1);
    let (page, body) = body_with(&plain, PAGE);
    // The page names object 190, which does not exist yet.
    let waiting = body.replacen("<<", "<</Annots[190 0 R]", 1);
    let prepared = append(&plain, &[(page, waiting)]);
    let first = sign_pdf(&prepared, &job(&a, &seal, "Seal1")).unwrap();
    assert_eq!(failures(&check(&first, &house)), []);
    let ghost = "<</Type/Annot/Subtype/FreeText/Rect[0 0 500 800]>>".to_owned();
    let woken = append(&first, &[(190, ghost)]);
    let second = sign_pdf(&woken, &job(&b, &seal, "Seal2")).unwrap();
    assert_eq!(failures(&check(&second, &house)), [Reason::HiddenShown]);
}

/// The signed part names a place behind its own end, or holds a stream that runs over its end: what
/// stands there is decided by a later update.
#[test]
fn nothing_signed_may_lie_behind_its_end() {
    let house = House::new(KeyKind::P256, 1);
    let pdf = signed(&house);
    // The table of the signature's own update, made to name object 150 at a place still to come.
    let table = find_last(&pdf, "xref\n3 1\n") + "xref\n".len();
    let ghost = "150 0 obj\n<</Type/Annot/Subtype/FreeText/Rect[0 0 9 9]>>\nendobj\n";
    let entry = |at: usize| format!("150 1\n{at:010} 00000 n \n");
    let grown = pdf.len() + entry(0).len();
    let mut first = pdf.clone();
    first.splice(table..table, entry(grown).bytes());
    let range = find_last(&first, "/ByteRange [") + "/ByteRange ".len();
    let gap = contents(&first);
    let (start, end) = (gap.start - 1, gap.end + 1);
    let text = format!("[0 {start:<10} {end:<10} {:<10}]", first.len() - end);
    first.splice(range..range + text.len(), text.bytes());
    let first = [&first[..], ghost.as_bytes()].concat();
    let second = append(&first, &[(151, "<</Nothing true>>".into())]);
    // The digest is broken by the change, as it would not be for a signer of ill will; what counts
    // here is that the anomaly is seen by itself.
    let verdict = check(&second, &house);
    let seen = |f: &&sealing::Finding| f.check == Check::Container && f.signature == Some(0);
    let found = verdict.findings.iter().find(seen).unwrap();
    assert_eq!(
        found.reason,
        Some(Reason::ContainerAnomaly),
        "{:#?}",
        verdict.findings
    );
}

#[test]
fn a_value_moved_from_elsewhere_is_found() {
    let house = House::new(KeyKind::P256, 1);
    let seal = seal();
    let signer = house.signer("审批局公章", 1);
    let swap = |to: &[u8], at: std::ops::Range<usize>, from: &[u8]| {
        let mut out = to.to_vec();
        out[at].copy_from_slice(&from[contents(from)]);
        out
    };
    // From another document: its digest is not that of these bytes.
    let other = sign_pdf(&document(2), &job(&signer, &seal, "Seal1")).unwrap();
    let this = signed(&house);
    let moved = swap(&this, contents(&this), &other);
    let verdict = check(&moved, &house);
    assert_eq!(failures(&verdict), [Reason::PartChanged]);
    assert_eq!(
        outcome(&verdict, Check::Stamp),
        Outcome::Pass,
        "the value itself is genuine"
    );
    // From an earlier signature of the same document.
    let twice = sign_pdf(&this, &job(&signer, &seal, "Seal2")).unwrap();
    let moved = swap(&twice, contents(&twice), &this);
    assert_eq!(reason(&check(&moved, &house)), Reason::StampMoved);
}

#[test]
fn a_removed_seal_is_missed() {
    let house = House::new(KeyKind::P256, 1);
    let pdf = signed(&house);
    let (field, body) = body_with(&pdf, "/FT /Sig");
    let start = body.find("/V ").unwrap();
    let end = start + body[start..].find('R').unwrap() + 1;
    let without = format!("{}{}", &body[..start], &body[end..]);
    // The catalog as it was before, without a form.
    let (catalog, root) = body_with(&pdf, "/Type/Catalog");
    let removed = [
        append(&pdf, &[(field, without)]),
        append(&pdf, &[(catalog, root)]),
        append(&pdf, &[(body_with(&pdf, "/Type /Sig/").0, "null".into())]),
    ];
    for pdf in &removed {
        let failed = failures(&check(pdf, &house));
        assert!(failed.contains(&Reason::SealRemoved), "{failed:?}");
    }
    // Universal signature forgery: range or value emptied.
    for (from, to) in [
        ("/ByteRange [", "/ByteRangf ["),
        ("/Contents <", "/Contentt <"),
        ("/ByteRange [0", "/ByteRange [9"),
    ] {
        let mut changed = pdf.clone();
        let at = find_last(&pdf, from);
        changed[at..at + to.len()].copy_from_slice(to.as_bytes());
        let found = reason(&check(&changed, &house));
        assert!(
            matches!(found, Reason::SealRemoved | Reason::ContainerAnomaly),
            "{found:?}"
        );
    }
    let mut empty = pdf.clone();
    empty[contents(&pdf)].fill(b'0');
    assert_eq!(reason(&check(&empty, &house)), Reason::SealRemoved);
}

/// Signature wrapping: the gap is widened, and what was signed is moved into it or behind it.
#[test]
fn a_widened_gap_is_found() {
    let house = House::new(KeyKind::P256, 1);
    let pdf = signed(&house);
    let range = find_last(&pdf, "/ByteRange [");
    let gap = contents(&pdf);
    for (start, end) in [
        (gap.start - 1, gap.end + 40),
        (gap.start - 40, gap.end + 1),
        (gap.start, gap.end),
        (0, gap.end + 1),
    ] {
        let mut changed = pdf.clone();
        let text = format!("[0 {start:<10} {end:<10} {:<10}]", pdf.len() - end);
        let at = range + "/ByteRange ".len();
        changed[at..at + text.len()].copy_from_slice(text.as_bytes());
        assert_eq!(
            reason(&check(&changed, &house)),
            Reason::ContainerAnomaly,
            "{start} {end}"
        );
    }
}

/// Files that readers may understand differently: told in a verdict, and never signed by us.
#[test]
fn doubled_hidden_and_missing_objects_are_found() {
    let house = House::new(KeyKind::P256, 1);
    let plain = document(1);
    let (page, body) = body_with(&plain, PAGE);
    let expect = |pdf: &[u8], reason: Reason| {
        assert_eq!(failures(&check(pdf, &house))[0], reason);
        let refused = sign_pdf(pdf, &job(&house.signer("章", 1), &seal(), "Seal1"));
        assert!(matches!(refused, Err(PdfError::Structure(_))), "{reason:?}");
    };

    // Two bodies of one number in one revision; the table names the first.
    let mut twice = append(&plain, &[(page, body.clone()), (page, body.clone())]);
    let second = find_last(&twice, &format!("{page} 1\n"));
    twice.drain(second..second + format!("{page} 1\n0000000000 00000 n \n").len());
    expect(&twice, Reason::DuplicateEntry);

    // A body that no table names.
    let hidden = [
        &plain[..],
        format!("\n{page} 0 obj\n{body}\nendobj\n").as_bytes(),
    ]
    .concat();
    expect(&append(&hidden, &[]), Reason::ContainerAnomaly);

    // A whole update that the chain leaves out.
    let mut skipped = append(&plain, &[(150, "<</Nothing true>>".into())]);
    let start = find_last(&plain, "startxref") + 10;
    let first = String::from_utf8_lossy(&plain[start..])
        .lines()
        .next()
        .unwrap()
        .to_owned();
    skipped.extend(format!("startxref\n{first}\n%%EOF\n").bytes());
    expect(&skipped, Reason::ContainerAnomaly);

    // A table that names a place where nothing stands.
    let mut missing = append(&plain, &[(150, "<</Nothing true>>".into())]);
    let entry = find_last(&missing, "150 1\n") + "150 1\n".len();
    missing[entry..entry + 10].copy_from_slice(b"0000000009");
    expect(&missing, Reason::PartMissing);

    // One name twice in a dictionary: readers take the first or the last.
    let double = body.replacen("<<", "<</Rotate 0/Rotate 90", 1);
    expect(&append(&plain, &[(page, double)]), Reason::ContainerAnomaly);
}

/// A document that was closed: whoever adds a signature all the same is found out.
#[test]
fn a_signature_after_the_closing_one_is_found() {
    let house = House::new(KeyKind::P256, 1);
    let (signer, seal) = (house.signer("章", 1), seal());
    let closing = PdfSignJob {
        closing: true,
        ..job(&signer, &seal, "Seal1")
    };
    let closed = sign_pdf(&document(1), &closing).unwrap();
    assert!(check(&closed, &house).is_valid());
    // Opened by a changed byte, signed, and closed again: the first signature holds as before.
    let lock = find_last(&closed, "/Action /All/P 1") + "/Action /All/P ".len();
    let mut pdf = closed.clone();
    pdf[lock] = b'2';
    let mut pdf = sign_pdf(&pdf, &job(&signer, &seal, "Seal2")).unwrap();
    pdf[lock] = b'1';
    let verdict = check(&pdf, &house);
    let first: Vec<_> = verdict
        .findings
        .iter()
        .filter(|f| f.signature == Some(0))
        .collect();
    let of = |check| first.iter().find(|f| f.check == check).unwrap();
    assert_eq!(of(Check::Integrity).outcome, Outcome::Pass);
    assert_eq!(of(Check::Coverage).reason, Some(Reason::PermissionExceeded));
}

/// A signature by someone without a trusted certificate, added on top, does not pass for ours.
#[test]
fn a_strangers_signature_on_top_is_told() {
    let house = House::new(KeyKind::P256, 1);
    let stranger = House::new(KeyKind::P256, 7).signer("陌生人", 7);
    let pdf = sign_pdf(&signed(&house), &job(&stranger, &seal(), "Seal2")).unwrap();
    let verdict = check(&pdf, &house);
    assert_eq!(failures(&verdict), [Reason::CertificateForeign]);
    assert_eq!(verdict.first_failure().unwrap().signature, Some(1));
}

//! No bytes whatever make the verifier or the signer panic or run away.

use std::sync::LazyLock;

use gm::KeyKind;
use proptest::prelude::*;
use sealing::pdf::{sign_pdf, verify_pdf};

use crate::make::*;

static HOUSE: LazyLock<House> = LazyLock::new(|| House::new(KeyKind::P256, 1));
static ONE: LazyLock<Vec<u8>> = LazyLock::new(|| signed(&HOUSE));
static TWO: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let signer = HOUSE.signer("第二章", 2);
    sign_pdf(&ONE, &job(&signer, &seal(), "Seal2")).unwrap()
});

static SAMPLES: [&[u8]; 5] = [
    include_bytes!("data/lasting.pdf"),
    include_bytes!("data/archived.pdf"),
    include_bytes!("data/certified2-filled-signed.pdf"),
    include_bytes!("data/certified3-annotated.pdf"),
    include_bytes!("data/streams.pdf"),
];

#[derive(Clone, Debug)]
enum Change {
    Set(usize, u8),
    Cut(usize, usize),
    Copy(usize, usize, usize),
    Word(usize, &'static str),
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<usize>;
    let words = prop::sample::select(vec![
        "<<",
        ">>",
        "[",
        "]",
        "(",
        ")",
        "<",
        ">",
        "/",
        "%",
        " 0 obj\n",
        "endobj",
        "stream\n",
        "endstream",
        "xref\n",
        "trailer",
        "startxref\n",
        "%%EOF\n",
        "/Length 99999999999",
        "/Prev 0",
        "/Prev 17",
        "/Size -1",
        "-9223372036854775808",
        "4294967296 0 R",
        "1 0 R",
        "/ByteRange[0 1 2 3]",
        "/Contents<>",
        "/Kids[1 0 R]",
        "/Filter/FlateDecode",
        "/W[8 8 8]",
        "/Index[0 9999999]",
        "/XRefStm 5",
        "/Type/ObjStm/N 99999999/First 0",
        "/#00",
        "\0",
    ]);
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (place(), 0..4000usize).prop_map(|(at, len)| Change::Cut(at, len)),
        (place(), place(), 0..4000usize).prop_map(|(from, to, len)| Change::Copy(from, to, len)),
        (place(), words).prop_map(|(at, word)| Change::Word(at, word)),
    ]
}

fn apply(pdf: &mut Vec<u8>, change: &Change) {
    let len = pdf.len().max(1);
    let range = |at: usize, count: usize| {
        let start = (at % len).min(pdf.len());
        start..(start + count).min(pdf.len())
    };
    match *change {
        Change::Set(at, byte) => {
            if let Some(place) = pdf.get_mut(at % len) {
                *place = byte;
            }
        }
        Change::Cut(at, count) => drop(pdf.drain(range(at, count))),
        Change::Copy(from, to, count) => {
            let piece = pdf[range(from, count)].to_vec();
            let at = range(to, 0).start;
            pdf.splice(at..at, piece);
        }
        Change::Word(at, word) => {
            let at = range(at, 0).start;
            pdf.splice(at..at, word.bytes());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..Default::default() })]

    #[test]
    fn mutated_files_never_panic_and_never_pass(
        twice in any::<bool>(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let original: &Vec<u8> = if twice { &TWO } else { &ONE };
        let mut pdf = original.clone();
        for change in &changes {
            apply(&mut pdf, change);
        }
        if let Ok(verdict) = verify_pdf(&pdf, &HOUSE.trust())
            && pdf != *original
            && !(twice && pdf == *ONE)
        {
            let told = !verdict.is_valid() || !warnings(&verdict).is_empty();
            prop_assert!(told, "{:#?}", verdict.findings);
        }
        let signer = HOUSE.signer("第三章", 3);
        let _ = sign_pdf(&pdf, &job(&signer, &seal(), "Seal3"));
    }

    /// Files with a security store, a filled form, time stamps: looked into as well.
    #[test]
    fn mutated_samples_never_panic(
        which in 0..SAMPLES.len(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let mut pdf = SAMPLES[which].to_vec();
        for change in &changes {
            apply(&mut pdf, change);
        }
        let _ = verify_pdf(&pdf, &HOUSE.trust());
        let _ = sealing::pdf::inspect(&pdf);
        let _ = sealing::pdf::preserve_pdf(&pdf, &HOUSE.trust());
    }

    #[test]
    fn any_bytes_never_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = verify_pdf(&bytes, &HOUSE.trust());
        bytes.splice(0..0, b"%PDF-1.7\n".iter().copied());
        bytes.extend(b"\nstartxref\n9\n%%EOF\n");
        let _ = verify_pdf(&bytes, &HOUSE.trust());
    }
}

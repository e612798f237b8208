//! Answers of authorities that the fuzzer finds interesting: none of them panics.

use gm::cms::Signed;
use gm::{Crl, OcspResponse, TimeStampToken};
use proptest::prelude::*;

/// Samples of tokens, answers and lists, as they lie in a document.
fn samples() -> Vec<Vec<u8>> {
    let read = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pdf/data/");
        std::fs::read(format!("{folder}{name}.pdf")).unwrap()
    };
    let stamped = read("stamped");
    let digits = crate::make::contents(&stamped);
    let text = std::str::from_utf8(&stamped[digits]).unwrap();
    let value: Vec<u8> = (0..text.len() / 2)
        .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    let token = Signed::read(&value).unwrap().token.unwrap();
    let list = include_bytes!("data/sample.crl").to_vec();
    let answer = include_bytes!("data/sample.ocsp").to_vec();
    assert!(TimeStampToken::read(&token).is_ok());
    assert!(OcspResponse::from_der(&answer).is_ok());
    assert!(Crl::from_der(&list).is_ok());
    vec![value, token, list, answer]
}

fn read_all(bytes: &[u8]) {
    if let Ok(token) = TimeStampToken::read(bytes) {
        let _ = token.holds();
        let _ = token.covers(b"message");
    }
    if let Ok(answer) = OcspResponse::from_der(bytes) {
        for issuer in answer.certificates() {
            let _ = answer.answer(issuer, issuer);
        }
    }
    if let Ok((signed, _)) = Signed::read_with_content(bytes) {
        let _ = signed.verify(b"message");
        let _ = signed.companions(&[]);
    }
    let _ = Crl::from_der(bytes);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..Default::default() })]

    #[test]
    fn changed_answers_never_panic(
        which in 0usize..4,
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..5),
        cut in any::<usize>(),
    ) {
        let mut bytes = samples().swap_remove(which);
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        read_all(&bytes);
        bytes.truncate(cut % bytes.len());
        read_all(&bytes);
    }
}

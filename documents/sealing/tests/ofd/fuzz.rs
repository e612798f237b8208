//! Nothing that can be fed to a reader makes it panic, and no change passes.

use proptest::prelude::*;
use sealing::{Seal, Verdict, inspect, pack, sign_ofd, stamps, verify, verify_ofd};

use crate::make::{WORLD, document};

/// A change of some bytes.
#[derive(Clone, Debug)]
enum Change {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Remove(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        match self {
            Change::Flip(at, mask) => bytes[at.index(length)] ^= mask,
            Change::Cut(at) => bytes.truncate(at.index(length)),
            Change::Remove(at, count) => {
                let at = at.index(length);
                bytes.drain(at..(at + usize::from(*count)).min(length));
            }
            Change::Insert(at, more) => {
                let at = at.index(length);
                bytes.splice(at..at, more.iter().copied());
            }
        }
    }
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let at = any::<prop::sample::Index>;
    let change = prop_oneof![
        4 => (at(), 1u8..).prop_map(|(at, mask)| Change::Flip(at, mask)),
        1 => at().prop_map(Change::Cut),
        1 => (at(), 1u8..20).prop_map(|(at, count)| Change::Remove(at, count)),
        1 => (at(), prop::collection::vec(any::<u8>(), 1..20))
            .prop_map(|(at, more)| Change::Insert(at, more)),
    ];
    prop::collection::vec(change, 1..4)
}

/// Refused; or nothing but zeros that fill a room, which are told.
fn refused(verdict: &Verdict, before: &[u8], after: &[u8]) -> bool {
    let filled = after
        .strip_prefix(before)
        .is_some_and(|rest| rest.iter().all(|byte| *byte == 0));
    match filled {
        true => !verdict.is_valid() || crate::deviations::codes(verdict).contains("trailing_zeros"),
        false => !verdict.is_valid(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_changed_part_passes(part in any::<prop::sample::Index>(), changes in changes()) {
        let mut parts = WORLD.sealed(document("1"));
        let index = part.index(parts.len());
        let before = parts[index].1.clone();
        changes.iter().for_each(|change| change.apply(&mut parts[index].1));
        prop_assume!(parts[index].1 != before);
        if let Ok(verdict) = verify_ofd(&pack(&parts).unwrap(), &WORLD.trust()) {
            prop_assert!(refused(&verdict, &before, &parts[index].1), "{}: {verdict:#?}", parts[index].0);
        }
    }

    #[test]
    fn no_changed_signature_of_a_person_passes(changes in changes(), which in 0usize..3) {
        let officer = crate::persons::officer();
        let mut parts = sign_ofd(document("1"), &crate::persons::job(&officer)).unwrap();
        let index = parts.len() - 1 - which;
        let before = parts[index].1.clone();
        changes.iter().for_each(|change| change.apply(&mut parts[index].1));
        prop_assume!(parts[index].1 != before);
        if let Ok(verdict) = verify_ofd(&pack(&parts).unwrap(), &WORLD.trust()) {
            prop_assert!(refused(&verdict, &before, &parts[index].1), "{}: {verdict:#?}", parts[index].0);
        }
    }

    #[test]
    fn nothing_makes_an_inspection_panic(changes in changes(), which in 0usize..3) {
        let mut parts = WORLD.sealed(document("1"));
        let last = parts.len() - 1;
        changes.iter().for_each(|change| change.apply(&mut parts[last - which].1));
        let bytes = pack(&parts).unwrap();
        let _ = inspect(&bytes).map(|found| found.to_text());
        let _ = stamps(&bytes);
        let _ = inspect(&parts[last].1).map(|found| found.to_text());
        let mut seal = WORLD.seal.clone();
        changes.iter().for_each(|change| change.apply(&mut seal));
        let _ = inspect(&seal).map(|found| found.to_text());
    }

    /// A changed container is read without panic; if it still passes, it holds the same parts.
    #[test]
    fn no_changed_container_panics_or_deceives(changes in changes()) {
        let parts = WORLD.sealed(document("1"));
        let mut bytes = pack(&parts).unwrap();
        changes.iter().for_each(|change| change.apply(&mut bytes));
        if verify(&bytes, &WORLD.trust()).is_ok_and(|verdict| verdict.is_valid()) {
            prop_assert_eq!(sealing::unpack(&bytes).unwrap(), parts);
        }
    }

    #[test]
    fn no_changed_seal_panics(changes in changes()) {
        let mut seal = WORLD.seal.clone();
        changes.iter().for_each(|change| change.apply(&mut seal));
        if let Ok(seal) = Seal::parse(&seal)
            && let Ok(maker) = gm::Certificate::from_der(seal.maker)
        {
            let _ = seal.is_made_by(&maker);
        }
    }

    #[test]
    fn random_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let trust = WORLD.trust();
        let _ = verify(&bytes, &trust);
        let _ = Seal::parse(&bytes);
        let mut parts = WORLD.sealed(document("1"));
        let last = parts.len() - 1;
        parts[last].1 = bytes;
        prop_assert!(!verify_ofd(&pack(&parts).unwrap(), &trust).unwrap().is_valid());
    }
}

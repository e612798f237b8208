use std::path::Path;
use std::sync::Arc;

use gm::{Authority, AuthorityNames, FileKeyStore, KeyKind, KeyStore, Unlock};
use jiff::Timestamp;
use zeroize::Zeroizing;

/// Reproducible bytes (SplitMix64).
pub fn seeded(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed;
    move |out: &mut [u8]| {
        for chunk in out.chunks_mut(8) {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            chunk.copy_from_slice(&z.to_be_bytes()[..chunk.len()]);
        }
    }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn unlock() -> Unlock {
    Unlock::Key(Zeroizing::new([7; 32]))
}

pub fn store(folder: &Path) -> Arc<dyn KeyStore> {
    let path = folder.join("keys");
    Arc::new(FileKeyStore::open_or_create(&path, &unlock(), &mut seeded(1)).unwrap())
}

pub fn names() -> AuthorityNames {
    AuthorityNames {
        organization: "示范市政务服务管理局".into(),
        title: "示范市通办".into(),
    }
}

pub const MADE: &str = "2026-01-01T00:00:00Z";

pub fn authority(store: &Arc<dyn KeyStore>, kind: KeyKind) -> Authority {
    let mut entropy = seeded(kind as u64 + 5);
    Authority::open_or_create(store.clone(), kind, &names(), at(MADE), &mut entropy).unwrap()
}

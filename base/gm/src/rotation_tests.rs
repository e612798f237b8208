//! The key file when the power goes, or when others have it open.

use super::*;
use crate::durable::testing::PowerCut;
use crate::entropy::testing::seeded;
use crate::{KeyKind, KeyStore};

fn filled(path: &Path, unlock: &Unlock) -> FileKeyStore {
    let store = FileKeyStore::create(path, unlock, &mut seeded(1)).unwrap();
    store.create("k", KeyKind::Sm2, &mut seeded(2)).unwrap();
    store.put_secret("s", b"secret", &mut seeded(3)).unwrap();
    store
}

/// The power goes at every step of a rotation in turn: what opened the store before
/// opens it still, or what was to open it does, and everything is in it.
#[test]
fn a_rotation_that_is_broken_off_leaves_a_store_that_opens() {
    let mut finished = false;
    for steps in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let (old, new) = (Unlock::passphrase("old"), Unlock::passphrase("new"));
        let cut = Arc::new(PowerCut::after(steps));
        let store = filled(&path, &old).with_disk(cut.clone());
        let done = store.rekey(&new, &mut seeded(4));
        assert_eq!(done.is_ok(), !cut.happened() || steps == 3, "{steps}");
        // The process that was cut goes on with what it has.
        assert!(store.bare_signer("k").unwrap().sign(b"m").is_ok());
        drop(store);
        let opened = [&old, &new].map(|unlock| FileKeyStore::open(&path, unlock));
        assert_eq!(
            opened.iter().filter(|one| one.is_ok()).count(),
            1,
            "{steps}"
        );
        let [with_old, with_new] = opened;
        assert!(done.is_err() || with_new.is_ok(), "{steps}");
        let opened = with_old.or(with_new).unwrap();
        assert_eq!(opened.secret("s").unwrap().as_slice(), b"secret");
        assert!(opened.bare_signer("k").unwrap().sign(b"m").is_ok());
        // And it can be changed, and rotated, from there.
        opened.put_secret("t", b"more", &mut seeded(5)).unwrap();
        opened.rekey(&new, &mut seeded(6)).unwrap();
        assert!(FileKeyStore::open(&path, &new).is_ok());
        if done.is_ok() {
            finished = true;
            break;
        }
    }
    assert!(finished);
}

/// The same where the key file itself is exchanged: two files change, and at every
/// moment they open by the one name.
#[test]
fn a_key_file_is_exchanged_or_not_but_never_lost() {
    for steps in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("keys"), folder.path().join("unlock"));
        let old = Unlock::key_file_or_new(&key, &mut seeded(9)).unwrap();
        let before = fs::read(&key).unwrap();
        let store = filled(&path, &old).with_disk(Arc::new(PowerCut::after(steps)));
        let done = store.rekey_file(&key, &mut seeded(4));
        drop(store);
        let opened = FileKeyStore::open_by_key_file(&path, &key)
            .unwrap_or_else(|error| panic!("{steps}: {error}"));
        assert_eq!(opened.secret("s").unwrap().as_slice(), b"secret");
        // Nothing is left half done: the key file by itself opens it now.
        FileKeyStore::open(&path, &Unlock::key_file(&key).unwrap()).unwrap();
        opened.rekey_file(&key, &mut seeded(5)).unwrap();
        FileKeyStore::open_by_key_file(&path, &key).unwrap();
        if done.is_ok() {
            assert_ne!(fs::read(&key).unwrap(), before);
            assert!(FileKeyStore::open(&path, &old).is_err());
            assert!(steps > 6, "three files were written");
            return;
        }
    }
}

/// A change that fails leaves the store as it was, in memory and in the file.
#[test]
fn a_change_that_is_broken_off_changed_nothing_or_everything() {
    for steps in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let unlock = Unlock::Key(Zeroizing::new([3; 32]));
        let store = filled(&path, &unlock).with_disk(Arc::new(PowerCut::after(steps)));
        assert!(store.create("l", KeyKind::P256, &mut seeded(4)).is_err());
        let opened = FileKeyStore::open(&path, &unlock).unwrap();
        let there = opened.keys().contains(&"l".to_string());
        assert_eq!(there, steps == 2, "renamed, not flushed");
        assert!(opened.bare_signer("k").is_ok());
    }
}

/// Another process that has the store open signs on, and is told when it wants to change it.
#[test]
fn who_has_the_store_open_is_not_misled_by_a_rotation() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let old = Unlock::Key(Zeroizing::new([3; 32]));
    let beside = filled(&path, &old);
    let new = Unlock::Key(Zeroizing::new([4; 32]));
    let store = FileKeyStore::open(&path, &old).unwrap();
    std::thread::scope(|scope| {
        let signing = scope.spawn(|| {
            (0..200).all(|_| {
                let signer = beside.bare_signer("k");
                signer.is_ok_and(|signer| signer.sign(b"m").is_ok())
                    && store.bare_signer("k").is_ok_and(|s| s.sign(b"m").is_ok())
            })
        });
        store.rekey(&new, &mut seeded(4)).unwrap();
        assert!(signing.join().unwrap());
    });
    let bytes = fs::read(&path).unwrap();
    let refused = beside.put_secret("x", b"x", &mut seeded(5));
    assert!(matches!(&refused, Err(KeyError::Store(why)) if why.contains("open it anew")));
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!(beside.secret("s").unwrap().as_slice(), b"secret");
    store.put_secret("x", b"x", &mut seeded(5)).unwrap();
}

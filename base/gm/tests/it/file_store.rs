use std::fs;

use gm::{FileKeyStore, KeyError, KeyKind, KeyStore, Unlock, Vault, secret_or_new};

use crate::support::{at, authority, seeded, store, unlock};

#[test]
fn keys_and_secrets_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let first = store(folder.path());
    let authority = authority(&first, KeyKind::Sm2);
    let signature = authority.maker().unwrap().sign(b"m").unwrap();
    first
        .put_secret("session", b"secret", &mut seeded(1))
        .unwrap();
    drop(first);
    let again = store(folder.path());
    assert_eq!(
        again.keys(),
        ["ca.sm2.issuing", "ca.sm2.maker", "ca.sm2.root"]
    );
    let maker = again.signer("ca.sm2.maker").unwrap();
    assert_eq!(maker.sign(b"m").unwrap(), signature);
    assert_eq!(maker.chain().len(), 2);
    assert_eq!(again.secret("session").unwrap().as_slice(), b"secret");
    assert_eq!(again.secrets(), ["ca.sm2.issued", "session"]);
}

/// Nothing of a key can be read from the file without what opens it.
#[test]
fn the_file_opens_only_with_its_own_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let right = Unlock::passphrase("correct horse");
    let store = FileKeyStore::create(&path, &right, &mut seeded(1)).unwrap();
    store
        .put_secret("a", b"a secret to look for", &mut seeded(2))
        .unwrap();
    let bytes = fs::read(&path).unwrap();
    assert!(
        !bytes
            .windows(8)
            .any(|part| part == b"a secret" || part == b"\"secrets")
    );
    assert!(FileKeyStore::open(&path, &right).is_ok());
    let wrong = [Unlock::passphrase("correct hors"), unlock()];
    for wrong in wrong {
        assert!(matches!(
            FileKeyStore::open(&path, &wrong),
            Err(KeyError::Store(_))
        ));
    }
    assert!(FileKeyStore::create(&path, &right, &mut seeded(1)).is_err());
    // Another passphrase: the old one is of no use any more.
    store.rekey(&unlock(), &mut seeded(3)).unwrap();
    assert!(FileKeyStore::open(&path, &right).is_err());
    let opened = FileKeyStore::open(&path, &unlock()).unwrap();
    assert_eq!(
        opened.secret("a").unwrap().as_slice(),
        b"a secret to look for"
    );
}

#[test]
fn any_changed_byte_of_the_file_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let store = FileKeyStore::create(&path, &unlock(), &mut seeded(1)).unwrap();
    store.put_secret("a", b"secret", &mut seeded(2)).unwrap();
    let bytes = fs::read(&path).unwrap();
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 1;
        fs::write(&path, &changed).unwrap();
        assert!(
            FileKeyStore::open(&path, &unlock()).is_err(),
            "byte {index}"
        );
    }
}

#[test]
fn a_destroyed_key_signs_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let authority = authority(&store, KeyKind::P256);
    let subject = gm::Subject::new("某局", "某局公章");
    let (from, to) = (at("2026-02-01T00:00:00Z"), at("2027-02-01T00:00:00Z"));
    let signer = authority
        .issue_signer("seal.1", &subject, from, to, &mut seeded(4))
        .unwrap();
    assert!(signer.sign(b"m").is_ok());
    let twice = authority.issue_signer("seal.1", &subject, from, to, &mut seeded(5));
    assert!(twice.is_err());
    assert!(
        signer.sign(b"m").is_ok(),
        "a refused second key must not harm the first"
    );
    store.destroy("seal.1", &mut seeded(6)).unwrap();
    assert!(matches!(signer.sign(b"m"), Err(KeyError::Unknown(_))));
    assert!(matches!(store.signer("seal.1"), Err(KeyError::Unknown(_))));
    assert!(!store.keys().contains(&"seal.1".to_string()));
    let path = folder.path().join("keys");
    let again = FileKeyStore::open(&path, &unlock()).unwrap();
    assert!(again.signer("seal.1").is_err());
}

#[test]
fn an_uncertified_key_is_not_handed_out() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    store.create("k", KeyKind::Sm2, &mut seeded(1)).unwrap();
    assert!(matches!(store.signer("k"), Err(KeyError::Uncertified(_))));
    let other = authority(&store, KeyKind::Sm2);
    let wrong = store.certify("k", other.root(), &[], &mut seeded(2));
    assert!(matches!(wrong, Err(KeyError::Mismatch(_))));
}

#[test]
fn two_processes_keep_each_others_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (store(folder.path()), store(folder.path()));
    one.put_secret("a", b"1", &mut seeded(1)).unwrap();
    two.put_secret("b", b"2", &mut seeded(2)).unwrap();
    one.create("k", KeyKind::Sm2, &mut seeded(3)).unwrap();
    assert!(matches!(
        two.put_secret("a", b"3", &mut seeded(4)),
        Err(KeyError::Exists(_))
    ));
    assert_eq!(one.secret("b").unwrap().as_slice(), b"2");
    assert!(two.public_key("k").is_ok());
    let third = store(folder.path());
    assert_eq!(third.secrets(), ["a", "b"]);
}

#[test]
fn the_vault_keeps_its_keys_in_the_store_and_rotates_them() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let mut entropy = seeded(1);
    // A first start that was broken off between the two secrets.
    store
        .put_secret("vault.digest", &[1; 32], &mut entropy)
        .unwrap();
    let vault = Vault::from_store(&*store, &mut entropy).unwrap();
    let sealed = vault.seal("user", "phone", "u1", b"13800000000", &mut entropy);
    let digest = vault.digest("phone", "13800000000");
    assert_eq!(Vault::rotate(&*store, &mut entropy).unwrap(), 2);
    let rotated = Vault::from_store(&*store, &mut entropy).unwrap();
    assert_eq!(
        rotated.open("user", "phone", "u1", &sealed).unwrap(),
        b"13800000000"
    );
    assert!(rotated.is_outdated(&sealed) && !vault.is_outdated(&sealed));
    assert_eq!(rotated.digest("phone", "13800000000"), digest);
    let anew = rotated.seal("user", "phone", "u1", b"13800000000", &mut entropy);
    assert!(vault.open("user", "phone", "u1", &anew).is_err());
}

#[test]
fn a_secret_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let made = secret_or_new(&*store, "session", 32, &mut seeded(1)).unwrap();
    assert_eq!(made.len(), 32);
    assert_eq!(
        secret_or_new(&*store, "session", 32, &mut seeded(2)).unwrap(),
        made
    );
}

#[test]
fn a_key_file_is_made_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let first = Unlock::key_file_or_new(&path, &mut seeded(1)).unwrap();
    FileKeyStore::create(&folder.path().join("keys"), &first, &mut seeded(2)).unwrap();
    let again = Unlock::key_file_or_new(&path, &mut seeded(3)).unwrap();
    assert!(FileKeyStore::open(&folder.path().join("keys"), &again).is_ok());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let keys = fs::metadata(folder.path().join("keys")).unwrap();
        assert_eq!(keys.permissions().mode() & 0o777, 0o600);
    }
    fs::write(&path, b"short").unwrap();
    assert!(Unlock::key_file(&path).is_err());
}

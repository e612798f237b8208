//! A hardware token, played by SoftHSM. Its configuration is found through the environment, so
//! each test runs once more in a process of its own that has it.
#![cfg(feature = "pkcs11")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use gm::{
    Bundle, Certificate, CertificateRequest, CertificateSpec, FileKeyStore, KeyError, KeyKind,
    KeyPlace, KeyStore, Pkcs11Settings, Pkcs11Token, Profile, Subject, Token,
};

use crate::openssl::{accepts, openssl};
use crate::support::{at, seeded, unlock};

const FOLDER: &str = "GM_TEST_TOKEN_FOLDER";

/// Runs `body` in a process that has a fresh token “test” with the PIN 1234.
fn with_token(test: &str, body: impl FnOnce(&Path)) {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return body(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    fs::create_dir(&tokens).unwrap();
    let conf = folder.path().join("conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    fs::write(&conf, text).unwrap();
    fs::write(folder.path().join("pin"), "1234\n").unwrap();
    make_token(&conf);
    let output = Command::new(std::env::current_exe().unwrap())
        .args([&format!("pkcs11::{test}"), "--exact", "--nocapture"])
        .env("SOFTHSM2_CONF", &conf)
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).to_string();
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn make_token(conf: &Path) {
    let made = Command::new("softhsm2-util")
        .env("SOFTHSM2_CONF", conf)
        .args(["--init-token", "--free", "--label", "test"])
        .args(["--so-pin", "12345678", "--pin", "1234"])
        .output()
        .expect("softhsm2 is installed by `cargo xtask test`");
    accepts(&made);
}

fn settings(folder: &Path) -> Pkcs11Settings {
    let places = [
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    ];
    let module = places.iter().map(PathBuf::from).find(|path| path.exists());
    Pkcs11Settings {
        module: module.expect("softhsm2 is installed by `cargo xtask test`"),
        token: "test".into(),
        pin_file: folder.join("pin"),
    }
}

fn open(folder: &Path) -> (Arc<Pkcs11Token>, FileKeyStore) {
    let token = Arc::new(Pkcs11Token::open(settings(folder)).unwrap());
    let path = folder.join("keys");
    let store = FileKeyStore::open_or_create(&path, &unlock(), &mut seeded(1)).unwrap();
    (token.clone(), store.with_token(token))
}

/// [Q-16] Keys of the kinds that a token holds are made there and sign there; SM2 keys and all
/// secrets stay in the encrypted file. OpenSSL accepts what comes out of either.
#[test]
fn each_kind_of_key_lives_where_it_can() {
    with_token("each_kind_of_key_lives_where_it_can", |folder| {
        let (_, store) = open(folder);
        for (kind, place) in [
            (KeyKind::Sm2, KeyPlace::File),
            (KeyKind::P256, KeyPlace::Token("test".into())),
            (KeyKind::Rsa2048, KeyPlace::Token("test".into())),
            (KeyKind::Rsa4096, KeyPlace::Token("test".into())),
        ] {
            let name = kind.name();
            let key = store.create(name, kind, &mut seeded(kind as u64)).unwrap();
            assert_eq!(store.describe(name).unwrap().place, place);
            assert_eq!(key.key_kind(), Some(kind));
            let signer = store.bare_signer(name).unwrap();
            let request = CertificateRequest::build(&Subject::new("某局", name), &key, &*signer);
            fs::write(folder.join("r.pem"), request.unwrap().to_pem()).unwrap();
            let distid = ["-vfyopt", "distid:1234567812345678"];
            let distid = &distid[..if kind == KeyKind::Sm2 { 2 } else { 0 }];
            let verify = ["req", "-in", "r.pem", "-noout", "-verify"];
            accepts(&openssl(folder, &[&verify[..], distid].concat()));
            assert!(matches!(
                store.create(name, kind, &mut seeded(9)),
                Err(KeyError::Exists(_))
            ));
        }
        store.put_secret("s", b"secret", &mut seeded(2)).unwrap();
        // Certified keys are there after a restart, certificate and all.
        let spec = CertificateSpec {
            subject: &Subject::new("某局", "根"),
            key: &store.public_key("p256").unwrap(),
            profile: Profile::Root,
            not_before: at("2026-01-01T00:00:00Z"),
            not_after: at("2030-01-01T00:00:00Z"),
        };
        let own = spec.self_sign(&*store.bare_signer("p256").unwrap(), &mut seeded(3));
        store
            .certify("p256", &own.unwrap(), &[], &mut seeded(4))
            .unwrap();
        drop(store);
        let (_, store) = open(folder);
        let signer = store.signer("p256").unwrap();
        let certificate = Certificate::from_der(signer.certificate()).unwrap();
        let signature = signer.sign(b"m").unwrap();
        let public = certificate.public_key();
        assert_eq!(public.verify(signer.algorithm(), b"m", &signature), Ok(()));
        assert_eq!(store.secret("s").unwrap().as_slice(), b"secret");
        // Without the token the certificate is still known, and the failure says why.
        let path = folder.join("keys");
        let without = FileKeyStore::open(&path, &unlock()).unwrap();
        assert_eq!(
            without.describe("p256").unwrap().place,
            KeyPlace::AbsentToken
        );
        let why = without.signer("p256").unwrap().sign(b"m").unwrap_err();
        assert!(matches!(&why, KeyError::Token(_)), "{why}");
        assert!(without.destroy("p256", &mut seeded(5)).is_err());
        assert!(without.bare_signer("sm2").unwrap().sign(b"m").is_ok());
    });
}

#[test]
fn many_sign_at_once() {
    with_token("many_sign_at_once", |folder| {
        let (_, store) = open(folder);
        let key = store.create("k", KeyKind::P256, &mut seeded(1)).unwrap();
        let rsa = store.create("r", KeyKind::Rsa2048, &mut seeded(2)).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..24 {
                let (store, name, key) = match thread % 3 {
                    0 => (&store, "r", &rsa),
                    _ => (&store, "k", &key),
                };
                scope.spawn(move || {
                    let signer = store.bare_signer(name).unwrap();
                    for n in 0..20 {
                        let message = format!("{thread}/{n}");
                        let signature = signer.sign(message.as_bytes()).unwrap();
                        let algorithm = signer.algorithm();
                        assert_eq!(
                            key.verify(algorithm, message.as_bytes(), &signature),
                            Ok(())
                        );
                    }
                });
            }
        });
    });
}

#[test]
fn a_destroyed_key_signs_nowhere() {
    with_token("a_destroyed_key_signs_nowhere", |folder| {
        let (token, store) = open(folder);
        for name in ["a", "b"] {
            store.create(name, KeyKind::P256, &mut seeded(1)).unwrap();
        }
        let signer = store.bare_signer("a").unwrap();
        signer.sign(b"m").unwrap();
        store.destroy("a", &mut seeded(2)).unwrap();
        assert!(matches!(signer.sign(b"m"), Err(KeyError::Unknown(_))));
        // A store that did not hear of it asks the token, which has it no more. Both keys were
        // made from the same bytes, so “b” went with “a”.
        let why = store.bare_signer("b").unwrap().sign(b"m").unwrap_err();
        assert!(
            matches!(&why, KeyError::Token(why) if why.contains("not there any more")),
            "{why}"
        );
        // The token itself goes on.
        store.create("c", KeyKind::P256, &mut seeded(3)).unwrap();
        store.bare_signer("c").unwrap().sign(b"m").unwrap();
        assert_eq!(token.label(), "test");
    });
}

#[test]
fn keys_of_others_are_put_in() {
    with_token("keys_of_others_are_put_in", |folder| {
        let (_, store) = open(folder);
        for (name, how) in [
            ("ec", ["EC", "ec_paramgen_curve:P-256"]),
            ("rsa", ["RSA", "rsa_keygen_bits:3072"]),
        ] {
            let make = [
                "genpkey",
                "-algorithm",
                how[0],
                "-pkeyopt",
                how[1],
                "-out",
                "k.pem",
            ];
            accepts(&openssl(folder, &make));
            let found = Bundle::read(&fs::read(folder.join("k.pem")).unwrap(), None).unwrap();
            let key = &found.keys[0];
            store
                .import(name, key, &[], &mut seeded(name.len() as u64))
                .unwrap();
            let info = store.describe(name).unwrap();
            assert_eq!(info.place, KeyPlace::Token("test".into()));
            let signature = store.bare_signer(name).unwrap().sign(b"m").unwrap();
            let algorithm = info.kind.algorithm();
            assert_eq!(key.public_key().verify(algorithm, b"m", &signature), Ok(()));
        }
    });
}

#[test]
fn a_token_that_is_gone_is_a_clear_error() {
    with_token("a_token_that_is_gone_is_a_clear_error", |folder| {
        let wrong = |settings: Pkcs11Settings| {
            let KeyError::Token(why) = Pkcs11Token::open(settings).unwrap_err() else {
                panic!("another error");
            };
            why
        };
        let good = || settings(folder);
        let module = folder.join("nothing.so");
        assert!(wrong(Pkcs11Settings { module, ..good() }).contains("nothing.so"));
        let other = wrong(Pkcs11Settings {
            token: "other".into(),
            ..good()
        });
        assert!(
            other.contains("no token “other”; there are: test"),
            "{other}"
        );
        fs::write(folder.join("bad"), "9999").unwrap();
        let pin_file = folder.join("bad");
        let pin = wrong(Pkcs11Settings { pin_file, ..good() });
        assert!(pin.contains("the PIN is wrong"), "{pin}");
        let pin_file = folder.join("none");
        assert!(wrong(Pkcs11Settings { pin_file, ..good() }).contains("PIN file"));

        let (_, store) = open(folder);
        store.create("k", KeyKind::P256, &mut seeded(1)).unwrap();
        store.create("s", KeyKind::Sm2, &mut seeded(2)).unwrap();
        let signer = store.bare_signer("k").unwrap();
        signer.sign(b"m").unwrap();
        // Everything that the token is made of goes away while it is in use.
        let tokens = folder.join("tokens");
        fs::rename(&tokens, folder.join("away")).unwrap();
        let why = signer.sign(b"m").unwrap_err();
        assert!(matches!(&why, KeyError::Token(_)), "{why}");
        let why = store
            .create("l", KeyKind::P256, &mut seeded(3))
            .unwrap_err();
        assert!(matches!(&why, KeyError::Token(_)), "{why}");
        // What lives in the file goes on.
        store.bare_signer("s").unwrap().sign(b"m").unwrap();
    });
}

/// The device forgot who is logged in, as it does when it was away for a moment: the next use
/// logs in again.
#[test]
fn a_lost_login_is_made_good() {
    with_token("a_lost_login_is_made_good", |folder| {
        use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
        let (_, store) = open(folder);
        let key = store.create("k", KeyKind::P256, &mut seeded(1)).unwrap();
        let signer = store.bare_signer("k").unwrap();
        let beside = Pkcs11::new(settings(folder).module).unwrap();
        let _ = beside.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
        let slots = beside.get_slots_with_initialized_token().unwrap();
        for n in 0..3u8 {
            // A login belongs to the process and to all its sessions.
            let session = beside.open_rw_session(slots[0]).unwrap();
            session.logout().unwrap();
            let signature = signer.sign(&[n]).unwrap();
            assert_eq!(key.verify(signer.algorithm(), &[n], &signature), Ok(()));
        }
        beside.open_rw_session(slots[0]).unwrap().logout().unwrap();
        fs::write(folder.join("pin"), "9999").unwrap();
        let why = signer.sign(b"m").unwrap_err();
        assert!(
            matches!(&why, KeyError::Token(why) if why.contains("PIN is wrong")),
            "{why}"
        );
        fs::write(folder.join("pin"), "1234").unwrap();
        signer.sign(b"m").unwrap();
    });
}

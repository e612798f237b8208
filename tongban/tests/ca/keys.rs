//! The keys of an installation, certified by an authority that is not its own.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use gm::{Authority, AuthorityNames, FileKeyStore, KeyKind, Unlock};
use kernel::{Clock, Randomness, SystemClock, SystemRandom};
use serde_json::Value;

use super::{Said, openssl, tongban, tongban_with};

/// A data folder with the keys of an installation that was started once, and an authority
/// elsewhere.
fn installation(folder: &Path) {
    let data = folder.join("data");
    fs::create_dir(&data).unwrap();
    let mut entropy = |out: &mut [u8]| SystemRandom.fill(out);
    let unlock = Unlock::key_file_or_new(&data.join("keys.unlock"), &mut entropy).unwrap();
    let store = FileKeyStore::create(&data.join("keys.store"), &unlock, &mut entropy).unwrap();
    let names = AuthorityNames {
        organization: "示范市政务局".into(),
        title: "通办".into(),
    };
    let (store, now) = (Arc::new(store), SystemClock.now());
    for kind in [KeyKind::Sm2, KeyKind::P256] {
        Authority::create(store.clone(), kind, &names, now, &mut entropy).unwrap();
    }
    let make = "ca make real --title 依法设立的机构 --organization 某认证公司";
    tongban(folder, make).ok();
}

fn list(folder: &Path) -> Vec<Value> {
    let told = tongban(folder, "keys list --json").ok().json();
    told["keys"].as_array().unwrap().clone()
}

fn key(folder: &Path, name: &str) -> Value {
    let all = list(folder);
    let found = all.iter().find(|one| one["name"] == name);
    found.unwrap_or(&Value::Null).clone()
}

fn issue(folder: &Path, options: &str) {
    tongban(
        folder,
        &format!("ca issue real --request r.pem --out c.pem {options}"),
    )
    .ok();
}

fn import(folder: &Path, name: &str, files: &str) -> Said {
    tongban(folder, &format!("keys import {name} {files} --json"))
}

#[test]
fn a_key_is_asked_for_certified_and_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    installation(folder);
    let ask = "keys request tsa --kind p256 --common-name 时间戳 --organization 某局 --out r.pem";
    tongban(folder, ask).ok();
    tongban(folder, ask).stopped("exists already");
    openssl(folder, "req -in r.pem -noout -verify").ok();
    assert_eq!(key(folder, "tsa")["state"], "uncertified");
    issue(folder, "--profile tsa --days 400");
    // Each thing that can be wrong with what came back.
    let one = fs::read_to_string(folder.join("c.pem")).unwrap();
    let end = "-----END CERTIFICATE-----\n";
    let own = one.split_inclusive(end).next().unwrap();
    fs::write(folder.join("own.pem"), own).unwrap();
    import(folder, "tsa", "own.pem").refused("chain_incomplete");
    import(folder, "tsa", "real/root-p256.pem").refused("other_key");
    import(folder, "tsa", "real/ca.json").refused("unreadable");
    import(folder, "ca.sm2.root", "c.pem").refused("bound");
    import(folder, "seal.x.sm2", "c.pem").refused("bound");
    import(folder, "nobody", "c.pem").stopped("nobody");
    assert_eq!(key(folder, "tsa")["state"], "uncertified");
    // Whole, in two files.
    import(folder, "tsa", "real/chain-p256.pem own.pem").ok();
    let now = key(folder, "tsa");
    assert_eq!(
        (&now["state"], &now["subject"]),
        (&"valid".into(), &"时间戳".into())
    );
    assert_eq!(now["root"], "依法设立的机构根证书（P256）");

    // The same key under a new certificate.
    tongban(folder, "keys renew tsa --out r.pem").ok();
    issue(folder, "--profile tsa --days 30");
    import(folder, "tsa", "c.pem").ok();
    let later = key(folder, "tsa");
    assert_eq!(
        (&later["state"], &later["retired"]),
        (&"ends_soon".into(), &1.into())
    );
    // A new key, which waits under a name of its own.
    tongban(folder, "keys renew tsa --new-key --out r.pem").ok();
    assert_eq!(key(folder, "tsa")["serial"], later["serial"]);
    issue(folder, "--profile tsa --days 400");
    import(folder, "tsa", "c.pem").ok();
    let newest = key(folder, "tsa");
    assert_eq!(
        (&newest["state"], &newest["retired"]),
        (&"valid".into(), &2.into())
    );
    assert_eq!(key(folder, "tsa.next"), Value::Null);
    tongban(folder, "keys renew ca.sm2.issuing --new-key --json").refused("authority");
    // A key that was made elsewhere, in a PKCS#12 file.
    let line = "ca issue real --kind p256 --common-name 别处 --key-out k.pem --out c.pem";
    tongban(folder, line).ok();
    let line = "pkcs12 -export -inkey k.pem -in c.pem -certfile real/chain-p256.pem -passout \
                pass:pw -out k.p12";
    openssl(folder, line).ok();
    fs::write(folder.join("pw"), "pw\n").unwrap();
    fs::write(folder.join("no"), "no\n").unwrap();
    import(folder, "other", "k.p12").refused("password_needed");
    import(folder, "other", "k.p12 --password-file no").refused("wrong_password");
    import(folder, "other", "k.p12 --password-file pw").ok();
    assert_eq!(key(folder, "other")["subject"], "别处");
}

/// [H-80] The platform's own issuing authorities are put under the root of a real one, step by
/// step as the operations manual says.
#[test]
fn the_own_authority_is_put_under_a_real_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    installation(folder);
    for kind in ["sm2", "p256"] {
        let name = format!("ca.{kind}.issuing");
        assert_eq!(
            key(folder, &name)["root"],
            format!("通办根证书（{}）", kind.to_uppercase())
        );
        tongban(folder, &format!("keys request {name} --out r.pem")).ok();
        // Not as a signer, and not under another name.
        issue(folder, "--profile signer");
        import(folder, &name, "c.pem").refused("unfit");
        issue(folder, "--profile intermediate --common-name 别名");
        import(folder, &name, "c.pem").refused("not_adopted");
        issue(folder, "--profile intermediate --days 1000");
        import(folder, &name, "c.pem").ok();
        let root = format!("依法设立的机构根证书（{}）", kind.to_uppercase());
        for name in [name, format!("ca.{kind}.maker")] {
            let now = key(folder, &name);
            assert_eq!(
                (&now["root"], &now["retired"]),
                (&root.as_str().into(), &1.into())
            );
        }
    }
    // And the other way: the own root renews what it issued.
    tongban(folder, "keys renew ca.sm2.issuing --own").ok();
    assert_eq!(key(folder, "ca.sm2.maker")["root"], "通办根证书（SM2）");
    tongban(folder, "keys renew journal --own").stopped("journal");
}

/// Key file, passphrase and data key are changed, and only what is in force opens the
/// store.
#[test]
fn the_store_is_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    installation(folder);
    let before = list(folder);
    let first = fs::read(folder.join("data/keys.unlock")).unwrap();
    tongban(folder, "keys rotate").ok();
    assert_ne!(fs::read(folder.join("data/keys.unlock")).unwrap(), first);
    assert_eq!(list(folder), before);
    let told = tongban(folder, "keys rotate --data-key --json").ok().json();
    assert_eq!(
        (&told["rotated"], &told["version"]),
        (&"data_key".into(), &1.into())
    );
    assert_eq!(
        tongban(folder, "keys rotate --data-key --json").ok().json()["version"],
        2
    );

    // To a passphrase, and to another one.
    for (words, text) in [
        ("one", "一年之计在于春一日之计在于晨"),
        ("two", "种瓜得瓜种豆得豆天道酬勤"),
    ] {
        fs::write(folder.join(words), format!("{text}\n")).unwrap();
    }
    let variable = "TONGBAN_KEY_PASSPHRASE_FILE";
    let told = tongban(folder, "keys rotate --to-passphrase-file one --json")
        .ok()
        .json();
    assert_eq!(told["variable"], variable);
    tongban(folder, "keys list").stopped("opened with a passphrase");
    let with = |file: &str, line: &str| tongban_with(folder, line, &[(variable, file)]);
    with("one", "keys rotate --to-passphrase-file two").ok();
    with("one", "keys list").stopped("wrong passphrase");
    with("none", "keys list").stopped("none");
    with("two", "keys rotate").ok();
    assert_eq!(
        with("two", "keys list --json").ok().json()["keys"],
        Value::Array(before.clone())
    );
    // And to a key file in another place.
    with("two", "keys rotate --to-key-file elsewhere").ok();
    let elsewhere = [("TONGBAN_KEY_FILE", "elsewhere")];
    let told = tongban_with(folder, "keys list --json", &elsewhere)
        .ok()
        .json();
    assert_eq!(told["keys"], Value::Array(before));
    // The former key file is still in its place, and opens nothing.
    tongban(folder, "keys list").stopped("wrong passphrase");

    let doctor = |variables: &[(&str, &str)]| tongban_with(folder, "doctor", variables).out;
    let beside = "key file lies beside the database";
    assert!(!doctor(&elsewhere).contains(beside));
    fs::write(folder.join("data/words"), "demo").unwrap();
    let said = doctor(&[(variable, "data/words")]);
    for wanted in [
        "passphrase file lies beside the database",
        "known or short one",
        "the passphrase file is readable by others",
    ] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    let said = doctor(&[(variable, "two")]);
    assert!(!said.contains("known or short"), "{said}");
}

//! A certificate authority in a folder.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{openssl, tongban};

const MAKE: &str = "ca make ca --title 示范市 --organization 示范市政务局 --json";

fn made(folder: &Path, kinds: &[&str]) {
    let kinds: String = kinds.iter().map(|kind| format!(" --kind {kind}")).collect();
    let told = tongban(folder, &format!("{MAKE}{kinds}")).ok().json();
    assert_eq!(told["ok"], true);
}

/// The option by which OpenSSL is told the identifier of SM2 signatures.
fn distid(kind: &str) -> &'static str {
    if kind == "sm2" {
        " -vfyopt distid:1234567812345678"
    } else {
        ""
    }
}

/// OpenSSL applies `distid` to the certificate that is verified only, so SM2 goes link by link.
fn verify(folder: &Path, kind: &str, file: &str, more: &str) {
    let distid = distid(kind);
    let line = if kind == "sm2" {
        // The issuing authority stands first in the chain's file.
        format!("verify -x509_strict -partial_chain{distid}{more} -CAfile ca/chain-sm2.pem {file}")
    } else {
        format!(
            "verify -x509_strict{more} -CAfile ca/root-{kind}.pem -untrusted ca/chain-{kind}.pem \
             {file}"
        )
    };
    let line = line.replace("  ", " ");
    openssl(folder, &line).ok();
}

/// [H-80] An authority of its own: roots, issuing authorities, certificates for every purpose,
/// revocation and its lists, all of which OpenSSL accepts.
#[test]
fn what_the_authority_makes_is_accepted_by_openssl() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    made(folder, &["sm2", "p256", "rsa2048"]);
    let addresses = tongban(
        folder,
        "ca make other --title 别处 --organization 某局 --kind p256 --crl-url http://c.example/c.crl",
    );
    addresses.ok();
    for kind in ["sm2", "p256", "rsa2048"] {
        let distid = distid(kind);
        openssl(
            folder,
            &format!("verify -x509_strict{distid} -CAfile ca/root-{kind}.pem ca/chain-{kind}.pem"),
        )
        .ok();
        for (profile, purpose) in [
            ("signer", ""),
            ("seal-maker", ""),
            ("tsa", " -purpose timestampsign"),
            ("ocsp", " -purpose ocsphelper"),
        ] {
            let file = format!("{kind}-{profile}");
            let line = format!(
                "ca issue ca --profile {profile} --kind {kind} --common-name {file} \
                 --organization 某局 --key-out {file}.key --out {file}.pem --json"
            );
            let told = tongban(folder, &line).ok().json();
            assert_eq!(told["profile"], profile, "{told}");
            verify(folder, kind, &format!("{file}.pem"), purpose);
            // The key that was made is the one in the certificate.
            let of = |line: &str| openssl(folder, line).ok().out;
            assert_eq!(
                of(&format!("pkey -in {file}.key -pubout")),
                of(&format!("x509 -in {file}.pem -noout -pubkey"))
            );
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = fs::metadata(folder.join(format!("{file}.key"))).unwrap();
                assert_eq!(mode.permissions().mode() & 0o777, 0o600);
            }
        }
    }
    let line = "ca issue other --common-name 有地址 --key-out u.key --out u.pem";
    tongban(folder, line).ok();
    let text = openssl(folder, "x509 -in u.pem -noout -text").ok().out;
    assert!(text.contains("URI:http://c.example/c.crl"), "{text}");
}

#[test]
fn requests_of_openssl_are_certified_under_their_own_name() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    made(folder, &["sm2", "p256"]);
    for (kind, make, sign) in [
        (
            "sm2",
            "-algorithm SM2",
            " -sm3 -sigopt distid:1234567812345678",
        ),
        ("p256", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", ""),
        ("p256", "-algorithm RSA -pkeyopt rsa_keygen_bits:3072", ""),
    ] {
        openssl(folder, &format!("genpkey {make} -out k.pem")).ok();
        let line = format!("req -new -key k.pem -utf8 -subj /O=某局/CN=某局公章{sign} -out r.pem");
        openssl(folder, &line).ok();
        let line = "ca issue ca --request r.pem --out c.pem --json --days 30";
        let told = tongban(folder, line).ok().json();
        assert_eq!(told["subject"], "某局公章");
        verify(folder, kind, "c.pem", "");
        // Somebody changed the request on its way.
        let der = "req -in r.pem -outform DER -out r.der";
        openssl(folder, der).ok();
        let mut bytes = fs::read(folder.join("r.der")).unwrap();
        let at = bytes
            .windows(6)
            .position(|w| w == "公章".as_bytes())
            .unwrap();
        bytes[at + 2] ^= 1;
        fs::write(folder.join("r.der"), bytes).unwrap();
        let line = "ca issue ca --request r.der --out no.pem --json";
        tongban(folder, line).refused("bad_request");
        assert!(!folder.join("no.pem").exists());
    }
    // An authority below, for somebody else, and what it may not: issue authorities itself.
    let line = "ca issue ca --profile intermediate --kind p256 --common-name 下级 --key-out i.key \
                --out i.pem";
    tongban(folder, line).ok();
    openssl(folder, "verify -x509_strict -CAfile ca/root-p256.pem i.pem").ok();
}

fn list(folder: &Path) -> Vec<Value> {
    let told = tongban(folder, "ca list ca --json").ok().json();
    told["certificates"].as_array().unwrap().clone()
}

#[test]
fn what_is_revoked_stands_in_the_lists() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    made(folder, &["p256", "sm2"]);
    let mut serials = Vec::new();
    for name in ["甲", "乙"] {
        let line = format!(
            "ca issue ca --common-name {name} --key-out {name}.key --out {name}.pem --json"
        );
        let told = tongban(folder, &line).ok().json();
        serials.push(told["serial"].as_str().unwrap().to_owned());
    }
    let check = |name: &str| {
        tongban(folder, "ca crl ca --out lists --days 3").ok();
        let line = format!(
            "verify -x509_strict -crl_check_all -CRLfile lists/crl-p256.pem -CRLfile \
             lists/crl-root-p256.pem -CAfile ca/root-p256.pem -untrusted ca/chain-p256.pem {name}.pem"
        );
        openssl(folder, &line)
    };
    check("甲").ok();
    let upper: Vec<String> = serials[0]
        .to_uppercase()
        .as_bytes()
        .chunks(2)
        .map(|two| String::from_utf8_lossy(two).into_owned())
        .collect();
    let line = format!(
        "ca revoke ca {} --reason key-compromise --json",
        upper.join(":")
    );
    let first = tongban(folder, &line).ok().json();
    // Again, for another reason: the first date and reason stand.
    let again = format!("ca revoke ca {} --reason superseded --json", serials[0]);
    let second = tongban(folder, &again).ok().json();
    assert_eq!(
        (&first["revoked"], &first["reason"]),
        (&second["revoked"], &second["reason"])
    );
    assert_eq!(first["reason"], "key_compromise");
    let refused = check("甲");
    assert_ne!(refused.code, 0);
    assert!(
        refused.err.contains("certificate revoked"),
        "{}",
        refused.err
    );
    check("乙").ok();
    let text = openssl(
        folder,
        "crl -in lists/crl-p256.crl -inform DER -noout -text",
    )
    .ok()
    .out;
    assert!(text.contains("Key Compromise"), "{text}");

    let all = list(folder);
    let of =
        |serial: &str| all.iter().find(|one| one["serial"] == serial).unwrap()["state"].clone();
    assert_eq!(
        (of(&serials[0]), of(&serials[1])),
        ("revoked".into(), "valid".into())
    );

    // Made anew: only what was not revoked.
    let line = format!("ca reissue ca {} --days 9 --out new.pem --json", serials[0]);
    tongban(folder, &line).refused("not_reissued");
    let line = format!("ca reissue ca {} --days 9 --out new.pem --json", serials[1]);
    let told = tongban(folder, &line).ok().json();
    assert_ne!(told["serial"], serials[1].as_str());
    openssl(
        folder,
        "verify -x509_strict -CAfile ca/root-p256.pem -untrusted ca/chain-p256.pem new.pem",
    )
    .ok();
    assert_eq!(list(folder).len(), all.len() + 1);
    // What the root issued stands in the root's list.
    let line = "ca issue ca --profile intermediate --kind p256 --common-name 下级 --key-out i.key \
                --out i.pem --json";
    let below = tongban(folder, line).ok().json();
    let line = format!("ca revoke ca {}", below["serial"].as_str().unwrap());
    tongban(folder, &line).ok();
    tongban(folder, "ca crl ca --out lists").ok();
    let line = "verify -crl_check -CRLfile lists/crl-root-p256.pem -CAfile ca/root-p256.pem i.pem";
    assert!(openssl(folder, line).err.contains("certificate revoked"));
}

#[test]
fn mistakes_end_with_one_clear_line_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    tongban(folder, "ca list ca").stopped("ca make");
    fs::write(folder.join("words"), "二十四节气里没有一个叫夏天\n").unwrap();
    fs::write(folder.join("wrong"), "别的口令\n").unwrap();
    fs::write(folder.join("empty"), "\n").unwrap();
    let make = format!("{MAKE} --kind sm2");
    tongban(folder, &format!("{make} --passphrase-file empty")).stopped("empty");
    fs::remove_dir_all(folder.join("ca")).unwrap();
    tongban(folder, &format!("{make} --passphrase-file words")).ok();
    assert!(!folder.join("ca/keys.unlock").exists());
    tongban(folder, &make).stopped("not empty");
    tongban(folder, "ca list ca --passphrase-file wrong").stopped("wrong passphrase");
    tongban(folder, "ca list ca").stopped("keys.unlock");
    let ca = "--passphrase-file words --json";
    let before = list_with(folder, ca);
    tongban(folder, &format!("ca revoke ca 0123 {ca}")).refused("unknown_serial");
    tongban(folder, &format!("ca reissue ca 0123 --out x {ca}")).refused("unknown_serial");
    tongban(folder, &format!("ca revoke ca 章 {ca}")).stopped("hexadecimal");
    tongban(folder, &format!("ca issue ca --request none --out x {ca}")).stopped("none");
    tongban(folder, &format!("ca issue ca --request words --out x {ca}")).stopped("readable");
    tongban(folder, &format!("ca issue ca --key-out k --out x {ca}")).stopped("--common-name");
    let line = format!("ca issue ca --kind p256 --common-name x --key-out k --out x {ca}");
    tongban(folder, &line).stopped("p256");
    // A key that is there is not overwritten.
    fs::write(folder.join("k"), "mine").unwrap();
    let line = format!("ca issue ca --common-name x --key-out k --out x {ca}");
    tongban(folder, &line).stopped("cannot write");
    assert_eq!(fs::read(folder.join("k")).unwrap(), b"mine");
    assert_eq!(list_with(folder, ca), before);
    // A key can be encrypted, and OpenSSL opens it.
    let line =
        format!("ca issue ca --common-name x --key-out e --password-file words --out x {ca}");
    tongban(folder, &line).ok();
    openssl(folder, "pkey -in e -passin file:words -noout").ok();
    assert_ne!(openssl(folder, "pkey -in e -passin pass:no -noout").code, 0);
}

fn list_with(folder: &Path, options: &str) -> String {
    tongban(folder, &format!("ca list ca {options}")).ok().out
}

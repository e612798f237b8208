//! What OpenSSL says of our keys, certificates, revocation lists and signatures.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use gm::asn1::Element;
use gm::{
    Certificate, KeyKind, PublicKey, RevocationReason, SignatureAlgorithm, Signer, SoftKey, Subject,
};

use crate::support::{at, authority, seeded, store};

/// What OpenSSL answers; that it is missing is a failure.
pub fn openssl(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("openssl")
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("openssl is installed by `cargo xtask test`")
}

#[track_caller]
pub fn accepts(output: &Output) {
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn options(kind: KeyKind) -> &'static [&'static str] {
    match kind {
        KeyKind::Sm2 => &["-vfyopt", "distid:1234567812345678"],
        _ => &[],
    }
}

/// [I-08] Certificates chain to one configured root certificate authority.
#[test]
fn openssl_verifies_the_chain_of_a_signer() {
    for kind in [KeyKind::Sm2, KeyKind::P256] {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let authority = authority(&store, kind);
        let subject = Subject::new("示范市市场监督管理局", "示范市市场监督管理局公章");
        let signer = authority
            .issue_signer(
                "seal.1",
                &subject,
                at("2026-01-02T00:00:00Z"),
                at("2031-01-02T00:00:00Z"),
                &mut seeded(9),
            )
            .unwrap();
        let leaf = Certificate::from_der(signer.certificate()).unwrap();
        let maker = Certificate::from_der(authority.maker().unwrap().certificate()).unwrap();
        let put = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
        put("root.pem", authority.root().to_pem());
        put("issuing.pem", authority.issuing().to_pem());
        put("leaf.pem", leaf.to_pem());
        put("maker.pem", maker.to_pem());
        let time = at("2026-02-01T00:00:00Z");
        let attime = time.as_second().to_string();
        let base = [
            &["verify", "-attime", &attime, "-x509_strict"],
            options(kind),
        ]
        .concat();
        // OpenSSL applies `distid` to the one certificate that is verified, not to those above it
        // (its own SM2 chains of three fail too), so every link is verified by itself.
        for (above, below) in [
            ("root.pem", "issuing.pem"),
            ("issuing.pem", "leaf.pem"),
            ("issuing.pem", "maker.pem"),
        ] {
            let arguments = [&base[..], &["-partial_chain", "-CAfile", above, below]].concat();
            accepts(&openssl(folder.path(), &arguments));
        }

        // Revocation lists: good at first, refused once revoked.
        let crl = authority.crl(time).unwrap();
        put("root-crl.pem", authority.root_crl(time).unwrap().to_pem());
        put("crl.pem", crl.to_pem());
        if kind == KeyKind::Sm2 {
            // OpenSSL has no way of saying `distid` for a list: its signature is verified as such.
            let mut list = Element::parse(crl.der()).unwrap().inside();
            let signed = list.element().unwrap().raw;
            list.element().unwrap();
            let signature = list.element().unwrap().bits().unwrap();
            fs::write(folder.path().join("tbs"), signed).unwrap();
            fs::write(folder.path().join("s"), signature).unwrap();
            let print = [
                "x509",
                "-in",
                "issuing.pem",
                "-pubkey",
                "-noout",
                "-out",
                "pub.pem",
            ];
            accepts(&openssl(folder.path(), &print));
            let verify = [
                "dgst",
                "-sm3",
                "-sigopt",
                "distid:1234567812345678",
                "-verify",
            ];
            let verify = [&verify[..], &["pub.pem", "-signature", "s", "tbs"]].concat();
            accepts(&openssl(folder.path(), &verify));
            let read = ["crl", "-in", "crl.pem", "-noout", "-text"];
            accepts(&openssl(folder.path(), &read));
            continue;
        }
        let chain = ["-CAfile", "root.pem", "-untrusted", "issuing.pem"];
        accepts(&openssl(
            folder.path(),
            &[&base[..], &chain, &["leaf.pem"]].concat(),
        ));
        let lists = [
            "-crl_check_all",
            "-CRLfile",
            "crl.pem",
            "-CRLfile",
            "root-crl.pem",
        ];
        let arguments = [&base[..], &lists, &chain, &["leaf.pem"]].concat();
        accepts(&openssl(folder.path(), &arguments));
        let reason = RevocationReason::KeyCompromise;
        authority
            .revoke(&leaf.serial(), time, reason, &mut seeded(3))
            .unwrap();
        put("crl.pem", authority.crl(time).unwrap().to_pem());
        let output = openssl(folder.path(), &arguments);
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).to_string();
        assert!(said.contains("certificate revoked"), "{said}");
    }
}

#[test]
fn openssl_verifies_our_signatures_and_we_verify_its() {
    for kind in [KeyKind::Sm2, KeyKind::P256] {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let key = SoftKey::generate(kind, &mut seeded(4));
        fs::write(path("m"), b"message").unwrap();
        fs::write(path("s"), key.sign(b"message").unwrap()).unwrap();
        fs::write(path("key.der"), &*key.to_pkcs8().unwrap()).unwrap();
        let run = |arguments: &[&str]| openssl(folder.path(), arguments);
        let to_pem = [
            "pkey", "-inform", "DER", "-in", "key.der", "-out", "key.pem",
        ];
        accepts(&run(&to_pem));
        accepts(&run(&[
            "pkey", "-in", "key.pem", "-pubout", "-out", "pub.pem",
        ]));
        let (digest, option): (&str, &[&str]) = match kind {
            KeyKind::Sm2 => ("-sm3", &["-sigopt", "distid:1234567812345678"]),
            _ => ("-sha256", &[]),
        };
        let base = [&["dgst", digest], option].concat();
        let verify = [&base[..], &["-verify", "pub.pem", "-signature", "s", "m"]].concat();
        accepts(&run(&verify));
        fs::write(path("m"), b"massage").unwrap();
        assert!(!run(&verify).status.success());

        let sign = [&base[..], &["-sign", "key.pem", "-out", "theirs", "m"]].concat();
        accepts(&run(&sign));
        let theirs = fs::read(path("theirs")).unwrap();
        assert_eq!(
            key.public_key()
                .verify(kind.algorithm(), b"massage", &theirs),
            Ok(())
        );
    }
}

#[test]
fn rsa_signatures_of_others_are_verified() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let run = |arguments: &[&str]| openssl(folder.path(), arguments);
    let generate = [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem",
    ];
    let subject = [
        "-subj",
        "/CN=Someone",
        "-outform",
        "DER",
        "-out",
        "cert.der",
    ];
    accepts(&run(&[&generate[..], &subject].concat()));
    let certificate = Certificate::from_der(&fs::read(path("cert.der")).unwrap()).unwrap();
    assert_eq!(certificate.subject(), "Someone");
    assert_eq!(certificate.is_signed_by(&certificate), Ok(()));
    fs::write(path("m"), b"message").unwrap();
    let pss: &[&str] = &[
        "-sigopt",
        "rsa_padding_mode:pss",
        "-sigopt",
        "rsa_pss_saltlen:32",
    ];
    for (digest, options, algorithm) in [
        ("-sha256", &[][..], SignatureAlgorithm::RsaSha256),
        ("-sha384", &[], SignatureAlgorithm::RsaSha384),
        ("-sha512", &[], SignatureAlgorithm::RsaSha512),
        ("-sha256", pss, SignatureAlgorithm::RsaPssSha256),
    ] {
        let base = ["dgst", digest, "-sign", "key.pem", "-out", "s"];
        accepts(&run(&[&base[..], options, &["m"]].concat()));
        let signature = fs::read(path("s")).unwrap();
        let key: &PublicKey = certificate.public_key();
        assert_eq!(
            key.verify(algorithm, b"message", &signature),
            Ok(()),
            "{algorithm:?}"
        );
        assert!(key.verify(algorithm, b"massage", &signature).is_err());
    }
}

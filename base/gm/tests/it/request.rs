//! Requests of every kind of key, as OpenSSL sees them.

use std::fs;

use gm::asn1::Element;
use gm::{Bundle, CertificateRequest, KeyKind, KeyPlace, SoftKey, Subject};

use crate::openssl::{accepts, openssl};
use crate::support::{seeded, store};

/// The option by which OpenSSL is told the identifier of SM2 signatures.
fn distid(kind: KeyKind) -> &'static [&'static str] {
    match kind {
        KeyKind::Sm2 => &["-vfyopt", "distid:1234567812345678"],
        _ => &[],
    }
}

#[test]
fn openssl_verifies_our_requests() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    // Longer RSA keys take minutes here; they are imported below.
    for kind in [KeyKind::Sm2, KeyKind::P256, KeyKind::Rsa2048] {
        let key = store
            .create(kind.name(), kind, &mut seeded(kind as u64))
            .unwrap();
        let info = store.describe(kind.name()).unwrap();
        assert_eq!((info.kind, info.place), (kind, KeyPlace::File));
        assert!(info.chain.is_empty());
        let subject = Subject::new("示范市政务服务管理局", "签发机构");
        let signer = store.bare_signer(kind.name()).unwrap();
        let request = CertificateRequest::build(&subject, &key, &*signer).unwrap();
        assert_eq!(request.subject(), "签发机构");
        assert_eq!(request.verify(), Ok(()));
        fs::write(folder.path().join("r.pem"), request.to_pem()).unwrap();
        let arguments = ["req", "-in", "r.pem", "-noout", "-verify", "-text"];
        let output = openssl(folder.path(), &[&arguments[..], distid(kind)].concat());
        accepts(&output);
        let said = String::from_utf8_lossy(&output.stderr).to_string();
        assert!(said.contains("self-signature verify OK"), "{said}");

        let again = CertificateRequest::from_pem_or_der(request.to_pem().as_bytes()).unwrap();
        assert!(again.public_key().is_same(&key));
        // Any other byte is not what was signed, or cannot be read. Only the identifier of the
        // algorithm between the two is not signed.
        let mut outer = Element::parse(request.der()).unwrap().inside();
        let signed = outer.element().unwrap().raw.len() + 4;
        let algorithm = outer.element().unwrap().raw.len();
        for at in (0..signed).chain(signed + algorithm..request.der().len()) {
            let mut changed = request.der().to_vec();
            changed[at] ^= 1;
            let held = CertificateRequest::from_der(&changed).is_ok_and(|r| r.verify().is_ok());
            assert!(!held, "{kind:?} byte {at}");
        }
    }
}

#[test]
fn requests_of_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| accepts(&openssl(folder.path(), arguments));
    for (kind, algorithm, bits) in [
        (KeyKind::P256, "EC", "ec_paramgen_curve:P-256"),
        (KeyKind::Rsa3072, "RSA", "rsa_keygen_bits:3072"),
        (KeyKind::Rsa4096, "RSA", "rsa_keygen_bits:4096"),
    ] {
        run(&[
            "genpkey",
            "-algorithm",
            algorithm,
            "-pkeyopt",
            bits,
            "-out",
            "k.pem",
        ]);
        run(&[
            "req",
            "-new",
            "-key",
            "k.pem",
            "-utf8",
            "-subj",
            "/CN=他人/O=某局",
            "-out",
            "r.pem",
        ]);
        let text = fs::read(folder.path().join("r.pem")).unwrap();
        let request = CertificateRequest::from_pem_or_der(&text).unwrap();
        assert_eq!(request.verify(), Ok(()));
        assert_eq!(request.subject(), "他人");
        assert_eq!(request.public_key().key_kind(), Some(kind));
    }
    assert!(CertificateRequest::from_pem_or_der(b"nothing").is_err());
}

/// [I-14] RSA with SHA-256 stands beside SM2 with SM3: keys are made here or elsewhere, and sign
/// what OpenSSL verifies.
#[test]
fn rsa_keys_sign_and_openssl_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let run = |arguments: &[&str]| openssl(folder.path(), arguments);
    fs::write(path("m"), b"message").unwrap();
    let made = SoftKey::generate(KeyKind::Rsa2048, &mut seeded(8));
    for bits in ["2048", "3072", "4096"] {
        let option = format!("rsa_keygen_bits:{bits}");
        accepts(&run(&[
            "genpkey",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            &option,
            "-outform",
            "DER",
            "-out",
            "k.der",
        ]));
        let theirs = Bundle::read(&fs::read(path("k.der")).unwrap(), None).unwrap();
        let theirs = &theirs.keys[0];
        assert_eq!(theirs.kind().name(), format!("rsa{bits}"));
        for key in [theirs, &made] {
            use gm::Signer;
            fs::write(path("o.der"), &*key.to_pkcs8().unwrap()).unwrap();
            let check = ["pkey", "-inform", "DER", "-in", "o.der", "-noout", "-check"];
            accepts(&run(&check));
            accepts(&run(&[
                "pkey", "-inform", "DER", "-in", "o.der", "-pubout", "-out", "p.pem",
            ]));
            fs::write(path("s"), key.sign(b"message").unwrap()).unwrap();
            accepts(&run(&[
                "dgst",
                "-sha256",
                "-verify",
                "p.pem",
                "-signature",
                "s",
                "m",
            ]));
            let signature = key.sign(b"message").unwrap();
            let public = key.public_key();
            let algorithm = key.algorithm();
            assert_eq!(public.verify(algorithm, b"message", &signature), Ok(()));
            assert!(public.verify(algorithm, b"massage", &signature).is_err());
        }
    }
    accepts(&run(&["genrsa", "-traditional", "-out", "old.pem", "1024"]));
    let small = fs::read(path("old.pem")).unwrap();
    assert!(Bundle::read(&small, None).is_err(), "too short to be safe");
}

//! What another authority sends, made by OpenSSL.

use std::fs;
use std::path::Path;

use gm::{Bundle, CertificateRequest, ImportError, KeyError, KeyKind, Purpose, Subject};
use jiff::Timestamp;

use crate::openssl::{accepts, openssl};
use crate::support::{at, seeded, store};

/// OpenSSL's certificates begin with the day they are made, by the machine's own clock.
fn now() -> Timestamp {
    let seconds = fs::metadata("/proc/self").unwrap().modified().unwrap();
    Timestamp::try_from(seconds).unwrap() + jiff::SignedDuration::from_mins(5)
}

fn run(folder: &Path, line: &str) {
    let arguments: Vec<&str> = line.split(' ').collect();
    accepts(&openssl(folder, &arguments));
}

/// Root `root.pem` and an authority under it `ca.pem`, keys beside them.
fn authority(folder: &Path, kind: &str) {
    let extensions = "[root]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n\
        subjectKeyIdentifier=hash\n\
        [leaf]\nbasicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\n\
        [sealed]\nbasicConstraints=CA:FALSE\nkeyUsage=critical,keyEncipherment\n";
    fs::write(folder.join("ext"), extensions).unwrap();
    let make = match kind {
        "sm2" => "genpkey -algorithm SM2",
        "rsa" => "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048",
        _ => "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
    };
    for name in ["root", "ca"] {
        run(folder, &format!("{make} -out {name}.key"));
        run(
            folder,
            &format!(
                "req -new -key {name}.key -subj /CN={name} -out {name}.req{}",
                sign(kind)
            ),
        );
    }
    let own = "x509 -req -in root.req -key root.key -days 99 -extfile ext -extensions root";
    run(folder, &format!("{own} -out root.pem{}", options(kind)));
    issue(folder, kind, "ca", "root", "root", "-days 90");
}

fn sign(kind: &str) -> &'static str {
    if kind == "sm2" {
        " -sm3 -sigopt distid:1234567812345678"
    } else {
        ""
    }
}

fn options(kind: &str) -> &'static str {
    if kind == "sm2" {
        " -sm3 -sigopt distid:1234567812345678 -vfyopt distid:1234567812345678"
    } else {
        ""
    }
}

fn issue(folder: &Path, kind: &str, name: &str, by: &str, profile: &str, days: &str) {
    let options = options(kind);
    run(
        folder,
        &format!(
            "x509 -req -in {name}.req -CA {by}.pem -CAkey {by}.key -CAcreateserial {days} \
             -extfile ext -extensions {profile} -out {name}.pem{options}"
        ),
    );
}

fn bundle(folder: &Path, names: &[&str]) -> Bundle {
    let all: Vec<u8> = names
        .iter()
        .flat_map(|name| fs::read(folder.join(name)).unwrap())
        .collect();
    Bundle::read(&all, None).unwrap()
}

/// [H-80] A key that never leaves the store gets its certificate from another authority, and a
/// later one in its place; what was in use before stays for verifying.
#[test]
fn a_requested_certificate_is_taken_in_and_renewed() {
    for (kind, theirs) in [
        (KeyKind::Sm2, "sm2"),
        (KeyKind::P256, "ec"),
        (KeyKind::P256, "rsa"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        authority(folder, theirs);
        let store = store(folder);
        let ask = |name: &str, seed| {
            let key = store.create(name, kind, &mut seeded(seed)).unwrap();
            let signer = store.bare_signer(name).unwrap();
            let subject = Subject::new("某局", "某局公章");
            let request = CertificateRequest::build(&subject, &key, &*signer).unwrap();
            fs::write(folder.join("seal.req"), request.to_pem()).unwrap();
            key
        };
        let key = ask("seal", 1);
        issue(folder, theirs, "seal", "ca", "leaf", "-days 30");
        let chain =
            |names: &[&str], purpose, at| bundle(folder, names).chain(&key, &[], purpose, at);
        let whole = ["seal.pem", "ca.pem", "root.pem"];
        let good = chain(&whole, Purpose::Signing, now()).unwrap();
        assert_eq!(good.len(), 3);
        // In any order, and with what is known already.
        assert!(chain(&["root.pem", "ca.pem", "seal.pem"], Purpose::Signing, now()).is_ok());
        let known = bundle(folder, &["root.pem", "ca.pem"]).certificates;
        let alone = bundle(folder, &["seal.pem"]);
        assert!(alone.chain(&key, &known, Purpose::Signing, now()).is_ok());

        let late = now() + jiff::SignedDuration::from_hours(24 * 40);
        let why = chain(&whole, Purpose::Signing, late).unwrap_err();
        assert!(
            matches!(&why, ImportError::Ended(name, _) if name == "某局公章"),
            "{why}"
        );
        let why = chain(&whole, Purpose::Signing, at("2020-01-01T00:00:00Z")).unwrap_err();
        assert!(matches!(why, ImportError::NotBegun(..)), "{why}");
        let why = chain(&["seal.pem", "root.pem"], Purpose::Signing, now()).unwrap_err();
        assert!(
            matches!(&why, ImportError::Incomplete(_, issuer) if issuer == "ca"),
            "{why}"
        );
        let why = chain(&["ca.pem", "root.pem"], Purpose::Signing, now()).unwrap_err();
        assert!(
            matches!(&why, ImportError::OtherKey(names) if names == "ca, root"),
            "{why}"
        );
        let why = chain(&whole, Purpose::Issuing, now()).unwrap_err();
        assert!(matches!(why, ImportError::Unfit(..)), "{why}");

        store
            .certify("seal", &good[0], &good[1..], &mut seeded(2))
            .unwrap();
        let signer = store.signer("seal").unwrap();
        assert_eq!(signer.certificate(), good[0].der());

        // The same key under a new certificate.
        issue(folder, theirs, "seal", "ca", "leaf", "-days 60");
        let newer = chain(&whole, Purpose::Signing, now()).unwrap();
        assert_ne!(newer[0], good[0]);
        store
            .certify("seal", &newer[0], &newer[1..], &mut seeded(3))
            .unwrap();
        assert_eq!(
            store.describe("seal").unwrap().retired,
            std::slice::from_ref(&good)
        );

        // A new key, whose certificate may not sign, then one that may.
        let next = ask("seal.next", 4);
        assert!(matches!(
            store.supersede("seal", "seal.next", &mut seeded(5)),
            Err(KeyError::Uncertified(_))
        ));
        issue(folder, theirs, "seal", "ca", "sealed", "-days 30");
        let why = bundle(folder, &whole)
            .chain(&next, &[], Purpose::Signing, now())
            .unwrap_err();
        assert!(matches!(why, ImportError::Unfit(..)), "{why}");
        issue(folder, theirs, "seal", "ca", "leaf", "-days 30");
        let newest = bundle(folder, &whole)
            .chain(&next, &[], Purpose::Signing, now())
            .unwrap();
        let (own, above) = newest.split_first().unwrap();
        store
            .certify("seal.next", own, above, &mut seeded(6))
            .unwrap();
        store
            .supersede("seal", "seal.next", &mut seeded(7))
            .unwrap();
        let info = store.describe("seal").unwrap();
        assert!(info.public_key.is_same(&next));
        assert_eq!(info.retired, [good, newer]);
        // The old private half is gone, also for those who held it.
        assert!(matches!(signer.sign(b"m"), Err(KeyError::Unknown(_))));
        assert!(store.signer("seal").unwrap().sign(b"m").is_ok());
        assert!(matches!(
            store.describe("seal.next"),
            Err(KeyError::Unknown(_))
        ));
    }
}

#[test]
fn keys_come_in_every_usual_wrapping() {
    for kind in ["sm2", "ec", "rsa"] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        authority(folder, kind);
        let plain = bundle(folder, &["ca.key"]);
        let key = plain.keys[0].public_key();
        let pkcs8 = "pkcs8 -topk8 -in ca.key -passout pass:pw";
        let pkcs12 = "pkcs12 -export -inkey ca.key -in ca.pem -certfile root.pem -passout pass:pw";
        let mut wrappings = vec![
            format!("{pkcs8} -v2 aes256 -out f"),
            format!("{pkcs8} -v2 aes128 -outform DER -out f"),
            format!("{pkcs8} -v2 des3 -v2prf hmacWithSHA1 -out f"),
            format!("{pkcs8} -v2 sm4-cbc -v2prf hmacWithSHA256 -outform DER -out f"),
            format!("{pkcs8} -scrypt -out f"),
            format!("{pkcs12} -out f"),
            format!("{pkcs12} -legacy -out f"),
            format!("{pkcs12} -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -out f"),
        ];
        if kind != "sm2" {
            wrappings.push("pkey -in ca.key -traditional -out f".into());
        }
        for line in wrappings {
            run(folder, &line);
            let bytes = fs::read(folder.join("f")).unwrap();
            let found = Bundle::read(&bytes, Some("pw")).unwrap_or_else(|e| panic!("{line}: {e}"));
            assert!(found.keys[0].public_key().is_same(&key), "{line}");
            if !line.contains("pass:") {
                continue;
            }
            let why = Bundle::read(&bytes, Some("wrong")).err().unwrap();
            assert!(matches!(why, ImportError::WrongPassword), "{line}: {why}");
            let why = Bundle::read(&bytes, None).err().unwrap();
            assert!(matches!(why, ImportError::PasswordNeeded), "{line}: {why}");
            if line.starts_with("pkcs12") {
                let chain = found.chain(&key, &[], Purpose::Issuing, now()).unwrap();
                assert_eq!(chain.len(), 2, "{line}");
                let store = store(folder);
                let name = format!("k{}", line.len());
                store
                    .import(&name, &found.keys[0], &chain, &mut seeded(1))
                    .unwrap();
                let signature = store.signer(&name).unwrap().sign(b"m").unwrap();
                let algorithm = found.keys[0].kind().algorithm();
                assert_eq!(key.verify(algorithm, b"m", &signature), Ok(()));
            }
        }
        run(
            folder,
            "crl2pkcs7 -nocrl -certfile ca.pem -certfile root.pem -out f",
        );
        let found = Bundle::read(&fs::read(folder.join("f")).unwrap(), None).unwrap();
        assert_eq!(found.certificates.len(), 2);
    }
    for junk in [
        &b""[..],
        b"junk",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n",
        &[0x30, 0x80],
    ] {
        assert!(Bundle::read(junk, None).is_err(), "{junk:?}");
    }
}

/// GmSSL wraps its keys with SM4 under a key derived with SM3. OpenSSL 3.0 has both, and the
/// derivation, but no name for the three together: so the wrapping is put together here.
#[test]
fn a_key_wrapped_with_sm4_and_sm3_is_read() {
    use gm::asn1::{oid, sequence, small, tag, tlv};
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let key = gm::SoftKey::generate(KeyKind::Sm2, &mut seeded(1));
    fs::write(folder.join("plain"), &*key.to_pkcs8().unwrap()).unwrap();
    let derive = "kdf -keylen 16 -kdfopt digest:SM3 -kdfopt pass:pw -kdfopt hexsalt:0102030405060708 \
                  -kdfopt iter:1000 -binary -out k PBKDF2";
    run(folder, derive);
    let wrapping = hex::encode(fs::read(folder.join("k")).unwrap());
    let iv = "000102030405060708090a0b0c0d0e0f";
    let seal = format!("enc -sm4-cbc -in plain -out sealed -K {wrapping} -iv {iv}");
    run(folder, &seal);
    let sealed = fs::read(folder.join("sealed")).unwrap();
    let id = |text: &str| oid(gm::ObjectIdentifier::new(text).unwrap());
    let octets = |bytes: &[u8]| tlv(tag::OCTET_STRING, bytes);
    for prf in ["1.2.156.10197.1.401.2", "1.2.156.10197.1.401.3.1"] {
        let prf = sequence(&[&id(prf), &[5, 0]]);
        let salt = octets(&[1, 2, 3, 4, 5, 6, 7, 8]);
        let derivation = sequence(&[&salt, &small(1000), &prf]);
        let derivation = sequence(&[&id("1.2.840.113549.1.5.12"), &derivation]);
        let iv = octets(&hex::decode(iv).unwrap());
        let cipher = sequence(&[&id("1.2.156.10197.1.104.2"), &iv]);
        let scheme = sequence(&[
            &id("1.2.840.113549.1.5.13"),
            &sequence(&[&derivation, &cipher]),
        ]);
        let wrapped = sequence(&[&scheme, &octets(&sealed)]);
        let found = Bundle::read(&wrapped, Some("pw")).unwrap();
        assert!(found.keys[0].public_key().is_same(&key.public_key()));
        let why = Bundle::read(&wrapped, Some("wp")).err().unwrap();
        assert!(matches!(why, ImportError::WrongPassword), "{why}");
    }
}

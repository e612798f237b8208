//! OpenSSL as a second opinion on stamps and seals, and as an authority for time stamps.

use std::fs;
use std::path::Path;
use std::process::Command;

use gm::asn1::{self, Element, tag};
use gm::{Certificate, Signer};
use sealing::{Outcome, Part, Reason, Trust};

use crate::make::{SIGN, WORLD, day, document, failures, get, verdict_by};

/// Runs OpenSSL; none, said aloud, when it is not installed.
#[track_caller]
pub fn openssl(folder: &Path, arguments: &[&str]) -> Option<bool> {
    match Command::new("openssl")
        .current_dir(folder)
        .args(arguments)
        .output()
    {
        Ok(output) => {
            if !output.status.success() {
                println!("{}", String::from_utf8_lossy(&output.stderr));
            }
            Some(output.status.success())
        }
        Err(_) => {
            println!("skipped: openssl is not installed");
            None
        }
    }
}

/// The signature over the first element of a structure, by the key of that certificate.
fn verified(der: &[u8], certificate: &[u8]) -> Option<bool> {
    let folder = tempfile::tempdir().unwrap();
    let mut outer = Element::parse(der).unwrap().inside();
    let signed = outer.element().unwrap().raw;
    assert_eq!(outer.expect(tag::OCTET_STRING).unwrap().value, certificate);
    outer.element().unwrap();
    let signature = outer.element().unwrap().bits().unwrap();
    let put = |name: &str, data: &[u8]| fs::write(folder.path().join(name), data).unwrap();
    put("m", signed);
    put("s", signature);
    put(
        "cert.pem",
        Certificate::from_der(certificate)
            .unwrap()
            .to_pem()
            .as_bytes(),
    );
    let run = |line: &str| openssl(folder.path(), &line.split(' ').collect::<Vec<_>>());
    assert!(run("x509 -in cert.pem -noout -pubkey -out pub.pem")?);
    run("dgst -sm3 -sigopt distid:1234567812345678 -verify pub.pem -signature s m")
}

#[test]
fn openssl_verifies_stamp_and_seal() {
    let mut parts = WORLD.sealed(document("1"));
    let mut stamp = get(&mut parts, &format!("{SIGN}SignedValue.dat")).clone();
    let Some(holds) = verified(&stamp, WORLD.signer.certificate()) else {
        return;
    };
    assert!(holds);
    assert_eq!(verified(&WORLD.seal, WORLD.maker.certificate()), Some(true));
    let at = stamp.windows(9).position(|w| w == b"SEAL-0001").unwrap();
    stamp[at] ^= 1;
    assert_eq!(verified(&stamp, WORLD.signer.certificate()), Some(false));
}

const CONFIG: &str = "
[tsa]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
[ext]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
basicConstraints = critical,CA:FALSE
[req]
distinguished_name = name
x509_extensions = ext
[name]
";

/// A time-stamp authority that is its own root.
pub struct Tsa(tempfile::TempDir);

impl Tsa {
    pub fn new() -> Option<Self> {
        let this = Self(tempfile::tempdir().unwrap());
        fs::write(this.0.path().join("tsa.conf"), CONFIG).unwrap();
        fs::write(this.0.path().join("serial"), "01").unwrap();
        let made = this.run(
            "req -x509 -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.pem -subj /CN=TSA \
             -config tsa.conf",
        )?;
        assert!(made);
        Some(this)
    }

    fn run(&self, line: &str) -> Option<bool> {
        openssl(self.0.path(), &line.split_whitespace().collect::<Vec<_>>())
    }

    pub fn token(&self, data: &[u8]) -> Vec<u8> {
        fs::write(self.0.path().join("data"), data).unwrap();
        assert_eq!(
            self.run("ts -query -data data -sha256 -cert -out q"),
            Some(true)
        );
        let reply = "ts -reply -queryfile q -config tsa.conf -section tsa -token_out -out t";
        assert_eq!(self.run(reply), Some(true));
        fs::read(self.0.path().join("t")).unwrap()
    }

    /// OpenSSL takes the token to be one over these data.
    pub fn verifies(&self, token: &[u8], data: &[u8]) -> bool {
        fs::write(self.0.path().join("token"), token).unwrap();
        fs::write(self.0.path().join("stamped"), data).unwrap();
        let line = "ts -verify -data stamped -in token -token_in -CAfile tsa.pem";
        self.run(line).unwrap()
    }

    pub fn root(&self) -> Vec<u8> {
        let pem = fs::read(self.0.path().join("tsa.pem")).unwrap();
        Certificate::from_pem_or_der(&pem).unwrap()[0]
            .der()
            .to_vec()
    }
}

/// The stamp's value, and the package with a time stamp beside it.
fn with_token(token: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<Part> {
    let mut parts = WORLD.sealed(document("1"));
    let value = get(&mut parts, &format!("{SIGN}SignedValue.dat"));
    let outer = Element::parse(value).unwrap();
    let mut fields = outer.inside();
    for _ in 0..3 {
        fields.element().unwrap();
    }
    let signature = fields.element().unwrap().bits().unwrap();
    let token = asn1::tlv(tag::context(0), &asn1::bits(&token(signature)));
    *value = asn1::sequence(&[outer.value, &token]);
    parts
}

#[test]
fn time_stamps_in_stamps_are_checked() {
    let Some(tsa) = Tsa::new() else { return };
    let own = [WORLD.root.certificate().to_vec(), tsa.root()];
    let issuing = [WORLD.issuing.certificate().to_vec()];
    let trust = Trust::new(&own, &issuing, &[], day()).unwrap();
    let parts = with_token(|signature| tsa.token(signature));
    let verdict = verdict_by(&parts, &trust);
    assert!(verdict.is_valid(), "{verdict:#?}");
    assert!(verdict.signatures[0].stamped_at.is_some());
    // Who does not trust the authority takes the time the signer claims.
    let verdict = verdict_by(&parts, &WORLD.trust());
    assert!(verdict.is_valid());
    assert_eq!(verdict.signatures[0].stamped_at, None);
    let told = |f: &&sealing::Finding| f.outcome == Outcome::NotChecked;
    let told: Vec<_> = verdict.findings.iter().filter(told).collect();
    assert_eq!(told[0].reason, Some(Reason::TrustUnknown));
    // Made over something else, or changed.
    let parts = with_token(|_| tsa.token(b"something else"));
    assert_eq!(
        failures(&verdict_by(&parts, &trust)),
        [Reason::TimeStampBroken]
    );
    let parts = with_token(|_| b"no token".to_vec());
    assert_eq!(
        failures(&verdict_by(&parts, &trust)),
        [Reason::TimeStampBroken]
    );
    let whole = with_token(|signature| tsa.token(signature));
    let name = format!("{SIGN}SignedValue.dat");
    let bare = get(&mut WORLD.sealed(document("1")), &name).len();
    let length = get(&mut whole.clone(), &name).len();
    for at in (bare + 8..length).step_by(7) {
        let mut parts = whole.clone();
        get(&mut parts, &name)[at] ^= 1;
        assert!(
            !verdict_by(&parts, &trust).is_valid(),
            "byte {at} of {length}"
        );
    }
}

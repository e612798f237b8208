//! Authorities of OpenSSL: a root, a signer, a time stamp authority and a responder, reached as
//! over a network. What they say is in this machine's time.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use gm::{Certificate, Transport};
use jiff::{SignedDuration, Timestamp};

pub const TSA: &str = "http://tsa.example/stamp";
pub const OCSP: &str = "http://ocsp.example/ask";
pub const LIST: &str = "http://ca.example/list.crl";

/// A folder in which OpenSSL keeps its authorities.
pub struct Outside {
    pub folder: tempfile::TempDir,
    /// Every address asked, in order.
    pub asked: Mutex<Vec<String>>,
    /// Addresses that do not answer.
    pub dead: Mutex<Vec<&'static str>>,
    /// What OpenSSL takes for the time; none for this machine's.
    clock: Mutex<Option<Timestamp>>,
}

const CONFIG: &str = "
[ ca ]
default_ca = here
[ here ]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
crlnumber = crlnumber
default_crl_days = 7
unique_subject = no
[ any ]
commonName = supplied
countryName = optional
[ signer ]
basicConstraints = CA:false
keyUsage = critical,digitalSignature,nonRepudiation
authorityInfoAccess = OCSP;URI:http://ocsp.example/ask
crlDistributionPoints = URI:http://ca.example/list.crl
[ tsa ]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
authorityInfoAccess = OCSP;URI:http://ocsp.example/ask
crlDistributionPoints = URI:http://ca.example/list.crl
[ lax ]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = timeStamping,emailProtection
[ responder ]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = yes
[ tsa_config ]
serial = tsaserial
signer_cert = tsa.pem
signer_key = tsa.key
certs = root.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512, sm3
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
tsa_name = yes
";

impl Outside {
    /// Keys of that kind, in OpenSSL's words: `ec -pkeyopt ec_paramgen_curve:prime256v1`,
    /// `rsa:2048`.
    pub fn new(key: &str) -> Self {
        Self::made(key, None, None)
    }

    /// The same, at another time if one is given, with certificates that name this address in place of those above:
    /// `http://127.0.0.1:18100`, without a slash at the end.
    #[allow(dead_code, reason = "for tests with a clock and a server of their own")]
    pub fn under(key: &str, base: &str, now: impl Into<Option<Timestamp>>) -> Self {
        Self::made(key, Some(base), now.into())
    }

    fn made(key: &str, base: Option<&str>, clock: Option<Timestamp>) -> Self {
        let outside = Self {
            folder: tempfile::tempdir().unwrap(),
            asked: Mutex::default(),
            dead: Mutex::default(),
            clock: Mutex::new(clock),
        };
        let mut config = CONFIG.to_owned();
        if let Some(base) = base {
            config = config
                .replace("http://ocsp.example", base)
                .replace("http://ca.example", base);
        }
        outside.write("c.cnf", config.as_bytes());
        for (name, text) in [
            ("index.txt", ""),
            ("serial", "1001\n"),
            ("crlnumber", "01\n"),
            ("tsaserial", "01\n"),
        ] {
            outside.write(name, text.as_bytes());
        }
        outside.run(&format!(
            "req -x509 -nodes -newkey {key} -keyout root.key -out root.pem -days 90 -sha256 \
             -subj /C=CN/CN=root -addext keyUsage=critical,keyCertSign,cRLSign"
        ));
        for name in ["signer", "tsa", "responder"] {
            outside.certify(name, name, key);
        }
        outside.list();
        outside
    }

    pub fn certify(&self, name: &str, section: &str, key: &str) {
        self.run(&format!(
            "req -nodes -newkey {key} -keyout {name}.key -out {name}.csr -subj /C=CN/CN={name}"
        ));
        self.run(&format!(
            "ca -batch -config c.cnf -extensions {section} -in {name}.csr -cert root.pem \
             -keyfile root.key -out {name}.pem -days 60 -notext"
        ));
    }

    /// Revokes a certificate and publishes the list anew.
    pub fn revoke(&self, name: &str, reason: &str) {
        self.run(&format!(
            "ca -config c.cnf -cert root.pem -keyfile root.key -revoke {name}.pem \
             -crl_reason {reason}"
        ));
        self.list();
    }

    fn list(&self) {
        self.run("ca -config c.cnf -cert root.pem -keyfile root.key -gencrl -out crl.pem");
        self.run("crl -in crl.pem -outform DER -out crl.der");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub fn certificate(&self, name: &str) -> Certificate {
        let pem = self.read(&format!("{name}.pem"));
        Certificate::from_pem_or_der(&pem).unwrap().remove(0)
    }

    /// A moment shortly after everything was made.
    pub fn now(&self) -> Timestamp {
        self.certificate("responder").not_before() + SignedDuration::from_mins(1)
    }

    /// Lets OpenSSL believe that it is this moment.
    #[allow(dead_code, reason = "for tests with a clock of their own")]
    pub fn set(&self, now: Timestamp) {
        *self.clock.lock().unwrap() = Some(now);
    }

    fn openssl(&self) -> Command {
        match *self.clock.lock().unwrap() {
            None => Command::new("openssl"),
            Some(now) => {
                let mut command = Command::new("faketime");
                let utc = now.strftime("%Y-%m-%d %H:%M:%S").to_string();
                command.args(["-f", &utc, "openssl"]).env("TZ", "UTC");
                command
            }
        }
    }

    /// Runs OpenSSL in the folder; true when it agrees.
    pub fn says(&self, arguments: &str) -> (bool, String) {
        let output = self
            .openssl()
            .current_dir(self.folder.path())
            .args(arguments.split_whitespace())
            .output()
            .expect("openssl and faketime are installed");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        (output.status.success(), said)
    }

    #[track_caller]
    pub fn run(&self, arguments: &str) {
        let (good, said) = self.says(arguments);
        assert!(good, "openssl {arguments}: {said}");
    }
}

impl Transport for Outside {
    fn post(&self, url: &str, content_type: &str, body: &[u8]) -> Result<Vec<u8>, String> {
        self.asked.lock().unwrap().push(url.to_owned());
        if self.dead.lock().unwrap().contains(&url) {
            return Err("connection refused".into());
        }
        match (url, content_type) {
            (TSA, "application/timestamp-query") => {
                self.write("q.tsq", body);
                self.run("ts -reply -config c.cnf -section tsa_config -queryfile q.tsq -out q.tsr");
                Ok(self.read("q.tsr"))
            }
            (OCSP, "application/ocsp-request") => {
                self.write("q.req", body);
                self.run(
                    "ocsp -index index.txt -rsigner responder.pem -rkey responder.key \
                     -CA root.pem -reqin q.req -respout q.resp -ndays 7",
                );
                Ok(self.read("q.resp"))
            }
            other => Err(format!("nobody is at {other:?}")),
        }
    }

    fn get(&self, url: &str) -> Result<Vec<u8>, String> {
        self.asked.lock().unwrap().push(url.to_owned());
        if url != LIST || self.dead.lock().unwrap().contains(&LIST) {
            return Err("connection refused".into());
        }
        Ok(self.read("crl.der"))
    }
}

//! Certificates of an outside authority, with OpenSSL as that authority.

use std::path::{Path, PathBuf};
use std::process::Command;

use gm::KeyKind;
use kernel::{Actor, ActorKind, Clock, Problem, SystemClock};
use sealing::Verdict;
use seals::{Proposal, RootScope, Seal, SealError, SealType, State, UseResult};
use tempfile::TempDir;

use crate::common::{City, cities, finish, grant, notice, reserve, staff, wish};
use crate::roots::keeper;
use crate::sign::stamp;

const ID: &str = "distid:1234567812345678";

/// An authority in a folder: a root, an authority under it, and what they issue.
struct Authority {
    folder: TempDir,
    /// Arguments of `openssl genpkey`.
    key: &'static [&'static str],
    /// More arguments for signing; for SM2 the signer's identity.
    sign: &'static [&'static str],
    verify: &'static [&'static str],
}

fn openssl(folder: &Path, args: &[&str]) {
    let run = Command::new("openssl")
        .current_dir(folder)
        .args(args)
        .output();
    let run = run.expect("openssl is installed by `cargo xtask test`");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{args:?}: {said}");
}

impl Authority {
    fn sm2() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            key: &["-algorithm", "SM2"],
            sign: &["-sm3", "-sigopt", ID],
            verify: &["-vfyopt", ID],
        }
        .founded()
    }

    fn p256() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            key: &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            sign: &["-sha256"],
            verify: &[],
        }
        .founded()
    }

    fn founded(self) -> Self {
        let put = |name: &str, text: &str| std::fs::write(self.path(name), text).unwrap();
        put(
            "ca.ext",
            "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n\
             subjectKeyIdentifier=hash\n",
        );
        put(
            "leaf.ext",
            "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\n",
        );
        put("cipher.ext", "keyUsage=critical,keyEncipherment\n");
        for name in ["root", "sub"] {
            let file = format!("{name}.key");
            let args = [&["genpkey"][..], self.key, &["-out", &file]].concat();
            openssl(self.folder.path(), &args);
            let (csr, subject) = (format!("{name}.csr"), format!("/O=Outside/CN={name}"));
            let args = [
                "req", "-new", "-key", &file, "-subj", &subject, "-out", &csr,
            ];
            openssl(self.folder.path(), &[&args[..], self.sign].concat());
        }
        let own = [
            "-req", "-in", "root.csr", "-signkey", "root.key", "-extfile", "ca.ext",
        ];
        self.x509(&own, "root.pem", 900);
        let below = [
            "-req", "-in", "sub.csr", "-CA", "root.pem", "-CAkey", "root.key", "-extfile", "ca.ext",
        ];
        self.x509(&below, "sub.pem", 800);
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    fn x509(&self, args: &[&str], out: &str, days: u32) {
        let days = days.to_string();
        let rest = ["-days", &days, "-out", out];
        let all = [&["x509"][..], args, self.sign, self.verify, &rest].concat();
        openssl(self.folder.path(), &all);
    }

    /// Certifies a request; the outcome stands alone in `leaf.pem`.
    fn issue(&self, request: &str, usage: &str) -> Vec<u8> {
        std::fs::write(self.path("leaf.csr"), request).unwrap();
        let check = ["req", "-in", "leaf.csr", "-noout", "-verify"];
        openssl(self.folder.path(), &[&check[..], self.verify].concat());
        let args = [
            "-req", "-in", "leaf.csr", "-CA", "sub.pem", "-CAkey", "sub.key", "-extfile", usage,
        ];
        self.x509(&args, "leaf.pem", 500);
        self.read("leaf.pem")
    }

    /// The last one as PKCS#7, with those above it.
    fn pkcs7(&self) -> Vec<u8> {
        let args = ["crl2pkcs7", "-nocrl", "-outform", "DER", "-out", "all.p7b"];
        let files = [
            "-certfile",
            "leaf.pem",
            "-certfile",
            "sub.pem",
            "-certfile",
            "root.pem",
        ];
        openssl(self.folder.path(), &[&args[..], &files].concat());
        self.read("all.p7b")
    }

    /// Root and authority below it, as a trust list takes them.
    fn chain(&self) -> Vec<u8> {
        [self.read("root.pem"), self.read("sub.pem")].concat()
    }
}

/// The city's clock stands still while OpenSSL dates by the machine's.
fn up_to_date(city: &City) {
    city.clock.set(SystemClock.now());
}

async fn trusted(city: &City, authority: &Authority) {
    up_to_date(city);
    let now = city.ctx.now();
    let proposal = Proposal {
        certificates: authority.chain(),
        name: "某电子认证服务机构".into(),
        scope: RootScope::Seals,
        basis: "云电子印章〔2026〕9号".into(),
        valid_from: now,
        valid_to: now + jiff::SignedDuration::from_hours(24 * 600),
    };
    let root = seals::propose_root(&keeper(city, "zuoqm"), &proposal).await;
    let approved = seals::approve_root(&keeper(city, "zhonglx"), &root.unwrap().key).await;
    approved.unwrap();
}

fn code(refused: SealError) -> &'static str {
    Problem::from(refused).code
}

fn keys(city: &City) -> usize {
    let names = city.store.keys();
    names
        .iter()
        .filter(|name| name.starts_with("seal."))
        .count()
}

async fn approved(city: &City) -> Seal {
    let seal = seals::apply(&city.staff("leimq"), wish(SealType::Official)).await;
    let seal = seal.unwrap();
    seals::approve(&city.staff("zhonglx"), &seal.key)
        .await
        .unwrap()
}

async fn verdict(city: &City, file: &[u8]) -> Verdict {
    let trust = seals::trust(&city.ctx).await.unwrap();
    sealing::verify(file, &trust).unwrap()
}

/// A request waits beside the state; everything that can be wrong with what comes back is refused
/// with its own reason and changes nothing; then the seal is made, signs, and verifies. The keys
/// never leave the store, and a destruction erases them and revokes nothing of another authority.
#[tokio::test]
async fn a_seal_is_made_with_certificates_of_an_outside_authority() {
    for city in cities().await {
        up_to_date(&city);
        let maker = city.staff("kuangsz");
        let seal = approved(&city).await;
        let key = &seal.key;
        let none = seals::make_with(&maker, key, Vec::new()).await.unwrap_err();
        assert_eq!(code(none), "not_requested");
        let kind = seals::request_certificates(&maker, key, KeyKind::Sm2).await;
        assert_eq!(code(kind.unwrap_err()), "invalid");
        let asked = seals::request_certificates(&maker, key, KeyKind::P256).await;
        let asked = asked.unwrap();
        assert_eq!((asked.by.as_str(), keys(&city)), ("kuangsz", 2));
        let twice = seals::request_certificates(&maker, key, KeyKind::P256).await;
        assert_eq!(code(twice.unwrap_err()), "certificates_awaited");
        let other = seals::make(&maker, key).await.unwrap_err();
        assert_eq!(code(other), "certificates_awaited");
        let detail = seals::detail(&city.ctx, key).await.unwrap();
        assert_eq!(detail.seal.state, State::Approved);
        assert_eq!(detail.requests.unwrap().sm2, asked.sm2);

        let (sm2, p256) = (Authority::sm2(), Authority::p256());
        let good = [
            sm2.issue(&asked.sm2, "leaf.ext"),
            p256.issue(&asked.pdf, "leaf.ext"),
        ];
        up_to_date(&city);
        let make = async |files: Vec<Vec<u8>>| seals::make_with(&maker, key, files).await;
        let [first, second] = good.clone();
        let own = code(make(vec![first.clone(), second.clone()]).await.unwrap_err());
        assert_eq!(own, "untrusted");
        trusted(&city, &sm2).await;
        trusted(&city, &p256).await;
        let wrong = [
            (vec![b"no certificate".to_vec()], "unreadable"),
            (vec![], "other_key"),
            (vec![first.clone()], "other_key"),
            (vec![first.clone(), p256.read("sub.pem")], "other_key"),
            (
                vec![first.clone(), second.clone(), p256.read("sub.key")],
                "private_key",
            ),
            (
                vec![first.clone(), p256.issue(&asked.pdf, "cipher.ext")],
                "unfit",
            ),
        ];
        for (files, wanted) in wrong {
            assert_eq!(code(make(files).await.unwrap_err()), wanted);
        }
        let now = city.ctx.now();
        for (hours, wanted) in [(-48, "not_begun"), (24 * 550, "ended")] {
            city.clock
                .set(now + jiff::SignedDuration::from_hours(hours));
            let chain = vec![sm2.chain(), p256.chain(), first.clone(), second.clone()];
            assert_eq!(code(make(chain).await.unwrap_err()), wanted);
        }
        city.clock.set(now);
        let detail = seals::detail(&city.ctx, key).await.unwrap();
        assert_eq!((detail.seal.state, keys(&city)), (State::Approved, 2));

        // The one as PKCS#7 with its chain, the other alone: the trust list has those above it.
        sm2.issue(&asked.sm2, "leaf.ext");
        up_to_date(&city);
        let made = make(vec![sm2.pkcs7(), second.clone()]).await.unwrap();
        assert_eq!(made.state, State::Made);
        let detail = seals::detail(&city.ctx, key).await.unwrap();
        assert!(detail.requests.is_none());
        let issuers: Vec<&str> = detail
            .certificates
            .iter()
            .map(|c| c.issuer.as_str())
            .collect();
        assert_eq!(issuers, ["sub", "sub"]);
        let end = detail.certificates.iter().map(|c| c.not_after).min();
        assert_eq!(made.valid_to, end);

        seals::file(&maker, key, "备99010200000001").await.unwrap();
        seals::release(&maker, key, "当面签收").await.unwrap();
        let granted = grant(&made, "notice", 20);
        seals::authorise(&city.staff("leimq"), key, vec![granted])
            .await
            .unwrap();
        let id = reserve(&city.ctx, notice(&made)).await.unwrap();
        let (ofd, pdf) = stamp(&city, &id).await.unwrap();
        finish(&city.ctx, &id, UseResult::Signed).await.unwrap();
        for file in [&ofd, &pdf] {
            let found = verdict(&city, file).await;
            assert!(found.is_valid(), "{:?}", found.findings);
            assert_eq!(found.signatures[0].issuer, "sub");
        }
        let ask = seals::ask(&city.staff("leimq"), key, seals::Request::Destroy, "更名").await;
        ask.unwrap();
        seals::destroy(&city.staff("zhonglx"), key).await.unwrap();
        assert_eq!(keys(&city), 0);
        for kind in [KeyKind::Sm2, KeyKind::P256] {
            let own = gm::Authority::open(city.store.clone(), kind).unwrap();
            assert!(own.revoked().unwrap().is_empty());
        }
        let told = city.events(&format!("seal/{key}")).await;
        assert!(told.contains(&"seal.certificates_asked".to_owned()));
        city.db.remove().await.unwrap();
    }
}

/// An RSA key for PDF where the authority wants one; and a request that is given up leaves nothing.
#[tokio::test]
async fn a_request_with_rsa_and_one_that_is_given_up() {
    let city = cities().await.remove(0);
    up_to_date(&city);
    let maker = city.staff("kuangsz");
    let seal = approved(&city).await;
    let first = seals::request_certificates(&maker, &seal.key, KeyKind::P256).await;
    let no_reason = seals::cancel_request(&maker, &seal.key, " ").await;
    assert_eq!(code(no_reason.unwrap_err()), "invalid");
    seals::cancel_request(&maker, &seal.key, "改由平台签发")
        .await
        .unwrap();
    assert_eq!(keys(&city), 0);
    let gone = seals::cancel_request(&maker, &seal.key, "再取消").await;
    assert_eq!(code(gone.unwrap_err()), "not_requested");

    let asked = seals::request_certificates(&maker, &seal.key, KeyKind::Rsa2048).await;
    let asked = asked.unwrap();
    let (sm2, p256) = (Authority::sm2(), Authority::p256());
    trusted(&city, &sm2).await;
    trusted(&city, &p256).await;
    // What was issued for the request that was given up fits no key any more.
    let old = sm2.issue(&first.unwrap().sm2, "leaf.ext");
    let pdf = p256.issue(&asked.pdf, "leaf.ext");
    let refused = seals::make_with(&maker, &seal.key, vec![old, pdf.clone()]).await;
    assert_eq!(code(refused.unwrap_err()), "other_key");
    let ofd = sm2.issue(&asked.sm2, "leaf.ext");
    up_to_date(&city);
    let made = seals::make_with(&maker, &seal.key, vec![ofd, pdf])
        .await
        .unwrap();
    let detail = seals::detail(&city.ctx, &seal.key).await.unwrap();
    let kinds: Vec<&str> = detail.certificates.iter().map(|c| c.kind).collect();
    assert_eq!(kinds, ["sm2", "rsa2048"]);
    seals::file(&maker, &seal.key, "备1").await.unwrap();
    seals::release(&maker, &seal.key, "签收").await.unwrap();
    let granted = grant(&made, "notice", 20);
    seals::authorise(&city.staff("leimq"), &seal.key, vec![granted])
        .await
        .unwrap();
    let id = reserve(&city.ctx, notice(&made)).await.unwrap();
    let (_, pdf) = stamp(&city, &id).await.unwrap();
    let found = verdict(&city, &pdf).await;
    assert!(found.is_valid(), "{:?}", found.findings);
    assert!(found.signatures[0].algorithm.contains("RSA"));
    city.db.remove().await.unwrap();
}

/// Two acts of one client are not two persons' acts, nor is a client the second of an officer's;
/// the officer who comes after a client is.
#[tokio::test]
async fn a_client_is_never_the_second_person() {
    for city in cities().await {
        let machine = |id: &str| {
            city.ctx.with_actor(Actor {
                kind: ActorKind::Machine,
                ..staff(id)
            })
        };
        let seal = seals::apply(&machine("city-app"), wish(SealType::Official)).await;
        let seal = seal.unwrap();
        for client in ["city-app", "other-app"] {
            let refused = seals::approve(&machine(client), &seal.key).await;
            assert_eq!(code(refused.unwrap_err()), "same_person", "{client}");
        }
        // An officer through the very client that applied: a person, and another one.
        let carried = city.ctx.with_actor(Actor {
            client: Some("city-app".into()),
            ..staff("zhonglx")
        });
        seals::approve(&carried, &seal.key).await.unwrap();
        city.db.remove().await.unwrap();
    }
}

//! Keys beside a server, and on a hardware token.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{said, tongban, tongban_with};

/// A server that is ended with the test.
struct Server {
    child: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago.
fn port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn ready(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

fn serve(folder: &Path, variables: &[(&str, &str)]) -> Server {
    let port = port();
    let child = Command::new(env!("CARGO_BIN_EXE_tongban"))
        .current_dir(folder)
        .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
        .envs(variables.iter().copied())
        .stdout(Stdio::null())
        .stderr(Stdio::from(fs::File::create(folder.join("log")).unwrap()))
        .spawn()
        .unwrap();
    let mut server = Server { child };
    for _ in 0..600 {
        if ready(port) {
            return server;
        }
        let ended = server.child.try_wait().unwrap();
        let log = || fs::read_to_string(folder.join("log")).unwrap();
        assert!(ended.is_none(), "{}", log());
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("not ready in a minute");
}

#[test]
fn a_server_keeps_its_keys_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = serve(folder, &[]);
    let before = fs::read(folder.join("data/keys.store")).unwrap();
    tongban(folder, "keys list").ok();
    tongban(folder, "keys request ca.sm2.issuing --out r.pem").ok();
    for line in [
        "keys rotate",
        "keys rotate --data-key",
        "keys request tsa --kind p256 --common-name 时间戳",
        "keys renew ca.p256.issuing --own",
    ] {
        tongban(folder, line).stopped("stop it first");
    }
    assert_eq!(fs::read(folder.join("data/keys.store")).unwrap(), before);
    let said = tongban(folder, "doctor").out;
    assert!(said.contains("key file lies beside the database"), "{said}");
    assert!(said.contains("platform's own authorities issue"), "{said}");
    drop(server);

    // A certificate that ends soon is told, and the server starts with what was changed.
    tongban(folder, "keys rotate").ok();
    tongban(folder, "ca make real --title 真 --organization 某公司").ok();
    tongban(
        folder,
        "keys request tsa --kind p256 --common-name 时间戳 --out r.pem",
    )
    .ok();
    tongban(
        folder,
        "ca issue real --request r.pem --profile tsa --days 59 --out c.pem",
    )
    .ok();
    tongban(folder, "keys import tsa c.pem").ok();
    for kind in ["sm2", "p256"] {
        let name = format!("ca.{kind}.issuing");
        tongban(folder, &format!("keys request {name} --out r.pem")).ok();
        let line = "ca issue real --request r.pem --profile intermediate --out c.pem";
        tongban(folder, line).ok();
        tongban(folder, &format!("keys import {name} c.pem")).ok();
    }
    let _server = serve(folder, &[]);
    let said = tongban(folder, "doctor").out;
    assert!(said.contains("the certificate of tsa ends on"), "{said}");
    assert!(!said.contains("platform's own authorities issue"), "{said}");
}

/// The whole platform with its ECDSA keys on a token: SM2 keys and secrets are in the
/// encrypted file, and without the token it says what is missing.
#[test]
fn a_server_has_its_keys_on_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("tokens")).unwrap();
    let conf = folder.join("conf");
    let tokens = folder.join("tokens");
    let text = format!(
        "directories.tokendir = {}\nlog.level = ERROR\n",
        tokens.display()
    );
    fs::write(&conf, text).unwrap();
    fs::write(folder.join("pin"), "1234\n").unwrap();
    let made = Command::new("softhsm2-util")
        .env("SOFTHSM2_CONF", &conf)
        .args(["--init-token", "--free", "--label", "hsm"])
        .args(["--so-pin", "12345678", "--pin", "1234"])
        .output()
        .expect("softhsm2 is installed by `cargo xtask test`");
    said(made).ok();
    let module = [
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    ];
    let module = module.iter().map(PathBuf::from).find(|path| path.exists());
    let module = module.unwrap();
    let variables = [
        ("SOFTHSM2_CONF", conf.to_str().unwrap()),
        ("TONGBAN_PKCS11_MODULE", module.to_str().unwrap()),
        ("TONGBAN_PKCS11_TOKEN", "hsm"),
        ("TONGBAN_PKCS11_PIN_FILE", "pin"),
    ];
    drop(serve(folder, &variables));
    let told = tongban_with(folder, "keys list --json", &variables)
        .ok()
        .json();
    let place = |name: &str| {
        let all = told["keys"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap()["place"].clone()
    };
    assert_eq!(place("ca.p256.issuing"), "token:hsm");
    assert_eq!(place("ca.sm2.issuing"), "file");
    assert_eq!(place("journal"), "file");
    // It starts again with the same keys.
    drop(serve(folder, &variables));
    let again = tongban_with(folder, "keys list --json", &variables)
        .ok()
        .json();
    assert_eq!(again, told);
    // Without the token, or with half of its settings.
    tongban_with(folder, "keys list --json", &variables[..3]).stopped("all three or none");
    let mut other = variables;
    other[2].1 = "other";
    tongban_with(folder, "keys list", &other).stopped("no token “other”; there are: hsm");
    let absent = tongban(folder, "keys list --json").ok().json();
    assert!(absent.to_string().contains("token:absent"));
}

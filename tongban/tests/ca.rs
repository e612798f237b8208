//! `tongban ca` and `tongban keys` as an engineer uses them, with OpenSSL as a second opinion.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "ca/authority.rs"]
mod authority;
#[path = "ca/keys.rs"]
mod keys;
#[path = "ca/network.rs"]
mod network;
#[allow(dead_code, reason = "other tests need the rest")]
#[path = "../../base/gm/tests/it/outside.rs"]
mod outside;
#[path = "ca/seal.rs"]
mod seal;
#[path = "ca/server.rs"]
mod server;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// What a run said, and its exit code.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn json(&self) -> Value {
        let text = self.out.trim();
        serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text} {}", self.err))
    }

    #[track_caller]
    fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self
    }

    /// Refused with this reason, in both languages.
    #[track_caller]
    fn refused(&self, reason: &str) {
        assert_eq!(self.code, 1, "{}{}", self.out, self.err);
        let told = self.json();
        assert_eq!(
            (&told["ok"], &told["reason"]),
            (&false.into(), &reason.into())
        );
        assert!(
            told["zh"].as_str().is_some_and(|zh| !zh.is_ascii()),
            "{told}"
        );
        assert!(
            told["en"].as_str().is_some_and(|en| !en.is_empty()),
            "{told}"
        );
    }

    /// Stopped with one clear line in both languages, which holds this.
    #[track_caller]
    fn stopped(&self, part: &str) {
        assert_eq!(self.code, 2, "{}{}", self.out, self.err);
        assert_eq!(self.err.lines().count(), 1, "{}", self.err);
        assert!(
            self.err.contains(" / ") && self.err.contains(part),
            "{}",
            self.err
        );
        assert!(!self.err.is_ascii());
    }
}

/// Runs the program in a folder; arguments are separated by blanks.
fn tongban(folder: &Path, line: &str) -> Said {
    tongban_with(folder, line, &[])
}

fn tongban_with(folder: &Path, line: &str, variables: &[(&str, &str)]) -> Said {
    let run = Command::new(env!("CARGO_BIN_EXE_tongban"))
        .current_dir(folder)
        .args(line.split(' '))
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    said(run)
}

fn said(run: Output) -> Said {
    Said {
        code: run.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&run.stdout).into_owned(),
        err: String::from_utf8_lossy(&run.stderr).into_owned(),
    }
}

fn openssl(folder: &Path, line: &str) -> Said {
    let run = Command::new("openssl")
        .current_dir(folder)
        .args(line.split(' '))
        .output()
        .expect("openssl is installed by `cargo xtask test`");
    said(run)
}

//! What a client is told has been flushed: the system calls of the serving process show that the
//! write-ahead log was synchronised after the case was written into it and before the answer went
//! out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use journeys::{Client, Process, Town};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tongban");

/// A finished system call, in the order in which they ended.
struct Call {
    /// Its line number, for telling what came first.
    began: usize,
    ended: usize,
    text: String,
}

/// Puts the two halves of interrupted lines together.
fn calls(trace: &str) -> Vec<Call> {
    let mut waiting: std::collections::HashMap<&str, (usize, String)> = Default::default();
    let mut all = Vec::new();
    for (at, line) in trace.lines().enumerate() {
        let Some((id, rest)) = line.split_once(' ') else {
            continue;
        };
        let rest = rest.trim_start();
        if let Some(first) = rest.strip_suffix("<unfinished ...>") {
            waiting.insert(id, (at, first.to_owned()));
        } else if rest.starts_with("<... ") {
            if let Some((began, first)) = waiting.remove(id) {
                let second = rest.split_once("resumed>").map_or("", |(_, s)| s);
                all.push(Call {
                    began,
                    ended: at,
                    text: first + second,
                });
            }
        } else {
            all.push(Call {
                began: at,
                ended: at,
                text: rest.to_owned(),
            });
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_flushed_before_the_answer_goes_out() {
    let town = Town::sqlite("2026-11-16T09:00").await;
    let mut more = serde_json::Map::new();
    more.insert("applicant_id_type".into(), "居民身份证".into());
    let mut wishes = Vec::new();
    for login in ["u_p01", "u_p02", "u_p03", "u_p04"] {
        let (me, token) = town.sign_in(login).await;
        let case = town.ready_draft(&me, "YSZC", &more).await.unwrap();
        wishes.push((case.case_id, token));
    }
    town.drain().await;
    let left = town.leave().await;
    let work = tempfile::tempdir().unwrap();
    let trace = work.path().join("trace");
    let tracer = [
        "strace",
        "-f",
        "-y",
        "-s",
        "5000",
        "-o",
        trace.to_str().unwrap(),
        "-e",
        "trace=fsync,fdatasync,write,writev,pwrite64,sendto,sendmsg",
        PROGRAM,
    ];
    let log = work.path().join("log");
    let server = Process::serve(&left, &tracer, "2026-11-16T09:10", &log).await;
    for (case_id, token) in &wishes {
        let mut client = Client::new(&server.address).with_cookie("tb_session", token);
        let path = format!("/apply/d/{case_id}/submit");
        let reply = client.post(&path, &[]).await.unwrap();
        assert_eq!(reply.status, 303, "{}", reply.text());
    }
    // The tracer ends with what it traces.
    server_of(&server, left.data());
    server.ended().await;
    let trace = std::fs::read_to_string(&trace).unwrap();
    let calls = calls(&trace);
    let platform = left.open("2026-11-16T10:00").await;
    for (case_id, _) in &wishes {
        let case = cases::detail(&platform.ctx, case_id).await.unwrap().case;
        let number = case.number();
        let written = calls
            .iter()
            .find(|c| {
                c.text.starts_with("pwrite64")
                    && c.text.contains("tongban.db-wal>")
                    && c.text.contains(number)
            })
            .unwrap_or_else(|| panic!("{number} was never written into the log"));
        let done = format!("/apply/d/{case_id}/done");
        let told = calls
            .iter()
            .find(|c| c.text.contains("HTTP/1.1 303") && c.text.contains(&done))
            .unwrap_or_else(|| panic!("no answer to {case_id}"));
        let flushed = calls.iter().any(|c| {
            (c.text.starts_with("fdatasync") || c.text.starts_with("fsync"))
                && c.text.contains("tongban.db-wal>")
                && c.text.trim_end().ends_with("= 0")
                && c.began > written.ended
                && c.ended < told.began
        });
        assert!(flushed, "{number} was acknowledged before it was flushed");
        assert!(written.ended < told.began);
    }
    platform.ctx.db.close().await;
    left.remove().await;
}

/// Asks the traced program, which is the tracer's child, to stop.
fn server_of(server: &Process, data: &Path) {
    let children = format!("/proc/{0}/task/{0}/children", server.id());
    let children = std::fs::read_to_string(children).unwrap();
    let child = children.split_whitespace().next();
    let child = child.unwrap_or_else(|| panic!("no program serves {}", data.display()));
    let sent = std::process::Command::new("kill")
        .args(["-TERM", child])
        .status()
        .unwrap();
    assert!(sent.success());
}

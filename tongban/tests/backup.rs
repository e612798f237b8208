//! The drill: a city with cases in flight is saved while it serves, restored into another place,
//! and everything that was acknowledged before is there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cases::State;
use journeys::{Client, Left, Process, Town};
use kernel::ManualClock;
use store::testing::Database;
use tongban::platform::{self, Place};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tongban");

fn tongban(args: &[&str]) -> (Option<i32>, String) {
    let out: Output = Command::new(PROGRAM).args(args).output().unwrap();
    let said = [out.stdout, out.stderr].concat();
    (
        out.status.code(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Somebody who goes on submitting while the backup is made.
async fn submit(address: &str, case_id: &str, token: &str) -> bool {
    let mut client = Client::new(address).with_cookie("tb_session", token);
    let reply = client
        .post(&format!("/apply/d/{case_id}/submit"), &[])
        .await;
    reply.is_ok_and(|r| r.status == 303 && r.location().ends_with("/done"))
}

/// A finished draft of one of the city's residents, and the token of a session.
async fn draft(town: &Town, login: &str) -> (String, String) {
    let (me, token) = town.sign_in(login).await;
    let mut more = serde_json::Map::new();
    more.insert("applicant_id_type".into(), "居民身份证".into());
    let case = town.ready_draft(&me, "YSZC", &more).await.unwrap();
    (case.case_id, token)
}

async fn drill(town: Town, into: Option<Database>) {
    // A licence that was issued, and cases at every stage.
    let licences_before = {
        let me = town.person("u_p38").await;
        licences::wallet(&me, me.actor.owner()).await.unwrap()
    };
    let mut drafts = Vec::new();
    for n in 1..=24 {
        drafts.push(draft(&town, &format!("u_p{n:02}")).await);
    }
    let decided = {
        let me = town.person("u_p30").await;
        let mut more = serde_json::Map::new();
        more.insert("applicant_id_type".into(), "居民身份证".into());
        let draft = town.ready_draft(&me, "YSZC", &more).await.unwrap();
        let case = cases::submit(&me, &draft.case_id).await.unwrap().case;
        town.until_decision(&case).await
    };
    town.drain().await;
    let work = tempfile::tempdir().unwrap();
    let papers = papers(&town, &decided.case_id, work.path()).await;
    let left = town.leave().await;
    let log = work.path().join("server.log");
    let server = Process::serve(&left, &[PROGRAM], "2026-11-16T09:10", &log).await;
    asked_beside_the_server(&left, &papers);
    let (before, during) = drafts.split_at(8);
    for (case_id, token) in before {
        assert!(submit(&server.address, case_id, token).await);
    }
    // The rest is submitted while the backup is made.
    let made = Arc::new(AtomicBool::new(false));
    let going_on = {
        let (address, during, made) = (server.address.clone(), during.to_vec(), made.clone());
        tokio::spawn(async move {
            let mut count = 0;
            for (case_id, token) in during {
                assert!(submit(&address, &case_id, &token).await);
                count += usize::from(!made.load(Ordering::SeqCst));
            }
            count
        })
    };
    let out = work.path().to_owned();
    let (data, url) = (left.data().to_owned(), left.place.database.clone());
    let (code, said) = tokio::task::spawn_blocking(move || {
        let mut args = vec!["backup", "--data", text(&data), "--out", text(&out)];
        args.extend(url.iter().flat_map(|url| ["--database", url.as_str()]));
        tongban(&args)
    })
    .await
    .unwrap();
    made.store(true, Ordering::SeqCst);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("不含打开密钥库"), "{said}");
    assert!(going_on.await.unwrap() > 0, "nobody submitted meanwhile");
    server.terminate();
    assert!(server.ended().await.success());
    let backup = only_zip(work.path());
    damaged_backups_are_told(&backup, work.path());
    // Into another place; the key file comes from elsewhere.
    let place = Place {
        data: work.path().join("restored"),
        database: into.as_ref().map(|d| d.url.clone()),
        base_url: "http://127.0.0.1".into(),
        operator: Some(tongban::demo::OPERATOR.into()),
    };
    let unlock = left.data().join("keys.unlock");
    let mut args = vec![
        "restore",
        "--from",
        text(&backup),
        "--data",
        text(&place.data),
    ];
    args.extend(
        place
            .database
            .iter()
            .flat_map(|url| ["--database", url.as_str()]),
    );
    let with_key = [args.clone(), vec!["--unlock", text(&unlock)]].concat();
    let (code, said) = tongban(&with_key);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("审计日志完整"), "{said}");
    // A second time nothing is overwritten.
    let (code, said) = tongban(&with_key);
    assert_eq!(code, Some(2), "{said}");
    let clock = Arc::new(ManualClock::new("2026-11-16T04:00:00Z".parse().unwrap()));
    let restored = platform::open(&place, clock).await.unwrap();
    let ctx = &restored.ctx;
    for (case_id, _) in before {
        let case = cases::detail(ctx, case_id).await.unwrap().case;
        assert_eq!(
            case.state,
            State::Submitted,
            "acknowledged before the backup"
        );
        assert!(case.data.case_no.is_some());
    }
    // A case in flight goes on where it was.
    let decider = {
        let case = cases::detail(ctx, &decided.case_id).await.unwrap().case;
        assert_eq!(case.state, State::InReview);
        let item = items::version(ctx, &case.data.item_id, case.data.item_version)
            .await
            .unwrap();
        let flow = case.data.flow.unwrap();
        let post = flow.tasks().find_map(|(code, _)| item.flow.post(code));
        let name = post.unwrap().staff[0].clone();
        identity::staff_actor(ctx, &name, kernel::Channel::Console)
            .await
            .unwrap()
            .unwrap()
    };
    let act = cases::Decide {
        approve: true,
        reason: "符合法定条件、标准".into(),
        basis: String::new(),
    };
    let case = cases::decide(&ctx.with_actor(decider), (&decided.case_id).into(), &act)
        .await
        .unwrap();
    assert_eq!(case.state, State::Decided);
    restored.worker.drain().await.unwrap();
    for notice in notices::list(ctx, &decided.case_id).await.unwrap() {
        let file = notices::file(ctx, &notice.doc_id, notices::Format::Ofd)
            .await
            .unwrap();
        let verified = licences::verify_file(ctx, file.bytes).await.unwrap();
        let security = &verified.steps[0];
        assert_eq!(security.passed, Some(true), "{:?}", security.reason);
    }
    for card in &licences_before {
        let ofd = licences::file(ctx, &card.licence_key, licences::Format::Ofd)
            .await
            .unwrap();
        let verified = licences::verify_file(ctx, ofd).await.unwrap();
        assert!(verified.valid, "{:?}", verified.failure());
    }
    ctx.db.close().await;
    drop(restored);
    if let Some(database) = into {
        database.remove().await.unwrap();
    }
    left.remove().await;
}

/// A licence in force, one that was voided, and a notice, as files.
async fn papers(town: &Town, case_id: &str, work: &Path) -> [PathBuf; 3] {
    let ctx = town.ctx();
    let mut keys = Vec::new();
    for login in ["u_p10", "u_p52"] {
        let me = town.person(login).await;
        let cards = licences::wallet(&me, me.actor.owner()).await.unwrap();
        keys.extend(
            cards
                .into_iter()
                .filter(|c| c.citable)
                .map(|c| c.licence_key),
        );
    }
    let (good, void) = (keys[0].clone(), keys[1].clone());
    let mut files = Vec::new();
    for key in [&good, &void] {
        let ofd = licences::file(ctx, key, licences::Format::Ofd)
            .await
            .unwrap();
        files.push(ofd);
    }
    let change = licences::StateChange {
        licence_key: void,
        event: licences::LicenceEvent::Void,
        reason: "信息有误".into(),
    };
    licences::change_state(ctx, change).await.unwrap();
    let notice = notices::list(ctx, case_id).await.unwrap().remove(0);
    let file = notices::file(ctx, &notice.doc_id, notices::Format::Ofd).await;
    files.push(file.unwrap().bytes);
    ["good.ofd", "void.ofd", "notice.ofd"].map(|name| {
        let path = work.join(name);
        std::fs::write(&path, files.remove(0)).unwrap();
        path
    })
}

/// What operators ask while the installation serves.
fn asked_beside_the_server(left: &Left, [good, void, notice]: &[PathBuf; 3]) {
    let place = |words: &[&str]| {
        let mut args: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        args.extend(["--data".into(), text(left.data()).to_owned()]);
        if let Some(url) = &left.place.database {
            args.extend(["--database".into(), url.clone()]);
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        tongban(&args)
    };
    let at = "2026-11-16T09:10";
    let verify = |file: &Path| place(&["verify", text(file), "--at", at, "--json"]);
    let (code, said) = verify(good);
    assert_eq!(code, Some(0), "{said}");
    let answer: serde_json::Value = serde_json::from_str(said.trim()).unwrap();
    let steps: Vec<&str> = answer["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["pass", "pass", "pass"], "{said}");
    // The file itself is sealed as before; only the library knows that it was voided.
    let (code, said) = verify(void);
    assert_eq!(code, Some(1), "{said}");
    let answer: serde_json::Value = serde_json::from_str(said.trim()).unwrap();
    assert_eq!(answer["steps"][0]["outcome"], "pass");
    assert_eq!(answer["steps"][1]["reason"], "licence_void");
    assert_eq!(answer["steps"][2]["outcome"], "not_checked");
    let (code, said) = verify(notice);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = place(&["journal", "verify"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = place(&["doctor"]);
    assert_eq!(code, Some(1), "{said}");
    for lack in [
        "a demonstration",
        "no backup was ever made",
        "not HTTPS",
        "beside the database",
    ] {
        assert!(said.contains(lack), "{lack}: {said}");
    }
    assert!(!said.contains("cannot be examined"), "{said}");
    // Nobody else may serve the same folder, where it holds the database.
    if left.place.database.is_some() {
        return;
    }
    let (code, said) = place(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("data folder in use"), "{said}");
}

fn only_zip(folder: &Path) -> PathBuf {
    let mut all = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path());
    let found = all.find(|p| p.extension().is_some_and(|e| e == "zip"));
    found.unwrap()
}

/// Every kind of damage is found, told by name, and keeps a restore from beginning.
fn damaged_backups_are_told(backup: &Path, work: &Path) {
    let (code, said) = tongban(&["backup", "--check", text(backup)]);
    assert_eq!(code, Some(0), "{said}");
    let bytes = std::fs::read(backup).unwrap();
    let bad = work.join("bad.backup");
    // One bit in the middle of what is stored.
    let mut changed = bytes.clone();
    let at = changed.len() / 2;
    changed[at] ^= 4;
    std::fs::write(&bad, &changed).unwrap();
    let (code, said) = tongban(&["backup", "--check", text(&bad)]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("damaged or changed"), "{said}");
    let target = work.join("never");
    let (code, said) = tongban(&["restore", "--from", text(&bad), "--data", text(&target)]);
    assert_eq!(code, Some(2), "{said}");
    assert!(!target.exists());
    // A part taken out, and a part put in.
    let gone = rewritten(&bytes, |name| name != "keys.store", None);
    std::fs::write(&bad, gone).unwrap();
    let (code, said) = tongban(&["backup", "--check", text(&bad)]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("keys.store is missing"), "{said}");
    let more = rewritten(&bytes, |_| true, Some("../outside"));
    std::fs::write(&bad, more).unwrap();
    let (code, said) = tongban(&["restore", "--from", text(&bad), "--data", text(&target)]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("does not belong there"), "{said}");
    // Cut off, and something else altogether.
    std::fs::write(&bad, &bytes[..bytes.len() - 100]).unwrap();
    assert_eq!(tongban(&["backup", "--check", text(&bad)]).0, Some(2));
    std::fs::write(&bad, b"not a backup").unwrap();
    assert_eq!(tongban(&["backup", "--check", text(&bad)]).0, Some(2));
    std::fs::remove_file(&bad).unwrap();
}

/// The archive with the entries that are kept, and perhaps one more.
fn rewritten(bytes: &[u8], keep: impl Fn(&str) -> bool, more: Option<&str>) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for index in 0..from.len() {
        let mut entry = from.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        if keep(&name) {
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            to.start_file(name, options).unwrap();
            to.write_all(&content).unwrap();
        }
    }
    if let Some(name) = more {
        to.start_file(name, options).unwrap();
        to.write_all(b"x").unwrap();
    }
    to.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_city_is_saved_and_restored() {
    let town = Town::sqlite("2026-11-16T09:00").await;
    drill(town, None).await;
}

/// What was saved from PostgreSQL is restored into SQLite and into PostgreSQL.
#[tokio::test(flavor = "multi_thread")]
async fn a_city_on_postgres_is_saved_and_restored() {
    let Some(town) = Town::postgres("2026-11-16T09:00").await else {
        return;
    };
    drill(town, Database::create(None).await.unwrap()).await;
}

/// A small installation moves to a server: saved from SQLite, restored into PostgreSQL.
#[tokio::test(flavor = "multi_thread")]
async fn a_city_moves_from_sqlite_to_postgres() {
    let Some(database) = Database::create(None).await.unwrap() else {
        return;
    };
    let town = Town::sqlite("2026-11-16T09:00").await;
    drill(town, Some(database)).await;
}

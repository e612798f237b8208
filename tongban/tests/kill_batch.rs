//! The server is killed again and again while it takes a batch of existing licences in, checks it
//! and makes licences of it. In the end every row is there once, and every kept row is one licence.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, HashSet};
use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use cleaning::Field;
use collection::{BatchState, Given, NewBatch, RowQuery, SourceClass, Work, WorkKind, WorkState};
use journeys::{Left, Process, Town};
use kernel::{Channel, PageRequest, Randomness, SystemRandom};
use licences::{Query, State};
use store::Ctx;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tongban");
const ROWS: usize = 80;

/// Licences of the health bureau, good and bad ones as they come.
fn stock() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/stock_licences.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let mut out = vec![lines.next().unwrap()];
    out.extend(
        lines
            .filter(|line| line.contains("CL2026-WSXKZ,"))
            .take(ROWS),
    );
    out.join("\n").into_bytes()
}

async fn officer(ctx: &Ctx, name: &str) -> Ctx {
    let actor = identity::staff_actor(&ctx.as_system(), name, Channel::Console).await;
    ctx.with_actor(actor.unwrap().unwrap())
}

/// Orders what comes next. True: nothing is left to do.
async fn go_on(ctx: &Ctx, key: &str) -> bool {
    let manager = officer(ctx, "sj_yousq").await;
    let decider = officer(ctx, "wj_liucz").await;
    let works = collection::works(&manager, key).await.unwrap();
    let open = |work: &Work| matches!(work.state, WorkState::Running | WorkState::Paused);
    if let Some(work) = works.iter().find(|work| open(work)) {
        assert_eq!(work.state, WorkState::Running, "{work:?}");
        return false;
    }
    let batch = collection::batch(&manager, key).await.unwrap();
    let done = |kind: WorkKind| works.iter().any(|work| work.kind == kind);
    let next = match batch.state {
        BatchState::Uploaded => (&manager, WorkKind::Look),
        BatchState::Looked => (&manager, WorkKind::Take),
        _ if !done(WorkKind::Check) => (&decider, WorkKind::Check),
        _ if !done(WorkKind::Issue) => (&decider, WorkKind::Issue),
        _ => return true,
    };
    collection::order(next.0, key, next.1).await.unwrap();
    false
}

fn chance(from: u64, to: u64) -> Duration {
    let mut bytes = [0; 8];
    SystemRandom.fill(&mut bytes);
    Duration::from_millis(from + u64::from_le_bytes(bytes) % (to - from))
}

async fn kill_and_look(town: Town) {
    let manager = town.officer("sj_yousq").await;
    let new = NewBatch {
        agency: "YZ_SJJ".into(),
        source_class: SourceClass::A,
        source_system: "卫生监督旧系统".into(),
        file_name: "stock.csv".into(),
        given: Given::default(),
    };
    let key = collection::begin(&manager, new, Cursor::new(stock()))
        .await
        .unwrap();
    let left = town.leave().await;
    let log = left.data().with_extension("log");
    let mut rounds = 0;
    loop {
        // Later each time than a killed process holds its work.
        let at = format!("2026-11-16T{:02}:{:02}", 10 + rounds / 60, rounds % 60);
        let platform = left.open(&at).await;
        let over = go_on(&platform.ctx, &key).await;
        platform.ctx.db.close().await;
        drop(platform);
        if over {
            break;
        }
        let server = Process::serve(&left, &[PROGRAM], &at, &log).await;
        tokio::time::sleep(chance(100, 3_000)).await;
        server.kill();
        rounds += 1;
        assert!(rounds < 200, "it does not come to an end");
    }
    println!("{rounds} kills");
    assert!(rounds > 3, "{rounds} kills are none to speak of");
    look(&left, &key).await;
    left.prove(PROGRAM);
    left.remove().await;
}

async fn look(left: &Left, key: &str) {
    let platform = left.open("2026-11-16T20:00").await;
    let ctx = &platform.ctx;
    platform.worker.drain().await.unwrap();
    let decider = officer(ctx, "wj_liucz").await;
    let mut numbers = HashSet::new();
    let mut states: BTreeMap<(&str, bool), u64> = BTreeMap::new();
    let mut rows = 0;
    for page in 1..=(ROWS as u32 / 100 + 1) {
        let page = PageRequest::new(page, 100);
        let found = collection::rows(ctx, key, RowQuery::default(), page).await;
        for row in found.unwrap().rows {
            rows += 1;
            assert_eq!(row.row_no as usize, rows, "a row is missing or doubled");
            *states.entry((row.state.code(), row.problem)).or_default() += 1;
            assert!(!row.problem, "{}", row.body.problem);
            assert_eq!(row.licence_key.is_some(), row.state == State::Valid);
            let Some(licence) = row.licence_key.clone() else {
                continue;
            };
            assert!(numbers.insert(licence.clone()));
            let query = Query {
                licence_no: Some(row.get(Field::LicenceNo).into()),
                ..Query::default()
            };
            let found = licences::search(&decider, &query, PageRequest::default()).await;
            let found = found.unwrap().rows;
            assert_eq!(found.len(), 1, "one licence of one number");
            assert_eq!(found[0].licence_key, licence);
            let detail = licences::detail(&decider, &licence).await.unwrap();
            assert!(detail.verdict.is_valid());
        }
    }
    assert_eq!(rows, ROWS);
    let counted = collection::counts(ctx, key).await.unwrap();
    let mut sums: BTreeMap<(&str, bool), u64> = BTreeMap::new();
    for count in &counted {
        *sums.entry((count.state.code(), count.problem)).or_default() += count.n;
    }
    assert_eq!(sums, states, "the counts are those of the rows");
    let batch = collection::batch(ctx, key).await.unwrap();
    let summary = batch.summary.unwrap();
    assert_eq!(summary.rows, ROWS as u64, "each row was counted once");
    let kept = ["keep", "correct"].map(|code| summary.by_action.get(code).copied().unwrap_or(0));
    assert_eq!(states[&("VALID", false)], kept.iter().sum::<u64>());
    let works = collection::works(ctx, key).await.unwrap();
    let issue = works
        .iter()
        .find(|work| work.kind == WorkKind::Issue)
        .unwrap();
    assert_eq!(issue.done, kept.iter().sum::<u64>(), "{issue:?}");
    let parked = journal::parked(&mut ctx.db.reader()).await.unwrap();
    assert!(parked.is_empty());
    ctx.db.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_becomes_one_licence_on_sqlite() {
    kill_and_look(Town::sqlite("2026-11-16T09:00").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_becomes_one_licence_on_postgres() {
    if let Some(town) = Town::postgres("2026-11-16T09:00").await {
        kill_and_look(town).await;
    }
}

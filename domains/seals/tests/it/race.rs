//! Taking a seal out of use against a crowd of signers, here and in another process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gm::{AuthorityNames, FileKeyStore, KeyStore, Unlock};
use jiff::Timestamp;
use kernel::{Clock, PageRequest, SystemClock};
use seals::{
    Authorities, Event, Request, Seal, SealError, SealType, State, UseResult, UsedDocument, Uses,
};
use store::{Ctx, Shared};

use crate::common::{City, cities, notice, reserve};
use crate::sign::{PLACE, package};

const SIGNERS: usize = 50;

/// The city once more, as a second process has it: connections, caches and key store of its own. On
/// SQLite, whose file one process holds, the same one.
async fn beside(city: &City) -> Ctx {
    let Some(db) = city.db.once_more().await.unwrap() else {
        return wall(&city.ctx);
    };
    let mut ctx = wall(&city.ctx);
    ctx.db = db;
    ctx.shared = Arc::new(Shared::default());
    ctx.rng = store::testing::ctx(&city.db, crate::common::START)
        .rng
        .clone();
    let rng = ctx.rng.clone();
    let mut entropy = move |out: &mut [u8]| rng.fill(out);
    let unlock = Unlock::key_file_or_new(&city.db.path("key"), &mut entropy).unwrap();
    let keys: Arc<dyn KeyStore> =
        Arc::new(FileKeyStore::open(&city.db.path("keys"), &unlock).unwrap());
    let names = AuthorityNames {
        organization: "云州市政务服务局".into(),
        title: "云州市".into(),
    };
    Authorities::open(&ctx, keys, names).await.unwrap();
    ctx
}

/// The same by the wall clock: what races must tell earlier from later.
fn wall(ctx: &Ctx) -> Ctx {
    let mut other = ctx.clone();
    other.clock = Arc::new(SystemClock);
    other
}

/// One use from reservation to its end.
async fn sign(ctx: &Ctx, seal: &Seal) -> Result<(), SealError> {
    let id = reserve(ctx, notice(seal)).await?;
    let sealed = seals::stamp_ofd(ctx, &id, package(), PLACE, true).await?;
    let document = UsedDocument {
        format: "ofd".into(),
        digest: hex(&gm::sm3(&sealed)),
        length: sealed.len() as u64,
    };
    let (inner, work) = (ctx.clone(), Arc::new((id, document)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let documents = std::slice::from_ref(&work.1);
                seals::finish(tx, &ctx, &work.0, documents, UseResult::Signed, "").await
            })
        })
        .await
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Signs until the seal refuses; gives the refusal.
async fn sign_until_refused(ctx: Ctx, seal: Seal, signed: Arc<AtomicUsize>) -> SealError {
    loop {
        match sign(&ctx, &seal).await {
            Ok(()) => {
                signed.fetch_add(1, Ordering::Relaxed);
            }
            // The database asks to come again; nothing was written.
            Err(SealError::Store(store::StoreError::Conflict)) | Err(SealError::Journal(_)) => {}
            Err(refused) => return refused,
        }
    }
}

/// Starts the crowd, half of it in the other process, and waits until it is well under way.
async fn crowd(
    ctxs: [&Ctx; 2],
    seal: &Seal,
) -> (Vec<tokio::task::JoinHandle<SealError>>, Arc<AtomicUsize>) {
    let signed = Arc::new(AtomicUsize::new(0));
    let tasks = (0..SIGNERS).map(|n| {
        let (ctx, seal) = (ctxs[n % 2].clone(), seal.clone());
        tokio::spawn(sign_until_refused(ctx, seal, signed.clone()))
    });
    let tasks: Vec<tokio::task::JoinHandle<SealError>> = tasks.collect();
    while signed.load(Ordering::Relaxed) < SIGNERS {
        assert!(
            !tasks.iter().all(tokio::task::JoinHandle::is_finished),
            "{:?}",
            tasks.into_iter().next().unwrap().await
        );
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    (tasks, signed)
}

/// Every use of the seal.
async fn all_uses(ctx: &Ctx, seal: &Seal) -> Vec<seals::SealUse> {
    let list = Uses {
        agency: seal.owner.agency_code.clone(),
        seal: Some(seal.key.clone()),
        ..Uses::default()
    };
    let mut all = Vec::new();
    for page in 1.. {
        let found = seals::uses(ctx, &list, PageRequest::new(page, 100))
            .await
            .unwrap();
        if found.rows.is_empty() {
            break;
        }
        all.extend(found.rows);
    }
    all
}

async fn moment_of(ctx: &Ctx, seal: &Seal, event: Event) -> Timestamp {
    let detail = seals::detail(ctx, &seal.key).await.unwrap();
    let change = detail.history.iter().rfind(|change| change.event == event);
    change.unwrap().at
}

/// Nothing was finished as signed at or after that moment, nothing is left under way, and what the
/// signers were told as done is what stands in the log.
async fn nothing_after(ctx: &Ctx, seal: &Seal, moment: Timestamp, signed: usize) {
    let uses = all_uses(ctx, seal).await;
    let done: Vec<_> = uses
        .iter()
        .filter(|one| one.result == UseResult::Signed)
        .collect();
    assert_eq!(done.len(), signed);
    for one in done {
        assert!(
            one.finished_at.unwrap() < moment,
            "{:?} after {moment}",
            one.finished_at
        );
        assert_eq!(one.documents.len(), 1);
    }
    let open = uses.iter().filter(|one| one.result == UseResult::Reserved);
    assert_eq!(open.count(), 0, "nothing is under way any more");
}

fn is_refusal(error: &SealError, state: State) -> bool {
    match error {
        SealError::NotActive(found) => *found == state,
        SealError::Frozen | SealError::UseClosed => true,
        _ => false,
    }
}

/// 50 signers in two processes on one database, a loss report in the middle: every signer is
/// refused, and no use is finished at or after the moment of the report.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_loss_report_stops_signers_in_every_process() {
    for city in cities().await {
        city.clock.set(SystemClock.now());
        let seal = city.active(SealType::Acceptance, "notice", 1_000_000).await;
        let (here, there) = (wall(&city.ctx), beside(&city).await);
        let (tasks, signed) = crowd([&here, &there], &seal).await;
        let officer = wall(&city.staff("leimq"));
        seals::report_loss(&officer, &seal.key, "载体遗失")
            .await
            .unwrap();
        for task in tasks {
            let refused = task.await.unwrap();
            assert!(is_refusal(&refused, State::Lost), "{refused}");
        }
        let lost = moment_of(&here, &seal, Event::ReportLoss).await;
        nothing_after(&here, &seal, lost, signed.load(Ordering::Relaxed)).await;
        for ctx in [&here, &there] {
            let refused = sign(ctx, &seal).await.unwrap_err();
            assert!(
                matches!(refused, SealError::NotActive(State::Lost)),
                "{refused}"
            );
        }
        there.db.close().await;
        city.db.remove().await.unwrap();
    }
}

/// The same for a destruction; afterwards its keys are gone from the store.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_destruction_stops_signers_in_every_process() {
    for city in cities().await {
        city.clock.set(SystemClock.now());
        let seal = city.active(SealType::Official, "notice", 1_000_000).await;
        let (here, there) = (wall(&city.ctx), beside(&city).await);
        let by_wall = |id: &str| wall(&city.staff(id));
        let asked = seals::ask(&by_wall("leimq"), &seal.key, Request::Destroy, "机构撤销").await;
        asked.unwrap();
        let (tasks, signed) = crowd([&here, &there], &seal).await;
        seals::destroy(&by_wall("zhonglx"), &seal.key)
            .await
            .unwrap();
        for task in tasks {
            let refused = task.await.unwrap();
            // Who already held the use found the key gone.
            let gone = matches!(refused, SealError::Key(_));
            assert!(gone || is_refusal(&refused, State::Destroyed), "{refused}");
        }
        let ended = moment_of(&here, &seal, Event::Destroy).await;
        nothing_after(&here, &seal, ended, signed.load(Ordering::Relaxed)).await;
        let left = city.store.keys();
        assert!(!left.iter().any(|key| key.starts_with("seal.")), "{left:?}");
        there.db.close().await;
        city.db.remove().await.unwrap();
    }
}

/// A signature that was made but not finished when the seal was lost is refused with its act, and
/// its digest is still told.
#[tokio::test]
async fn a_use_under_way_ends_with_the_loss_and_keeps_its_digest() {
    for city in cities().await {
        let seal = city.active(SealType::Acceptance, "notice", 20).await;
        let id = reserve(&city.ctx, notice(&seal)).await.unwrap();
        seals::stamp_ofd(&city.ctx, &id, package(), PLACE, true)
            .await
            .unwrap();
        city.advance(5);
        seals::report_loss(&city.staff("leimq"), &seal.key, "遗失")
            .await
            .unwrap();
        let refused = crate::common::finish(&city.ctx, &id, UseResult::Signed).await;
        assert!(
            matches!(refused, Err(SealError::NotActive(State::Lost))),
            "{refused:?}"
        );
        crate::common::finish(&city.ctx, &id, UseResult::Failed)
            .await
            .unwrap();
        let uses = all_uses(&city.ctx, &seal).await;
        assert_eq!(uses[0].result, UseResult::Stopped);
        assert_eq!(uses[0].documents.len(), 1);
        let told = city.events(&format!("seal_use/{}", id.as_str())).await;
        assert_eq!(
            told,
            [
                "seal.use_reserved",
                "seal.use_finished",
                "seal.use_finished"
            ]
        );
        // Withdrawing stops what is under way as well.
        let other = city.active(SealType::Official, "notice", 20).await;
        let id = reserve(&city.ctx, notice(&other)).await.unwrap();
        seals::withdraw(&city.staff("leimq"), &other.key, "岗位调整")
            .await
            .unwrap();
        let refused = crate::common::finish(&city.ctx, &id, UseResult::Signed).await;
        assert!(
            matches!(refused, Err(SealError::NotActive(State::Released))),
            "{refused:?}"
        );
        city.db.remove().await.unwrap();
    }
}

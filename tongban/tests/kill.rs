//! The server is killed in the middle of many submissions and decisions, again and again. What it
//! acknowledged is there once; what it did not acknowledge is there whole and once, or not at all.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cases::{Case, State};
use journeys::{Client, Left, Process, Town};
use kernel::{Randomness, SystemRandom};
use tokio::sync::Mutex;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tongban");

/// One thing that a client wants done.
#[derive(Clone)]
enum Wish {
    /// A resident presses the button under a finished form.
    Submit { case_id: String, client: Client },
    /// A decider decides.
    Decide {
        case_id: String,
        number: String,
        rev: i64,
        client: Client,
    },
}

impl Wish {
    fn case_id(&self) -> &str {
        match self {
            Self::Submit { case_id, .. } | Self::Decide { case_id, .. } => case_id,
        }
    }

    /// Sends the request to this address. True: acknowledged. False: the server died on the way.
    async fn send(&self, address: &str) -> bool {
        let (reply, done) = match self {
            Self::Submit { case_id, client } => {
                let mut client = client.at(address);
                let reply = client
                    .post(&format!("/apply/d/{case_id}/submit"), &[])
                    .await;
                (reply, format!("/apply/d/{case_id}/done"))
            }
            Self::Decide {
                number,
                rev,
                client,
                ..
            } => {
                let mut client = client.at(address);
                let fields = [
                    ("rev", rev.to_string()),
                    ("decide.decision", "1".into()),
                    ("decide.reason", "符合法定条件、标准".into()),
                ];
                let fields: Vec<(&str, &str)> =
                    fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
                let path = format!("/approve/cases/{number}/act/decide");
                let reply = client.post(&path, &fields).await;
                (reply, format!("/approve/cases/{number}"))
            }
        };
        let Ok(reply) = reply else { return false };
        // A decision that was made just before the last kill is told as a case that has changed.
        let made_before = matches!(self, Self::Decide { .. }) && reply.status == 409;
        assert!(
            made_before || (reply.status == 303 && reply.location() == done),
            "{} {} {}",
            reply.status,
            reply.location(),
            reply.text()
        );
        true
    }
}

/// Applications in the hands of residents and deciders, all one press before the act.
async fn wishes(town: &Arc<Town>, count: usize) -> Vec<Wish> {
    let people = if count > 100 { 60 } else { 32 };
    let deciders = Arc::new(Mutex::new(HashMap::new()));
    let next = Arc::new(AtomicUsize::new(1));
    let mut tasks = Vec::new();
    for _ in 0..6 {
        let (town, deciders, next) = (town.clone(), deciders.clone(), next.clone());
        tasks.push(tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::SeqCst);
                if n > people {
                    return mine;
                }
                // Every second act is a decision or a little less: they take longer to prepare.
                let decisions = if n <= 25 { 2 } else { 1 };
                let login = format!("u_p{n:02}");
                mine.extend(wishes_of(&town, &login, &deciders, decisions).await);
            }
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    all.truncate(count);
    all
}

async fn wishes_of(town: &Town, login: &str, deciders: &Deciders, decisions: usize) -> Vec<Wish> {
    let mut mine = Vec::new();
    let account = identity::account_by_login(town.ctx(), login).await.unwrap();
    if account.is_none() {
        return mine;
    }
    let (me, token) = town.sign_in(login).await;
    let client = Client::new("").with_cookie("tb_session", &token);
    let mut more = serde_json::Map::new();
    more.insert("applicant_id_type".into(), "居民身份证".into());
    for (n, item) in ["YSZC", "CJRZ"].into_iter().enumerate() {
        // One to be decided, then one to be submitted: a person has one draft of an item.
        if n < decisions {
            let draft = town.ready_draft(&me, item, &more).await.unwrap();
            let submitted = cases::submit(&me, &draft.case_id).await.unwrap();
            let case = town.until_decision(&submitted.case).await;
            mine.push(decision(town, &case, deciders).await);
        }
        let draft = town.ready_draft(&me, item, &more).await.unwrap();
        mine.push(Wish::Submit {
            case_id: draft.case_id,
            client: client.clone(),
        });
    }
    mine
}

/// Signed-in deciders by their names: a one-time code counts once.
type Deciders = Mutex<HashMap<String, Client>>;

async fn decision(town: &Town, case: &Case, deciders: &Deciders) -> Wish {
    let decider = town.first(case, flow::Step::Decide).await;
    let decider = decider.actor.id.clone();
    let mut deciders = deciders.lock().await;
    if !deciders.contains_key(&decider) {
        let token = town.staff_token(&decider).await;
        let client = Client::new("").with_cookie("tb_desk", &token);
        deciders.insert(decider.clone(), client);
    }
    Wish::Decide {
        case_id: case.case_id.clone(),
        number: case.number().to_owned(),
        rev: case.rev,
        client: deciders[&decider].clone(),
    }
}

/// Sends everything at once; gives back what was acknowledged. `stop` is called when so many
/// answers have come.
async fn all_at_once(
    wishes: &[Wish],
    address: &str,
    answers: usize,
    stop: impl FnOnce(),
) -> HashSet<String> {
    let count = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for wish in wishes {
        let (wish, address, count) = (wish.clone(), address.to_owned(), count.clone());
        tasks.push(tokio::spawn(async move {
            let done = wish.send(&address).await;
            count.fetch_add(1, Ordering::SeqCst);
            done.then(|| wish.case_id().to_owned())
        }));
    }
    while count.load(Ordering::SeqCst) < answers.min(wishes.len()) {
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    stop();
    let mut acknowledged = HashSet::new();
    for task in tasks {
        acknowledged.extend(task.await.unwrap());
    }
    acknowledged
}

/// Between nothing and so many.
fn chance(most: u64) -> u64 {
    let mut bytes = [0; 8];
    SystemRandom.fill(&mut bytes);
    u64::from_le_bytes(bytes) % most
}

async fn kill_and_look(town: Town, count: usize) {
    let town = Arc::new(town);
    let mut open = wishes(&town, count).await;
    let all = open.len();
    assert_eq!(all, count, "applications that could be prepared");
    town.drain().await;
    let left = Arc::into_inner(town).unwrap().leave().await;
    let log = left.data().with_extension("log");
    let mut acknowledged = HashSet::new();
    for round in 0..6 {
        // All within the half hour after which an unused session ends.
        let at = format!("2026-11-16T09:{:02}", 10 + round);
        let server = Process::serve(&left, &[PROGRAM], &at, &log).await;
        let address = server.address.clone();
        let answers = chance(30) as usize;
        let wait = Duration::from_micros(chance(30_000));
        let done = all_at_once(&open, &address, answers, || {
            std::thread::sleep(wait);
            server.kill();
        })
        .await;
        println!(
            "round {round}: {} of {} acknowledged",
            done.len(),
            open.len()
        );
        open.retain(|wish| !done.contains(wish.case_id()));
        acknowledged.extend(done);
        look(&left, &acknowledged, &[]).await;
    }
    // Told to stop, it finishes what it has begun and ends by itself.
    let server = Process::serve(&left, &[PROGRAM], "2026-11-16T09:18", &log).await;
    let address = server.address.clone();
    let done = all_at_once(&open, &address, 10, || server.terminate()).await;
    let status = server.ended().await;
    assert!(status.success(), "{status}");
    println!(
        "told to stop: {} of {} acknowledged",
        done.len(),
        open.len()
    );
    open.retain(|wish| !done.contains(wish.case_id()));
    acknowledged.extend(done);
    look(&left, &acknowledged, &[]).await;
    // The rest goes through.
    let server = Process::serve(&left, &[PROGRAM], "2026-11-16T09:20", &log).await;
    let address = server.address.clone();
    let done = all_at_once(&open, &address, 0, || ()).await;
    assert_eq!(done.len(), open.len());
    server.terminate();
    let status = server.ended().await;
    assert!(status.success(), "{status}");
    acknowledged.extend(done);
    assert_eq!(acknowledged.len(), all);
    let everything: Vec<String> = acknowledged.iter().cloned().collect();
    look(&left, &acknowledged, &everything).await;
    left.prove(PROGRAM);
    left.remove().await;
}

/// Looks at every case that was acknowledged; at the end also at the documents of `settled`.
async fn look(left: &Left, acknowledged: &HashSet<String>, settled: &[String]) {
    let platform = left.open("2026-11-16T12:00").await;
    let ctx = &platform.ctx;
    if !settled.is_empty() {
        platform.worker.drain().await.unwrap();
    }
    let mut numbers = HashSet::new();
    for case_id in acknowledged {
        let case = cases::detail(ctx, case_id).await.unwrap().case;
        assert_ne!(case.state, State::Draft, "an acknowledged case is a draft");
        assert!(
            numbers.insert(case.number().to_owned()),
            "a number is doubled"
        );
        let events = journal::stream(&mut ctx.db.reader(), &format!("case/{case_id}"))
            .await
            .unwrap();
        let count = |code: &str| {
            let of = events.iter().filter(|e| e.payload["event"] == code);
            of.count()
        };
        assert_eq!(count("submit"), 1, "submitted once");
        assert!(count("decide_approve") <= 1, "decided once");
        let notices = notices::list(ctx, case_id).await.unwrap();
        let of = |kind| notices.iter().filter(|n| n.kind == kind).count();
        // A receipt is given for what comes in online, and for originals at the window.
        let received = count("submit") + count("intake");
        assert_eq!(of(notices::Kind::Receipt), received, "receipts");
        assert_eq!(
            of(notices::Kind::Acceptance),
            count("accept"),
            "acceptances"
        );
        // Of the two items one has a document of its decision, the other only its licence.
        if case.data.item_id == "YSZC" {
            let decided = count("decide_approve");
            assert_eq!(of(notices::Kind::DecisionApprove), decided, "decisions");
        }
        if settled.contains(case_id) {
            for notice in &notices {
                assert!(
                    notice.sealed_at.is_some(),
                    "{:?} is not sealed",
                    notice.kind
                );
                let file = notices::file(ctx, &notice.doc_id, notices::Format::Ofd).await;
                assert!(file.unwrap().bytes.starts_with(b"PK"));
            }
        }
    }
    let parked = journal::parked(&mut ctx.db.reader()).await.unwrap();
    assert!(
        parked.is_empty(),
        "{} deliveries or jobs are parked",
        parked.len()
    );
    ctx.db.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_sqlite() {
    kill_and_look(Town::sqlite("2026-11-16T09:00").await, 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_postgres() {
    if let Some(town) = Town::postgres("2026-11-16T09:00").await {
        kill_and_look(town, 100).await;
    }
}

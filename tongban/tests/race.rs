//! Taking a seal out of use against a crowd of signers in two processes of the program over one
//! PostgreSQL database: through the interface, as strangers and officers reach it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gm::{KeyKind, KeyStore};
use identity::NewClient;
use jiff::{SignedDuration, Timestamp};
use journeys::{Client, Process, Reply, Town};
use kernel::{Clock, Grant, Permission, Scope, SystemClock};
use seals::SealType;
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tongban");
const SIGNERS: usize = 50;
const OFFICERS: [&str; 2] = ["yz_leimq", "yz_zhonglx"];
const START: &str = "2026-11-16T09:00";

/// A sealed report as a signer was given it.
struct Given {
    ofd: Vec<u8>,
    pdf: Vec<u8>,
}

/// One call of the interface.
async fn call(client: &mut Client, method: &str, path: &str, body: Option<&Value>) -> Reply {
    let path = format!("/api/v1{path}");
    let body = body.map(Value::to_string);
    let kind = body.is_some().then_some("application/json");
    let sent = body.unwrap_or_default();
    let reply = client.send(method, &path, kind, sent.as_bytes()).await;
    reply.unwrap()
}

fn read(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or_else(|e| panic!("{e}: {}", reply.text()))
}

/// Asks for a verification and its sealed report until a report is refused; gives the reports and
/// the code of the refusal.
async fn sign_until_refused(address: String, count: Arc<AtomicUsize>) -> (Vec<Given>, String) {
    let mut client = Client::new(&address);
    let mut given = Vec::new();
    loop {
        let number = json!({ "licence_no": "JY29901020010130" });
        let told = call(&mut client, "POST", "/verifications/number", Some(&number)).await;
        assert_eq!(told.status, 200, "{}", told.text());
        let number = read(&told)["number"].as_str().unwrap().to_owned();
        let report = format!("/verifications/{number}/report");
        let pdf = call(&mut client, "GET", &format!("{report}/pdf"), None).await;
        if pdf.status != 200 {
            // Refused for a reason that is told, never a fault.
            assert!(matches!(pdf.status, 403 | 409), "{}", pdf.text());
            match read(&pdf)["code"].as_str().unwrap() {
                // Nothing was given: one tries again.
                "busy" => continue,
                code => return (given, code.to_owned()),
            }
        }
        // Both were sealed at once: the other one is there, whatever became of the seal.
        let ofd = call(&mut client, "GET", &format!("{report}/ofd"), None).await;
        assert_eq!(ofd.status, 200, "{}", ofd.text());
        given.push(Given {
            ofd: ofd.body,
            pdf: pdf.body,
        });
        count.fetch_add(1, Ordering::SeqCst);
    }
}

/// Two servers, and the officers who manage the seal.
struct Race {
    servers: [Process; 2],
    /// Holding a token of each officer, on the second server.
    officers: Vec<Client>,
    seal: String,
}

impl Race {
    async fn seal(&mut self) -> (Value, String) {
        let path = format!("/seals/{}", self.seal);
        let reply = call(&mut self.officers[0], "GET", &path, None).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let tag = reply.header("etag").unwrap().to_owned();
        (read(&reply), tag)
    }

    /// An officer acts on the seal as it stands.
    async fn act(&mut self, officer: usize, act: Value) -> Value {
        let (_, tag) = self.seal().await;
        let path = format!("/seals/{}/acts", self.seal);
        let client = &mut self.officers[officer];
        client.headers.push(("If-Match".into(), tag));
        let reply = call(client, "POST", &path, Some(&act)).await;
        client.headers.pop();
        assert_eq!(reply.status, 200, "{act}: {}", reply.text());
        read(&reply)
    }

    /// Half of the crowd at each server; the act when it is well under way. Every signer ends with
    /// one of these refusals. Gives back what was signed.
    async fn run(&mut self, act: Value, refusals: &[&str]) -> Vec<Given> {
        let count = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..SIGNERS)
            .map(|n| {
                let address = self.servers[n % 2].address.clone();
                tokio::spawn(sign_until_refused(address, count.clone()))
            })
            .collect();
        while count.load(Ordering::SeqCst) < SIGNERS {
            assert!(!tasks.iter().all(|task| task.is_finished()), "nobody signs");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let officer = usize::from(act["act"] == "destroy");
        self.act(officer, act).await;
        let mut all = Vec::new();
        for task in tasks {
            let (given, refusal) = task.await.unwrap();
            assert!(refusals.contains(&refusal.as_str()), "{refusal}");
            all.extend(given);
        }
        all
    }

    /// Every use of the seal for reports.
    async fn uses(&mut self) -> Vec<Value> {
        let mut all = Vec::new();
        for page in 1.. {
            let path = format!(
                "/seals/{}/uses?document_kind=verification&size=100&page={page}",
                self.seal
            );
            let reply = call(&mut self.officers[0], "GET", &path, None).await;
            assert_eq!(reply.status, 200, "{}", reply.text());
            let rows = read(&reply)["rows"].as_array().unwrap().clone();
            if rows.is_empty() {
                break;
            }
            all.extend(rows);
        }
        all
    }

    /// No use was finished as signed, and no file is dated, after the seal's last move; nothing is
    /// under way; the uses that count are those of the files that were given.
    async fn nothing_after(&mut self, event: &str, before: usize, given: &[Given]) {
        let (seal, _) = self.seal().await;
        let last = seal["history"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["event"], event);
        let moment: Timestamp = last["at"].as_str().unwrap().parse().unwrap();
        let uses = self.uses().await;
        // Newest first: what was there before this round stands at the end.
        let uses = &uses[..uses.len() - before];
        let mut logged = HashSet::new();
        for one in uses {
            assert_ne!(one["result"], "reserved", "{one}");
            if one["result"] != "signed" {
                continue;
            }
            let finished: Timestamp = one["finished_at"].as_str().unwrap().parse().unwrap();
            assert!(finished < moment, "finished {finished}, {event} {moment}");
            for document in one["documents"].as_array().unwrap() {
                assert!(logged.insert(document["digest"].as_str().unwrap().to_owned()));
            }
        }
        let files = given.iter().flat_map(|one| [&one.ofd, &one.pdf]);
        let told: HashSet<String> = files.map(|file| hex::encode(gm::sm3(file))).collect();
        assert_eq!(told.len(), given.len() * 2);
        assert_eq!(logged, told, "the log tells of the files, all and only");
    }
}

/// The moments that the signatures of the files say, which all hold.
fn dates(given: &[Given], trust: &sealing::Trust) -> Vec<Timestamp> {
    let mut dates = Vec::new();
    for file in given.iter().flat_map(|one| [&one.ofd, &one.pdf]) {
        let verdict = sealing::verify(file, trust).unwrap();
        assert!(verdict.is_valid(), "{:?}", verdict.findings);
        assert_eq!(verdict.signatures.len(), 1);
        let at = verdict.signatures[0].signed_at.as_deref().unwrap();
        dates.push(at.parse().unwrap());
    }
    dates
}

/// How many private keys of seals the store holds.
fn seal_keys(store: &dyn KeyStore) -> usize {
    let names = store.keys();
    names
        .iter()
        .filter(|name| name.starts_with("seal."))
        .count()
}

/// Tokens by which the officers act over the interface.
async fn tokens(town: &Town) -> Vec<String> {
    let permissions = [Permission::SealManage, Permission::SealReadUses];
    let grants = permissions.map(|permission| Grant {
        permission,
        scope: Scope::Own,
    });
    let new = NewClient {
        client_id: "seal-desk".into(),
        name: "印章管理".into(),
        agency: None,
        grants: grants.into(),
    };
    let security = town.officer("aq_zuoqm").await;
    identity::create_client(&security, &new).await.unwrap();
    let mut tokens = Vec::new();
    for name in OFFICERS {
        let officer = town.officer(name).await;
        let hours = SignedDuration::from_hours(8);
        let token = identity::give_token(&officer, "seal-desk", "race", &permissions, hours);
        tokens.push(token.await.unwrap().token);
    }
    tokens
}

/// Withdrawal, loss and destruction with its revocation, each against fifty signers in two
/// processes: no signature is dated after it, no use finished after it, the log of uses agrees with
/// the files, and what was signed before stays valid.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_sign_nothing_after_a_seal_is_taken_out_of_use() {
    let Some(town) = Town::postgres(START).await else {
        return;
    };
    let agency = tongban::demo::OPERATOR;
    let seal = seals::find(town.ctx(), agency, SealType::Official).await;
    let seal = seal.unwrap().key;
    let tokens = tokens(&town).await;
    let keys = seal_keys(&*town.platform.keys);
    let left = town.leave().await;
    let log = left.data().with_extension("log");
    let since = SystemClock.now();
    let servers = [
        Process::serve_beside(&left, &[PROGRAM], (START, since), &log).await,
        Process::serve_beside(&left, &[PROGRAM], (START, since), &log).await,
    ];
    let officers = tokens.iter().map(|token| {
        let mut client = Client::new(&servers[1].address);
        let bearer = format!("Bearer {token}");
        client.headers.push(("Authorization".into(), bearer));
        client
    });
    let mut race = Race {
        officers: officers.collect(),
        servers,
        seal,
    };
    let refused = ["seal_frozen", "seal_not_active", "seal_use_closed"];
    let again = json!({
        "act": "authorise", "holder_kind": "system", "holder": "system",
        "document_kind": "verification", "valid_to": "2027-11-16T00:00:00Z",
        "daily_maximum": 1_000_000,
    });

    let (seal, _) = race.seal().await;
    assert_eq!(seal["state"], "ACTIVE");
    let mut rounds = Vec::new();
    let withdraw = json!({ "act": "withdraw", "reason": "岗位调整" });
    let given = race.run(withdraw, &refused).await;
    race.nothing_after("withdraw", 0, &given).await;
    rounds.push(("withdraw", given));

    race.act(0, again.clone()).await;
    let before = race.uses().await.len();
    let lost = json!({ "act": "report_loss", "reason": "载体遗失" });
    let given = race.run(lost, &refused).await;
    race.nothing_after("report_loss", before, &given).await;
    rounds.push(("report_loss", given));

    let ask = |what: &str| json!({ "act": "ask", "request": what, "reason": "已找到" });
    race.act(0, ask("recover")).await;
    race.act(1, json!({ "act": "recover" })).await;
    race.act(0, again).await;
    race.act(0, ask("destroy")).await;
    let before = race.uses().await.len();
    // Who was about to sign may also find the key gone.
    let refused = [&refused[..], &["seal_key_gone"]].concat();
    let given = race.run(json!({ "act": "destroy" }), &refused).await;
    race.nothing_after("destroy", before, &given).await;
    rounds.push(("destroy", given));

    let (seal, _) = race.seal().await;
    for server in race.servers {
        server.terminate();
        assert!(server.ended().await.success());
    }
    let platform = left.open("2026-11-16T10:00").await;
    let trust = seals::trust(&platform.ctx).await.unwrap();
    for (event, given) in &rounds {
        let history = seal["history"].as_array().unwrap();
        let change = history.iter().rfind(|change| change["event"] == *event);
        let moment: Timestamp = change.unwrap()["at"].as_str().unwrap().parse().unwrap();
        for date in dates(given, &trust) {
            assert!(date <= moment, "dated {date}, {event} {moment}");
        }
    }
    // Its certificates are revoked, and its keys are in no process's store.
    let mut revoked = Vec::new();
    for kind in [KeyKind::Sm2, KeyKind::P256] {
        let authority = gm::Authority::open(platform.keys.clone(), kind).unwrap();
        revoked.extend(authority.revoked().unwrap());
    }
    for certificate in seal["certificates"].as_array().unwrap() {
        let serial = certificate["serial"].as_str().unwrap();
        assert!(revoked.iter().any(|one| one.serial == serial), "{serial}");
    }
    assert_eq!(seal_keys(&*platform.keys), keys - 2);
    platform.ctx.db.close().await;
    left.remove().await;
}

//! A small city: registers, directory, a few accounts, and a phone network that remembers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use identity::{
    CaseCounting, CodeSender, CodeSending, DemoAccounts, NewSession, OpenCases, current_totp,
};
use jiff::SignedDuration;
use kernel::{Actor, Channel, IdNumber, ManualClock, Phone, Sensitive};
use registers::PersonRecord;
use serde_json::Value;
use store::testing::{TestDb, clocked};
use store::{BoxFuture, Ctx, Migration};

pub const AT: &str = "2026-11-16T01:00:00Z";
pub const PASSWORD: &str = "Yunzhou-2026!";

/// Every message that was sent.
#[derive(Default)]
pub struct Phones {
    sent: Mutex<Vec<(String, String)>>,
}

impl CodeSender for Phones {
    fn send<'a>(
        &'a self,
        _: &'a Ctx,
        to: &'a Phone,
        text: &'a str,
    ) -> BoxFuture<'a, Result<(), String>> {
        self.sent
            .lock()
            .unwrap()
            .push((to.reveal().to_owned(), text.to_owned()));
        Box::pin(async { Ok(()) })
    }
}

impl Phones {
    pub fn count(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    pub fn last_to(&self, number: &str) -> Option<String> {
        let sent = self.sent.lock().unwrap();
        sent.iter()
            .rev()
            .find(|(to, _)| to == number)
            .map(|(_, text)| text.clone())
    }

    /// The last code sent to a number.
    pub fn code(&self, number: &str) -> String {
        let text = self.last_to(number).unwrap();
        let digits: String = text
            .chars()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect();
        assert_eq!(digits.len(), 6, "{text}");
        digits
    }

    /// The same for a message that leaves in the background.
    pub async fn code_soon(&self, number: &str, before: usize) -> String {
        for _ in 0..200 {
            if self.count() > before {
                return self.code(number);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no message was sent");
    }
}

/// Open cases of everybody.
#[derive(Default)]
pub struct Cases(pub AtomicU64);

impl OpenCases for Cases {
    fn open_cases<'a>(&'a self, _: &'a Ctx, _: &'a str) -> BoxFuture<'a, Result<u64, String>> {
        Box::pin(async { Ok(self.0.load(Ordering::Relaxed)) })
    }
}

pub struct City {
    pub test: TestDb,
    pub ctx: Ctx,
    pub clock: Arc<ManualClock>,
    pub phones: Arc<Phones>,
    pub cases: Arc<Cases>,
}

pub fn migrations() -> Vec<Migration> {
    [
        journal::MIGRATIONS,
        store::numbers::MIGRATIONS,
        agencies::MIGRATIONS,
        registers::MIGRATIONS,
        identity::MIGRATIONS,
    ]
    .concat()
}

pub fn demo(file: &str) -> Value {
    let path = format!("{}/../../demo/{file}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn list(file: &str) -> Vec<Value> {
    demo(file)[file].as_array().unwrap().clone()
}

/// A field of a person of the demonstration.
pub fn person(id: &str, field: &str) -> String {
    let all = list("persons");
    let found = all.iter().find(|p| p["person_id"] == id).unwrap();
    registers::lookup_path(found, field)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

pub fn id(person_id: &str) -> IdNumber {
    IdNumber::resident(&person(person_id, "id_number")).unwrap()
}

/// A field of a legal person of the demonstration.
pub fn legal(id: &str, field: &str) -> String {
    let all = list("legal_persons");
    let found = all.iter().find(|p| p["legal_person_id"] == id).unwrap();
    found[field].as_str().unwrap().to_owned()
}

impl City {
    /// A city on each engine, with accounts for these persons, their legal persons and all staff.
    pub async fn each(persons: &[&str]) -> Vec<Self> {
        let mut all = Vec::new();
        for test in TestDb::each(&migrations()).await.unwrap() {
            all.push(Self::on(test, persons).await);
        }
        all
    }

    /// A city on SQLite only, for what the engine has no part in.
    pub async fn one(persons: &[&str]) -> Self {
        Self::on(TestDb::sqlite(&migrations()).await.unwrap(), persons).await
    }

    async fn on(test: TestDb, persons: &[&str]) -> Self {
        let (ctx, clock) = clocked(&test, AT);
        let (phones, cases) = (Arc::new(Phones::default()), Arc::new(Cases::default()));
        ctx.shared.put(Arc::new(CodeSending(phones.clone())));
        ctx.shared.put(Arc::new(CaseCounting(cases.clone())));
        let mut directory = demo("halls");
        directory["regions"] = demo("regions")["regions"].take();
        directory["agencies"] = demo("agencies")["agencies"].take();
        agencies::import(&ctx, serde_json::from_value(directory).unwrap())
            .await
            .unwrap();
        let records = list("persons").into_iter();
        let import = registers::Import {
            persons: records
                .map(|record| PersonRecord {
                    record,
                    photo: None,
                })
                .collect(),
            legal_persons: list("legal_persons"),
            credits: Vec::new(),
        };
        registers::import(&ctx, import).await.unwrap();
        let city = Self {
            test,
            ctx,
            clock,
            phones,
            cases,
        };
        city.import(persons).await;
        city
    }

    /// Gives a person another name in the population register.
    pub async fn rename(&self, id: &str, name: &str) {
        let mut all = list("persons");
        all.retain(|p| p["person_id"] == id);
        all[0]["name"] = name.into();
        let import = registers::Import {
            persons: vec![PersonRecord {
                record: all.remove(0),
                photo: None,
            }],
            ..registers::Import::default()
        };
        let done = registers::import(&self.ctx, import).await.unwrap();
        assert_eq!(done.changed, 1);
    }

    /// Accounts of these persons and of the legal persons they represent, and the staff.
    pub async fn import(&self, persons: &[&str]) -> identity::Imported {
        let chosen = |p: &Value, field: &str| persons.iter().any(|id| p[field] == *id);
        let keep = |file: &str, field: &str| -> Value {
            list(file)
                .into_iter()
                .filter(|p| chosen(p, field))
                .collect()
        };
        let accounts: DemoAccounts = serde_json::from_value(serde_json::json!({
            "persons": keep("persons", "person_id"),
            "legal_persons": keep("legal_persons", "legal_representative_person_id"),
            "staff": demo("staff")["staff"],
        }))
        .unwrap();
        identity::import(&self.ctx, &accounts, &|_| PASSWORD.to_owned())
            .await
            .unwrap()
    }

    /// Somebody at the portal who has not signed in.
    pub fn portal(&self) -> Ctx {
        self.ctx.with_actor(Actor::visitor(Channel::Portal))
    }

    pub fn pass(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    /// Signs a person in with password and code.
    pub async fn sign_in(&self, login: &str, mobile: &str) -> NewSession {
        let portal = self.portal();
        let challenge = identity::sign_in_password(&portal, login, PASSWORD)
            .await
            .unwrap();
        let code = self.phones.code(mobile);
        identity::sign_in_code(&portal, &challenge.id, &code, "Firefox")
            .await
            .unwrap()
    }

    /// Signs a person of the demonstration in.
    pub async fn person_in(&self, person_id: &str) -> NewSession {
        self.sign_in(&person(person_id, "username"), &person(person_id, "mobile"))
            .await
    }

    /// The context of a session as it stands now.
    pub async fn as_session(&self, token: &str) -> Ctx {
        let session = identity::session_actor(&self.ctx, token, Channel::Portal)
            .await
            .unwrap();
        self.ctx.with_actor(session.unwrap().actor)
    }

    /// The context of a person who has just signed in.
    pub async fn as_person(&self, person_id: &str) -> Ctx {
        let new = self.person_in(person_id).await;
        self.as_session(&new.token).await
    }

    /// Signs staff in at the console.
    pub async fn staff_in(&self, username: &str) -> NewSession {
        let console = self.ctx.with_actor(Actor::visitor(Channel::Console));
        let totp = current_totp(&self.ctx, username).await.unwrap().unwrap();
        identity::staff_sign_in(&console, username, PASSWORD, &totp.code, "Console")
            .await
            .unwrap()
    }

    pub async fn as_staff(&self, username: &str) -> Ctx {
        self.ctx
            .with_actor(self.staff_in(username).await.session.actor)
    }

    /// The person acting for a legal person as its representative.
    pub async fn as_representative(&self, person_id: &str, legal_id: &str) -> (Ctx, String) {
        let new = self.person_in(person_id).await;
        let ctx = self.as_session(&new.token).await;
        let uscc = legal(legal_id, "uscc");
        let org = identity::account_by_uscc(&self.ctx, &uscc)
            .await
            .unwrap()
            .unwrap();
        let to = identity::Identity::Organisation {
            account: org.key.clone(),
            delegation: None,
        };
        identity::switch_identity(&ctx, &new.token, &to)
            .await
            .unwrap();
        (self.as_session(&new.token).await, org.key)
    }

    pub async fn account(&self, person_id: &str) -> identity::Account {
        identity::account_by_id(&self.ctx, &id(person_id))
            .await
            .unwrap()
            .unwrap()
    }

    /// Kinds of the events of a stream.
    pub async fn events(&self, stream: &str) -> Vec<String> {
        let events = journal::stream(&mut self.ctx.db.reader(), stream)
            .await
            .unwrap();
        events.into_iter().map(|e| e.kind).collect()
    }

    pub async fn remove(self) {
        self.test.remove().await.unwrap();
    }
}

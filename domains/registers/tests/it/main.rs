//! The registers on both engines, with the demonstration city.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop where something is missing"
)]

use std::sync::Arc;

use blobs::Blobs;
use kernel::{Actor, ActorKind, Channel, Grant, IdNumber, Permission, Scope};
use registers::{Import, Imported, PersonRecord, RegistersError};
use serde_json::{Value, json};
use store::testing::{TestDb, ctx};
use store::{Ctx, Migration, Run, args};

const AT: &str = "2026-11-16T01:00:00Z";
const DOCTOR: &str = "990100198812120";

fn migrations() -> Vec<Migration> {
    [journal::MIGRATIONS, registers::MIGRATIONS].concat()
}

fn demo(file: &str) -> String {
    format!("{}/../../demo/{file}", env!("CARGO_MANIFEST_DIR"))
}

fn list(file: &str, field: &str) -> Vec<Value> {
    let whole: Value = serde_json::from_slice(&std::fs::read(demo(file)).unwrap()).unwrap();
    whole[field].as_array().unwrap().clone()
}

fn city() -> Import {
    let with_photo = |record: Value| {
        let photo = std::fs::read(demo(record["photo"].as_str().unwrap())).ok();
        PersonRecord { record, photo }
    };
    Import {
        persons: list("persons.json", "persons")
            .into_iter()
            .map(with_photo)
            .collect(),
        legal_persons: list("legal_persons.json", "legal_persons"),
        credits: list("credit.json", "credits"),
    }
}

async fn loaded(test: &TestDb) -> (Ctx, Imported) {
    let ctx = ctx(test, AT);
    ctx.shared
        .put(Arc::new(Blobs::open(&test.path("blobs")).unwrap()));
    let done = registers::import(&ctx, city()).await.unwrap();
    (ctx, done)
}

fn id(person: &str) -> IdNumber {
    let all = list("persons.json", "persons");
    let found = all.iter().find(|p| p["person_id"] == person).unwrap();
    IdNumber::resident(found["id_number"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn the_registers_are_taken_in_once() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let (ctx, first) = loaded(&test).await;
        assert_eq!(
            first,
            Imported {
                added: 194,
                changed: 0,
                unchanged: 0
            }
        );
        let again = registers::import(&ctx, city()).await.unwrap();
        assert_eq!(
            again,
            Imported {
                added: 0,
                changed: 0,
                unchanged: 194
            }
        );
        let mut moved = city();
        moved.persons[0].record["address"] = json!("云岭省云州市云东区新地址1号");
        let third = registers::import(&ctx, moved).await.unwrap();
        assert_eq!(
            third,
            Imported {
                added: 0,
                changed: 1,
                unchanged: 193
            }
        );
        let person = registers::person(&ctx, &id("P01")).await.unwrap().unwrap();
        assert_eq!(person.text("address"), Some("云岭省云州市云东区新地址1号"));
        let events = journal::stream(&mut ctx.db.reader(), "register/population")
            .await
            .unwrap();
        assert_eq!(events.len(), 2);
        test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn records_are_found_by_their_numbers() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let (ctx, _) = loaded(&test).await;
        let doctor = registers::person(&ctx, &id("P38")).await.unwrap().unwrap();
        assert_eq!(doctor.name, "施予安");
        let no = doctor
            .text("population.doctor_qualification.qualification_no")
            .unwrap();
        assert!(no.starts_with("2015"));
        assert!(
            registers::person(&ctx, &IdNumber::other(DOCTOR))
                .await
                .unwrap()
                .is_none()
        );
        let mother = registers::person_by_ref(&ctx, "P06")
            .await
            .unwrap()
            .unwrap();
        assert!(mother.alive);

        let shop = registers::legal_person(&ctx, "92990102ma2008117r ")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (shop.name.as_str(), shop.status.as_str()),
            ("云州市云东区䶮记小厨餐饮店", "normal")
        );
        assert_eq!(shop.representative, Some(id("P01")));
        let mine = registers::legal_persons_of(&ctx, &id("P20")).await.unwrap();
        assert_eq!(mine.len(), 3);
        assert!(mine.is_sorted_by(|a, b| a.uscc < b.uscc));

        let credit = registers::credit(&ctx, &shop.uscc).await.unwrap().unwrap();
        assert_eq!(credit["subject_name"], json!(shop.name));
        let photo = registers::photo(&ctx, &id("P01")).await.unwrap().unwrap();
        assert_eq!(photo, std::fs::read(demo("photos/P01.png")).unwrap());
        test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn comparison_needs_the_same_name_and_a_living_person() {
    let test = TestDb::sqlite(&migrations()).await.unwrap();
    let (ctx, _) = loaded(&test).await;
    assert!(registers::compare(&ctx, "陈䶮", &id("P01")).await.unwrap());
    assert!(
        registers::compare(&ctx, " 陈 䶮", &id("P01"))
            .await
            .unwrap()
    );
    assert!(!registers::compare(&ctx, "陈龑", &id("P01")).await.unwrap());
    let dead = registers::person(&ctx, &id("P50")).await.unwrap().unwrap();
    assert!(!dead.alive);
    assert!(
        !registers::compare(&ctx, &dead.name, &id("P50"))
            .await
            .unwrap()
    );
}

/// No plain name, number or address stands in the database, and printing shows none.
#[tokio::test]
async fn nothing_personal_is_stored_or_printed_in_the_clear() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let (ctx, _) = loaded(&test).await;
        let mut reader = ctx.db.reader();
        let rows = reader
            .rows("SELECT data, content FROM register_record", args![])
            .await
            .unwrap();
        assert_eq!(rows.len(), 194);
        let secrets = ["陈䶮", "990102197803120639", "望湖巷", "92990102MA2008117R"];
        for row in &rows {
            for column in 0..2 {
                let bytes: Vec<u8> = row.get(column).unwrap();
                for secret in secrets {
                    assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()));
                }
            }
        }
        let person = registers::person(&ctx, &id("P01")).await.unwrap().unwrap();
        assert_eq!(format!("{person:?}"), "Person(陈*)");
        test.remove().await.unwrap();
    }
}

fn clerk(scope: Scope) -> Actor {
    Actor {
        kind: ActorKind::Staff,
        id: "ck_haosy".into(),
        agency: Some("YD_SJJ".into()),
        region: Some("990102".into()),
        grants: vec![Grant {
            permission: Permission::RegisterQuery,
            scope,
        }],
        ..Actor::visitor(Channel::Window)
    }
}

#[tokio::test]
async fn only_desks_with_the_permission_ask_and_every_question_is_written_down() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let (ctx, _) = loaded(&test).await;
        let visitor = ctx.with_actor(Actor::visitor(Channel::Portal));
        let refused = registers::person(&visitor, &id("P01")).await;
        assert!(matches!(refused, Err(RegistersError::Denied(_))));
        let elsewhere = ctx.with_actor(clerk(Scope::Region("990103".into())));
        assert!(registers::credit(&elsewhere, "x").await.is_err());
        let own = ctx.with_actor(clerk(Scope::Own));
        assert!(registers::photo(&own, &id("P01")).await.is_err());
        let mut reader = ctx.db.reader();
        let count = "SELECT count(*) FROM event WHERE kind = 'register.queried'";
        assert_eq!(reader.count(count, args![]).await.unwrap(), 0);

        let clerk = ctx.with_actor(clerk(Scope::Region("990102".into())));
        assert!(
            registers::person(&clerk, &id("P01"))
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            registers::legal_person(&clerk, "none")
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(reader.count(count, args![]).await.unwrap(), 2);
        let payloads = reader
            .rows("SELECT payload, actor FROM event", args![])
            .await
            .unwrap();
        for row in payloads {
            let all = row.get::<String>(0).unwrap() + &row.get::<String>(1).unwrap();
            assert!(!all.contains("1978"));
        }
        test.remove().await.unwrap();
    }
}

#[tokio::test]
async fn a_wrong_record_refuses_the_whole_import() {
    let test = TestDb::sqlite(&migrations()).await.unwrap();
    let ctx = ctx(&test, AT);
    ctx.shared
        .put(Arc::new(Blobs::open(&test.path("blobs")).unwrap()));
    let mut bad = city();
    bad.legal_persons[3]["uscc"] = json!("92990102MA2008117X");
    let refused = registers::import(&ctx, bad).await;
    assert!(matches!(
        refused,
        Err(RegistersError::Record { field: "uscc", .. })
    ));
    assert!(registers::person(&ctx, &id("P01")).await.unwrap().is_none());
    let mut bad = city();
    bad.persons[3].record["id_number"] = json!("990102197803120638");
    assert!(registers::import(&ctx, bad).await.is_err());
    let visitor = ctx.with_actor(Actor::visitor(Channel::Portal));
    assert!(matches!(
        registers::import(&visitor, city()).await,
        Err(RegistersError::Denied(_))
    ));
}

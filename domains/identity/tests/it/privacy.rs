//! What lies in the database, and who may read what.

use identity::IdentityError;
use kernel::IdNumber;
use store::{Run, args};

use crate::support::{City, PASSWORD, id, person};

/// After registering, signing in, delegating and changing, no name, number, address, password or
/// code stands anywhere in the file of the database, and no event names a person.
#[tokio::test]
async fn nothing_personal_lies_in_the_clear() {
    let city = City::one(&["P01", "P20"]).await;
    let new = city.person_in("P01").await;
    let me = city.as_session(&new.token).await;
    let moved = identity::BasicData {
        address: Some("云州市云东区某某路八十八号".into()),
        email: Some("chen@example.org".into()),
        ..Default::default()
    };
    identity::change_basic_data(&me, &moved).await.unwrap();
    let admin = city.as_staff("xt_luzy").await;
    identity::disable_account(&admin, &city.account("P20").await.key, "冒用身份理由")
        .await
        .unwrap();
    let last_code = city.phones.code(&person("P01", "mobile"));

    let mut secrets = vec![
        PASSWORD.to_owned(),
        "某某路八十八号".to_owned(),
        "chen@example.org".to_owned(),
        "冒用身份理由".to_owned(),
        new.token.clone(),
        "白露萍".to_owned(),
        "19900010001".to_owned(),
        "$argon2id$".to_owned(),
    ];
    for field in ["name", "id_number", "mobile", "address"] {
        secrets.push(person("P01", field));
        secrets.push(person("P20", field));
    }
    let folder = city.test.folder.path().to_owned();
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        files += 1;
        let bytes = std::fs::read(&path).unwrap();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!found, "{secret} in {}", path.display());
        }
    }
    assert!(files >= 2);
    let sql = "SELECT count(*) FROM one_time_code WHERE code = ?";
    let plain = last_code.into_bytes();
    assert_eq!(
        city.ctx.db.reader().count(sql, args![plain]).await.unwrap(),
        0
    );
}

#[tokio::test]
async fn an_account_is_read_by_its_owner_and_by_those_who_may() {
    for city in City::each(&["P01", "P20"]).await {
        let me = city.as_person("P01").await;
        let mine = identity::account(&me, &me.actor.id).await.unwrap();
        assert_eq!(mine.name, "陈䶮");
        assert!(!format!("{mine:?}").contains("陈䶮"));
        let other = city.as_person("P20").await;
        let spied = identity::account(&other, &me.actor.id).await;
        assert!(matches!(spied, Err(IdentityError::Denied(_))));
        assert!(identity::account_by_id(&other, &id("P01")).await.is_err());
        let window = city.as_staff("ck_haosy").await;
        assert!(
            identity::account_by_id(&window, &id("P01"))
                .await
                .unwrap()
                .is_some()
        );
        let reviewer = city.as_staff("sc_xinglc").await;
        assert!(
            identity::account_by_id(&reviewer, &id("P01"))
                .await
                .is_err()
        );
        let nobody = IdNumber::other("990102197803120000");
        assert!(
            identity::account_by_id(&window, &nobody)
                .await
                .unwrap()
                .is_none()
        );
        // Acting for the legal person, its account can be read, and the own one still.
        let (boss, org) = city.as_representative("P01", "C01").await;
        assert!(identity::account(&boss, &org).await.unwrap().uscc.is_some());
        assert!(identity::account(&boss, &me.actor.id).await.is_ok());
        city.remove().await;
    }
}

//! The accounts of the whole demonstration city.

use identity::{AccountKind, DemoAccounts, IdentityError, RealNameLevel, current_totp, is_demo};
use store::testing::{TestDb, ctx};
use store::{Run, args};

use crate::support::{AT, City, PASSWORD, demo, legal, migrations, person};

fn everybody() -> DemoAccounts {
    serde_json::from_value(serde_json::json!({
        "persons": demo("persons")["persons"],
        "legal_persons": demo("legal_persons")["legal_persons"],
        "staff": demo("staff")["staff"],
    }))
    .unwrap()
}

#[tokio::test]
async fn everybody_is_taken_in_once() {
    for city in City::each(&[]).await {
        let asked = std::sync::Mutex::new(Vec::new());
        let password = |name: &str| {
            asked.lock().unwrap().push(name.to_owned());
            PASSWORD.to_owned()
        };
        let first = identity::import(&city.ctx, &everybody(), &password)
            .await
            .unwrap();
        // One person is dead and one legal person is cancelled; the staff was there.
        assert_eq!((first.persons.len(), first.legal_persons.len()), (59, 39));
        assert!(first.staff.is_empty());
        assert_eq!(asked.lock().unwrap().len(), 98);
        let events = "SELECT count(*) FROM event";
        let count = || async { city.ctx.db.reader().count(events, args![]).await.unwrap() };
        let before = count().await;
        let again = identity::import(&city.ctx, &everybody(), &password)
            .await
            .unwrap();
        assert_eq!(again, identity::Imported::default());
        assert_eq!(count().await, before);
        assert_eq!(asked.lock().unwrap().len(), 98);

        let chen = city.account("P01").await;
        assert_eq!(
            (chen.kind, chen.level),
            (AccountKind::Natural, Some(RealNameLevel::L4))
        );
        let mine = identity::organisations_of(&city.ctx, &chen.key)
            .await
            .unwrap();
        assert_eq!(mine.len(), 1);
        assert_eq!(mine[0].uscc.as_deref(), Some(legal("C01", "uscc").as_str()));
        assert_eq!(mine[0].representative.as_deref(), Some(&*chen.key));
        let by = identity::account_by_login(&city.ctx, &person("P01", "mobile"))
            .await
            .unwrap();
        assert_eq!(by.unwrap().key, chen.key);
        city.remove().await;
    }
}

#[tokio::test]
async fn only_a_demonstration_shows_codes_and_takes_such_accounts() {
    for test in TestDb::each(&migrations()).await.unwrap() {
        let ctx = ctx(&test, AT);
        assert!(!is_demo(&ctx).await.unwrap());
        let shown = current_totp(&ctx, "ck_bailp").await;
        assert!(matches!(shown, Err(IdentityError::NotDemo)));
        // An installation with staff of its own never becomes a demonstration.
        let done: Result<u64, store::StoreError> = ctx
            .db
            .write(|tx| {
                Box::pin(async move {
                    let sql = "INSERT INTO staff (username, staff_no, profile, agency_code, \
                               region_code, post_name, enabled, on_duty, totp, totp_step, \
                               created_at, rev) VALUES ('real', '1', ?, 'A', 'R', '', 1, 1, ?, 0, '2026-11-16T01:00:00.000Z', 1)";
                    tx.exec(sql, args![vec![1u8], vec![1u8]]).await
                })
            })
            .await;
        done.unwrap();
        let refused = identity::import(&ctx, &everybody(), &|_| PASSWORD.into()).await;
        assert!(matches!(refused, Err(IdentityError::NotDemo)));
        assert!(!is_demo(&ctx).await.unwrap());
        test.remove().await.unwrap();
    }
}

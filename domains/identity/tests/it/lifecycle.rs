//! Disabling, enabling, changing, recovering, binding another number, cancelling.

use std::sync::atomic::Ordering;

use identity::{
    Answer, BasicData, ChangeOutcome, DelegateName, Identity, IdentityError, Items, State, Terms,
};
use journal::JobFn;
use kernel::{Channel, Sensitive};
use serde_json::{Value, json};
use store::{Run, args};

use crate::support::{City, PASSWORD, id, legal, person};

/// Runs the jobs that wait, as the background would.
async fn run_jobs(city: &City) {
    let handlers: Vec<(&'static str, JobFn)> = identity::handlers();
    let mut reader = city.ctx.db.reader();
    let rows = reader
        .rows("SELECT kind, payload FROM job ORDER BY id", args![])
        .await;
    for row in rows.unwrap() {
        let (kind, payload): (String, String) = (row.get(0).unwrap(), row.get(1).unwrap());
        let payload: Value = serde_json::from_str(&payload).unwrap();
        let (_, run) = handlers.iter().find(|(k, _)| *k == kind).unwrap();
        run(city.ctx.clone(), payload).await.unwrap();
    }
}

/// An account whose user breaks the law can be disabled with a reason; the user is told by
/// SMS. Enabling a disabled account needs approval by the head of the managing department
/// and an SMS to the user.
#[tokio::test]
async fn an_account_is_disabled_and_enabled_by_two_persons() {
    for city in City::each(&["P01"]).await {
        let token = city.person_in("P01").await.token;
        let (account, mobile) = (city.account("P01").await.key, person("P01", "mobile"));
        let (admin, head) = (
            city.as_staff("xt_luzy").await,
            city.as_staff("ld_laozy").await,
        );
        for nobody in [city.portal(), head.clone(), city.as_staff("aq_zuoqm").await] {
            let denied = identity::disable_account(&nobody, &account, "理由").await;
            assert!(matches!(denied, Err(IdentityError::Denied(_))));
        }
        assert!(
            identity::disable_account(&admin, &account, " ")
                .await
                .is_err()
        );
        identity::disable_account(&admin, &account, "冒用他人材料")
            .await
            .unwrap();
        let open = identity::session_actor(&city.ctx, &token, Channel::Portal)
            .await
            .unwrap();
        assert!(open.is_none());
        run_jobs(&city).await;
        let told = city.phones.last_to(&mobile).unwrap();
        assert!(
            told.contains("停用") && told.contains("冒用他人材料"),
            "{told}"
        );
        let right = identity::sign_in_password(&city.portal(), "u_p01", PASSWORD).await;
        assert!(matches!(right, Err(IdentityError::Disabled)));
        let wrong = identity::sign_in_password(&city.portal(), "u_p01", "Wrong-pass-1").await;
        assert!(matches!(wrong, Err(IdentityError::WrongCredentials)));

        let unasked = identity::approve_enabling(&head, &account).await;
        assert!(matches!(unasked, Err(IdentityError::NotFound)));
        identity::ask_to_enable(&admin, &account).await.unwrap();
        let own = identity::approve_enabling(&admin, &account).await;
        assert!(matches!(own, Err(IdentityError::Denied(_))));
        identity::approve_enabling(&head, &account).await.unwrap();
        run_jobs(&city).await;
        assert!(city.phones.last_to(&mobile).unwrap().contains("恢复"));
        city.person_in("P01").await;
        let twice = identity::ask_to_enable(&admin, &account).await;
        assert!(matches!(twice, Err(IdentityError::Move(_))));
        city.remove().await;
    }
}

#[tokio::test]
async fn changed_data_hold_only_when_the_register_agrees() {
    for city in City::each(&["P01"]).await {
        let me = city.as_person("P01").await;
        let moved = BasicData {
            address: Some("云州市云东区新路8号".into()),
            email: Some("chen@example.org".into()),
            ..BasicData::default()
        };
        let done = identity::change_basic_data(&me, &moved).await.unwrap();
        assert_eq!(done, ChangeOutcome::Accepted);
        let account = city.account("P01").await;
        assert_eq!(
            account.address.as_ref().unwrap().reveal(),
            "云州市云东区新路8号"
        );
        assert_eq!(account.state, State::Active);

        let renamed = BasicData {
            name: Some("陈龙".into()),
            ..moved.clone()
        };
        let done = identity::change_basic_data(&me, &renamed).await.unwrap();
        assert_eq!(done, ChangeOutcome::Refused);
        let account = city.account("P01").await;
        assert_eq!(
            (account.name.as_str(), account.state),
            ("陈䶮", State::Active)
        );
        let broken = BasicData {
            email: Some("nowhere".into()),
            ..BasicData::default()
        };
        assert!(identity::change_basic_data(&me, &broken).await.is_err());
        let stream = format!("account/{}", account.key);
        let events = city.events(&stream).await;
        assert_eq!(events.iter().filter(|k| *k == "account.changed").count(), 4);
        // The job finds nothing left to do.
        run_jobs(&city).await;
        city.remove().await;
    }
}

/// A process that stopped between submitting and comparing is finished by the job.
#[tokio::test]
async fn the_job_finishes_a_change_that_was_interrupted() {
    for city in City::each(&["P01"]).await {
        let me = city.as_person("P01").await;
        let moved = BasicData {
            address: Some("新路8号".into()),
            ..BasicData::default()
        };
        identity::change_basic_data(&me, &moved).await.unwrap();
        // Put the account back to where the process would have stopped.
        let (ctx, key) = (city.ctx.clone(), me.actor.id.clone());
        let sealed = ctx.seal(
            "account",
            "proposed",
            &key,
            &serde_json::to_vec(&json!({ "address": "再新路9号" })).unwrap(),
        );
        let done: Result<u64, store::StoreError> = city
            .ctx
            .db
            .write(move |tx| {
                let (key, sealed) = (key.clone(), sealed.clone());
                Box::pin(async move {
                    let sql =
                        "UPDATE account SET state = 'CHANGING', proposed = ? WHERE account_key = ?";
                    tx.exec(sql, args![sealed, key]).await
                })
            })
            .await;
        assert_eq!(done.unwrap(), 1);
        // Old data stay effective meanwhile, and the person can sign in.
        assert_eq!(
            city.account("P01").await.address.unwrap().reveal(),
            "新路8号"
        );
        city.person_in("P01").await;
        run_jobs(&city).await;
        let account = city.account("P01").await;
        assert_eq!(account.address.unwrap().reveal(), "再新路9号");
        assert_eq!(account.state, State::Active);
        city.remove().await;
    }
}

/// SMS code to the registered mobile resets the password, or a window officer approves
/// against the identity card and the system generates a new password.
#[tokio::test]
async fn a_password_is_recovered_by_code_or_at_the_window() {
    for city in City::each(&["P01"]).await {
        let (portal, mobile) = (city.portal(), person("P01", "mobile"));
        let token = city.person_in("P01").await.token;
        for _ in 0..5 {
            let _ = identity::sign_in_password(&portal, "u_p01", "Wrong-pass-1").await;
        }
        assert_eq!(city.account("P01").await.state, State::Locked);
        let before = city.phones.count();
        let challenge = identity::recover(&portal, "u_p01").await.unwrap();
        let code = city.phones.code_soon(&mobile, before).await;
        // A refused password leaves the code usable.
        let reused = identity::finish_recovery(&portal, &challenge.id, &code, PASSWORD).await;
        assert!(matches!(reused, Err(IdentityError::Password(_))));
        identity::finish_recovery(&portal, &challenge.id, &code, "Found-again-1")
            .await
            .unwrap();
        assert_eq!(city.account("P01").await.state, State::Active);
        let open = identity::session_actor(&city.ctx, &token, Channel::Portal)
            .await
            .unwrap();
        assert!(open.is_none());
        let again = identity::finish_recovery(&portal, &challenge.id, &code, "Found-again-2").await;
        assert!(matches!(again, Err(IdentityError::CodeDead)));
        assert!(
            identity::sign_in_password(&portal, "u_p01", "Found-again-1")
                .await
                .is_ok()
        );

        let window = city.as_staff("ck_bailp").await;
        let denied = identity::recover_at_window(&portal, &id("P01")).await;
        assert!(matches!(denied, Err(IdentityError::Denied(_))));
        let made = identity::recover_at_window(&window, &id("P01"))
            .await
            .unwrap();
        assert!(
            identity::sign_in_password(&portal, "u_p01", &made)
                .await
                .is_ok()
        );
        let stream = format!("account/{}", city.account("P01").await.key);
        let events = journal::stream(&mut city.ctx.db.reader(), &stream)
            .await
            .unwrap();
        let last = events
            .iter()
            .rfind(|e| e.kind == "account.password_changed")
            .unwrap();
        assert_eq!(
            (last.actor.id.as_str(), &last.payload["how"]),
            ("ck_bailp", &json!("window"))
        );
        city.remove().await;
    }
}

/// Changing the bound mobile needs an SMS code on the old number to unbind and one on the
/// new number to bind.
#[tokio::test]
async fn another_mobile_number_needs_both_codes() {
    for city in City::each(&["P01", "P20"]).await {
        let me = city.as_person("P01").await;
        let (old, new) = (person("P01", "mobile"), "19900129876");
        let taken = identity::begin_mobile_change(&me, &person("P20", "mobile")).await;
        assert!(matches!(taken, Err(IdentityError::MobileTaken)));
        let change = identity::begin_mobile_change(&me, new).await.unwrap();
        let (old_code, new_code) = (city.phones.code(&old), city.phones.code(new));
        let finish = |a: (String, String), b: (String, String)| {
            let me = me.clone();
            async move {
                let old = Answer {
                    challenge: &a.0,
                    code: &a.1,
                };
                let new = Answer {
                    challenge: &b.0,
                    code: &b.1,
                };
                identity::finish_mobile_change(&me, old, new).await
            }
        };
        let unbind = (change.old.id.clone(), old_code.clone());
        let bind = (change.new.id.clone(), new_code.clone());
        let wrong = if new_code == "000000" {
            "111111"
        } else {
            "000000"
        };
        let half = finish(unbind.clone(), (change.new.id.clone(), wrong.into())).await;
        assert!(matches!(half, Err(IdentityError::WrongCode { left: 4 })));
        let swapped = finish(bind.clone(), unbind.clone()).await;
        assert!(matches!(swapped, Err(IdentityError::CodeDead)));
        finish(unbind, bind).await.unwrap();

        assert_eq!(city.account("P01").await.mobile.unwrap().reveal(), new);
        let portal = city.portal();
        let gone = identity::sign_in_password(&portal, &old, PASSWORD).await;
        assert!(matches!(gone, Err(IdentityError::WrongCredentials)));
        city.sign_in(new, new).await;
        city.remove().await;
    }
}

/// The user can cancel the account; using services again needs a new registration: the
/// cancelled one opens nothing any more, and the person's next account is another.
#[tokio::test]
async fn an_account_is_cancelled_when_nothing_is_open() {
    for city in City::each(&["P01", "P38"]).await {
        let (boss, org) = city.as_representative("P01", "C01").await;
        let all = Terms {
            items: Items::All,
            from: "2026-11-16".parse().unwrap(),
            to: "2027-11-15".parse().unwrap(),
        };
        let to = DelegateName {
            name: person("P38", "name"),
            id_number: person("P38", "id_number"),
        };
        identity::grant_delegation(&boss, &to, &all).await.unwrap();

        let plain = city.as_person("P01").await;
        let still = identity::begin_cancellation(&plain).await;
        assert!(matches!(still, Err(IdentityError::StillRepresents)));

        let new = city.person_in("P38").await;
        let me = city.as_session(&new.token).await;
        city.cases.0.store(2, Ordering::Relaxed);
        let open = identity::begin_cancellation(&me).await;
        assert!(matches!(open, Err(IdentityError::OpenCases(2))));
        city.cases.0.store(0, Ordering::Relaxed);
        let challenge = identity::begin_cancellation(&me).await.unwrap();
        let code = city.phones.code(&person("P38", "mobile"));
        identity::cancel_account(&me, &challenge.id, &code)
            .await
            .unwrap();
        let key = me.actor.id.clone();
        assert_eq!(
            identity::account(&city.ctx, &key).await.unwrap().state,
            State::Cancelled
        );
        let open = identity::session_actor(&city.ctx, &new.token, Channel::Portal)
            .await
            .unwrap();
        assert!(open.is_none());
        let given = identity::delegations_given(&boss).await.unwrap();
        assert!(given.iter().all(|d| !d.holds));
        let gone = identity::sign_in_password(&city.portal(), "u_p38", PASSWORD).await;
        assert!(matches!(gone, Err(IdentityError::WrongCredentials)));
        assert!(
            identity::account_by_id(&city.ctx, &id("P38"))
                .await
                .unwrap()
                .is_none()
        );
        // Using services again needs a new registration, and gets a new account.
        city.import(&["P38"]).await;
        assert_ne!(city.account("P38").await.key, key);

        // The representative cancels the legal person's account, then the own one.
        let challenge = identity::begin_cancellation(&boss).await.unwrap();
        let code = city.phones.code(&person("P01", "mobile"));
        identity::cancel_account(&boss, &challenge.id, &code)
            .await
            .unwrap();
        assert_eq!(
            identity::account(&city.ctx, &org).await.unwrap().state,
            State::Cancelled
        );
        assert!(identity::begin_cancellation(&plain).await.is_ok());
        city.remove().await;
    }
}

/// The register names another representative: that person takes the account over, and the former
/// one no longer acts for the legal person.
#[tokio::test]
async fn an_account_follows_its_representative() {
    for city in City::each(&["P01", "P38"]).await {
        let (boss, org) = city.as_representative("P01", "C01").await;
        let uscc = legal("C01", "uscc");
        let heir = city.as_person("P38").await;
        let early = identity::refresh_organisation(&heir, &uscc).await;
        assert!(matches!(early, Err(IdentityError::NotFound)));
        assert_eq!(
            identity::refresh_organisation(&boss, &uscc).await.unwrap(),
            ChangeOutcome::Accepted
        );
        let record = registers::legal_person(&city.ctx, &uscc)
            .await
            .unwrap()
            .unwrap();
        let mut data = record.data;
        data["legal_representative_name"] = json!(person("P38", "name"));
        data["legal_representative_id_number"] = json!(person("P38", "id_number"));
        data["registered_address"] = json!("云州市云东区新店路1号");
        let import = registers::Import {
            legal_persons: vec![data],
            ..Default::default()
        };
        registers::import(&city.ctx, import).await.unwrap();
        // The register no longer names the former representative: nothing is taken over for him.
        assert_eq!(
            identity::refresh_organisation(&boss, &uscc).await.unwrap(),
            ChangeOutcome::Refused
        );
        assert_eq!(
            identity::refresh_organisation(&heir, &uscc).await.unwrap(),
            ChangeOutcome::Accepted
        );
        let account = identity::account(&city.ctx, &org).await.unwrap();
        assert_eq!(account.representative.as_deref(), Some(&*heir.actor.id));
        assert_eq!(account.address.unwrap().reveal(), "云州市云东区新店路1号");
        let former = city.as_person("P01").await;
        let token = city.person_in("P01").await.token;
        let to = Identity::Organisation {
            account: org,
            delegation: None,
        };
        let refused = identity::switch_identity(&former, &token, &to).await;
        assert!(matches!(refused, Err(IdentityError::NotFound)));
        city.remove().await;
    }
}

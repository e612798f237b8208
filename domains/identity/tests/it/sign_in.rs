//! Signing in, guessing, codes.

use identity::{IdentityError, Limits, State, Strength};
use kernel::{Locale, Problem};
use std::sync::Arc;

use crate::support::{City, PASSWORD, person};

#[tokio::test]
async fn identity_number_mobile_and_user_name_all_lead_in() {
    for city in City::each(&["P01"]).await {
        let (id, mobile) = (person("P01", "id_number"), person("P01", "mobile"));
        let wide: String = id
            .chars()
            .map(|c| char::from_u32(c as u32 + 0xfee0).unwrap())
            .collect();
        for login in [
            &id,
            &wide,
            &mobile,
            &format!("+86 {mobile}"),
            "u_p01",
            "U_P01",
        ] {
            let new = city.sign_in(login, &mobile).await;
            assert_eq!(new.session.actor.name, "陈䶮");
            assert_eq!(new.session.strength, Strength::PasswordCode);
            assert!(new.session.duties.is_empty());
        }
        let account = city.account("P01").await;
        let events = city.events(&format!("account/{}", account.key)).await;
        assert_eq!(events.iter().filter(|k| *k == "session.started").count(), 6);
        assert!(!events.iter().any(|k| k == "sign_in.refused"));
        city.remove().await;
    }
}

#[tokio::test]
async fn a_legal_person_signs_in_through_its_representative() {
    for city in City::each(&["P01"]).await {
        let new = city.sign_in("c_c01", &person("P01", "mobile")).await;
        let actor = &new.session.actor;
        assert_eq!(actor.id, city.account("P01").await.key);
        let represented = actor.represented.as_ref().unwrap();
        assert_eq!(represented.uscc, "92990102MA2008117R");
        assert_eq!(represented.delegation, None);
        assert_eq!(
            new.session.represented.unwrap().name,
            "云州市云东区䶮记小厨餐饮店"
        );
        city.remove().await;
    }
}

fn words(error: IdentityError) -> Problem {
    error.into()
}

/// Unknown login and wrong password cannot be told apart, from the first try to the lock.
#[tokio::test]
async fn nothing_tells_whether_a_login_exists() {
    for city in City::each(&["P01"]).await {
        let portal = city.portal();
        for _ in 0..7 {
            let known = identity::sign_in_password(&portal, "u_p01", "Wrong-pass-1").await;
            let unknown = identity::sign_in_password(&portal, "u_p99", "Wrong-pass-1").await;
            assert_eq!(words(known.unwrap_err()), words(unknown.unwrap_err()));
        }
        let before = city.phones.count();
        for asks in [0, 1] {
            let known = match asks {
                0 => identity::request_sign_in_code(&portal, "19900120007")
                    .await
                    .unwrap(),
                _ => identity::recover(&portal, "19900120007").await.unwrap(),
            };
            let unknown = match asks {
                0 => identity::request_sign_in_code(&portal, "19900129999")
                    .await
                    .unwrap(),
                _ => identity::recover(&portal, "19900129999").await.unwrap(),
            };
            assert_eq!(known.sent_to, unknown.sent_to);
            assert_eq!(known.expires, unknown.expires);
            assert_eq!(known.id.len(), unknown.id.len());
            let wrong = identity::sign_in_code(&portal, &unknown.id, "000000", "").await;
            let purpose_fits = asks == 0;
            assert!(match wrong.unwrap_err() {
                IdentityError::WrongCode { left } => purpose_fits && left == 4,
                IdentityError::CodeDead => !purpose_fits,
                _ => false,
            });
        }
        // The account is locked, so only the recovery sent a message.
        city.phones.code_soon("19900120007", before).await;
        assert_eq!(city.phones.count(), before + 1);
        city.remove().await;
    }
}

#[tokio::test]
async fn five_wrong_passwords_lock_for_half_an_hour() {
    for city in City::each(&["P01"]).await {
        let portal = city.portal();
        let wrong = || identity::sign_in_password(&portal, "u_p01", "Wrong-pass-1");
        for _ in 0..4 {
            assert!(matches!(
                wrong().await,
                Err(IdentityError::WrongCredentials)
            ));
            city.pass(1);
        }
        // The first four are older than a quarter of an hour when the fifth comes.
        city.pass(14);
        assert!(matches!(
            wrong().await,
            Err(IdentityError::WrongCredentials)
        ));
        assert_eq!(city.account("P01").await.state, State::Active);
        for _ in 0..3 {
            assert!(matches!(
                wrong().await,
                Err(IdentityError::WrongCredentials)
            ));
        }
        let Err(IdentityError::Locked { until }) = wrong().await else {
            panic!()
        };
        assert_eq!(until.duration_since(city.ctx.now()).as_mins(), 30);
        assert_eq!(city.account("P01").await.state, State::Locked);

        city.pass(29);
        let right = identity::sign_in_password(&portal, "u_p01", PASSWORD).await;
        let problem = Problem::from(right.unwrap_err());
        assert_eq!(problem.code, "locked");
        assert!(problem.zh.contains("2026年11月16日 09:"), "{}", problem.zh);
        assert!(Locale::En.pick("", &problem.en).contains("service hall"));

        city.pass(1);
        city.person_in("P01").await;
        let account = city.account("P01").await;
        assert_eq!(account.state, State::Active);
        let events = city.events(&format!("account/{}", account.key)).await;
        assert_eq!(events.iter().filter(|k| *k == "account.locked").count(), 1);
        assert_eq!(
            events.iter().filter(|k| *k == "account.unlocked").count(),
            1
        );
        city.remove().await;
    }
}

/// Guesses sent at once are still only five.
#[tokio::test(flavor = "multi_thread")]
async fn many_guesses_at_once_are_not_more_than_five() {
    for city in City::each(&["P01"]).await {
        let mut all = Vec::new();
        for _ in 0..20 {
            let portal = city.portal();
            all.push(tokio::spawn(async move {
                identity::sign_in_password(&portal, "u_p01", "Wrong-pass-1")
                    .await
                    .unwrap_err()
            }));
        }
        let mut looked_at = 0;
        for one in all {
            match one.await.unwrap() {
                IdentityError::WrongCredentials => looked_at += 1,
                IdentityError::Locked { .. } => {}
                other => panic!("{other}"),
            }
        }
        assert!(looked_at <= 4, "{looked_at}");
        assert_eq!(city.account("P01").await.state, State::Locked);
        city.remove().await;
    }
}

#[tokio::test]
async fn the_background_ends_locks_that_are_over() {
    for city in City::each(&["P01"]).await {
        let portal = city.portal();
        for _ in 0..5 {
            let _ = identity::sign_in_password(&portal, "u_p01", "Wrong-pass-1").await;
        }
        identity::sweep(&city.ctx).await.unwrap();
        assert_eq!(city.account("P01").await.state, State::Locked);
        city.pass(30);
        identity::sweep(&city.ctx).await.unwrap();
        assert_eq!(city.account("P01").await.state, State::Active);
        city.remove().await;
    }
}

#[tokio::test]
async fn a_code_serves_once_for_five_minutes_and_five_tries() {
    for city in City::each(&["P01"]).await {
        let (portal, mobile) = (city.portal(), person("P01", "mobile"));
        let start = || identity::sign_in_password(&portal, "u_p01", PASSWORD);
        let finish = |id: String, code: String| {
            let portal = portal.clone();
            async move { identity::sign_in_code(&portal, &id, &code, "").await }
        };

        let first = start().await.unwrap();
        assert_eq!(first.sent_to, "199****0007");
        let code = city.phones.code(&mobile);
        assert!(finish(first.id.clone(), code.clone()).await.is_ok());
        assert!(matches!(
            finish(first.id, code).await,
            Err(IdentityError::CodeDead)
        ));

        let late = start().await.unwrap();
        let code = city.phones.code(&mobile);
        city.pass(5);
        assert!(matches!(
            finish(late.id, code).await,
            Err(IdentityError::CodeDead)
        ));

        // A code asked for without a password may be missed five times and locks nobody out.
        let before = city.phones.count();
        let guessed = identity::request_sign_in_code(&portal, &mobile)
            .await
            .unwrap();
        let code = city.phones.code_soon(&mobile, before).await;
        let wrong = if code == "000000" { "111111" } else { "000000" };
        for left in (0..5).rev() {
            let Err(IdentityError::WrongCode { left: said }) =
                finish(guessed.id.clone(), wrong.into()).await
            else {
                panic!()
            };
            assert_eq!(said, left);
        }
        assert!(matches!(
            finish(guessed.id, code).await,
            Err(IdentityError::CodeDead)
        ));
        assert_eq!(city.account("P01").await.state, State::Active);

        let before = city.phones.count();
        let alone = identity::request_sign_in_code(&portal, &mobile)
            .await
            .unwrap();
        let code = city.phones.code_soon(&mobile, before).await;
        let new = finish(alone.id, code).await.unwrap();
        assert_eq!(new.session.strength, Strength::Code);
        city.remove().await;
    }
}

/// Whoever has the password gets no more guesses at codes than at passwords.
#[tokio::test]
async fn wrong_second_factors_lock_like_wrong_passwords() {
    for city in City::each(&["P01"]).await {
        let portal = city.portal();
        let mut locked = false;
        for _ in 0..5 {
            let challenge = identity::sign_in_password(&portal, "u_p01", PASSWORD)
                .await
                .unwrap();
            let code = city.phones.code(&person("P01", "mobile"));
            let wrong = if code == "000000" { "111111" } else { "000000" };
            let refused = identity::sign_in_code(&portal, &challenge.id, wrong, "").await;
            locked = matches!(refused, Err(IdentityError::Locked { .. }));
        }
        assert!(locked);
        assert_eq!(city.account("P01").await.state, State::Locked);
        city.remove().await;
    }
}

#[tokio::test]
async fn codes_for_one_purpose_open_nothing_else_and_messages_are_limited() {
    for city in City::each(&["P01"]).await {
        let portal = city.portal();
        let mobile = person("P01", "mobile");
        let before = city.phones.count();
        let recovery = identity::recover(&portal, &mobile).await.unwrap();
        let code = city.phones.code_soon(&mobile, before).await;
        let refused = identity::sign_in_code(&portal, &recovery.id, &code, "").await;
        assert!(matches!(refused, Err(IdentityError::CodeDead)));

        city.ctx.shared.put(Arc::new(Limits {
            codes_an_hour: 3,
            codes_a_day: 4,
        }));
        for login in ["u_p01", &mobile] {
            identity::sign_in_password(&portal, login, PASSWORD)
                .await
                .unwrap();
        }
        let start = || identity::sign_in_password(&portal, "u_p01", PASSWORD);
        assert!(matches!(start().await, Err(IdentityError::TooManyCodes)));
        city.pass(61);
        assert!(start().await.is_ok());
        assert!(matches!(start().await, Err(IdentityError::TooManyCodes)));
        city.remove().await;
    }
}

//! Registration by link, and what the three routes have in common.

use identity::{IdentityError, LinkFinish, RealNameLevel, Route, State, WindowRegistration};
use kernel::{Problem, Sensitive};
use store::{Run, args};

use crate::register::wish;
use crate::support::{City, person};

const AGREEMENT: &str = "2026-01";
const PASSWORD: &str = "Hunan-rain-77";

async fn ticket(city: &City, of: &str) -> String {
    identity::simulate_platform(&city.ctx);
    let (name, number) = (person(of, "name"), person(of, "id_number"));
    identity::simulated_consent(&city.portal(), &name, &number)
        .await
        .unwrap()
}

fn finish(challenge: &str, code: &str) -> LinkFinish {
    LinkFinish {
        challenge: challenge.into(),
        code: code.into(),
        password: PASSWORD.into(),
        agreement: AGREEMENT.into(),
    }
}

/// Linked registration binds the account of the other official platform, takes over its
/// real-name data, and completes when the agreement is signed, not before.
#[tokio::test]
async fn an_account_elsewhere_is_bound_and_its_data_are_taken_over() {
    for city in City::each(&["P01"]).await {
        let portal = city.portal();
        let ticket = ticket(&city, "P38").await;
        let begun = identity::register_by_link(&portal, &ticket).await.unwrap();
        assert_eq!(begun.name, kernel::mask::name("施予安"));
        assert_eq!(
            begun.id_number,
            kernel::mask::id_number(&person("P38", "id_number"))
        );
        let code = city.phones.code(&person("P38", "mobile"));

        // The consent serves once; the code opens no other route.
        let again = identity::register_by_link(&portal, &ticket)
            .await
            .unwrap_err();
        assert_eq!(Problem::from(again).field.as_deref(), Some("ticket"));
        let online = identity::confirm_registration(&portal, &begun.challenge.id, &code).await;
        assert!(matches!(online, Err(IdentityError::CodeDead)));
        // Without the agreement, with a weak password: not yet, and nothing is lost.
        let good = finish(&begun.challenge.id, &code);
        let unsigned = LinkFinish {
            agreement: String::new(),
            ..good.clone()
        };
        let refused = identity::confirm_link(&portal, &unsigned).await;
        assert!(matches!(refused, Err(IdentityError::Agreement)));
        let weak = LinkFinish {
            password: "short".into(),
            ..good.clone()
        };
        let refused = identity::confirm_link(&portal, &weak).await.unwrap_err();
        assert_eq!(Problem::from(refused).field.as_deref(), Some("password"));

        let key = identity::confirm_link(&portal, &good).await.unwrap();
        let account = identity::account(&city.ctx, &key).await.unwrap();
        assert_eq!((account.state, account.route), (State::Active, Route::Link));
        assert_eq!(account.level, Some(RealNameLevel::L3));
        let linked = account.linked.unwrap();
        assert_eq!(linked.platform, "simulated");
        assert!(!linked.account.is_empty());
        assert_eq!(account.name, "施予安");
        let number = account.id_number.unwrap();
        assert_eq!(number.reveal(), person("P38", "id_number"));
        let mobile = account.mobile.unwrap();
        assert_eq!(mobile.reveal(), person("P38", "mobile"));
        let signed = identity::acceptances(&city.ctx, &key).await.unwrap();
        assert_eq!(signed[0].version, AGREEMENT);
        let login = person("P38", "id_number");
        assert!(
            identity::sign_in_password(&portal, &login, PASSWORD)
                .await
                .is_ok()
        );

        // A consent ends after five minutes, and nobody gets a second account.
        let late = self::ticket(&city, "P25").await;
        city.pass(6);
        let refused = identity::register_by_link(&portal, &late)
            .await
            .unwrap_err();
        assert_eq!(Problem::from(refused).field.as_deref(), Some("ticket"));
        let second = self::ticket(&city, "P01").await;
        let refused = identity::register_by_link(&portal, &second).await;
        assert!(matches!(refused, Err(IdentityError::Registered)));
        let other = person("P25", "id_number");
        let stranger = identity::simulated_consent(&portal, "施予安", &other).await;
        assert!(matches!(stranger, Err(IdentityError::Invalid { .. })));
        city.remove().await;
    }
}

/// A natural person registers online, at a hall window, or by link to an official real-name
/// platform. Each of the three begins PENDING, which opens nothing, and is gone after
/// twenty-four hours if it was not finished.
#[tokio::test]
async fn three_routes_begin_pending_and_end_unfinished_or_active() {
    for city in City::each(&[]).await {
        let portal = city.portal();
        let window = city.as_staff("ck_haosy").await;
        let online = wish("P38");
        let at_window = WindowRegistration {
            name: person("P25", "name"),
            id_number: person("P25", "id_number"),
            mobile: person("P25", "mobile"),
            agreement: AGREEMENT.into(),
        };
        for last in [false, true] {
            let first = identity::register(&portal, &online).await.unwrap();
            let second = identity::register_at_window(&window, &at_window)
                .await
                .unwrap();
            let by_link = ticket(&city, "P31").await;
            let third = identity::register_by_link(&portal, &by_link).await.unwrap();
            let routes = ["online", "window", "link"];
            for route in routes {
                let sql = "SELECT count(*) FROM account WHERE state = 'PENDING' AND route = ?";
                let found = city.ctx.db.reader().count(sql, args![route]).await.unwrap();
                assert_eq!(found, 1, "{route}");
            }
            // Not usable: none of the numbers leads to an account.
            for of in ["P38", "P25", "P31"] {
                let login = person(of, "id_number");
                let into = identity::sign_in_password(&portal, &login, PASSWORD).await;
                assert!(matches!(into, Err(IdentityError::WrongCredentials)), "{of}");
            }
            if last {
                let code = |of| city.phones.code(&person(of, "mobile"));
                let made = [
                    identity::confirm_registration(&portal, &first.id, &code("P38")).await,
                    identity::activate_at_window(&window, &second.id, &code("P25"))
                        .await
                        .map(|made| made.account),
                    identity::confirm_link(&portal, &finish(&third.challenge.id, &code("P31")))
                        .await,
                ];
                for (key, route) in made.into_iter().zip(routes) {
                    let account = identity::account(&city.ctx, &key.unwrap()).await.unwrap();
                    assert_eq!(account.state, State::Active);
                    assert_eq!(account.route.code(), route);
                }
                break;
            }
            city.pass(24 * 60 + 1);
            let code = city.phones.code(&person("P31", "mobile"));
            let late = identity::confirm_link(&portal, &finish(&third.challenge.id, &code)).await;
            assert!(matches!(late, Err(IdentityError::CodeDead)));
            identity::sweep(&city.ctx).await.unwrap();
            let all = "SELECT count(*) FROM account";
            assert_eq!(city.ctx.db.reader().count(all, args![]).await.unwrap(), 0);
        }
        city.remove().await;
    }
}

/// Where the population register knows the person otherwise, the account is REJECTED with the
/// reason, and the person may try again.
#[tokio::test]
async fn a_person_whom_the_register_does_not_know_is_rejected() {
    for city in City::each(&[]).await {
        let portal = city.portal();
        let consent = ticket(&city, "P38").await;
        let begun = identity::register_by_link(&portal, &consent).await.unwrap();
        let code = city.phones.code(&person("P38", "mobile"));
        city.rename("P38", "施余安").await;
        let refused = identity::confirm_link(&portal, &finish(&begun.challenge.id, &code)).await;
        assert!(matches!(refused, Err(IdentityError::NotVerified { .. })));
        let sql = "SELECT count(*) FROM account WHERE state = 'REJECTED' AND reason IS NOT NULL";
        let rejected = city.ctx.db.reader().count(sql, args![]).await.unwrap();
        assert_eq!(rejected, 1);
        city.rename("P38", "施予安").await;
        let consent = ticket(&city, "P38").await;
        let begun = identity::register_by_link(&portal, &consent).await.unwrap();
        let code = city.phones.code(&person("P38", "mobile"));
        let done = identity::confirm_link(&portal, &finish(&begun.challenge.id, &code)).await;
        assert!(done.is_ok());
        city.remove().await;
    }
}

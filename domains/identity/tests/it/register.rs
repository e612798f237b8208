//! Registration of natural and legal persons.

use identity::{
    Contents, IdentityError, RealNameLevel, Registration, Route, State, WindowRegistration,
};
use kernel::Problem;
use store::{Run, args};

use crate::support::{City, id, legal, person};

const AGREEMENT: &str = "2026-01";

pub fn wish(person_id: &str) -> Registration {
    Registration {
        name: person(person_id, "name"),
        id_number: person(person_id, "id_number").to_lowercase(),
        mobile: person(person_id, "mobile"),
        contents: Contents {
            social_security_no: Some(person(person_id, "social_security.social_security_no")),
            ..Contents::default()
        },
        password: "Hunan-rain-77".into(),
        agreement: AGREEMENT.into(),
    }
}

async fn through(city: &City, r: &Registration) -> Result<String, IdentityError> {
    let portal = city.portal();
    let challenge = identity::register(&portal, r).await?;
    let code = city.phones.code(&r.mobile);
    identity::confirm_registration(&portal, &challenge.id, &code).await
}

/// Registration ends only when the user has signed the agreement; version, time and channel
/// of the signature are stored.
#[tokio::test]
async fn a_person_registers_online_and_signs_the_agreement() {
    for city in City::each(&[]).await {
        let mut unticked = wish("P38");
        unticked.agreement = String::new();
        assert!(matches!(
            through(&city, &unticked).await,
            Err(IdentityError::Agreement)
        ));
        assert_eq!(city.phones.count(), 0);
        let rows = "SELECT count(*) FROM account";
        assert_eq!(city.ctx.db.reader().count(rows, args![]).await.unwrap(), 0);

        let key = through(&city, &wish("P38")).await.unwrap();
        let account = identity::account(&city.ctx, &key).await.unwrap();
        assert_eq!(
            (account.state, account.route),
            (State::Active, Route::Online)
        );
        assert_eq!(account.level, Some(RealNameLevel::L3));
        assert!(account.verified.len() >= identity::CONTENTS_NEEDED);
        assert_eq!(account.name, "施予安");
        assert_eq!(
            account.address.map(|a| format!("{a}").len() > 4),
            Some(true)
        );
        assert!(account.user_no.starts_with('U') && account.user_no.len() <= 20);
        let signed = identity::acceptances(&city.ctx, &key).await.unwrap();
        assert_eq!(signed.len(), 1);
        assert_eq!(
            (signed[0].version.as_str(), signed[0].channel.as_str()),
            (AGREEMENT, "portal")
        );
        assert_eq!(signed[0].at, city.ctx.now());

        let portal = city.portal();
        let login = person("P38", "id_number");
        let challenge = identity::sign_in_password(&portal, &login, "Hunan-rain-77")
            .await
            .unwrap();
        let code = city.phones.code(&person("P38", "mobile"));
        assert!(
            identity::sign_in_code(&portal, &challenge.id, &code, "")
                .await
                .is_ok()
        );
        let events = city.events(&format!("account/{key}")).await;
        assert_eq!(
            events[..4],
            [
                "account.registered",
                "account.password_changed",
                "account.activated",
                "account.agreement_accepted"
            ]
        );
        city.remove().await;
    }
}

/// A second registration with the same identity number is refused and pointed to login or
/// recovery.
#[tokio::test]
async fn nobody_registers_twice() {
    for city in City::each(&["P01"]).await {
        let again = through(&city, &wish("P01")).await.unwrap_err();
        let problem = Problem::from(again);
        assert_eq!(problem.code, "registered");
        assert!(problem.zh.contains("登录") && problem.zh.contains("找回密码"));

        let mut other = wish("P38");
        other.mobile = person("P01", "mobile");
        assert!(matches!(
            through(&city, &other).await,
            Err(IdentityError::MobileTaken)
        ));

        // Two registrations of one person under way at once: the second code finds the door shut.
        let portal = city.portal();
        let first = identity::register(&portal, &wish("P38")).await.unwrap();
        let first_code = city.phones.code(&wish("P38").mobile);
        let second = identity::register(&portal, &wish("P38")).await.unwrap();
        let second_code = city.phones.code(&wish("P38").mobile);
        identity::confirm_registration(&portal, &first.id, &first_code)
            .await
            .unwrap();
        let late = identity::confirm_registration(&portal, &second.id, &second_code).await;
        assert!(matches!(late, Err(IdentityError::Registered)));
        city.remove().await;
    }
}

#[tokio::test]
async fn what_does_not_match_the_register_is_rejected_with_a_reason() {
    for city in City::each(&[]).await {
        let mut wrong_name = wish("P38");
        wrong_name.name = "施予宁".into();
        let mut wrong_contents = wish("P38");
        wrong_contents.contents.social_security_no = Some("990126000001".into());
        let dead = wish("P50");
        for (bad, word) in [
            (wrong_name, "人口库"),
            (wrong_contents, "不足两项"),
            (dead, "人口库"),
        ] {
            let Err(IdentityError::NotVerified { zh, en }) = through(&city, &bad).await else {
                panic!()
            };
            assert!(zh.contains(word) && !en.is_empty(), "{zh}");
        }
        let mut reader = city.ctx.db.reader();
        let count = "SELECT count(*) FROM account WHERE state = 'REJECTED'";
        assert_eq!(reader.count(count, args![]).await.unwrap(), 3);
        let left = "SELECT count(*) FROM credential WHERE subject NOT LIKE 'staff/%'";
        assert_eq!(reader.count(left, args![]).await.unwrap(), 0);
        // It may be tried again.
        assert!(through(&city, &wish("P38")).await.is_ok());
        city.remove().await;
    }
}

#[tokio::test]
async fn guessing_somebodys_numbers_by_registering_is_stopped() {
    let city = City::one(&[]).await;
    let mut bad = wish("P38");
    bad.contents.social_security_no = Some("990126000001".into());
    for _ in 0..5 {
        let refused = through(&city, &bad).await;
        assert!(matches!(refused, Err(IdentityError::NotVerified { .. })));
        city.pass(60);
    }
    let refused = through(&city, &wish("P38")).await;
    assert!(matches!(refused, Err(IdentityError::TooManyRegistrations)));
    city.pass(24 * 60);
    assert!(through(&city, &wish("P38")).await.is_ok());
}

#[tokio::test]
async fn what_is_typed_wrongly_is_refused_at_its_field() {
    let city = City::one(&[]).await;
    let field = |r: Registration| {
        let city = &city;
        async move {
            Problem::from(through(city, &r).await.unwrap_err())
                .field
                .unwrap()
        }
    };
    assert_eq!(
        field(Registration {
            name: " ".into(),
            ..wish("P38")
        })
        .await,
        "name"
    );
    let id_number = "990100198812120389".to_owned();
    assert_eq!(
        field(Registration {
            id_number,
            ..wish("P38")
        })
        .await,
        "id_number"
    );
    assert_eq!(
        field(Registration {
            mobile: "1990".into(),
            ..wish("P38")
        })
        .await,
        "mobile"
    );
    let contents = Contents::default();
    assert_eq!(
        field(Registration {
            contents,
            ..wish("P38")
        })
        .await,
        "contents"
    );
    let password = "short1A".to_owned();
    assert_eq!(
        field(Registration {
            password,
            ..wish("P38")
        })
        .await,
        "password"
    );
    let holds = format!("Aa-{}", person("P38", "mobile"));
    assert_eq!(
        field(Registration {
            password: holds,
            ..wish("P38")
        })
        .await,
        "password"
    );
}

#[tokio::test]
async fn a_registration_that_is_not_finished_is_gone_after_a_day() {
    for city in City::each(&[]).await {
        let portal = city.portal();
        identity::register(&portal, &wish("P38")).await.unwrap();
        let count = "SELECT count(*) FROM account";
        let rows = || async { city.ctx.db.reader().count(count, args![]).await.unwrap() };
        city.pass(23 * 60);
        identity::sweep(&city.ctx).await.unwrap();
        assert_eq!(rows().await, 1);
        city.pass(2 * 60);
        identity::sweep(&city.ctx).await.unwrap();
        assert_eq!(rows().await, 0);
        assert!(through(&city, &wish("P38")).await.is_ok());
        city.remove().await;
    }
}

/// The account of a window registration is the identity number; the password is generated
/// at random and can be changed after login.
#[tokio::test]
async fn the_window_registers_and_tells_account_and_password() {
    for city in City::each(&[]).await {
        let form = WindowRegistration {
            name: person("P38", "name"),
            id_number: person("P38", "id_number"),
            mobile: person("P38", "mobile"),
            agreement: AGREEMENT.into(),
        };
        let portal = city.portal();
        let refused = identity::register_at_window(&portal, &form).await;
        assert!(matches!(refused, Err(IdentityError::Denied(_))));
        let window = city.as_staff("ck_haosy").await;
        let challenge = identity::register_at_window(&window, &form).await.unwrap();
        let code = city.phones.code(&form.mobile);
        let online = identity::confirm_registration(&portal, &challenge.id, &code).await;
        assert!(matches!(online, Err(IdentityError::CodeDead)));
        let made = identity::activate_at_window(&window, &challenge.id, &code)
            .await
            .unwrap();
        assert_eq!(made.login, kernel::mask::id_number(&form.id_number));
        let account = identity::account(&city.ctx, &made.account).await.unwrap();
        assert_eq!(
            (account.level, account.route),
            (Some(RealNameLevel::L4), Route::Window)
        );

        let first = identity::sign_in_password(&portal, &form.id_number, &made.password).await;
        let code = city.phones.code(&form.mobile);
        let new = identity::sign_in_code(&portal, &first.unwrap().id, &code, "")
            .await
            .unwrap();
        assert!(new.session.generated_password && new.session.duties.is_empty());
        let me = city.as_session(&new.token).await;
        identity::change_password(&me, &made.password, "Mine-alone-42", &new.token)
            .await
            .unwrap();
        let old = identity::sign_in_password(&portal, &form.id_number, &made.password).await;
        assert!(matches!(old, Err(IdentityError::WrongCredentials)));
        assert!(
            identity::sign_in_password(&portal, &form.id_number, "Mine-alone-42")
                .await
                .is_ok()
        );
        city.remove().await;
    }
}

#[tokio::test]
async fn a_representative_opens_the_account_of_a_legal_person() {
    for city in City::each(&["P01"]).await {
        // Its account was imported with P01's; another representative has none yet.
        through(&city, &wish("P15")).await.unwrap();
        let portal = city.portal();
        let login = person("P15", "id_number");
        let challenge = identity::sign_in_password(&portal, &login, "Hunan-rain-77")
            .await
            .unwrap();
        let code = city.phones.code(&person("P15", "mobile"));
        let new = identity::sign_in_code(&portal, &challenge.id, &code, "")
            .await
            .unwrap();
        let me = city.as_session(&new.token).await;

        let open = |uscc: String, name: String| {
            let me = me.clone();
            async move { identity::register_organisation(&me, &uscc, &name, AGREEMENT).await }
        };
        let taken = open(legal("C01", "uscc"), legal("C01", "name")).await;
        assert!(matches!(taken, Err(IdentityError::Registered)));
        let mine = registers::legal_persons_of(&city.ctx, &id("P15"))
            .await
            .unwrap();
        let (uscc, name) = (mine[0].uscc.clone(), mine[0].name.clone());
        let foreign = open(legal("C02", "uscc"), legal("C02", "name")).await;
        assert!(matches!(foreign, Err(IdentityError::NotVerified { .. })));
        let renamed = identity::register_organisation(&me, &uscc, "另一家店", AGREEMENT).await;
        assert!(matches!(renamed, Err(IdentityError::NotVerified { .. })));

        let org = identity::register_organisation(&me, &uscc, &name, AGREEMENT)
            .await
            .unwrap();
        assert_eq!(org.state, State::Active);
        assert_eq!(org.representative.as_deref(), Some(&*me.actor.id));
        assert_eq!(org.legal.unwrap().status, "normal");
        let choices = identity::identities(&me).await.unwrap();
        assert_eq!(choices.len(), 2);
        assert_eq!(
            (choices[1].name.as_str(), choices[1].uscc.as_deref()),
            (&*name, Some(&*uscc))
        );
        let to = choices[1].identity.clone();
        let session = identity::switch_identity(&me, &new.token, &to)
            .await
            .unwrap();
        assert_eq!(session.actor.owner(), org.key);
        assert_eq!(session.actor.id, me.actor.id);
        city.remove().await;
    }
}

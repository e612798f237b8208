//! Delegation, through the use cases.

use identity::{
    DelegateName, DelegationFault, DelegationState, Identity, IdentityError, Items, Terms,
    delegations_given, delegations_received, grant_delegation, switch_identity,
};
use kernel::{Permission, Target};
use store::Ctx;

use crate::support::{City, legal, person};

const PEOPLE: &[&str] = &["P01", "P20", "P38", "P31", "P02", "P17"];

fn name(person_id: &str) -> DelegateName {
    DelegateName {
        name: person(person_id, "name"),
        id_number: person(person_id, "id_number"),
    }
}

fn terms(items: &[&str], to: &str) -> Terms {
    let items = if items.is_empty() {
        Items::All
    } else {
        Items::only(items.iter().copied())
    };
    Terms {
        items,
        from: "2026-11-16".parse().unwrap(),
        to: to.parse().unwrap(),
    }
}

/// Signs a person in and lets it act under a delegation.
async fn under(city: &City, person_id: &str, org: &str, key: &str) -> (Ctx, String) {
    let new = city.person_in(person_id).await;
    let ctx = city.as_session(&new.token).await;
    let to = Identity::Organisation {
        account: org.into(),
        delegation: Some(key.into()),
    };
    switch_identity(&ctx, &new.token, &to).await.unwrap();
    (city.as_session(&new.token).await, new.token)
}

fn fault<T: std::fmt::Debug>(result: Result<T, IdentityError>) -> DelegationFault {
    match result.unwrap_err() {
        IdentityError::Delegation(fault) => fault,
        other => panic!("{other}"),
    }
}

fn may(ctx: &Ctx, item: &str) -> bool {
    let target = Target {
        owner: Some(ctx.actor.owner()),
        item: Some(item),
        agency: Some("YD_SCJG"),
        region: Some("990102"),
        hall: None,
    };
    ctx.actor.require(Permission::CaseApply, &target).is_ok()
}

/// A legal person delegates by naming delegate, validity period and scope of service items;
/// a delegate may delegate again; the chain has at most three levels.
#[tokio::test]
async fn a_chain_of_three_and_no_fourth() {
    for city in City::each(PEOPLE).await {
        let (boss, org) = city.as_representative("P01", "C01").await;
        let a = grant_delegation(&boss, &name("P20"), &terms(&[], "2027-10-31"))
            .await
            .unwrap();
        let (first, _) = under(&city, "P20", &org, &a).await;
        assert!(may(&first, "SPJYXK-XB") && may(&first, "PSXK"));
        let narrow = terms(&["SPJYXK-XB", "PSXK"], "2027-06-30");
        let b = grant_delegation(&first, &name("P38"), &narrow)
            .await
            .unwrap();
        let (second, _) = under(&city, "P38", &org, &b).await;
        assert!(may(&second, "SPJYXK-XB") && !may(&second, "HWGG"));
        let wider = grant_delegation(&second, &name("P31"), &terms(&["HWGG"], "2027-01-31")).await;
        assert_eq!(fault(wider), DelegationFault::BeyondParent);
        let longer = grant_delegation(&second, &name("P31"), &terms(&["PSXK"], "2027-07-01")).await;
        assert_eq!(fault(longer), DelegationFault::BeyondParent);
        let c = grant_delegation(&second, &name("P31"), &terms(&["PSXK"], "2027-01-31")).await;
        let (third, _) = under(&city, "P31", &org, &c.unwrap()).await;
        let fourth = grant_delegation(&third, &name("P02"), &terms(&["PSXK"], "2027-01-31")).await;
        assert_eq!(fault(fourth), DelegationFault::TooLong);

        // A delegate does not administer the account.
        let own = Target {
            owner: Some(&org),
            ..Target::default()
        };
        assert!(third.actor.require(Permission::AccountOwn, &own).is_err());
        city.remove().await;
    }
}

/// Every act under a delegation records both the person and the represented legal person.
#[tokio::test]
async fn what_a_delegate_does_names_person_and_legal_person() {
    for city in City::each(PEOPLE).await {
        let (boss, org) = city.as_representative("P01", "C01").await;
        let a = grant_delegation(&boss, &name("P20"), &terms(&[], "2027-10-31"))
            .await
            .unwrap();
        let (delegate, _) = under(&city, "P20", &org, &a).await;
        let b = grant_delegation(&delegate, &name("P38"), &terms(&["PSXK"], "2027-01-31")).await;
        let stream = format!("delegation/{}", b.unwrap());
        let events = journal::stream(&mut city.ctx.db.reader(), &stream)
            .await
            .unwrap();
        let actor = &events[0].actor;
        assert_eq!(actor.id, city.account("P20").await.key);
        assert_eq!(actor.represented.as_deref(), Some(&*org));
        assert_eq!(actor.delegation.as_deref(), Some(&*a));
        city.remove().await;
    }
}

/// Cancelling a parent cancels its children at once: who acts under one acts for nobody but oneself
/// from the next request on.
#[tokio::test]
async fn cancelling_ends_everything_below_at_once() {
    for city in City::each(PEOPLE).await {
        let (boss, org) = city.as_representative("P01", "C01").await;
        let a = grant_delegation(&boss, &name("P20"), &terms(&[], "2027-10-31"))
            .await
            .unwrap();
        let (first, first_token) = under(&city, "P20", &org, &a).await;
        let b = grant_delegation(&first, &name("P38"), &terms(&["PSXK"], "2027-06-30"))
            .await
            .unwrap();
        let (second, second_token) = under(&city, "P38", &org, &b).await;
        assert!(may(&second, "PSXK"));
        let beside = grant_delegation(&boss, &name("P31"), &terms(&["PSXK"], "2027-06-30"))
            .await
            .unwrap();

        // Somebody who is not above cannot cancel.
        let up = identity::cancel_delegation(&second, &org, &a).await;
        assert!(matches!(up, Err(IdentityError::NotFound)));
        let across = identity::cancel_delegation(&second, &org, &beside).await;
        assert!(matches!(across, Err(IdentityError::NotFound)));

        identity::cancel_delegation(&boss, &org, &a).await.unwrap();
        for token in [&first_token, &second_token] {
            let now = city.as_session(token).await;
            assert!(now.actor.represented.is_none());
            assert_ne!(now.actor.owner(), org);
        }
        assert_eq!(
            city.events(&format!("delegation/{b}")).await,
            ["delegation.granted", "delegation.cancelled"]
        );
        let given = delegations_given(&boss).await.unwrap();
        let state = |key: &str| given.iter().find(|d| d.key == key).unwrap().state;
        assert_eq!(state(&a), DelegationState::Cancelled);
        assert_eq!(state(&b), DelegationState::Cancelled);
        assert_eq!(state(&beside), DelegationState::Active);
        let again = identity::cancel_delegation(&boss, &org, &a).await;
        assert_eq!(
            fault(again),
            DelegationFault::WrongState(DelegationState::Cancelled)
        );

        // A delegate may give it up.
        let third = city.as_person("P31").await;
        identity::cancel_delegation(&third, &org, &beside)
            .await
            .unwrap();
        assert!(
            delegations_received(&third)
                .await
                .unwrap()
                .iter()
                .all(|d| !d.holds)
        );
        city.remove().await;
    }
}

#[tokio::test]
async fn a_delegation_ends_with_its_period() {
    for city in City::each(PEOPLE).await {
        let (boss, org) = city.as_representative("P01", "C01").await;
        let key = grant_delegation(&boss, &name("P20"), &terms(&[], "2026-11-16"))
            .await
            .unwrap();
        let (ctx, token) = under(&city, "P20", &org, &key).await;
        assert!(may(&ctx, "PSXK"));
        // From nine in the morning to just before midnight in Beijing, used all the while.
        for _ in 0..36 {
            city.pass(19);
            assert!(may(&city.as_session(&token).await, "PSXK"));
        }
        let late = city.person_in("P20").await.token;
        let me = city.as_session(&late).await;
        let to = Identity::Organisation {
            account: org.clone(),
            delegation: Some(key),
        };
        city.pass(25);
        assert_eq!(kernel::time::minute(city.ctx.now()), "2026-11-16 20:49");
        switch_identity(&me, &late, &to).await.unwrap();
        for _ in 0..8 {
            city.pass(25);
            assert_eq!(
                city.as_session(&late).await.actor.represented.is_some(),
                kernel::time::minute(city.ctx.now()).starts_with("2026-11-16"),
            );
        }
        let refused = switch_identity(&me, &late, &to).await;
        assert!(matches!(refused, Err(IdentityError::NotFound)));
        city.remove().await;
    }
}

#[tokio::test]
async fn a_request_is_approved_on_narrower_terms_or_refused() {
    for city in City::each(PEOPLE).await {
        let asker = city.as_person("P38").await;
        let uscc = legal("C01", "uscc");
        let wide = terms(&["PSXK", "HWGG"], "2027-06-30");
        let first = identity::request_delegation(&asker, &uscc, &wide)
            .await
            .unwrap();
        let second = identity::request_delegation(&asker, &uscc, &wide)
            .await
            .unwrap();
        let (boss, org) = city.as_representative("P01", "C01").await;
        let received = delegations_received(&asker).await.unwrap();
        assert!(
            received
                .iter()
                .all(|d| d.state == DelegationState::Requested && !d.holds)
        );

        let wider = terms(&["PSXK", "HWGG"], "2027-12-31");
        let refused = identity::approve_delegation(&boss, &first, Some(&wider)).await;
        assert_eq!(fault(refused), DelegationFault::BeyondParent);
        let narrow = terms(&["PSXK"], "2027-06-30");
        identity::approve_delegation(&boss, &first, Some(&narrow))
            .await
            .unwrap();
        identity::refuse_delegation(&boss, &second).await.unwrap();
        let late = identity::approve_delegation(&boss, &second, None).await;
        assert_eq!(
            fault(late),
            DelegationFault::WrongState(DelegationState::Refused)
        );
        let (ctx, _) = under(&city, "P38", &org, &first).await;
        assert!(may(&ctx, "PSXK") && !may(&ctx, "HWGG"));

        // Who does not act for the legal person decides nothing.
        let stranger = city.as_person("P20").await;
        let denied = identity::approve_delegation(&stranger, &first, None).await;
        assert_eq!(fault(denied), DelegationFault::NotRepresenting);
        let (elsewhere, _) = city.as_representative("P20", "C02").await;
        let denied = identity::refuse_delegation(&elsewhere, &first).await;
        assert!(matches!(denied, Err(IdentityError::NotFound)));
        city.remove().await;
    }
}

#[tokio::test]
async fn narrowing_narrows_what_is_below() {
    for city in City::each(PEOPLE).await {
        let (boss, org) = city.as_representative("P01", "C01").await;
        let both = |to: &str| terms(&["PSXK", "HWGG"], to);
        let a = grant_delegation(&boss, &name("P20"), &both("2027-10-31"))
            .await
            .unwrap();
        let (first, _) = under(&city, "P20", &org, &a).await;
        let b = grant_delegation(&first, &name("P38"), &both("2027-06-30"))
            .await
            .unwrap();
        let c = grant_delegation(&first, &name("P31"), &terms(&["HWGG"], "2027-06-30"))
            .await
            .unwrap();
        let (second, token) = under(&city, "P38", &org, &b).await;
        assert!(may(&second, "HWGG"));

        let own = identity::change_delegation(&second, &b, &terms(&["HWGG"], "2027-06-30")).await;
        assert!(
            matches!(own, Err(IdentityError::NotFound)),
            "nobody changes one's own"
        );
        let wider = identity::change_delegation(&first, &b, &terms(&["LMCF"], "2027-06-30")).await;
        assert_eq!(fault(wider), DelegationFault::BeyondParent);
        identity::change_delegation(&boss, &a, &terms(&["PSXK"], "2027-03-31"))
            .await
            .unwrap();

        let now = city.as_session(&token).await;
        assert!(may(&now, "PSXK") && !may(&now, "HWGG"));
        let given = delegations_given(&boss).await.unwrap();
        let find = |key: &str| given.iter().find(|d| d.key == key).unwrap();
        assert_eq!(find(&b).terms, terms(&["PSXK"], "2027-03-31"));
        assert_eq!(find(&c).state, DelegationState::Cancelled);
        assert_eq!(
            find(&b).delegate_name,
            kernel::mask::name(&person("P38", "name"))
        );
        city.remove().await;
    }
}

#[tokio::test]
async fn a_delegate_is_a_registered_person_named_rightly() {
    let city = City::one(PEOPLE).await;
    let (boss, _) = city.as_representative("P01", "C01").await;
    let all = terms(&[], "2027-10-31");
    let mut wrong = name("P20");
    wrong.name = "黄或".into();
    let unknown = fault(grant_delegation(&boss, &name("P44"), &all).await);
    assert_eq!(unknown, fault(grant_delegation(&boss, &wrong, &all).await));
    assert_eq!(unknown, DelegationFault::NoSuchDelegate);
    let own = fault(grant_delegation(&boss, &name("P01"), &all).await);
    assert_eq!(own, DelegationFault::SamePerson);
    let plain = city.as_person("P01").await;
    let alone = fault(grant_delegation(&plain, &name("P20"), &all).await);
    assert_eq!(alone, DelegationFault::NotRepresenting);
    let past = terms(&[], "2026-11-15");
    assert_eq!(
        fault(grant_delegation(&boss, &name("P20"), &past).await),
        DelegationFault::Period
    );
}

//! Machine clients and tokens.

use identity::{IdentityError, NewClient, token_actor};
use jiff::SignedDuration;
use kernel::{ActorKind, Grant, Permission, Scope};

use crate::support::City;

fn query() -> Grant {
    Grant {
        permission: Permission::LicenceQuery,
        scope: Scope::Region("990100".into()),
    }
}

fn delivery() -> NewClient {
    NewClient {
        client_id: "takeaway".into(),
        name: "外卖平台".into(),
        agency: Some("YD_SCJG".into()),
        grants: vec![
            query(),
            Grant {
                permission: Permission::CaseRead,
                scope: Scope::All,
            },
        ],
    }
}

#[tokio::test]
async fn tokens_open_what_they_name_until_they_end() {
    for city in City::each(&[]).await {
        let security = city.as_staff("aq_zuoqm").await;
        let system = city.as_staff("xt_luzy").await;
        let denied = identity::create_client(&system, &delivery()).await;
        assert!(matches!(denied, Err(IdentityError::Denied(_))));
        let mut greedy = delivery();
        greedy.grants.push(Grant {
            permission: Permission::RoleAdmin,
            scope: Scope::All,
        });
        assert!(identity::create_client(&security, &greedy).await.is_err());
        let secret = identity::create_client(&security, &delivery())
            .await
            .unwrap();
        assert!(
            identity::create_client(&security, &delivery())
                .await
                .is_err()
        );

        let hour = SignedDuration::from_hours(1);
        let more = Grant {
            permission: Permission::LicenceIssue,
            scope: Scope::All,
        };
        let issue = |grants: Vec<Grant>, life| {
            let security = security.clone();
            async move { identity::issue_token(&security, "takeaway", "查证", &grants, life).await }
        };
        assert!(issue(vec![more], hour).await.is_err());
        assert!(issue(vec![], hour).await.is_err());
        assert!(
            issue(vec![query()], SignedDuration::from_hours(9000))
                .await
                .is_err()
        );
        let token = issue(vec![query()], hour).await.unwrap();
        let held = token_actor(&city.ctx, &token.token).await.unwrap().unwrap();
        assert_eq!(held.client_id, "takeaway");
        let actor = held.actor;
        assert_eq!(
            (actor.kind, actor.id.as_str()),
            (ActorKind::Machine, "takeaway")
        );
        assert_eq!(actor.grants, [query()]);
        assert_eq!(
            (actor.agency.as_deref(), actor.region.as_deref()),
            (Some("YD_SCJG"), Some("990102"))
        );
        assert!(
            token_actor(&city.ctx, "tb_nonsense")
                .await
                .unwrap()
                .is_none()
        );

        city.pass(59);
        assert!(
            token_actor(&city.ctx, &token.token)
                .await
                .unwrap()
                .is_some()
        );
        city.pass(1);
        assert!(
            token_actor(&city.ctx, &token.token)
                .await
                .unwrap()
                .is_none()
        );

        let own = identity::fetch_token(&city.portal(), "takeaway", &secret, &[])
            .await
            .unwrap();
        assert_eq!(
            token_actor(&city.ctx, &own.token)
                .await
                .unwrap()
                .unwrap()
                .actor
                .grants
                .len(),
            2
        );
        identity::revoke_token(&security, "takeaway", &own.key)
            .await
            .unwrap();
        assert!(token_actor(&city.ctx, &own.token).await.unwrap().is_none());
        let twice = identity::revoke_token(&security, "takeaway", &own.key).await;
        assert!(matches!(twice, Err(IdentityError::NotFound)));

        let kept = identity::fetch_token(&city.portal(), "takeaway", &secret, &[])
            .await
            .unwrap();
        let narrowed =
            identity::fetch_token(&city.portal(), "takeaway", &secret, &[Permission::CaseRead])
                .await
                .unwrap();
        let narrow = token_actor(&city.ctx, &narrowed.token)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(narrow.actor.grants.len(), 1);
        identity::revoke_token(&security, "takeaway", &narrowed.key)
            .await
            .unwrap();
        let beyond =
            identity::fetch_token(&city.portal(), "takeaway", &secret, &[Permission::SealUse])
                .await;
        assert!(matches!(beyond, Err(IdentityError::Invalid { .. })));
        identity::set_client_enabled(&security, "takeaway", false)
            .await
            .unwrap();
        assert!(token_actor(&city.ctx, &kept.token).await.unwrap().is_none());
        let off = identity::fetch_token(&city.portal(), "takeaway", &secret, &[]).await;
        assert!(matches!(off, Err(IdentityError::WrongCredentials)));
        let list = identity::tokens(&security, "takeaway").await.unwrap();
        assert_eq!(list.len(), 4);
        assert_eq!(list.iter().filter(|t| t.revoked_at.is_some()).count(), 2);
        assert_eq!(
            identity::clients(&security).await.unwrap()[0].grants.len(),
            2
        );
        city.remove().await;
    }
}

#[tokio::test]
async fn guessing_a_secret_is_stopped() {
    for city in City::each(&[]).await {
        let security = city.as_staff("aq_zuoqm").await;
        let secret = identity::create_client(&security, &delivery())
            .await
            .unwrap();
        let portal = city.portal();
        for _ in 0..4 {
            let wrong = identity::fetch_token(&portal, "takeaway", "guess", &[]).await;
            assert!(matches!(wrong, Err(IdentityError::WrongCredentials)));
        }
        let fifth = identity::fetch_token(&portal, "takeaway", "guess", &[]).await;
        assert!(matches!(fifth, Err(IdentityError::Locked { .. })));
        let right = identity::fetch_token(&portal, "takeaway", &secret, &[]).await;
        assert!(matches!(right, Err(IdentityError::Locked { .. })));
        city.pass(30);
        assert!(
            identity::fetch_token(&portal, "takeaway", &secret, &[])
                .await
                .is_ok()
        );
        city.remove().await;
    }
}

fn app() -> NewClient {
    let own = |permission| Grant {
        permission,
        scope: Scope::Own,
    };
    NewClient {
        client_id: "app".into(),
        name: "云州通".into(),
        agency: None,
        grants: vec![
            own(Permission::CaseReadOwn),
            own(Permission::CaseApply),
            own(Permission::CaseRead),
        ],
    }
}

#[tokio::test]
async fn a_given_token_acts_as_its_giver_and_no_further() {
    for city in City::each(&["P01"]).await {
        let security = city.as_staff("aq_zuoqm").await;
        let secret = identity::create_client(&security, &app()).await.unwrap();
        let me = city.as_person("P01").await;
        let open = identity::open_clients(&me).await.unwrap();
        assert_eq!(
            open[0].permissions,
            [Permission::CaseApply, Permission::CaseReadOwn]
        );
        let day = SignedDuration::from_hours(24);
        let give = |ctx: store::Ctx, permissions: Vec<Permission>, life| async move {
            identity::give_token(&ctx, "app", "note", &permissions, life).await
        };
        // Not more than either holds, not for nothing, not for ever, and not by nobody.
        for (permissions, life) in [
            (vec![Permission::CaseRead], day),
            (vec![Permission::LicenceOwn], day),
            (vec![], day),
            (
                vec![Permission::CaseApply],
                SignedDuration::from_hours(2161),
            ),
            (vec![Permission::CaseApply], SignedDuration::ZERO),
        ] {
            assert!(give(me.clone(), permissions, life).await.is_err());
        }
        let visitor = give(city.portal(), vec![Permission::CaseApply], day).await;
        assert!(matches!(visitor, Err(IdentityError::Denied(_))));

        let token = give(me.clone(), vec![Permission::CaseReadOwn], day)
            .await
            .unwrap();
        let held = token_actor(&city.ctx, &token.token).await.unwrap().unwrap();
        assert_eq!(held.actor.kind, ActorKind::User);
        assert_eq!(held.actor.id, me.actor.id);
        assert_eq!(held.actor.client.as_deref(), Some("app"));
        let permissions: Vec<_> = held.actor.grants.iter().map(|g| g.permission).collect();
        assert_eq!(permissions, [Permission::CaseReadOwn]);
        // What acts for somebody gives nothing in their name.
        let through = city.ctx.with_actor(held.actor);
        let passed_on = give(through.clone(), vec![Permission::CaseReadOwn], day).await;
        assert!(matches!(passed_on, Err(IdentityError::Denied(_))));
        assert!(identity::given_tokens(&through).await.is_err());

        // The client itself has nothing of what others give it.
        let own = identity::fetch_token(&city.portal(), "app", &secret, &[])
            .await
            .unwrap();
        let machine = token_actor(&city.ctx, &own.token).await.unwrap().unwrap();
        assert!(machine.actor.grants.is_empty());

        // Officers act with their own scope and roles.
        let clerk = city.as_staff("sc_tancw").await;
        let theirs = give(clerk.clone(), vec![Permission::CaseRead], day)
            .await
            .unwrap();
        let held = token_actor(&city.ctx, &theirs.token)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(held.actor.roles, clerk.actor.roles);
        assert_eq!(
            held.actor.scopes(Permission::CaseRead),
            clerk.actor.scopes(Permission::CaseRead)
        );
        assert!(held.actor.scopes(Permission::CaseAccept).is_empty());

        // Only its giver takes it back.
        let stolen = identity::take_back_token(&clerk, &token.key).await;
        assert!(matches!(stolen, Err(IdentityError::NotFound)));
        identity::take_back_token(&me, &token.key).await.unwrap();
        assert!(
            token_actor(&city.ctx, &token.token)
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(identity::given_tokens(&me).await.unwrap().len(), 1);
        city.remove().await;
    }
}

#[tokio::test]
async fn a_given_token_ends_with_the_representation_it_was_given_under() {
    for city in City::each(&["P01"]).await {
        let security = city.as_staff("aq_zuoqm").await;
        identity::create_client(&security, &app()).await.unwrap();
        let (organisation, _) = city.as_representative("P01", "C01").await;
        assert!(organisation.actor.represented.is_some());
        let day = SignedDuration::from_hours(24);
        let token = identity::give_token(&organisation, "app", "", &[Permission::CaseApply], day)
            .await
            .unwrap();
        let held = token_actor(&city.ctx, &token.token).await.unwrap().unwrap();
        assert_eq!(held.actor.owner(), organisation.actor.owner());
        let system = city.as_staff("xt_luzy").await;
        identity::disable_account(&system, organisation.actor.owner(), "test")
            .await
            .unwrap();
        assert!(
            token_actor(&city.ctx, &token.token)
                .await
                .unwrap()
                .is_none()
        );
        city.remove().await;
    }
}

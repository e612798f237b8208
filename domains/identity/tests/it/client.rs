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

//! Sessions: how long, where, and how they end.

use identity::{Duty, Identity, IdentityError, session_actor};
use jiff::SignedDuration;
use kernel::{Channel, Permission, Problem, Target};
use store::{Run, args};

use crate::support::{City, PASSWORD, legal, person};

async fn open(city: &City, token: &str, channel: Channel) -> bool {
    session_actor(&city.ctx, token, channel)
        .await
        .unwrap()
        .is_some()
}

#[tokio::test]
async fn sessions_end_when_idle_and_after_twelve_hours() {
    for city in City::each(&["P01"]).await {
        let public = city.person_in("P01").await.token;
        let staff = city.staff_in("sc_tancw").await.token;
        city.pass(14);
        assert!(open(&city, &staff, Channel::Console).await);
        assert!(open(&city, &public, Channel::Portal).await);
        city.pass(15);
        assert!(!open(&city, &staff, Channel::Console).await);
        assert!(open(&city, &public, Channel::Portal).await);
        city.pass(30);
        assert!(!open(&city, &public, Channel::Portal).await);

        let busy = city.person_in("P01").await;
        assert_eq!(
            busy.session.expires_at,
            city.ctx.now() + SignedDuration::from_hours(12)
        );
        for _ in 0..28 {
            city.pass(25);
            assert!(open(&city, &busy.token, Channel::Portal).await);
        }
        city.pass(20);
        assert!(!open(&city, &busy.token, Channel::Portal).await);
        city.remove().await;
    }
}

#[tokio::test]
async fn use_is_written_down_at_most_once_a_minute() {
    for city in City::each(&["P01"]).await {
        let new = city.person_in("P01").await;
        let seen = || async {
            let sql = "SELECT last_seen_at FROM session WHERE session_key = ?";
            let row = city
                .ctx
                .db
                .reader()
                .row(sql, args![&new.session.key])
                .await
                .unwrap();
            row.unwrap().get::<jiff::Timestamp>(0).unwrap()
        };
        let start = seen().await;
        city.clock.advance(SignedDuration::from_secs(59));
        assert!(open(&city, &new.token, Channel::Portal).await);
        assert_eq!(seen().await, start);
        city.clock.advance(SignedDuration::from_secs(1));
        assert!(open(&city, &new.token, Channel::Portal).await);
        assert_eq!(seen().await, city.ctx.now());
        city.remove().await;
    }
}

#[tokio::test]
async fn a_token_fits_its_kind_of_channel_only() {
    let city = City::one(&["P01"]).await;
    let public = city.person_in("P01").await.token;
    let staff = city.staff_in("sc_tancw").await.token;
    for channel in [Channel::Portal, Channel::Mobile, Channel::Kiosk] {
        assert!(open(&city, &public, channel).await && !open(&city, &staff, channel).await);
    }
    for channel in [Channel::Console, Channel::Window, Channel::Hotline] {
        assert!(open(&city, &staff, channel).await && !open(&city, &public, channel).await);
    }
    assert!(!open(&city, &public, Channel::Api).await);
    assert!(!open(&city, "nonsense", Channel::Portal).await);
    let at_portal = identity::staff_sign_in(&city.portal(), "sc_tancw", PASSWORD, "1", "").await;
    assert!(matches!(
        at_portal,
        Err(IdentityError::Invalid {
            field: "channel",
            ..
        })
    ));
}

#[tokio::test]
async fn sessions_are_listed_and_revoked_at_once() {
    for city in City::each(&["P01", "P20"]).await {
        let first = city.person_in("P01").await;
        city.pass(1);
        let second = city.person_in("P01").await;
        let me = city.as_session(&second.token).await;
        let list = identity::sessions(&me, &me.actor.id).await.unwrap();
        assert_eq!(list.len(), 2);
        assert_eq!(list[0].key, second.session.key);
        assert_eq!(
            (list[0].device.as_str(), list[0].channel.as_str()),
            ("Firefox", "portal")
        );
        assert!(list.iter().all(|s| s.open));

        let other = city.as_person("P20").await;
        let spied = identity::sessions(&other, &me.actor.id).await;
        assert!(matches!(spied, Err(IdentityError::Denied(_))));
        let ended = identity::revoke_session(&other, &me.actor.id, &first.session.key).await;
        assert!(matches!(ended, Err(IdentityError::Denied(_))));

        // Cached just now, and gone in the same second.
        assert!(open(&city, &first.token, Channel::Portal).await);
        identity::revoke_session(&me, &me.actor.id, &first.session.key)
            .await
            .unwrap();
        assert!(!open(&city, &first.token, Channel::Portal).await);
        assert!(open(&city, &second.token, Channel::Portal).await);
        let again = identity::revoke_session(&me, &me.actor.id, &first.session.key).await;
        assert!(matches!(again, Err(IdentityError::NotFound)));

        identity::sign_out(&city.ctx, &second.token).await.unwrap();
        assert!(!open(&city, &second.token, Channel::Portal).await);
        identity::sign_out(&city.ctx, "nonsense").await.unwrap();
        let third = city.person_in("P01").await;
        let fourth = city.person_in("P01").await;
        identity::sign_out_everywhere(&me, &me.actor.id)
            .await
            .unwrap();
        assert!(!open(&city, &third.token, Channel::Portal).await);
        assert!(!open(&city, &fourth.token, Channel::Portal).await);
        city.remove().await;
    }
}

#[tokio::test]
async fn each_session_has_its_own_form_secret() {
    let city = City::one(&["P01"]).await;
    let (a, b) = (city.person_in("P01").await, city.person_in("P01").await);
    let read = session_actor(&city.ctx, &a.token, Channel::Portal)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.csrf, a.csrf);
    assert_ne!(a.csrf, b.csrf);
    assert_eq!(a.csrf.len(), 32);
    assert!(a.token.len() >= 40 && a.token != b.token);
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_does_not_come_back() {
    for city in City::each(&["P01"]).await {
        let (here, there) = (city.person_in("P01").await, city.person_in("P01").await);
        let me = city.as_session(&here.token).await;
        let change = |old: &'static str, new: &'static str| {
            let (me, token) = (me.clone(), here.token.clone());
            async move { identity::change_password(&me, old, new, &token).await }
        };
        let wrong = change("not-the-Password1", "New-password-1").await;
        assert!(matches!(wrong, Err(IdentityError::WrongCredentials)));
        let weak = change(PASSWORD, "weak").await.unwrap_err();
        assert_eq!(Problem::from(weak).field.as_deref(), Some("password"));
        change(PASSWORD, "New-password-1").await.unwrap();
        assert!(open(&city, &here.token, Channel::Portal).await);
        assert!(!open(&city, &there.token, Channel::Portal).await);

        let mut last = "New-password-1";
        for next in [
            "New-password-2",
            "New-password-3",
            "New-password-4",
            "New-password-5",
        ] {
            city.clock.advance(SignedDuration::from_secs(1));
            change(last, next).await.unwrap();
            last = next;
        }
        let reused = change(last, "New-password-1").await;
        assert!(matches!(reused, Err(IdentityError::Password(_))));
        // It is the sixth by now.
        assert!(change(last, PASSWORD).await.is_ok());
        city.remove().await;
    }
}

#[tokio::test]
async fn an_old_password_allows_nothing_but_its_change() {
    for city in City::each(&["P01"]).await {
        city.pass(90 * 24 * 60 + 1);
        let new = city.person_in("P01").await;
        assert_eq!(new.session.duties, [Duty::ChangePassword]);
        let me = city.as_session(&new.token).await;
        let own = Target {
            owner: Some(me.actor.owner()),
            ..Target::default()
        };
        assert!(me.actor.require(Permission::CaseApply, &own).is_err());
        identity::change_password(&me, PASSWORD, "Fresh-password-1", &new.token)
            .await
            .unwrap();
        let me = city.as_session(&new.token).await;
        assert!(me.actor.require(Permission::CaseApply, &own).is_ok());

        let staff = city.staff_in("sc_tancw").await;
        assert_eq!(staff.session.duties, [Duty::ChangePassword]);
        assert!(staff.session.actor.grants.is_empty());
        let ctx = city.ctx.with_actor(staff.session.actor);
        identity::change_password(&ctx, PASSWORD, "Fresh-password-1", &staff.token)
            .await
            .unwrap();
        let after = session_actor(&city.ctx, &staff.token, Channel::Console)
            .await
            .unwrap();
        assert!(!after.unwrap().actor.grants.is_empty());
        city.remove().await;
    }
}

/// A new version of the agreement must be accepted before anything else is done; the text signed
/// before stays readable.
#[tokio::test]
async fn a_new_agreement_comes_first() {
    for city in City::each(&["P01"]).await {
        let new = city.person_in("P01").await;
        let text = identity::current_agreement(&city.ctx).await.unwrap();
        assert_eq!(
            (text.version.as_str(), text.sections.len()),
            ("2026-01", 10)
        );
        let body = include_str!("../../agreement/2026-01.txt").replace("三十", "30");
        let admin = city.as_staff("xt_luzy").await;
        let denied = identity::publish_agreement(&city.portal(), "2026-02", &body).await;
        assert!(matches!(denied, Err(IdentityError::Denied(_))));
        let cut = body.replace("十、其他", "其他");
        assert!(
            identity::publish_agreement(&admin, "2026-02", &cut)
                .await
                .is_err()
        );
        identity::publish_agreement(&admin, "2026-02", &body)
            .await
            .unwrap();
        assert!(
            identity::publish_agreement(&admin, "2026-02", &body)
                .await
                .is_err()
        );

        // The session that was open is held as well.
        let held = session_actor(&city.ctx, &new.token, Channel::Portal)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(held.duties, [Duty::AcceptAgreement]);
        let me = city.as_session(&new.token).await;
        let own = Target {
            owner: Some(me.actor.owner()),
            ..Target::default()
        };
        for permission in [
            Permission::CaseApply,
            Permission::LicenceOwn,
            Permission::MaterialOwn,
        ] {
            assert!(me.actor.require(permission, &own).is_err());
        }
        let stale = identity::accept_agreement(&me, "2026-01").await;
        assert!(matches!(stale, Err(IdentityError::Agreement)));
        identity::accept_agreement(&me, "2026-02").await.unwrap();
        let me = city.as_session(&new.token).await;
        assert!(me.actor.require(Permission::CaseApply, &own).is_ok());
        let mine = identity::acceptances(&me, &me.actor.id).await.unwrap();
        let versions: Vec<_> = mine.iter().map(|a| a.version.as_str()).collect();
        assert_eq!(versions, ["2026-02", "2026-01"]);
        let org = identity::account_by_uscc(&city.ctx, &legal("C01", "uscc"))
            .await
            .unwrap();
        assert_eq!(org.unwrap().agreement.as_deref(), Some("2026-02"));
        assert_eq!(
            identity::agreement(&me, "2026-01").await.unwrap().version,
            "2026-01"
        );
        city.remove().await;
    }
}

#[tokio::test]
async fn a_person_switches_between_oneself_and_own_legal_persons_only() {
    for city in City::each(&["P20", "P01"]).await {
        let new = city.person_in("P20").await;
        let me = city.as_session(&new.token).await;
        let choices = identity::identities(&me).await.unwrap();
        // The third of P20's legal persons is cancelled and has no account.
        assert_eq!(choices.len(), 3);
        assert!(choices[0].current && choices[0].identity == Identity::Person);
        for choice in &choices[1..] {
            let session = identity::switch_identity(&me, &new.token, &choice.identity)
                .await
                .unwrap();
            assert_eq!(session.represented.unwrap().name, choice.name);
        }
        let acting = city.as_session(&new.token).await;
        assert_eq!(
            identity::identities(&acting)
                .await
                .unwrap()
                .iter()
                .filter(|c| c.current)
                .count(),
            1
        );
        let back = identity::switch_identity(&acting, &new.token, &Identity::Person)
            .await
            .unwrap();
        assert!(back.actor.represented.is_none());

        let foreign = identity::account_by_uscc(&city.ctx, &legal("C01", "uscc"))
            .await
            .unwrap();
        let to = Identity::Organisation {
            account: foreign.unwrap().key,
            delegation: None,
        };
        let refused = identity::switch_identity(&me, &new.token, &to).await;
        assert!(matches!(refused, Err(IdentityError::NotFound)));
        // Nobody switches somebody else's session.
        let other = city.as_person("P01").await;
        let stolen = identity::switch_identity(&other, &new.token, &Identity::Person).await;
        assert!(matches!(stolen, Err(IdentityError::NotFound)));
        assert_eq!(person("P20", "name"), me.actor.name);
        city.remove().await;
    }
}

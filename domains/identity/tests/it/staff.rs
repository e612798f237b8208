//! Staff: two factors, roles, separated administrators.

use identity::{IdentityError, NewStaff, RoleGrant, current_totp, session_actor, staff_sign_in};
use kernel::{Actor, Channel, Permission, Problem, Scope, Target};
use store::Ctx;

use crate::support::{City, PASSWORD};

fn console(city: &City) -> Ctx {
    city.ctx.with_actor(Actor::visitor(Channel::Console))
}

async fn totp(city: &City, username: &str) -> String {
    current_totp(&city.ctx, username)
        .await
        .unwrap()
        .unwrap()
        .code
}

#[tokio::test]
async fn both_factors_are_needed_and_a_code_serves_once() {
    for city in City::each(&[]).await {
        let at = console(&city);
        let words = |e: IdentityError| Problem::from(e);
        let code = totp(&city, "sc_tancw").await;
        let no_code = staff_sign_in(&at, "sc_tancw", PASSWORD, "", "")
            .await
            .unwrap_err();
        let no_password = staff_sign_in(&at, "sc_tancw", "Wrong-pass-1", &code, "").await;
        let nobody = staff_sign_in(&at, "sc_nobody", PASSWORD, &code, "")
            .await
            .unwrap_err();
        assert_eq!(words(no_code), words(nobody));
        assert_eq!(words(no_password.unwrap_err()).code, "wrong_credentials");

        let new = staff_sign_in(&at, "SC_Tancw", PASSWORD, &code, "Console")
            .await
            .unwrap();
        let actor = &new.session.actor;
        assert_eq!(
            (actor.id.as_str(), actor.staff_no.as_str()),
            ("sc_tancw", "YZ1009")
        );
        assert_eq!(actor.agency.as_deref(), Some("YD_SCJG"));
        assert_eq!(
            actor.on_spot_roles,
            ["decider", "licence_officer", "reviewer"]
        );
        let replay = staff_sign_in(&at, "sc_tancw", PASSWORD, &code, "").await;
        assert!(matches!(replay, Err(IdentityError::WrongCredentials)));
        // The simulator shows the next one at once, and then none until time has passed.
        let next = totp(&city, "sc_tancw").await;
        assert_ne!(next, code);
        staff_sign_in(&at, "sc_tancw", PASSWORD, &next, "")
            .await
            .unwrap();
        assert_eq!(current_totp(&city.ctx, "sc_tancw").await.unwrap(), None);
        city.pass(1);
        city.staff_in("sc_tancw").await;
        let events = city.events("staff/sc_tancw").await;
        assert_eq!(events.iter().filter(|k| *k == "session.started").count(), 3);
        city.remove().await;
    }
}

#[tokio::test]
async fn five_wrong_tries_lock_staff_too() {
    for city in City::each(&[]).await {
        let at = console(&city);
        for _ in 0..4 {
            let refused = staff_sign_in(&at, "sc_tancw", PASSWORD, "000000", "").await;
            assert!(matches!(refused, Err(IdentityError::WrongCredentials)));
        }
        let fifth = staff_sign_in(&at, "sc_tancw", PASSWORD, "000000", "").await;
        assert!(matches!(fifth, Err(IdentityError::Locked { .. })));
        let code = totp(&city, "sc_tancw").await;
        let right = staff_sign_in(&at, "sc_tancw", PASSWORD, &code, "").await;
        assert!(matches!(right, Err(IdentityError::Locked { .. })));
        city.pass(30);
        city.staff_in("sc_tancw").await;
        assert!(
            city.events("staff/sc_tancw")
                .await
                .contains(&"account.locked".to_owned())
        );
        city.remove().await;
    }
}

/// What the demonstration's staff do in its scenarios, they may; what is another's, they may not.
#[tokio::test]
async fn grants_fit_the_work() {
    let city = City::one(&[]).await;
    let actor = |username: &'static str| {
        let ctx = city.ctx.clone();
        async move {
            identity::staff_actor(&ctx, username, Channel::Console)
                .await
                .unwrap()
                .unwrap()
        }
    };
    let may = |actor: &Actor, permission, agency: &str, region: &str| {
        let target = Target {
            agency: Some(agency),
            region: Some(region),
            ..Target::default()
        };
        actor.require(permission, &target).is_ok()
    };
    use Permission as P;
    let district_window = actor("ck_haosy").await;
    assert!(may(&district_window, P::CaseAccept, "YD_SCJG", "990102"));
    assert!(may(&district_window, P::CaseIntake, "YD_SCJG", "990102"));
    assert!(!may(&district_window, P::CaseAccept, "YX_SCJG", "990103"));
    assert!(!may(&district_window, P::CaseAccept, "YZ_SCJG", "990100"));
    assert!(!may(&district_window, P::CaseDecide, "YD_SCJG", "990102"));
    let city_window = actor("ck_bailp").await;
    assert!(may(&city_window, P::CaseAccept, "YD_SCJG", "990102"));
    let decider = actor("sc_jiangby").await;
    assert!(may(&decider, P::CaseDecide, "YD_SCJG", "990102"));
    assert!(!may(&decider, P::CaseDecide, "YD_CGJ", "990102"));
    assert!(!may(&decider, P::CaseAccept, "YD_SCJG", "990102"));
    let delivery = actor("ck_changmq").await;
    assert!(may(&delivery, P::CaseDeliver, "YD_SCJG", "990102"));
    let officer = actor("sc_zhudf").await;
    assert!(may(&officer, P::CaseComplete, "YD_SCJG", "990102"));
    assert!(may(&officer, P::LicenceIssue, "YD_SCJG", "990102"));
    for seal in ["yz_leimq", "yz_zhonglx", "yz_kuangsz"] {
        assert!(may(&actor(seal).await, P::SealManage, "SY_SCJG", "990000"));
    }
    let auditor = actor("sjy_wenrj").await;
    assert!(may(&auditor, P::AuditRead, "YD_SCJG", "990102"));
    assert!(!may(&auditor, P::AccountAdmin, "YD_SCJG", "990102"));
    // Only the platform may put itself into somebody's shoes.
    let staff = city.as_staff("xt_luzy").await;
    assert!(
        identity::staff_actor(&staff, "ck_haosy", Channel::Console)
            .await
            .is_err()
    );
}

fn newcomer() -> NewStaff {
    NewStaff {
        username: "sc_new".into(),
        staff_no: "YZ9001".into(),
        name: "林新".into(),
        id_number: "990102197803120639".into(),
        mobile: "19900010999".into(),
        agency: "YD_SCJG".into(),
        post_name: "审查岗".into(),
        window_no: None,
    }
}

#[tokio::test]
async fn one_administrator_opens_and_another_gives_the_roles() {
    for city in City::each(&[]).await {
        let (system, security) = (
            city.as_staff("xt_luzy").await,
            city.as_staff("aq_zuoqm").await,
        );
        let denied = identity::open_staff(&security, &newcomer()).await;
        assert!(matches!(denied, Err(IdentityError::Denied(_))));
        let secrets = identity::open_staff(&system, &newcomer()).await.unwrap();
        assert!(
            secrets
                .totp_uri
                .starts_with("otpauth://totp/Tongban:sc_new?secret=")
        );
        assert!(identity::open_staff(&system, &newcomer()).await.is_err());
        let role = [RoleGrant {
            from: Some("2026-11-17".parse().unwrap()),
            to: Some("2026-11-18".parse().unwrap()),
            ..RoleGrant::plain("reviewer")
        }];
        let denied = identity::set_roles(&system, "sc_new", &role).await;
        assert!(matches!(denied, Err(IdentityError::Denied(_))));
        identity::set_roles(&security, "sc_new", &role)
            .await
            .unwrap();
        let own = identity::set_roles(&security, "aq_zuoqm", &role).await;
        assert!(matches!(own, Err(IdentityError::Denied(_))));
        let both = ["system_administrator", "audit_administrator"].map(RoleGrant::plain);
        let both = identity::set_roles(&security, "sc_new", &both).await;
        assert!(matches!(both, Err(IdentityError::RolesExclude(..))));

        // The first password must be changed before anything else.
        let at = console(&city);
        let code = totp(&city, "sc_new").await;
        let new = staff_sign_in(&at, "sc_new", &secrets.password, &code, "")
            .await
            .unwrap();
        assert!(new.session.actor.grants.is_empty() && new.session.generated_password);
        let me = city.ctx.with_actor(new.session.actor);
        identity::change_password(&me, &secrets.password, "Reviewer-now-1", &new.token)
            .await
            .unwrap();
        let now = || async {
            let session = session_actor(&city.ctx, &new.token, Channel::Console)
                .await
                .unwrap();
            session.unwrap().actor
        };
        // A role holds on its days only.
        assert!(now().await.roles.is_empty());
        let tomorrow = identity::staff_with_role(&city.ctx, "reviewer", Some("YD_SCJG"))
            .await
            .unwrap();
        assert!(!tomorrow.iter().any(|s| s.username == "sc_new"));
        for _ in 0..48 {
            city.pass(14);
            let _ = session_actor(&city.ctx, &new.token, Channel::Console)
                .await
                .unwrap();
        }
        for (minutes, held) in [(24 * 60 - 48 * 14, true), (24 * 60, true), (24 * 60, false)] {
            city.pass(minutes);
            let actor = identity::staff_actor(&city.ctx, "sc_new", Channel::Console)
                .await
                .unwrap();
            assert_eq!(actor.unwrap().roles.contains(&"reviewer".to_owned()), held);
        }
        city.remove().await;
    }
}

#[tokio::test]
async fn access_switched_off_ends_at_once_and_a_reset_gives_new_secrets() {
    for city in City::each(&[]).await {
        let system = city.as_staff("xt_luzy").await;
        let token = city.staff_in("sc_tancw").await.token;
        identity::set_staff_enabled(&system, "sc_tancw", false)
            .await
            .unwrap();
        assert!(
            session_actor(&city.ctx, &token, Channel::Console)
                .await
                .unwrap()
                .is_none()
        );
        let at = console(&city);
        let code = totp(&city, "sc_tancw").await;
        let off = staff_sign_in(&at, "sc_tancw", PASSWORD, &code, "").await;
        assert!(matches!(off, Err(IdentityError::Disabled)));
        let with_role = identity::staff_with_role(&city.ctx, "acceptor", Some("YD_SCJG")).await;
        assert!(with_role.unwrap().is_empty());
        identity::set_staff_enabled(&system, "sc_tancw", true)
            .await
            .unwrap();
        let own = identity::set_staff_enabled(&system, "xt_luzy", false).await;
        assert!(matches!(own, Err(IdentityError::Denied(_))));

        let before = city.staff_in("sc_tancw").await.token;
        let secrets = identity::reset_staff(&system, "sc_tancw").await.unwrap();
        assert!(
            session_actor(&city.ctx, &before, Channel::Console)
                .await
                .unwrap()
                .is_none()
        );
        city.pass(2);
        let code = totp(&city, "sc_tancw").await;
        let old = staff_sign_in(&at, "sc_tancw", PASSWORD, &code, "").await;
        assert!(matches!(old, Err(IdentityError::WrongCredentials)));
        assert!(
            staff_sign_in(&at, "sc_tancw", &secrets.password, &code, "")
                .await
                .is_ok()
        );
        city.remove().await;
    }
}

#[tokio::test]
async fn staff_are_found_by_agency_and_role() {
    for city in City::each(&["P01"]).await {
        let names = |all: Vec<identity::Staff>| -> Vec<String> {
            all.into_iter().map(|s| s.username).collect()
        };
        let food = identity::staff_of_agency(&city.ctx, "YD_SCJG")
            .await
            .unwrap();
        assert_eq!(food.len(), 6);
        let deciders = identity::staff_with_role(&city.ctx, "decider", Some("YD_SCJG"))
            .await
            .unwrap();
        assert_eq!(
            deciders
                .iter()
                .filter(|s| s.on_spot_roles.is_empty())
                .count(),
            1
        );
        assert_eq!(names(deciders), ["sc_jiangby", "sc_tancw"]);
        let one = identity::staff(&city.ctx, "ck_bailp")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (one.window_no.as_deref(), one.name.as_str()),
            (Some("YZ-A01"), "白露萍")
        );
        assert!(
            identity::staff(&city.ctx, "nobody")
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(
            identity::staff_list(&city.ctx, "", 500)
                .await
                .unwrap()
                .len(),
            61
        );
        let public = city.as_person("P01").await;
        assert!(identity::staff(&public, "ck_bailp").await.is_err());
        assert_eq!(format!("{one:?}"), "Staff(ck_bailp YZ_SJJ 白*萍)");
        city.remove().await;
    }
}

#[tokio::test]
async fn a_role_for_one_item_reaches_that_item() {
    let city = City::one(&[]).await;
    let security = city.as_staff("aq_zuoqm").await;
    let role = RoleGrant {
        item: Some("SPJYXK-XB".into()),
        ..RoleGrant::plain("decider")
    };
    identity::set_roles(&security, "sc_lujm", &[role])
        .await
        .unwrap();
    let actor = identity::staff_actor(&city.ctx, "sc_lujm", Channel::Console)
        .await
        .unwrap()
        .unwrap();
    let scopes = actor.scopes(Permission::CaseDecide);
    assert_eq!(scopes, [&Scope::Item("SPJYXK-XB".into())]);
}

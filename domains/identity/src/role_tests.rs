use super::*;

fn agency(code: &str, region: &str) -> Agency {
    serde_json::from_value(serde_json::json!({
        "agency_code": code, "uscc": "", "name": "", "short_name": "", "region_code": region,
        "level": 4, "department_code": "31", "agency_nature": "1", "parent_agency_code": null,
        "address": "", "consultation_phone": "", "supervision_phone": ""
    }))
    .unwrap()
}

fn held(roles: &[&str]) -> Vec<Held> {
    roles
        .iter()
        .map(|r| Held {
            role: (*r).to_owned(),
            item: None,
        })
        .collect()
}

fn scopes(grants: &[Grant], permission: Permission) -> Vec<Scope> {
    grants
        .iter()
        .filter(|g| g.permission == permission)
        .map(|g| g.scope.clone())
        .collect()
}

#[test]
fn codes_are_unique() {
    let codes: BTreeSet<_> = ROLES.iter().map(|r| r.code).collect();
    assert_eq!(codes.len(), ROLES.len());
}

#[test]
fn windows_of_a_management_body_reach_its_region_others_their_agency() {
    let window = grants(
        &held(&["window_staff", "acceptor"]),
        &agency("YD_SJJ", "990102"),
    );
    assert_eq!(
        scopes(&window, P::CaseAccept),
        [Scope::Region("990102".into())]
    );
    assert_eq!(scopes(&window, P::CaseIntake).len(), 1);
    let food = grants(&held(&["acceptor"]), &agency("YD_SCJG", "990102"));
    assert_eq!(
        scopes(&food, P::CaseAccept),
        [Scope::Agency("YD_SCJG".into())]
    );
    assert!(scopes(&food, P::CaseDecide).is_empty());
}

#[test]
fn a_role_for_one_item_reaches_no_other() {
    let one = vec![Held {
        role: "decider".into(),
        item: Some("SPJYXK-XB".into()),
    }];
    let grants = grants(&one, &agency("YD_SCJG", "990102"));
    assert_eq!(
        scopes(&grants, P::CaseDecide),
        [Scope::Item("SPJYXK-XB".into())]
    );
}

/// System, security and audit administrators are three persons; none can act in
/// another's role: no two of the roles can be held together, and no permission of one is among
/// those of another.
#[test]
fn administrators_are_separated() {
    for a in SEPARATED {
        for b in SEPARATED {
            let both = check_roles([a, "acceptor", b]);
            assert_eq!(both.is_err(), a != b);
            if a != b {
                let (a, b) = (role(a).unwrap(), role(b).unwrap());
                assert!(a.permissions.iter().all(|p| !b.permissions.contains(p)));
            }
        }
    }
    assert!(matches!(
        check_roles(["king"]),
        Err(IdentityError::UnknownRole(_))
    ));
}

/// Administration is in no other role's hands.
#[test]
fn nobody_else_administers() {
    let guarded = [
        P::SystemAdmin,
        P::AccountAdmin,
        P::RoleAdmin,
        P::TokenIssue,
        P::AuditRead,
    ];
    for role in ROLES.iter().filter(|r| !SEPARATED.contains(&r.code)) {
        assert!(
            guarded.iter().all(|p| !role.permissions.contains(p)),
            "{}",
            role.code
        );
    }
}

#[test]
fn a_delegate_reaches_the_named_items_only() {
    let items = Items::only(["A", "B"]);
    let grants = user_grants(&Acting::Delegate(&items));
    assert_eq!(
        scopes(&grants, P::CaseApply),
        [Scope::OwnItem("A".into()), Scope::OwnItem("B".into())]
    );
    assert!(scopes(&grants, P::AccountOwn).is_empty());
    assert_eq!(user_grants(&Acting::Held).len(), 1);
}

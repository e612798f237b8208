//! The header and the side menu: who sits here, and what is open to them.

use kernel::{PageRequest, Permission, time};
use ui::{Desk, L, Menu, MenuGroup, Shell};

use crate::session::Acting;

/// The steps of the window and those of the reviewers.
pub(crate) const WINDOW_STEPS: &[&str] = &["accept", "deliver"];
pub(crate) const REVIEW_STEPS: &[&str] = &[
    "review",
    "site_check",
    "technical_review",
    "decide",
    "complete",
];

/// How many of the officer's tasks are open at these steps; none for who has no cases to read.
pub(crate) async fn open_tasks(acting: &Acting, steps: &[&str]) -> u64 {
    match cases::my_tasks(&acting.ctx, steps, PageRequest::new(1, 1)).await {
        Ok(page) => page.total,
        Err(_) => 0,
    }
}

/// The desk of the acting staff member.
pub(crate) async fn desk(acting: &Acting, shell: &Shell) -> Desk {
    let (l, actor) = (shell.l(), &acting.ctx.actor);
    let staff = identity::staff(&acting.ctx, &actor.id).await.ok().flatten();
    let directory = agencies::directory(&acting.ctx).await.ok();
    let code = actor.agency.clone().unwrap_or_default();
    let agency = directory.and_then(|d| d.agency(&code).map(|a| a.name.clone()));
    let path = shell
        .here()
        .split('?')
        .next()
        .unwrap_or_default()
        .to_owned();
    Desk {
        name: actor.name.clone(),
        number: actor.staff_no.clone(),
        agency: agency.unwrap_or(code),
        post: staff
            .as_ref()
            .map(|s| s.post_name.clone())
            .unwrap_or_default(),
        window: staff.and_then(|s| s.window_no),
        now: time::minute(acting.ctx.now()),
        search: "/desk/search".into(),
        query: String::new(),
        menu: menu(acting, &l).await,
    }
    .at(&path)
}

async fn menu(acting: &Acting, l: &L) -> Vec<MenuGroup> {
    let has = |p: Permission| !acting.ctx.actor.scopes(p).is_empty();
    let entry = |key: &str, href: &str, icon, count: u64| Menu {
        label: l.t(key),
        href: href.into(),
        icon,
        count: u32::try_from(count).unwrap_or(u32::MAX),
        current: false,
    };
    let mut window = vec![entry(
        "console-menu-desk",
        "/desk",
        "desk",
        open_tasks(acting, WINDOW_STEPS).await,
    )];
    if has(Permission::CaseIntake) {
        window.push(entry("console-menu-intake", "/desk/intake", "inbox", 0));
    }
    if has(Permission::AccountWindow) {
        window.push(entry(
            "console-menu-accounts",
            "/desk/accounts",
            "people",
            0,
        ));
        let open = "/desk/accounts/open";
        window.push(entry("console-menu-accounts-open", open, "person", 0));
    }
    let mut review = Vec::new();
    if has(Permission::CaseRead) {
        let open = open_tasks(acting, REVIEW_STEPS).await;
        review.push(entry("console-menu-approve", "/approve", "check", open));
    }
    if has(Permission::LicenceQuery) {
        review.push(entry("console-menu-licences", "/licences", "card", 0));
        review.push(entry("console-menu-visual", "/desk/verify", "eye", 0));
    }
    let draws = [
        Permission::LicenceQuery,
        Permission::LicenceTypeEdit,
        Permission::LicenceTypePublish,
    ];
    if draws.into_iter().any(has) {
        review.push(entry("console-menu-types", "/licence-types", "list", 0));
    }
    let collects = [
        Permission::LicenceCollect,
        Permission::LicenceCheck,
        Permission::LicenceIssue,
    ];
    if collects.into_iter().any(has) {
        review.push(entry("console-menu-collection", "/collection", "scan", 0));
    }
    if has(Permission::SealUse) {
        review.push(entry("console-menu-stamp", "/desk/stamp", "seal", 0));
    }
    let mut watch = Vec::new();
    if has(Permission::CaseRead) {
        watch.push(entry("console-menu-watch", "/watch", "eye", 0));
    }
    if has(Permission::SealManage) || has(Permission::SealReadUses) {
        watch.push(entry("console-menu-seals", "/desk/seals", "seal", 0));
    }
    let manages = has(Permission::AccountAdmin) || has(Permission::AccountEnable);
    if manages && !has(Permission::AccountWindow) {
        watch.push(entry(
            "console-menu-accounts",
            "/desk/accounts",
            "people",
            0,
        ));
    }
    let mut system = vec![entry("console-menu-tokens", "/desk/tokens", "lock", 0)];
    if has(Permission::TrustManage) {
        system.push(entry("console-menu-trust", "/desk/trust", "lock", 0));
    }
    if has(Permission::TokenIssue) {
        system.push(entry("console-menu-clients", "/desk/clients", "gear", 0));
    }
    let group = |key: &str, entries| MenuGroup {
        label: l.t(key),
        entries,
    };
    let mut groups = vec![
        group("console-group-window", window),
        group("console-group-review", review),
        group("console-group-watch", watch),
        group("console-group-system", system),
    ];
    groups.retain(|group| !group.entries.is_empty());
    groups
}

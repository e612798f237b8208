//! Who may touch an account.

use kernel::{ActorKind, Channel, Permission, Target};
use store::Ctx;

use crate::{IdentityError, table};

/// The signed-in person's own account, for acts on it. A delegate who acts for a legal person
/// switches back first.
pub(crate) fn person(ctx: &Ctx) -> Result<String, IdentityError> {
    let target = Target {
        owner: Some(ctx.actor.owner()),
        ..Target::default()
    };
    ctx.actor.require(Permission::AccountOwn, &target)?;
    if ctx.actor.kind != ActorKind::User {
        return Err(kernel::Denied(Permission::AccountOwn).into());
    }
    Ok(ctx.actor.id.clone())
}

/// The account the signed-in person acts on as its owner: the own one, or the one of the legal
/// person whose representative the person is.
pub(crate) fn own_account(ctx: &Ctx) -> Result<String, IdentityError> {
    person(ctx)?;
    Ok(ctx.actor.owner().to_owned())
}

/// Reading an account: the person, whoever represents it now, administrators and the platform.
pub(crate) fn may_read(ctx: &Ctx, account: &str) -> Result<(), IdentityError> {
    let own = ctx.actor.kind == ActorKind::User
        && (ctx.actor.id == account || ctx.actor.owner() == account);
    if !own {
        ctx.actor
            .require(Permission::AccountAdmin, &Target::default())?;
    }
    Ok(())
}

/// A permission at the actor's own desk: the windows of a region serve whoever walks in.
pub(crate) fn at_desk(ctx: &Ctx, permission: Permission) -> Result<(), IdentityError> {
    let target = Target {
        region: ctx.actor.region.as_deref(),
        agency: ctx.actor.agency.as_deref(),
        ..Target::default()
    };
    Ok(ctx.actor.require(permission, &target)?)
}

/// The channel as events write it.
pub(crate) fn channel_code(channel: Channel) -> &'static str {
    match channel {
        Channel::Portal => "portal",
        Channel::Mobile => "mobile",
        Channel::Kiosk => "kiosk",
        Channel::Window => "window",
        Channel::Console => "console",
        Channel::Hotline => "hotline",
        Channel::Api => "api",
        Channel::System => "system",
    }
}

/// The password subject of whoever is signed in: the account key, or `staff/USERNAME`.
pub(crate) fn own_subject(ctx: &Ctx) -> Result<String, IdentityError> {
    match ctx.actor.kind {
        ActorKind::Staff => Ok(format!("staff/{}", ctx.actor.id)),
        _ => person(ctx),
    }
}

/// Numbers and names of a subject, which its password must not hold.
pub(crate) async fn known_words(ctx: &Ctx, subject: &str) -> Result<Vec<String>, IdentityError> {
    if let Some(username) = subject.strip_prefix("staff/") {
        return Ok(vec![username.to_owned()]);
    }
    let row = table::account::load(&mut ctx.db.reader(), subject).await?;
    let Some(row) = row else {
        return Ok(Vec::new());
    };
    let p = row.profile(ctx)?;
    Ok(vec![p.id_number, p.mobile, p.username, p.uscc])
}

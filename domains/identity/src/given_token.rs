//! 授权令牌: a signed-in person or officer lets a client act in the own name. The client can do no
//! more than both may do, and every event names it beside the one it acts for [U-09].

use jiff::{SignedDuration, Timestamp};
use kernel::{Actor, ActorKind, Channel, Grant, Permission, Scope};
use store::Ctx;

use crate::client::{BearerToken, NEVER, NewToken, issue, read_grants, stream};
use crate::events::TokenRevoked;
use crate::transact::transact;
use crate::{IdentityError, table};

/// The longest life of a token that somebody gives.
pub const GIVEN_LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A client that can be let act for the one who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenClient {
    pub client_id: String,
    pub name: String,
    /// What it may be given: held by both.
    pub permissions: Vec<Permission>,
}

/// A token that the one who is signed in gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenToken {
    pub key: String,
    pub client_id: String,
    pub client_name: String,
    pub label: String,
    pub permissions: Vec<Permission>,
    /// It acts for a legal person.
    pub represents: bool,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// Who is signed in, in person: a client that acts for somebody gives no tokens in their name.
fn subject(actor: &Actor) -> Result<String, IdentityError> {
    match actor.kind {
        _ if actor.channel == Channel::Api => Err(kernel::Denied(Permission::AccountOwn).into()),
        ActorKind::User => Ok(actor.id.clone()),
        ActorKind::Staff => Ok(format!("staff/{}", actor.id)),
        _ => Err(kernel::Denied(Permission::AccountOwn).into()),
    }
}

/// What the actor holds and a client may be given.
fn givable(actor: &Actor, most: &[Grant]) -> Vec<Permission> {
    let both = |p: &Permission| {
        !NEVER.contains(p)
            && !actor.scopes(*p).is_empty()
            && most
                .iter()
                .any(|g| g.permission == *p && g.scope == Scope::Own)
    };
    Permission::ALL.iter().copied().filter(both).collect()
}

/// The clients that can act for the one who is signed in, by name.
pub async fn open_clients(ctx: &Ctx) -> Result<Vec<OpenClient>, IdentityError> {
    subject(&ctx.actor)?;
    let rows = table::client::all(&mut ctx.db.reader()).await?;
    let mut open = Vec::new();
    for row in rows.into_iter().filter(|row| row.enabled) {
        let permissions = givable(&ctx.actor, &read_grants(&row.grants)?);
        if !permissions.is_empty() {
            open.push(OpenClient {
                client_id: row.id,
                name: row.name,
                permissions,
            });
        }
    }
    open.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(open)
}

/// Lets a client act in the name of the one who is signed in, and for the legal person acted for
/// now. The token is told once.
pub async fn give_token(
    ctx: &Ctx,
    client_id: &str,
    label: &str,
    permissions: &[Permission],
    lifetime: SignedDuration,
) -> Result<BearerToken, IdentityError> {
    let subject = subject(&ctx.actor)?;
    let row = table::client::load(&mut ctx.db.reader(), client_id).await?;
    let row = row.filter(|row| row.enabled).ok_or_else(|| {
        IdentityError::invalid(
            "client",
            "没有这个接口客户端，或已停用",
            "There is no such client, or it is switched off",
        )
    })?;
    let may = givable(&ctx.actor, &read_grants(&row.grants)?);
    if permissions.is_empty() || !permissions.iter().all(|p| may.contains(p)) {
        return Err(IdentityError::invalid(
            "permissions",
            "请选择要授予的权限，且不得超出您和客户端各自的权限",
            "Choose what to allow, within what both you and the client may do",
        ));
    }
    if lifetime <= SignedDuration::ZERO || lifetime > GIVEN_LONGEST {
        return Err(IdentityError::invalid(
            "lifetime",
            "有效期须在90天以内",
            "A token lives at most 90 days",
        ));
    }
    let grants: Vec<Grant> = permissions
        .iter()
        .map(|&permission| Grant {
            permission,
            scope: Scope::Own,
        })
        .collect();
    let acted_for = ctx.actor.represented.as_ref();
    let token = NewToken {
        client: &row.id,
        label,
        grants: &grants,
        lifetime,
        by: &ctx.actor.id,
        represented: acted_for.map(|r| r.account.clone()),
        delegation: acted_for.and_then(|r| r.delegation.clone()),
        subject: Some(subject),
    };
    issue(ctx, token).await
}

/// The last hundred tokens that the one who is signed in gave, newest first.
pub async fn given_tokens(ctx: &Ctx) -> Result<Vec<GivenToken>, IdentityError> {
    let subject = subject(&ctx.actor)?;
    let rows = table::client::given_by(&mut ctx.db.reader(), &subject, 100).await?;
    rows.into_iter()
        .map(|(token, client)| {
            let grants = read_grants(&token.grants)?;
            Ok(GivenToken {
                key: token.key,
                client_id: client.id,
                client_name: client.name,
                label: token.label,
                permissions: grants.into_iter().map(|g| g.permission).collect(),
                represents: token.represented.is_some(),
                created_at: token.created_at,
                expires_at: token.expires_at,
                revoked_at: token.revoked_at,
            })
        })
        .collect()
}

/// Takes a token back. It opens nothing from this moment on.
pub async fn take_back_token(ctx: &Ctx, key: &str) -> Result<(), IdentityError> {
    let subject = subject(&ctx.actor)?;
    let given = table::client::given_by(&mut ctx.db.reader(), &subject, 1000).await?;
    let found = given.into_iter().find(|(token, _)| token.key == key);
    let (token, _) = found.ok_or(IdentityError::NotFound)?;
    let (client, key) = (token.client, token.key);
    transact!(ctx, [client, key], |tx| -> () {
        if !table::client::revoke(tx, &client, &key, ctx.now()).await? {
            return Err(IdentityError::NotFound);
        }
        let event = TokenRevoked {
            client: client.clone(),
            token: key,
        };
        journal::append(tx, &ctx, &stream(&client), &event).await?;
        Ok(())
    })
}

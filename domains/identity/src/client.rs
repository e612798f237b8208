//! Machine clients and their bearer tokens: every call presents one, and who it is and what it may
//! do are checked on every call.

use jiff::{SignedDuration, Timestamp};
use kernel::{Actor, ActorKind, Channel, Grant, Permission, Scope, Target};
use store::Ctx;

use crate::events::{ClientCreated, ClientEnabled, TokenIssued, TokenRevoked};
use crate::session::{Given, actor_of_token};
use crate::table::client::{ClientRow, TokenRow};
use crate::transact::transact;
use crate::{IdentityError, lockout, table};

/// A token a client fetches itself lives so long.
pub const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(1);
/// The longest life of a token that is issued by hand.
pub const TOKEN_LONGEST: SignedDuration = SignedDuration::from_hours(365 * 24);

/// What no machine is ever given.
pub(crate) const NEVER: &[Permission] = &[
    Permission::SystemAdmin,
    Permission::AccountAdmin,
    Permission::AccountEnable,
    Permission::RoleAdmin,
    Permission::TokenIssue,
    Permission::AccountOwn,
    Permission::DelegationOwn,
];

const SECRET: &str = "client_secret";
pub(crate) const TOKEN: &str = "bearer_token";

/// A client to be entered.
#[derive(Clone)]
pub struct NewClient {
    /// Lower case letters, digits, `_`, `-`, `.`.
    pub client_id: String,
    pub name: String,
    pub agency: Option<String>,
    /// The most its tokens may do: for itself in the scope named, or, with [`Scope::Own`], in the
    /// name of the person or officer who gives it a token, within what these may do themselves.
    pub grants: Vec<Grant>,
}

/// A client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub client_id: String,
    pub name: String,
    pub agency: Option<String>,
    pub region: Option<String>,
    pub grants: Vec<Grant>,
    pub enabled: bool,
    pub created_at: Timestamp,
}

/// A token just issued.
#[derive(Clone)]
pub struct BearerToken {
    /// For the `Authorization` header. Told once.
    pub token: String,
    pub key: String,
    pub expires_at: Timestamp,
}

/// A line of the list of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    pub key: String,
    pub label: String,
    pub grants: Vec<Grant>,
    /// User name of who issued it; the client's id when it fetched it itself.
    pub created_by: String,
    /// It acts in the name of who gave it: account key or `staff/USERNAME`.
    pub subject: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

pub(crate) fn stream(client: &str) -> String {
    format!("client/{client}")
}

pub(crate) fn read_grants(text: &str) -> Result<Vec<Grant>, IdentityError> {
    serde_json::from_str(text).map_err(|e| IdentityError::Stored(format!("grants: {e}")))
}

fn write_grants(grants: &[Grant]) -> Result<String, IdentityError> {
    serde_json::to_string(grants).map_err(|e| IdentityError::Stored(format!("grants: {e}")))
}

fn may_issue(ctx: &Ctx) -> Result<(), IdentityError> {
    Ok(ctx
        .actor
        .require(Permission::TokenIssue, &Target::default())?)
}

/// Enters a client. Returns its secret, told once.
pub async fn create_client(ctx: &Ctx, new: &NewClient) -> Result<String, IdentityError> {
    may_issue(ctx)?;
    let id = crate::staff::valid_username(&new.client_id)?;
    let refused = |g: &Grant| {
        // A seal's life is walked by officers: a machine may carry their acts, not act itself.
        let by_itself = g.permission == Permission::SealManage && g.scope != Scope::Own;
        NEVER.contains(&g.permission) || by_itself
    };
    if new.grants.iter().any(refused) {
        return Err(IdentityError::invalid(
            "grants",
            "不得授予系统管理类权限",
            "Administration is not given to machines",
        ));
    }
    let directory = agencies::directory(ctx).await?;
    let region = match &new.agency {
        Some(code) => Some(
            directory
                .agency(code)
                .ok_or_else(|| {
                    IdentityError::invalid("agency", "没有这个机构", "There is no such agency")
                })?
                .region_code
                .clone(),
        ),
        None => None,
    };
    let secret = format!("{}{}", ctx.rng.key(), ctx.rng.key());
    let row = ClientRow {
        secret: ctx.lookup(SECRET, &format!("{id}/{secret}")),
        id,
        name: new.name.clone(),
        agency: new.agency.clone(),
        region,
        grants: write_grants(&new.grants)?,
        enabled: true,
        created_at: ctx.now(),
    };
    transact!(ctx, [row], |tx| -> () {
        if !table::client::insert(tx, &row).await? {
            return Err(IdentityError::invalid(
                "client_id",
                "编号已被使用",
                "The id is taken",
            ));
        }
        let event = ClientCreated {
            client: row.id.clone(),
        };
        journal::append(tx, &ctx, &stream(&row.id), &event).await?;
        Ok(())
    })?;
    Ok(secret)
}

/// All clients, by id.
pub async fn clients(ctx: &Ctx) -> Result<Vec<Client>, IdentityError> {
    may_issue(ctx)?;
    let rows = table::client::all(&mut ctx.db.reader()).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Client {
                grants: read_grants(&row.grants)?,
                client_id: row.id,
                name: row.name,
                agency: row.agency,
                region: row.region,
                enabled: row.enabled,
                created_at: row.created_at,
            })
        })
        .collect()
}

/// Switches a client on or off; off silences all its tokens at once.
pub async fn set_client_enabled(
    ctx: &Ctx,
    client_id: &str,
    enabled: bool,
) -> Result<(), IdentityError> {
    may_issue(ctx)?;
    let client = client_id.to_owned();
    transact!(ctx, [client], |tx| -> () {
        table::client::load(tx, &client)
            .await?
            .ok_or(IdentityError::NotFound)?;
        if table::client::set_enabled(tx, &client, enabled).await? {
            let event = ClientEnabled {
                client: client.clone(),
                enabled,
            };
            journal::append(tx, &ctx, &stream(&client), &event).await?;
        }
        Ok(())
    })
}

/// Issues a token by hand, with part of the client's grants, for a stated time.
pub async fn issue_token(
    ctx: &Ctx,
    client_id: &str,
    label: &str,
    grants: &[Grant],
    lifetime: SignedDuration,
) -> Result<BearerToken, IdentityError> {
    may_issue(ctx)?;
    let row = table::client::load(&mut ctx.db.reader(), client_id).await?;
    let row = row
        .filter(|row| row.enabled)
        .ok_or(IdentityError::NotFound)?;
    let most = read_grants(&row.grants)?;
    if grants.is_empty() || !grants.iter().all(|g| most.contains(g)) {
        return Err(IdentityError::invalid(
            "grants",
            "令牌的权限不得超出客户端的权限",
            "A token stays within the grants of its client",
        ));
    }
    if lifetime <= SignedDuration::ZERO || lifetime > TOKEN_LONGEST {
        return Err(IdentityError::invalid(
            "lifetime",
            "有效期须在一年以内",
            "A token lives at most a year",
        ));
    }
    let token = NewToken {
        client: &row.id,
        label,
        grants,
        lifetime,
        by: &ctx.actor.id,
        subject: None,
        represented: None,
        delegation: None,
    };
    issue(ctx, token).await
}

/// A client fetches a token for an hour with its secret, narrowed to `only` where that names any.
/// Wrong id and wrong secret are answered alike; five wrong tries lock for thirty minutes.
pub async fn fetch_token(
    ctx: &Ctx,
    client_id: &str,
    secret: &str,
    only: &[Permission],
) -> Result<BearerToken, IdentityError> {
    let id = client_id.trim().to_ascii_lowercase();
    let digest = ctx.lookup(SECRET, &format!("{id}/{secret}"));
    let counted = lockout::begin(ctx, stream(&id), false).await?;
    let found = table::client::load(&mut ctx.db.reader(), &id).await?;
    let Some(row) = found.filter(|row| row.enabled && row.secret == digest) else {
        return Err(counted.failed(ctx).await);
    };
    counted.take_back(ctx).await?;
    let mut grants = read_grants(&row.grants)?;
    grants.retain(|g| g.scope != Scope::Own);
    let known = |p: &Permission| grants.iter().any(|g| g.permission == *p);
    if !only.iter().all(known) {
        return Err(IdentityError::invalid(
            "scope",
            "请求的权限超出客户端的权限",
            "The scope asked for goes beyond the client's grants",
        ));
    }
    if !only.is_empty() {
        grants.retain(|g| only.contains(&g.permission));
    }
    let token = NewToken {
        client: &row.id,
        label: "client",
        grants: &grants,
        lifetime: TOKEN_LIFETIME,
        by: &row.id,
        subject: None,
        represented: None,
        delegation: None,
    };
    issue(ctx, token).await
}

/// A token to be issued.
pub(crate) struct NewToken<'a> {
    pub client: &'a str,
    pub label: &'a str,
    pub grants: &'a [Grant],
    pub lifetime: SignedDuration,
    pub by: &'a str,
    pub subject: Option<String>,
    pub represented: Option<String>,
    pub delegation: Option<String>,
}

pub(crate) async fn issue(ctx: &Ctx, new: NewToken<'_>) -> Result<BearerToken, IdentityError> {
    let token = format!("tb_{}{}", ctx.rng.key(), ctx.rng.key());
    let row = TokenRow {
        digest: ctx.lookup(TOKEN, &token),
        key: ctx.rng.key(),
        client: new.client.to_owned(),
        grants: write_grants(new.grants)?,
        label: new.label.chars().take(100).collect(),
        created_by: new.by.to_owned(),
        created_at: ctx.now(),
        expires_at: ctx.now() + new.lifetime,
        revoked_at: None,
        subject: new.subject,
        represented: new.represented,
        delegation: new.delegation,
    };
    let issued = BearerToken {
        token,
        key: row.key.clone(),
        expires_at: row.expires_at,
    };
    transact!(ctx, [row], |tx| -> () {
        table::client::insert_token(tx, &row).await?;
        let event = TokenIssued {
            client: row.client.clone(),
            token: row.key,
            expires: kernel::time::stamp(row.expires_at),
            subject: row.subject,
        };
        journal::append(tx, &ctx, &stream(&row.client), &event).await?;
        Ok(())
    })?;
    Ok(issued)
}

/// The last two hundred tokens of a client, newest first.
pub async fn tokens(ctx: &Ctx, client_id: &str) -> Result<Vec<TokenInfo>, IdentityError> {
    may_issue(ctx)?;
    let rows = table::client::tokens(&mut ctx.db.reader(), client_id, 200).await?;
    rows.into_iter()
        .map(|row| {
            Ok(TokenInfo {
                grants: read_grants(&row.grants)?,
                key: row.key,
                label: row.label,
                created_by: row.created_by,
                subject: row.subject,
                created_at: row.created_at,
                expires_at: row.expires_at,
                revoked_at: row.revoked_at,
            })
        })
        .collect()
}

/// Revokes a token.
pub async fn revoke_token(ctx: &Ctx, client_id: &str, key: &str) -> Result<(), IdentityError> {
    may_issue(ctx)?;
    let (client, key) = (client_id.to_owned(), key.to_owned());
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

/// Who a bearer token lets in.
#[derive(Clone, Debug)]
pub struct TokenHolder {
    pub actor: Actor,
    /// The client that holds the token.
    pub client_id: String,
    pub token_key: String,
    pub expires_at: Timestamp,
}

/// The actor of a bearer token, if it is in force. Read anew on every call, so that a revoked token
/// opens nothing from that moment on. A token that a person or officer gave acts as they do: with
/// their roles and their scope, cut down to the permissions that were given.
pub async fn token_actor(ctx: &Ctx, token: &str) -> Result<Option<TokenHolder>, IdentityError> {
    let digest = ctx.lookup(TOKEN, token);
    let found = table::client::by_token(&mut ctx.db.reader(), &digest).await?;
    let Some((token, client)) = found else {
        return Ok(None);
    };
    if !client.enabled || token.revoked_at.is_some() || ctx.now() >= token.expires_at {
        return Ok(None);
    }
    // The client's grants may have shrunk since.
    let most = read_grants(&client.grants)?;
    let mut grants = read_grants(&token.grants)?;
    grants.retain(|g| most.contains(g));
    let actor = match &token.subject {
        Some(subject) => {
            let given = Given {
                subject,
                represented: token.represented.as_deref(),
                delegation: token.delegation.as_deref(),
                given_at: token.created_at,
            };
            let Some(mut actor) = actor_of_token(ctx, &given).await? else {
                return Ok(None);
            };
            actor.grants.retain(|held| {
                let own = |g: &Grant| g.permission == held.permission && g.scope == Scope::Own;
                grants.iter().any(own)
            });
            actor.client = Some(client.id.clone());
            actor
        }
        None => {
            grants.retain(|g| g.scope != Scope::Own);
            Actor {
                kind: ActorKind::Machine,
                id: client.id.clone(),
                name: client.name,
                agency: client.agency,
                region: client.region,
                grants,
                ..Actor::visitor(Channel::Api)
            }
        }
    };
    Ok(Some(TokenHolder {
        actor,
        client_id: client.id,
        token_key: token.key,
        expires_at: token.expires_at,
    }))
}

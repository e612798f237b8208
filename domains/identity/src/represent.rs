//! 身份切换: a person acts for oneself, for a legal person as its representative, or under a
//! delegation.

use kernel::ActorKind;
use store::Ctx;

use crate::delegation::{Items, Tree, nodes};
use crate::events::IdentitySwitched;
use crate::session::{DIGEST, Session, session_actor};
use crate::shift::usable;
use crate::transact::transact;
use crate::{IdentityError, cache, lockout, table};

/// For whom a session can act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// 个人.
    Person,
    /// 法人, as its legal representative or under a delegation.
    Organisation {
        account: String,
        delegation: Option<String>,
    },
}

/// An identity that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityChoice {
    pub identity: Identity,
    /// Name of the person or of the legal person.
    pub name: String,
    pub uscc: Option<String>,
    /// The items of the delegation; none for the representative and for oneself.
    pub items: Option<Items>,
    /// The session acts so now.
    pub current: bool,
}

/// What the signed-in person can act as, oneself first.
pub async fn identities(ctx: &Ctx) -> Result<Vec<IdentityChoice>, IdentityError> {
    if ctx.actor.kind != ActorKind::User {
        return Ok(Vec::new());
    }
    let person = ctx.actor.id.as_str();
    let now = ctx.actor.represented.as_ref();
    let mut reader = ctx.db.reader();
    let mut all = vec![IdentityChoice {
        identity: Identity::Person,
        name: ctx.actor.name.clone(),
        uscc: None,
        items: None,
        current: now.is_none(),
    }];
    for row in table::account::represented_by(&mut reader, person).await? {
        if usable(row.state) {
            let account = row.open(ctx)?;
            all.push(IdentityChoice {
                current: now.is_some_and(|r| r.account == row.key && r.delegation.is_none()),
                identity: Identity::Organisation {
                    account: row.key,
                    delegation: None,
                },
                name: account.name,
                uscc: account.uscc,
                items: None,
            });
        }
    }
    for received in table::delegation::of_delegate(&mut reader, person).await? {
        let key = received.node.key.clone();
        if !holds(ctx, &received.principal, &key, person).await? {
            continue;
        }
        let row = table::account::load(&mut reader, &received.principal).await?;
        let Some(row) = row.filter(|row| usable(row.state)) else {
            continue;
        };
        let account = row.open(ctx)?;
        all.push(IdentityChoice {
            current: now.is_some_and(|r| r.delegation.as_deref() == Some(&key)),
            identity: Identity::Organisation {
                account: row.key,
                delegation: Some(key),
            },
            name: account.name,
            uscc: account.uscc,
            items: Some(received.node.terms.items),
        });
    }
    Ok(all)
}

/// Whether a delegation, and every one above it, holds today for this delegate.
async fn holds(
    ctx: &Ctx,
    principal: &str,
    key: &str,
    delegate: &str,
) -> Result<bool, IdentityError> {
    let rows = table::delegation::of_principal(&mut ctx.db.reader(), principal).await?;
    let nodes = nodes(&rows);
    let tree = Tree(&nodes);
    let today = kernel::time::beijing_date(ctx.now());
    Ok(tree.get(key).is_some_and(|n| n.delegate == delegate) && tree.holds(key, today))
}

/// Switches the session of a token to another identity of its person.
pub async fn switch_identity(
    ctx: &Ctx,
    token: &str,
    to: &Identity,
) -> Result<Session, IdentityError> {
    let before = session_actor(ctx, token, ctx.actor.channel).await?;
    let session = before.ok_or(IdentityError::NotFound)?;
    let person = session.actor.id.clone();
    if person != ctx.actor.id || ctx.actor.kind != ActorKind::User {
        return Err(IdentityError::NotFound);
    }
    let (represented, delegation) = match to {
        Identity::Person => (None, None),
        Identity::Organisation {
            account,
            delegation,
        } => {
            let row = table::account::load(&mut ctx.db.reader(), account).await?;
            let row = row
                .filter(|row| usable(row.state))
                .ok_or(IdentityError::NotFound)?;
            let may = match delegation {
                None => row.representative.as_deref() == Some(&person),
                Some(key) => holds(ctx, account, key, &person).await?,
            };
            if !may {
                return Err(IdentityError::NotFound);
            }
            (Some(account.clone()), delegation.clone())
        }
    };
    let (digest, key) = (ctx.lookup(DIGEST, token), session.key);
    transact!(
        ctx,
        [digest, key, person, represented, delegation],
        |tx| -> () {
            let to = (represented.as_deref(), delegation.as_deref());
            if !table::session::switch(tx, &digest, to.0, to.1).await? {
                return Err(IdentityError::NotFound);
            }
            let event = IdentitySwitched {
                session: key,
                represented,
                delegation,
            };
            journal::append(tx, &ctx, &lockout::stream(&person), &event).await?;
            Ok(())
        }
    )?;
    cache::sessions(ctx).forget_all();
    session_actor(ctx, token, ctx.actor.channel)
        .await?
        .ok_or(IdentityError::NotFound)
}

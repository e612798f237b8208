//! Lists of delegations.

use jiff::Timestamp;
use kernel::{Permission, Target, mask};
use store::Ctx;

use super::rules::{DelegationState, Terms, Tree};
use super::{acting, is_above, nodes};
use crate::IdentityError;
use crate::table;
use crate::table::delegation::DelegationRow;

/// A delegation as lists show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Delegation {
    pub key: String,
    /// Account of the legal person.
    pub principal: String,
    pub principal_name: String,
    /// Account of the delegate.
    pub delegate: String,
    /// Masked.
    pub delegate_name: String,
    pub parent: Option<String>,
    /// 1 to 3; 0 while it is only requested.
    pub level: u32,
    pub terms: Terms,
    pub state: DelegationState,
    /// It can be used today: active, in its period, and so all above it.
    pub holds: bool,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// What the represented legal person has given, and what it was asked for: all of it for the
/// representative, what is below for a delegate.
pub async fn delegations_given(ctx: &Ctx) -> Result<Vec<Delegation>, IdentityError> {
    let (principal, under) = acting(ctx)?;
    let rows = table::delegation::of_principal(&mut ctx.db.reader(), &principal).await?;
    let nodes = nodes(&rows);
    let tree = Tree(&nodes);
    let mut all = Vec::new();
    for row in &rows {
        let asked = row.node.state == DelegationState::Requested;
        if asked || is_above(&tree, under.as_deref(), &row.node.key) {
            all.push(shown(ctx, row, &tree).await?);
        }
    }
    Ok(all)
}

/// What the signed-in person has received or asked for, newest first.
pub async fn delegations_received(ctx: &Ctx) -> Result<Vec<Delegation>, IdentityError> {
    let target = Target {
        owner: Some(ctx.actor.owner()),
        ..Target::default()
    };
    ctx.actor.require(Permission::DelegationOwn, &target)?;
    let mut reader = ctx.db.reader();
    let mut all = Vec::new();
    for row in table::delegation::of_delegate(&mut reader, &ctx.actor.id).await? {
        let chain = table::delegation::of_principal(&mut reader, &row.principal).await?;
        let nodes = nodes(&chain);
        all.push(shown(ctx, &row, &Tree(&nodes)).await?);
    }
    Ok(all)
}

async fn shown(
    ctx: &Ctx,
    row: &DelegationRow,
    tree: &Tree<'_>,
) -> Result<Delegation, IdentityError> {
    let today = kernel::time::beijing_date(ctx.now());
    let n = &row.node;
    Ok(Delegation {
        key: n.key.clone(),
        principal: row.principal.clone(),
        principal_name: name(ctx, &row.principal).await?,
        delegate: n.delegate.clone(),
        delegate_name: mask::name(&name(ctx, &n.delegate).await?),
        parent: n.parent.clone(),
        level: n.level,
        terms: n.terms.clone(),
        state: n.state,
        holds: tree.holds(&n.key, today),
        created_at: row.created_at,
        ended_at: row.ended_at,
    })
}

async fn name(ctx: &Ctx, account: &str) -> Result<String, IdentityError> {
    match table::account::load(&mut ctx.db.reader(), account).await? {
        Some(row) => Ok(row.profile(ctx)?.name),
        None => Ok(String::new()),
    }
}

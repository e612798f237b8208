//! Cancelling, with everything below.

use kernel::{ActorKind, Permission, Target};
use store::{Ctx, Tx};

use super::rules::{DelegationFault, DelegationState, Tree};
use super::{fault, find, is_above, nodes, stream};
use crate::events::DelegationCancelled;
use crate::table::delegation::DelegationRow;
use crate::transact::transact;
use crate::{IdentityError, cache, table};

/// Cancels a delegation: by the representative, by a delegate above, or by the delegate, who gives
/// it up. All delegations below end in the same moment.
pub async fn cancel_delegation(ctx: &Ctx, principal: &str, key: &str) -> Result<(), IdentityError> {
    let target = Target {
        owner: Some(ctx.actor.owner()),
        ..Target::default()
    };
    ctx.actor.require(Permission::DelegationOwn, &target)?;
    let (principal, key) = (principal.to_owned(), key.to_owned());
    transact!(ctx, [principal, key], |tx| -> () {
        let rows = table::delegation::of_principal(tx, &principal).await?;
        let row = find(&rows, &key)?;
        let nodes = nodes(&rows);
        let tree = Tree(&nodes);
        let own = ctx.actor.kind == ActorKind::User && row.node.delegate == ctx.actor.id;
        let above = ctx.actor.represented.as_ref().is_some_and(|r| {
            r.account == principal && is_above(&tree, r.delegation.as_deref(), &key)
        });
        if !own && !above {
            return Err(IdentityError::NotFound);
        }
        let ended = tree.ended_with(&key);
        if !ended.contains(&key) {
            return Err(fault(DelegationFault::WrongState(row.node.state)));
        }
        for one in ended {
            let with = (one != key).then_some(key.as_str());
            end(tx, &ctx, find(&rows, &one)?, with).await?;
        }
        Ok(())
    })?;
    cache::sessions(ctx).forget_all();
    Ok(())
}

/// Ends one delegation.
pub(super) async fn end(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    mut row: DelegationRow,
    with: Option<&str>,
) -> Result<(), IdentityError> {
    row.node.state = DelegationState::Cancelled;
    row.ended_at = Some(ctx.now());
    if !table::delegation::update(tx, &row).await? {
        return Err(IdentityError::Stale);
    }
    let event = DelegationCancelled {
        delegation: row.node.key.clone(),
        principal: row.principal,
        delegate: row.node.delegate,
        with: with.map(str::to_owned),
    };
    journal::append(tx, ctx, &stream(&row.node.key), &event).await?;
    Ok(())
}

/// Ends everything given by a legal person, or received by a person, whose account is cancelled.
pub(crate) async fn end_with_account(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    account: &str,
) -> Result<(), IdentityError> {
    for row in table::delegation::of_principal(tx, account).await? {
        if matches!(
            row.node.state,
            DelegationState::Active | DelegationState::Requested
        ) {
            end(tx, ctx, row, None).await?;
        }
    }
    for received in table::delegation::of_delegate(tx, account).await? {
        // An earlier round may have ended it already, so the chain is read anew each time.
        let rows = table::delegation::of_principal(tx, &received.principal).await?;
        let nodes = nodes(&rows);
        let key = &received.node.key;
        for one in Tree(&nodes).ended_with(key) {
            let with = (one != *key).then_some(key.as_str());
            end(tx, ctx, find(&rows, &one)?, with).await?;
        }
    }
    Ok(())
}

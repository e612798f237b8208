//! Changing items or period. What is below is cut to what is left.

use store::Ctx;

use super::rules::{DelegationFault, DelegationState, Terms, Tree};
use super::{acting, cancel, fault, find, is_above, nodes, stream};
use crate::events::DelegationChanged;
use crate::table::delegation::DelegationRow;
use crate::transact::transact;
use crate::{IdentityError, cache, table};

/// Sets new terms, by the representative or a delegate above. Wider ones must stay within the one
/// above; narrower ones narrow those below at once, and end those of which nothing is left.
pub async fn change_delegation(ctx: &Ctx, key: &str, terms: &Terms) -> Result<(), IdentityError> {
    let (principal, under) = acting(ctx)?;
    let (key, terms) = (key.to_owned(), terms.clone());
    transact!(ctx, [principal, under, key, terms], |tx| -> () {
        let today = kernel::time::beijing_date(ctx.now());
        terms.check(today).map_err(fault)?;
        let rows = table::delegation::of_principal(tx, &principal).await?;
        let nodes = nodes(&rows);
        let tree = Tree(&nodes);
        let row = find(&rows, &key)?;
        if !is_above(&tree, under.as_deref(), &key) {
            return Err(IdentityError::NotFound);
        }
        if row.node.state != DelegationState::Active {
            return Err(fault(DelegationFault::WrongState(row.node.state)));
        }
        let above = &tree.above(&key)[1..];
        if !above.iter().all(|n| terms.within(&n.terms)) {
            return Err(fault(DelegationFault::BeyondParent));
        }
        let cut = tree.cut_below(&key, &terms);
        set_terms(tx, &ctx, row, terms).await?;
        for (below, left) in cut {
            let row = find(&rows, &below)?;
            match left {
                Some(terms) => set_terms(tx, &ctx, row, terms).await?,
                None => cancel::end(tx, &ctx, row, Some(&key)).await?,
            }
        }
        Ok(())
    })?;
    cache::sessions(ctx).forget_all();
    Ok(())
}

async fn set_terms(
    tx: &mut store::Tx<'_>,
    ctx: &Ctx,
    mut row: DelegationRow,
    terms: Terms,
) -> Result<(), IdentityError> {
    let before = std::mem::replace(&mut row.node.terms, terms.clone());
    if !table::delegation::update(tx, &row).await? {
        return Err(IdentityError::Stale);
    }
    let event = DelegationChanged {
        delegation: row.node.key.clone(),
        principal: row.principal,
        delegate: row.node.delegate,
        before,
        after: terms,
    };
    journal::append(tx, ctx, &stream(&row.node.key), &event).await?;
    Ok(())
}

//! 法人用户授权: grant, request, change, cancel and view.

mod cancel;
mod change;
mod give;
mod rules;
mod view;

pub use cancel::cancel_delegation;
pub(crate) use cancel::end_with_account;
pub use change::change_delegation;
pub use give::{
    DelegateName, approve_delegation, grant_delegation, refuse_delegation, request_delegation,
};
pub use rules::{DelegationFault, DelegationState, Items, MAX_LEVELS, Terms};
pub(crate) use rules::{Node, Tree};
pub use view::{Delegation, delegations_given, delegations_received};

use kernel::{Permission, Target};
use store::Ctx;

use crate::IdentityError;
use crate::table::delegation::DelegationRow;

pub(crate) fn nodes(rows: &[DelegationRow]) -> Vec<Node> {
    rows.iter().map(|row| row.node.clone()).collect()
}

pub(crate) fn stream(key: &str) -> String {
    format!("delegation/{key}")
}

fn fault(fault: DelegationFault) -> IdentityError {
    IdentityError::Delegation(fault)
}

/// The legal person the actor acts for, with the delegation acted under.
fn acting(ctx: &Ctx) -> Result<(String, Option<String>), IdentityError> {
    let target = Target {
        owner: Some(ctx.actor.owner()),
        ..Target::default()
    };
    ctx.actor.require(Permission::DelegationOwn, &target)?;
    match &ctx.actor.represented {
        Some(r) => Ok((r.account.clone(), r.delegation.clone())),
        None => Err(fault(DelegationFault::NotRepresenting)),
    }
}

/// Whether somebody who acts under `under` (none: the representative) is above a delegation.
fn is_above(tree: &Tree<'_>, under: Option<&str>, key: &str) -> bool {
    match under {
        None => true,
        Some(under) => under != key && tree.above(key).iter().any(|n| n.key == under),
    }
}

fn find(rows: &[DelegationRow], key: &str) -> Result<DelegationRow, IdentityError> {
    rows.iter()
        .find(|r| r.node.key == key)
        .cloned()
        .ok_or(IdentityError::NotFound)
}

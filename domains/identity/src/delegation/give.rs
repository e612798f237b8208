//! Granting, and asking to be granted.

use kernel::{IdNumber, Permission, Target, number};
use store::{Ctx, Tx};

use super::rules::{DelegationFault, DelegationState, Node, Terms, Tree};
use super::{acting, fault, find, nodes, stream};
use crate::account::{AccountKind, AccountRow};
use crate::events::{DelegationGranted, DelegationRefused, DelegationRequested};
use crate::shift::usable;
use crate::state::State;
use crate::table::account::{ID_NUMBER, USCC};
use crate::table::delegation::DelegationRow;
use crate::transact::transact;
use crate::{IdentityError, table};

/// The delegate as the grantor names the person: both must belong to one registered user.
#[derive(Clone)]
pub struct DelegateName {
    pub name: String,
    pub id_number: String,
}

/// Names a delegate with items and period. The actor acts for the legal person, as representative
/// or under a delegation; in the latter case this is a sub-delegation within that one.
pub async fn grant_delegation(
    ctx: &Ctx,
    to: &DelegateName,
    terms: &Terms,
) -> Result<String, IdentityError> {
    let (principal, parent) = acting(ctx)?;
    let delegate = registered(ctx, to).await?;
    let (terms, key) = (terms.clone(), ctx.rng.key());
    transact!(ctx, [principal, parent, delegate, terms, key], |tx| -> () {
        let row = DelegationRow {
            principal: principal.clone(),
            node: Node {
                key,
                parent,
                level: 0,
                delegate,
                terms,
                state: DelegationState::Active,
            },
            grantor: Some(ctx.actor.id.clone()),
            created_at: ctx.now(),
            ended_at: None,
            rev: 0,
        };
        let row = checked(tx, &ctx, row).await?;
        table::delegation::insert(tx, &row).await?;
        granted(tx, &ctx, &row).await
    })?;
    Ok(key)
}

/// Asks a legal person for a delegation, by its credit code.
pub async fn request_delegation(
    ctx: &Ctx,
    uscc: &str,
    terms: &Terms,
) -> Result<String, IdentityError> {
    let target = Target {
        owner: Some(&ctx.actor.id),
        ..Target::default()
    };
    ctx.actor.require(Permission::DelegationOwn, &target)?;
    terms
        .check(kernel::time::beijing_date(ctx.now()))
        .map_err(fault)?;
    let uscc =
        number::uscc(uscc).map_err(|e| IdentityError::invalid("uscc", e.to_string(), e.en()))?;
    let found = table::account::find(&mut ctx.db.reader(), USCC, &ctx.lookup(USCC, &uscc)).await?;
    let principal = found.filter(|row| usable(row.state)).ok_or_else(|| {
        IdentityError::invalid(
            "uscc",
            "没有找到该法人账号，请先由法定代表人注册",
            "There is no such account; its representative registers it first",
        )
    })?;
    if principal.representative.as_deref() == Some(&ctx.actor.id) {
        return Err(fault(DelegationFault::SamePerson));
    }
    let row = DelegationRow {
        principal: principal.key,
        node: Node {
            key: ctx.rng.key(),
            parent: None,
            level: 0,
            delegate: ctx.actor.id.clone(),
            terms: terms.clone(),
            state: DelegationState::Requested,
        },
        grantor: None,
        created_at: ctx.now(),
        ended_at: None,
        rev: 0,
    };
    let key = row.node.key.clone();
    transact!(ctx, [row], |tx| -> () {
        table::delegation::insert(tx, &row).await?;
        let event = DelegationRequested {
            delegation: row.node.key.clone(),
            principal: row.principal,
            delegate: row.node.delegate,
            terms: row.node.terms,
        };
        journal::append(tx, &ctx, &stream(&row.node.key), &event).await?;
        Ok(())
    })?;
    Ok(key)
}

/// Agrees to a request, on its own terms or on narrower ones.
pub async fn approve_delegation(
    ctx: &Ctx,
    key: &str,
    terms: Option<&Terms>,
) -> Result<(), IdentityError> {
    let (principal, parent) = acting(ctx)?;
    let (key, terms) = (key.to_owned(), terms.cloned());
    transact!(ctx, [principal, parent, key, terms], |tx| -> () {
        let rows = table::delegation::of_principal(tx, &principal).await?;
        let mut row = requested(&rows, &key)?;
        let terms = terms.unwrap_or_else(|| row.node.terms.clone());
        if !terms.within(&row.node.terms) {
            return Err(fault(DelegationFault::BeyondParent));
        }
        row.node = Node {
            terms,
            parent,
            state: DelegationState::Active,
            ..row.node
        };
        row.grantor = Some(ctx.actor.id.clone());
        let row = checked(tx, &ctx, row).await?;
        if !table::delegation::update(tx, &row).await? {
            return Err(IdentityError::Stale);
        }
        granted(tx, &ctx, &row).await
    })
}

/// Refuses a request.
pub async fn refuse_delegation(ctx: &Ctx, key: &str) -> Result<(), IdentityError> {
    let (principal, _) = acting(ctx)?;
    let key = key.to_owned();
    transact!(ctx, [principal, key], |tx| -> () {
        let rows = table::delegation::of_principal(tx, &principal).await?;
        let mut row = requested(&rows, &key)?;
        row.node.state = DelegationState::Refused;
        row.ended_at = Some(ctx.now());
        if !table::delegation::update(tx, &row).await? {
            return Err(IdentityError::Stale);
        }
        let event = DelegationRefused {
            delegation: key.clone(),
            principal,
            delegate: row.node.delegate,
        };
        journal::append(tx, &ctx, &stream(&key), &event).await?;
        Ok(())
    })
}

fn requested(rows: &[DelegationRow], key: &str) -> Result<DelegationRow, IdentityError> {
    let row = find(rows, key)?;
    match row.node.state {
        DelegationState::Requested => Ok(row),
        other => Err(fault(DelegationFault::WrongState(other))),
    }
}

/// Applies the rules to a delegation about to hold, and gives it its level.
async fn checked(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    mut row: DelegationRow,
) -> Result<DelegationRow, IdentityError> {
    let rows = table::delegation::of_principal(tx, &row.principal).await?;
    let nodes = nodes(&rows);
    let principal = table::account::load(tx, &row.principal).await?;
    let principal: AccountRow = principal
        .filter(|p| usable(p.state))
        .ok_or(IdentityError::NotFound)?;
    let today = kernel::time::beijing_date(ctx.now());
    let n = &row.node;
    let representative = principal.representative.as_deref().unwrap_or("");
    row.node.level = Tree(&nodes)
        .new_level(
            n.parent.as_deref(),
            &n.delegate,
            representative,
            &n.terms,
            today,
        )
        .map_err(fault)?;
    Ok(row)
}

async fn granted(tx: &mut Tx<'_>, ctx: &Ctx, row: &DelegationRow) -> Result<(), IdentityError> {
    let n = row.node.clone();
    let event = DelegationGranted {
        delegation: n.key.clone(),
        principal: row.principal.clone(),
        delegate: n.delegate,
        parent: n.parent,
        level: n.level,
        terms: n.terms,
    };
    journal::append(tx, ctx, &stream(&n.key), &event).await?;
    Ok(())
}

/// The account of a delegate. Wrong name and unknown number are answered alike.
async fn registered(ctx: &Ctx, who: &DelegateName) -> Result<String, IdentityError> {
    let none = || fault(DelegationFault::NoSuchDelegate);
    let id = IdNumber::resident(&who.id_number).map_err(|_| none())?;
    let digest = ctx.lookup_of(ID_NUMBER, &id);
    let row = table::account::find(&mut ctx.db.reader(), ID_NUMBER, &digest).await?;
    let row = row.ok_or_else(none)?;
    let fits = row.kind == AccountKind::Natural
        && row.state == State::Active
        && row.profile(ctx)?.name == who.name.trim();
    if fits { Ok(row.key) } else { Err(none()) }
}

//! Reading accounts.

use kernel::{ActorKind, IdNumber, Permission, number};
use store::Ctx;

use crate::account::{Account, AccountRow};
use crate::sign_in::{opened, resolve};
use crate::table::account::{ID_NUMBER, USCC};
use crate::{IdentityError, guard, table};

/// An account by its key: by its owner, whoever represents it, an administrator or the platform.
pub async fn account(ctx: &Ctx, key: &str) -> Result<Account, IdentityError> {
    guard::may_read(ctx, key)?;
    let row = table::account::load(&mut ctx.db.reader(), key).await?;
    row.ok_or(IdentityError::NotFound)?.open(ctx)
}

/// The account of a natural person by identity number: for windows, administrators and the
/// platform.
pub async fn account_by_id(ctx: &Ctx, id: &IdNumber) -> Result<Option<Account>, IdentityError> {
    may_look_up(ctx)?;
    find(ctx, ID_NUMBER, &ctx.lookup_of(ID_NUMBER, id)).await
}

/// The account of a legal person by credit code: for windows, administrators and the platform.
pub async fn account_by_uscc(ctx: &Ctx, uscc: &str) -> Result<Option<Account>, IdentityError> {
    may_look_up(ctx)?;
    find(ctx, USCC, &ctx.lookup(USCC, &number::fold(uscc))).await
}

/// The account that would sign in with this login: for windows, administrators and the platform.
pub async fn account_by_login(ctx: &Ctx, login: &str) -> Result<Option<Account>, IdentityError> {
    may_look_up(ctx)?;
    opened(ctx, resolve(ctx, &number::fold(login)).await?)
}

/// Accounts of the legal persons whose representative the person is.
pub async fn organisations_of(ctx: &Ctx, person: &str) -> Result<Vec<Account>, IdentityError> {
    guard::may_read(ctx, person)?;
    let rows = table::account::represented_by(&mut ctx.db.reader(), person).await?;
    rows.iter().map(|row| row.open(ctx)).collect()
}

async fn find(ctx: &Ctx, kind: &str, digest: &[u8]) -> Result<Option<Account>, IdentityError> {
    let row: Option<AccountRow> = table::account::find(&mut ctx.db.reader(), kind, digest).await?;
    opened(ctx, row)
}

fn may_look_up(ctx: &Ctx) -> Result<(), IdentityError> {
    if ctx.actor.kind == ActorKind::Staff && guard::at_desk(ctx, Permission::AccountWindow).is_ok()
    {
        return Ok(());
    }
    // The head who approves that an account is enabled again looks at it before.
    if guard::at_desk(ctx, Permission::AccountEnable).is_ok() {
        return Ok(());
    }
    guard::at_desk(ctx, Permission::AccountAdmin)
}

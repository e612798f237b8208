//! Moving an account through its states: the one place that writes a state.

use store::{Ctx, Tx};

use crate::IdentityError;
use crate::account::AccountRow;
use crate::state::{State, StateEvent, next};
use crate::table::account;

/// Moves an account by the table and writes the row as it was handed over. Returns it as it then
/// stands.
pub(crate) async fn shift(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    row: AccountRow,
    event: StateEvent,
) -> Result<AccountRow, IdentityError> {
    let Some(state) = next(Some(row.state), event)? else {
        account::delete(tx, &row.key).await?;
        return Ok(row);
    };
    save(tx, ctx, AccountRow { state, ..row }).await
}

/// Writes a row whose state stays.
pub(crate) async fn save(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    mut row: AccountRow,
) -> Result<AccountRow, IdentityError> {
    if !account::update(tx, &row, ctx.now()).await? {
        return Err(IdentityError::Stale);
    }
    row.rev += 1;
    Ok(row)
}

/// Whether the account may be used to sign in and act.
pub(crate) fn usable(state: State) -> bool {
    matches!(state, State::Active | State::Changing)
}

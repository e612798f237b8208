//! Changing the authorisations of a seal in use: one more, another period or maximum, one fewer.

use jiff::Timestamp;
use kernel::Permission;
use serde::{Deserialize, Serialize};
use store::{Ctx, Tx};

use crate::authorise::{Grant, authorise_in, check, insert, withdraw};
use crate::error::{SealError, text};
use crate::event::{SealGrantChanged, stream};
use crate::freeze::end_uses;
use crate::query::Authorisation;
use crate::seal::Seal;
use crate::state::{Event, IllegalMove, State};
use crate::step::load;
use crate::table;

/// What can be changed of an authorisation; holder and document kind cannot: give another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub valid_to: Timestamp,
    /// Uses on one day, Beijing time.
    pub daily_maximum: i64,
}

/// Gives one authorisation: the first puts a released seal into use, further ones join it.
pub async fn grant(ctx: &Ctx, seal_key: &str, grant: Grant) -> Result<Seal, SealError> {
    let (inner, key) = (ctx.clone(), seal_key.to_owned());
    ctx.db
        .write(move |tx| {
            let (ctx, key, grant) = (inner.clone(), key.clone(), grant.clone());
            Box::pin(async move {
                let seal = load(tx, &key).await?;
                if seal.state != State::Active {
                    return authorise_in(tx, &ctx, seal, &[grant]).await;
                }
                ctx.actor.require(Permission::SealManage, &seal.target())?;
                let seal = in_use(tx, seal).await?;
                check(&seal, &grant)?;
                let given = insert(tx, &ctx, &seal, &grant).await?;
                tell(tx, &ctx, &seal, &given, "added", "").await?;
                Ok(seal)
            })
        })
        .await
}

/// Changes period and daily maximum of an authorisation in force. Uses already made today count
/// against the new maximum.
pub async fn change_grant(
    ctx: &Ctx,
    seal_key: &str,
    auth_key: &str,
    terms: Terms,
) -> Result<Seal, SealError> {
    let (inner, key, auth) = (ctx.clone(), seal_key.to_owned(), auth_key.to_owned());
    ctx.db
        .write(move |tx| {
            let (ctx, key, auth) = (inner.clone(), key.clone(), auth.clone());
            Box::pin(async move {
                let seal = load(tx, &key).await?;
                ctx.actor.require(Permission::SealManage, &seal.target())?;
                let seal = in_use(tx, seal).await?;
                let mut given = in_force(tx, &seal, &auth).await?;
                given.valid_to = terms.valid_to;
                given.daily_maximum = terms.daily_maximum;
                check(&seal, &Grant::of(&given))?;
                table::set_terms(tx, &seal.key, &given).await?;
                tell(tx, &ctx, &seal, &given, "changed", "").await?;
                Ok(seal)
            })
        })
        .await
}

/// Ends one authorisation; uses under way by it are stopped. With the last one the seal goes back
/// to its custodian.
pub async fn end_grant(
    ctx: &Ctx,
    seal_key: &str,
    auth_key: &str,
    reason: &str,
) -> Result<Seal, SealError> {
    text("reason", reason, 200)?;
    let seal = load(&mut ctx.db.reader(), seal_key).await?;
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    let all = table::authorisations(&mut ctx.db.reader(), seal_key).await?;
    let mut open = all.iter().filter(|a| a.withdrawn_at.is_none());
    if let (Some(last), None) = (open.next(), open.next())
        && last.key == auth_key
    {
        return withdraw(ctx, seal_key, reason).await;
    }
    let (inner, key) = (ctx.clone(), seal_key.to_owned());
    let (auth, reason) = (auth_key.to_owned(), reason.trim().to_owned());
    ctx.db
        .write(move |tx| {
            let (ctx, key) = (inner.clone(), key.clone());
            let (auth, reason) = (auth.clone(), reason.clone());
            Box::pin(async move {
                let seal = load(tx, &key).await?;
                ctx.actor.require(Permission::SealManage, &seal.target())?;
                let seal = in_use(tx, seal).await?;
                let given = in_force(tx, &seal, &auth).await?;
                table::withdraw_one(tx, &seal.key, &given.key, ctx.now()).await?;
                if table::in_force(tx, &seal.key).await? == 0 {
                    // Somebody ended the others meanwhile: withdrawing is another act.
                    return Err(SealError::Stale);
                }
                end_uses(tx, &ctx, &seal, Some(&given.key)).await?;
                tell(tx, &ctx, &seal, &given, "ended", &reason).await?;
                Ok(seal)
            })
        })
        .await
}

/// A seal whose authorisations can be changed. Its revision moves on, so that two who change them
/// at once do not both succeed unseen.
async fn in_use(tx: &mut Tx<'_>, seal: Seal) -> Result<Seal, SealError> {
    if seal.state != State::Active {
        let illegal = IllegalMove {
            from: Some(seal.state),
            event: Event::Authorise,
        };
        return Err(illegal.into());
    }
    if seal.frozen_at.is_some() {
        return Err(SealError::Frozen);
    }
    // The history counts by revision: these changes take no number, but two of them at once meet
    // on the row.
    if !table::update(tx, &seal, seal.rev).await? {
        return Err(SealError::Stale);
    }
    Ok(seal)
}

async fn in_force(tx: &mut Tx<'_>, seal: &Seal, auth: &str) -> Result<Authorisation, SealError> {
    let all = table::authorisations(tx, &seal.key).await?;
    all.into_iter()
        .find(|a| a.key == auth && a.withdrawn_at.is_none())
        .ok_or(SealError::NoGrant)
}

async fn tell(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    seal: &Seal,
    given: &Authorisation,
    what: &str,
    note: &str,
) -> Result<(), SealError> {
    let event = SealGrantChanged {
        seal: seal.key.clone(),
        authorisation: given.key.clone(),
        what: what.into(),
        holder: given.holder.clone(),
        document_kind: given.document_kind.clone(),
        valid_to: given.valid_to,
        daily_maximum: given.daily_maximum,
        note: note.into(),
    };
    journal::append(tx, ctx, &stream(&seal.key), &event).await?;
    Ok(())
}

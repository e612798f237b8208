//! Recovery and destruction are asked for by one person and approved by another.

use jiff::Timestamp;
use kernel::Permission;
use serde::{Deserialize, Serialize};
use store::{Ctx, Tx};

use crate::authority::Authorities;
use crate::error::{SealError, text};
use crate::event::{SealAsked, stream};
use crate::freeze::{Check, take_out};
use crate::react::{ERASE, Erase};
use crate::seal::Seal;
use crate::state::{Event, next};
use crate::step::{load, step};
use crate::table;

kernel::codes! {
    /// What can be asked for.
    Request {
        /// 解除挂失: the lost seal was found and is safe.
        Recover = "recover", "解除挂失", "recovery";
        /// 销毁.
        Destroy = "destroy", "销毁", "destruction";
    }
}

impl Request {
    fn event(self) -> Event {
        match self {
            Request::Recover => Event::Recover,
            Request::Destroy => Event::Destroy,
        }
    }
}

/// An open request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub request: Request,
    /// Staff user name.
    pub by: String,
    pub at: Timestamp,
    pub reason: String,
}

/// Asks for a recovery or destruction. A newer request takes the place of an open one.
pub async fn ask(
    ctx: &Ctx,
    seal_key: &str,
    request: Request,
    reason: &str,
) -> Result<Seal, SealError> {
    text("reason", reason, 200)?;
    let (inner, key, reason) = (ctx.clone(), seal_key.to_owned(), reason.trim().to_owned());
    ctx.db
        .write(move |tx| {
            let (ctx, key, reason) = (inner.clone(), key.clone(), reason.clone());
            Box::pin(async move {
                let seal = load(tx, &key).await?;
                ctx.actor.require(Permission::SealManage, &seal.target())?;
                next(Some(seal.state), request.event())?;
                let (by, at) = (ctx.actor.id.clone(), ctx.now());
                let asked = Asked {
                    request,
                    by,
                    at,
                    reason,
                };
                set(tx, &ctx, seal, Some(asked.clone()), &asked, false).await
            })
        })
        .await
}

/// Turns an open request down.
pub async fn decline(ctx: &Ctx, seal_key: &str, reason: &str) -> Result<Seal, SealError> {
    text("reason", reason, 200)?;
    let (inner, key, reason) = (ctx.clone(), seal_key.to_owned(), reason.trim().to_owned());
    ctx.db
        .write(move |tx| {
            let (ctx, key, reason) = (inner.clone(), key.clone(), reason.clone());
            Box::pin(async move {
                let seal = load(tx, &key).await?;
                ctx.actor.require(Permission::SealManage, &seal.target())?;
                let asked = seal.asked.clone().ok_or(SealError::NotAsked)?;
                let told = Asked { reason, ..asked };
                set(tx, &ctx, seal, None, &told, true).await
            })
        })
        .await
}

async fn set(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    seal: Seal,
    asked: Option<Asked>,
    told: &Asked,
    declined: bool,
) -> Result<Seal, SealError> {
    let seen = seal.rev;
    // The history counts by revision, so a request takes no number: only moves do.
    let seal = Seal { asked, ..seal };
    if !table::update(tx, &seal, seen).await? {
        return Err(SealError::Stale);
    }
    let event = SealAsked {
        seal: seal.key.clone(),
        request: told.request.code().into(),
        declined,
        reason: told.reason.clone(),
    };
    journal::append(tx, ctx, &stream(&seal.key), &event).await?;
    Ok(seal)
}

/// Approves the recovery that another person asked for: the seal is back with its custodian and
/// can be authorised again.
pub async fn recover(ctx: &Ctx, seal_key: &str) -> Result<Seal, SealError> {
    let (inner, key) = (ctx.clone(), seal_key.to_owned());
    ctx.db
        .write(move |tx| {
            let (ctx, key) = (inner.clone(), key.clone());
            Box::pin(async move {
                let seal = load(tx, &key).await?;
                ctx.actor.require(Permission::SealManage, &seal.target())?;
                next(Some(seal.state), Event::Recover)?;
                let asked = answered(&ctx, &seal, Request::Recover)?;
                step(tx, &ctx, seal, Event::Recover, &asked.reason, |_| {}).await
            })
        })
        .await
}

/// Approves the destruction that another person asked for. The keys are erased and the
/// certificates revoked; what the seal signed before stays verifiable [I-12].
pub async fn destroy(ctx: &Ctx, seal_key: &str) -> Result<Seal, SealError> {
    let may: Check = |ctx, seal| answered(ctx, seal, Request::Destroy).map(drop);
    let seal = take_out(ctx, seal_key, Event::Destroy, may, |tx, ctx, seal| {
        Box::pin(async move {
            let asked = answered(ctx, &seal, Request::Destroy)?;
            let seal = step(tx, ctx, seal, Event::Destroy, &asked.reason, |_| {}).await?;
            table::withdraw_all(tx, &seal.key, ctx.now()).await?;
            let erase = Erase {
                seal: seal.key.clone(),
            };
            journal::enqueue(tx, ctx, ERASE, &erase, ctx.now()).await?;
            Ok(seal)
        })
    })
    .await?;
    // The job does the same and more patiently; a process without keys leaves it to that.
    if let Ok(authorities) = Authorities::of(ctx) {
        authorities.retire(ctx, &seal).await?;
    }
    Ok(seal)
}

/// The open request, which another person must have made.
fn answered(ctx: &Ctx, seal: &Seal, request: Request) -> Result<Asked, SealError> {
    let asked = seal.asked.clone().filter(|asked| asked.request == request);
    let asked = asked.ok_or(SealError::NotAsked)?;
    if !ctx.actor.is_other_person(&asked.by) {
        let second = match request {
            Request::Recover => "the approval of the recovery",
            Request::Destroy => "the approval of the destruction",
        };
        return Err(SealError::SamePerson {
            first: "the request",
            second,
        });
    }
    Ok(asked)
}

//! Proposing, approving, refusing, pausing, resuming and ending the use of a time stamp service.

use kernel::{Permission, Target};
use store::{Ctx, Tx};

use super::service::{
    ServiceEvent, ServiceMoved, ServiceState, StampDigest, StampRule, StampedKind, TimeService,
    next,
};
use super::{stamper, table};
use crate::error::{SealError, text};

/// A service that is proposed.
#[derive(Clone, Debug)]
pub struct ServiceProposal {
    pub name: String,
    /// `http://…` or `https://…`.
    pub url: String,
    pub digest: StampDigest,
    pub kinds: Vec<StampedKind>,
    pub rule: StampRule,
}

fn invalid(field: &'static str, why: &'static str) -> SealError {
    SealError::Invalid { field, why }
}

pub(super) fn require(ctx: &Ctx) -> Result<(), SealError> {
    Ok(ctx
        .actor
        .require(Permission::TrustManage, &Target::default())?)
}

/// Proposes a service. It is not asked before another person has approved it.
pub async fn propose_service(
    ctx: &Ctx,
    proposal: &ServiceProposal,
) -> Result<TimeService, SealError> {
    require(ctx)?;
    let service = checked(ctx, proposal)?;
    let (inner, row) = (ctx.clone(), service.clone());
    ctx.db
        .write(move |tx| {
            let (ctx, row) = (inner.clone(), row.clone());
            Box::pin(async move {
                if table::is_known(tx, &row.url).await? {
                    return Err(invalid("url", KNOWN));
                }
                table::insert(tx, &row).await?;
                tell(tx, &ctx, &row, ServiceEvent::Propose).await
            })
        })
        .await?;
    Ok(service)
}

/// Proposes a service in the platform's own name, unless its address was ever proposed before.
/// False when it was.
pub async fn suggest_service(ctx: &Ctx, proposal: &ServiceProposal) -> Result<bool, SealError> {
    require(ctx)?;
    if table::was_proposed(&mut ctx.db.reader(), &proposal.url).await? {
        return Ok(false);
    }
    propose_service(ctx, proposal).await.map(|_| true)
}

fn checked(ctx: &Ctx, proposal: &ServiceProposal) -> Result<TimeService, SealError> {
    text("name", &proposal.name, 80)?;
    text("url", &proposal.url, 300)?;
    let url = proposal.url.trim();
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let usable = host.is_some_and(|host| !host.is_empty() && !host.contains('@'))
        && url.bytes().all(|byte| byte.is_ascii_graphic());
    if !usable {
        return Err(invalid("url", ADDRESS));
    }
    let mut kinds = Vec::new();
    for kind in StampedKind::ALL {
        if proposal.kinds.contains(kind) {
            kinds.push(*kind);
        }
    }
    if kinds.is_empty() {
        return Err(invalid("kinds", NO_KIND));
    }
    Ok(TimeService {
        key: ctx.rng.key(),
        name: proposal.name.trim().to_owned(),
        url: url.to_owned(),
        digest: proposal.digest,
        kinds,
        rule: proposal.rule,
        state: ServiceState::Proposed,
        rev: 1,
        proposed_by: ctx.actor.id.clone(),
        proposed_at: ctx.now(),
        approved_by: None,
        approved_at: None,
        decided_by: None,
        decided_at: None,
        reason: String::new(),
    })
}

/// Approves what another person proposed. It is asked from now on.
pub async fn approve_service(ctx: &Ctx, key: &str) -> Result<TimeService, SealError> {
    decide(ctx, key, ServiceEvent::Approve, "").await
}

/// Turns a proposal down. Who made it may take it back this way.
pub async fn refuse_service(ctx: &Ctx, key: &str, reason: &str) -> Result<TimeService, SealError> {
    text("reason", reason, 200)?;
    decide(ctx, key, ServiceEvent::Refuse, reason).await
}

/// Asks the service no more for the time being. One person suffices: where a required service is
/// down for long, nothing could be issued while a second person is looked for.
pub async fn pause_service(ctx: &Ctx, key: &str, reason: &str) -> Result<TimeService, SealError> {
    text("reason", reason, 200)?;
    decide(ctx, key, ServiceEvent::Pause, reason).await
}

/// Asks a paused service again, as it was approved.
pub async fn resume_service(ctx: &Ctx, key: &str) -> Result<TimeService, SealError> {
    decide(ctx, key, ServiceEvent::Resume, "").await
}

/// Ends the use of a service for good.
pub async fn end_service(ctx: &Ctx, key: &str, reason: &str) -> Result<TimeService, SealError> {
    text("reason", reason, 200)?;
    decide(ctx, key, ServiceEvent::End, reason).await
}

async fn decide(
    ctx: &Ctx,
    key: &str,
    event: ServiceEvent,
    reason: &str,
) -> Result<TimeService, SealError> {
    require(ctx)?;
    let (inner, key, reason) = (ctx.clone(), key.to_owned(), reason.trim().to_owned());
    let decided = ctx
        .db
        .write(move |tx| {
            let (ctx, key, reason) = (inner.clone(), key.clone(), reason.clone());
            Box::pin(async move {
                let mut service = table::by_key(tx, &key).await?.ok_or(SealError::NoService)?;
                let from = service.state;
                let to = next(Some(from), event);
                service.state = to.ok_or(SealError::ServiceState(from, event))?;
                let (who, now) = (Some(ctx.actor.id.clone()), Some(ctx.now()));
                if event == ServiceEvent::Approve {
                    if service.proposed_by == ctx.actor.id {
                        return Err(SealError::SamePerson {
                            first: "the proposal",
                            second: "the approval",
                        });
                    }
                    (service.approved_by, service.approved_at) = (who.clone(), now);
                }
                let seen = service.rev;
                service.rev += 1;
                (service.decided_by, service.decided_at) = (who, now);
                service.reason = reason;
                if !table::decide(tx, &service, seen).await? {
                    return Err(SealError::Stale);
                }
                tell(tx, &ctx, &service, event).await?;
                Ok(service)
            })
        })
        .await?;
    stamper::forget(ctx);
    Ok(decided)
}

async fn tell(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    service: &TimeService,
    event: ServiceEvent,
) -> Result<(), SealError> {
    let moved = ServiceMoved {
        service: service.key.clone(),
        name: service.name.clone(),
        url: service.url.clone(),
        event: event.code().into(),
        state: service.state.code().into(),
        kinds: service.kinds.iter().map(|k| k.code().into()).collect(),
        rule: service.rule.code().into(),
        reason: service.reason.clone(),
    };
    journal::append(tx, ctx, &format!("time_service/{}", service.key), &moved).await?;
    Ok(())
}

pub(crate) const KNOWN: &str = "this address is proposed or in use already";
pub(crate) const ADDRESS: &str = "must be an address that begins with http:// or https://";
pub(crate) const NO_KIND: &str = "at least one kind of document must be chosen";

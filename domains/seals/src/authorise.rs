//! Who may use a released seal, for what, until when, how often a day [I-10].

use std::sync::Arc;

use jiff::Timestamp;
use kernel::{Actor, ActorKind, Permission};
use serde::{Deserialize, Serialize};
use store::{Ctx, Tx};

use crate::error::{EMPTY, MAXIMUM, PERIOD, SealError, text};
use crate::freeze::{anyone, take_out};
use crate::query::Authorisation;
use crate::seal::Seal;
use crate::state::Event;
use crate::step::{load, step};
use crate::table;

kernel::codes! {
    /// Who holds an authorisation.
    HolderKind {
        /// A business system that signs by itself: a standing authorisation.
        System = "system", "业务系统", "business system";
        /// A member of staff.
        Staff = "staff", "工作人员", "staff";
    }
}

impl HolderKind {
    /// As what an actor holds authorisations.
    pub(crate) fn of(actor: &Actor) -> Self {
        match actor.kind {
            ActorKind::System | ActorKind::Machine => Self::System,
            ActorKind::Staff | ActorKind::User | ActorKind::Visitor => Self::Staff,
        }
    }
}

kernel::codes! {
    /// 文书种类: what the platform's own systems sign. Others need only an authorisation that names
    /// them.
    DocumentKind {
        Notice = "notice", "通知书", "notices";
        Decision = "decision", "决定书", "decisions";
        Licence = "licence", "电子证照", "licences";
        Proof = "proof", "证明", "proofs";
        /// 核验报告, under the official seal of the operator.
        Verification = "verification", "核验报告", "verification reports";
        /// What officers seal themselves, at the desk.
        Letter = "letter", "公函及其他文件", "letters and other documents";
    }
}

/// One authorisation to be given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub holder_kind: HolderKind,
    /// Actor id: `system` for the platform's own jobs, a client id, a staff user name.
    pub holder: String,
    /// `notice`, `decision`, `licence`, `proof`, …: what the caller says at each use.
    pub document_kind: String,
    /// Short code of the only item it holds for; none for every item.
    pub item_code: Option<String>,
    pub valid_from: Timestamp,
    pub valid_to: Timestamp,
    /// Uses on one day, Beijing time.
    pub daily_maximum: i64,
}

impl Grant {
    /// What was given, as it would be given anew.
    pub(crate) fn of(given: &Authorisation) -> Self {
        Self {
            holder_kind: given.holder_kind,
            holder: given.holder.clone(),
            document_kind: given.document_kind.clone(),
            item_code: Some(given.item_code.clone()).filter(|code| !code.is_empty()),
            valid_from: given.valid_from,
            valid_to: given.valid_to,
            daily_maximum: given.daily_maximum,
        }
    }
}

/// Authorises users and systems. All authorisations of a seal are given in one act; to change
/// them, withdraw them first.
pub async fn authorise(ctx: &Ctx, seal_key: &str, grants: Vec<Grant>) -> Result<Seal, SealError> {
    let (inner, key, grants) = (ctx.clone(), seal_key.to_owned(), Arc::new(grants));
    ctx.db
        .write(move |tx| {
            let (ctx, key, grants) = (inner.clone(), key.clone(), grants.clone());
            Box::pin(async move {
                let seal = load(tx, &key).await?;
                authorise_in(tx, &ctx, seal, &grants).await
            })
        })
        .await
}

/// The authorisation in a transaction of the caller.
pub(crate) async fn authorise_in(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    seal: Seal,
    grants: &[Grant],
) -> Result<Seal, SealError> {
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    if grants.is_empty() {
        return Err(SealError::Invalid {
            field: "grants",
            why: EMPTY,
        });
    }
    for grant in grants {
        check(&seal, grant)?;
    }
    let note = grants
        .iter()
        .map(|g| format!("{}:{}×{}", g.holder, g.document_kind, g.daily_maximum))
        .collect::<Vec<_>>()
        .join(" ");
    let seal = step(tx, ctx, seal, Event::Authorise, &note, |_| {}).await?;
    for grant in grants {
        insert(tx, ctx, &seal, grant).await?;
    }
    Ok(seal)
}

/// Writes a checked authorisation.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    seal: &Seal,
    grant: &Grant,
) -> Result<Authorisation, SealError> {
    let granted = Authorisation {
        key: ctx.rng.key(),
        holder_kind: grant.holder_kind,
        holder: grant.holder.trim().to_owned(),
        document_kind: grant.document_kind.trim().to_owned(),
        item_code: grant.item_code.clone().unwrap_or_default(),
        valid_from: grant.valid_from,
        valid_to: grant.valid_to,
        daily_maximum: grant.daily_maximum,
        granted_by: ctx.actor.id.clone(),
        granted_at: ctx.now(),
        withdrawn_at: None,
    };
    table::insert_authorisation(tx, &seal.key, &granted).await?;
    Ok(granted)
}

pub(crate) fn check(seal: &Seal, grant: &Grant) -> Result<(), SealError> {
    text("holder", &grant.holder, 64)?;
    text("document_kind", &grant.document_kind, 40)?;
    if grant.daily_maximum < 1 {
        return Err(SealError::Invalid {
            field: "daily_maximum",
            why: MAXIMUM,
        });
    }
    let within = seal.valid_to.is_some_and(|end| grant.valid_to <= end);
    if grant.valid_from >= grant.valid_to || !within {
        return Err(SealError::Invalid {
            field: "valid_to",
            why: PERIOD,
        });
    }
    Ok(())
}

/// Withdraws every authorisation of the seal; it goes back to its custodian. Uses under way are
/// stopped.
pub async fn withdraw(ctx: &Ctx, seal_key: &str, reason: &str) -> Result<Seal, SealError> {
    text("reason", reason, 200)?;
    let reason = reason.trim().to_owned();
    take_out(
        ctx,
        seal_key,
        Event::Withdraw,
        anyone,
        move |tx, ctx, seal| {
            let reason = reason.clone();
            Box::pin(async move {
                let seal = step(tx, ctx, seal, Event::Withdraw, &reason, |_| {}).await?;
                table::withdraw_all(tx, &seal.key, ctx.now()).await?;
                Ok(seal)
            })
        },
    )
    .await
}

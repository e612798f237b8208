//! Proposing, approving, refusing and ending the trust in a foreign root; giving it a fresh
//! revocation list.

use gm::{Certificate, Crl};
use jiff::Timestamp;
use kernel::{Permission, Target};
use store::{Ctx, Tx};

use super::root::{RootEvent, RootMoved, RootScope, RootState, TrustedRoot, next};
use super::table::{self, List};
use crate::error::{SealError, text};

/// More certificates than any honest bundle of a root has.
const MOST: usize = 20;

/// What is proposed to be trusted.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// PEM or DER: one certificate that signs itself and, in PEM, authorities under it.
    pub certificates: Vec<u8>,
    pub name: String,
    pub scope: RootScope,
    /// The document that lets us trust it.
    pub basis: String,
    pub valid_from: Timestamp,
    pub valid_to: Timestamp,
}

fn invalid(field: &'static str, why: &'static str) -> SealError {
    SealError::Invalid { field, why }
}

fn require(ctx: &Ctx) -> Result<(), SealError> {
    Ok(ctx
        .actor
        .require(Permission::TrustManage, &Target::default())?)
}

/// Proposes a root. Nothing is trusted before another person has approved it.
pub async fn propose_root(ctx: &Ctx, proposal: &Proposal) -> Result<TrustedRoot, SealError> {
    require(ctx)?;
    text("name", &proposal.name, 80)?;
    text("basis", &proposal.basis, 200)?;
    let (root, below) = sorted(&proposal.certificates)?;
    let now = ctx.now();
    if proposal.valid_from >= proposal.valid_to
        || proposal.valid_to <= now
        || proposal.valid_to > root.not_after()
    {
        return Err(invalid("valid_to", ROOT_PERIOD));
    }
    let proposed = TrustedRoot {
        key: ctx.rng.key(),
        name: proposal.name.trim().to_owned(),
        fingerprint: hex::encode(gm::sm3(root.der())),
        root: root.der().to_vec(),
        below: below.iter().map(|one| one.der().to_vec()).collect(),
        scope: proposal.scope,
        basis: proposal.basis.trim().to_owned(),
        valid_from: proposal.valid_from,
        valid_to: proposal.valid_to,
        state: RootState::Proposed,
        rev: 1,
        proposed_by: ctx.actor.id.clone(),
        proposed_at: now,
        decided_by: None,
        decided_at: None,
        reason: String::new(),
        lists: Vec::new(),
    };
    let (inner, row) = (ctx.clone(), proposed.clone());
    ctx.db
        .write(move |tx| {
            let (ctx, row) = (inner.clone(), row.clone());
            Box::pin(async move {
                if table::is_known(tx, &row.fingerprint).await? {
                    return Err(invalid("certificates", KNOWN));
                }
                table::insert(tx, &row).await?;
                tell(tx, &ctx, &row, RootEvent::Propose).await
            })
        })
        .await?;
    Ok(proposed)
}

/// Takes the file apart: one root, and authorities that lead to it.
fn sorted(bytes: &[u8]) -> Result<(Certificate, Vec<Certificate>), SealError> {
    let all =
        Certificate::from_pem_or_der(bytes).map_err(|_| invalid("certificates", UNREADABLE))?;
    if all.len() > MOST {
        return Err(invalid("certificates", NOT_ONE_ROOT));
    }
    let (roots, mut below): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|one| one.is_signed_by(one).is_ok());
    let [root]: [Certificate; 1] = roots
        .try_into()
        .map_err(|_| invalid("certificates", NOT_ONE_ROOT))?;
    if !root.is_ca() {
        return Err(invalid("certificates", NOT_CA));
    }
    below.dedup_by(|a, b| a.der() == b.der());
    // Whoever stands below leads to this root, by however many steps.
    let mut led = vec![root.clone()];
    let mut waiting = below.clone();
    while let Some(at) = waiting
        .iter()
        .position(|one| led.iter().any(|above| one.is_signed_by(above).is_ok()))
    {
        led.push(waiting.swap_remove(at));
    }
    if !waiting.is_empty() {
        return Err(invalid("certificates", STRANGER));
    }
    if below.iter().any(|one| !one.is_ca()) {
        return Err(invalid("certificates", NOT_CA));
    }
    Ok((root, below))
}

/// Approves what another person proposed. It counts within its period from now on.
pub async fn approve_root(ctx: &Ctx, root_key: &str) -> Result<TrustedRoot, SealError> {
    decide(ctx, root_key, RootEvent::Approve, "").await
}

/// Turns a proposal down. Who made it may take it back this way.
pub async fn refuse_root(
    ctx: &Ctx,
    root_key: &str,
    reason: &str,
) -> Result<TrustedRoot, SealError> {
    text("reason", reason, 200)?;
    decide(ctx, root_key, RootEvent::Refuse, reason).await
}

/// Ends the trust at once. One person suffices: a doubted root must not count while a second
/// person is looked for, and to trust it again takes two.
pub async fn end_root(ctx: &Ctx, root_key: &str, reason: &str) -> Result<TrustedRoot, SealError> {
    text("reason", reason, 200)?;
    decide(ctx, root_key, RootEvent::End, reason).await
}

async fn decide(
    ctx: &Ctx,
    root_key: &str,
    event: RootEvent,
    reason: &str,
) -> Result<TrustedRoot, SealError> {
    require(ctx)?;
    let (inner, key, reason) = (ctx.clone(), root_key.to_owned(), reason.trim().to_owned());
    let decided = ctx
        .db
        .write(move |tx| {
            let (ctx, key, reason) = (inner.clone(), key.clone(), reason.clone());
            Box::pin(async move {
                let mut root = load(tx, &key).await?;
                let from = root.state;
                root.state = next(Some(from), event).ok_or(SealError::RootState(from, event))?;
                let second = ctx.actor.is_other_person(&root.proposed_by);
                if event == RootEvent::Approve && !second {
                    return Err(SealError::SamePerson {
                        first: "the proposal",
                        second: "the approval",
                    });
                }
                let seen = root.rev;
                root.rev += 1;
                root.decided_by = Some(ctx.actor.id.clone());
                root.decided_at = Some(ctx.now());
                root.reason = reason;
                if !table::decide(tx, &root, seen).await? {
                    return Err(SealError::Stale);
                }
                tell(tx, &ctx, &root, event).await?;
                Ok(root)
            })
        })
        .await?;
    crate::trust::forget(ctx);
    Ok(decided)
}

async fn load(tx: &mut Tx<'_>, key: &str) -> Result<TrustedRoot, SealError> {
    table::by_key(tx, key).await?.ok_or(SealError::NoRoot)
}

async fn tell(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    root: &TrustedRoot,
    event: RootEvent,
) -> Result<(), SealError> {
    let moved = RootMoved {
        root: root.key.clone(),
        fingerprint: root.fingerprint.clone(),
        event: event.code().into(),
        state: root.state.code().into(),
        scope: root.scope.code().into(),
        reason: root.reason.clone(),
    };
    journal::append(tx, ctx, &format!("trust/{}", root.key), &moved).await?;
    Ok(())
}

/// Keeps a revocation list (DER or PEM) of a trusted root or of an authority under it: the newest
/// counts. Its signature decides, so one person suffices.
pub async fn give_list(ctx: &Ctx, root_key: &str, bytes: &[u8]) -> Result<(), SealError> {
    require(ctx)?;
    let crl = Crl::from_pem_or_der(bytes).map_err(|_| invalid("crl", UNREADABLE))?;
    let root = table::by_key(&mut ctx.db.reader(), root_key).await?;
    let root = root.ok_or(SealError::NoRoot)?;
    if root.state != RootState::Trusted {
        return Err(SealError::RootState(root.state, RootEvent::Propose));
    }
    let mut issuer = None;
    for der in std::iter::once(&root.root).chain(&root.below) {
        let authority = Certificate::from_der(der)?;
        if crl.is_issued_by(&authority).is_ok() {
            issuer = Some(hex::encode(gm::sm3(der)));
        }
    }
    let list = List {
        root_key: root.key.clone(),
        issuer: issuer.ok_or(invalid("crl", NOT_ITS_LIST))?,
        this_update: crl.this_update(),
        next_update: crl.next_update(),
        crl: crl.der().to_vec(),
        given_by: ctx.actor.id.clone(),
        given_at: ctx.now(),
    };
    if list.this_update > ctx.now() || list.next_update.is_some_and(|next| next <= ctx.now()) {
        return Err(invalid("crl", LIST_PERIOD));
    }
    let row = std::sync::Arc::new(list);
    let put = ctx
        .db
        .write(move |tx| {
            let row = row.clone();
            Box::pin(async move { Ok::<_, SealError>(table::put_list(tx, &row).await?) })
        })
        .await?;
    if !put {
        return Err(invalid("crl", OLDER));
    }
    crate::trust::forget(ctx);
    Ok(())
}

pub(crate) const ROOT_PERIOD: &str =
    "the period must end in the future and before the certificate does";
pub(crate) const KNOWN: &str = "this root is proposed or trusted already";
pub(crate) const UNREADABLE: &str = "is not readable as PEM or DER";
pub(crate) const NOT_ONE_ROOT: &str = "must hold exactly one certificate that signs itself";
pub(crate) const NOT_CA: &str = "holds a certificate that is no authority";
pub(crate) const STRANGER: &str = "holds an authority that does not lead to the root";
pub(crate) const NOT_ITS_LIST: &str = "was not issued by this root or an authority under it";
pub(crate) const LIST_PERIOD: &str = "is not in force now";
pub(crate) const OLDER: &str = "is not newer than the list that is kept";

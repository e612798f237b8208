//! An officer says what is wrong in a face, and how it should read.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::Permission;
use store::Ctx;

use super::check::is_fixed;
use super::event::CorrectionMoved;
use super::{Change, Correction, CorrectionBody, CorrectionState, may_propose, table, words};
use crate::compose;
use crate::error::LicenceError;
use crate::events::stream;
use crate::kind::licence_type;
use crate::state::State;

/// Proposes a correction of the current version. `values` are the fields as they should read; those
/// that are as they were are left out. Nothing of the licence changes before a second person
/// approves. Returns the key of the correction.
pub async fn propose_correction(
    ctx: &Ctx,
    licence_key: &str,
    seen_version: u32,
    values: &BTreeMap<String, String>,
    reason: &str,
) -> Result<String, LicenceError> {
    let mut reader = ctx.db.reader();
    let licence = crate::table::load(&mut reader, ctx, licence_key).await?;
    may_propose(ctx, &licence)?;
    let reason = words("更正理由", reason)?;
    if licence.state != State::Valid {
        return Err(LicenceError::NotCitable(licence.state));
    }
    if licence.version != seen_version {
        return Err(LicenceError::Stale);
    }
    let version = crate::table::version(&mut reader, ctx, licence_key, seen_version).await?;
    let kind = licence_type(ctx, &licence.type_code).await?;
    let mut face = version.face.face.clone();
    let mut changes = BTreeMap::new();
    for (code, will) in values {
        let was = face.get(code).cloned().unwrap_or_default();
        let will = will.trim().to_owned();
        if was == will {
            continue;
        }
        let field = kind.face_fields.iter().find(|f| f.field_code == *code);
        let field =
            field.ok_or_else(|| LicenceError::Field(code.clone(), "照面没有这一项".into()))?;
        if is_fixed(&kind, field) {
            let why = "由签发填写或者表明持证主体身份，不能更正；有误的须作废后重新签发";
            return Err(LicenceError::Field(field.field_name.clone(), why.into()));
        }
        match will.is_empty() {
            true => face.remove(code),
            false => face.insert(code.clone(), will.clone()),
        };
        changes.insert(code.clone(), Change { was, will });
    }
    if changes.is_empty() {
        return Err(LicenceError::Field(
            "更正内容".into(),
            "没有改动任何一项".into(),
        ));
    }
    // What could not be issued is refused now, not when somebody approves it.
    compose::check(&kind, &face)?;
    let correction = Correction {
        correction_key: ctx.rng.key(),
        licence_key: licence_key.to_owned(),
        version: seen_version,
        agency: licence.agency,
        region: licence.region,
        state: CorrectionState::Proposed,
        proposer: ctx.actor.id.clone(),
        proposed_at: ctx.now(),
        decider: None,
        decided_at: None,
        made_version: None,
        body: CorrectionBody {
            changes,
            reason,
            note: String::new(),
        },
    };
    let (inner, work) = (ctx.clone(), Arc::new(correction));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                if !table::insert(tx, &ctx, &work).await? {
                    return Err(LicenceError::Stale);
                }
                record(tx, &ctx, &work, &work.body.reason).await?;
                Ok(work.correction_key.clone())
            })
        })
        .await
}

/// Tells the journal where a correction stands.
pub(super) async fn record(
    tx: &mut store::Tx<'_>,
    ctx: &Ctx,
    correction: &Correction,
    words: &str,
) -> Result<(), LicenceError> {
    let event = CorrectionMoved {
        correction_key: correction.correction_key.clone(),
        licence_key: correction.licence_key.clone(),
        version: correction.version,
        state: correction.state.code().into(),
        fields: correction.body.changes.keys().cloned().collect(),
        words: words.to_owned(),
    };
    journal::append(tx, ctx, &stream(&correction.licence_key), &event).await?;
    Ok(())
}

/// Those that wait for this person's decision or that they proposed, oldest first, at most 200 of
/// an agency.
pub async fn corrections_waiting(ctx: &Ctx) -> Result<Vec<Correction>, LicenceError> {
    let actor = &ctx.actor;
    let approves = !actor.scopes(Permission::LicenceApprove).is_empty();
    if !approves && actor.scopes(Permission::LicenceChange).is_empty() {
        return Err(kernel::Denied(Permission::LicenceApprove).into());
    }
    let directory = agencies::directory(ctx).await;
    let directory = directory.map_err(LicenceError::other)?;
    let mut all = Vec::new();
    for agency in directory.agencies() {
        let target = super::target(&agency.code, &agency.region_code);
        let one = [Permission::LicenceApprove, Permission::LicenceChange];
        if one.iter().any(|p| actor.require(*p, &target).is_ok()) {
            let mut reader = ctx.db.reader();
            all.extend(table::waiting(&mut reader, ctx, &agency.code).await?);
        }
    }
    all.sort_by_key(|one| one.proposed_at);
    Ok(all)
}

//! A second person decides on a correction; approved, it becomes the next version.

use std::sync::Arc;

use store::Ctx;

use super::propose::record;
use super::{Correction, CorrectionState, may_approve, table, words};
use crate::error::LicenceError;
use crate::issue::{abandon, commit};
use crate::kind::licence_type;
use crate::licence::Licence;
use crate::plan::plan;
use crate::prepare::{Holder, IssueRequest, Prepared, ReplaceKind, Replaces, photo, seal_plan};

/// Approves a correction: the next version is composed, sealed and written together with the
/// decision, or nothing is. Returns the number of the version.
pub async fn approve_correction(ctx: &Ctx, correction_key: &str) -> Result<u32, LicenceError> {
    let mut reader = ctx.db.reader();
    let correction = open(&mut reader, ctx, correction_key).await?;
    let licence = crate::table::load(&mut reader, ctx, &correction.licence_key).await?;
    second(ctx, &correction, &licence)?;
    if licence.version != correction.version {
        return Err(LicenceError::Stale);
    }
    let request = request(ctx, &correction, &licence).await?;
    let plan = plan(ctx, &request).await?;
    let prepared = Arc::new(seal_plan(ctx, &request, plan).await?);
    let made = Correction {
        state: CorrectionState::Made,
        decider: Some(ctx.actor.id.clone()),
        made_version: Some(prepared.version),
        ..correction
    };
    let done = write(ctx, made, Some(prepared.clone()), String::new()).await;
    if let Err(error) = done {
        abandon(ctx, &prepared).await?;
        return Err(error);
    }
    Ok(prepared.version)
}

/// Refuses a correction, with a reason.
pub async fn refuse_correction(
    ctx: &Ctx,
    correction_key: &str,
    note: &str,
) -> Result<(), LicenceError> {
    let mut reader = ctx.db.reader();
    let mut correction = open(&mut reader, ctx, correction_key).await?;
    let licence = crate::table::load(&mut reader, ctx, &correction.licence_key).await?;
    second(ctx, &correction, &licence)?;
    let note = words("理由", note)?;
    correction.state = CorrectionState::Refused;
    correction.decider = Some(ctx.actor.id.clone());
    correction.body.note.clone_from(&note);
    write(ctx, correction, None, note).await
}

/// Takes back what one has proposed oneself.
pub async fn withdraw_correction(ctx: &Ctx, correction_key: &str) -> Result<(), LicenceError> {
    let mut reader = ctx.db.reader();
    let mut correction = open(&mut reader, ctx, correction_key).await?;
    let licence = crate::table::load(&mut reader, ctx, &correction.licence_key).await?;
    super::may_propose(ctx, &licence)?;
    if correction.proposer != ctx.actor.id {
        return Err(LicenceError::NotFound);
    }
    correction.state = CorrectionState::Withdrawn;
    write(ctx, correction, None, String::new()).await
}

async fn open(
    run: &mut impl store::Run,
    ctx: &Ctx,
    correction_key: &str,
) -> Result<Correction, LicenceError> {
    let correction = table::load(run, ctx, correction_key).await?;
    match correction.state {
        CorrectionState::Proposed => Ok(correction),
        _ => Err(LicenceError::Stale),
    }
}

/// Another person than who proposed it, with the right to approve.
fn second(ctx: &Ctx, correction: &Correction, licence: &Licence) -> Result<(), LicenceError> {
    may_approve(ctx, licence)?;
    match ctx.actor.is_other_person(&correction.proposer) {
        true => Ok(()),
        false => Err(LicenceError::SamePerson),
    }
}

/// The licence as it should have been issued.
async fn request(
    ctx: &Ctx,
    correction: &Correction,
    licence: &Licence,
) -> Result<IssueRequest, LicenceError> {
    let mut reader = ctx.db.reader();
    let key = &licence.licence_key;
    let version = crate::table::version(&mut reader, ctx, key, licence.version).await?;
    let kind = licence_type(ctx, &licence.type_code).await?;
    let photo = photo(ctx, &kind, licence, &version).await?;
    let mut face = version.face.face;
    for (code, change) in &correction.body.changes {
        match change.will.is_empty() {
            true => face.remove(code),
            false => face.insert(code.clone(), change.will.clone()),
        };
    }
    face.retain(|code, _| !kind.fills_itself(code));
    let body = &licence.body;
    Ok(IssueRequest {
        type_code: licence.type_code.clone(),
        issuer: licence.agency.clone(),
        region: licence.region.clone(),
        holder: Holder {
            account: None,
            name: face.get("holder").unwrap_or(&body.holder).clone(),
            id: body.holder_id.clone(),
            id_type: body.holder_id_type.clone(),
        },
        face,
        photo,
        case_no: version.case_no,
        item_code: version.data.item_code,
        replaces: Some(Replaces {
            licence_key: licence.licence_key.clone(),
            kind: ReplaceKind::Change,
        }),
    })
}

async fn write(
    ctx: &Ctx,
    correction: Correction,
    prepared: Option<Arc<Prepared>>,
    words: String,
) -> Result<(), LicenceError> {
    let (inner, work) = (ctx.clone(), Arc::new((correction, prepared, words)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (correction, prepared, words) = &*work;
                table::end(tx, &ctx, correction, ctx.now()).await?;
                record(tx, &ctx, correction, words).await?;
                if let Some(prepared) = prepared {
                    commit(tx, &ctx, prepared).await?;
                }
                Ok(())
            })
        })
        .await
}

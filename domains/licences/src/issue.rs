//! Making a prepared licence exist, and changing the state of one.

use kernel::Permission;
use seals::UseResult;
use store::{Ctx, Tx};

use crate::error::LicenceError;
use crate::events::{LicenceChanged, LicenceIssued, stream};
use crate::licence::{Format, Licence, Version};
use crate::prepare::{Prepared, ReplaceKind};
use crate::state::{Event, State, next};
use crate::{revoked, table};

/// Digest under which a holder's wallet is found.
pub(crate) fn holder_digest(ctx: &Ctx, id: &str) -> Vec<u8> {
    ctx.lookup("licence_holder", &kernel::number::fold(id))
}

/// Digest under which the licences of a holder are found by name: width, case and white space do
/// not matter.
pub(crate) fn name_digest(ctx: &Ctx, name: &str) -> Vec<u8> {
    ctx.lookup("licence_holder_name", &kernel::number::fold(name))
}

/// Digests of a number: within type and issuer, and by itself.
pub(crate) fn number_digests(ctx: &Ctx, kind: &str, issuer: &str, no: &str) -> (Vec<u8>, Vec<u8>) {
    let folded = kernel::number::fold(no);
    let unique = ctx.lookup("licence_unique", &format!("{kind}/{issuer}/{folded}"));
    (unique, ctx.lookup("licence_no", &folded))
}

pub(crate) fn identifier_digest(ctx: &Ctx, identifier: &str) -> Vec<u8> {
    ctx.lookup("licence_identifier", identifier)
}

/// Writes licence, version, look-ups, wallet, seal use and event in the caller's transaction.
pub async fn commit(tx: &mut Tx<'_>, ctx: &Ctx, p: &Prepared) -> Result<String, LicenceError> {
    let now = ctx.now();
    let licence = Licence {
        licence_key: p.licence_key.clone(),
        state: p.state,
        rev: 1,
        version: p.version,
        type_code: p.type_code.clone(),
        agency: p.agency.clone(),
        region: p.region.clone(),
        valid_to: p.data.valid_to,
        remind_on: p.remind_on,
        inspect_by: p.inspect_by,
        token: p.token.clone(),
        updated_at: now,
        body: p.body.clone(),
    };
    let version = Version {
        licence_key: p.licence_key.clone(),
        version: p.version,
        at: now,
        case_no: p.case_no.clone(),
        data: p.data.clone(),
        face: p.face.clone(),
    };
    let body = table::seal_body(ctx, &licence)?;
    let face = table::seal_face(ctx, &version)?;
    let (unique, plain) =
        number_digests(ctx, &p.type_code, &p.body.issuer_code, &p.body.licence_no);
    match &p.replaces {
        Some((replaces, seen, _)) if replaces.kind == ReplaceKind::Change => {
            table::advance(tx, &licence, &body, *seen).await?;
            revoked::superseded(tx, ctx, &p.licence_key, p.version - 1).await?;
        }
        Some((replaces, seen, state)) => {
            end_old(tx, ctx, &replaces.licence_key, *seen, *state).await?;
            table::insert(tx, &licence, p.data.issue_date, &body).await?;
            table::take_over_number(tx, &unique, &plain, &p.licence_key).await?;
        }
        None => {
            table::insert(tx, &licence, p.data.issue_date, &body).await?;
            table::insert_number(tx, &unique, &plain, &p.licence_key).await?;
        }
    }
    let identifier = identifier_digest(ctx, &p.face.identifier);
    table::insert_version(tx, &version, &face, &identifier).await?;
    let holder = holder_digest(ctx, &p.body.holder_id);
    table::put_in_wallet(tx, &holder, &p.licence_key).await?;
    let name = name_digest(ctx, &p.body.holder);
    table::query::put_name(tx, &name, &p.licence_key).await?;
    let system = ctx.as_system();
    seals::finish(tx, &system, &p.use_id, &p.documents, UseResult::Signed, "").await?;
    let digest = |format: Format| {
        let file = p.data.files.iter().find(|f| f.format == format);
        file.map(|f| f.digest.clone()).unwrap_or_default()
    };
    let event = LicenceIssued {
        licence_key: p.licence_key.clone(),
        version: p.version,
        type_code: p.type_code.clone(),
        agency: p.agency.clone(),
        region: p.region.clone(),
        case_no: p.case_no.clone(),
        source_class: p.data.source_class.clone(),
        issued_on: Some(p.data.issue_date.to_string()),
        replaces: p.replaces.as_ref().map(|r| r.0.licence_key.clone()),
        ofd_digest: digest(Format::Ofd),
        pdf_digest: digest(Format::Pdf),
    };
    journal::append(tx, ctx, &stream(&p.licence_key), &event).await?;
    Ok(p.licence_key.clone())
}

/// The re-issued licence's predecessor: lost first, if nobody had reported it, then history.
async fn end_old(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    key: &str,
    seen: i64,
    state: State,
) -> Result<(), LicenceError> {
    let mut at = (state, seen);
    if state == State::Valid {
        at = step(tx, ctx, key, at, Event::ReportLoss, "随补发申请挂失").await?;
    }
    step(tx, ctx, key, at, Event::Reissue, "已补发").await?;
    Ok(())
}

async fn step(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    key: &str,
    (from, seen): (State, i64),
    event: Event,
    reason: &str,
) -> Result<(State, i64), LicenceError> {
    let to = next(Some(from), event)?;
    table::set_state(tx, key, seen, to, ctx.now()).await?;
    revoked::follow(tx, ctx, key, to).await?;
    let licence = table::load(tx, ctx, key).await?;
    let changed = LicenceChanged {
        licence_key: key.to_owned(),
        type_code: licence.type_code,
        agency: licence.agency,
        event: event.code().to_owned(),
        from: from.code().to_owned(),
        to: to.code().to_owned(),
        reason: reason.to_owned(),
    };
    journal::append(tx, ctx, &stream(key), &changed).await?;
    Ok((to, seen + 1))
}

/// The licence was prepared but its transaction was lost: the signature is a use all the same.
pub async fn abandon(ctx: &Ctx, p: &Prepared) -> Result<(), LicenceError> {
    let system = ctx.as_system();
    let documents = p.documents.clone();
    seals::close(&system, &p.use_id, documents, UseResult::Superseded, "").await?;
    Ok(())
}

/// A change of state that another domain writes in its own transaction.
#[derive(Clone, Debug)]
pub struct StateChange {
    pub licence_key: String,
    pub event: Event,
    pub reason: String,
}

/// Changes the state in the caller's transaction. The caller's use case has asked for the right to.
pub async fn apply_change(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    change: &StateChange,
) -> Result<(), LicenceError> {
    let licence = table::load(tx, ctx, &change.licence_key).await?;
    let at = (licence.state, licence.rev);
    step(
        tx,
        ctx,
        &change.licence_key,
        at,
        change.event,
        &change.reason,
    )
    .await?;
    Ok(())
}

/// Changes the state as an act of its own: officers all of it, holders loss and giving up.
pub async fn change_state(ctx: &Ctx, change: StateChange) -> Result<State, LicenceError> {
    let licence = table::load(&mut ctx.db.reader(), ctx, &change.licence_key).await?;
    let target = licence.target();
    if ctx
        .actor
        .require(Permission::LicenceChange, &target)
        .is_err()
    {
        let own = matches!(change.event, Event::ReportLoss | Event::Cancel);
        if !own || !crate::wallet::is_holder(ctx, &licence.licence_key).await? {
            return Err(kernel::Denied(Permission::LicenceChange).into());
        }
    }
    if change.reason.trim().is_empty() {
        return Err(LicenceError::Field("理由".into(), "请填写".into()));
    }
    let inner = ctx.clone();
    let to = next(Some(licence.state), change.event)?;
    ctx.db
        .write(move |tx| {
            let (ctx, change) = (inner.clone(), change.clone());
            Box::pin(async move { apply_change(tx, &ctx, &change).await })
        })
        .await?;
    Ok(to)
}

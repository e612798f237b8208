//! What a licence will be before it is drawn: number, identifier, dates, keys.

use std::sync::Arc;

use jiff::civil::Date;
use kernel::{number, time};
use store::Ctx;

use crate::definition::LicenceType;
use crate::due::next_inspection;
use crate::error::LicenceError;
use crate::kind::licence_type;
use crate::licence::{Licence, Source, Version};
use crate::numbering::Given;
use crate::prepare::{IssueRequest, ReplaceKind, Replaces};
use crate::state::State;
use crate::table;

/// What is fixed before the drawing: numbers, dates, keys.
pub(crate) struct Plan {
    pub kind: Arc<LicenceType>,
    pub licence_key: String,
    pub version: u32,
    pub token: String,
    pub number: String,
    pub identifier: String,
    pub holder_id: String,
    /// Of a holder whose number is the licence's own: the type's kind of number, whoever applied.
    pub holder_id_type: String,
    pub issue_date: Date,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    pub replaces: Option<(Replaces, i64, State)>,
    /// 电子证照标识 of the licence, or the version of it, that this one stands for.
    pub replaced: Option<String>,
    pub source: Source,
    pub state: State,
    pub inspect_by: Option<Date>,
}

/// Plans what is asked for: a new licence, a new version, or one in place of a lost one.
pub(crate) async fn plan(ctx: &Ctx, request: &IssueRequest) -> Result<Plan, LicenceError> {
    let kind = licence_type(ctx, &request.type_code).await?;
    if kind.stopped && request.replaces.is_none() {
        return Err(LicenceError::Stopped(kind.type_name.clone()));
    }
    let today = time::beijing_date(ctx.now());
    let directory = agencies::directory(ctx)
        .await
        .map_err(LicenceError::other)?;
    let agency = directory
        .agency(&request.issuer)
        .ok_or(LicenceError::NotFound)?;
    if let Some(replaces) = &request.replaces {
        let old = table::load(&mut ctx.db.reader(), ctx, &replaces.licence_key).await?;
        if !replaces.kind.allows(old.state) {
            return Err(LicenceError::NotCitable(old.state));
        }
        let former =
            table::version(&mut ctx.db.reader(), ctx, &old.licence_key, old.version).await?;
        if replaces.kind == ReplaceKind::Change {
            let mut plan = next_version(&kind, &agency.uscc, old, former)?;
            plan.issue_date = today;
            return Ok(plan);
        }
        let mut fresh = fresh(ctx, request, kind, &agency.uscc, today).await?;
        fresh.replaces = Some((replaces.clone(), old.rev, old.state));
        fresh.replaced = Some(former.face.identifier);
        // A re-issued licence ends when the lost one would have ended.
        fresh.valid_to = old.valid_to;
        return Ok(fresh);
    }
    fresh(ctx, request, kind, &agency.uscc, today).await
}

/// The next version of a licence: everything stays but what the caller sets.
pub(crate) fn next_version(
    kind: &Arc<LicenceType>,
    uscc: &str,
    old: Licence,
    former: Version,
) -> Result<Plan, LicenceError> {
    let version = old.version + 1;
    let serial = serial_of(&former.face.identifier);
    let replaces = Replaces {
        licence_key: old.licence_key.clone(),
        kind: ReplaceKind::Change,
    };
    Ok(Plan {
        identifier: identifier(kind, uscc, serial, version)?,
        number: old.body.licence_no,
        holder_id: old.body.holder_id,
        holder_id_type: old.body.holder_id_type,
        licence_key: old.licence_key,
        token: old.token,
        version,
        issue_date: former.data.issue_date,
        valid_from: former.data.valid_from,
        valid_to: former.data.valid_to,
        replaces: Some((replaces, old.rev, old.state)),
        replaced: Some(former.face.identifier),
        source: Source::platform(),
        state: State::Valid,
        inspect_by: old.inspect_by,
        kind: kind.clone(),
    })
}

async fn fresh(
    ctx: &Ctx,
    request: &IssueRequest,
    kind: Arc<LicenceType>,
    uscc: &str,
    today: Date,
) -> Result<Plan, LicenceError> {
    let scheme = kind
        .numbering
        .clone()
        .ok_or_else(|| LicenceError::Numbering("没有编号规则".into()))?;
    let given = Given {
        type_code: &kind.type_short_code,
        region: &request.region,
        holder_id: &request.holder.id,
        date: today,
        face: &request.face,
    };
    let number = scheme.next(ctx, &given).await?;
    let serial = serial(ctx, &kind, &number, today).await?;
    let identifier = identifier(&kind, uscc, &serial, 1)?;
    let (holder_id, holder_id_type) = match request.holder.id.is_empty() {
        true => (number.clone(), kind.holder_id_type.clone()),
        false => (request.holder.id.clone(), request.holder.id_type.clone()),
    };
    Ok(Plan {
        identifier,
        licence_key: ctx.rng.key(),
        version: 1,
        token: ctx.rng.token(),
        number,
        holder_id,
        holder_id_type,
        issue_date: today,
        valid_from: today,
        valid_to: kind.validity.ends(today),
        replaces: None,
        replaced: None,
        source: Source::platform(),
        state: State::Valid,
        inspect_by: next_inspection(&kind, today, today),
        kind,
    })
}

/// A new identifier for a licence whose number was given elsewhere.
pub(crate) async fn new_identifier(
    ctx: &Ctx,
    kind: &LicenceType,
    uscc: &str,
    number: &str,
    today: Date,
) -> Result<String, LicenceError> {
    let serial = serial(ctx, kind, number, today).await?;
    identifier(kind, uscc, &serial, 1)
}

/// The serial part of an identifier: the number where it fits and may be seen, else one of our own.
async fn serial(
    ctx: &Ctx,
    kind: &LicenceType,
    number: &str,
    today: Date,
) -> Result<String, LicenceError> {
    let fits = number.len() >= 6
        && number
            .chars()
            .all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
    if fits && !kind.guards_number() {
        return Ok(number.to_owned());
    }
    let series = format!("licence_serial/{}/{}", kind.type_short_code, today.year());
    Ok(format!(
        "{}{:06}",
        today.year(),
        ctx.next_number(&series, 5).await?
    ))
}

fn identifier(
    kind: &LicenceType,
    uscc: &str,
    serial: &str,
    version: u32,
) -> Result<String, LicenceError> {
    number::licence_identifier(&kind.type_code, uscc, serial, version)
        .ok_or_else(|| LicenceError::Numbering("电子证照标识含有不允许的字符".into()))
}

fn serial_of(identifier: &str) -> &str {
    identifier.rsplit('.').nth(2).unwrap_or_default()
}

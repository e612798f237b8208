//! Licences that were collected: they keep number and dates, and become valid here [H-47].

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use kernel::number::fold;
use kernel::{Permission, Target, time};
use store::Ctx;

use crate::definition::LicenceType;
use crate::due::next_inspection;
use crate::error::LicenceError;
use crate::issue::number_digests;
use crate::kind::licence_type;
use crate::licence::Source;
use crate::plan::{Plan, new_identifier, next_version};
use crate::prepare::{Holder, IssueRequest, Prepared, ReplaceKind, seal_plan};
use crate::standing::{Standing, standing_of};
use crate::state::{Event, State, next};
use crate::table;

/// A collected and checked licence that is to be made.
#[derive(Clone, Debug)]
pub struct Collected {
    /// Short code of the type.
    pub type_code: String,
    /// Agency code of the issuer.
    pub issuer: String,
    pub region: String,
    pub licence_no: String,
    pub holder: Holder,
    pub issue_date: Date,
    /// The day of issue, where it is not given.
    pub valid_from: Option<Date>,
    /// None: for a long term.
    pub valid_to: Option<Date>,
    /// Fields that issuing does not fill itself.
    pub face: BTreeMap<String, String>,
    pub photo: Option<Vec<u8>>,
    /// 办件编号, where it is the result of a case.
    pub case_no: Option<String>,
    pub source: Source,
    /// Key of the licence of which this becomes the next version; none for one that is new here.
    pub renews: Option<String>,
}

/// Required fields of the face that issuing does not fill itself and that are not there, by name.
pub fn missing_fields(kind: &LicenceType, face: &BTreeMap<String, String>) -> Vec<String> {
    let filled = |code: &str| face.get(code).is_some_and(|v| !v.trim().is_empty());
    let needed = kind.face_fields.iter().filter(|field| field.required);
    needed
        .filter(|field| !kind.fills_itself(&field.field_code) && !filled(&field.field_code))
        .map(|field| field.field_name.clone())
        .collect()
}

/// Largest photo.
const PHOTO: usize = 2 << 20;

/// Whether a photo can stand on licences of this type.
pub fn check_photo(kind: &LicenceType, photo: &[u8]) -> Result<(), LicenceError> {
    let wrong = |why: &str| LicenceError::Field("照片".into(), why.into());
    let place = kind.style.boxes.photo.filter(|_| kind.photo.is_some());
    let place = place.ok_or_else(|| wrong("这种证照没有照片"))?;
    if photo.len() > PHOTO {
        return Err(wrong("不能超过2 MB"));
    }
    paper::photograph(photo, place.width_mm, place.height_mm)
        .map(drop)
        .map_err(|_| wrong("不是可用的JPG或PNG图片"))
}

/// Composes, seals and stores a collected licence; [`crate::commit`] makes it exist.
pub async fn prepare_collected(ctx: &Ctx, c: &Collected) -> Result<Prepared, LicenceError> {
    let target = Target {
        agency: Some(&c.issuer),
        region: Some(&c.region),
        ..Target::default()
    };
    ctx.actor.require(Permission::LicenceIssue, &target)?;
    let kind = licence_type(ctx, &c.type_code).await?;
    if kind.stopped && c.renews.is_none() {
        return Err(LicenceError::Stopped(kind.type_name.clone()));
    }
    let directory = agencies::directory(ctx)
        .await
        .map_err(LicenceError::other)?;
    let agency = directory.agency(&c.issuer).ok_or(LicenceError::NotFound)?;
    let today = time::beijing_date(ctx.now());
    let wrong = |name: &str, why: &str| LicenceError::Field(name.into(), why.into());
    if c.valid_to.is_some_and(|end| end < today) {
        return Err(wrong("有效期止", "有效期已届满"));
    }
    if c.holder.id.is_empty() {
        return Err(wrong("证件号码", "没有持证主体的证件号码"));
    }
    let missing = missing_fields(&kind, &c.face);
    if !missing.is_empty() {
        return Err(wrong(&missing.join("、"), "没有采集"));
    }
    if kind.photo.is_some() && c.photo.is_none() {
        return Err(wrong("照片", "没有采集，人口库中也没有"));
    }
    let plan = match &c.renews {
        None => fresh(ctx, c, kind, &agency.uscc, today).await?,
        Some(key) => renewed(ctx, c, kind, &agency.uscc, key).await?,
    };
    let request = IssueRequest {
        type_code: c.type_code.clone(),
        issuer: c.issuer.clone(),
        region: c.region.clone(),
        holder: c.holder.clone(),
        face: c.face.clone(),
        photo: c.photo.clone(),
        case_no: c.case_no.clone(),
        item_code: None,
        replaces: None,
    };
    seal_plan(ctx, &request, plan).await
}

/// A licence that is new here.
async fn fresh(
    ctx: &Ctx,
    c: &Collected,
    kind: Arc<LicenceType>,
    uscc: &str,
    today: Date,
) -> Result<Plan, LicenceError> {
    let valid_from = c.valid_from.unwrap_or(c.issue_date);
    Ok(Plan {
        identifier: new_identifier(ctx, &kind, uscc, &c.licence_no, c.issue_date).await?,
        licence_key: ctx.rng.key(),
        version: 1,
        token: ctx.rng.token(),
        number: c.licence_no.clone(),
        holder_id: c.holder.id.clone(),
        holder_id_type: c.holder.id_type.clone(),
        issue_date: c.issue_date,
        valid_from,
        valid_to: c.valid_to,
        replaces: None,
        replaced: None,
        source: c.source.clone(),
        state: next(Some(State::Checked), Event::Encapsulate)?,
        // What was due before it came here is the matter of where it came from.
        inspect_by: next_inspection(&kind, valid_from, today),
        kind,
    })
}

/// The next version of a licence that is here: key, number and holder stay.
async fn renewed(
    ctx: &Ctx,
    c: &Collected,
    kind: Arc<LicenceType>,
    uscc: &str,
    licence_key: &str,
) -> Result<Plan, LicenceError> {
    let Standing {
        licence: old,
        version: former,
        ..
    } = standing_of(ctx, licence_key).await?;
    ctx.actor
        .require(Permission::LicenceChange, &old.target())?;
    if !ReplaceKind::Change.allows(old.state) {
        return Err(LicenceError::NotCitable(old.state));
    }
    if fold(&old.body.holder_id) != fold(&c.holder.id) {
        let why = "与库中这份证照的持证主体不同";
        return Err(LicenceError::Field("证件号码".into(), why.into()));
    }
    let mut plan = next_version(&kind, uscc, old, former)?;
    plan.issue_date = c.issue_date;
    plan.valid_from = c.valid_from.unwrap_or(c.issue_date);
    plan.valid_to = c.valid_to;
    plan.source = c.source.clone();
    Ok(plan)
}

/// Which of these numbers are in the library already, by their places: type, issuer's USCC, number.
pub async fn known_numbers(
    ctx: &Ctx,
    numbers: &[(String, String, String)],
) -> Result<HashSet<usize>, LicenceError> {
    let digests = numbers.iter().map(|(kind, issuer, no)| {
        let (unique, _) = number_digests(ctx, kind, issuer, no);
        unique
    });
    let digests: Vec<Vec<u8>> = digests.collect();
    let known = table::known_numbers(&mut ctx.db.reader(), &digests).await?;
    let at = digests.iter().enumerate();
    Ok(at
        .filter(|(_, digest)| known.contains(*digest))
        .map(|(at, _)| at)
        .collect())
}

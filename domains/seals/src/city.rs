//! The seals of a whole city, made by the people whose duty it is.

use std::sync::Arc;

use kernel::Actor;
use serde::Deserialize;
use store::{BoxFuture, Ctx, Tx};

use crate::apply::{self, Apply};
use crate::authorise::{DocumentKind, Grant, HolderKind, authorise_in};
use crate::error::SealError;
use crate::file::file_in;
use crate::forge::{self, Forged};
use crate::impression::{Drawing, Impress};
use crate::make::make_in;
use crate::release::release_in;
use crate::review::review_in;
use crate::seal::{Owner, Seal, SealType};
use crate::state::{Event, State};
use crate::step::load;
use crate::{table, table_request};

/// An agency and the types of seal it has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CitySeal {
    pub owner: Owner,
    pub seal_types: Vec<SealType>,
}

/// A responsible officer who has a personal name seal (个人名章), and keeps it [I-06].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameSeal {
    /// The agency the officer acts for.
    pub owner: Owner,
    /// User name.
    pub user: String,
    /// As it stands on the seal.
    pub name: String,
}

/// The staff who walk the seals through their life [I-16].
#[derive(Clone, Debug)]
pub struct Officers {
    /// 申请人.
    pub applicant: Actor,
    /// 审核人: another person than the applicant.
    pub reviewer: Actor,
    /// 制章人, who also files and releases.
    pub maker: Actor,
    /// 保管人, who authorises.
    pub custodian: Actor,
}

/// A standing authorisation every seal of a type gets for the platform's own jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub seal_type: SealType,
    pub document_kind: String,
    pub daily_maximum: i64,
}

/// What a city needs.
#[derive(Clone, Debug)]
pub struct CityPlan {
    pub agencies: Vec<CitySeal>,
    /// These officers may also seal letters at the desk, with their own seal and with their agency's
    /// official one.
    pub name_seals: Vec<NameSeal>,
    pub officers: Officers,
    pub standing: Vec<Standing>,
    /// The document that orders the seals.
    pub basis: String,
}

impl CityPlan {
    /// The plan of the directory: every agency with the types of seal it names, the usual
    /// authorisations.
    pub async fn of_directory(ctx: &Ctx, officers: Officers) -> Result<Self, SealError> {
        let directory = agencies::directory(ctx).await?;
        let mut agencies = Vec::new();
        for agency in directory.agencies() {
            let types = agency
                .seal_types
                .iter()
                .map(|code| SealType::from_code(code));
            let wrong = SealError::Invalid {
                field: "seal_types",
                why: crate::error::MISSING,
            };
            agencies.push(CitySeal {
                owner: Owner {
                    agency_code: agency.code.clone(),
                    uscc: agency.uscc.clone(),
                    name: agency.name.clone(),
                    region_code: agency.region_code.clone(),
                },
                seal_types: types.collect::<Option<Vec<_>>>().ok_or(wrong)?,
            });
        }
        Ok(Self {
            agencies,
            name_seals: Vec::new(),
            officers,
            standing: Self::usual_standing(),
            basis: "关于启用政务服务电子印章的通知".into(),
        })
    }

    /// The authorisations the platform's own documents need: notices under the acceptance seal,
    /// decisions under the official seal and the deciding officer's, licences under the licence seal.
    pub fn usual_standing() -> Vec<Standing> {
        [
            (SealType::Acceptance, "notice", 20_000),
            (SealType::Official, "decision", 10_000),
            (SealType::Official, "notice", 20_000),
            (SealType::Official, "proof", 10_000),
            (SealType::Official, "verification", 10_000),
            (SealType::Personal, "decision", 1_000),
            (SealType::Licence, "licence", 100_000),
        ]
        .map(|(seal_type, kind, daily_maximum)| Standing {
            seal_type,
            document_kind: kind.into(),
            daily_maximum,
        })
        .into()
    }
}

/// Letters that one officer of the demonstration seals on a day.
const LETTERS: i64 = 200;

/// Sees to it that every agency has its seals in use: applied for, reviewed, made, filed,
/// released and authorised by the officers of the plan. What exists is left alone; a run that was
/// broken off is taken up where it stopped. Returns how many seals came into use.
pub async fn ensure_city_seals(ctx: &Ctx, plan: &CityPlan) -> Result<usize, SealError> {
    let (mut open, mut wanted) = (Vec::new(), Vec::new());
    let mut reader = ctx.db.reader();
    for agency in &plan.agencies {
        for &seal_type in &agency.seal_types {
            let code = &agency.owner.agency_code;
            let all = table::of_agency(&mut reader, code, seal_type).await?;
            let mut living = all.into_iter().filter(is_living);
            match living.next() {
                Some(seal) if is_under_way(ctx, &seal).await? => open.push(seal),
                Some(_) => {}
                None => wanted.push(Apply {
                    owner: agency.owner.clone(),
                    seal_type,
                    person: None,
                    basis: plan.basis.clone(),
                    custodian: plan.officers.custodian.id.clone(),
                    impression: Impress::Drawn(Drawing::usual(seal_type)),
                    basis_file: None,
                    replaces: None,
                }),
            }
        }
    }
    for one in &plan.name_seals {
        let code = &one.owner.agency_code;
        let all = table::of_agency(&mut reader, code, SealType::Personal).await?;
        let mut own = all.into_iter().filter(is_living);
        match own.find(|seal| seal.custodian == one.user) {
            Some(seal) if is_under_way(ctx, &seal).await? => open.push(seal),
            Some(_) => {}
            None => wanted.push(Apply {
                owner: one.owner.clone(),
                seal_type: SealType::Personal,
                person: Some(one.name.clone()),
                basis: plan.basis.clone(),
                custodian: one.user.clone(),
                impression: Impress::Drawn(Drawing::usual(SealType::Personal)),
                basis_file: None,
                replaces: None,
            }),
        }
    }
    if open.is_empty() && wanted.is_empty() {
        return Ok(0);
    }
    let plan = Arc::new(plan.clone());
    open.extend(apply_and_review(ctx, &plan, wanted).await?);
    let (waiting, going): (Vec<_>, Vec<_>) = open
        .into_iter()
        .partition(|seal| seal.state == State::Applied);
    let mut going = going;
    going.extend(review_all(ctx, &plan, waiting).await?);

    let to_make: Vec<Seal> = going
        .iter()
        .filter(|seal| seal.state == State::Approved)
        .cloned()
        .collect();
    let forged = forge::forge(ctx, to_make.clone()).await?;
    let forged = to_make
        .into_iter()
        .map(|seal| seal.key)
        .zip(forged)
        .collect::<Vec<_>>();
    finish_all(ctx, &plan, going, forged).await
}

fn is_living(seal: &Seal) -> bool {
    !matches!(
        seal.state,
        State::Refused | State::Destroyed | State::Expired
    )
}

/// Not yet in use, and never was: a seal whose authorisation somebody withdrew is left alone.
async fn is_under_way(ctx: &Ctx, seal: &Seal) -> Result<bool, SealError> {
    Ok(match seal.state {
        State::Applied | State::Made | State::Filed => true,
        // One that waits for its certificates is in somebody's hands.
        State::Approved => table_request::get(&mut ctx.db.reader(), &seal.key)
            .await?
            .is_none(),
        State::Released => table::authorisations(&mut ctx.db.reader(), &seal.key)
            .await?
            .is_empty(),
        _ => false,
    })
}

async fn apply_and_review(
    ctx: &Ctx,
    plan: &Arc<CityPlan>,
    wanted: Vec<Apply>,
) -> Result<Vec<Seal>, SealError> {
    let applicant = ctx.with_actor(plan.officers.applicant.clone());
    let mut prepared = Vec::with_capacity(wanted.len());
    for apply in &wanted {
        prepared.push(apply::prepare(&applicant, apply).await?);
    }
    let drawings = wanted.into_iter().map(|apply| apply.impression);
    let drawings = prepared.iter().cloned().zip(drawings).collect();
    let pictures = forge::draw_all(drawings).await?;
    let drawn: Arc<Vec<_>> = Arc::new(prepared.into_iter().zip(pictures).collect());
    let reviewer = ctx.with_actor(plan.officers.reviewer.clone());
    in_one(ctx, move |tx| {
        let (drawn, applicant, reviewer) = (drawn.clone(), applicant.clone(), reviewer.clone());
        Box::pin(async move {
            let mut seals = Vec::with_capacity(drawn.len());
            for (seal, picture) in drawn.iter() {
                let seal = apply::insert(tx, &applicant, seal, picture, &[]).await?;
                seals.push(review_in(tx, &reviewer, seal, Event::Approve, "").await?);
            }
            Ok(seals)
        })
    })
    .await
}

async fn review_all(
    ctx: &Ctx,
    plan: &Arc<CityPlan>,
    waiting: Vec<Seal>,
) -> Result<Vec<Seal>, SealError> {
    if waiting.is_empty() {
        return Ok(waiting);
    }
    let reviewer = ctx.with_actor(plan.officers.reviewer.clone());
    let waiting = Arc::new(waiting);
    in_one(ctx, move |tx| {
        let (waiting, reviewer) = (waiting.clone(), reviewer.clone());
        Box::pin(async move {
            let mut seals = Vec::with_capacity(waiting.len());
            for seal in waiting.iter() {
                let seal = load(tx, &seal.key).await?;
                seals.push(review_in(tx, &reviewer, seal, Event::Approve, "").await?);
            }
            Ok(seals)
        })
    })
    .await
}

async fn finish_all(
    ctx: &Ctx,
    plan: &Arc<CityPlan>,
    seals: Vec<Seal>,
    forged: Vec<(String, Forged)>,
) -> Result<usize, SealError> {
    let maker = ctx.with_actor(plan.officers.maker.clone());
    let custodian = ctx.with_actor(plan.officers.custodian.clone());
    let work = Arc::new((seals, forged));
    let plan = plan.clone();
    in_one(ctx, move |tx| {
        let (work, plan) = (work.clone(), plan.clone());
        let (maker, custodian) = (maker.clone(), custodian.clone());
        Box::pin(async move {
            for seal in &work.0 {
                let mut seal = load(tx, &seal.key).await?;
                if seal.state == State::Approved {
                    let made = work.1.iter().find(|(key, _)| *key == seal.key);
                    let (_, forged) = made.ok_or(SealError::Stale)?;
                    seal = make_in(tx, &maker, seal, forged).await?;
                }
                if seal.state == State::Made {
                    // The demonstration's seal authority numbers by the seal's own number.
                    let number = format!("备{}", seal.es_id);
                    seal = file_in(tx, &maker, seal, &number).await?;
                }
                if seal.state == State::Filed {
                    // Who bears the name keeps the seal.
                    let keeper = match seal.seal_type {
                        SealType::Personal => &seal.name,
                        _ => &custodian.actor.name,
                    };
                    let receipt = format!("保管人{keeper}签收");
                    seal = release_in(tx, &maker, seal, &receipt).await?;
                }
                if seal.state == State::Released {
                    let grants = grants(&plan, &seal, &custodian);
                    if !grants.is_empty() {
                        authorise_in(tx, &custodian, seal, &grants).await?;
                    }
                }
            }
            Ok(work.0.len())
        })
    })
    .await
}

fn grants(plan: &CityPlan, seal: &Seal, ctx: &Ctx) -> Vec<Grant> {
    let Some(valid_to) = seal.valid_to else {
        return Vec::new();
    };
    let of_type = plan
        .standing
        .iter()
        .filter(|one| one.seal_type == seal.seal_type);
    let standing = of_type.map(|one| Grant {
        holder_kind: HolderKind::System,
        holder: Actor::system().id,
        document_kind: one.document_kind.clone(),
        item_code: None,
        valid_from: ctx.now(),
        valid_to,
        daily_maximum: one.daily_maximum,
    });
    let at_desk = plan.name_seals.iter().filter(|one| {
        one.owner.agency_code == seal.owner.agency_code
            && match seal.seal_type {
                SealType::Official => true,
                SealType::Personal => one.user == seal.custodian,
                _ => false,
            }
    });
    let letters = at_desk.map(|one| Grant {
        holder_kind: HolderKind::Staff,
        holder: one.user.clone(),
        document_kind: DocumentKind::Letter.code().into(),
        item_code: None,
        valid_from: ctx.now(),
        valid_to,
        daily_maximum: LETTERS,
    });
    standing.chain(letters).collect()
}

/// One transaction for all: the whole city needs two commits.
async fn in_one<T, F>(ctx: &Ctx, body: F) -> Result<T, SealError>
where
    T: Send + 'static,
    F: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, SealError>> + Send + Sync + 'static,
{
    ctx.db.write(body).await
}

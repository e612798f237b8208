//! Materials of a draft: what the platform holds is offered first, only the rest is asked [B-27].

use items::{Item, MaterialNeed};
use kernel::{Permission, Target};
use store::Ctx;

use crate::case::{Case, CaseMaterial, Collected};
use crate::error::CaseError;
use crate::sources::{self, Gathered};
use crate::state::State;
use crate::{start, table};

/// Everything that needs no act of the applicant: the form, registers, credentials, licences held.
pub(crate) async fn automatic(
    ctx: &Ctx,
    case: &Case,
    item: &Item,
    gathered: &Gathered,
) -> Result<Vec<CaseMaterial>, CaseError> {
    let known = table::materials(&mut ctx.db.reader(), ctx, &case.case_id).await?;
    let mut found = Vec::new();
    for need in item.materials_for(&case.data.answers) {
        if known
            .iter()
            .any(|m| m.material_code == need.material.material_code)
        {
            continue;
        }
        if let Some(material) = one(ctx, case, &need, gathered).await? {
            found.push(material);
        }
    }
    Ok(found)
}

async fn one(
    ctx: &Ctx,
    case: &Case,
    need: &MaterialNeed,
    gathered: &Gathered,
) -> Result<Option<CaseMaterial>, CaseError> {
    let m = &need.material;
    let made = |collected: Collected, trust: Option<&str>, verified: Option<String>| CaseMaterial {
        entry: m.material_code.clone(),
        material_code: m.material_code.clone(),
        name: m.material_name.clone(),
        collected,
        at: ctx.now(),
        trust: trust.map(str::to_owned),
        verified,
        returned: None,
    };
    if m.from_form {
        return Ok(Some(made(Collected::Form, None, None)));
    }
    if let Some(kind) = &m.satisfied_by_licence_type {
        let owner = &case.data.owner;
        let cards = licences::wallet(&ctx.as_system(), owner)
            .await
            .map_err(CaseError::other)?;
        if let Some(card) = cards.iter().find(|c| c.citable && c.type_code == *kind) {
            let cited = licences::cite(
                ctx,
                owner,
                &card.licence_key,
                &m.material_name,
                &cited_for(case),
            )
            .await
            .map_err(CaseError::other)?;
            let collected = Collected::Licence {
                licence_key: card.licence_key.clone(),
            };
            return Ok(Some(made(collected, Some("A"), Some(cited.verified))));
        }
    }
    if let Some(credential) = &m.satisfied_by_credential
        && gathered.has_credential(credential)
    {
        let source = m
            .shared_data_source
            .clone()
            .unwrap_or_else(|| "人口基础信息库".into());
        return Ok(Some(made(Collected::Shared { source }, None, None)));
    }
    match &m.shared_data_source {
        Some(source) if gathered.shares(source) => Ok(Some(made(
            Collected::Shared {
                source: source.clone(),
            },
            None,
            None,
        ))),
        _ => Ok(None),
    }
}

/// What the library is told of the case that a licence is cited in.
fn cited_for(case: &Case) -> licences::CitedFor<'_> {
    licences::CitedFor {
        number: case.number(),
        agency: &case.data.agency,
    }
}

/// The draft or correction that the applicant, or an officer at the window, may still change.
pub(crate) async fn changeable(ctx: &Ctx, case_id: &str) -> Result<Case, CaseError> {
    let case = table::load(&mut ctx.db.reader(), ctx, case_id).await?;
    may_change(ctx, &case)?;
    Ok(case)
}

/// Whether the actor may still change what was filled in.
pub(crate) fn may_change(ctx: &Ctx, case: &Case) -> Result<(), CaseError> {
    let d = &case.data;
    if d.allows(&ctx.actor, Permission::CaseIntake).is_err() {
        d.allows(&ctx.actor, Permission::CaseApply)?;
    }
    match case.state {
        State::Draft | State::Correcting | State::CorrectingInReview => Ok(()),
        State::TakenIn if d.at_window => Ok(()),
        _ => Err(CaseError::rule(
            "not_changeable",
            "申请已提交，不能再修改；如需修改请先撤回或等待补正",
            "The application was submitted and cannot be changed",
        )),
    }
}

/// Licences of the case's owner, whoever may work on the case: the case is why they are shown.
async fn held(ctx: &Ctx, case: &Case) -> Result<Vec<licences::LicenceCard>, CaseError> {
    licences::wallet(&ctx.as_system(), &case.data.owner)
        .await
        .map_err(CaseError::other)
}

/// Licences of the applicant, for whoever may work on this case: they choose from them what to cite.
pub async fn applicant_licences(
    ctx: &Ctx,
    case_id: &str,
) -> Result<Vec<licences::LicenceCard>, CaseError> {
    let case = changeable(ctx, case_id).await?;
    held(ctx, &case).await
}

/// Cites a licence of the applicant's wallet for a material [B-27].
pub async fn attach_licence(
    ctx: &Ctx,
    case_id: &str,
    material_code: &str,
    licence_key: &str,
) -> Result<(), CaseError> {
    let (case, need) = needed(ctx, case_id, material_code).await?;
    let cards = held(ctx, &case).await?;
    let card = cards
        .iter()
        .find(|c| c.licence_key == licence_key)
        .ok_or(CaseError::NotFound)?;
    if need.material.satisfied_by_licence_type.as_deref() != Some(&card.type_code) {
        return Err(CaseError::rule(
            "wrong_licence_type",
            "这类证照不能用作该材料",
            "A licence of this type does not serve as this material",
        ));
    }
    let cited = licences::cite(
        ctx,
        &case.data.owner,
        licence_key,
        &need.material.material_name,
        &cited_for(&case),
    )
    .await
    .map_err(CaseError::other)?;
    let material = CaseMaterial {
        entry: material_code.to_owned(),
        material_code: material_code.to_owned(),
        name: need.material.material_name.clone(),
        collected: Collected::Licence {
            licence_key: licence_key.to_owned(),
        },
        at: ctx.now(),
        trust: Some("A".into()),
        verified: Some(cited.verified),
        returned: None,
    };
    put(ctx, &case, vec![material], Vec::new()).await
}

/// Attaches a file of the user space. A file takes the place of what was returned.
pub async fn attach_file(
    ctx: &Ctx,
    case_id: &str,
    material_code: &str,
    file_key: &str,
) -> Result<(), CaseError> {
    let (case, need) = needed(ctx, case_id, material_code).await?;
    let owner = &case.data.owner;
    let file = materials::usable(ctx, owner, file_key)
        .await
        .map_err(CaseError::other)?;
    let accepted = &need.material.accepted_trust_levels;
    if !accepted.contains(&file.trust) {
        return Err(CaseError::rule(
            "trust_too_low",
            format!("该材料须为{}级可信材料", accepted.join("、")),
            format!("This material needs trust level {}", accepted.join(", ")),
        ));
    }
    let known = table::materials(&mut ctx.db.reader(), ctx, case_id).await?;
    let mine: Vec<_> = known
        .iter()
        .filter(|m| m.material_code == material_code)
        .collect();
    let files = mine
        .iter()
        .filter(|m| matches!(m.collected, Collected::File { .. }) && m.returned.is_none());
    if files.count() >= need.material.max_files as usize {
        return Err(CaseError::rule(
            "too_many_files",
            format!("该材料最多上传{}个文件", need.material.max_files),
            format!(
                "At most {} files for this material",
                need.material.max_files
            ),
        ));
    }
    let replaced = mine
        .iter()
        .filter(|m| m.returned.is_some() || m.collected == Collected::Promised)
        .map(|m| m.entry.clone())
        .collect();
    let material = CaseMaterial {
        entry: format!("{material_code}/{file_key}"),
        material_code: material_code.to_owned(),
        name: need.material.material_name.clone(),
        collected: Collected::File {
            file_key: file_key.to_owned(),
        },
        at: ctx.now(),
        trust: Some(file.trust.clone()),
        verified: None,
        returned: None,
    };
    put(ctx, &case, vec![material], replaced).await
}

/// Promises a material that the item lets follow later (容缺).
pub async fn promise_material(
    ctx: &Ctx,
    case_id: &str,
    material_code: &str,
) -> Result<(), CaseError> {
    let (case, need) = needed(ctx, case_id, material_code).await?;
    if !need.material.promise_allowed {
        return Err(CaseError::rule(
            "no_promise",
            "该材料不能容缺，须在提交前提供",
            "This material cannot follow later",
        ));
    }
    let material = CaseMaterial {
        entry: material_code.to_owned(),
        material_code: material_code.to_owned(),
        name: need.material.material_name.clone(),
        collected: Collected::Promised,
        at: ctx.now(),
        trust: None,
        verified: None,
        returned: None,
    };
    put(ctx, &case, vec![material], Vec::new()).await
}

/// The officer has seen the material on paper.
pub async fn attach_paper(ctx: &Ctx, case_id: &str, material_code: &str) -> Result<(), CaseError> {
    let (case, need) = needed(ctx, case_id, material_code).await?;
    let d = &case.data;
    let target = Target {
        region: Some(&d.region),
        agency: Some(&d.agency),
        item: Some(&d.item_id),
        ..Target::default()
    };
    ctx.actor.require(Permission::CaseIntake, &target)?;
    let known = table::materials(&mut ctx.db.reader(), ctx, case_id).await?;
    let replaced = known
        .iter()
        .filter(|m| m.material_code == material_code && m.returned.is_some())
        .map(|m| m.entry.clone())
        .collect();
    put(ctx, &case, vec![on_paper(ctx, &need)], replaced).await
}

/// A material that the window has seen as original.
pub(crate) fn on_paper(ctx: &Ctx, need: &MaterialNeed) -> CaseMaterial {
    let m = &need.material;
    CaseMaterial {
        entry: format!("{}/paper", m.material_code),
        material_code: m.material_code.clone(),
        name: m.material_name.clone(),
        collected: Collected::Paper,
        at: ctx.now(),
        trust: Some("B".into()),
        verified: None,
        returned: None,
    }
}

/// Takes a material off again.
pub async fn detach(ctx: &Ctx, case_id: &str, entry: &str) -> Result<(), CaseError> {
    let case = changeable(ctx, case_id).await?;
    put(ctx, &case, Vec::new(), vec![entry.to_owned()]).await
}

async fn needed(
    ctx: &Ctx,
    case_id: &str,
    material_code: &str,
) -> Result<(Case, MaterialNeed), CaseError> {
    let case = changeable(ctx, case_id).await?;
    let d = &case.data;
    let item = items::version(ctx, &d.item_id, d.item_version)
        .await
        .map_err(CaseError::other)?;
    let need = item
        .materials_for(&d.answers)
        .into_iter()
        .find(|n| n.material.material_code == material_code)
        .ok_or_else(not_needed)?;
    Ok((case, need))
}

pub(crate) fn not_needed() -> CaseError {
    CaseError::rule(
        "not_needed",
        "按您的情形不需要这份材料",
        "This material is not needed in this situation",
    )
}

/// Writes materials under the case's revision, so that nothing is attached to a case that has just
/// been submitted. Removing a replaced entry comes before the new one.
pub(crate) async fn put(
    ctx: &Ctx,
    case: &Case,
    add: Vec<CaseMaterial>,
    drop: Vec<String>,
) -> Result<(), CaseError> {
    let (id, rev, inner) = (case.case_id.clone(), case.rev, ctx.clone());
    ctx.db
        .write(move |tx| {
            let (id, add, drop) = (id.clone(), add.clone(), drop.clone());
            let ctx = inner.clone();
            Box::pin(async move {
                table::touch(tx, &id, rev).await?;
                for entry in &drop {
                    table::delete_material(tx, &id, entry).await?;
                }
                for material in &add {
                    table::put_material(tx, &ctx, &id, material).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Gathers anew for a case, for what its answers ask now.
pub(crate) async fn gathered_for(
    ctx: &Ctx,
    case: &Case,
    item: &Item,
) -> Result<Gathered, CaseError> {
    let (owner, person) = start::accounts(ctx, &case.data.owner, &case.data.person).await?;
    sources::gather(ctx, &owner, &person, item).await
}

//! An agency applies for a seal: impression, basis, custodian.

use jiff::Timestamp;
use kernel::Permission;
use store::{Ctx, Tx};

use crate::error::{SealError, text};
use crate::seal::{Owner, Seal, SealType};
use crate::state::{Event, next};
use crate::step::record;
use crate::{forge, table};

/// What is applied for.
#[derive(Clone, Debug)]
pub struct Apply {
    pub owner: Owner,
    pub seal_type: SealType,
    /// The responsible officer, for a personal name seal; none for the others.
    pub person: Option<String>,
    /// The document that orders the seal.
    pub basis: String,
    /// Staff user name of who will keep it.
    pub custodian: String,
}

/// Applies for a seal. Its impression is drawn from the agency's name and the seal's purpose, so
/// that the reviewer sees what will be made.
pub async fn apply(ctx: &Ctx, command: Apply) -> Result<Seal, SealError> {
    let prepared = prepare(ctx, &command).await?;
    let picture = forge::draw_all(vec![prepared.clone()]).await?.remove(0);
    let (inner, prepared) = (ctx.clone(), std::sync::Arc::new((prepared, picture)));
    ctx.db
        .write(move |tx| {
            let (ctx, prepared) = (inner.clone(), prepared.clone());
            Box::pin(async move { insert(tx, &ctx, &prepared.0, &prepared.1).await })
        })
        .await
}

/// Checks the application and numbers the seal.
pub(crate) async fn prepare(ctx: &Ctx, command: &Apply) -> Result<Seal, SealError> {
    let owner = &command.owner;
    let seal = Seal {
        key: ctx.rng.key(),
        es_id: String::new(),
        owner: owner.clone(),
        seal_type: command.seal_type,
        name: name(command)?,
        basis: command.basis.trim().to_owned(),
        state: next(None, Event::Apply)?,
        rev: 1,
        custodian: command.custodian.trim().to_owned(),
        applicant: ctx.actor.id.clone(),
        applied_at: ctx.now(),
        reviewer: None,
        maker: None,
        made_at: None,
        valid_from: None,
        valid_to: None,
        filing_no: None,
        filed_at: None,
        released_at: None,
        asked: None,
    };
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    text("agency", &owner.name, 40)?;
    text("basis", &command.basis, 200)?;
    text("custodian", &command.custodian, 64)?;
    let es_id = es_id(ctx, owner).await?;
    Ok(Seal { es_id, ..seal })
}

/// Writes an application that was prepared and drawn.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    seal: &Seal,
    png: &[u8],
) -> Result<Seal, SealError> {
    table::insert(tx, seal).await?;
    table::insert_impression(tx, &seal.key, png, seal.seal_type.size_mm()).await?;
    record(tx, ctx, seal, Event::Apply, &seal.basis).await?;
    Ok(seal.clone())
}

fn name(command: &Apply) -> Result<String, SealError> {
    match (command.seal_type, &command.person) {
        (SealType::Personal, person) => {
            let person = person.as_deref().unwrap_or_default();
            text("person", person, 24)?;
            Ok(person.trim().to_owned())
        }
        (kind, _) => Ok(format!(
            "{}{}",
            command.owner.name,
            kind.purpose().unwrap_or_default()
        )),
    }
}

/// Six digits of the region and eight running ones; townships count under their county.
async fn es_id(ctx: &Ctx, owner: &Owner) -> Result<String, SealError> {
    let region: String = owner
        .region_code
        .chars()
        .filter(char::is_ascii_digit)
        .take(6)
        .collect();
    if region.len() != 6 {
        return Err(SealError::Invalid {
            field: "region",
            why: crate::error::MISSING,
        });
    }
    let number = ctx.next_number(&format!("seal/{region}"), 20).await?;
    Ok(format!("{region}{number:08}"))
}

/// The moment as certificates and seals hold it: whole seconds.
pub(crate) fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

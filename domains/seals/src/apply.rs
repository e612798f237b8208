//! An agency applies for a seal: impression, basis, custodian.

use jiff::Timestamp;
use kernel::Permission;
use store::{Ctx, Tx};

use crate::error::{SealError, text};
use crate::files::{self, FileKind, NewFile, SealFile};
use crate::impression::{Impress, Impression};
use crate::seal::{Owner, Seal, SealType};
use crate::state::{Event, next};
use crate::step::record;
use crate::{forge, table, table_file};

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
    pub impression: Impress,
    /// That document itself: PDF, OFD, PNG or JPEG.
    pub basis_file: Option<NewFile>,
    /// Key of the seal that this one renews: of the same agency and type.
    pub replaces: Option<String>,
}

/// What will be applied for, before anything is written.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Name of the seal.
    pub name: String,
    pub impression: Impression,
}

/// Applies for a seal. Its impression is drawn or cleaned now, so that the reviewer sees what will
/// be made.
pub async fn apply(ctx: &Ctx, command: Apply) -> Result<Seal, SealError> {
    check(ctx, &command).await?;
    let prepared = prepare(ctx, &command).await?;
    let impress = command.impression.clone();
    let picture = forge::draw_all(vec![(prepared.clone(), impress)])
        .await?
        .remove(0);
    let mut stored = Vec::new();
    if let Some(file) = command.basis_file {
        stored.push(files::put(ctx, FileKind::Basis, file).await?);
    }
    if let Impress::Uploaded(scan) = command.impression {
        let file = NewFile {
            name: FileKind::Picture.zh().into(),
            bytes: scan.bytes,
        };
        stored.push(files::put(ctx, FileKind::Picture, file).await?);
    }
    let work = std::sync::Arc::new((prepared, picture, stored));
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (seal, picture, stored) = &*work;
                insert(tx, &ctx, seal, picture, stored).await
            })
        })
        .await
}

/// Shows what would be applied for. Nothing is written, no number is taken.
pub async fn preview(ctx: &Ctx, command: &Apply) -> Result<Preview, SealError> {
    check(ctx, command).await?;
    let seal = draft(ctx, command)?;
    let name = seal.name.clone();
    let made = forge::draw_all(vec![(seal, command.impression.clone())]).await?;
    let impression = made.into_iter().next().ok_or(SealError::NotFound)?;
    Ok(Preview { name, impression })
}

async fn check(ctx: &Ctx, command: &Apply) -> Result<(), SealError> {
    let seal = draft(ctx, command)?;
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    if let Some(file) = &command.basis_file {
        files::check_basis(file)?;
    }
    if let Some(old) = &command.replaces {
        let old = table::by_key(&mut ctx.db.reader(), old).await?;
        let same = old.is_some_and(|old| {
            old.owner.agency_code == command.owner.agency_code && old.seal_type == command.seal_type
        });
        if !same {
            return Err(SealError::Invalid {
                field: "replaces",
                why: crate::error::REPLACES,
            });
        }
    }
    Ok(())
}

/// Checks the application and numbers the seal.
pub(crate) async fn prepare(ctx: &Ctx, command: &Apply) -> Result<Seal, SealError> {
    let seal = draft(ctx, command)?;
    let es_id = es_id(ctx, &command.owner).await?;
    Ok(Seal { es_id, ..seal })
}

/// The seal without its number.
fn draft(ctx: &Ctx, command: &Apply) -> Result<Seal, SealError> {
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
        replaces: command.replaces.clone(),
        frozen_at: None,
    };
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    text("agency", &owner.name, 40)?;
    text("basis", &command.basis, 200)?;
    text("custodian", &command.custodian, 64)?;
    command.impression.check(command.seal_type)?;
    Ok(seal)
}

/// Writes an application that was prepared and drawn.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    seal: &Seal,
    picture: &Impression,
    stored: &[SealFile],
) -> Result<Seal, SealError> {
    table::insert(tx, seal).await?;
    table::insert_impression(tx, &seal.key, picture).await?;
    for file in stored {
        table_file::insert(tx, &seal.key, file).await?;
    }
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
        (SealType::Official, _) => Ok(command.owner.name.clone()),
        // The seal is named after what stands in it; a picture says no words of its own.
        (kind, _) => {
            let purpose = match &command.impression {
                Impress::Drawn(drawing) => drawing.purpose.trim(),
                Impress::Uploaded(_) => kind.purpose().unwrap_or_default(),
            };
            Ok(format!("{}{purpose}", command.owner.name))
        }
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

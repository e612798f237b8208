//! Lists, reading, deleting.

use std::sync::Arc;

use blobs::Blobs;
use kernel::{Page, PageRequest, Permission, Target, time};
use store::Ctx;

use crate::error::MaterialError;
use crate::events::FileDeleted;
use crate::file::FileCard;
use crate::table::{self, FileRow};
use crate::upload::SPACE_LIMIT;

pub(crate) fn blobs(ctx: &Ctx) -> Result<Arc<Blobs>, MaterialError> {
    ctx.shared
        .get::<Blobs>()
        .ok_or_else(|| MaterialError::Data("no file store".into()))
}

/// How full a space is, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub used: u64,
    pub limit: u64,
}

/// The actor's usage.
pub async fn usage(ctx: &Ctx) -> Result<Usage, MaterialError> {
    let owner = own(ctx)?;
    Ok(Usage {
        used: table::used(&mut ctx.db.reader(), &owner).await?,
        limit: SPACE_LIMIT,
    })
}

fn own(ctx: &Ctx) -> Result<String, MaterialError> {
    let owner = ctx.actor.owner().to_owned();
    let target = Target {
        owner: Some(&owner),
        ..Target::default()
    };
    ctx.actor.require(Permission::MaterialOwn, &target)?;
    Ok(owner)
}

/// The actor's files, newest first.
pub async fn files(ctx: &Ctx, page: PageRequest) -> Result<Page<FileCard>, MaterialError> {
    let owner = own(ctx)?;
    let (rows, total) = table::list(&mut ctx.db.reader(), ctx, &owner, page).await?;
    Ok(Page::new(
        rows.iter().map(FileRow::card).collect(),
        total,
        page,
    ))
}

/// A file that may be attached to a new application: the owner's, there, and valid [B-50].
pub async fn usable(ctx: &Ctx, owner: &str, file_key: &str) -> Result<FileCard, MaterialError> {
    let found = table::file(&mut ctx.db.reader(), ctx, owner, file_key).await?;
    let (row, deleted) = found.ok_or(MaterialError::NotFound)?;
    if deleted {
        return Err(MaterialError::NotFound);
    }
    if row
        .valid_to
        .is_some_and(|d| d < time::beijing_date(ctx.now()))
    {
        return Err(MaterialError::Expired);
    }
    Ok(row.card())
}

/// The content as it is shown: the stamped copy where there is one. For the owner, or for staff who
/// may read cases (the case's own use case has checked that it uses the file).
pub async fn read(ctx: &Ctx, file_key: &str) -> Result<(FileCard, Vec<u8>), MaterialError> {
    let reader = &mut ctx.db.reader();
    let owner = table::owner_of(reader, file_key)
        .await?
        .ok_or(MaterialError::NotFound)?;
    let target = Target {
        owner: Some(&owner),
        ..Target::default()
    };
    if ctx.actor.require(Permission::MaterialOwn, &target).is_err()
        && ctx.actor.scopes(Permission::CaseRead).is_empty()
    {
        return Err(MaterialError::NotFound);
    }
    let (row, _) = table::file(reader, ctx, &owner, file_key)
        .await?
        .ok_or(MaterialError::NotFound)?;
    let name = row.stamped.as_ref().unwrap_or(&row.original);
    let content = blobs(ctx)?.get(ctx, name).await?;
    Ok((row.card(), content))
}

/// Deletes a file from the space. Cases that use it keep it, new ones cannot.
pub async fn delete(ctx: &Ctx, file_key: &str) -> Result<(), MaterialError> {
    let owner = own(ctx)?;
    let found = table::file(&mut ctx.db.reader(), ctx, &owner, file_key).await?;
    let (row, _) = found.ok_or(MaterialError::NotFound)?;
    let (row, write_ctx) = (Arc::new(row), ctx.clone());
    ctx.db
        .write(move |tx| {
            let (row, ctx) = (row.clone(), write_ctx.clone());
            Box::pin(async move {
                if !table::mark_deleted(tx, &row.owner, &row.file_key).await? {
                    return Err(MaterialError::NotFound);
                }
                table::free_room(tx, &row.owner, row.bytes as i64).await?;
                let event = FileDeleted {
                    owner: row.owner.clone(),
                    file_key: row.file_key.clone(),
                };
                journal::append(tx, &ctx, &format!("user_space/{}", row.owner), &event).await?;
                Ok(())
            })
        })
        .await
}

//! Reading: the documents of a case, one document, its files.

use std::collections::HashSet;

use blobs::Blobs;
use kernel::{ActorKind, Permission};
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::error::NoticeError;
use crate::notice::{File, Format, Notice};
use crate::preview::preview;
use crate::state::State;
use crate::table;

/// The documents of a case, oldest first. Those that the actor may not read are left out.
pub async fn list(ctx: &Ctx, case_key: &str) -> Result<Vec<Notice>, NoticeError> {
    let mut all = table::of_case(&mut ctx.db.reader(), case_key).await?;
    all.retain(|notice| may_read(ctx, notice).is_ok());
    Ok(all)
}

/// One document.
pub async fn notice(ctx: &Ctx, doc_id: &str) -> Result<Notice, NoticeError> {
    let found = table::by_id(&mut ctx.db.reader(), doc_id).await?;
    let found = found.ok_or(NoticeError::NotFound)?;
    may_read(ctx, &found)?;
    Ok(found)
}

/// The applicant reads own documents, staff those in their scope.
fn may_read(ctx: &Ctx, notice: &Notice) -> Result<(), NoticeError> {
    let target = notice.target();
    let own = ctx.actor.require(Permission::CaseReadOwn, &target);
    own.or_else(|_| ctx.actor.require(Permission::CaseRead, &target))?;
    Ok(())
}

/// A file of a document. A withdrawn one is given to staff only, as evidence.
pub async fn file(ctx: &Ctx, doc_id: &str, format: Format) -> Result<File, NoticeError> {
    let notice = notice(ctx, doc_id).await?;
    let public = !matches!(ctx.actor.kind, ActorKind::Staff | ActorKind::System);
    if notice.state == State::Withdrawn && public {
        return Err(NoticeError::Withdrawn);
    }
    let bytes = match format {
        Format::Png => preview(stored(ctx, doc_id, Format::Ofd).await?).await?,
        Format::Ofd | Format::Pdf => stored(ctx, doc_id, format).await?,
    };
    Ok(File {
        name: format!("{}-{}.{}", notice.title, notice.number, format.code()),
        media_type: format.media_type(),
        bytes,
    })
}

async fn stored(ctx: &Ctx, doc_id: &str, format: Format) -> Result<Vec<u8>, NoticeError> {
    let blob = table::blob_of(&mut ctx.db.reader(), doc_id, format).await?;
    let blob = blob.ok_or(NoticeError::NotSealed)?;
    let blobs = ctx
        .shared
        .get::<Blobs>()
        .ok_or(NoticeError::NotConfigured)?;
    Ok(blobs.get(ctx, &blob).await?)
}

/// What the public may learn of a document whose file they hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub title: String,
    pub number: String,
    pub state: State,
    /// Number of the document that replaces it.
    pub replaced_by: Option<String>,
}

/// The record of the document whose file has this digest (SM3, hexadecimal), for verification:
/// a withdrawn document keeps its signature, but must not be relied on. Needs no permission,
/// because whoever has the digest has the file.
pub async fn by_digest(ctx: &Ctx, digest: &str) -> Result<Option<Record>, NoticeError> {
    let mut reader = ctx.db.reader();
    let Some(doc_id) = table::by_digest(&mut reader, digest).await? else {
        return Ok(None);
    };
    let Some(notice) = table::by_id(&mut reader, &doc_id).await? else {
        return Ok(None);
    };
    let replaced_by = match &notice.replaced_by {
        Some(new) => table::by_id(&mut reader, new).await?.map(|new| new.number),
        None => None,
    };
    let Notice {
        title,
        number,
        state,
        ..
    } = notice;
    Ok(Some(Record {
        title,
        number,
        state,
        replaced_by,
    }))
}

/// Why a document was withdrawn, for staff.
pub async fn withdraw_reason(ctx: &Ctx, doc_id: &str) -> Result<Option<String>, NoticeError> {
    let found = table::by_id(&mut ctx.db.reader(), doc_id).await?;
    let found = found.ok_or(NoticeError::NotFound)?;
    ctx.actor.require(Permission::CaseRead, &found.target())?;
    let Some(sealed) = table::reason(&mut ctx.db.reader(), doc_id).await? else {
        return Ok(None);
    };
    let plain = ctx
        .open_sealed("notice", "withdraw_reason", doc_id, &sealed)
        .map_err(|e| NoticeError::Vault(e.to_string()))?;
    Ok(Some(String::from_utf8_lossy(&plain).into_owned()))
}

/// The names of all stored files, for sweeper and backup of the file store.
pub async fn stored_files(run: &mut impl store::Run) -> Result<HashSet<String>, NoticeError> {
    Ok(table::blobs(run).await?.into_iter().collect())
}

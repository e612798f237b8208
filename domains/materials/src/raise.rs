//! Stamping anew, always from the clean original [B-40, B-41].

use std::sync::Arc;

use jiff::Span;
use kernel::{Permission, time};
use store::Ctx;

use crate::error::MaterialError;
use crate::events::FileRaised;
use crate::file::Checked;
use crate::manage::blobs;
use crate::stamp;
use crate::table::{self, FileRow};
use crate::trust::TrustLevel;

/// Years that a check against the original is good for.
const VALID_YEARS: i64 = 1;

async fn load(ctx: &Ctx, file_key: &str) -> Result<FileRow, MaterialError> {
    let reader = &mut ctx.db.reader();
    let owner = table::owner_of(reader, file_key)
        .await?
        .ok_or(MaterialError::NotFound)?;
    let (row, _) = table::file(reader, ctx, &owner, file_key)
        .await?
        .ok_or(MaterialError::NotFound)?;
    Ok(row)
}

/// A licence picture gets its note when it is submitted with an application. A file that has its
/// note keeps it.
pub async fn stamp_on_submit(ctx: &Ctx, file_key: &str) -> Result<(), MaterialError> {
    let mut row = load(ctx, file_key).await?;
    if row.stamped.is_some() || row.trust != TrustLevel::C {
        return Ok(());
    }
    let original = blobs(ctx)?.get(ctx, &row.original).await?;
    row.stamped = stamp::stamped_copy(ctx, &row, &original).await?;
    write(ctx, row, None).await
}

/// 与原件核对无误: an officer saw the original. C becomes B for a year.
pub async fn raise_to_b(ctx: &Ctx, file_key: &str, case_no: &str) -> Result<(), MaterialError> {
    if ctx.actor.scopes(Permission::MaterialCheck).is_empty() {
        return Err(kernel::Denied(Permission::MaterialCheck).into());
    }
    let mut row = load(ctx, file_key).await?;
    if matches!(row.trust, TrustLevel::A | TrustLevel::B) {
        return Ok(());
    }
    let until = time::beijing_date(ctx.now())
        .checked_add(Span::new().years(VALID_YEARS))
        .map_err(|e| MaterialError::Data(e.to_string()))?;
    row.trust = TrustLevel::B;
    row.valid_to = Some(until);
    row.body.checked = Some(Checked {
        officer: ctx.actor.id.clone(),
        at: ctx.now(),
        case_no: case_no.to_owned(),
    });
    let original = blobs(ctx)?.get(ctx, &row.original).await?;
    row.stamped = stamp::stamped_copy(ctx, &row, &original).await?;
    let event = FileRaised {
        owner: row.owner.clone(),
        file_key: row.file_key.clone(),
        case_no: case_no.to_owned(),
        valid_to: until.to_string(),
    };
    write(ctx, row, Some(event)).await
}

async fn write(ctx: &Ctx, row: FileRow, event: Option<FileRaised>) -> Result<(), MaterialError> {
    let body = row.sealed_body(ctx)?;
    let (row, write_ctx) = (Arc::new(row), ctx.clone());
    ctx.db
        .write(move |tx| {
            let (row, ctx, body, event) =
                (row.clone(), write_ctx.clone(), body.clone(), event.clone());
            Box::pin(async move {
                table::restamp(tx, &row, &body).await?;
                if let Some(event) = &event {
                    let stream = format!("user_space/{}", row.owner);
                    journal::append(tx, &ctx, &stream, event).await?;
                }
                Ok(())
            })
        })
        .await
}

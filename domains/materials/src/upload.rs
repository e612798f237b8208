//! Uploading: checked by content, counted against the space, stored encrypted, stamped.

use kernel::{Permission, Target};
use store::Ctx;

use crate::content::{Refused, sniff};
use crate::error::MaterialError;
use crate::events::FileStored;
use crate::file::{Body, FileCard, Group};
use crate::manage::blobs;
use crate::stamp;
use crate::table::{self, FileRow};
use crate::trust::TrustLevel;

/// One file [B-45].
pub const FILE_LIMIT: u64 = 20 * 1024 * 1024;
/// One user space [B-45].
pub const SPACE_LIMIT: u64 = 200 * 1024 * 1024;

/// A file on its way in.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The space it goes to.
    pub owner: String,
    pub name: String,
    pub group: Group,
    pub bytes: Vec<u8>,
}

/// Stores a file. Either all of it is there afterwards, or nothing.
pub async fn upload(ctx: &Ctx, upload: Upload) -> Result<FileCard, MaterialError> {
    let target = Target {
        owner: Some(&upload.owner),
        ..Target::default()
    };
    // The window scans for the applicant in front of it.
    if ctx.actor.require(Permission::MaterialOwn, &target).is_err()
        && ctx.actor.scopes(Permission::MaterialCheck).is_empty()
    {
        return Err(kernel::Denied(Permission::MaterialOwn).into());
    }
    let len = upload.bytes.len() as u64;
    if len > FILE_LIMIT {
        return Err(MaterialError::TooLarge(FILE_LIMIT));
    }
    let kind = sniff(&upload.bytes).map_err(|refused| match refused {
        Refused::Executable => MaterialError::Executable,
        Refused::Empty | Refused::Broken => MaterialError::Broken,
        Refused::Other => MaterialError::Kind,
    })?;
    let trust = upload.group.entry_level();
    let file_key = ctx.rng.key();
    let mut row = FileRow {
        owner: upload.owner.clone(),
        file_key,
        at: ctx.now(),
        bytes: len,
        kind,
        trust,
        valid_to: None,
        rev: 1,
        original: String::new(),
        stamped: None,
        body: Body {
            name: clean_name(&upload.name),
            group: upload.group,
            checked: None,
        },
    };
    // D is stamped at upload; C when it is submitted, B when the window has checked it [B-40].
    if trust == TrustLevel::D {
        row.stamped = stamp::stamped_copy(ctx, &row, &upload.bytes).await?;
    }
    let original = blobs(ctx)?.put(ctx, upload.bytes).await?;
    row.original = original.name.clone();
    let (body, digest) = (row.sealed_body(ctx)?, original.digest);
    let event = FileStored {
        owner: row.owner.clone(),
        file_key: row.file_key.clone(),
        kind: kind.code().to_owned(),
        trust: trust.code().to_owned(),
        bytes: len,
        digest: digest.clone(),
    };
    let card = row.card();
    let (row, write_ctx) = (std::sync::Arc::new(row), ctx.clone());
    ctx.db
        .write(move |tx| {
            let (row, ctx, event) = (row.clone(), write_ctx.clone(), event.clone());
            let (body, digest) = (body.clone(), digest.clone());
            Box::pin(async move {
                let (bytes, limit) = (row.bytes as i64, SPACE_LIMIT as i64);
                if !table::take_room(tx, &row.owner, bytes, limit).await? {
                    let used = table::used(tx, &row.owner).await?;
                    return Err(MaterialError::Full {
                        used,
                        limit: SPACE_LIMIT,
                    });
                }
                table::insert(tx, &row, &digest, &body).await?;
                let stream = format!("user_space/{}", row.owner);
                journal::append(tx, &ctx, &stream, &event).await?;
                Ok(())
            })
        })
        .await?;
    Ok(card)
}

/// A file name without folders and control characters, at most 100 characters.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let clean: String = last
        .chars()
        .filter(|c| !c.is_control() && !"<>:\"|?*".contains(*c))
        .take(100)
        .collect();
    if clean.trim().is_empty() {
        "材料".into()
    } else {
        clean.trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_paths() {
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("C:\\扫描\\布局图.pdf"), "布局图.pdf");
        assert_eq!(clean_name("\u{0}<script>"), "script");
        assert_eq!(clean_name("//"), "材料");
    }
}

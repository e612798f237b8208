//! What stands in the library under a number: what data that arrive from another library are
//! compared with [H-20 E].

use kernel::Permission;
use store::Ctx;

use crate::error::LicenceError;
use crate::issue::number_digests;
use crate::library;
use crate::licence::{Licence, Version};
use crate::table;

/// A licence with its current version.
#[derive(Clone, Debug)]
pub struct Standing {
    pub licence: Licence,
    pub version: Version,
    /// The photo that the version was issued with, where it was kept.
    pub photo: Option<Vec<u8>>,
}

/// The licence that has this number of this type and issuer (by its USCC), for whoever issues there.
pub async fn standing(
    ctx: &Ctx,
    type_code: &str,
    issuer: &str,
    licence_no: &str,
) -> Result<Option<Standing>, LicenceError> {
    let (unique, _) = number_digests(ctx, type_code, issuer, licence_no);
    match table::of_unique_number(&mut ctx.db.reader(), &unique).await? {
        Some(key) => standing_of(ctx, &key).await.map(Some),
        None => Ok(None),
    }
}

/// The same by its key.
pub async fn standing_of(ctx: &Ctx, licence_key: &str) -> Result<Standing, LicenceError> {
    let mut reader = ctx.db.reader();
    let licence = table::load(&mut reader, ctx, licence_key).await?;
    let target = licence.target();
    ctx.actor.require(Permission::LicenceIssue, &target)?;
    let version = table::version(&mut reader, ctx, licence_key, licence.version).await?;
    let photo = match &version.data.photo {
        Some(blob) => Some(library::blob(ctx, blob).await?),
        None => None,
    };
    Ok(Standing {
        licence,
        version,
        photo,
    })
}

//! Files of the library: reading, and judging one in place.

use blobs::Blobs;
use sealing::Verdict;
use store::Ctx;

use crate::error::LicenceError;
use crate::licence::{Format, Licence, Version};
use crate::table;

/// A version's file.
pub(crate) async fn read(
    ctx: &Ctx,
    version: &Version,
    format: Format,
) -> Result<Vec<u8>, LicenceError> {
    let file = version
        .data
        .files
        .iter()
        .find(|f| f.format == format)
        .ok_or(LicenceError::NotFound)?;
    blob(ctx, &file.blob).await
}

/// A stored file by its name.
pub(crate) async fn blob(ctx: &Ctx, name: &str) -> Result<Vec<u8>, LicenceError> {
    let blobs = ctx
        .shared
        .get::<Blobs>()
        .ok_or_else(|| LicenceError::Data("no file store".into()))?;
    Ok(blobs.get(ctx, name).await?)
}

/// Verifies the OFD file of the current version.
pub(crate) async fn check_file(ctx: &Ctx, l: &Licence) -> Result<Verdict, LicenceError> {
    let version = table::version(&mut ctx.db.reader(), ctx, &l.licence_key, l.version).await?;
    let bytes = read(ctx, &version, Format::Ofd).await?;
    let trust = seals::trust(&ctx.as_system()).await?;
    let judged = tokio::task::spawn_blocking(move || sealing::verify(&bytes, &trust)).await;
    judged
        .map_err(|e| LicenceError::Data(e.to_string()))?
        .map_err(|e| LicenceError::Data(e.to_string()))
}

/// The names of all stored files, for sweeper and backup of the file store.
pub async fn stored_files(
    run: &mut impl store::Run,
) -> Result<std::collections::HashSet<String>, LicenceError> {
    let versions = table::version_data(run).await?;
    let files = versions
        .into_iter()
        .flat_map(|v| v.files.into_iter().map(|f| f.blob).chain(v.photo));
    let mut all = crate::verify::report_files(run).await?;
    all.extend(crate::verify::visual_files(run).await?);
    all.extend(crate::copy::copy_files(run).await?);
    all.extend(files);
    Ok(all)
}

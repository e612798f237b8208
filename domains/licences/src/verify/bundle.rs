//! 离线核验包: what a verification elsewhere needs, for whoever holds the file.

use sealing::Bundle;
use store::Ctx;

use super::{Verification, report, verify_file};
use crate::error::LicenceError;
use crate::licence::Format;

/// Verifies a file and packs it with certificates, revocation lists and, where the platform seals
/// reports, the report of this very verification. Bundles are made of valid files only: what was
/// refused needs no proof.
pub async fn bundle(
    ctx: &Ctx,
    bytes: Vec<u8>,
) -> Result<(Verification, Option<Vec<u8>>), LicenceError> {
    let verification = verify_file(ctx, bytes.clone()).await?;
    if !verification.valid {
        return Ok((verification, None));
    }
    let report = match report(ctx, &verification.number, Format::Ofd).await {
        Ok(report) => Some(report.bytes),
        Err(LicenceError::NoOperator) => None,
        Err(error) => return Err(error),
    };
    let own = seals::own_roots(&ctx.as_system()).await?;
    let foreign = seals::foreign(&ctx.as_system()).await?;
    let bundle = Bundle {
        is_pdf: bytes.starts_with(b"%PDF"),
        document: bytes,
        certificates: own
            .iter()
            .map(|one| one.issuing.clone())
            .chain(foreign.certificates)
            .collect(),
        crls: own
            .iter()
            .flat_map(|one| [one.crl.clone(), one.root_crl.clone()])
            .chain(foreign.crls)
            .collect(),
        revocations: Some(crate::revoked::revocation_list(ctx).await?),
        report,
    };
    let packed = bundle
        .write()
        .map_err(|e| LicenceError::Data(e.to_string()))?;
    Ok((verification, Some(packed)))
}

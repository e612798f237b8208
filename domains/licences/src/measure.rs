//! Composing and sealing one licence again and again, one format at a time: what the bench
//! measures. The seal's use is reserved and checked as in issuing; nothing is stored.

use std::sync::Arc;

use seals::{SealError, SealType, UseId};
use store::Ctx;

use crate::compose;
use crate::error::LicenceError;
use crate::kind::licence_type;
use crate::plan::plan;
use crate::prepare::{IssueRequest, wish};
use crate::sheet::Sheet;

/// A planned licence with the use of its seal.
pub struct Measured {
    ctx: Ctx,
    sheet: Sheet,
    use_id: UseId,
}

impl Measured {
    /// Plans the licence and reserves its seal.
    pub async fn new(ctx: &Ctx, request: &IssueRequest) -> Result<Self, LicenceError> {
        let directory = agencies::directory(ctx)
            .await
            .map_err(LicenceError::other)?;
        let agency = directory
            .agency(&request.issuer)
            .ok_or(LicenceError::NotFound)?;
        let kind = licence_type(ctx, &request.type_code).await?;
        let seal_type = SealType::from_code(&kind.seal_type)
            .ok_or_else(|| LicenceError::TypeFile(kind.seal_type.clone()))?;
        let system = ctx.as_system();
        let seal = seals::find(&system, &request.issuer, seal_type).await?;
        let plan = plan(ctx, request).await?;
        let sheet = Sheet::new(ctx, request, &plan, agency, &seal)?;
        let wish = Arc::new(wish(ctx, request, &plan, &seal.key));
        let inner = system.clone();
        let reserved: Result<UseId, SealError> = system
            .db
            .write(move |tx| {
                let (ctx, wish) = (inner.clone(), wish.clone());
                Box::pin(async move { seals::reserve(tx, &ctx, &wish).await })
            })
            .await;
        let use_id = reserved?;
        Ok(Self {
            ctx: system,
            sheet,
            use_id,
        })
    }

    /// Composes, lays out, draws and seals an OFD.
    pub async fn ofd(&self) -> Result<Vec<u8>, LicenceError> {
        let c = self.sheet.composition();
        let (document, place) = compose::compose(&c)?;
        let package = compose::package(&c, &paper::lay_out(&document)?)?;
        Ok(seals::stamp_ofd(&self.ctx, &self.use_id, package, place, true).await?)
    }

    /// Composes, lays out, draws and signs a PDF with its visible seal.
    pub async fn pdf(&self) -> Result<Vec<u8>, LicenceError> {
        let (document, place) = compose::compose(&self.sheet.composition())?;
        let pdf = paper::to_pdf(&paper::lay_out(&document)?)?;
        Ok(seals::stamp_pdf(&self.ctx, &self.use_id, pdf, place, true).await?)
    }
}

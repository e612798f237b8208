//! 外部证书: a seal whose certificates are issued by an outside authority.
//!
//! The keys are made in the store and never leave it; what goes out is a request (PKCS#10) for each.
//! Meanwhile the seal stays approved (I-03 knows no state between). What comes back is judged as
//! those will judge it who verify: by the trust list alone, without what else was uploaded.

use std::sync::Arc;

use gm::{
    Bundle, Certificate, CertificateRequest, ImportError, KeyKind, PublicKey, Purpose, Revocation,
};
use jiff::Timestamp;
use kernel::Permission;
use sealing::Trust;
use serde::Serialize;
use store::Ctx;

use crate::authority::{Authorities, blocking, key_of};
use crate::error::{SealError, text};
use crate::event::{SealCertificatesAsked, stream};
use crate::forge;
use crate::make::make_in;
use crate::seal::Seal;
use crate::state::{Event, next};
use crate::step::load;
use crate::table_request::{self, Row};
use crate::trust::trust;

/// Largest certificate file that is taken, in bytes.
pub const CERTIFICATE_LIMIT: usize = 256 * 1024;

/// Requests that wait for their certificates.
#[derive(Clone, Debug, Serialize)]
pub struct CertificateRequests {
    /// Staff user name.
    pub by: String,
    pub at: Timestamp,
    /// PKCS#10 for the key that signs OFD, PEM.
    pub sm2: String,
    /// PKCS#10 for the key that signs PDF, PEM.
    pub pdf: String,
}

impl CertificateRequests {
    pub(crate) fn of(row: Row) -> Result<Self, SealError> {
        let pem = |der: &[u8]| Ok::<_, SealError>(CertificateRequest::from_der(der)?.to_pem());
        Ok(Self {
            by: row.by.clone(),
            at: row.at,
            sm2: pem(&row.sm2)?,
            pdf: pem(&row.pdf)?,
        })
    }
}

/// Makes the keys of an approved seal and asks for certificates of an outside authority: SM2 for
/// OFD, and P-256 or RSA for PDF.
pub async fn request_certificates(
    ctx: &Ctx,
    seal_key: &str,
    pdf_kind: KeyKind,
) -> Result<CertificateRequests, SealError> {
    if pdf_kind == KeyKind::Sm2 {
        let (field, why) = ("pdf_kind", crate::error::PDF_KIND);
        return Err(SealError::Invalid { field, why });
    }
    let mut reader = ctx.db.reader();
    let seal = load(&mut reader, seal_key).await?;
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    next(Some(seal.state), Event::Make)?;
    if table_request::get(&mut reader, seal_key).await?.is_some() {
        return Err(SealError::Requested);
    }
    let authorities = Authorities::of(ctx)?;
    let (maker, rng, at) = (authorities.clone(), ctx.rng.clone(), ctx.now());
    let (by, wanted) = (ctx.actor.id.clone(), seal.clone());
    let key_name = format!("seal.{}", ctx.rng.key());
    let name = key_name.clone();
    let asked = blocking(move || {
        let mut entropy = |out: &mut [u8]| rng.fill(out);
        let mut ask = |kind| {
            let key = key_of(&name, kind);
            let public = maker.store().create(&key, kind, &mut entropy)?;
            let signer = maker.store().bare_signer(&key)?;
            let request = CertificateRequest::build(&forge::subject(&wanted), &public, &*signer)?;
            Ok::<_, SealError>(request.der().to_vec())
        };
        Ok(Row {
            sm2: ask(KeyKind::Sm2)?,
            pdf: ask(pdf_kind)?,
            seal: wanted.key,
            key_name: name,
            by,
            at,
        })
    })
    .await;
    let written = match asked {
        Ok(row) => write_request(ctx, row).await,
        Err(error) => Err(error),
    };
    if written.is_err() {
        // Somebody else asked or made the seal meanwhile: keys that nothing names are erased.
        authorities.erase(ctx, &key_name).await?;
    }
    CertificateRequests::of(written?)
}

async fn write_request(ctx: &Ctx, row: Row) -> Result<Row, SealError> {
    let (inner, work) = (ctx.clone(), Arc::new(row));
    let row = work.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, row) = (inner.clone(), work.clone());
            Box::pin(async move {
                let seal = load(tx, &row.seal).await?;
                ctx.actor.require(Permission::SealManage, &seal.target())?;
                next(Some(seal.state), Event::Make)?;
                if !table_request::insert(tx, &row).await? {
                    return Err(SealError::Requested);
                }
                let event = SealCertificatesAsked {
                    seal: seal.key.clone(),
                    cancelled: false,
                    reason: String::new(),
                };
                journal::append(tx, &ctx, &stream(&seal.key), &event).await?;
                Ok(())
            })
        })
        .await?;
    Ok((*row).clone())
}

/// Gives up waiting: the keys are erased, and the seal can be made another way.
pub async fn cancel_request(ctx: &Ctx, seal_key: &str, reason: &str) -> Result<Seal, SealError> {
    text("reason", reason, 200)?;
    let (seal, row) = waiting(ctx, seal_key).await?;
    let authorities = Authorities::of(ctx)?;
    let (inner, name) = (ctx.clone(), row.key_name.clone());
    let (key, reason) = (seal.key.clone(), reason.trim().to_owned());
    let done: Result<(), SealError> = ctx
        .db
        .write(move |tx| {
            let (ctx, name) = (inner.clone(), name.clone());
            let (key, reason) = (key.clone(), reason.clone());
            Box::pin(async move {
                if !table_request::remove(tx, &key, &name).await? {
                    return Err(SealError::NotRequested);
                }
                let event = SealCertificatesAsked {
                    seal: key.clone(),
                    cancelled: true,
                    reason,
                };
                journal::append(tx, &ctx, &stream(&key), &event).await?;
                Ok(())
            })
        })
        .await;
    done?;
    authorities.erase(ctx, &row.key_name).await?;
    Ok(seal)
}

/// The seal and its open request, for whoever may manage it.
async fn waiting(ctx: &Ctx, seal_key: &str) -> Result<(Seal, Row), SealError> {
    let mut reader = ctx.db.reader();
    let seal = load(&mut reader, seal_key).await?;
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    next(Some(seal.state), Event::Make)?;
    let row = table_request::get(&mut reader, seal_key).await?;
    Ok((seal, row.ok_or(SealError::NotRequested)?))
}

/// Makes the seal with the certificates that came back, in PEM, DER or PKCS#7, in one file or
/// several. Nothing is changed when one of them is refused.
pub async fn make_with(ctx: &Ctx, seal_key: &str, files: Vec<Vec<u8>>) -> Result<Seal, SealError> {
    let (seal, row) = waiting(ctx, seal_key).await?;
    let authorities = Authorities::of(ctx)?;
    let trust = trust(&ctx.as_system()).await?;
    let (store, rng, now) = (authorities.clone(), ctx.rng.clone(), ctx.now());
    let (sm2, pdf) = (row.sm2.clone(), row.pdf.clone());
    let name = row.key_name.clone();
    blocking(move || {
        let mut bundle = Bundle::default();
        for file in &files {
            let one = Bundle::read(file, None)?;
            bundle.keys.extend(one.keys);
            bundle.certificates.extend(one.certificates);
        }
        if !bundle.keys.is_empty() {
            return Err(SealError::PrivateKey);
        }
        let mut chains = Vec::new();
        for der in [&sm2, &pdf] {
            let request = CertificateRequest::from_der(der)?;
            let key = request.public_key();
            let kind = key.key_kind().ok_or(SealError::NotRequested)?;
            chains.push((kind, judged(&bundle, key, &trust, now)?));
        }
        // Only when both are good is either put in its place.
        let mut entropy = |out: &mut [u8]| rng.fill(out);
        for (kind, chain) in &chains {
            let key = key_of(&name, *kind);
            let keys = store.store();
            keys.certify(&key, &chain[0], &chain[1..], &mut entropy)?;
        }
        Ok(())
    })
    .await?;
    let request = CertificateRequest::from_der(&row.pdf)?;
    let kind = request.public_key().key_kind();
    let kind = kind.ok_or(SealError::NotRequested)?;
    let forged = forge::forge_certified(ctx, seal.clone(), row.key_name.clone(), kind).await?;
    let (inner, work) = (ctx.clone(), Arc::new((seal, row.key_name, forged)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (seal, key_name, forged) = &*work;
                if !table_request::remove(tx, &seal.key, key_name).await? {
                    return Err(SealError::NotRequested);
                }
                make_in(tx, &ctx, seal.clone(), forged).await
            })
        })
        .await
}

/// The chain of a key: whole, valid, fit for signing, on no revocation list, and to a root that is
/// trusted for seals by way of authorities that verifiers know too.
fn judged(
    bundle: &Bundle,
    key: &PublicKey,
    trust: &Trust,
    now: Timestamp,
) -> Result<Vec<Certificate>, SealError> {
    let store = trust.store();
    let given = match bundle.chain(key, store.roots(), Purpose::Signing, now) {
        // An authority that was not sent along may stand in the trust list.
        Err(ImportError::Incomplete(..)) => None,
        chain => Some(chain?),
    };
    let own = match &given {
        Some(chain) => chain.first().cloned(),
        None => bundle
            .certificates
            .iter()
            .filter(|one| one.public_key().is_same(key))
            .max_by_key(|one| one.not_before())
            .cloned(),
    };
    let own = own.ok_or(SealError::NotRequested)?;
    let chain = store
        .chain(&own, &[], now)
        .map_err(|error| SealError::Untrusted(own.subject(), error.to_string()))?;
    if let Revocation::Revoked(whose, entry) = store.revocation(&chain, now) {
        return Err(SealError::Revoked(whose, entry.at));
    }
    Ok(chain.0.clone())
}

//! Signing with a seal, once a use of it was reserved. Keys never leave `gm` [I-09].

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use gm::{KeyKind, TimeStampAuthority};
use jiff::Timestamp;
use kernel::{Denied, Permission};
use paper::Place;
use sealing::pdf::{PdfError, PdfExtras, PdfSignJob, SealPicture, preserve_pdf, sign_pdf_with};
use sealing::{Part, Provider, SealJob, pack, seal_ofd};
use store::Ctx;

use crate::authority::{Authorities, blocking, pdf_kind};
use crate::error::SealError;
use crate::forge::signing;
use crate::marks::{Marks, parts_of};
use crate::reserve::UseId;
use crate::seal::Seal;
use crate::state::State;
use crate::step::load;
use crate::table::{self, Material};
use crate::table_use;
use crate::times::{self, Lack, Stamper};
use crate::unsealable::Unsealable;
use crate::usage::{OPEN_FOR, UseResult};

/// What a seal signs with. It never changes once the seal is made.
struct Ready {
    seal: Seal,
    material: Material,
    picture: SealPicture,
}

#[derive(Default)]
struct Cache {
    ready: RwLock<HashMap<String, Arc<Ready>>>,
}

/// What a file lacks of what a time stamp service would have given, and why.
type Lacking = Option<(Lack, String)>;

/// Seals an OFD package and packs it, with a time stamp in the seal signature where a service is in
/// use for documents of this kind. `closing` covers the list of signatures
/// too: after it no seal can be added; give false to all but the last seal of a document [I-13].
pub async fn stamp_ofd(
    ctx: &Ctx,
    id: &UseId,
    package: ofd::Package,
    place: Place,
    closing: bool,
) -> Result<Vec<u8>, SealError> {
    let parts = put_ofd(ctx, id, parts_of(&package), &Marks::at(place), closing).await?;
    blocking(move || pack(&parts).map_err(signing)).await
}

/// Adds a seal to the parts of an OFD.
pub(crate) async fn put_ofd(
    ctx: &Ctx,
    id: &UseId,
    parts: Vec<Part>,
    marks: &Marks,
    closing: bool,
) -> Result<Vec<Part>, SealError> {
    // Before the seal is looked at: whoever takes it out of use afterwards has a later moment.
    let time = ctx.now();
    let (ready, use_) = open(ctx, id, time).await?;
    let stamper = times::stamper(ctx, &use_.document_kind).await?;
    let authorities = Authorities::of(ctx)?;
    let marks = *marks;
    let (parts, lacking) = blocking(move || {
        let signer = authorities.signer(&ready.material.key_name, KeyKind::Sm2)?;
        let places = marks.in_ofd(&parts, ready.material.size())?;
        let seal = |parts: Vec<Part>, stamper: Option<&Stamper>| {
            let token = |bytes: &[u8]| match stamper.map(|stamper| stamper.stamp(bytes)) {
                Some(Ok(token)) => Ok(token.der().to_vec()),
                Some(Err(error)) => Err(error.to_string()),
                None => Err(String::new()),
            };
            let job = SealJob {
                seal: &ready.material.seal,
                signer: &*signer,
                places: &places,
                time,
                closing,
                provider: Provider::default(),
                time_stamper: stamper.map(|_| &token as &dyn sealing::TimeStamper),
            };
            seal_ofd(parts, &job)
        };
        let Some(stamper) = &stamper else {
            return Ok((seal(parts, None).map_err(Unsealable::of_ofd)?, None));
        };
        match seal(parts.clone(), Some(stamper)) {
            Err(sealing::SealError::TimeStamp(why)) => {
                let lacking = without(Some(stamper), why)?;
                Ok((seal(parts, None).map_err(Unsealable::of_ofd)?, lacking))
            }
            sealed => Ok((sealed.map_err(Unsealable::of_ofd)?, None)),
        }
    })
    .await?;
    tell(ctx, id, "ofd", lacking).await?;
    Ok(parts)
}

/// Signs a PDF with the seal's P-256 key and draws the impression [I-07]. Where a time stamp service
/// is in use for documents of this kind, the signature carries a time stamp (PAdES B-T), and the
/// file the evidence to judge it later (B-LT), as far as revocation data of every certificate can be
/// had.
pub async fn stamp_pdf(
    ctx: &Ctx,
    id: &UseId,
    pdf: Vec<u8>,
    place: Place,
    closing: bool,
) -> Result<Vec<u8>, SealError> {
    put_pdf(ctx, id, pdf, &Marks::at(place), closing).await
}

/// The same with the impression wherever it is wanted.
pub(crate) async fn put_pdf(
    ctx: &Ctx,
    id: &UseId,
    pdf: Vec<u8>,
    marks: &Marks,
    closing: bool,
) -> Result<Vec<u8>, SealError> {
    let time = ctx.now();
    let (ready, use_) = open(ctx, id, time).await?;
    let stamper = times::stamper(ctx, &use_.document_kind).await?;
    let trust = match stamper {
        Some(_) => Some(crate::trust::trust(&ctx.as_system()).await?),
        None => None,
    };
    let authorities = Authorities::of(ctx)?;
    let (page, rect, straddle) = marks.in_pdf(ready.material.size());
    let field_name = format!("Seal_{}", id.as_str());
    let (bytes, lacking) = blocking(move || {
        let kind = pdf_kind(&ready.material.pdf_signer)?;
        let signer = authorities.signer(&ready.material.key_name, kind)?;
        let job = PdfSignJob {
            signer: &*signer,
            seal: &ready.picture,
            page,
            rect,
            time,
            name: &ready.seal.name,
            reason: &use_.purpose,
            location: "",
            field_name: &field_name,
            closing,
        };
        let sign = |stamper: Option<&Stamper>| {
            let extras = PdfExtras {
                straddle,
                time_stamps: stamper.map(|stamper| stamper as &dyn TimeStampAuthority),
            };
            sign_pdf_with(&pdf, &job, &extras)
        };
        let signed = match sign(stamper.as_ref()) {
            Err(PdfError::TimeStamp(error)) => {
                let lacking = without(stamper.as_ref(), error.to_string())?;
                return Ok((sign(None).map_err(Unsealable::of_pdf)?, lacking));
            }
            signed => signed.map_err(Unsealable::of_pdf)?,
        };
        match trust.map(|trust| preserve_pdf(&signed, &trust)) {
            None => Ok((signed, None)),
            Some(Ok(lasting)) => Ok((lasting, None)),
            // A sound signature with a time stamp: it lasts as long as its certificates do.
            Some(Err(error)) => Ok((signed, Some((Lack::Evidence, error.to_string())))),
        }
    })
    .await?;
    tell(ctx, id, "pdf", lacking).await?;
    Ok(bytes)
}

/// No service stamped: the document is sealed without, unless one must.
fn without(stamper: Option<&Stamper>, why: String) -> Result<Lacking, SealError> {
    match stamper {
        Some(stamper) if !stamper.is_required() => Ok(Some((Lack::Stamp, why))),
        _ => Err(SealError::NoTimeStamp(why)),
    }
}

async fn tell(ctx: &Ctx, id: &UseId, format: &str, lacking: Lacking) -> Result<(), SealError> {
    match lacking {
        Some(lacking) => times::record(ctx, id, format, lacking).await,
        None => Ok(()),
    }
}

/// Why a use that was stopped does not sign.
fn stopped(open: &table_use::Open) -> SealError {
    match open.state {
        State::Active => SealError::UseClosed,
        state => SealError::NotActive(state),
    }
}

/// Checks that the use is open, the actor's own, and that the seal is in use at this moment: one
/// reported lost after the reservation signs no more. Returns what signs, and the use.
async fn open(
    ctx: &Ctx,
    id: &UseId,
    now: Timestamp,
) -> Result<(Arc<Ready>, table_use::Open), SealError> {
    let mut reader = ctx.db.reader();
    let open = table_use::open(&mut reader, id)
        .await?
        .ok_or(SealError::NotFound)?;
    if open.caller != ctx.actor.id {
        return Err(Denied(Permission::SealUse).into());
    }
    if open.result == UseResult::Stopped {
        return Err(stopped(&open));
    }
    if open.result != UseResult::Reserved || now > open.at + OPEN_FOR {
        return Err(SealError::UseClosed);
    }
    if open.state != State::Active {
        return Err(SealError::NotActive(open.state));
    }
    if open.frozen {
        return Err(SealError::Frozen);
    }
    let ready = ready(ctx, &open.seal_key).await?;
    if !ready.seal.is_valid_at(now) {
        return Err(SealError::NotValid);
    }
    Ok((ready, open))
}

async fn ready(ctx: &Ctx, seal_key: &str) -> Result<Arc<Ready>, SealError> {
    let cache = ctx.shared.get_or_make::<Cache>();
    let known = cache
        .ready
        .read()
        .unwrap_or_else(|p| p.into_inner())
        .get(seal_key)
        .cloned();
    if let Some(ready) = known {
        return Ok(ready);
    }
    let mut reader = ctx.db.reader();
    let seal = load(&mut reader, seal_key).await?;
    let material = table::material(&mut reader, seal_key)
        .await?
        .ok_or(SealError::NotFound)?;
    let picture = SealPicture::from_png(&material.impression)
        .map_err(|error| SealError::Signing(error.to_string()))?;
    let ready = Arc::new(Ready {
        seal,
        material,
        picture,
    });
    let mut lock = cache.ready.write().unwrap_or_else(|p| p.into_inner());
    lock.insert(seal_key.to_owned(), ready.clone());
    Ok(ready)
}

//! Signing with a seal, once a use of it was reserved. Keys never leave `gm` [I-09].

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use gm::KeyKind;
use jiff::Timestamp;
use kernel::{Denied, Permission};
use paper::Place;
use sealing::pdf::{PdfExtras, PdfSignJob, SealPicture, sign_pdf_with};
use sealing::{Part, Provider, SealJob, pack, seal_ofd};
use store::Ctx;

use crate::authority::{Authorities, blocking};
use crate::error::SealError;
use crate::forge::signing;
use crate::marks::{Marks, parts_of};
use crate::reserve::UseId;
use crate::seal::Seal;
use crate::state::State;
use crate::step::load;
use crate::table::{self, Material};
use crate::table_use;
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

/// Seals an OFD package and packs it. `closing` covers the list of signatures
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
    let (ready, _) = open(ctx, id, time).await?;
    let authorities = Authorities::of(ctx)?;
    let marks = *marks;
    blocking(move || {
        let signer = authorities.signer(&ready.material.key_name, KeyKind::Sm2)?;
        let places = marks.in_ofd(&parts, ready.material.size())?;
        let job = SealJob {
            seal: &ready.material.seal,
            signer: &*signer,
            places: &places,
            time,
            closing,
            provider: Provider::default(),
            time_stamper: None,
        };
        seal_ofd(parts, &job).map_err(Unsealable::of_ofd)
    })
    .await
}

/// Signs a PDF with the seal's P-256 key and draws the impression [I-07].
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
    let (ready, purpose) = open(ctx, id, time).await?;
    let authorities = Authorities::of(ctx)?;
    let (page, rect, straddle) = marks.in_pdf(ready.material.size());
    let field_name = format!("Seal_{}", id.as_str());
    blocking(move || {
        let signer = authorities.signer(&ready.material.key_name, KeyKind::P256)?;
        let job = PdfSignJob {
            signer: &*signer,
            seal: &ready.picture,
            page,
            rect,
            time,
            name: &ready.seal.name,
            reason: &purpose,
            location: "",
            field_name: &field_name,
            closing,
        };
        let extras = PdfExtras {
            straddle,
            ..PdfExtras::default()
        };
        sign_pdf_with(&pdf, &job, &extras).map_err(Unsealable::of_pdf)
    })
    .await
}

/// Why a use that was stopped does not sign.
fn stopped(open: &table_use::Open) -> SealError {
    match open.state {
        State::Active => SealError::UseClosed,
        state => SealError::NotActive(state),
    }
}

/// Checks that the use is open, the actor's own, and that the seal is in use at this moment: one
/// reported lost after the reservation signs no more. Returns purpose and what signs.
async fn open(ctx: &Ctx, id: &UseId, now: Timestamp) -> Result<(Arc<Ready>, String), SealError> {
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
    Ok((ready, open.purpose))
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

//! Signing with a seal, once a use of it was reserved. Keys never leave `gm` [I-09].

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use gm::KeyKind;
use jiff::Timestamp;
use kernel::{Denied, Permission};
use paper::Place;
use sealing::pdf::{PdfSignJob, RectMm, SealPicture, sign_pdf};
use sealing::{PageRef, Provider, SealJob, pack, seal_ofd};
use store::Ctx;

use crate::authority::{Authorities, blocking, pdf_kind};
use crate::error::SealError;
use crate::forge::signing;
use crate::reserve::UseId;
use crate::seal::Seal;
use crate::state::State;
use crate::step::load;
use crate::table::{self, Material};
use crate::table_use;
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
    // Before the seal is looked at: whoever takes it out of use afterwards has a later moment.
    let time = ctx.now();
    let (ready, _) = open(ctx, id, time).await?;
    let authorities = Authorities::of(ctx)?;
    let place = within(place, &ready.material);
    blocking(move || {
        let signer = authorities.signer(&ready.material.key_name, KeyKind::Sm2)?;
        let at = sealing::Place::new(
            PageRef::Index(place.page),
            place.x.into(),
            place.y.into(),
            place.width.into(),
            place.height.into(),
        );
        let job = SealJob {
            seal: &ready.material.seal,
            signer: &*signer,
            places: &[at],
            time,
            closing,
            provider: Provider::default(),
            time_stamper: None,
        };
        let parts = package.parts().iter();
        let parts = parts
            .map(|part| (part.path.clone(), part.bytes.to_vec()))
            .collect();
        pack(&seal_ofd(parts, &job).map_err(signing)?).map_err(signing)
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
    let time = ctx.now();
    let (ready, purpose) = open(ctx, id, time).await?;
    let authorities = Authorities::of(ctx)?;
    let place = within(place, &ready.material);
    let field_name = format!("Seal_{}", id.as_str());
    blocking(move || {
        let kind = pdf_kind(&ready.material.pdf_signer)?;
        let signer = authorities.signer(&ready.material.key_name, kind)?;
        let job = PdfSignJob {
            signer: &*signer,
            seal: &ready.picture,
            page: place.page,
            rect: RectMm {
                x: place.x.into(),
                y: place.y.into(),
                width: place.width.into(),
                height: place.height.into(),
            },
            time,
            name: &ready.seal.name,
            reason: &purpose,
            location: "",
            field_name: &field_name,
            closing,
        };
        sign_pdf(&pdf, &job).map_err(|error| SealError::Signing(error.to_string()))
    })
    .await
}

/// The largest place of the impression's proportions within the one given, about the same centre.
fn within(place: Place, material: &Material) -> Place {
    let (wide, high) = (material.width_mm as f32, material.height_mm as f32);
    let scale = (place.width / wide).min(place.height / high);
    let (width, height) = (wide * scale, high * scale);
    Place {
        x: place.x + (place.width - width) / 2.0,
        y: place.y + (place.height - height) / 2.0,
        width,
        height,
        ..place
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

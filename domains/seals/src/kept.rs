//! A document that waits between the page on which its seals are placed and the act that seals it.
//! It lies in the file store, where nothing names it: the sweeper takes it away after a day.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use blobs::{BlobError, Blobs};
use kernel::Permission;
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::error::SealError;
use crate::unsealable::Unsealable;
use crate::upload::DOCUMENT_LIMIT;

/// A document that was kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// As it was called when it came.
    pub name: String,
    pub bytes: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Slip {
    name: String,
    blob: String,
}

fn store(ctx: &Ctx) -> Result<Arc<Blobs>, SealError> {
    if ctx.actor.scopes(Permission::SealUse).is_empty() {
        return Err(kernel::Denied(Permission::SealUse).into());
    }
    ctx.shared.get::<Blobs>().ok_or(SealError::NoFiles)
}

/// Keeps a document for the acting officer. The slip that gives it back is good for nobody else.
pub async fn keep_document(ctx: &Ctx, name: &str, bytes: Vec<u8>) -> Result<String, SealError> {
    if bytes.len() > DOCUMENT_LIMIT {
        return Err(Unsealable::Large.into());
    }
    let stored = store(ctx)?.put(ctx, bytes).await?;
    let slip = Slip {
        name: name.chars().take(120).collect(),
        blob: stored.name,
    };
    let plain = serde_json::to_vec(&slip).unwrap_or_default();
    let sealed = ctx.seal("seal", "kept", &ctx.actor.id, &plain);
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

/// Gives a kept document back; an error when the slip is another's, or a day has passed.
pub async fn kept_document(ctx: &Ctx, slip: &str) -> Result<Kept, SealError> {
    let store = store(ctx)?;
    let sealed = URL_SAFE_NO_PAD.decode(slip);
    let sealed = sealed.map_err(|_| Unsealable::NotKept)?;
    let plain = ctx.open_sealed("seal", "kept", &ctx.actor.id, &sealed);
    let plain = plain.map_err(|_| Unsealable::NotKept)?;
    let slip: Slip = serde_json::from_slice(&plain).map_err(|_| Unsealable::NotKept)?;
    let bytes = match store.get(ctx, &slip.blob).await {
        Err(BlobError::Missing(_)) => return Err(Unsealable::NotKept.into()),
        other => other?,
    };
    Ok(Kept {
        name: slip.name,
        bytes,
    })
}

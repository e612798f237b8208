//! What the platform says to whom it may concern, signed under its own authority.

use std::sync::Arc;

use gm::{KeyError, KeyStore, Signer, Subject};
use sealing::Statement;
use store::Ctx;

use crate::authority::{Authorities, blocking};
use crate::error::SealError;

/// The key that signs statements.
const KEY: &str = "statement.sm2";

/// Signs a statement. The key is made when it is first needed and certified by the platform's
/// issuing authority; near its end it is made anew.
pub async fn state(ctx: &Ctx, body: Vec<u8>) -> Result<Statement, SealError> {
    let authorities = Authorities::of(ctx)?;
    let (rng, now) = (ctx.rng.clone(), ctx.now());
    blocking(move || {
        let mut entropy = |out: &mut [u8]| rng.fill(out);
        let signer = signer(&authorities, now, &mut entropy)?;
        let mut certificates = vec![signer.certificate().to_vec()];
        certificates.extend(signer.chain().iter().cloned());
        Ok(Statement {
            signature: signer.sign(&body)?,
            certificates,
            body,
        })
    })
    .await
}

fn signer(
    authorities: &Authorities,
    now: jiff::Timestamp,
    entropy: &mut dyn gm::Entropy,
) -> Result<Arc<dyn Signer>, SealError> {
    let store: &Arc<dyn KeyStore> = authorities.store();
    match store.signer(KEY) {
        Ok(signer) => {
            let certificate = gm::Certificate::from_der(signer.certificate())?;
            if now + AHEAD < certificate.not_after() {
                return Ok(signer);
            }
            store.destroy(KEY, entropy)?;
        }
        Err(KeyError::Unknown(_)) => {}
        Err(KeyError::Uncertified(_)) => store.destroy(KEY, entropy)?,
        Err(error) => return Err(error.into()),
    }
    let root = authorities.sm2.root();
    let organization = root.subject_organization().unwrap_or_default();
    let subject = Subject::new(&organization, "证照吊销列表签发");
    let end = authorities.sm2.default_end(now);
    let made = authorities
        .sm2
        .issue_signer(KEY, &subject, now, end, entropy);
    Ok(made?)
}

/// A list is valid for a day: the key must outlast it.
const AHEAD: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 7);

//! 模拟的时间戳机构: an authority for time stamps within the platform, for demonstrations. Its
//! certificate says what it is.

use gm::{
    CertificateSpec, Extras, KeyError, ObjectIdentifier, Profile, Signer, Subject,
    TimeStampAnswerer,
};
use jiff::Timestamp;
use std::sync::Arc;
use store::Ctx;

use crate::authority::{Authorities, blocking};
use crate::error::SealError;

/// Name of its key.
const KEY: &str = "simulated.tsa";

/// A policy that nobody else uses: under the arc for UUIDs (ITU-T X.667).
const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.25.7263918");

/// Largest question read, in bytes.
const QUESTION: usize = 16_384;

/// Answers a question for a time stamp as a simulated authority, by the platform's clock. Whoever
/// offers it to others asks first whether this is a demonstration.
pub async fn simulated_time_stamp(ctx: &Ctx, question: Vec<u8>) -> Result<Vec<u8>, SealError> {
    if question.len() > QUESTION {
        return Err(SealError::Invalid {
            field: "question",
            why: crate::error::TOO_LONG,
        });
    }
    let authorities = Authorities::of(ctx)?;
    let (rng, now) = (ctx.rng.clone(), ctx.now());
    blocking(move || {
        let mut entropy = |out: &mut [u8]| rng.fill(out);
        let signer = signer(&authorities, now, &mut entropy)?;
        let answerer = TimeStampAnswerer {
            signer: &*signer,
            policy: POLICY,
        };
        Ok(answerer.answer(&question, now, &mut entropy)?)
    })
    .await
}

/// The authority's key, made when it is first asked.
fn signer(
    authorities: &Authorities,
    now: Timestamp,
    entropy: &mut dyn gm::Entropy,
) -> Result<Arc<dyn Signer>, SealError> {
    let store = authorities.store();
    match store.signer(KEY) {
        Ok(signer) => return Ok(signer),
        Err(KeyError::Unknown(_) | KeyError::Uncertified(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let authority = &authorities.p256;
    match store.create(KEY, authority.kind(), entropy) {
        Ok(_) | Err(KeyError::Exists(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let spec = CertificateSpec {
        subject: &Subject::new("通办演示", "模拟时间戳机构（仅供演示）"),
        key: &store.public_key(KEY)?,
        profile: Profile::TimeStamp,
        not_before: now.max(authority.issuing().not_before()),
        not_after: authority.default_end(now),
    };
    let certificate = authority.issue(&spec, Extras::default(), entropy)?;
    store.certify(KEY, &certificate, &authority.chain()?, entropy)?;
    Ok(store.signer(KEY)?)
}

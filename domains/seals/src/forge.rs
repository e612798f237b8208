//! Drawing impressions and making seals: the work of the seal maker, off the async threads.

use gm::{Authority, Certificate, KeyKind, Signer, Subject};
use jiff::Timestamp;
use sealing::{SealKind, SealSpec};
use store::Ctx;

use crate::apply::whole_second;
use crate::authority::{Authorities, blocking, key_of};
use crate::error::SealError;
use crate::impression::{Impress, Impression};
use crate::seal::{Seal, SealType};
use crate::table::{self, Material};

/// Names the form of our seals inside them.
const VENDOR: &str = "tongban";

/// What making a seal yields.
#[derive(Clone, Debug)]
pub(crate) struct Forged {
    /// Under which the key store keeps the two private keys. Random: two processes that make the
    /// same seal at once do not touch each other's keys.
    pub key_name: String,
    /// SESeal, DER.
    pub seal: Vec<u8>,
    /// Certificate that signs OFD, DER.
    pub signer: Vec<u8>,
    /// Certificate that signs PDF, DER.
    pub pdf_signer: Vec<u8>,
    pub valid_from: Timestamp,
    pub valid_to: Timestamp,
    /// Serial numbers of the two certificates.
    pub serials: [String; 2],
}

/// Makes the impressions of seals, on all cores.
pub(crate) async fn draw_all(seals: Vec<(Seal, Impress)>) -> Result<Vec<Impression>, SealError> {
    blocking(move || {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let share = seals.len().div_ceil(workers).max(1);
        std::thread::scope(|scope| {
            let parts: Vec<_> = seals
                .chunks(share)
                .map(|part| scope.spawn(|| part.iter().map(draw).collect::<Result<Vec<_>, _>>()))
                .collect();
            let mut all = Vec::with_capacity(seals.len());
            for part in parts {
                let drawn = part
                    .join()
                    .map_err(|_| SealError::Signing("drawing".into()))?;
                all.extend(drawn?);
            }
            Ok(all)
        })
    })
    .await
}

fn draw((seal, impress): &(Seal, Impress)) -> Result<Impression, SealError> {
    // A name seal shows the person, every other one the organisation.
    let shown = match seal.seal_type {
        SealType::Personal => &seal.name,
        _ => &seal.owner.name,
    };
    impress.make(shown, seal.seal_type)
}

/// Makes keys, certificates and seals.
pub(crate) async fn forge(ctx: &Ctx, seals: Vec<Seal>) -> Result<Vec<Forged>, SealError> {
    if seals.is_empty() {
        return Ok(Vec::new());
    }
    let authorities = Authorities::of(ctx)?;
    let mut reader = ctx.db.reader();
    let mut work = Vec::with_capacity(seals.len());
    for seal in seals {
        let material = table::material(&mut reader, &seal.key).await?;
        work.push((seal, material.ok_or(SealError::NotFound)?));
    }
    let (rng, now) = (ctx.rng.clone(), whole_second(ctx.now()));
    blocking(move || {
        let mut entropy = |out: &mut [u8]| rng.fill(out);
        let maker = authorities.sm2.maker()?;
        let ends = [
            authorities.sm2.default_end(now),
            authorities.p256.default_end(now),
        ];
        let validity = (now, whole_second(ends[0].min(ends[1])));
        let names: Vec<String> = work.iter().map(|_| format!("seal.{}", rng.key())).collect();
        // One change of the key store for each kind, however many seals they are.
        let mut issue = |authority: &Authority| {
            let wanted: Vec<_> = work
                .iter()
                .zip(&names)
                .map(|((seal, _), name)| (key_of(name, authority.kind()), subject(seal)))
                .collect();
            authority.issue_signers(&wanted, validity.0, validity.1, &mut entropy)
        };
        let (signers, pdf_signers) = (issue(&authorities.sm2)?, issue(&authorities.p256)?);
        let mut all = Vec::with_capacity(work.len());
        for (index, ((seal, material), key_name)) in work.iter().zip(names).enumerate() {
            let pair = (&*signers[index], &*pdf_signers[index]);
            all.push(bind(seal, material, key_name, pair, &*maker, validity)?);
        }
        Ok(all)
    })
    .await
}

/// Makes a seal of keys that an outside authority certified, valid as long as both certificates
/// are.
pub(crate) async fn forge_certified(
    ctx: &Ctx,
    seal: Seal,
    key_name: String,
    pdf_kind: KeyKind,
) -> Result<Forged, SealError> {
    let authorities = Authorities::of(ctx)?;
    let material = table::material(&mut ctx.db.reader(), &seal.key).await?;
    let material = material.ok_or(SealError::NotFound)?;
    let now = whole_second(ctx.now());
    blocking(move || {
        let signer = authorities.signer(&key_name, KeyKind::Sm2)?;
        let pdf_signer = authorities.signer(&key_name, pdf_kind)?;
        let mut end = authorities.sm2.default_end(now);
        for der in [signer.certificate(), pdf_signer.certificate()] {
            end = end.min(Certificate::from_der(der)?.not_after());
        }
        let maker = authorities.sm2.maker()?;
        let (pair, validity) = ((&*signer, &*pdf_signer), (now, whole_second(end)));
        bind(&seal, &material, key_name, pair, &*maker, validity)
    })
    .await
}

/// Whom the certificates of a seal name.
pub(crate) fn subject(seal: &Seal) -> Subject {
    let unit = seal.owner.uscc.clone();
    Subject {
        unit,
        ..Subject::new(&seal.owner.name, &seal.name)
    }
}

fn bind(
    seal: &Seal,
    material: &Material,
    key_name: String,
    (signer, pdf_signer): (&dyn Signer, &dyn Signer),
    maker: &dyn Signer,
    (valid_from, valid_to): (Timestamp, Timestamp),
) -> Result<Forged, SealError> {
    let spec = SealSpec {
        id: &seal.es_id,
        vendor: VENDOR,
        name: &seal.name,
        kind: kind(seal.seal_type).number(),
        certificates: &[signer.certificate()],
        created: valid_from,
        valid_from,
        valid_to,
        picture: sealing::Impression {
            png: &material.impression,
            width_mm: material.width_mm,
            height_mm: material.height_mm,
        },
    };
    let made = sealing::make_seal(&spec, maker).map_err(signing)?;
    let serial =
        |der: &[u8]| -> Result<String, SealError> { Ok(Certificate::from_der(der)?.serial()) };
    Ok(Forged {
        key_name,
        seal: made,
        serials: [
            serial(signer.certificate())?,
            serial(pdf_signer.certificate())?,
        ],
        signer: signer.certificate().to_vec(),
        pdf_signer: pdf_signer.certificate().to_vec(),
        valid_from,
        valid_to,
    })
}

fn kind(seal_type: SealType) -> SealKind {
    match seal_type {
        SealType::Official => SealKind::Official,
        SealType::Acceptance | SealType::Licence | SealType::Business => SealKind::Business,
        SealType::Personal => SealKind::Personal,
    }
}

pub(crate) fn signing(error: sealing::SealError) -> SealError {
    SealError::Signing(error.to_string())
}

/// The name of who made a seal; none for an empty one.
pub(crate) fn maker_of(seal: &[u8]) -> Result<Option<String>, SealError> {
    if seal.is_empty() {
        return Ok(None);
    }
    let seal = sealing::Seal::parse(seal).map_err(|e| SealError::Signing(e.to_string()))?;
    Ok(Some(Certificate::from_der(seal.maker)?.subject()))
}

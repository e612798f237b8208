//! The platform's certificate authorities and the keys of its seals [I-08, I-09].

use std::sync::Arc;

use gm::{Authority, AuthorityNames, Certificate, KeyError, KeyKind, KeyStore, Signer};
use jiff::{SignedDuration, Timestamp};
use store::Ctx;

use crate::apply::whole_second;
use crate::error::SealError;
use crate::seal::Seal;
use crate::state::State;
use crate::table;
use crate::table_authority::{self, Published};
use crate::trust::Trusted;

/// The authorities of this process: one of SM2 for OFD, one of ECDSA P-256 for PDF. Keys live in
/// the key store under `ca.…` and `seal.<random>.<kind>`.
pub struct Authorities {
    store: Arc<dyn KeyStore>,
    pub(crate) sm2: Authority,
    pub(crate) p256: Authority,
}

impl Authorities {
    /// Opens the authorities, makes them where the store has none, publishes their certificates
    /// and revocation lists in the database, and keeps them in the context's shared things.
    pub async fn open(
        ctx: &Ctx,
        store: Arc<dyn KeyStore>,
        names: AuthorityNames,
    ) -> Result<Arc<Self>, SealError> {
        let (rng, now) = (ctx.rng.clone(), ctx.now());
        let opened = blocking(move || {
            let mut entropy = |out: &mut [u8]| rng.fill(out);
            let mut open =
                |kind| Authority::open_or_create(store.clone(), kind, &names, now, &mut entropy);
            let (sm2, p256) = (open(KeyKind::Sm2)?, open(KeyKind::P256)?);
            Ok(Arc::new(Self { store, sm2, p256 }))
        })
        .await?;
        opened.publish(ctx).await?;
        ctx.shared.put(opened.clone());
        Ok(opened)
    }

    /// The authorities of this process.
    pub(crate) fn of(ctx: &Ctx) -> Result<Arc<Self>, SealError> {
        ctx.shared.get::<Self>().ok_or(SealError::NoAuthorities)
    }

    /// The roots, to be handed to whoever verifies elsewhere: SM2 and P-256.
    pub fn roots(&self) -> [Certificate; 2] {
        [self.sm2.root().clone(), self.p256.root().clone()]
    }

    /// The issuing authorities under the roots: a seal signature carries only its signer's
    /// certificate, so whoever verifies elsewhere needs these beside the roots.
    pub fn issuing(&self) -> [Certificate; 2] {
        [self.sm2.issuing().clone(), self.p256.issuing().clone()]
    }

    /// Where the keys are.
    pub(crate) fn store(&self) -> &Arc<dyn KeyStore> {
        &self.store
    }

    /// The signer of a seal, by its key name.
    pub(crate) fn signer(&self, name: &str, kind: KeyKind) -> Result<Arc<dyn Signer>, SealError> {
        Ok(self.store.signer(&key_of(name, kind))?)
    }

    /// Erases the keys of a seal, by their name; that they are gone already is no error.
    pub(crate) async fn erase(self: &Arc<Self>, ctx: &Ctx, name: &str) -> Result<(), SealError> {
        let (this, rng, name) = (self.clone(), ctx.rng.clone(), name.to_owned());
        blocking(move || {
            let mut entropy = |out: &mut [u8]| rng.fill(out);
            for kind in KeyKind::ALL {
                match this.store.destroy(&key_of(&name, kind), &mut entropy) {
                    Ok(()) | Err(KeyError::Unknown(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(())
        })
        .await
    }

    /// What follows when a seal has ended: keys erased and, if it was destroyed, its certificates
    /// revoked.
    pub(crate) async fn retire(self: &Arc<Self>, ctx: &Ctx, seal: &Seal) -> Result<(), SealError> {
        if !matches!(seal.state, State::Destroyed | State::Expired) {
            return Ok(());
        }
        let material = table::material(&mut ctx.db.reader(), &seal.key).await?;
        let material = material.ok_or(SealError::NotFound)?;
        self.erase(ctx, &material.key_name).await?;
        if seal.state == State::Destroyed {
            self.publish(ctx).await?;
        }
        Ok(())
    }

    /// Revokes the certificates of every destroyed seal and writes fresh revocation lists to the
    /// database. All of them each time: a process that died in between leaves nothing behind.
    pub(crate) async fn publish(self: &Arc<Self>, ctx: &Ctx) -> Result<(), SealError> {
        let destroyed = table_authority::destroyed(&mut ctx.db.reader()).await?;
        let (this, rng, now) = (self.clone(), ctx.rng.clone(), ctx.now());
        let lists = blocking(move || {
            let mut entropy = |out: &mut [u8]| rng.fill(out);
            for one in &destroyed {
                let reason = if one.was_lost {
                    gm::RevocationReason::KeyCompromise
                } else {
                    gm::RevocationReason::CessationOfOperation
                };
                for (authority, der) in [(&this.sm2, &one.signer), (&this.p256, &one.pdf_signer)] {
                    let certificate = Certificate::from_der(der)?;
                    // What another authority issued only that one can revoke.
                    if certificate.issuer_der() != authority.issuing().subject_der() {
                        continue;
                    }
                    // Lists and signatures know whole seconds: what was signed earlier within the
                    // same second was signed before, and after it nothing is.
                    let at = second_after(one.at);
                    authority.revoke(&certificate.serial(), at, reason, &mut entropy)?;
                }
            }
            Ok(Arc::new([
                publication(&this.sm2, now)?,
                publication(&this.p256, now)?,
            ]))
        })
        .await?;
        let done: Result<(), store::StoreError> = ctx
            .db
            .write(move |tx| {
                let lists = lists.clone();
                Box::pin(async move {
                    for one in lists.iter() {
                        table_authority::publish(tx, one).await?;
                    }
                    Ok(())
                })
            })
            .await;
        done?;
        ctx.shared.get_or_make::<Trusted>().forget();
        Ok(())
    }
}

/// The first whole second not before a moment.
fn second_after(at: Timestamp) -> Timestamp {
    let whole = whole_second(at);
    if whole < at {
        return whole + SignedDuration::from_secs(1);
    }
    whole
}

fn publication(authority: &Authority, now: Timestamp) -> Result<Published, SealError> {
    let crl = authority.crl(now)?;
    Ok(Published {
        kind: authority.kind().name().into(),
        root: authority.root().der().to_vec(),
        issuing: authority.issuing().der().to_vec(),
        next_update: crl.next_update().unwrap_or(now),
        crl: crl.der().to_vec(),
        root_crl: authority.root_crl(now)?.der().to_vec(),
    })
}

/// The kind of the key in a seal's PDF certificate: P-256, or RSA where an outside authority wanted
/// that.
pub(crate) fn pdf_kind(certificate: &[u8]) -> Result<KeyKind, SealError> {
    let certificate = Certificate::from_der(certificate)?;
    let kind = certificate.public_key().key_kind();
    kind.ok_or_else(|| SealError::Signing("the kind of the PDF key is not known".into()))
}

/// One of the two keys of a key name.
pub(crate) fn key_of(name: &str, kind: KeyKind) -> String {
    format!("{name}.{}", kind.name())
}

/// Runs what reads and writes the key file, or computes for long, off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SealError> + Send + 'static,
) -> Result<T, SealError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => Err(SealError::Signing(stopped.to_string())),
    }
}

//! Which roots there are, own and foreign.

use gm::Certificate;
use jiff::Timestamp;
use kernel::{Permission, Target};
use store::Ctx;

use super::root::{ListFacts, RootState, TrustedRoot};
use super::table;
use crate::error::SealError;
use crate::table_authority;

/// A root of this platform. It is trusted as long as the platform stands: not decided on here.
#[derive(Clone, Debug)]
pub struct OwnRoot {
    /// `sm2`, `p256`.
    pub kind: String,
    /// DER.
    pub root: Vec<u8>,
    /// The issuing authority under it, DER.
    pub issuing: Vec<u8>,
    /// Revocation lists: of the issuing authority, and of the root. DER.
    pub crl: Vec<u8>,
    pub root_crl: Vec<u8>,
    /// When the next lists come.
    pub next_update: Timestamp,
}

/// The platform's own roots with their revocation lists. They are public: no permission is asked.
pub async fn own_roots(ctx: &Ctx) -> Result<Vec<OwnRoot>, SealError> {
    // Makes the lists anew where they are about to end.
    crate::trust::trust(ctx).await?;
    let published = table_authority::published(&mut ctx.db.reader()).await?;
    Ok(published
        .into_iter()
        .map(|p| OwnRoot {
            kind: p.kind,
            root: p.root,
            issuing: p.issuing,
            crl: p.crl,
            root_crl: p.root_crl,
            next_update: p.next_update,
        })
        .collect())
}

/// Foreign roots: what waits for a decision first, then what is trusted, then the past.
pub async fn roots(ctx: &Ctx) -> Result<Vec<TrustedRoot>, SealError> {
    ctx.actor
        .require(Permission::TrustManage, &Target::default())?;
    let mut reader = ctx.db.reader();
    let mut all = Vec::new();
    for state in RootState::ALL {
        for mut root in table::of_state(&mut reader, *state).await? {
            let authorities = std::iter::once(&root.root).chain(&root.below);
            let known: Vec<(String, String)> = authorities
                .map(|der| {
                    let subject = Certificate::from_der(der).map(|one| one.subject());
                    (hex::encode(gm::sm3(der)), subject.unwrap_or_default())
                })
                .collect();
            let subject = |issuer: &str| {
                let found = known.iter().find(|(digest, _)| digest == issuer);
                found
                    .map(|(_, subject)| subject.clone())
                    .unwrap_or_default()
            };
            let lists = table::lists(&mut reader, &root.key).await?;
            root.lists = lists
                .into_iter()
                .map(|list| ListFacts {
                    issuer: subject(&list.issuer),
                    this_update: list.this_update,
                    next_update: list.next_update,
                })
                .collect();
            all.push(root);
        }
    }
    Ok(all)
}

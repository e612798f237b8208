//! 吊销列表: which files of ours count no more, signed, for everybody to fetch and check without
//! asking us about a single licence [H-54].

use jiff::SignedDuration;
use sealing::{RevocationList, Statement};
use store::{Ctx, Tx};

use crate::error::LicenceError;
use crate::licence::Format;
use crate::state::State;
use crate::table::{self, revoked as list};

/// A list is made anew for whoever asks after so long.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// Until when at the latest there is a newer one.
const VALID: SignedDuration = SignedDuration::from_hours(24);
const NAME: &str = "licences";

/// States in which a licence's files stand on the list.
fn is_revoked(state: State) -> bool {
    matches!(
        state,
        State::Suspended
            | State::Lost
            | State::Void
            | State::Revoked
            | State::Cancelled
            | State::History
    )
}

/// Puts the files of a licence on the list, or takes those of its current version off again, with
/// the change of its state.
pub(crate) async fn follow(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    key: &str,
    to: State,
) -> Result<(), LicenceError> {
    let current = table::load(tx, ctx, key).await?.version;
    for number in 1..=current {
        let reason = match (is_revoked(to), number == current) {
            (true, true) => Some(to),
            // A former version stays one whatever becomes of the licence.
            (_, false) => Some(State::History),
            (false, true) => None,
        };
        set(tx, ctx, key, number, reason).await?;
    }
    Ok(())
}

/// A new version took the place of this one.
pub(crate) async fn superseded(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    key: &str,
    version: u32,
) -> Result<(), LicenceError> {
    set(tx, ctx, key, version, Some(State::History)).await
}

async fn set(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    key: &str,
    version: u32,
    reason: Option<State>,
) -> Result<(), LicenceError> {
    for digest in table::file_digests(tx, key, version, &[Format::Ofd, Format::Pdf]).await? {
        let digest = digest.as_str();
        match reason {
            Some(state) => list::put(tx, digest, key, state.code(), ctx.now()).await?,
            None => list::remove(tx, digest).await?,
        }
    }
    Ok(())
}

/// The list of now, at most ten minutes old where this process has the keys to sign it. Public: no
/// permission is asked.
pub async fn revocation_list(ctx: &Ctx) -> Result<Statement, LicenceError> {
    let ctx = &ctx.as_system();
    let kept = list::kept(&mut ctx.db.reader(), NAME).await?;
    if let Some(kept) = &kept
        && ctx.now() < kept.this_update + FRESH
        && kept.this_update <= ctx.now()
    {
        return Ok(kept.said.clone());
    }
    let number = kept.as_ref().map_or(1, |kept| kept.number + 1);
    let list = make(ctx, number).await?;
    let said = match seals::state(ctx, serde_json::to_vec(&list)?).await {
        Ok(said) => said,
        // A process without keys hands on what others signed.
        Err(error) => return kept.map(|kept| kept.said).ok_or_else(|| error.into()),
    };
    let row = std::sync::Arc::new((list.number, list.this_update, said.clone()));
    ctx.db
        .write(move |tx| {
            let row = row.clone();
            Box::pin(async move {
                list::keep(tx, NAME, &row.2, row.0, row.1).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await?;
    // Two processes that made one at the same moment hand out the same: the one that is kept.
    let kept = list::kept(&mut ctx.db.reader(), NAME).await?;
    Ok(kept.map_or(said, |kept| kept.said))
}

async fn make(ctx: &Ctx, number: i64) -> Result<RevocationList, LicenceError> {
    let entries = list::all(&mut ctx.db.reader()).await?;
    let site = ctx.shared.get::<notices::Site>();
    let now = ctx.now();
    Ok(RevocationList {
        format: RevocationList::FORMAT.into(),
        issuer: site.map(|site| site.base_url.clone()).unwrap_or_default(),
        number,
        this_update: now,
        next_update: now + VALID,
        entries,
    })
}

//! 吊销列表: which files of ours count no more, signed, for everybody to fetch and check without
//! asking us about a single licence [H-54].

use jiff::{SignedDuration, Timestamp};
use sealing::{RevocationList, RevokedFile, Statement};
use store::{Ctx, Run, Tx, args};

use crate::error::LicenceError;
use crate::licence::Format;
use crate::state::State;
use crate::table;

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
            Some(state) => {
                let sql = "INSERT INTO licence_revoked (digest, licence_key, reason, since) \
                    VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET \
                    reason = excluded.reason, since = excluded.since \
                    WHERE licence_revoked.reason <> excluded.reason";
                tx.exec(sql, args![digest, key, state.code(), ctx.now()])
                    .await?;
            }
            None => {
                let sql = "DELETE FROM licence_revoked WHERE digest = ?";
                tx.exec(sql, args![digest]).await?;
            }
        }
    }
    Ok(())
}

/// The list of now, at most ten minutes old where this process has the keys to sign it. Public: no
/// permission is asked.
pub async fn revocation_list(ctx: &Ctx) -> Result<Statement, LicenceError> {
    let ctx = &ctx.as_system();
    let kept = kept(&mut ctx.db.reader()).await?;
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
            Box::pin(async move { keep(tx, &row.2, row.0, row.1).await })
        })
        .await?;
    // Two processes that made one at the same moment hand out the same: the one that is kept.
    let kept = self::kept(&mut ctx.db.reader()).await?;
    Ok(kept.map_or(said, |kept| kept.said))
}

async fn make(ctx: &Ctx, number: i64) -> Result<RevocationList, LicenceError> {
    let sql = "SELECT digest, reason, since FROM licence_revoked ORDER BY digest";
    let rows = ctx.db.reader().rows(sql, Vec::new()).await?;
    let entries: Result<Vec<RevokedFile>, store::StoreError> = rows
        .iter()
        .map(|row| {
            Ok(RevokedFile {
                sm3: row.get(0)?,
                reason: row.get(1)?,
                since: row.get(2)?,
            })
        })
        .collect();
    let site = ctx.shared.get::<notices::Site>();
    let now = ctx.now();
    Ok(RevocationList {
        format: RevocationList::FORMAT.into(),
        issuer: site.map(|site| site.base_url.clone()).unwrap_or_default(),
        number,
        this_update: now,
        next_update: now + VALID,
        entries: entries?,
    })
}

struct Kept {
    number: i64,
    this_update: Timestamp,
    said: Statement,
}

async fn kept(run: &mut impl Run) -> Result<Option<Kept>, LicenceError> {
    let sql = "SELECT number, this_update, body, signature, certificates FROM revocation_list \
        WHERE name = ?";
    let row = run.row(sql, args![NAME]).await?;
    row.map(|row| {
        let joined: Vec<u8> = row.get(4)?;
        let certificates = gm::asn1::apart(&joined)
            .map_err(|e| LicenceError::Data(e.to_string()))?
            .into_iter()
            .map(<[u8]>::to_vec)
            .collect();
        Ok(Kept {
            number: row.get(0)?,
            this_update: row.get(1)?,
            said: Statement {
                body: row.get(2)?,
                signature: row.get(3)?,
                certificates,
            },
        })
    })
    .transpose()
}

async fn keep(
    run: &mut impl Run,
    said: &Statement,
    number: i64,
    at: Timestamp,
) -> Result<(), LicenceError> {
    let sql = "INSERT INTO revocation_list (name, number, this_update, body, signature, \
        certificates) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET \
        number = excluded.number, this_update = excluded.this_update, body = excluded.body, \
        signature = excluded.signature, certificates = excluded.certificates \
        WHERE revocation_list.number < excluded.number";
    let joined = said.certificates.concat();
    let values = args![
        NAME,
        number,
        at,
        said.body.as_slice(),
        said.signature.as_slice(),
        joined.as_slice()
    ];
    run.exec(sql, values).await?;
    Ok(())
}

//! Statements on the published half of the authorities.

use jiff::Timestamp;
use store::{Run, StoreError, args};

use crate::state::State;

/// What is published of an authority. All DER.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub kind: String,
    pub root: Vec<u8>,
    pub issuing: Vec<u8>,
    pub crl: Vec<u8>,
    pub root_crl: Vec<u8>,
    pub next_update: Timestamp,
}

pub(crate) async fn publish(run: &mut impl Run, p: &Published) -> Result<(), StoreError> {
    let sql = "INSERT INTO seal_authority (kind, root, issuing, crl, root_crl, next_update, \
        revision) VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT (kind) DO UPDATE SET \
        root = excluded.root, issuing = excluded.issuing, crl = excluded.crl, \
        root_crl = excluded.root_crl, next_update = excluded.next_update, \
        revision = seal_authority.revision + 1";
    let values = args![
        &p.kind,
        p.root.as_slice(),
        p.issuing.as_slice(),
        p.crl.as_slice(),
        p.root_crl.as_slice(),
        p.next_update,
    ];
    run.exec(sql, values).await?;
    Ok(())
}

pub(crate) async fn published(run: &mut impl Run) -> Result<Vec<Published>, StoreError> {
    let sql = "SELECT kind, root, issuing, crl, root_crl, next_update \
        FROM seal_authority ORDER BY kind";
    let rows = run.rows(sql, Vec::new()).await?;
    rows.iter()
        .map(|row| {
            Ok(Published {
                kind: row.get(0)?,
                root: row.get(1)?,
                issuing: row.get(2)?,
                crl: row.get(3)?,
                root_crl: row.get(4)?,
                next_update: row.get(5)?,
            })
        })
        .collect()
}

/// The sum of the revisions: changes whenever a list does.
pub(crate) async fn revision(run: &mut impl Run) -> Result<(i64, Option<Timestamp>), StoreError> {
    let sql = "SELECT revision, next_update FROM seal_authority";
    let (mut sum, mut due) = (0, None::<Timestamp>);
    for row in run.rows(sql, Vec::new()).await? {
        sum += row.get::<i64>(0)?;
        let next: Timestamp = row.get(1)?;
        due = Some(due.map_or(next, |d| d.min(next)));
    }
    Ok((sum, due))
}

/// A destroyed seal: its certificates and from when they are revoked.
pub(crate) struct Destroyed {
    pub signer: Vec<u8>,
    pub pdf_signer: Vec<u8>,
    /// The loss, where the seal was lost when it was destroyed; else the destruction.
    pub at: Timestamp,
    pub was_lost: bool,
}

pub(crate) async fn destroyed(run: &mut impl Run) -> Result<Vec<Destroyed>, StoreError> {
    let sql = "SELECT m.signer, m.pdf_signer, last.at, before.at, before.state FROM seal s \
        JOIN seal_material m ON m.seal_key = s.seal_key \
        JOIN seal_state last ON last.seal_key = s.seal_key AND last.seq = s.rev \
        JOIN seal_state before ON before.seal_key = s.seal_key AND before.seq = s.rev - 1 \
        WHERE s.state = ? AND m.signer IS NOT NULL AND m.pdf_signer IS NOT NULL \
        ORDER BY s.seal_key";
    let rows = run.rows(sql, args![State::Destroyed.code()]).await?;
    rows.iter()
        .map(|row| {
            let was_lost = row.get::<String>(4)? == State::Lost.code();
            Ok(Destroyed {
                signer: row.get(0)?,
                pdf_signer: row.get(1)?,
                at: row.get(if was_lost { 3 } else { 2 })?,
                was_lost,
            })
        })
        .collect()
}

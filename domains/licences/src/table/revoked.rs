//! Files of licences that count no more, and the signed list of them.

use jiff::Timestamp;
use sealing::{RevokedFile, Statement};
use store::{Run, StoreError, args};

use crate::error::LicenceError;

/// Lists a file; the first moment of a reason stays.
pub(crate) async fn put(
    run: &mut impl Run,
    digest: &str,
    licence: &str,
    reason: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO licence_revoked (digest, licence_key, reason, since) \
        VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET \
        reason = excluded.reason, since = excluded.since \
        WHERE licence_revoked.reason <> excluded.reason";
    run.exec(sql, args![digest, licence, reason, at]).await?;
    Ok(())
}

/// Takes a file off the list.
pub(crate) async fn remove(run: &mut impl Run, digest: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM licence_revoked WHERE digest = ?";
    run.exec(sql, args![digest]).await?;
    Ok(())
}

/// All listed files, by digest.
pub(crate) async fn all(run: &mut impl Run) -> Result<Vec<RevokedFile>, StoreError> {
    let sql = "SELECT digest, reason, since FROM licence_revoked ORDER BY digest";
    let rows = run.rows(sql, Vec::new()).await?;
    rows.iter()
        .map(|row| {
            Ok(RevokedFile {
                sm3: row.get(0)?,
                reason: row.get(1)?,
                since: row.get(2)?,
            })
        })
        .collect()
}

/// A signed list.
pub(crate) struct Kept {
    pub number: i64,
    pub this_update: Timestamp,
    pub said: Statement,
}

/// The newest signed list of that name.
pub(crate) async fn kept(run: &mut impl Run, name: &str) -> Result<Option<Kept>, LicenceError> {
    let sql = "SELECT number, this_update, body, signature, certificates FROM revocation_list \
        WHERE name = ?";
    let row = run.row(sql, args![name]).await?;
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

/// Keeps a signed list, unless a newer one is kept.
pub(crate) async fn keep(
    run: &mut impl Run,
    name: &str,
    said: &Statement,
    number: i64,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO revocation_list (name, number, this_update, body, signature, \
        certificates) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET \
        number = excluded.number, this_update = excluded.this_update, body = excluded.body, \
        signature = excluded.signature, certificates = excluded.certificates \
        WHERE revocation_list.number < excluded.number";
    let joined = said.certificates.concat();
    let values = args![
        name,
        number,
        at,
        said.body.as_slice(),
        said.signature.as_slice(),
        joined.as_slice()
    ];
    run.exec(sql, values).await?;
    Ok(())
}

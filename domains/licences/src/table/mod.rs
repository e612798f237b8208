//! Every SQL statement of the library.

pub(crate) mod due;
pub(crate) mod inspection;
pub(crate) mod kind;
pub(crate) mod query;
pub(crate) mod revoked;
pub(crate) mod verification;
pub(crate) mod visual;

use jiff::Timestamp;
use jiff::civil::Date;
use store::{Ctx, Row, Run, args};

use crate::error::LicenceError;
use crate::licence::{Format, Licence, Version, VersionData};
use crate::state::State;

pub(super) const LICENCE: &str = "licence_key, state, rev, version, type_code, agency, region, valid_to, \
                       remind_on, token, updated_at, body, inspect_by";

pub(crate) fn licence_from(ctx: &Ctx, row: &Row) -> Result<Licence, LicenceError> {
    let licence_key: String = row.get(0)?;
    let state: String = row.get(1)?;
    let sealed: Vec<u8> = row.get(11)?;
    let plain = ctx
        .open_sealed("licence", "body", &licence_key, &sealed)
        .map_err(|e| LicenceError::Data(e.to_string()))?;
    Ok(Licence {
        state: State::from_code(&state).ok_or_else(|| LicenceError::Data(state.clone()))?,
        rev: row.get(2)?,
        version: row.get(3)?,
        type_code: row.get(4)?,
        agency: row.get(5)?,
        region: row.get(6)?,
        valid_to: row.get(7)?,
        remind_on: row.get(8)?,
        token: row.get(9)?,
        updated_at: row.get(10)?,
        body: serde_json::from_slice(&plain)?,
        inspect_by: row.get(12)?,
        licence_key,
    })
}

pub(crate) fn seal_body(ctx: &Ctx, l: &Licence) -> Result<Vec<u8>, LicenceError> {
    Ok(ctx.seal(
        "licence",
        "body",
        &l.licence_key,
        &serde_json::to_vec(&l.body)?,
    ))
}

pub(crate) async fn find(
    run: &mut impl Run,
    ctx: &Ctx,
    key: &str,
) -> Result<Option<Licence>, LicenceError> {
    let sql = format!("SELECT {LICENCE} FROM licence WHERE licence_key = ?");
    run.row(&sql, args![key])
        .await?
        .map(|r| licence_from(ctx, &r))
        .transpose()
}

pub(crate) async fn load(
    run: &mut impl Run,
    ctx: &Ctx,
    key: &str,
) -> Result<Licence, LicenceError> {
    find(run, ctx, key).await?.ok_or(LicenceError::NotFound)
}

pub(crate) async fn insert(
    run: &mut impl Run,
    l: &Licence,
    issued_on: Date,
    body: &[u8],
) -> Result<(), LicenceError> {
    let sql = "INSERT INTO licence (licence_key, state, rev, version, type_code, agency, region, \
               valid_to, remind_on, inspect_by, issued_on, token, updated_at, body, reminded) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)";
    let args = args![
        l.licence_key.as_str(),
        l.state.code(),
        l.rev,
        l.version,
        l.type_code.as_str(),
        l.agency.as_str(),
        l.region.as_str(),
        l.valid_to,
        l.remind_on,
        l.inspect_by,
        issued_on,
        l.token.as_str(),
        l.updated_at,
        body
    ];
    run.exec(sql, args).await?;
    let sql = "INSERT INTO licence_token (token, licence_key) VALUES (?, ?)";
    run.exec(sql, args![l.token.as_str(), l.licence_key.as_str()])
        .await?;
    Ok(())
}

/// A new version of a licence, under the revision that was read.
pub(crate) async fn advance(
    run: &mut impl Run,
    l: &Licence,
    body: &[u8],
    seen: i64,
) -> Result<(), LicenceError> {
    let sql = "UPDATE licence SET version = ?, valid_to = ?, remind_on = ?, inspect_by = ?, \
               updated_at = ?, body = ?, rev = rev + 1 WHERE licence_key = ? AND rev = ?";
    let args = args![
        l.version,
        l.valid_to,
        l.remind_on,
        l.inspect_by,
        l.updated_at,
        body,
        l.licence_key.as_str(),
        seen
    ];
    if run.exec(sql, args).await? == 1 {
        Ok(())
    } else {
        Err(LicenceError::Stale)
    }
}

pub(crate) async fn set_state(
    run: &mut impl Run,
    key: &str,
    seen: i64,
    state: State,
    at: Timestamp,
) -> Result<(), LicenceError> {
    let sql = "UPDATE licence SET state = ?, updated_at = ?, rev = rev + 1 \
               WHERE licence_key = ? AND rev = ?";
    if run.exec(sql, args![state.code(), at, key, seen]).await? == 1 {
        Ok(())
    } else {
        Err(LicenceError::Stale)
    }
}

/// A version with its face sealed beforehand.
pub(crate) async fn insert_version(
    run: &mut impl Run,
    v: &Version,
    face: &[u8],
    identifier: &[u8],
) -> Result<(), LicenceError> {
    let sql = "INSERT INTO licence_version (licence_key, version, at, case_no, data, face) \
               VALUES (?, ?, ?, ?, ?, ?)";
    let data = serde_json::to_string(&v.data)?;
    let args = args![
        v.licence_key.as_str(),
        v.version,
        v.at,
        &v.case_no,
        data,
        face
    ];
    run.exec(sql, args).await?;
    let sql = "INSERT INTO licence_identifier (digest, licence_key, version) VALUES (?, ?, ?)";
    run.exec(sql, args![identifier, v.licence_key.as_str(), v.version])
        .await?;
    for file in &v.data.files {
        for digest in [Some(&file.digest), file.fingerprint.as_ref()]
            .into_iter()
            .flatten()
        {
            let sql = "INSERT INTO licence_file (digest, licence_key, version, format) \
                       VALUES (?, ?, ?, ?)";
            let args = args![
                digest.as_str(),
                v.licence_key.as_str(),
                v.version,
                file.format.code()
            ];
            run.exec(sql, args).await?;
        }
    }
    Ok(())
}

pub(crate) fn seal_face(ctx: &Ctx, v: &Version) -> Result<Vec<u8>, LicenceError> {
    let key = format!("{}/{}", v.licence_key, v.version);
    Ok(ctx.seal(
        "licence_version",
        "face",
        &key,
        &serde_json::to_vec(&v.face)?,
    ))
}

pub(crate) async fn version(
    run: &mut impl Run,
    ctx: &Ctx,
    key: &str,
    version: u32,
) -> Result<Version, LicenceError> {
    let sql = "SELECT at, case_no, data, face FROM licence_version \
               WHERE licence_key = ? AND version = ?";
    let row = run
        .row(sql, args![key, version])
        .await?
        .ok_or(LicenceError::NotFound)?;
    let sealed: Vec<u8> = row.get(3)?;
    let plain = ctx
        .open_sealed(
            "licence_version",
            "face",
            &format!("{key}/{version}"),
            &sealed,
        )
        .map_err(|e| LicenceError::Data(e.to_string()))?;
    Ok(Version {
        licence_key: key.to_owned(),
        version,
        at: row.get(0)?,
        case_no: row.get(1)?,
        data: serde_json::from_str(&row.get::<String>(2)?)?,
        face: serde_json::from_slice(&plain)?,
    })
}

/// All versions, newest first.
pub(crate) async fn versions(
    run: &mut impl Run,
    ctx: &Ctx,
    key: &str,
) -> Result<Vec<Version>, LicenceError> {
    let sql = "SELECT version FROM licence_version WHERE licence_key = ? \
               ORDER BY version DESC LIMIT 200";
    let rows = run.rows(sql, args![key]).await?;
    let mut all = Vec::new();
    for row in &rows {
        all.push(version(run, ctx, key, row.get(0)?).await?);
    }
    Ok(all)
}

/// Digests of the files of a version, of those formats that it has.
pub(crate) async fn file_digests(
    run: &mut impl Run,
    key: &str,
    version: u32,
    formats: &[Format],
) -> Result<Vec<String>, LicenceError> {
    let sql = "SELECT data FROM licence_version WHERE licence_key = ? AND version = ?";
    let Some(row) = run.row(sql, args![key, version]).await? else {
        return Ok(Vec::new());
    };
    let data: VersionData = serde_json::from_str(&row.get::<String>(0)?)?;
    let wanted = data
        .files
        .into_iter()
        .filter(|f| formats.contains(&f.format));
    Ok(wanted.map(|f| f.digest).collect())
}

/// Keeps a number unique within type and issuer, and findable.
pub(crate) async fn insert_number(
    run: &mut impl Run,
    unique: &[u8],
    plain: &[u8],
    key: &str,
) -> Result<(), LicenceError> {
    let sql = "INSERT INTO licence_unique_number (digest, licence_key) VALUES (?, ?) \
               ON CONFLICT (digest) DO NOTHING";
    if run.exec(sql, args![unique, key]).await? != 1 {
        return Err(LicenceError::NumberTaken);
    }
    let sql = "INSERT INTO licence_number (digest, licence_key) VALUES (?, ?)";
    run.exec(sql, args![plain, key]).await?;
    Ok(())
}

/// The licence that has a unique number now.
pub(crate) async fn of_unique_number(
    run: &mut impl Run,
    unique: &[u8],
) -> Result<Option<String>, LicenceError> {
    let sql = "SELECT licence_key FROM licence_unique_number WHERE digest = ?";
    let row = run.row(sql, args![unique]).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// Those of some unique numbers that are taken.
pub(crate) async fn known_numbers(
    run: &mut impl Run,
    digests: &[Vec<u8>],
) -> Result<std::collections::HashSet<Vec<u8>>, LicenceError> {
    let mut known = std::collections::HashSet::new();
    for some in digests.chunks(250) {
        let marks = vec!["?"; some.len()].join(", ");
        let sql = format!("SELECT digest FROM licence_unique_number WHERE digest IN ({marks})");
        let values = some.iter().map(|one| store::Value::from(one.as_slice()));
        for row in run.rows(&sql, values.collect()).await? {
            known.insert(row.get::<Vec<u8>>(0)?);
        }
    }
    Ok(known)
}

/// A re-issued licence takes over the number of the old one, which is history.
pub(crate) async fn take_over_number(
    run: &mut impl Run,
    unique: &[u8],
    plain: &[u8],
    key: &str,
) -> Result<(), LicenceError> {
    let sql = "INSERT INTO licence_unique_number (digest, licence_key) VALUES (?, ?) \
               ON CONFLICT (digest) DO UPDATE SET licence_key = excluded.licence_key";
    run.exec(sql, args![unique, key]).await?;
    let sql = "INSERT INTO licence_number (digest, licence_key) VALUES (?, ?) \
               ON CONFLICT (digest, licence_key) DO NOTHING";
    run.exec(sql, args![plain, key]).await?;
    Ok(())
}

pub(crate) async fn by_number(
    run: &mut impl Run,
    digest: &[u8],
) -> Result<Vec<String>, LicenceError> {
    let sql = "SELECT licence_key FROM licence_number WHERE digest = ? LIMIT 20";
    run.rows(sql, args![digest])
        .await?
        .iter()
        .map(|r| Ok(r.get(0)?))
        .collect()
}

pub(crate) async fn by_identifier(
    run: &mut impl Run,
    digest: &[u8],
) -> Result<Option<(String, u32)>, LicenceError> {
    let sql = "SELECT licence_key, version FROM licence_identifier WHERE digest = ?";
    run.row(sql, args![digest])
        .await?
        .map(|r| Ok((r.get(0)?, r.get(1)?)))
        .transpose()
}

pub(crate) async fn by_token(
    run: &mut impl Run,
    token: &str,
) -> Result<Option<String>, LicenceError> {
    let sql = "SELECT licence_key FROM licence_token WHERE token = ?";
    Ok(run
        .row(sql, args![token])
        .await?
        .map(|r| r.get(0))
        .transpose()?)
}

/// The version of which this is a file, by its digest or its fingerprint.
pub(crate) async fn by_file(
    run: &mut impl Run,
    digest: &str,
) -> Result<Option<(String, u32)>, LicenceError> {
    let sql = "SELECT licence_key, version FROM licence_file WHERE digest = ?";
    run.row(sql, args![digest])
        .await?
        .map(|r| Ok((r.get(0)?, r.get(1)?)))
        .transpose()
}

pub(crate) async fn put_in_wallet(
    run: &mut impl Run,
    holder: &[u8],
    key: &str,
) -> Result<(), LicenceError> {
    let sql = "INSERT INTO wallet (holder, licence_key) VALUES (?, ?) \
               ON CONFLICT (holder, licence_key) DO NOTHING";
    run.exec(sql, args![holder, key]).await?;
    Ok(())
}

pub(crate) async fn in_wallet(
    run: &mut impl Run,
    ctx: &Ctx,
    holder: &[u8],
) -> Result<Vec<Licence>, LicenceError> {
    let columns: Vec<String> = LICENCE
        .split(", ")
        .map(|c| format!("l.{}", c.trim()))
        .collect();
    let sql = format!(
        "SELECT {} FROM wallet w JOIN licence l ON l.licence_key = w.licence_key \
         WHERE w.holder = ? ORDER BY l.updated_at DESC LIMIT 200",
        columns.join(", ")
    );
    run.rows(&sql, args![holder])
        .await?
        .iter()
        .map(|r| licence_from(ctx, r))
        .collect()
}

pub(crate) async fn holds(
    run: &mut impl Run,
    holder: &[u8],
    key: &str,
) -> Result<bool, LicenceError> {
    let sql = "SELECT count(*) FROM wallet WHERE holder = ? AND licence_key = ?";
    Ok(run.count(sql, args![holder, key]).await? > 0)
}

/// What every version says of itself, without its face.
pub(crate) async fn version_data(run: &mut impl Run) -> Result<Vec<VersionData>, LicenceError> {
    let rows = run
        .rows("SELECT data FROM licence_version", Vec::new())
        .await?;
    rows.iter()
        .map(|r| Ok(serde_json::from_str(&r.get::<String>(0)?)?))
        .collect()
}

//! Every statement on seals, their material, history and authorisations.

use jiff::Timestamp;
use store::{Row, Run, StoreError, args};

use crate::ask::{Asked, Request};
use crate::authorise::HolderKind;
use crate::forge::Forged;
use crate::impression::{Impression, Origin};
use crate::query::{Authorisation, StateChange};
use crate::seal::{Owner, Seal, SealType};
use crate::state::{Event, State};

pub(crate) const COLUMNS: &str = "seal_key, es_id, agency_code, agency_uscc, agency_name, region_code, \
    seal_type, name, basis, state, rev, custodian, applicant, applied_at, reviewer, maker, \
    made_at, valid_from, valid_to, filing_no, filed_at, released_at, asked, asked_by, asked_at, \
    asked_reason, replaces, frozen_at";

/// Reads a column that holds a code.
pub(crate) fn coded<T>(
    row: &Row,
    column: usize,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, StoreError> {
    let code: String = row.get(column)?;
    read(&code).ok_or_else(|| StoreError::Column(column, format!("unknown code {code}")))
}

fn seal(row: &Row) -> Result<Seal, StoreError> {
    let asked = match row.get::<Option<String>>(22)? {
        None => None,
        Some(_) => Some(Asked {
            request: coded(row, 22, Request::from_code)?,
            by: row.get(23)?,
            at: row.get(24)?,
            reason: row.get(25)?,
        }),
    };
    Ok(Seal {
        key: row.get(0)?,
        es_id: row.get(1)?,
        owner: Owner {
            agency_code: row.get(2)?,
            uscc: row.get(3)?,
            name: row.get(4)?,
            region_code: row.get(5)?,
        },
        seal_type: coded(row, 6, SealType::from_code)?,
        name: row.get(7)?,
        basis: row.get(8)?,
        state: coded(row, 9, State::from_code)?,
        rev: row.get(10)?,
        custodian: row.get(11)?,
        applicant: row.get(12)?,
        applied_at: row.get(13)?,
        reviewer: row.get(14)?,
        maker: row.get(15)?,
        made_at: row.get(16)?,
        valid_from: row.get(17)?,
        valid_to: row.get(18)?,
        filing_no: row.get(19)?,
        filed_at: row.get(20)?,
        released_at: row.get(21)?,
        asked,
        replaces: row.get(26)?,
        frozen_at: row.get(27)?,
    })
}

pub(crate) fn all(rows: Vec<Row>) -> Result<Vec<Seal>, StoreError> {
    rows.iter().map(seal).collect()
}

pub(crate) async fn insert(run: &mut impl Run, s: &Seal) -> Result<(), StoreError> {
    let sql = "INSERT INTO seal (seal_key, es_id, agency_code, agency_uscc, agency_name, \
        region_code, seal_type, name, basis, state, rev, custodian, applicant, applied_at, \
        replaces) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let o = &s.owner;
    run.exec(
        sql,
        args![
            &s.key,
            &s.es_id,
            &o.agency_code,
            &o.uscc,
            &o.name,
            &o.region_code,
            s.seal_type.code(),
            &s.name,
            &s.basis,
            s.state.code(),
            s.rev,
            &s.custodian,
            &s.applicant,
            s.applied_at,
            &s.replaces,
        ],
    )
    .await?;
    let sql = "INSERT INTO seal_number (es_id, seal_key) VALUES (?, ?)";
    run.exec(sql, args![&s.es_id, &s.key]).await?;
    Ok(())
}

/// Writes what steps may change, if nobody changed the row since `seen`.
pub(crate) async fn update(run: &mut impl Run, s: &Seal, seen: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE seal SET state = ?, rev = ?, reviewer = ?, maker = ?, made_at = ?, \
        valid_from = ?, valid_to = ?, filing_no = ?, filed_at = ?, released_at = ?, asked = ?, \
        asked_by = ?, asked_at = ?, asked_reason = ?, frozen_at = ? WHERE seal_key = ? AND rev = ?";
    let asked = s.asked.as_ref();
    let changed = run
        .exec(
            sql,
            args![
                s.state.code(),
                s.rev,
                &s.reviewer,
                &s.maker,
                s.made_at,
                s.valid_from,
                s.valid_to,
                &s.filing_no,
                s.filed_at,
                s.released_at,
                asked.map(|a| a.request.code()),
                asked.map(|a| a.by.as_str()),
                asked.map(|a| a.at),
                asked.map(|a| a.reason.as_str()),
                s.frozen_at,
                &s.key,
                seen,
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Marks a seal as being taken out of use; one that is marked keeps its first moment.
pub(crate) async fn freeze(run: &mut impl Run, key: &str, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE seal SET frozen_at = ? WHERE seal_key = ? AND frozen_at IS NULL";
    run.exec(sql, args![at, key]).await?;
    Ok(())
}

pub(crate) async fn by_key(run: &mut impl Run, key: &str) -> Result<Option<Seal>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM seal WHERE seal_key = ?");
    run.row(&sql, args![key])
        .await?
        .as_ref()
        .map(seal)
        .transpose()
}

/// The seals of an agency, newest validity first, then by key.
pub(crate) async fn of_agency(
    run: &mut impl Run,
    agency: &str,
    seal_type: SealType,
) -> Result<Vec<Seal>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM seal WHERE agency_code = ? AND seal_type = ? \
         ORDER BY COALESCE(valid_to, '') DESC, seal_key"
    );
    all(run.rows(&sql, args![agency, seal_type.code()]).await?)
}

/// One page of all seals whose region lies in `[from, to)`, by region and key.
pub(crate) async fn in_regions(
    run: &mut impl Run,
    (from, to): (&str, &str),
    (offset, limit): (i64, i64),
) -> Result<Vec<Seal>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM seal WHERE region_code >= ? AND region_code < ? \
         ORDER BY region_code, seal_key LIMIT ? OFFSET ?"
    );
    all(run.rows(&sql, args![from, to, limit, offset]).await?)
}

pub(crate) async fn count_in_regions(
    run: &mut impl Run,
    (from, to): (&str, &str),
) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM seal WHERE region_code >= ? AND region_code < ?";
    run.count(sql, args![from, to]).await
}

/// One page of an agency's seals, by type and key.
pub(crate) async fn page_of_agency(
    run: &mut impl Run,
    agency: &str,
    (offset, limit): (i64, i64),
) -> Result<Vec<Seal>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM seal WHERE agency_code = ? \
         ORDER BY seal_type, state, seal_key LIMIT ? OFFSET ?"
    );
    all(run.rows(&sql, args![agency, limit, offset]).await?)
}

pub(crate) async fn count_of_agency(run: &mut impl Run, agency: &str) -> Result<u64, StoreError> {
    run.count(
        "SELECT count(*) FROM seal WHERE agency_code = ?",
        args![agency],
    )
    .await
}

/// Keys of seals whose validity has ended at `now`.
pub(crate) async fn ended(run: &mut impl Run, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let mut keys = Vec::new();
    for state in [State::Released, State::Active] {
        let sql = "SELECT seal_key FROM seal WHERE state = ? AND valid_to < ? ORDER BY seal_key";
        for row in run.rows(sql, args![state.code(), now]).await? {
            keys.push(row.get(0)?);
        }
    }
    Ok(keys)
}

pub(crate) async fn key_of(run: &mut impl Run, es_id: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT seal_key FROM seal_number WHERE es_id = ?";
    run.row(sql, args![es_id])
        .await?
        .map(|row| row.get(0))
        .transpose()
}

/// What was bound together in a seal. Empty before it is made.
#[derive(Clone, Debug)]
pub(crate) struct Material {
    /// PNG.
    pub impression: Vec<u8>,
    pub width_mm: u32,
    pub height_mm: u32,
    pub origin: Origin,
    /// Under which the key store keeps the private keys.
    pub key_name: String,
    /// SESeal, DER.
    pub seal: Vec<u8>,
    /// Certificates, DER.
    pub signer: Vec<u8>,
    pub pdf_signer: Vec<u8>,
}

pub(crate) async fn insert_impression(
    run: &mut impl Run,
    key: &str,
    made: &Impression,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO seal_material (seal_key, impression, size_mm, height_mm, origin) \
        VALUES (?, ?, ?, ?, ?)";
    let (width, height) = (i64::from(made.width_mm), i64::from(made.height_mm));
    let png = made.png.as_slice();
    run.exec(sql, args![key, png, width, height, made.origin.code()])
        .await?;
    Ok(())
}

pub(crate) async fn set_made(
    run: &mut impl Run,
    key: &str,
    forged: &Forged,
) -> Result<(), StoreError> {
    let sql = "UPDATE seal_material SET key_name = ?, seal = ?, signer = ?, pdf_signer = ? \
        WHERE seal_key = ?";
    let (seal, signer) = (forged.seal.as_slice(), forged.signer.as_slice());
    let pdf_signer = forged.pdf_signer.as_slice();
    run.exec(sql, args![&forged.key_name, seal, signer, pdf_signer, key])
        .await?;
    Ok(())
}

pub(crate) async fn material(
    run: &mut impl Run,
    key: &str,
) -> Result<Option<Material>, StoreError> {
    let sql = "SELECT impression, size_mm, key_name, seal, signer, pdf_signer, \
        COALESCE(height_mm, size_mm), origin FROM seal_material \
        WHERE seal_key = ?";
    let Some(row) = run.row(sql, args![key]).await? else {
        return Ok(None);
    };
    Ok(Some(Material {
        impression: row.get(0)?,
        width_mm: row.get(1)?,
        height_mm: row.get(6)?,
        origin: coded(&row, 7, Origin::from_code)?,
        key_name: row.get::<Option<String>>(2)?.unwrap_or_default(),
        seal: row.get::<Option<Vec<u8>>>(3)?.unwrap_or_default(),
        signer: row.get::<Option<Vec<u8>>>(4)?.unwrap_or_default(),
        pdf_signer: row.get::<Option<Vec<u8>>>(5)?.unwrap_or_default(),
    }))
}

pub(crate) async fn insert_state(
    run: &mut impl Run,
    seal: &Seal,
    event: Event,
    at: Timestamp,
    staff: &str,
    note: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO seal_state (seal_key, seq, at, event, state, staff, note) \
        VALUES (?, ?, ?, ?, ?, ?, ?)";
    let args = args![
        &seal.key,
        seal.rev,
        at,
        event.code(),
        seal.state.code(),
        staff,
        note
    ];
    run.exec(sql, args).await?;
    Ok(())
}

/// The history of a seal, oldest first, up to and including `until`.
pub(crate) async fn states(
    run: &mut impl Run,
    key: &str,
    until: Timestamp,
) -> Result<Vec<StateChange>, StoreError> {
    let sql = "SELECT at, event, state, staff, note FROM seal_state \
        WHERE seal_key = ? AND at <= ? ORDER BY seq";
    let rows = run.rows(sql, args![key, until]).await?;
    rows.iter()
        .map(|row| {
            Ok(StateChange {
                at: row.get(0)?,
                event: coded(row, 1, Event::from_code)?,
                state: coded(row, 2, State::from_code)?,
                staff: row.get(3)?,
                note: row.get(4)?,
            })
        })
        .collect()
}

const GRANTED: &str = "auth_key, holder_kind, holder, document_kind, item_code, valid_from, \
    valid_to, daily_maximum, granted_by, granted_at, withdrawn_at";

fn authorisation(row: &Row) -> Result<Authorisation, StoreError> {
    Ok(Authorisation {
        key: row.get(0)?,
        holder_kind: coded(row, 1, HolderKind::from_code)?,
        holder: row.get(2)?,
        document_kind: row.get(3)?,
        item_code: row.get(4)?,
        valid_from: row.get(5)?,
        valid_to: row.get(6)?,
        daily_maximum: row.get(7)?,
        granted_by: row.get(8)?,
        granted_at: row.get(9)?,
        withdrawn_at: row.get(10)?,
    })
}

pub(crate) async fn insert_authorisation(
    run: &mut impl Run,
    seal_key: &str,
    a: &Authorisation,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO seal_authorisation (seal_key, auth_key, holder_kind, holder, \
        document_kind, item_code, valid_from, valid_to, daily_maximum, granted_by, granted_at) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    run.exec(
        sql,
        args![
            seal_key,
            &a.key,
            a.holder_kind.code(),
            &a.holder,
            &a.document_kind,
            &a.item_code,
            a.valid_from,
            a.valid_to,
            a.daily_maximum,
            &a.granted_by,
            a.granted_at,
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn authorisations(
    run: &mut impl Run,
    seal_key: &str,
) -> Result<Vec<Authorisation>, StoreError> {
    let sql = format!(
        "SELECT {GRANTED} FROM seal_authorisation WHERE seal_key = ? ORDER BY granted_at, auth_key"
    );
    run.rows(&sql, args![seal_key])
        .await?
        .iter()
        .map(authorisation)
        .collect()
}

/// Ends every authorisation of a seal.
pub(crate) async fn withdraw_all(
    run: &mut impl Run,
    seal_key: &str,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let sql = "UPDATE seal_authorisation SET withdrawn_at = ? \
        WHERE seal_key = ? AND withdrawn_at IS NULL";
    run.exec(sql, args![at, seal_key]).await
}

/// Ends one authorisation.
pub(crate) async fn withdraw_one(
    run: &mut impl Run,
    seal_key: &str,
    auth_key: &str,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let sql = "UPDATE seal_authorisation SET withdrawn_at = ? \
        WHERE seal_key = ? AND auth_key = ? AND withdrawn_at IS NULL";
    run.exec(sql, args![at, seal_key, auth_key]).await
}

/// How many authorisations have not been ended.
pub(crate) async fn in_force(run: &mut impl Run, seal_key: &str) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM seal_authorisation \
        WHERE seal_key = ? AND withdrawn_at IS NULL";
    run.count(sql, args![seal_key]).await
}

/// Writes period and daily maximum of an authorisation.
pub(crate) async fn set_terms(
    run: &mut impl Run,
    seal_key: &str,
    a: &Authorisation,
) -> Result<(), StoreError> {
    let sql = "UPDATE seal_authorisation SET valid_to = ?, daily_maximum = ? \
        WHERE seal_key = ? AND auth_key = ?";
    run.exec(sql, args![a.valid_to, a.daily_maximum, seal_key, &a.key])
        .await?;
    Ok(())
}

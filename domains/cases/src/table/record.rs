//! The case itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Ctx, Row, Run, args};

use super::lists::COLUMNS;
use super::rows::materials_of;
use crate::case::{Case, CaseData, CaseMaterial, Private, Words};
use crate::error::CaseError;
use crate::state::State;

const RECORD: &str = "case_id, rev, state, updated_at, deadline, data, private";

/// The private part as it is stored.
#[derive(Serialize)]
struct Closing<'a> {
    private: &'a Private,
    words: Words,
}

/// The same, read back.
#[derive(Deserialize)]
struct Opened {
    private: Private,
    words: Words,
}

/// A case whose private part is still sealed: what is known of it without a key.
pub(crate) struct Sealed {
    pub case_id: String,
    pub rev: i64,
    pub state: State,
    pub updated_at: Timestamp,
    pub deadline: Option<Timestamp>,
    pub data: CaseData,
    pub private: Vec<u8>,
}

impl Sealed {
    pub fn from_row(row: &Row, at: usize) -> Result<Self, CaseError> {
        let state: String = row.get(at + 2)?;
        let data: String = row.get(at + 5)?;
        Ok(Self {
            case_id: row.get(at)?,
            rev: row.get(at + 1)?,
            state: State::from_code(&state)
                .ok_or_else(|| CaseError::Data(format!("state {state}")))?,
            updated_at: row.get(at + 3)?,
            deadline: row.get(at + 4)?,
            data: serde_json::from_str(&data)?,
            private: row.get(at + 6)?,
        })
    }

    pub fn open(self, ctx: &Ctx) -> Result<Case, CaseError> {
        let plain = ctx
            .open_sealed("case_record", "private", &self.case_id, &self.private)
            .map_err(|e| CaseError::Data(e.to_string()))?;
        let opened: Opened = serde_json::from_slice(&plain)?;
        let mut data = self.data;
        data.put_words(opened.words);
        Ok(Case {
            private: opened.private,
            case_id: self.case_id,
            rev: self.rev,
            state: self.state,
            updated_at: self.updated_at,
            deadline: self.deadline,
            data,
        })
    }
}

pub(crate) async fn load_sealed(
    run: &mut impl Run,
    case_id: &str,
) -> Result<Option<Sealed>, CaseError> {
    let sql = format!("SELECT {RECORD} FROM case_record WHERE case_id = ?");
    match run.row(&sql, args![case_id]).await? {
        Some(row) => Ok(Some(Sealed::from_row(&row, 0)?)),
        None => Ok(None),
    }
}

pub(crate) async fn load(run: &mut impl Run, ctx: &Ctx, case_id: &str) -> Result<Case, CaseError> {
    load_sealed(run, case_id)
        .await?
        .ok_or(CaseError::NotFound)?
        .open(ctx)
}

/// A case with what its next step is built on.
pub(crate) struct ToMove {
    pub case: Case,
    pub materials: Vec<CaseMaterial>,
    pub head: journal::Head,
}

/// Everything at once: a flood of cases is not to ask three times.
pub(crate) async fn load_to_move(
    run: &mut impl Run,
    ctx: &Ctx,
    case_id: &str,
) -> Result<ToMove, CaseError> {
    let sql = format!(
        "SELECT {COLUMNS}, (SELECT string_agg(m.data, ',' ORDER BY m.material_code, m.entry) \
         FROM case_material m WHERE m.case_id = r.case_id), {} \
         FROM case_record r WHERE r.case_id = ?",
        journal::head_columns("'case/' || r.case_id")
    );
    let row = run.row(&sql, args![case_id]).await?;
    let row = row.ok_or(CaseError::NotFound)?;
    let materials: Option<String> = row.get(7)?;
    let materials = format!("[{}]", materials.unwrap_or_default());
    Ok(ToMove {
        case: Sealed::from_row(&row, 0)?.open(ctx)?,
        materials: materials_of(ctx, case_id, serde_json::from_str(&materials)?)?,
        head: journal::Head::read(&row, 8)?,
    })
}

pub(crate) async fn id_of(run: &mut impl Run, case_no: &str) -> Result<Option<String>, CaseError> {
    let sql = "SELECT case_id FROM case_number WHERE case_no = ?";
    Ok(run
        .row(sql, args![case_no])
        .await?
        .map(|r| r.get(0))
        .transpose()?)
}

pub(crate) async fn insert_number(
    run: &mut impl Run,
    case_no: &str,
    case_id: &str,
) -> Result<(), CaseError> {
    let sql = "INSERT INTO case_number (case_no, case_id) VALUES (?, ?)";
    Ok(run.queue(sql, args![case_no, case_id]).await?)
}

/// What is written of a case: its columns, with the private part sealed beforehand.
pub(crate) struct Written {
    pub case: Case,
    pub data: String,
    pub private: Vec<u8>,
    pub due_at: Option<Timestamp>,
}

impl Written {
    pub fn new(ctx: &Ctx, case: Case, due_at: Option<Timestamp>) -> Result<Self, CaseError> {
        let mut data = case.data.clone();
        let closing = Closing {
            words: data.take_words(),
            private: &case.private,
        };
        let plain = serde_json::to_vec(&closing)?;
        let private = ctx.seal("case_record", "private", &case.case_id, &plain);
        Ok(Self {
            data: serde_json::to_string(&data)?,
            private,
            due_at,
            case,
        })
    }
}

pub(crate) async fn insert(run: &mut impl Run, w: &Written) -> Result<(), CaseError> {
    let sql = "INSERT INTO case_record (case_id, case_no, item_id, owner, agency, region, state, \
               rev, due_at, deadline, remind_at, updated_at, data, private) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let (c, d) = (&w.case, &w.case.data);
    let args = args![
        c.case_id.as_str(),
        &d.case_no,
        d.item_id.as_str(),
        d.owner.as_str(),
        d.agency.as_str(),
        d.region.as_str(),
        c.state.code(),
        c.rev,
        w.due_at,
        c.deadline,
        c.remind_at(),
        c.updated_at,
        w.data.as_str(),
        w.private.clone()
    ];
    Ok(run.queue(sql, args).await?)
}

/// Writes the case if nobody changed it since it was read; otherwise [`CaseError::Stale`].
pub(crate) async fn update(run: &mut impl Run, w: &Written) -> Result<(), CaseError> {
    let sql = "UPDATE case_record SET case_no = ?, state = ?, rev = rev + 1, due_at = ?, \
               deadline = ?, remind_at = ?, updated_at = ?, data = ?, private = ? WHERE case_id = ? AND rev = ?";
    let (c, d) = (&w.case, &w.case.data);
    let args = args![
        &d.case_no,
        c.state.code(),
        w.due_at,
        c.deadline,
        c.remind_at(),
        c.updated_at,
        w.data.as_str(),
        w.private.clone(),
        c.case_id.as_str(),
        c.rev
    ];
    if run.exec_one(sql, args).await? {
        Ok(())
    } else {
        Err(CaseError::Stale)
    }
}

pub(crate) async fn insert_applicant(
    run: &mut impl Run,
    digest: &[u8],
    case_id: &str,
    item_id: &str,
) -> Result<(), CaseError> {
    let sql = "INSERT INTO case_applicant (digest, case_id, item_id) VALUES (?, ?, ?) \
               ON CONFLICT (digest, case_id) DO NOTHING";
    Ok(run.queue(sql, args![digest, case_id, item_id]).await?)
}

/// Cases of one applicant, by the digest of identity number or USCC.
pub(crate) async fn of_applicant(
    run: &mut impl Run,
    digest: &[u8],
) -> Result<Vec<Sealed>, CaseError> {
    let sql = "SELECT r.case_id, r.rev, r.state, r.updated_at, r.deadline, r.data, r.private \
               FROM case_applicant a JOIN case_record r ON r.case_id = a.case_id \
               WHERE a.digest = ? ORDER BY r.updated_at DESC LIMIT 50";
    run.rows(sql, args![digest])
        .await?
        .iter()
        .map(|r| Sealed::from_row(r, 0))
        .collect()
}

/// Raises the revision without changing the case, for what is written beside it.
pub(crate) async fn touch(run: &mut impl Run, case_id: &str, rev: i64) -> Result<(), CaseError> {
    let sql = "UPDATE case_record SET rev = rev + 1 WHERE case_id = ? AND rev = ?";
    if run.exec(sql, args![case_id, rev]).await? == 1 {
        Ok(())
    } else {
        Err(CaseError::Stale)
    }
}

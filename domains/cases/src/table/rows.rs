//! What hangs on a case: tasks, steps, materials, special procedures, checks, visits.

use jiff::Timestamp;
use store::{Ctx, Run, args};

use crate::case::CaseMaterial;
use crate::error::CaseError;
use crate::points::PointCheck;
use crate::special::Special;
use crate::step::StepRecord;

/// One officer's open task.
#[derive(Clone, Debug)]
pub(crate) struct TaskRow {
    pub username: String,
    pub post_code: String,
    pub step: &'static str,
    /// When the post's limit ends; the case's where the post has none.
    pub due_at: Option<Timestamp>,
    /// When the case came to the post.
    pub opened_at: Timestamp,
}

/// Takes the open tasks of a case away.
pub(crate) async fn delete_tasks(run: &mut impl Run, case_id: &str) -> Result<(), CaseError> {
    run.exec("DELETE FROM case_task WHERE case_id = ?", args![case_id])
        .await?;
    Ok(())
}

/// Writes the open tasks of a case that has none.
pub(crate) async fn insert_tasks(
    run: &mut impl Run,
    case_id: &str,
    tasks: &[TaskRow],
    state: &str,
) -> Result<(), CaseError> {
    if tasks.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO case_task (username, case_id, post_code, step, state, due_at, opened_at) \
         VALUES {}",
        store::marks(tasks.len(), 7)
    );
    let mut values = Vec::with_capacity(tasks.len() * 7);
    for t in tasks {
        values.extend(args![
            t.username.as_str(),
            case_id,
            t.post_code.as_str(),
            t.step,
            state,
            t.due_at,
            t.opened_at
        ]);
    }
    Ok(run.queue(&sql, values).await?)
}

pub(crate) async fn insert_step(
    run: &mut impl Run,
    case_id: &str,
    step: &StepRecord,
    private: &[u8],
) -> Result<(), CaseError> {
    let sql = "INSERT INTO case_step (case_id, seq, event, state, at, data, private) \
               VALUES (?, ?, ?, ?, ?, ?, ?)";
    let data = serde_json::to_string(&step.open)?;
    let args = args![
        case_id,
        step.open.seq,
        step.open.event.code(),
        step.open.to.code(),
        step.open.ended_at,
        data,
        private
    ];
    Ok(run.queue(sql, args).await?)
}

pub(crate) async fn steps(
    run: &mut impl Run,
    ctx: &Ctx,
    case_id: &str,
) -> Result<Vec<StepRecord>, CaseError> {
    let sql = "SELECT seq, data, private FROM case_step WHERE case_id = ? ORDER BY seq";
    let mut all = Vec::new();
    for row in run.rows(sql, args![case_id]).await? {
        let (seq, data, private): (i64, String, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let plain = ctx
            .open_sealed(
                "case_step",
                "private",
                &format!("{case_id}/{seq}"),
                &private,
            )
            .map_err(|e| CaseError::Data(e.to_string()))?;
        all.push(StepRecord {
            open: serde_json::from_str(&data)?,
            private: serde_json::from_slice(&plain)?,
        });
    }
    Ok(all)
}

/// Writes a material. Why it came back is an officer's own words, so it is sealed.
pub(crate) async fn put_material(
    run: &mut impl Run,
    ctx: &Ctx,
    case_id: &str,
    m: &CaseMaterial,
) -> Result<(), CaseError> {
    let sql = "INSERT INTO case_material (case_id, entry, material_code, data) VALUES (?, ?, ?, ?) \
               ON CONFLICT (case_id, entry) DO UPDATE SET data = excluded.data";
    let key = format!("{case_id}/{}", m.entry);
    let mut closed = m.clone();
    if let Some(why) = &m.returned {
        let sealed = ctx.seal("case_material", "returned", &key, why.as_bytes());
        closed.returned = Some(hex::encode(sealed));
    }
    let data = serde_json::to_string(&closed)?;
    run.exec(
        sql,
        args![case_id, m.entry.as_str(), m.material_code.as_str(), data],
    )
    .await?;
    Ok(())
}

pub(crate) async fn delete_material(
    run: &mut impl Run,
    case_id: &str,
    entry: &str,
) -> Result<u64, CaseError> {
    let sql = "DELETE FROM case_material WHERE case_id = ? AND entry = ?";
    Ok(run.exec(sql, args![case_id, entry]).await?)
}

pub(crate) async fn materials(
    run: &mut impl Run,
    ctx: &Ctx,
    case_id: &str,
) -> Result<Vec<CaseMaterial>, CaseError> {
    let sql = "SELECT data FROM case_material WHERE case_id = ? ORDER BY material_code, entry";
    let mut all = Vec::new();
    for row in run.rows(sql, args![case_id]).await? {
        all.push(serde_json::from_str(&row.get::<String>(0)?)?);
    }
    materials_of(ctx, case_id, all)
}

/// Materials as they are stored: opens what is sealed in them.
pub(super) fn materials_of(
    ctx: &Ctx,
    case_id: &str,
    mut all: Vec<CaseMaterial>,
) -> Result<Vec<CaseMaterial>, CaseError> {
    let unreadable = |e: &dyn std::fmt::Display| CaseError::Data(e.to_string());
    for m in &mut all {
        if let Some(sealed) = &m.returned {
            let key = format!("{case_id}/{}", m.entry);
            let sealed = hex::decode(sealed).map_err(|e| unreadable(&e))?;
            let plain = ctx
                .open_sealed("case_material", "returned", &key, &sealed)
                .map_err(|e| unreadable(&e))?;
            m.returned = Some(String::from_utf8(plain).map_err(|e| unreadable(&e))?);
        }
    }
    Ok(all)
}

pub(crate) async fn put_special(
    run: &mut impl Run,
    ctx: &Ctx,
    case_id: &str,
    s: &Special,
) -> Result<(), CaseError> {
    let sql = "INSERT INTO case_special (case_id, no, data, private) VALUES (?, ?, ?, ?) \
               ON CONFLICT (case_id, no) DO UPDATE SET data = excluded.data, \
               private = excluded.private";
    let data = serde_json::to_string(&s.open)?;
    let plain = serde_json::to_vec(&s.private)?;
    let key = format!("{case_id}/{}", s.open.no);
    let private = ctx.seal("case_special", "private", &key, &plain);
    run.exec(sql, args![case_id, s.open.no, data, private])
        .await?;
    Ok(())
}

pub(crate) async fn specials(
    run: &mut impl Run,
    ctx: &Ctx,
    case_id: &str,
) -> Result<Vec<Special>, CaseError> {
    let sql = "SELECT no, data, private FROM case_special WHERE case_id = ? ORDER BY no";
    let mut all = Vec::new();
    for row in run.rows(sql, args![case_id]).await? {
        let (no, data, private): (i64, String, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let plain = ctx
            .open_sealed(
                "case_special",
                "private",
                &format!("{case_id}/{no}"),
                &private,
            )
            .map_err(|e| CaseError::Data(e.to_string()))?;
        all.push(Special {
            open: serde_json::from_str(&data)?,
            private: serde_json::from_slice(&plain)?,
        });
    }
    Ok(all)
}

pub(crate) async fn put_check(
    run: &mut impl Run,
    case_id: &str,
    c: &PointCheck,
) -> Result<(), CaseError> {
    let sql = "INSERT INTO case_check (case_id, material_code, point_no, passed, by_whom, at) \
               VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (case_id, material_code, point_no) \
               DO UPDATE SET passed = excluded.passed, by_whom = excluded.by_whom, at = excluded.at";
    let args = args![
        case_id,
        c.material_code.as_str(),
        c.point_no,
        c.passed,
        c.by.as_str(),
        c.at
    ];
    run.exec(sql, args).await?;
    Ok(())
}

pub(crate) async fn checks(
    run: &mut impl Run,
    case_id: &str,
) -> Result<Vec<PointCheck>, CaseError> {
    let sql = "SELECT material_code, point_no, passed, by_whom, at FROM case_check \
               WHERE case_id = ? ORDER BY material_code, point_no";
    run.rows(sql, args![case_id])
        .await?
        .iter()
        .map(|r| {
            Ok(PointCheck {
                material_code: r.get(0)?,
                point_no: r.get(1)?,
                passed: r.get(2)?,
                by: r.get(3)?,
                at: r.get(4)?,
            })
        })
        .collect()
}

pub(crate) async fn forget_failed(run: &mut impl Run, case_id: &str) -> Result<(), CaseError> {
    run.exec(
        "DELETE FROM case_check WHERE case_id = ? AND passed = 0",
        args![case_id],
    )
    .await?;
    Ok(())
}

pub(crate) async fn insert_visit(
    run: &mut impl Run,
    case_id: &str,
    no: u32,
    event: &str,
    officer: &str,
    at: Timestamp,
) -> Result<(), CaseError> {
    let sql = "INSERT INTO case_visit (case_id, no, at, event, officer) VALUES (?, ?, ?, ?, ?)";
    run.exec(sql, args![case_id, no, at, event, officer])
        .await?;
    Ok(())
}

/// Contacts with presence, oldest first: when and at what.
pub(crate) async fn visits(
    run: &mut impl Run,
    case_id: &str,
) -> Result<Vec<(Timestamp, String)>, CaseError> {
    let sql = "SELECT at, event FROM case_visit WHERE case_id = ? ORDER BY no";
    run.rows(sql, args![case_id])
        .await?
        .iter()
        .map(|r| Ok((r.get(0)?, r.get(1)?)))
        .collect()
}

pub(crate) async fn put_rule(
    run: &mut impl Run,
    item_id: &str,
    code: &str,
    rule: &str,
) -> Result<(), CaseError> {
    let sql = "INSERT INTO acceptance_check (item_id, code, rule) VALUES (?, ?, ?) \
               ON CONFLICT (item_id, code) DO UPDATE SET rule = excluded.rule";
    run.exec(sql, args![item_id, code, rule]).await?;
    Ok(())
}

pub(crate) async fn rules(run: &mut impl Run, item_id: &str) -> Result<Vec<String>, CaseError> {
    let sql = "SELECT rule FROM acceptance_check WHERE item_id = ? ORDER BY code";
    run.rows(sql, args![item_id])
        .await?
        .iter()
        .map(|r| Ok(r.get(0)?))
        .collect()
}

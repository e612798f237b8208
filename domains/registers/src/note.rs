//! What the platform itself has to say of somebody's credit [D-04].

use serde_json::{Value, json};
use store::{Ctx, Tx};

use crate::error::RegistersError;
use crate::events::CreditNoted;
use crate::table::{self, Stored};
use crate::{Register, query};

/// One entry for a credit record (信用记录).
#[derive(Clone, Debug)]
pub struct CreditNote {
    /// Number of the entry: `XY2026000017`.
    pub record_no: String,
    /// Identity number or unified social credit code.
    pub subject: String,
    pub subject_name: String,
    pub is_legal: bool,
    /// What kind of thing happened: 材料原件不符.
    pub kind: String,
    pub content: String,
    /// Name of the agency that says so.
    pub source: String,
}

impl CreditNote {
    /// A number for a new entry.
    pub fn number(ctx: &Ctx) -> String {
        let year = kernel::time::beijing_date(ctx.now()).year();
        format!("XY{year}{}", ctx.rng.digits(6))
    }
}

/// Adds an entry to the subject's credit record, in the transaction of the act that it tells of; a
/// subject without a record gets one. The grade stays: the credit platform grades, not we. An entry
/// that is there already is not written twice.
pub async fn note_credit(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    note: &CreditNote,
) -> Result<(), RegistersError> {
    let subject = kernel::number::fold(&note.subject);
    let digest = ctx.lookup(table::BY_SUBJECT, &subject);
    let known = table::find(tx, table::BY_SUBJECT, &digest).await?;
    let mut data = match &known {
        Some(stored) => query::open(ctx, stored)?,
        None => fresh(note, &subject),
    };
    let Some(records) = data["records"].as_array_mut() else {
        return Err(RegistersError::Stored(
            "a credit record without entries".into(),
        ));
    };
    if records
        .iter()
        .any(|r| r["record_no"] == note.record_no.as_str())
    {
        return Ok(());
    }
    records.push(json!({
        "record_no": note.record_no,
        "kind": note.kind,
        "content": note.content,
        "source": note.source,
        "recorded_on": kernel::time::beijing_date(ctx.now()).to_string(),
        "removed_on": Value::Null,
        "effect": "核实中",
    }));
    let is_new = known.is_none();
    // The digest of what was imported stays: a later import of the same list changes nothing and
    // leaves the entry where it is.
    let (key, content, photo) = match known {
        Some(k) => (k.key, k.content, k.photo),
        None => (ctx.rng.key(), Vec::new(), None),
    };
    let plain = serde_json::to_vec(&data).map_err(|e| RegistersError::Stored(e.to_string()))?;
    let stored = Stored {
        data: ctx.seal("register_record", "data", &key, &plain),
        key,
        content,
        photo,
    };
    table::put(tx, Register::Credit, &stored, ctx.now()).await?;
    if is_new {
        table::put_lookup(tx, table::BY_SUBJECT, &digest, &stored.key).await?;
    }
    let event = CreditNoted {
        record_no: note.record_no.clone(),
        kind: note.kind.clone(),
        subject,
    };
    let stream = format!("register/{}", Register::Credit.code());
    journal::append(tx, ctx, &stream, &event).await?;
    Ok(())
}

fn fresh(note: &CreditNote, subject: &str) -> Value {
    let kind = if note.is_legal {
        "legal_person"
    } else {
        "natural_person"
    };
    json!({
        "subject_type": kind,
        "subject_id": subject,
        "subject_name": note.subject_name,
        "grade": "A",
        "records": [],
    })
}

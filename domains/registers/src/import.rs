//! Taking in extracts of the registers.

use std::sync::Arc;

use blobs::Blobs;
use kernel::{IdNumber, Permission, Target, number};
use serde_json::Value;
use store::{Ctx, Run};

use crate::events::RegisterImported;
use crate::query::{ID_NUMBER, REFERENCE, USCC};
use crate::record::Register;
use crate::table::{self, Stored};
use crate::{RegistersError, lookup_path};

/// Records written in one transaction.
const CHUNK: usize = 50;

/// A person with the photograph that the record names.
#[derive(Clone, Default)]
pub struct PersonRecord {
    pub record: Value,
    /// PNG or JPEG.
    pub photo: Option<Vec<u8>>,
}

/// What can be taken in at once: the lists of `persons.json`, `legal_persons.json`, `credit.json`.
#[derive(Clone, Default)]
pub struct Import {
    pub persons: Vec<PersonRecord>,
    pub legal_persons: Vec<Value>,
    pub credits: Vec<Value>,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
}

/// A record on its way into the database.
struct Incoming {
    /// The number it is known by, first; further numbers after it.
    lookups: Vec<(&'static str, Vec<u8>)>,
    relation: Option<(&'static str, Vec<u8>)>,
    data: Value,
    photo: Option<Vec<u8>>,
}

/// Adds records and replaces those whose content changed. All records are checked before the first
/// is written; what is already so changes nothing.
pub async fn import(ctx: &Ctx, import: Import) -> Result<Imported, RegistersError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    let mut total = Imported::default();
    for (register, records) in checked(ctx, import)? {
        let mut done = Imported::default();
        let mut fresh = Vec::new();
        for record in records {
            match compose(ctx, record).await? {
                Some((ready, true)) => {
                    done.added += 1;
                    fresh.push(ready);
                }
                Some((ready, false)) => {
                    done.changed += 1;
                    fresh.push(ready);
                }
                None => done.unchanged += 1,
            }
        }
        write(ctx, register, fresh, done).await?;
        total.added += done.added;
        total.changed += done.changed;
        total.unchanged += done.unchanged;
    }
    Ok(total)
}

fn checked(ctx: &Ctx, import: Import) -> Result<[(Register, Vec<Incoming>); 3], RegistersError> {
    let persons = import.persons.into_iter().map(|p| incoming_person(ctx, p));
    let legal = import
        .legal_persons
        .into_iter()
        .map(|data| incoming_legal(ctx, data));
    let credit = import
        .credits
        .into_iter()
        .map(|data| incoming_credit(ctx, data));
    Ok([
        (Register::Population, persons.collect::<Result<_, _>>()?),
        (Register::Legal, legal.collect::<Result<_, _>>()?),
        (Register::Credit, credit.collect::<Result<_, _>>()?),
    ])
}

fn incoming_person(ctx: &Ctx, person: PersonRecord) -> Result<Incoming, RegistersError> {
    let data = person.record;
    let reference = text(&data, "person_id", "")?;
    let id = id_number(&data, "id_number", "id_type", &reference)?;
    text(&data, "name", &reference)?;
    Ok(Incoming {
        lookups: vec![
            (table::BY_ID, ctx.lookup_of(ID_NUMBER, &id)),
            (table::BY_REF, ctx.lookup(REFERENCE, &reference)),
        ],
        relation: None,
        data,
        photo: person.photo,
    })
}

fn incoming_legal(ctx: &Ctx, data: Value) -> Result<Incoming, RegistersError> {
    let reference = text(&data, "legal_person_id", "")?;
    let wrong = |field| RegistersError::Record {
        record: reference.clone(),
        field,
    };
    let uscc = number::uscc(&text(&data, "uscc", &reference)?).map_err(|_| wrong("uscc"))?;
    text(&data, "name", &reference)?;
    text(&data, "status", &reference)?;
    let id = id_number(
        &data,
        "legal_representative_id_number",
        "legal_representative_id_type",
        &reference,
    )?;
    Ok(Incoming {
        lookups: vec![(table::BY_USCC, ctx.lookup(USCC, &uscc))],
        relation: Some((table::REPRESENTS, ctx.lookup_of(ID_NUMBER, &id))),
        data,
        photo: None,
    })
}

fn incoming_credit(ctx: &Ctx, data: Value) -> Result<Incoming, RegistersError> {
    let subject = number::fold(&text(&data, "subject_id", "")?);
    Ok(Incoming {
        lookups: vec![(table::BY_SUBJECT, ctx.lookup(table::BY_SUBJECT, &subject))],
        relation: None,
        data,
        photo: None,
    })
}

fn text(data: &Value, field: &'static str, record: &str) -> Result<String, RegistersError> {
    let found = lookup_path(data, field)
        .and_then(Value::as_str)
        .filter(|t| !t.trim().is_empty());
    found
        .map(str::to_owned)
        .ok_or_else(|| RegistersError::Record {
            record: record.into(),
            field,
        })
}

/// A resident identity number (type 111) must have its check digit; other documents are folded.
fn id_number(
    data: &Value,
    field: &'static str,
    kind: &'static str,
    record: &str,
) -> Result<IdNumber, RegistersError> {
    let number = text(data, field, record)?;
    if text(data, kind, record)? != "111" {
        return Ok(IdNumber::other(&number));
    }
    let wrong = |_| RegistersError::Record {
        record: record.to_owned(),
        field,
    };
    IdNumber::resident(&number).map_err(wrong)
}

/// A record ready to be written.
#[derive(Clone)]
struct Ready {
    stored: Stored,
    lookups: Vec<(&'static str, Vec<u8>)>,
    relation: Option<(&'static str, Vec<u8>)>,
}

/// Encrypts a record and stores its photograph. None when nothing changed; true when it is new.
async fn compose(ctx: &Ctx, record: Incoming) -> Result<Option<(Ready, bool)>, RegistersError> {
    let plain =
        serde_json::to_string(&record.data).map_err(|e| RegistersError::Stored(e.to_string()))?;
    let picture = record.photo.as_ref().map_or_else(String::new, |bytes| {
        hex::encode(ctx.lookup("register_photo", &hex::encode(bytes)))
    });
    let content = ctx.lookup("register_content", &format!("{picture} {plain}"));
    let known = match record.lookups.first() {
        Some((kind, digest)) => table::find(&mut ctx.db.reader(), kind, digest).await?,
        None => None,
    };
    if known.as_ref().is_some_and(|k| k.content == content) {
        return Ok(None);
    }
    let photo = match (record.photo, known.as_ref().and_then(|k| k.photo.clone())) {
        (Some(bytes), _) => {
            let blobs = ctx.shared.get::<Blobs>().ok_or(RegistersError::NoBlobs)?;
            Some(blobs.put(ctx, bytes).await?.name)
        }
        (None, former) => former,
    };
    let is_new = known.is_none();
    let key = known.map_or_else(|| ctx.rng.key(), |k| k.key);
    let data = ctx.seal("register_record", "data", &key, plain.as_bytes());
    let stored = Stored {
        key,
        data,
        content,
        photo,
    };
    Ok(Some((
        Ready {
            stored,
            lookups: record.lookups,
            relation: record.relation,
        },
        is_new,
    )))
}

async fn write(
    ctx: &Ctx,
    register: Register,
    fresh: Vec<Ready>,
    done: Imported,
) -> Result<(), RegistersError> {
    if fresh.is_empty() {
        return Ok(());
    }
    let chunks: Vec<Arc<Vec<Ready>>> = fresh.chunks(CHUNK).map(|c| Arc::new(c.to_vec())).collect();
    let last = chunks.len() - 1;
    for (i, chunk) in chunks.into_iter().enumerate() {
        let event = RegisterImported {
            register,
            added: done.added,
            changed: done.changed,
        };
        let (db, ctx) = (ctx.db.clone(), ctx.clone());
        db.write(move |tx| {
            let (ctx, chunk, event) = (ctx.clone(), chunk.clone(), event.clone());
            Box::pin(async move {
                for ready in chunk.iter() {
                    put(tx, register, ready, &ctx).await?;
                }
                if i == last {
                    let stream = format!("register/{}", register.code());
                    journal::append(tx, &ctx, &stream, &event).await?;
                }
                Ok::<(), RegistersError>(())
            })
        })
        .await?;
    }
    Ok(())
}

async fn put(
    run: &mut impl Run,
    register: Register,
    ready: &Ready,
    ctx: &Ctx,
) -> Result<(), store::StoreError> {
    let key = &ready.stored.key;
    table::put(run, register, &ready.stored, ctx.now()).await?;
    for (kind, digest) in &ready.lookups {
        table::put_lookup(run, kind, digest, key).await?;
    }
    if let Some((kind, digest)) = &ready.relation {
        table::put_relation(run, kind, digest, key).await?;
    }
    Ok(())
}

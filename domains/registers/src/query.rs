//! Asking the registers.
//!
//! The permission is asked for the desk that asks (the actor's agency and region), because a
//! window serves whoever walks in, wherever that person is registered. Users have no such
//! permission: a use case that has made sure that the record is the actor's own asks as the
//! platform ([`Ctx::as_system`]) and answers for it in its own events. Every other look-up is
//! written down.

use blobs::Blobs;
use kernel::{ActorKind, IdNumber, Permission, Sensitive, Target, number};
use serde_json::Value;
use store::Ctx;

use crate::events::RegisterQueried;
use crate::record::{LegalPerson, Person, Register};
use crate::table::{self, Stored};
use crate::{RegistersError, lookup_path};

/// Digest domains shared with other look-ups of the same numbers.
pub(crate) const ID_NUMBER: &str = "id_number";
pub(crate) const USCC: &str = "uscc";
pub(crate) const REFERENCE: &str = "register_ref";

/// The person with this identity number.
pub async fn person(ctx: &Ctx, id: &IdNumber) -> Result<Option<Person>, RegistersError> {
    allowed(ctx)?;
    let found = find(ctx, table::BY_ID, &ctx.lookup_of(ID_NUMBER, id)).await?;
    written_down(ctx, Register::Population, id.reveal(), found.is_some()).await?;
    found.map(|stored| read_person(ctx, &stored)).transpose()
}

/// The person with this reference of the register itself (`P01`), as other records name relatives.
pub async fn person_by_ref(ctx: &Ctx, reference: &str) -> Result<Option<Person>, RegistersError> {
    allowed(ctx)?;
    let found = find(ctx, table::BY_REF, &ctx.lookup(REFERENCE, reference)).await?;
    written_down(ctx, Register::Population, reference, found.is_some()).await?;
    found.map(|stored| read_person(ctx, &stored)).transpose()
}

/// The legal person with this credit code, however it is written.
pub async fn legal_person(ctx: &Ctx, uscc: &str) -> Result<Option<LegalPerson>, RegistersError> {
    allowed(ctx)?;
    let uscc = number::fold(uscc);
    let found = find(ctx, table::BY_USCC, &ctx.lookup(USCC, &uscc)).await?;
    written_down(ctx, Register::Legal, &uscc, found.is_some()).await?;
    found.map(|stored| read_legal(ctx, &stored)).transpose()
}

/// The legal persons whose representative has this identity number, in the order of their codes.
pub async fn legal_persons_of(
    ctx: &Ctx,
    representative: &IdNumber,
) -> Result<Vec<LegalPerson>, RegistersError> {
    allowed(ctx)?;
    let digest = ctx.lookup_of(ID_NUMBER, representative);
    let found = table::related(&mut ctx.db.reader(), table::REPRESENTS, &digest).await?;
    written_down(
        ctx,
        Register::Legal,
        representative.reveal(),
        !found.is_empty(),
    )
    .await?;
    let mut all: Vec<LegalPerson> = found
        .iter()
        .map(|stored| read_legal(ctx, stored))
        .collect::<Result<_, _>>()?;
    all.sort_by(|a, b| a.uscc.cmp(&b.uscc));
    Ok(all)
}

/// The credit record of an identity number or credit code.
pub async fn credit(ctx: &Ctx, subject: &str) -> Result<Option<Value>, RegistersError> {
    allowed(ctx)?;
    let subject = number::fold(subject);
    let found = find(
        ctx,
        table::BY_SUBJECT,
        &ctx.lookup(table::BY_SUBJECT, &subject),
    )
    .await?;
    written_down(ctx, Register::Credit, &subject, found.is_some()).await?;
    found.map(|stored| open(ctx, &stored)).transpose()
}

/// The photograph of a person (PNG).
pub async fn photo(ctx: &Ctx, id: &IdNumber) -> Result<Option<Vec<u8>>, RegistersError> {
    allowed(ctx)?;
    let found = find(ctx, table::BY_ID, &ctx.lookup_of(ID_NUMBER, id)).await?;
    let name = found.and_then(|stored| stored.photo);
    written_down(ctx, Register::Population, id.reveal(), name.is_some()).await?;
    let Some(name) = name else { return Ok(None) };
    let blobs = ctx.shared.get::<Blobs>().ok_or(RegistersError::NoBlobs)?;
    Ok(Some(blobs.get(ctx, &name).await?))
}

/// Whether name and identity number belong to one living person of the register.
pub async fn compare(ctx: &Ctx, name: &str, id: &IdNumber) -> Result<bool, RegistersError> {
    let found = person(ctx, id).await?;
    Ok(found.is_some_and(|p| p.alive && same_name(&p.name, name)))
}

/// Names agree when they do so without blanks and whatever dot a minority name is written with.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    let plain = |name: &str| -> String {
        name.chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| {
                if matches!(c, '•' | '・' | '．' | '.' | '‧') {
                    '·'
                } else {
                    c
                }
            })
            .collect()
    };
    !plain(a).is_empty() && plain(a) == plain(b)
}

fn allowed(ctx: &Ctx) -> Result<(), RegistersError> {
    let desk = Target {
        region: ctx.actor.region.as_deref(),
        agency: ctx.actor.agency.as_deref(),
        ..Target::default()
    };
    Ok(ctx.actor.require(Permission::RegisterQuery, &desk)?)
}

async fn find(ctx: &Ctx, kind: &str, digest: &[u8]) -> Result<Option<Stored>, RegistersError> {
    Ok(table::find(&mut ctx.db.reader(), kind, digest).await?)
}

async fn written_down(
    ctx: &Ctx,
    register: Register,
    subject: &str,
    found: bool,
) -> Result<(), RegistersError> {
    if ctx.actor.kind == ActorKind::System {
        return Ok(());
    }
    let stream = format!("register_query/{}", ctx.rng.key());
    let event = RegisterQueried {
        register,
        found,
        subject: subject.to_owned(),
    };
    let (db, ctx) = (ctx.db.clone(), ctx.clone());
    db.write(move |tx| {
        let (ctx, stream, event) = (ctx.clone(), stream.clone(), event.clone());
        Box::pin(async move {
            journal::append(tx, &ctx, &stream, &event).await?;
            Ok(())
        })
    })
    .await
}

pub(crate) fn open(ctx: &Ctx, stored: &Stored) -> Result<Value, RegistersError> {
    let plain = ctx
        .open_sealed("register_record", "data", &stored.key, &stored.data)
        .map_err(|e| RegistersError::Stored(e.to_string()))?;
    serde_json::from_slice(&plain).map_err(|e| RegistersError::Stored(e.to_string()))
}

fn read_person(ctx: &Ctx, stored: &Stored) -> Result<Person, RegistersError> {
    let data = open(ctx, stored)?;
    let name = lookup_path(&data, "name")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let alive = lookup_path(&data, "alive")
        .and_then(Value::as_bool)
        .unwrap_or(true);
    Ok(Person { name, alive, data })
}

fn read_legal(ctx: &Ctx, stored: &Stored) -> Result<LegalPerson, RegistersError> {
    let data = open(ctx, stored)?;
    let text = |path: &str| {
        lookup_path(&data, path)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let representative = Some(text("legal_representative_id_number"))
        .filter(|id| !id.is_empty())
        .map(|id| IdNumber::other(&id));
    Ok(LegalPerson {
        uscc: text("uscc"),
        name: text("name"),
        status: text("status"),
        representative,
        data,
    })
}

#[cfg(test)]
mod tests {
    use super::same_name;

    #[test]
    fn names_agree_whatever_the_dot() {
        assert!(same_name("买买提·艾力", " 买买提•艾力"));
        assert!(!same_name("陈䶮", "陈龑"));
        assert!(!same_name("", ""));
    }
}

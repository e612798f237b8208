//! Counting uses from the journal, batch by batch: what is counted and up to where stand in one
//! transaction, so each use counts once whatever happens.

use std::collections::BTreeMap;
use std::sync::Arc;

use journal::{Event, StoredEvent};
use kernel::{ActorKind, time};
use store::Ctx;

use super::table::{self, Key};
use super::{Consumer, UseKind};
use crate::copy::{CopyFetched, CopyMade};
use crate::error::LicenceError;
use crate::events::{LicenceCited, LicenceRead, LicenceVerified};

/// The name under which the journal is read.
pub(super) const NAME: &str = "licences.uses";

const KINDS: &[&str] = &[
    LicenceCited::KIND,
    LicenceVerified::KIND,
    LicenceRead::KIND,
    CopyMade::KIND,
    CopyFetched::KIND,
];

/// A use as the journal tells it.
struct Told {
    licence_key: Option<String>,
    what: UseKind,
    reason: String,
    consumer: Consumer,
}

fn told(event: &StoredEvent) -> Option<Told> {
    let one = |key: String, what: UseKind, consumer: Consumer| Told {
        licence_key: Some(key),
        what,
        reason: String::new(),
        consumer,
    };
    if let Some(cited) = event.read::<LicenceCited>() {
        let consumer = match cited.agency {
            Some(agency) => Consumer::Agency(agency),
            None => consumer(event),
        };
        return Some(one(cited.licence_key, UseKind::Cited, consumer));
    }
    if let Some(read) = event.read::<LicenceRead>() {
        return Some(one(read.licence_key, UseKind::Called, consumer(event)));
    }
    if let Some(made) = event.read::<CopyMade>() {
        return Some(one(made.licence_key, UseKind::Copied, Consumer::Holder));
    }
    if let Some(fetched) = event.read::<CopyFetched>() {
        let by = consumer(event);
        return Some(one(fetched.licence_key, UseKind::Fetched, by));
    }
    let verified = event.read::<LicenceVerified>()?;
    Some(Told {
        licence_key: verified.licence_key,
        what: match verified.valid {
            true => UseKind::Passed,
            false => UseKind::Failed,
        },
        reason: verified.reason.unwrap_or_default(),
        consumer: consumer(event),
    })
}

fn consumer(event: &StoredEvent) -> Consumer {
    let actor = &event.actor;
    if let Some(client) = &actor.client {
        return Consumer::Client(client.clone());
    }
    match (actor.kind, &actor.agency) {
        (ActorKind::Staff, Some(agency)) => Consumer::Agency(agency.clone()),
        (ActorKind::Machine, _) => Consumer::Client(actor.id.clone()),
        (ActorKind::Staff | ActorKind::System, _) => Consumer::System,
        (ActorKind::User | ActorKind::Visitor, _) => Consumer::Public,
    }
}

/// Counts what was not counted yet. Returns how many uses.
pub(crate) async fn count_uses(ctx: &Ctx) -> Result<i64, LicenceError> {
    let mut all = 0;
    while let Some((stretch, events)) = journal::unread(&mut ctx.db.reader(), NAME, KINDS).await? {
        let uses = Arc::new(sums(ctx, &events).await?);
        let written = uses.clone();
        let done: Result<(), LicenceError> = ctx
            .db
            .write(move |tx| {
                let uses = written.clone();
                Box::pin(async move {
                    journal::mark_read(tx, NAME, stretch).await?;
                    for (key, n) in uses.iter() {
                        table::add(tx, key, *n).await?;
                    }
                    Ok(())
                })
            })
            .await;
        done?;
        all += uses.values().sum::<i64>();
    }
    Ok(all)
}

/// The uses that these events tell of.
async fn sums(ctx: &Ctx, events: &[StoredEvent]) -> Result<BTreeMap<Key, i64>, LicenceError> {
    let reader = &mut ctx.db.reader();
    let told: Vec<_> = events
        .iter()
        .filter_map(|event| Some((time::beijing_date(event.at), told(event)?)))
        .collect();
    let mut keys: Vec<String> = told
        .iter()
        .filter_map(|t| t.1.licence_key.clone())
        .collect();
    keys.sort();
    keys.dedup();
    let kinds = table::kinds(reader, &keys).await?;
    let mut uses = BTreeMap::new();
    for (day, one) in told {
        let kind = one.licence_key.and_then(|key| kinds.get(&key).cloned());
        let (type_code, issuer) = kind.unwrap_or_default();
        let (what, consumer) = (one.what.code(), one.consumer.code());
        let key = (day, type_code, issuer, what, one.reason, consumer);
        *uses.entry(key).or_default() += 1;
    }
    Ok(uses)
}

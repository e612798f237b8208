//! Counting receipts from the journal, each once.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use journal::{Event, StoredEvent};
use kernel::{ActorKind, time};
use licences::LicenceIssued;
use store::Ctx;

use super::event::ApprovalRefused;
use super::table::{self, Key};
use super::{LATE, ReceiptKind, of_batch};
use crate::batch::SourceClass;
use crate::error::CollectionError;
use crate::events::BatchMoved;

/// The name under which the journal is read.
const NAME: &str = "collection.receipts";

const KINDS: &[&str] = &[LicenceIssued::KIND, BatchMoved::KIND, ApprovalRefused::KIND];

/// Counts what was not counted yet.
pub(crate) async fn count_receipts(ctx: &Ctx) -> Result<(), CollectionError> {
    while let Some((stretch, events)) = journal::unread(&mut ctx.db.reader(), NAME, KINDS).await? {
        let sums = Arc::new(sums(&events));
        ctx.db
            .write(move |tx| {
                let sums = sums.clone();
                Box::pin(async move {
                    journal::mark_read(tx, NAME, stretch).await?;
                    for (key, n) in sums.iter() {
                        table::add(tx, key, *n).await?;
                    }
                    Ok::<_, CollectionError>(())
                })
            })
            .await?;
    }
    Ok(())
}

fn sums(events: &[StoredEvent]) -> BTreeMap<Key, i64> {
    let mut sums = BTreeMap::new();
    for event in events {
        let day = time::beijing_date(event.at);
        for (key, n) in told(event, day) {
            if n > 0 {
                *sums.entry(key).or_default() += i64::try_from(n).unwrap_or(i64::MAX);
            }
        }
    }
    sums
}

fn told(event: &StoredEvent, day: Date) -> Vec<(Key, u64)> {
    if let Some(issued) = event.read::<LicenceIssued>() {
        // A change of what is there is no receipt, nor is what the installation began with.
        if issued.version > 1 || event.actor.kind == ActorKind::System {
            return Vec::new();
        }
        let key = |kind: ReceiptKind| {
            let (agency, class) = (issued.agency.clone(), issued.source_class.clone());
            let none = String::new();
            (
                agency,
                day,
                kind.code(),
                issued.type_code.clone(),
                class,
                none,
            )
        };
        let mut all = vec![(key(ReceiptKind::New), 1)];
        if is_late(&issued, day) {
            all.push((key(ReceiptKind::Late), 1));
        }
        return all;
    }
    if let Some(refused) = event.read::<ApprovalRefused>() {
        let kind = match refused.duplicate {
            true => ReceiptKind::Duplicate,
            false => ReceiptKind::Failed,
        };
        let (type_code, class) = (refused.type_code, refused.source_class);
        let none = String::new();
        return vec![(
            (refused.agency, day, kind.code(), type_code, class, none),
            1,
        )];
    }
    let Some(moved) = event.read::<BatchMoved>() else {
        return Vec::new();
    };
    let key = |kind: ReceiptKind| {
        let (agency, batch) = (moved.agency.clone(), moved.batch_key.clone());
        let class = moved.source_class.clone();
        (agency, day, kind.code(), String::new(), class, batch)
    };
    let told = of_batch(&moved).into_iter();
    told.map(|(kind, n)| (key(kind), n)).collect()
}

/// What an agency's system sends should arrive when it is issued; what is taken from archives is
/// old by its nature.
fn is_late(issued: &LicenceIssued, day: Date) -> bool {
    let sent = [SourceClass::D, SourceClass::E].map(SourceClass::code);
    let of = issued.issued_on.as_ref().and_then(|day| day.parse().ok());
    let late = |of: Date| (day - of).get_days() as i64 > LATE;
    sent.contains(&issued.source_class.as_str()) && of.is_some_and(late)
}

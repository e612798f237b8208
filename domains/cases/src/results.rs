//! The loop is closed [D-28, H-82]: a day after a case whose item makes a licence was completed, the
//! licence is looked for in the library and in its holder's wallet. One that is not there is an
//! anomaly until it is.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use journal::Event as _;
use store::Ctx;

use crate::case::Case;
use crate::error::CaseError;
use crate::events::{CaseMoved, LicenceMissing};
use crate::query::{CaseRow, agencies_in_scope, row_of};
use crate::state::Event;
use crate::table;
use crate::timers::version;

/// The name under which the journal is read.
const NAME: &str = "cases.results";
/// How long a licence may be on its way.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Cases that are looked after at once.
const AT_ONCE: i64 = 200;

/// Enters what was completed and looks after what is due. Returns how many licences are missing that
/// were not before.
pub(crate) async fn watch_results(system: &Ctx) -> Result<usize, CaseError> {
    enter(system).await?;
    let mut missing = 0;
    let mut after = None;
    loop {
        let mut reader = system.db.reader();
        let due = table::results::due(&mut reader, system.now(), after.as_ref(), AT_ONCE).await?;
        let Some(last) = due.last() else {
            return Ok(missing);
        };
        after = Some((last.due_at, last.case_id.clone()));
        for one in &due {
            let case = table::load(&mut reader, system, &one.case_id).await?;
            match (made(system, &case).await?, one.missing) {
                (true, _) => forget(system, &one.case_id).await?,
                (false, true) => {}
                (false, false) => {
                    miss(system, &case).await?;
                    missing += 1;
                }
            }
        }
    }
}

/// Cases that were completed since the journal was read last.
async fn enter(system: &Ctx) -> Result<(), CaseError> {
    loop {
        let mut reader = system.db.reader();
        let unread = journal::unread(&mut reader, NAME, &[CaseMoved::KIND]).await?;
        let Some((stretch, events)) = unread else {
            return Ok(());
        };
        let mut all: Vec<(String, String, Timestamp)> = Vec::new();
        for event in events {
            let Some(moved) = event.read::<CaseMoved>() else {
                continue;
            };
            if moved.event != Event::Complete.code() {
                continue;
            }
            let case = table::load(&mut reader, system, &moved.case_id).await?;
            if makes_licence(system, &case).await? {
                all.push((moved.case_id, moved.agency, event.at + DAY));
            }
        }
        let all = Arc::new(all);
        system
            .db
            .write(move |tx| {
                let all = all.clone();
                Box::pin(async move {
                    journal::mark_read(tx, NAME, stretch).await?;
                    for (case_id, agency, due_at) in all.iter() {
                        table::results::insert(tx, case_id, agency, *due_at).await?;
                    }
                    Ok::<_, CaseError>(())
                })
            })
            .await?;
    }
}

/// Whether the result of the case is to be a licence.
async fn makes_licence(system: &Ctx, case: &Case) -> Result<bool, CaseError> {
    let approved = case.data.decision.as_ref().is_some_and(|d| d.approve);
    let item = version(system, case).await?;
    Ok(approved && item.result_licence_type.is_some())
}

/// Whether its licence is in the library and in its holder's wallet.
async fn made(system: &Ctx, case: &Case) -> Result<bool, CaseError> {
    let result = case.data.result.as_ref();
    let Some(key) = result.and_then(|result| result.licence_key.as_ref()) else {
        return Ok(false);
    };
    licences::arrived(system, key)
        .await
        .map_err(CaseError::other)
}

async fn forget(system: &Ctx, case_id: &str) -> Result<(), CaseError> {
    let case_id = case_id.to_owned();
    system
        .db
        .write(move |tx| {
            let case_id = case_id.clone();
            Box::pin(async move { table::results::delete(tx, &case_id).await })
        })
        .await
}

async fn miss(system: &Ctx, case: &Case) -> Result<(), CaseError> {
    let event = LicenceMissing {
        case_id: case.case_id.clone(),
        case_no: case.data.case_no.clone(),
        item_id: case.data.item_id.clone(),
        agency: case.data.agency.clone(),
    };
    tracing::warn!(case = %case.case_id, "completed, and its licence is not in the library");
    let (inner, stream) = (system.clone(), case.stream());
    system
        .db
        .write(move |tx| {
            let (ctx, event, stream) = (inner.clone(), event.clone(), stream.clone());
            Box::pin(async move {
                table::results::miss(tx, &event.case_id, ctx.now()).await?;
                journal::append(tx, &ctx, &stream, &event).await?;
                Ok::<_, CaseError>(())
            })
        })
        .await
}

/// Completed cases in the actor's scope whose licence is missing, with the moment since when, oldest
/// first.
pub async fn missing_licences(ctx: &Ctx) -> Result<Vec<(CaseRow, Timestamp)>, CaseError> {
    let mine = agencies_in_scope(ctx).await?;
    let mut reader = ctx.db.reader();
    let mut all = Vec::new();
    for (case_id, since) in table::results::missing(&mut reader, mine.as_deref(), AT_ONCE).await? {
        let case = table::load(&mut reader, &ctx.as_system(), &case_id).await?;
        all.push((row_of(ctx, case, None).await?, since));
    }
    Ok(all)
}

//! 接收预警 [H-40]: an agency is alerted to licences that came in newly, late or twice, and to those
//! that failed.

mod count;
mod event;
mod table;

use jiff::Span;
use jiff::civil::Date;
use kernel::{Permission, Problem, time};
use licences::LicenceError;
use store::Ctx;

use crate::approval::Approval;
use crate::batch::{SourceClass, agencies_for};
use crate::error::CollectionError;
use crate::events::BatchMoved;

pub use event::{ApprovalRefused, ReceiptsSeen};

pub(crate) use count::count_receipts;

kernel::codes! {
    /// What an agency is alerted to.
    ReceiptKind {
        New = "new", "新收", "New";
        Failed = "failed", "未成功", "Failed";
        Duplicate = "duplicate", "重复", "Duplicate";
        Late = "late", "迟报", "Late";
    }
}

/// Data that arrive by an interface later than so many days after the day of issue are late (ours).
pub const LATE: i64 = 7;
/// Days that are looked back.
const DAYS: i64 = 31;

/// What came in, or did not, on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Agency code.
    pub agency: String,
    pub day: Date,
    pub kind: ReceiptKind,
    /// Short code; empty where several are meant.
    pub type_code: String,
    /// None: made by a case of the platform.
    pub source_class: Option<SourceClass>,
    /// The batch that tells more.
    pub batch_key: Option<String>,
    pub n: u64,
    /// How many nobody took note of yet.
    pub unseen: u64,
}

/// What came in for the agencies in the actor's scope during the last month, newest first.
pub async fn receipts(ctx: &Ctx) -> Result<Vec<Receipt>, CollectionError> {
    let from = time::beijing_date(ctx.now()).saturating_sub(Span::new().days(DAYS));
    let mut all = Vec::new();
    for agency in mine(ctx).await? {
        all.extend(table::of_agency(&mut ctx.db.reader(), &agency, from).await?);
    }
    all.sort_by(|a, b| {
        let kind = |one: &Receipt| ReceiptKind::ALL.iter().position(|k| *k == one.kind);
        (b.day, &a.agency, kind(a)).cmp(&(a.day, &b.agency, kind(b)))
    });
    Ok(all)
}

/// Codes of the agencies whose receipts the actor sees.
async fn mine(ctx: &Ctx) -> Result<Vec<String>, CollectionError> {
    let mine = agencies_for(ctx, Permission::LicenceQuery).await?;
    if mine.is_empty() {
        return Err(kernel::Denied(Permission::LicenceQuery).into());
    }
    Ok(mine.into_iter().map(|agency| agency.code).collect())
}

/// How many alerts of the actor's own agency nobody took note of.
pub async fn unseen(ctx: &Ctx) -> Result<u64, CollectionError> {
    match own(ctx).await? {
        Some(agency) => table::unseen(&mut ctx.db.reader(), &agency).await,
        None => Ok(0),
    }
}

/// The actor's agency, where the actor may look into its library.
async fn own(ctx: &Ctx) -> Result<Option<String>, CollectionError> {
    let Some(agency) = &ctx.actor.agency else {
        return Ok(None);
    };
    let mine = agencies_for(ctx, Permission::LicenceQuery).await?;
    let there = mine.iter().any(|one| one.code == *agency);
    Ok(there.then(|| agency.clone()))
}

/// Takes note of all alerts of the actor's own agency. Who looks at other agencies takes no note
/// for them.
pub async fn see_receipts(ctx: &Ctx) -> Result<u64, CollectionError> {
    let agency = own(ctx).await?;
    let agency = agency.ok_or(kernel::Denied(Permission::LicenceQuery))?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, agency) = (inner.clone(), agency.clone());
            Box::pin(async move {
                let receipts = table::see(tx, &agency).await?;
                if receipts > 0 {
                    let stream = event::stream(&agency);
                    let event = ReceiptsSeen { agency, receipts };
                    journal::append(tx, &ctx, &stream, &event).await?;
                }
                Ok(receipts)
            })
        })
        .await
}

/// Journals that the data of an approval made no licence, so that the agency is alerted. Who may not
/// issue for the agency alerts nobody.
pub(crate) async fn refused(
    ctx: &Ctx,
    approval: &Approval,
    class: SourceClass,
    why: &CollectionError,
) -> Result<(), CollectionError> {
    let may = agencies_for(ctx, Permission::LicenceIssue).await?;
    if why.passes() || !may.iter().any(|agency| agency.code == approval.issuer) {
        return Ok(());
    }
    let event = ApprovalRefused {
        agency: approval.issuer.clone(),
        type_code: approval.type_code.clone(),
        source_class: class.code().to_owned(),
        reason: code(why),
        duplicate: matches!(why, CollectionError::Licence(LicenceError::NumberTaken)),
    };
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, event) = (inner.clone(), event.clone());
            Box::pin(async move {
                journal::append(tx, &ctx, &event::stream(&event.agency), &event).await?;
                Ok(())
            })
        })
        .await
}

/// Code of what a person is told.
fn code(why: &CollectionError) -> String {
    match why {
        CollectionError::Licence(LicenceError::NumberTaken) => "number_taken".into(),
        CollectionError::Licence(_) => "licence".into(),
        CollectionError::Field(..) => "field".into(),
        CollectionError::Other(Problem { code, .. }) => (*code).to_string(),
        _ => "other".into(),
    }
}

/// What a finished work of a batch says of its rows.
fn of_batch(event: &BatchMoved) -> Vec<(ReceiptKind, u64)> {
    match event.what.as_str() {
        "take.done" => vec![
            (ReceiptKind::Duplicate, event.duplicates),
            (
                ReceiptKind::Failed,
                event.failed.saturating_sub(event.duplicates),
            ),
        ],
        "issue.done" => vec![(ReceiptKind::Failed, event.failed)],
        _ => Vec::new(),
    }
}

//! 加注件: a copy of a licence for one purpose, one recipient and a period, watermarked with all
//! three and sealed like the licence, so that it is worth nothing for anything else.

mod draw;
mod event;
mod make;
mod table;

use jiff::Timestamp;
use jiff::civil::Date;
use kernel::time;
use serde::{Deserialize, Serialize};
use store::{Ctx, Run};

use crate::error::LicenceError;
use crate::library;
use crate::licence::Format;
use crate::wallet::{is_holder, require_reader};

pub(crate) use draw::Mark;
pub use event::{CopyEnded, CopyFetched, CopyMade};
pub(crate) use make::request;
pub use make::{AskCopy, make_copy};
pub(crate) use table::blobs as copy_files;

/// Longest period of a copy, days.
pub const LONGEST: i64 = 90;
/// Copies of one licence that may be in force at a time.
pub const MOST: usize = 20;

kernel::codes! {
    /// What a copy is for.
    Purpose {
        Government = "government", "办理政务服务事项", "a government service";
        Bank = "bank", "办理金融业务", "a bank or an insurance";
        Work = "work", "求职、用工", "work";
        Lease = "lease", "租赁、房屋交易", "a lease or a sale of property";
        Trade = "trade", "签订合同、商业往来", "a contract or trade";
        School = "school", "入学、考试", "school or an examination";
        Medical = "medical", "就医、照护", "medical care";
        Other = "other", "其他用途", "another purpose";
    }
}

/// A copy of a licence.
#[derive(Clone, Debug)]
pub struct LicenceCopy {
    pub copy_key: String,
    pub licence_key: String,
    /// The version it was made of.
    pub version: u32,
    pub made_at: Timestamp,
    /// Its last day.
    pub until: Date,
    /// When its holder ended it before.
    pub ended_at: Option<Timestamp>,
    /// How often its files were fetched and it was verified.
    pub fetched: u64,
    pub verified: u64,
    pub(crate) use_key: String,
    pub(crate) ofd_blob: String,
    pub(crate) pdf_blob: String,
    pub body: CopyBody,
}

/// What is encrypted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CopyBody {
    pub purpose: Purpose,
    /// Who it is for, as the watermark says.
    pub recipient: String,
    /// The case it is for, if any.
    pub case_no: String,
    /// The token of its code.
    pub token: String,
}

impl LicenceCopy {
    /// Whether it counts on this day.
    pub fn is_good(&self, today: Date) -> bool {
        self.ended_at.is_none() && self.until >= today
    }
}

/// What anybody who holds a copy may be told of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CopyNote {
    pub purpose: Purpose,
    pub recipient: String,
    pub until: Date,
    /// It is over, or its holder ended it.
    pub over: bool,
}

impl CopyNote {
    pub(crate) fn of(copy: &LicenceCopy, today: Date) -> Self {
        Self {
            purpose: copy.body.purpose,
            recipient: copy.body.recipient.clone(),
            until: copy.until,
            over: !copy.is_good(today),
        }
    }
}

/// Copies of a licence, newest first, for its holder or for staff in scope.
pub async fn copies(ctx: &Ctx, licence_key: &str) -> Result<Vec<LicenceCopy>, LicenceError> {
    let mut reader = ctx.db.reader();
    let licence = crate::table::load(&mut reader, ctx, licence_key).await?;
    require_reader(ctx, &licence).await?;
    table::of_licence(&mut reader, ctx, licence_key).await
}

/// A file of a copy, for its holder; each time is counted and told in the journal.
pub async fn copy_file(ctx: &Ctx, copy_key: &str, format: Format) -> Result<Vec<u8>, LicenceError> {
    let copy = own(ctx, copy_key).await?;
    let blob = match format {
        Format::Ofd => &copy.ofd_blob,
        Format::Pdf => &copy.pdf_blob,
        Format::Png => return Err(LicenceError::NotFound),
    };
    if !copy.is_good(time::beijing_date(ctx.now())) {
        return Err(LicenceError::CopyOver);
    }
    let bytes = library::blob(ctx, blob).await?;
    let event = CopyFetched {
        copy_key: copy_key.to_owned(),
        licence_key: copy.licence_key.clone(),
        format: format.code().into(),
    };
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, event) = (inner.clone(), event.clone());
            Box::pin(async move {
                table::count_fetched(tx, &event.copy_key).await?;
                journal::append(tx, &ctx, &stream(&event.copy_key), &event).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await?;
    Ok(bytes)
}

/// Ends a copy at once; ending it twice changes nothing.
pub async fn end_copy(ctx: &Ctx, copy_key: &str) -> Result<(), LicenceError> {
    let copy = own(ctx, copy_key).await?;
    let event = CopyEnded {
        copy_key: copy_key.to_owned(),
        licence_key: copy.licence_key,
    };
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, event) = (inner.clone(), event.clone());
            Box::pin(async move {
                if table::end(tx, &event.copy_key, ctx.now()).await? {
                    journal::append(tx, &ctx, &stream(&event.copy_key), &event).await?;
                }
                Ok::<_, LicenceError>(())
            })
        })
        .await
}

/// A copy of a licence that the actor holds.
async fn own(ctx: &Ctx, copy_key: &str) -> Result<LicenceCopy, LicenceError> {
    let copy = table::load(&mut ctx.db.reader(), ctx, copy_key).await?;
    match is_holder(ctx, &copy.licence_key).await? {
        true => Ok(copy),
        false => Err(LicenceError::NotFound),
    }
}

/// The copy behind the token of a code, or one of whose files this is the digest.
pub(crate) async fn behind(
    run: &mut impl Run,
    ctx: &Ctx,
    value: &str,
) -> Result<Option<LicenceCopy>, LicenceError> {
    match table::found(run, value).await? {
        Some(key) => table::load(run, ctx, &key).await.map(Some),
        None => Ok(None),
    }
}

/// One more verification of a copy.
pub(crate) async fn count_verified(run: &mut impl Run, copy_key: &str) -> Result<(), LicenceError> {
    table::count_verified(run, copy_key).await
}

/// The journal's stream of a copy: who fetches one does not queue behind who fetches another.
fn stream(copy_key: &str) -> String {
    format!("licence_copy/{copy_key}")
}

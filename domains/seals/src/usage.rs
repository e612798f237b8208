//! Every use of a seal is logged: seal, digests, purpose, caller, person, time, result [I-15].

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Ctx, Tx};

use crate::error::SealError;
use crate::event::{SealUseFinished, use_stream};
use crate::reserve::UseId;
use crate::state::State;
use crate::table_use;

/// A reservation that is older can no longer sign, and is closed by the next sweep.
pub(crate) const OPEN_FOR: SignedDuration = SignedDuration::from_mins(30);

kernel::codes! {
    /// What became of a use.
    UseResult {
        /// Allowed, not yet finished.
        Reserved = "reserved", "已准用，未完成", "reserved";
        Signed = "signed", "已用印", "signed";
        /// Signed, but the act it was for was not carried out: another was first.
        Superseded = "superseded", "已用印，文书未生效", "signed, document not used";
        /// Could not sign.
        Failed = "failed", "用印失败", "failed";
        /// The seal was taken out of use while the use was under way: whatever was signed is not
        /// used.
        Stopped = "stopped", "印章停用，已中止", "stopped: the seal was taken out of use";
        /// Never finished: the process ended in between. A signature may or may not exist.
        Abandoned = "abandoned", "未完成", "abandoned";
    }
}

/// A sealed file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedDocument {
    /// `ofd`, `pdf`.
    pub format: String,
    /// SM3 of the sealed file, hexadecimal.
    pub digest: String,
    /// Bytes.
    pub length: u64,
}

impl UsedDocument {
    /// A sealed file as the log tells of it.
    pub fn of(format: &str, bytes: &[u8]) -> Self {
        Self {
            format: format.into(),
            digest: hex::encode(gm::sm3(bytes)),
            length: bytes.len() as u64,
        }
    }
}

/// One use, as the owner agency sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SealUse {
    pub id: UseId,
    pub seal: String,
    pub agency: String,
    pub document_kind: String,
    pub purpose: String,
    pub case_no: String,
    pub item_code: String,
    /// Who called: `system`, a client id, a staff user name.
    pub caller: String,
    /// On whose act the caller signed: a staff user name; empty for none.
    pub person: String,
    pub at: Timestamp,
    pub result: UseResult,
    pub finished_at: Option<Timestamp>,
    pub note: String,
    pub documents: Vec<UsedDocument>,
}

/// Finishes a use in the caller's transaction. A signature counts only while the seal is in use:
/// after a loss report, withdrawal, destruction or expiry it is refused here, and the caller's act
/// with it. One whose transaction lost its race is finished in
/// a transaction of its own, as [`UseResult::Superseded`], with the digests of what was signed.
pub async fn finish(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    id: &UseId,
    documents: &[UsedDocument],
    result: UseResult,
    note: &str,
) -> Result<(), SealError> {
    if result == UseResult::Reserved {
        return Err(SealError::UseClosed);
    }
    // What is looked at comes first; what is only written follows in one go.
    let stream = use_stream(id.as_str());
    let open = table_use::open(tx, id).await?.ok_or(SealError::NotFound)?;
    if result == UseResult::Signed {
        if open.state != State::Active {
            return Err(SealError::NotActive(open.state));
        }
        if open.frozen {
            return Err(SealError::Frozen);
        }
        if open.valid_to.is_none_or(|end| ctx.now() > end) {
            return Err(SealError::NotValid);
        }
    }
    // What was signed before the seal was taken out of use is still told.
    let stopped = open.result == UseResult::Stopped && result != UseResult::Signed;
    let (agency, result) = match stopped {
        true => (open.agency, UseResult::Stopped),
        false => (open.agency, result),
    };
    let mut head = journal::Head::of(tx, &stream).await?;
    if !stopped && !table_use::finish(tx, id, result, ctx.now(), note).await? {
        return Err(SealError::UseClosed);
    }
    for document in documents {
        table_use::insert_document(tx, id, document).await?;
    }
    let event = SealUseFinished {
        agency,
        result,
        documents: documents.to_vec(),
        note: note.to_owned(),
    };
    journal::append_to(tx, ctx, &stream, &mut head, &event).await?;
    Ok(())
}

/// Closes uses that were reserved and never finished. Returns how many.
pub async fn close_abandoned(ctx: &Ctx) -> Result<usize, SealError> {
    let ctx = ctx.as_system();
    let before = ctx.now() - OPEN_FOR;
    let open = table_use::open_before(&mut ctx.db.reader(), before).await?;
    let mut closed = 0;
    for id in open {
        let (inner, id) = (ctx.clone(), id);
        let done: Result<(), SealError> = ctx
            .db
            .write(move |tx| {
                let (ctx, id) = (inner.clone(), id.clone());
                Box::pin(async move { finish(tx, &ctx, &id, &[], UseResult::Abandoned, "").await })
            })
            .await;
        match done {
            Ok(()) => closed += 1,
            // Its owner finished it after all.
            Err(SealError::UseClosed) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(closed)
}

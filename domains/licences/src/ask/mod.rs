//! 持证人请求: a holder asks the issuer to lift a loss, or says what is wrong in a face; an officer
//! of the issuer answers [H-47, H-57].

mod answer;
mod event;
mod table;

use jiff::Timestamp;
use kernel::{Permission, Target};
use serde::{Deserialize, Serialize};
use store::{Ctx, Tx};

use crate::correct::words;
use crate::error::LicenceError;
use crate::events::stream;
use crate::licence::Licence;
use crate::state::State;
use crate::wallet::{self, LicenceCard};

pub use answer::{agree, decline};
pub use event::RequestMoved;

kernel::codes! {
    /// What is asked.
    RequestKind {
        Found = "found", "解除挂失", "lift the loss";
        Correct = "correct", "更正照面信息", "correct the face";
    }
}

kernel::codes! {
    /// Where a request stands.
    RequestState {
        Open = "open", "待答复", "waits for an answer";
        Agreed = "agreed", "已同意", "agreed";
        Declined = "declined", "未同意", "declined";
        Withdrawn = "withdrawn", "已撤回", "withdrawn";
    }
}

/// A request of a holder.
#[derive(Clone, Debug)]
pub struct HolderRequest {
    pub request_key: String,
    pub licence_key: String,
    pub agency: String,
    pub kind: RequestKind,
    pub state: RequestState,
    pub asked_at: Timestamp,
    /// Staff user name of who answered.
    pub officer: Option<String>,
    pub answered_at: Option<Timestamp>,
    pub body: RequestBody,
}

/// What is encrypted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RequestBody {
    pub text: String,
    pub answer: String,
}

impl RequestKind {
    /// Whether it can be asked of a licence in this state.
    fn fits(self, state: State) -> bool {
        match self {
            Self::Found => state == State::Lost,
            Self::Correct => state == State::Valid,
        }
    }
}

/// The holder asks. A second request of the same kind is refused while the first one waits.
pub async fn ask(
    ctx: &Ctx,
    licence_key: &str,
    kind: RequestKind,
    text: &str,
) -> Result<String, LicenceError> {
    if !wallet::is_holder(ctx, licence_key).await? {
        return Err(LicenceError::NotFound);
    }
    let licence = crate::table::load(&mut ctx.db.reader(), ctx, licence_key).await?;
    let text = words("说明", text)?;
    if !kind.fits(licence.state) {
        return Err(LicenceError::NotAskable(licence.state, kind));
    }
    let request = HolderRequest {
        request_key: ctx.rng.key(),
        licence_key: licence_key.to_owned(),
        agency: licence.agency,
        kind,
        state: RequestState::Open,
        asked_at: ctx.now(),
        officer: None,
        answered_at: None,
        body: RequestBody {
            text,
            answer: String::new(),
        },
    };
    let (inner, work) = (ctx.clone(), std::sync::Arc::new(request));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                if !table::insert(tx, &ctx, &work).await? {
                    return Err(LicenceError::AskedAlready);
                }
                record(tx, &ctx, &work).await?;
                Ok(work.request_key.clone())
            })
        })
        .await
}

/// The holder takes back what waits.
pub async fn withdraw_request(ctx: &Ctx, request_key: &str) -> Result<(), LicenceError> {
    let mut request = table::load(&mut ctx.db.reader(), ctx, request_key).await?;
    if !wallet::is_holder(ctx, &request.licence_key).await? {
        return Err(LicenceError::NotFound);
    }
    request.state = RequestState::Withdrawn;
    let (inner, work) = (ctx.clone(), std::sync::Arc::new(request));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move { end(tx, &ctx, &work).await })
        })
        .await
}

/// Writes how a request ended, once.
async fn end(tx: &mut Tx<'_>, ctx: &Ctx, request: &HolderRequest) -> Result<(), LicenceError> {
    table::end(tx, ctx, request, ctx.now()).await?;
    record(tx, ctx, request).await
}

async fn record(tx: &mut Tx<'_>, ctx: &Ctx, r: &HolderRequest) -> Result<(), LicenceError> {
    let event = RequestMoved {
        request_key: r.request_key.clone(),
        licence_key: r.licence_key.clone(),
        kind: r.kind.code().into(),
        state: r.state.code().into(),
        words: match r.state {
            RequestState::Open => r.body.text.clone(),
            _ => r.body.answer.clone(),
        },
    };
    journal::append(tx, ctx, &stream(&r.licence_key), &event).await?;
    Ok(())
}

/// Requests about a licence, newest first, for its holder or for staff in scope.
pub async fn requests(ctx: &Ctx, licence_key: &str) -> Result<Vec<HolderRequest>, LicenceError> {
    let mut reader = ctx.db.reader();
    let licence = crate::table::load(&mut reader, ctx, licence_key).await?;
    wallet::require_reader(ctx, &licence).await?;
    table::of_licence(&mut reader, ctx, licence_key).await
}

fn may_answer(ctx: &Ctx, licence: &Licence) -> Result<(), LicenceError> {
    Ok(ctx
        .actor
        .require(Permission::LicenceChange, &licence.target())?)
}

/// Requests that wait for this officer's agencies, oldest first, each with its licence; at most 200
/// of an agency.
pub async fn requests_waiting(
    ctx: &Ctx,
) -> Result<Vec<(HolderRequest, LicenceCard)>, LicenceError> {
    if ctx.actor.scopes(Permission::LicenceChange).is_empty() {
        return Err(kernel::Denied(Permission::LicenceChange).into());
    }
    let directory = agencies::directory(ctx).await;
    let directory = directory.map_err(LicenceError::other)?;
    let mut reader = ctx.db.reader();
    let mut all = Vec::new();
    for agency in directory.agencies() {
        let target = Target {
            agency: Some(&agency.code),
            region: Some(&agency.region_code),
            ..Target::default()
        };
        if ctx
            .actor
            .require(Permission::LicenceChange, &target)
            .is_err()
        {
            continue;
        }
        for request in table::waiting(&mut reader, ctx, &agency.code).await? {
            let licence = crate::table::load(&mut reader, ctx, &request.licence_key).await?;
            all.push((request, wallet::card(ctx, &licence).await?));
        }
    }
    all.sort_by_key(|one| one.0.asked_at);
    Ok(all)
}

//! May this caller sign this kind of document with this seal, once, now? [I-09, I-10]

use kernel::Permission;
use serde::{Deserialize, Serialize};
use store::{Ctx, Run, Tx};

use crate::authorise::HolderKind;
use crate::error::{SealError, text};
use crate::event::{SealUseReserved, use_stream};
use crate::seal::{Seal, SealType};
use crate::state::State;
use crate::step::load;
use crate::table_use::{self, Granted, Reserved};

/// What a caller wants to seal.
#[derive(Clone, Debug, Default)]
pub struct Reserve {
    /// The seal's key.
    pub seal: String,
    /// In words for the log: `受理通知书 云东市监受字〔2026〕00012号`. No personal data.
    pub purpose: String,
    /// `notice`, `decision`, `licence`, `proof`: what the authorisation names.
    pub document_kind: String,
    /// 办件编号; empty when there is no case.
    pub case_no: String,
    /// Short item code; empty when there is none.
    pub item_code: String,
    /// On whose act the caller signs: a staff user name; empty for none.
    pub person: String,
}

/// A use that was allowed. It signs one document, in OFD and in PDF, and is then finished.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UseId(pub(crate) String);

impl UseId {
    /// The row key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Allows one use, in a transaction of its own or of the caller: the seal is in use and valid, a
/// standing authorisation names the caller, kind of document, item and time, and its daily maximum
/// is not reached. The reservation counts against the maximum whatever becomes of it. A personal name
/// seal is kept by its own person, and signs on no other's act.
pub async fn reserve(tx: &mut Tx<'_>, ctx: &Ctx, wish: &Reserve) -> Result<UseId, SealError> {
    let (seal, granted) = allowed(tx, ctx, wish).await?;
    let now = ctx.now();
    let day = kernel::time::beijing_date(now);
    if !table_use::count_use(tx, &seal.key, &granted, day).await? {
        return Err(SealError::DailyMaximum(granted.daily_maximum));
    }
    let id = UseId(ctx.rng.key());
    let reserved = Reserved {
        id: &id,
        auth_key: &granted.key,
        agency: &seal.owner.agency_code,
        caller: &ctx.actor.id,
        at: now,
        wish,
    };
    table_use::insert(tx, &reserved).await?;
    let event = SealUseReserved {
        seal: seal.key.clone(),
        es_id: seal.es_id.clone(),
        agency: seal.owner.agency_code.clone(),
        document_kind: wish.document_kind.clone(),
        purpose: wish.purpose.clone(),
        case_no: wish.case_no.clone(),
        person: wish.person.clone(),
    };
    let mut head = journal::Head::fresh();
    journal::append_to(tx, ctx, &use_stream(id.as_str()), &mut head, &event).await?;
    Ok(id)
}

/// Whether such a use would be allowed now, as far as seal and authorisation say: for whoever has to
/// know before an act that a seal will be needed for it. Reserves and counts nothing.
pub async fn may_reserve(ctx: &Ctx, wish: &Reserve) -> Result<(), SealError> {
    allowed(&mut ctx.db.reader(), ctx, wish).await.map(|_| ())
}

async fn allowed(
    run: &mut impl Run,
    ctx: &Ctx,
    wish: &Reserve,
) -> Result<(Seal, Granted), SealError> {
    let seal = load(run, &wish.seal).await?;
    ctx.actor.require(Permission::SealUse, &seal.target())?;
    text("purpose", &wish.purpose, 200)?;
    let now = ctx.now();
    if seal.state != State::Active {
        return Err(SealError::NotActive(seal.state));
    }
    if seal.frozen_at.is_some() {
        return Err(SealError::Frozen);
    }
    if !seal.is_valid_at(now) {
        return Err(SealError::NotValid);
    }
    if seal.seal_type == SealType::Personal {
        let on_act_of = match wish.person.as_str() {
            "" => ctx.actor.id.as_str(),
            person => person,
        };
        if on_act_of != seal.custodian {
            return Err(SealError::NotOwnName);
        }
    }
    let holder = HolderKind::of(&ctx.actor);
    let granted = table_use::authorisation(run, wish, holder, &ctx.actor.id, now).await?;
    let granted = granted.ok_or_else(|| SealError::NotAuthorised(wish.document_kind.clone()))?;
    Ok((seal, granted))
}

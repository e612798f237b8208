//! 我的证照: what a holder has, shows, cites; and who used it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use kernel::{ActorKind, Permission, Sensitive, Target, mask};
use sealing::Verdict;
use store::Ctx;

use crate::error::LicenceError;
use crate::events::{LicenceCited, LicenceRead, LicenceVerified, read_stream, stream};
use crate::issue::holder_digest;
use crate::kind::licence_type;
use crate::library;
use crate::licence::Licence;
use crate::state::State;
use crate::table;

/// A licence as the wallet shows it.
#[derive(Clone, Debug)]
pub struct LicenceCard {
    pub licence_key: String,
    /// Short code.
    pub type_code: String,
    pub type_name: String,
    pub licence_no: String,
    /// As it may be shown to others.
    pub licence_no_masked: String,
    pub holder_masked: String,
    pub issuer: String,
    pub state: State,
    pub citable: bool,
    pub valid_to: Option<Date>,
    pub version: u32,
    pub token: String,
}

pub(crate) async fn card(ctx: &Ctx, l: &Licence) -> Result<LicenceCard, LicenceError> {
    let kind = licence_type(ctx, &l.type_code).await?;
    let legal = l.body.holder_id_type == "001";
    Ok(LicenceCard {
        licence_no_masked: if kind.guards_number() {
            mask::id_number(&l.body.licence_no)
        } else {
            l.body.licence_no.clone()
        },
        holder_masked: if legal {
            l.body.holder.clone()
        } else {
            mask::name(&l.body.holder)
        },
        licence_key: l.licence_key.clone(),
        type_code: l.type_code.clone(),
        type_name: l.body.type_name.clone(),
        licence_no: l.body.licence_no.clone(),
        issuer: l.body.issuer.clone(),
        state: l.state,
        citable: l.state.is_citable(),
        valid_to: l.valid_to,
        version: l.version,
        token: l.token.clone(),
    })
}

/// The number by which an account holds licences.
async fn number_of(ctx: &Ctx, account: &str) -> Result<Option<String>, LicenceError> {
    let account = identity::account(&ctx.as_system(), account)
        .await
        .map_err(LicenceError::other)?;
    Ok(account
        .uscc
        .or_else(|| account.id_number.map(|i| i.reveal().to_owned())))
}

/// Licences of an account, newest first. For the account itself, or for staff at intake. Who acts
/// for somebody in certain items only sees none here: what such an item needs is cited from within
/// its case.
pub async fn wallet(ctx: &Ctx, account: &str) -> Result<Vec<LicenceCard>, LicenceError> {
    let target = Target {
        owner: Some(account),
        ..Target::default()
    };
    if ctx.actor.require(Permission::LicenceOwn, &target).is_err()
        && ctx.actor.scopes(Permission::LicenceQuery).is_empty()
    {
        let limited = !ctx.actor.scopes(Permission::LicenceOwn).is_empty();
        if limited && account == ctx.actor.owner() {
            return Ok(Vec::new());
        }
        return Err(kernel::Denied(Permission::LicenceOwn).into());
    }
    let Some(number) = number_of(ctx, account).await? else {
        return Ok(Vec::new());
    };
    let holder = holder_digest(ctx, &number);
    let mut cards = Vec::new();
    for licence in table::in_wallet(&mut ctx.db.reader(), ctx, &holder).await? {
        cards.push(card(ctx, &licence).await?);
    }
    Ok(cards)
}

/// Number and kind of number of a licence's holder, for the platform itself: what it tells goes to
/// the holder.
pub async fn holder_of(ctx: &Ctx, key: &str) -> Result<(String, String), LicenceError> {
    if ctx.actor.kind != ActorKind::System {
        return Err(kernel::Denied(Permission::LicenceReveal).into());
    }
    let licence = table::load(&mut ctx.db.reader(), ctx, key).await?;
    Ok((licence.body.holder_id, licence.body.holder_id_type))
}

/// Whether a licence is in the library and in its holder's wallet, for the platform itself.
pub async fn arrived(ctx: &Ctx, key: &str) -> Result<bool, LicenceError> {
    let reader = &mut ctx.db.reader();
    let holder_id = match holder_of(ctx, key).await {
        Ok((holder_id, _)) => holder_id,
        Err(LicenceError::NotFound) => return Ok(false),
        Err(error) => return Err(error),
    };
    table::holds(reader, &holder_digest(ctx, &holder_id), key).await
}

/// A licence as the wallet shows it, for its holder or for staff in scope.
pub async fn card_of(ctx: &Ctx, key: &str) -> Result<LicenceCard, LicenceError> {
    let licence = table::load(&mut ctx.db.reader(), ctx, key).await?;
    require_reader(ctx, &licence).await?;
    card(ctx, &licence).await
}

/// Whether the actor holds this licence.
pub(crate) async fn is_holder(ctx: &Ctx, key: &str) -> Result<bool, LicenceError> {
    let owner = ctx.actor.owner().to_owned();
    let target = Target {
        owner: Some(&owner),
        ..Target::default()
    };
    if ctx.actor.require(Permission::LicenceOwn, &target).is_err() {
        return Ok(false);
    }
    match number_of(ctx, &owner).await? {
        Some(number) => table::holds(&mut ctx.db.reader(), &holder_digest(ctx, &number), key).await,
        None => Ok(false),
    }
}

/// The holder, or staff who may query the library where the licence was issued.
pub(crate) async fn require_reader(ctx: &Ctx, l: &Licence) -> Result<(), LicenceError> {
    let target = Target {
        agency: Some(&l.agency),
        region: Some(&l.region),
        ..Target::default()
    };
    if ctx.actor.require(Permission::LicenceQuery, &target).is_ok()
        || is_holder(ctx, &l.licence_key).await?
    {
        return Ok(());
    }
    Err(LicenceError::NotFound)
}

/// The current face in full: for its holder, and for officers who may see it whole where the
/// licence was issued; none for other readers.
pub async fn whole_face(
    ctx: &Ctx,
    key: &str,
) -> Result<Option<BTreeMap<String, String>>, LicenceError> {
    let licence = table::load(&mut ctx.db.reader(), ctx, key).await?;
    require_reader(ctx, &licence).await?;
    let target = licence.target();
    let may = ctx
        .actor
        .require(Permission::LicenceReveal, &target)
        .is_ok();
    match may || is_holder(ctx, key).await? {
        true => face(ctx, key).await.map(Some),
        false => Ok(None),
    }
}

/// The current face.
pub async fn face(ctx: &Ctx, key: &str) -> Result<BTreeMap<String, String>, LicenceError> {
    let reader = &mut ctx.db.reader();
    let licence = table::load(reader, ctx, key).await?;
    require_reader(ctx, &licence).await?;
    Ok(table::version(reader, ctx, key, licence.version)
        .await?
        .face
        .face)
}

/// What citing gives: the face, and the outcome of the authenticity check [D-65].
#[derive(Clone, Debug)]
pub struct Cited {
    pub face: BTreeMap<String, String>,
    pub type_code: String,
    /// In words, kept with the case.
    pub verified: String,
}

/// The case that a licence is cited in.
#[derive(Clone, Copy, Debug)]
pub struct CitedFor<'a> {
    pub number: &'a str,
    /// Code of the agency that handles it.
    pub agency: &'a str,
}

/// Cites a licence of this account as a material: it must be valid, and its file is verified in
/// place. The holder sees the use and by whom. That the actor may handle the case it is cited in is
/// for the case to say.
pub async fn cite(
    ctx: &Ctx,
    account: &str,
    key: &str,
    purpose: &str,
    case: &CitedFor<'_>,
) -> Result<Cited, LicenceError> {
    let reader = &mut ctx.db.reader();
    let licence = table::load(reader, ctx, key).await?;
    let held = match number_of(ctx, account).await? {
        Some(number) => table::holds(reader, &holder_digest(ctx, &number), key).await?,
        None => false,
    };
    if !held {
        return Err(LicenceError::NotFound);
    }
    let ended = licence
        .valid_to
        .is_some_and(|d| d < kernel::time::beijing_date(ctx.now()));
    if !licence.state.is_citable() || ended {
        let state = if ended { State::Expired } else { licence.state };
        return Err(LicenceError::NotCitable(state));
    }
    let verdict = library::check_file(ctx, &licence).await?;
    let verified = words(&verdict);
    if !verdict.is_valid() {
        return Err(LicenceError::Field("证照文件".into(), verified));
    }
    let version = table::version(reader, ctx, key, licence.version).await?;
    let event = LicenceCited {
        licence_key: key.to_owned(),
        purpose: purpose.to_owned(),
        case_no: case.number.to_owned(),
        agency: Some(case.agency.to_owned()),
    };
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, event) = (inner.clone(), event.clone());
            Box::pin(async move {
                journal::append(tx, &ctx, &stream(&event.licence_key), &event).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await?;
    Ok(Cited {
        face: version.face.face,
        type_code: licence.type_code,
        verified,
    })
}

fn words(verdict: &Verdict) -> String {
    match verdict.first_failure().and_then(|f| f.reason) {
        None => "核验通过：签章完整、状态有效".into(),
        Some(reason) => format!("核验不通过：{}", reason.zh()),
    }
}

/// One use of a licence, as its holder sees it.
#[derive(Clone, Debug)]
pub struct Use {
    pub at: Timestamp,
    /// 引用, 核验, ….
    pub what: String,
    pub by: String,
    pub purpose: String,
}

/// Verifications of a licence that are told at most.
const VERIFICATIONS: i64 = 500;

/// Who cited and verified a licence, newest first.
pub async fn uses(ctx: &Ctx, key: &str) -> Result<Vec<Use>, LicenceError> {
    let reader = &mut ctx.db.reader();
    let licence = table::load(reader, ctx, key).await?;
    require_reader(ctx, &licence).await?;
    let mut all = Vec::new();
    for one in table::verification::of_licence(reader, key, VERIFICATIONS).await? {
        all.push(verified(one.at, one.by, one.valid));
    }
    for event in journal::stream(reader, &read_stream(key)).await? {
        if let Some(read) = event.read::<LicenceRead>() {
            let actor = &event.actor;
            let client = actor.client.as_deref().unwrap_or(&actor.id);
            all.push(Use {
                at: event.at,
                what: "接口调用".into(),
                by: by(ActorKind::Machine, "", client),
                purpose: match read.what.as_str() {
                    "data" => "证照信息".into(),
                    format => format!("证照文件（{}）", format.to_uppercase()),
                },
            });
        }
    }
    for event in journal::stream(reader, &stream(key)).await? {
        let actor = &event.actor;
        let by = by(actor.kind, &actor.staff_no, &actor.id);
        if let Some(cited) = event.read::<LicenceCited>() {
            let purpose = format!("{} {}", cited.purpose, cited.case_no);
            all.push(Use {
                at: event.at,
                what: "引用".into(),
                by,
                purpose,
            });
        } else if let Some(event_of) = event.read::<LicenceVerified>() {
            // Of the time when verifications stood in the stream of the licence.
            all.push(verified(event.at, by, event_of.valid));
        }
    }
    all.sort_by_key(|one| std::cmp::Reverse(one.at));
    Ok(all)
}

fn verified(at: Timestamp, by: String, valid: bool) -> Use {
    Use {
        at,
        what: "核验".into(),
        by,
        purpose: (if valid { "通过" } else { "未通过" }).into(),
    }
}

/// Who used a licence, as its holder is told.
pub(crate) fn by(kind: ActorKind, staff_no: &str, id: &str) -> String {
    match kind {
        ActorKind::Staff => format!("工作人员 {staff_no}"),
        ActorKind::User => "持证人".into(),
        ActorKind::System => "系统".into(),
        ActorKind::Machine => format!("业务系统 {id}"),
        ActorKind::Visitor => "公众".into(),
    }
}

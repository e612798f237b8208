//! Registration of natural persons: online, and at the window. By link: `link.rs`.
//!
//! Beginning makes a PENDING account and sends a code to the mobile number; the code makes the
//! comparison with the registers, and that the account ACTIVE or REJECTED.

use jiff::SignedDuration;
use kernel::{Permission, Phone, Sensitive, mask, number};
use store::{Ctx, Tx};

use crate::account::{
    AccountKind, AccountRow, Profile, RealNameLevel, Route, open_json, seal_json,
};
use crate::code::{self, Challenge, Passed, Purpose};
use crate::compare::{self, Compared, Contents};
use crate::credential::Ready;
use crate::events::{AccountActivated, AccountRegistered, AccountRejected};
use crate::state::{State, StateEvent, next};
use crate::table::account::{ID_NUMBER, MOBILE};
use crate::transact::transact;
use crate::{IdentityError, agreement, credential, guard, lockout, shift, table};

/// A registration that is not finished by then is gone.
pub(crate) const PENDING_FOR: SignedDuration = SignedDuration::from_hours(24);
/// Rejected registrations of one identity number in a day.
const REJECTIONS: u64 = 5;

/// What a person types to register online.
#[derive(Clone)]
pub struct Registration {
    pub name: String,
    pub id_number: String,
    pub mobile: String,
    /// At least one, so that with identity card and mobile number there are three.
    pub contents: Contents,
    pub password: String,
    /// Version of the agreement that was ticked; empty when it was not.
    pub agreement: String,
}

/// What window staff enter from the card, with the applicant's mobile number.
#[derive(Clone)]
pub struct WindowRegistration {
    pub name: String,
    pub id_number: String,
    pub mobile: String,
    /// Version of the agreement signed on paper.
    pub agreement: String,
}

/// What the applicant is told at the window.
#[derive(Clone)]
pub struct WindowAccount {
    pub account: String,
    /// The identity number with its birth date masked; it is the login.
    pub login: String,
    /// Made at random; told once.
    pub password: String,
}

/// What waits with a PENDING account.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Proposed {
    pub contents: Contents,
    pub agreement: String,
}

/// Begins an online registration and sends the code.
pub async fn register(ctx: &Ctx, r: &Registration) -> Result<Challenge, IdentityError> {
    agreement::must_be_current(ctx, &r.agreement).await?;
    let profile = checked(ctx, &r.name, &r.id_number, &r.mobile).await?;
    if r.contents.count() == 0 {
        return Err(IdentityError::invalid(
            "contents",
            "除身份证和手机号码外，请至少再填一项：社会保障卡、银行卡账号、公积金账号或驾驶证档案编号",
            "Besides identity card and mobile number name at least one of social security card, \
             bank account, housing fund account or driving licence file",
        ));
    }
    let key = ctx.rng.key();
    let known = [&*profile.id_number, &*profile.mobile];
    let ready = credential::chosen(ctx, &key, &r.password, &known, "chosen").await?;
    let proposed = Proposed {
        contents: r.contents.clone(),
        agreement: r.agreement.clone(),
    };
    begin(ctx, key, Route::Online, profile, proposed, Some(ready)).await
}

/// Begins a registration at the window and sends the code.
pub async fn register_at_window(
    ctx: &Ctx,
    r: &WindowRegistration,
) -> Result<Challenge, IdentityError> {
    guard::at_desk(ctx, Permission::AccountWindow)?;
    agreement::must_be_current(ctx, &r.agreement).await?;
    let profile = checked(ctx, &r.name, &r.id_number, &r.mobile).await?;
    let proposed = Proposed {
        contents: Contents::default(),
        agreement: r.agreement.clone(),
    };
    begin(ctx, ctx.rng.key(), Route::Window, profile, proposed, None).await
}

/// Checks what was typed, and that neither number has an account.
pub(crate) async fn checked(
    ctx: &Ctx,
    name: &str,
    id_number: &str,
    mobile: &str,
) -> Result<Profile, IdentityError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 30 {
        return Err(IdentityError::invalid(
            "name",
            "请填写姓名",
            "Please give the name",
        ));
    }
    let today = kernel::time::beijing_date(ctx.now());
    let id = number::resident_id_at(id_number, today)
        .map_err(|e| IdentityError::invalid("id_number", e.to_string(), e.en()))?;
    let mobile = Phone::mobile(mobile)
        .map_err(|e| IdentityError::invalid("mobile", e.to_string(), e.en()))?;
    let digest = ctx.lookup(ID_NUMBER, &id);
    let mut reader = ctx.db.reader();
    if table::account::find(&mut reader, ID_NUMBER, &digest)
        .await?
        .is_some()
    {
        return Err(IdentityError::Registered);
    }
    let taken = table::account::find(&mut reader, MOBILE, &ctx.lookup_of(MOBILE, &mobile)).await?;
    if taken.is_some() {
        return Err(IdentityError::MobileTaken);
    }
    let since = ctx.now() - SignedDuration::from_hours(24);
    let failed = table::credential::attempts(&mut reader, &rejections(ctx, &id), since).await?;
    if failed >= REJECTIONS {
        return Err(IdentityError::TooManyRegistrations);
    }
    Ok(Profile {
        name: name.to_owned(),
        id_type: "111".into(),
        id_number: id,
        mobile: mobile.reveal().to_owned(),
        ..Profile::default()
    })
}

/// Under which rejected registrations of an identity number are counted.
fn rejections(ctx: &Ctx, id: &str) -> String {
    format!("register/{}", hex::encode(ctx.lookup(ID_NUMBER, id)))
}

/// An account that is about to be written as PENDING.
pub(crate) async fn new_row(
    ctx: &Ctx,
    key: String,
    kind: AccountKind,
    route: Route,
    profile: &Profile,
) -> Result<AccountRow, IdentityError> {
    let state = next(None, StateEvent::Register)?.ok_or(IdentityError::Stale)?;
    let number = ctx.next_number("user", 50).await?;
    Ok(AccountRow {
        user_no: format!("U{number:010}"),
        kind,
        state,
        level: None,
        verified: Vec::new(),
        profile: seal_json(ctx, "profile", &key, profile)?,
        proposed: None,
        representative: None,
        agreement: None,
        route,
        reason: None,
        enable_asked: None,
        created_at: ctx.now(),
        rev: 1,
        key,
    })
}

/// Writes a new account with its event.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    row: &AccountRow,
) -> Result<(), IdentityError> {
    table::account::insert(tx, row).await?;
    let event = AccountRegistered {
        account: row.key.clone(),
        kind: row.kind,
        route: row.route,
    };
    journal::append(tx, ctx, &lockout::stream(&row.key), &event).await?;
    Ok(())
}

pub(crate) async fn begin(
    ctx: &Ctx,
    key: String,
    route: Route,
    profile: Profile,
    proposed: Proposed,
    password: Option<Ready>,
) -> Result<Challenge, IdentityError> {
    let mut row = new_row(ctx, key, AccountKind::Natural, route, &profile).await?;
    row.proposed = Some(seal_json(ctx, "proposed", &row.key, &proposed)?);
    let key = row.key.clone();
    // The numbers are bound when the code has shown that the phone is the person's own; until then
    // nobody can keep others from registering.
    transact!(ctx, [row, password], |tx| -> () {
        insert(tx, &ctx, &row).await?;
        if let Some(ready) = &password {
            credential::write(tx, &ctx, &row.key, ready).await?;
        }
        Ok(())
    })?;
    let mobile = Phone::mobile(&profile.mobile)
        .map_err(|e| IdentityError::invalid("mobile", e.to_string(), e.en()))?;
    code::send(ctx, Purpose::Register, &key, &mobile).await
}

/// Finishes an online registration with the code. Returns the account's key. When the comparison
/// fails the account is rejected and the reason told; another registration may follow.
pub async fn confirm_registration(
    ctx: &Ctx,
    challenge: &str,
    typed: &str,
) -> Result<String, IdentityError> {
    let (row, passed) = pending(ctx, challenge, typed, Route::Online).await?;
    let profile = row.profile(ctx)?;
    let proposed = proposed(ctx, &row)?;
    let compared = compare::online(ctx, &profile, &proposed.contents).await?;
    finish(
        ctx,
        row,
        passed,
        profile,
        proposed,
        compared,
        RealNameLevel::L3,
        None,
    )
    .await
}

/// Finishes a registration at the window with the code: the account is active and its password
/// made at random.
pub async fn activate_at_window(
    ctx: &Ctx,
    challenge: &str,
    typed: &str,
) -> Result<WindowAccount, IdentityError> {
    guard::at_desk(ctx, Permission::AccountWindow)?;
    let (row, passed) = pending(ctx, challenge, typed, Route::Window).await?;
    let profile = row.profile(ctx)?;
    let proposed = proposed(ctx, &row)?;
    let compared = compare::official(ctx, &profile).await?;
    let (ready, plain) = credential::generated(ctx, &row.key, "window").await?;
    let login = mask::id_number(&profile.id_number);
    let level = RealNameLevel::L4;
    let key = finish(
        ctx,
        row,
        passed,
        profile,
        proposed,
        compared,
        level,
        Some(ready),
    )
    .await?;
    Ok(WindowAccount {
        account: key,
        login,
        password: plain,
    })
}

pub(crate) async fn pending(
    ctx: &Ctx,
    challenge: &str,
    typed: &str,
    route: Route,
) -> Result<(AccountRow, Passed), IdentityError> {
    let passed = code::check(ctx, challenge, typed, Purpose::Register).await?;
    let row = table::account::load(&mut ctx.db.reader(), &passed.subject).await?;
    let row = row.ok_or(IdentityError::CodeDead)?;
    let late = ctx.now().duration_since(row.created_at) > PENDING_FOR;
    if row.state != State::Pending || row.route != route || late {
        return Err(IdentityError::CodeDead);
    }
    Ok((row, passed))
}

pub(crate) fn proposed(ctx: &Ctx, row: &AccountRow) -> Result<Proposed, IdentityError> {
    let sealed = row.proposed.as_ref().ok_or(IdentityError::CodeDead)?;
    open_json(ctx, "proposed", &row.key, sealed)
}

#[allow(
    clippy::too_many_arguments,
    reason = "all routes end here, each with its own parts"
)]
pub(crate) async fn finish(
    ctx: &Ctx,
    row: AccountRow,
    passed: Passed,
    mut profile: Profile,
    proposed: Proposed,
    compared: Compared,
    level: RealNameLevel,
    password: Option<Ready>,
) -> Result<String, IdentityError> {
    let verified = match compared {
        Compared::Failed(zh, en) => {
            reject(ctx, row, passed, &profile, zh).await?;
            return Err(IdentityError::NotVerified {
                zh: zh.into(),
                en: en.into(),
            });
        }
        Compared::Verified(verified) => verified,
    };
    compare::fill(ctx, &mut profile).await?;
    let key = row.key.clone();
    let row = AccountRow {
        level: Some(level),
        verified,
        profile: seal_json(ctx, "profile", &row.key, &profile)?,
        proposed: None,
        ..row
    };
    let lookups = vec![
        (ID_NUMBER, ctx.lookup(ID_NUMBER, &profile.id_number)),
        (MOBILE, ctx.lookup(MOBILE, &profile.mobile)),
    ];
    let version = proposed.agreement;
    transact!(ctx, [row, passed, lookups, version, password], |tx| -> () {
        code::spend(tx, &ctx, &passed).await?;
        for (kind, digest) in &lookups {
            if !table::account::put_lookup(tx, kind, digest, &row.key).await? {
                let taken = *kind == MOBILE;
                return Err(if taken {
                    IdentityError::MobileTaken
                } else {
                    IdentityError::Registered
                });
            }
        }
        if let Some(ready) = &password {
            credential::write(tx, &ctx, &row.key, ready).await?;
        }
        activate(tx, &ctx, row, &version).await
    })?;
    Ok(key)
}

/// PENDING to ACTIVE, with the agreement signed.
pub(crate) async fn activate(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    row: AccountRow,
    agreement_version: &str,
) -> Result<(), IdentityError> {
    let row = shift::shift(tx, ctx, row, StateEvent::Verified).await?;
    let event = AccountActivated {
        account: row.key.clone(),
        level: row.level,
        verified: row.verified.clone(),
    };
    journal::append(tx, ctx, &lockout::stream(&row.key), &event).await?;
    agreement::record(tx, ctx, &row.key, agreement_version).await
}

async fn reject(
    ctx: &Ctx,
    row: AccountRow,
    passed: Passed,
    profile: &Profile,
    reason: &str,
) -> Result<(), IdentityError> {
    let row = AccountRow {
        reason: Some(seal_json(ctx, "reason", &row.key, &reason)?),
        proposed: None,
        ..row
    };
    let (counted, attempt) = (rejections(ctx, &profile.id_number), ctx.rng.key());
    let reason = reason.to_owned();
    transact!(ctx, [row, passed, counted, attempt, reason], |tx| -> () {
        code::spend(tx, &ctx, &passed).await?;
        let row = shift::shift(tx, &ctx, row, StateEvent::VerificationFailed).await?;
        table::credential::delete(tx, &row.key).await?;
        table::credential::add_attempt(tx, &counted, &attempt, ctx.now()).await?;
        let event = AccountRejected {
            account: row.key.clone(),
            reason,
        };
        journal::append(tx, &ctx, &lockout::stream(&row.key), &event).await?;
        Ok(())
    })
}

//! 政务人员: staff, their roles, and what they may do.

use std::fmt;

use jiff::civil::Date;
use kernel::{Actor, ActorKind, Channel, IdNumber, Permission, Phone, Target, mask};
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::events::{StaffEnabled, StaffOpened, StaffRolesSet, StaffTotpReset};
use crate::role::{Held, check_roles, grants};
use crate::table::staff::{RoleRow, StaffRow};
use crate::transact::transact;
use crate::{IdentityError, cache, credential, session, table, totp};

/// What is personal of a staff member, as it is encrypted.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct StaffProfile {
    pub name: String,
    #[serde(default)]
    pub sex: String,
    pub id_type: String,
    pub id_number: String,
    pub mobile: String,
}

/// A role as it is given: for one item or all, for a time or always.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    pub role: String,
    /// Short code of the one item; none for all.
    pub item: Option<String>,
    /// Exercised only when a case is decided on the spot.
    pub on_spot: bool,
    pub from: Option<Date>,
    pub to: Option<Date>,
}

impl RoleGrant {
    /// A role for all items and always.
    pub fn plain(role: &str) -> Self {
        Self {
            role: role.to_owned(),
            item: None,
            on_spot: false,
            from: None,
            to: None,
        }
    }
}

/// A staff member.
#[derive(Clone)]
pub struct Staff {
    pub username: String,
    /// 工号.
    pub staff_no: String,
    pub name: String,
    pub mobile: Option<Phone>,
    pub agency: String,
    pub region: String,
    pub post_name: String,
    pub window_no: Option<String>,
    /// Role codes held today, those exercised on the spot among them.
    pub roles: Vec<String>,
    /// Those exercised only when a case is decided on the spot.
    pub on_spot_roles: Vec<String>,
    pub enabled: bool,
    pub on_duty: bool,
}

impl fmt::Debug for Staff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Staff({} {} {})",
            self.username,
            self.agency,
            mask::name(&self.name)
        )
    }
}

pub(crate) fn subject(username: &str) -> String {
    format!("staff/{username}")
}

pub(crate) fn open_profile(ctx: &Ctx, row: &StaffRow) -> Result<StaffProfile, IdentityError> {
    let bad = |why: String| IdentityError::Stored(format!("staff.profile: {why}"));
    let plain = ctx
        .open_sealed("staff", "profile", &row.username, &row.profile)
        .map_err(|e| bad(e.to_string()))?;
    serde_json::from_slice(&plain).map_err(|e| bad(e.to_string()))
}

pub(crate) fn seal_profile(
    ctx: &Ctx,
    username: &str,
    profile: &StaffProfile,
) -> Result<Vec<u8>, IdentityError> {
    let plain = serde_json::to_vec(profile).map_err(|e| IdentityError::Stored(e.to_string()))?;
    Ok(ctx.seal("staff", "profile", username, &plain))
}

/// A fresh secret for a code generator, encrypted.
pub(crate) fn new_totp(ctx: &Ctx, username: &str) -> (Vec<u8>, [u8; totp::SECRET_LEN]) {
    let mut secret = [0; totp::SECRET_LEN];
    ctx.rng.fill(&mut secret);
    (ctx.seal("staff", "totp", username, &secret), secret)
}

pub(crate) fn open_totp(ctx: &Ctx, row: &StaffRow) -> Result<Vec<u8>, IdentityError> {
    ctx.open_sealed("staff", "totp", &row.username, &row.totp)
        .map_err(|e| IdentityError::Stored(format!("staff.totp: {e}")))
}

fn today(ctx: &Ctx) -> Date {
    kernel::time::beijing_date(ctx.now())
}

async fn roles_today(ctx: &Ctx, username: &str) -> Result<Vec<RoleRow>, IdentityError> {
    let day = today(ctx);
    let mut roles = table::staff::roles(&mut ctx.db.reader(), username).await?;
    roles.retain(|r| r.from.is_none_or(|from| from <= day) && r.to.is_none_or(|to| day <= to));
    Ok(roles)
}

fn codes(roles: &[RoleRow], keep: impl Fn(&RoleRow) -> bool) -> Vec<String> {
    let mut all: Vec<String> = roles
        .iter()
        .filter(|r| keep(r))
        .map(|r| r.role.clone())
        .collect();
    all.dedup();
    all
}

/// The hall in which a window stands.
fn hall_of(directory: &agencies::Directory, window: Option<&str>) -> Option<String> {
    let (hall, _) = directory.window(window?)?;
    Some(hall.code.clone())
}

/// The actor of a staff member, on no channel yet; none when there is no such member or access is
/// switched off.
pub(crate) async fn actor(ctx: &Ctx, username: &str) -> Result<Option<Actor>, IdentityError> {
    let row = table::staff::load(&mut ctx.db.reader(), username).await?;
    let Some(row) = row.filter(|row| row.enabled) else {
        return Ok(None);
    };
    let directory = agencies::directory(ctx).await?;
    let Some(agency) = directory.agency(&row.agency) else {
        return Ok(None);
    };
    let roles = roles_today(ctx, username).await?;
    let held: Vec<Held> = roles
        .iter()
        .map(|r| Held {
            role: r.role.clone(),
            item: Some(r.item.clone()).filter(|i| !i.is_empty()),
        })
        .collect();
    Ok(Some(Actor {
        kind: ActorKind::Staff,
        id: row.username.clone(),
        staff_no: row.staff_no.clone(),
        name: open_profile(ctx, &row)?.name,
        agency: Some(agency.code.clone()),
        region: Some(agency.region_code.clone()),
        hall: hall_of(&directory, row.window_no.as_deref()),
        roles: codes(&roles, |_| true),
        on_spot_roles: codes(&roles, |r| r.on_spot),
        grants: grants(&held, agency),
        ..Actor::visitor(Channel::Console)
    }))
}

/// The actor a staff member would be after signing in at this channel. For the platform only: to
/// let the demonstration's staff act, and to see what somebody may do.
pub async fn staff_actor(
    ctx: &Ctx,
    username: &str,
    channel: Channel,
) -> Result<Option<Actor>, IdentityError> {
    if ctx.actor.kind != ActorKind::System {
        return Err(kernel::Denied(Permission::SystemAdmin).into());
    }
    Ok(actor(ctx, username)
        .await?
        .map(|actor| Actor { channel, ..actor }))
}

/// Staff see each other; the public does not.
fn may_see(ctx: &Ctx) -> Result<(), IdentityError> {
    if matches!(ctx.actor.kind, ActorKind::Staff | ActorKind::System) {
        return Ok(());
    }
    Err(kernel::Denied(Permission::AccountAdmin).into())
}

async fn open(ctx: &Ctx, row: StaffRow) -> Result<Staff, IdentityError> {
    let profile = open_profile(ctx, &row)?;
    let roles = roles_today(ctx, &row.username).await?;
    Ok(Staff {
        name: profile.name,
        mobile: Phone::mobile(&profile.mobile).ok(),
        roles: codes(&roles, |_| true),
        on_spot_roles: codes(&roles, |r| r.on_spot),
        username: row.username,
        staff_no: row.staff_no,
        agency: row.agency,
        region: row.region,
        post_name: row.post_name,
        window_no: row.window_no,
        enabled: row.enabled,
        on_duty: row.on_duty,
    })
}

async fn open_all(ctx: &Ctx, rows: Vec<StaffRow>) -> Result<Vec<Staff>, IdentityError> {
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(open(ctx, row).await?);
    }
    Ok(all)
}

/// A staff member by user name.
pub async fn staff(ctx: &Ctx, username: &str) -> Result<Option<Staff>, IdentityError> {
    may_see(ctx)?;
    match table::staff::load(&mut ctx.db.reader(), username).await? {
        Some(row) => Ok(Some(open(ctx, row).await?)),
        None => Ok(None),
    }
}

/// Enabled staff who hold a role today, of one agency or of all, by user name. Who holds it only on
/// the spot is among them; see [`Staff::on_spot_roles`].
pub async fn staff_with_role(
    ctx: &Ctx,
    role: &str,
    agency: Option<&str>,
) -> Result<Vec<Staff>, IdentityError> {
    may_see(ctx)?;
    let mut rows = table::staff::with_role(&mut ctx.db.reader(), role, today(ctx)).await?;
    rows.retain(|row| agency.is_none_or(|agency| row.agency == agency));
    open_all(ctx, rows).await
}

/// Staff of an agency, by user name.
pub async fn staff_of_agency(ctx: &Ctx, agency: &str) -> Result<Vec<Staff>, IdentityError> {
    may_see(ctx)?;
    let rows = table::staff::of_agency(&mut ctx.db.reader(), agency).await?;
    open_all(ctx, rows).await
}

/// All staff by user name, `limit` after the name given.
pub async fn staff_list(ctx: &Ctx, after: &str, limit: u32) -> Result<Vec<Staff>, IdentityError> {
    may_see(ctx)?;
    let rows = table::staff::all(&mut ctx.db.reader(), after, limit.clamp(1, 500).into()).await?;
    open_all(ctx, rows).await
}

/// A staff member to be entered.
#[derive(Clone)]
pub struct NewStaff {
    pub username: String,
    pub staff_no: String,
    pub name: String,
    pub id_number: String,
    pub mobile: String,
    pub agency: String,
    pub post_name: String,
    pub window_no: Option<String>,
}

/// What a new staff member must be told, once.
#[derive(Clone)]
pub struct StaffSecrets {
    /// To be changed at the first sign-in.
    pub password: String,
    /// `otpauth://…`, to be shown as a QR code.
    pub totp_uri: String,
}

/// Enters a staff member without roles: those are given by the security administrator.
pub async fn open_staff(ctx: &Ctx, new: &NewStaff) -> Result<StaffSecrets, IdentityError> {
    ctx.actor
        .require(Permission::AccountAdmin, &Target::default())?;
    let username = valid_username(&new.username)?;
    let directory = agencies::directory(ctx).await?;
    let agency = directory.agency(&new.agency).ok_or_else(|| {
        IdentityError::invalid("agency", "没有这个机构", "There is no such agency")
    })?;
    let number = |e: kernel::number::NumberError| (e.to_string(), e.en());
    let id = IdNumber::resident(&new.id_number)
        .map_err(number)
        .map_err(|(zh, en)| IdentityError::invalid("id_number", zh, en))?;
    let mobile = Phone::mobile(&new.mobile)
        .map_err(number)
        .map_err(|(zh, en)| IdentityError::invalid("mobile", zh, en))?;
    let profile = StaffProfile {
        name: new.name.trim().to_owned(),
        sex: String::new(),
        id_type: "111".into(),
        id_number: kernel::Sensitive::reveal(&id).to_owned(),
        mobile: kernel::Sensitive::reveal(&mobile).to_owned(),
    };
    let (totp, secret) = new_totp(ctx, &username);
    let (password, plain) = credential::generated(ctx, &subject(&username), "opened").await?;
    let row = StaffRow {
        profile: seal_profile(ctx, &username, &profile)?,
        username: username.clone(),
        staff_no: new.staff_no.clone(),
        agency: agency.code.clone(),
        region: agency.region_code.clone(),
        post_name: new.post_name.clone(),
        window_no: new.window_no.clone(),
        enabled: true,
        on_duty: true,
        totp,
        totp_step: 0,
        created_at: ctx.now(),
    };
    transact!(ctx, [row, password], |tx| -> () {
        if !table::staff::insert(tx, &row).await? {
            return Err(IdentityError::invalid(
                "username",
                "用户名已被使用",
                "The user name is taken",
            ));
        }
        let (username, stream) = (row.username.clone(), subject(&row.username));
        let event = StaffOpened {
            username,
            staff_no: row.staff_no,
            agency: row.agency,
        };
        journal::append(tx, &ctx, &stream, &event).await?;
        credential::write(tx, &ctx, &stream, &password).await
    })?;
    Ok(StaffSecrets {
        password: plain,
        totp_uri: totp::uri(&secret, &username),
    })
}

/// Lower case, 3 to 50 of letters, digits, `_`, `-`, `.`.
pub(crate) fn valid_username(text: &str) -> Result<String, IdentityError> {
    let name = text.trim().to_ascii_lowercase();
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-.".contains(c);
    if (3..=50).contains(&name.len()) && name.chars().all(good) {
        return Ok(name);
    }
    Err(IdentityError::invalid(
        "username",
        "用户名为3至50个小写字母、数字、下划线、短横线或点",
        "A user name has 3 to 50 small letters, digits, underscores, hyphens or dots",
    ))
}

/// Sets the roles of somebody else. Two of the three administrators never meet in one person.
pub async fn set_roles(
    ctx: &Ctx,
    username: &str,
    roles: &[RoleGrant],
) -> Result<(), IdentityError> {
    ctx.actor
        .require(Permission::RoleAdmin, &Target::default())?;
    if ctx.actor.id == username {
        return Err(kernel::Denied(Permission::RoleAdmin).into());
    }
    check_roles(roles.iter().map(|r| r.role.as_str()))?;
    let rows: Vec<RoleRow> = roles
        .iter()
        .map(|r| RoleRow {
            role: r.role.clone(),
            item: r.item.clone().unwrap_or_default(),
            on_spot: r.on_spot,
            from: r.from,
            to: r.to,
        })
        .collect();
    let username = username.to_owned();
    transact!(ctx, [username, rows], |tx| -> () {
        table::staff::load(tx, &username)
            .await?
            .ok_or(IdentityError::NotFound)?;
        let before = table::staff::roles(tx, &username).await?;
        table::staff::set_roles(tx, &username, &rows).await?;
        let event = StaffRolesSet {
            username: username.clone(),
            before: before.iter().map(written).collect(),
            after: rows.iter().map(written).collect(),
        };
        journal::append(tx, &ctx, &subject(&username), &event).await?;
        Ok(())
    })?;
    cache::sessions(ctx).forget_all();
    Ok(())
}

fn written(role: &RoleRow) -> String {
    if role.item.is_empty() {
        role.role.clone()
    } else {
        format!("{}:{}", role.role, role.item)
    }
}

/// Switches the access of somebody else on or off; off ends all sessions.
pub async fn set_staff_enabled(
    ctx: &Ctx,
    username: &str,
    enabled: bool,
) -> Result<(), IdentityError> {
    ctx.actor
        .require(Permission::AccountAdmin, &Target::default())?;
    if ctx.actor.id == username {
        return Err(kernel::Denied(Permission::AccountAdmin).into());
    }
    let username = username.to_owned();
    transact!(ctx, [username], |tx| -> () {
        table::staff::load(tx, &username)
            .await?
            .ok_or(IdentityError::NotFound)?;
        if !table::staff::set_enabled(tx, &username, enabled).await? {
            return Ok(());
        }
        let event = StaffEnabled {
            username: username.clone(),
            enabled,
        };
        journal::append(tx, &ctx, &subject(&username), &event).await?;
        if !enabled {
            session::end_all(tx, &ctx, &subject(&username), None, "disabled").await?;
        }
        Ok(())
    })?;
    cache::sessions(ctx).forget_all();
    Ok(())
}

/// Makes a new password and a new code generator for somebody who lost them; ends all sessions.
pub async fn reset_staff(ctx: &Ctx, username: &str) -> Result<StaffSecrets, IdentityError> {
    ctx.actor
        .require(Permission::AccountAdmin, &Target::default())?;
    if ctx.actor.id == username {
        return Err(kernel::Denied(Permission::AccountAdmin).into());
    }
    let username = username.to_owned();
    let (totp, secret) = new_totp(ctx, &username);
    let (password, plain) = credential::generated(ctx, &subject(&username), "reset").await?;
    let uri = totp::uri(&secret, &username);
    transact!(ctx, [username, totp, password], |tx| -> () {
        if !table::staff::set_totp(tx, &username, totp).await? {
            return Err(IdentityError::NotFound);
        }
        let stream = subject(&username);
        journal::append(tx, &ctx, &stream, &StaffTotpReset { username }).await?;
        credential::write(tx, &ctx, &stream, &password).await?;
        session::end_all(tx, &ctx, &stream, None, "password_changed").await
    })?;
    cache::sessions(ctx).forget_all();
    Ok(StaffSecrets {
        password: plain,
        totp_uri: uri,
    })
}

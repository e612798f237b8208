//! Accounts and staff of a demonstration.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::{IdNumber, Permission, Phone, Sensitive, Target};
use serde::Deserialize;
use store::{Ctx, Tx};

use crate::account::{AccountKind, AccountRow, LegalDetails, Profile, RealNameLevel, Route};
use crate::credential::{self, Ready};
use crate::events::{AccountActivated, StaffOpened};
use crate::role::check_roles;
use crate::sign_in::username_digest;
use crate::staff::{StaffProfile, new_totp, seal_profile, subject, valid_username};
use crate::state::StateEvent;
use crate::table::account::{ID_NUMBER, MOBILE, USCC, USERNAME};
use crate::table::staff::{RoleRow, StaffRow};
use crate::transact::transact;
use crate::{IdentityError, agreement, demo, guard, lockout, password, register, shift, table};

/// Accounts written in one transaction.
const CHUNK: usize = 30;

/// A person of `persons.json`, as far as an account needs it.
#[derive(Clone, Deserialize)]
pub struct DemoPerson {
    pub name: String,
    pub id_type: String,
    pub id_number: String,
    pub mobile: String,
    pub address: String,
    pub username: String,
    #[serde(default)]
    pub sex: String,
    #[serde(default)]
    pub ethnic_group: String,
    #[serde(default)]
    pub employer: Option<String>,
    pub real_name_level: RealNameLevel,
    #[serde(default = "yes")]
    pub alive: bool,
}

fn yes() -> bool {
    true
}

/// A legal person of `legal_persons.json`, as far as an account needs it.
#[derive(Clone, Deserialize)]
pub struct DemoLegalPerson {
    pub uscc: String,
    pub name: String,
    pub kind: String,
    pub registered_address: String,
    pub business_scope: String,
    pub registered_on: Option<String>,
    pub status: String,
    pub legal_representative_name: String,
    pub legal_representative_id_type: String,
    pub legal_representative_id_number: String,
    pub legal_representative_phone: String,
    pub username: String,
}

/// A staff member of `staff.json`.
#[derive(Clone, Deserialize)]
pub struct DemoStaff {
    pub staff_no: String,
    pub name: String,
    #[serde(default)]
    pub sex: String,
    pub id_type: String,
    pub id_number: String,
    pub mobile: String,
    pub agency_code: String,
    pub region_code: String,
    pub roles: Vec<String>,
    #[serde(default)]
    pub on_spot_roles: Vec<String>,
    pub username: String,
    pub post_name: String,
    #[serde(default)]
    pub window_no: Option<String>,
    #[serde(default = "yes")]
    pub on_duty: bool,
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// What is taken in.
#[derive(Clone, Default, Deserialize)]
pub struct DemoAccounts {
    #[serde(default)]
    pub persons: Vec<DemoPerson>,
    #[serde(default)]
    pub legal_persons: Vec<DemoLegalPerson>,
    #[serde(default)]
    pub staff: Vec<DemoStaff>,
}

/// User names that were given an account now; empty when all had one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub persons: Vec<String>,
    pub legal_persons: Vec<String>,
    pub staff: Vec<String>,
}

/// Takes in the accounts of a demonstration and marks the installation as one. Dead persons and
/// legal persons that are not in order get none. What is there already stays as it is.
///
/// `password` is asked once for each new user name; whoever wants a password to be known tells it.
/// Hashing is slow on purpose: accounts with the same password share one hash, salt and all, so
/// that the first start of a demonstration does not wait for a hundred and fifty. Real accounts
/// never come this way: the installation must be empty or a demonstration.
pub async fn import(
    ctx: &Ctx,
    accounts: &DemoAccounts,
    password: &(dyn Fn(&str) -> String + Send + Sync),
) -> Result<Imported, IdentityError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    demo::mark(ctx).await?;
    let mut hashes = Hashes {
        password,
        known: HashMap::new(),
    };
    let persons = import_persons(ctx, &accounts.persons, &mut hashes).await?;
    let legal_persons = import_legal(ctx, &accounts.legal_persons, &mut hashes).await?;
    let staff = import_staff(ctx, &accounts.staff, &mut hashes).await?;
    Ok(Imported {
        persons,
        legal_persons,
        staff,
    })
}

struct Hashes<'a> {
    password: &'a (dyn Fn(&str) -> String + Send + Sync),
    known: HashMap<String, String>,
}

impl Hashes<'_> {
    async fn ready(
        &mut self,
        ctx: &Ctx,
        username: &str,
        subject: &str,
    ) -> Result<Ready, IdentityError> {
        let plain = (self.password)(username);
        if !self.known.contains_key(&plain) {
            let hash = password::hash(&*ctx.rng, &plain).await?;
            self.known.insert(plain.clone(), hash);
        }
        let hash = self.known.get(&plain).cloned().unwrap_or_default();
        Ok(credential::from_hash(
            ctx, subject, &hash, false, "imported",
        ))
    }
}

/// An account ready to be written.
struct NewAccount {
    row: AccountRow,
    lookups: Vec<(&'static str, Vec<u8>)>,
    password: Ready,
    level: RealNameLevel,
}

async fn import_persons(
    ctx: &Ctx,
    persons: &[DemoPerson],
    hashes: &mut Hashes<'_>,
) -> Result<Vec<String>, IdentityError> {
    let (mut new, mut names) = (Vec::new(), Vec::new());
    for p in persons.iter().filter(|p| p.alive) {
        let id = IdNumber::resident(&p.id_number)
            .map_err(|e| IdentityError::invalid("id_number", e.to_string(), e.en()))?;
        let mobile = Phone::mobile(&p.mobile)
            .map_err(|e| IdentityError::invalid("mobile", e.to_string(), e.en()))?;
        let digest = ctx.lookup_of(ID_NUMBER, &id);
        if table::account::find(&mut ctx.db.reader(), ID_NUMBER, &digest)
            .await?
            .is_some()
        {
            continue;
        }
        let profile = Profile {
            name: p.name.clone(),
            id_type: p.id_type.clone(),
            id_number: id.reveal().to_owned(),
            mobile: mobile.reveal().to_owned(),
            address: p.address.clone(),
            sex: p.sex.clone(),
            ethnic_group: p.ethnic_group.clone(),
            employer: p.employer.clone().unwrap_or_default(),
            username: p.username.clone(),
            ..Profile::default()
        };
        let key = ctx.rng.key();
        let password = hashes.ready(ctx, &p.username, &key).await?;
        let row = register::new_row(ctx, key, AccountKind::Natural, Route::Link, &profile).await?;
        let lookups = vec![
            (ID_NUMBER, digest),
            (MOBILE, ctx.lookup_of(MOBILE, &mobile)),
            (USERNAME, username_digest(ctx, &p.username)),
        ];
        new.push(NewAccount {
            row,
            lookups,
            password,
            level: p.real_name_level,
        });
        names.push(p.username.clone());
    }
    write_accounts(ctx, new).await?;
    Ok(names)
}

async fn import_legal(
    ctx: &Ctx,
    legal_persons: &[DemoLegalPerson],
    hashes: &mut Hashes<'_>,
) -> Result<Vec<String>, IdentityError> {
    let (mut new, mut names) = (Vec::new(), Vec::new());
    for l in legal_persons.iter().filter(|l| l.status == "normal") {
        let uscc = kernel::number::uscc(&l.uscc)
            .map_err(|e| IdentityError::invalid("uscc", e.to_string(), e.en()))?;
        let digest = ctx.lookup(USCC, &uscc);
        let mut reader = ctx.db.reader();
        if table::account::find(&mut reader, USCC, &digest)
            .await?
            .is_some()
        {
            continue;
        }
        let id = IdNumber::other(&l.legal_representative_id_number);
        let theirs = ctx.lookup_of(ID_NUMBER, &id);
        // Without its representative's account nobody could act for it.
        let Some(person) = table::account::find(&mut reader, ID_NUMBER, &theirs).await? else {
            continue;
        };
        let profile = Profile {
            name: l.name.clone(),
            id_type: l.legal_representative_id_type.clone(),
            id_number: id.reveal().to_owned(),
            mobile: l.legal_representative_phone.clone(),
            address: l.registered_address.clone(),
            username: l.username.clone(),
            uscc: uscc.clone(),
            representative_name: l.legal_representative_name.clone(),
            legal: Some(LegalDetails {
                kind: l.kind.clone(),
                registered_address: l.registered_address.clone(),
                business_scope: l.business_scope.clone(),
                registered_on: l.registered_on.clone(),
                status: l.status.clone(),
            }),
            ..Profile::default()
        };
        let key = ctx.rng.key();
        let password = hashes.ready(ctx, &l.username, &key).await?;
        let row = AccountRow {
            representative: Some(person.key),
            ..register::new_row(ctx, key, AccountKind::Legal, Route::Link, &profile).await?
        };
        let lookups = vec![
            (USCC, digest),
            (USERNAME, username_digest(ctx, &l.username)),
        ];
        new.push(NewAccount {
            row,
            lookups,
            password,
            level: RealNameLevel::L4,
        });
        names.push(l.username.clone());
    }
    write_accounts(ctx, new).await?;
    Ok(names)
}

async fn write_accounts(ctx: &Ctx, new: Vec<NewAccount>) -> Result<(), IdentityError> {
    let version = agreement::current_version(ctx).await?;
    let mut new = new.into_iter().peekable();
    while new.peek().is_some() {
        let chunk: Arc<Vec<NewAccount>> = Arc::new(new.by_ref().take(CHUNK).collect());
        transact!(ctx, [chunk, version], |tx| -> () {
            for account in chunk.iter() {
                write_account(tx, &ctx, account, &version).await?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

async fn write_account(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    new: &NewAccount,
    version: &str,
) -> Result<(), IdentityError> {
    register::insert(tx, ctx, &new.row).await?;
    for (kind, digest) in &new.lookups {
        if !table::account::put_lookup(tx, kind, digest, &new.row.key).await? {
            return Err(if *kind == MOBILE {
                IdentityError::MobileTaken
            } else {
                IdentityError::Registered
            });
        }
    }
    let row = AccountRow {
        level: Some(new.level),
        ..new.row.clone()
    };
    let row = shift::shift(tx, ctx, row, StateEvent::Verified).await?;
    let event = AccountActivated {
        account: row.key.clone(),
        level: row.level,
        verified: row.verified.clone(),
    };
    journal::append(tx, ctx, &lockout::stream(&row.key), &event).await?;
    let credential = &new.password.credential;
    table::credential::put(tx, &row.key, credential, password::HISTORY).await?;
    let channel = guard::channel_code(ctx.actor.channel);
    table::agreement::accept(tx, &row.key, version, ctx.now(), channel).await?;
    Ok(())
}

async fn import_staff(
    ctx: &Ctx,
    staff: &[DemoStaff],
    hashes: &mut Hashes<'_>,
) -> Result<Vec<String>, IdentityError> {
    let directory = agencies::directory(ctx).await?;
    let (mut new, mut names) = (Vec::new(), Vec::new());
    for s in staff {
        let username = valid_username(&s.username)?;
        if table::staff::load(&mut ctx.db.reader(), &username)
            .await?
            .is_some()
        {
            continue;
        }
        check_roles(s.roles.iter().map(String::as_str))?;
        let agency = directory.agency(&s.agency_code).ok_or_else(|| {
            IdentityError::invalid("agency_code", "没有这个机构", "There is no such agency")
        })?;
        let profile = StaffProfile {
            name: s.name.clone(),
            sex: s.sex.clone(),
            id_type: s.id_type.clone(),
            id_number: s.id_number.clone(),
            mobile: s.mobile.clone(),
        };
        let row = StaffRow {
            profile: seal_profile(ctx, &username, &profile)?,
            totp: new_totp(ctx, &username).0,
            staff_no: s.staff_no.clone(),
            agency: agency.code.clone(),
            region: agency.region_code.clone(),
            post_name: s.post_name.clone(),
            window_no: s.window_no.clone(),
            enabled: s.enabled,
            on_duty: s.on_duty,
            totp_step: 0,
            created_at: ctx.now(),
            username: username.clone(),
        };
        let roles: Vec<RoleRow> = s
            .roles
            .iter()
            .map(|role| RoleRow {
                role: role.clone(),
                item: String::new(),
                on_spot: s.on_spot_roles.contains(role),
                from: None,
                to: None,
            })
            .collect();
        let password = hashes.ready(ctx, &username, &subject(&username)).await?;
        new.push((row, roles, password));
        names.push(username);
    }
    for chunk in new.chunks(CHUNK) {
        let chunk = Arc::new(chunk.to_vec());
        transact!(ctx, [chunk], |tx| -> () {
            for (row, roles, password) in chunk.iter() {
                write_staff(tx, &ctx, row, roles, password).await?;
            }
            Ok(())
        })?;
    }
    Ok(names)
}

async fn write_staff(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    row: &StaffRow,
    roles: &[RoleRow],
    password: &Ready,
) -> Result<(), IdentityError> {
    let stream = subject(&row.username);
    if !table::staff::insert(tx, row).await? {
        return Err(IdentityError::Stale);
    }
    table::staff::set_roles(tx, &row.username, roles).await?;
    table::credential::put(tx, &stream, &password.credential, password::HISTORY).await?;
    let event = StaffOpened {
        username: row.username.clone(),
        staff_no: row.staff_no.clone(),
        agency: row.agency.clone(),
    };
    journal::append(tx, ctx, &stream, &event).await?;
    Ok(())
}

//! 来源库: another library, whose agency it is and how its records are taken.

use jiff::Timestamp;
use kernel::{Permission, Target};
use store::Ctx;

use super::event::{ExchangeSourceSet, stream};
use super::{ConflictRule, table};
use crate::batch::{agencies_for, target};
use crate::error::{CollectionError, filled};

/// Another library.
#[derive(Clone, Debug)]
pub struct ExchangeSource {
    /// Its short code, in addresses and names of folders.
    pub source_code: String,
    /// 来源系统, as it stands on licences.
    pub name: String,
    /// Agency code.
    pub agency: String,
    pub region: String,
    pub rule: ConflictRule,
    /// How often its folder is read; 0: it sends by interface only.
    pub every_minutes: u32,
    pub active: bool,
    /// Staff user name of who set it up: files are taken with that person's rights.
    pub officer: String,
    pub rev: i64,
    pub updated_at: Timestamp,
    /// When its folder was last read.
    pub read_at: Option<Timestamp>,
}

/// What is set of a source.
#[derive(Clone, Debug)]
pub struct NewExchange {
    pub source_code: String,
    pub name: String,
    /// Agency code.
    pub agency: String,
    pub rule: ConflictRule,
    pub every_minutes: u32,
    pub active: bool,
    /// The revision that was looked at; none for a new source.
    pub rev: Option<i64>,
}

impl ExchangeSource {
    fn target(&self) -> Target<'_> {
        target(&self.agency, &self.region)
    }

    /// What arrives is sealed, changed and ended without another person: it takes both rights.
    pub(super) fn require(&self, ctx: &Ctx) -> Result<(), CollectionError> {
        for right in RIGHTS {
            ctx.actor.require(right, &self.target())?;
        }
        Ok(())
    }
}

const RIGHTS: [Permission; 2] = [Permission::LicenceIssue, Permission::LicenceChange];
/// The longest interval: a day.
const LONGEST: u32 = 24 * 60;

/// Sources of the agencies for which the actor makes licences, by code.
pub async fn exchange_sources(ctx: &Ctx) -> Result<Vec<ExchangeSource>, CollectionError> {
    if ctx.actor.scopes(Permission::LicenceIssue).is_empty() {
        return Err(kernel::Denied(Permission::LicenceIssue).into());
    }
    let mut all = table::sources(&mut ctx.db.reader()).await?;
    all.retain(|one| one.require(ctx).is_ok());
    Ok(all)
}

/// One source.
pub async fn exchange_source(ctx: &Ctx, code: &str) -> Result<ExchangeSource, CollectionError> {
    let found = table::source(&mut ctx.db.reader(), code).await?;
    // Who has nothing to do with it does not learn that it is there.
    let found = found.filter(|one| one.require(ctx).is_ok());
    found.ok_or(CollectionError::NotFound)
}

/// Sets a source up, or changes one. From then on its files are taken with this officer's rights.
pub async fn set_exchange(ctx: &Ctx, new: NewExchange) -> Result<ExchangeSource, CollectionError> {
    let wrong = |name: &'static str, why: &str| CollectionError::Field(name, why.into());
    let mine = agencies_for(ctx, Permission::LicenceIssue).await?;
    let Some(agency) = mine.iter().find(|one| one.code == new.agency) else {
        return Err(kernel::Denied(Permission::LicenceIssue).into());
    };
    let code = new.source_code.trim();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !(2..=30).contains(&code.len()) || !code.chars().all(plain) || code.starts_with('-') {
        return Err(wrong("来源代码", "用2至30个小写字母、数字或连字符"));
    }
    if new.every_minutes > LONGEST {
        return Err(wrong("间隔", "最长1440分钟"));
    }
    let source = ExchangeSource {
        source_code: code.to_owned(),
        name: filled("来源系统", &new.name, 60)?,
        agency: agency.code.clone(),
        region: agency.region_code.clone(),
        rule: new.rule,
        every_minutes: new.every_minutes,
        active: new.active,
        officer: ctx.actor.id.clone(),
        rev: new.rev.unwrap_or(0) + 1,
        updated_at: ctx.now(),
        read_at: None,
    };
    source.require(ctx)?;
    if let Some(former) = table::source(&mut ctx.db.reader(), code).await? {
        former
            .require(ctx)
            .map_err(|_| wrong("来源代码", "已被使用"))?;
        if new.rev.is_none() {
            return Err(wrong("来源代码", "已被使用"));
        }
        if former.agency != source.agency {
            return Err(wrong("证照机构", "不能更换，请另设来源"));
        }
    }
    let (inner, given) = (ctx.clone(), source.clone());
    ctx.db
        .write(move |tx| {
            let (ctx, source) = (inner.clone(), given.clone());
            Box::pin(async move {
                table::set_source(tx, &source).await?;
                let event = ExchangeSourceSet {
                    source_code: source.source_code.clone(),
                    agency: source.agency.clone(),
                    rule: source.rule.code().to_owned(),
                    every_minutes: source.every_minutes,
                    active: source.active,
                };
                journal::append(tx, &ctx, &stream(&source.source_code), &event).await?;
                Ok::<_, CollectionError>(())
            })
        })
        .await?;
    Ok(source)
}

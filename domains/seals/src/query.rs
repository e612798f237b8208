//! Reading: seals, their details and history, their uses.

use std::collections::BTreeMap;

use gm::KeyKind;
use jiff::{SignedDuration, Timestamp};
use kernel::{Page, PageRequest, Permission, Target};
use serde::Serialize;
use store::Ctx;

use crate::authorise::HolderKind;
use crate::error::SealError;
use crate::files::SealFile;
use crate::impression::Origin;
use crate::outside::CertificateRequests;
use crate::seal::{Seal, SealType};
use crate::state::{Event, State};
use crate::step::load;
use crate::usage::SealUse;
use crate::{table, table_file, table_request, table_use};

/// An authorisation as it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Authorisation {
    pub key: String,
    pub holder_kind: HolderKind,
    pub holder: String,
    pub document_kind: String,
    /// Empty: every item.
    pub item_code: String,
    pub valid_from: Timestamp,
    pub valid_to: Timestamp,
    pub daily_maximum: i64,
    pub granted_by: String,
    pub granted_at: Timestamp,
    pub withdrawn_at: Option<Timestamp>,
}

/// One line of a seal's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StateChange {
    pub at: Timestamp,
    pub event: Event,
    pub state: State,
    /// Staff user name.
    pub staff: String,
    pub note: String,
}

/// The seal record [I-05].
#[derive(Clone, Debug, Serialize)]
pub struct SealDetail {
    pub seal: Seal,
    /// Version of the seal's structure: 4 (GB/T 38540-2020).
    pub signature_version: u32,
    /// Who signed the seal: the seal maker's certificate. None before it is made.
    pub signer: Option<String>,
    /// When the maker signed it.
    pub signing_time: Option<Timestamp>,
    /// Serial number of the certificate that signs OFD.
    pub certificate_serial: Option<String>,
    /// Serial number of the certificate that signs PDF.
    pub pdf_certificate_serial: Option<String>,
    /// The two certificates: SM2 for OFD, ECDSA P-256 for PDF. None before the seal is made.
    pub certificates: Vec<Certificate>,
    /// Width and height of the impression in millimetres.
    pub size_mm: (u32, u32),
    pub origin: Origin,
    pub files: Vec<SealFile>,
    /// Certificates asked of an outside authority, while they are awaited.
    pub requests: Option<CertificateRequests>,
    pub history: Vec<StateChange>,
    pub authorisations: Vec<Authorisation>,
    /// Uses of today, Beijing time, by authorisation key.
    pub used_today: BTreeMap<String, i64>,
    /// All uses since the seal exists.
    pub used: u64,
}

/// What a certificate of a seal says.
#[derive(Clone, Debug, Serialize)]
pub struct Certificate {
    /// `sm2`, `p256`, `rsa2048`, ….
    pub kind: &'static str,
    pub subject: String,
    pub issuer: String,
    /// Hexadecimal.
    pub serial: String,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

impl Certificate {
    fn of(der: &[u8]) -> Result<Option<Self>, SealError> {
        if der.is_empty() {
            return Ok(None);
        }
        let found = gm::Certificate::from_der(der)?;
        Ok(Some(Self {
            kind: found.public_key().key_kind().map_or("", KeyKind::name),
            subject: found.subject(),
            issuer: found.issuer(),
            serial: found.serial(),
            not_before: found.not_before(),
            not_after: found.not_after(),
        }))
    }
}

/// The seal of an agency that signs now: in use and valid, the one with the longest validity.
pub async fn find(ctx: &Ctx, agency_code: &str, seal_type: SealType) -> Result<Seal, SealError> {
    let all = table::of_agency(&mut ctx.db.reader(), agency_code, seal_type).await?;
    let now = ctx.now();
    let usable = all.iter().find(|seal| seal.is_usable_at(now));
    // Without a usable one, say of the newest what is wrong with it.
    let found = usable.or(all.first()).ok_or(SealError::NotFound)?;
    ctx.actor.require(Permission::SealUse, &found.target())?;
    match (found.state, found.is_valid_at(now)) {
        (State::Active, _) if found.frozen_at.is_some() => Err(SealError::Frozen),
        (State::Active, false) => Err(SealError::NotValid),
        (State::Active, true) => Ok(found.clone()),
        (state, _) => Err(SealError::NotActive(state)),
    }
}

/// The personal name seal (个人名章) of an officer of an agency: it bears the officer's name, the
/// officer keeps it, and it may sign now.
pub async fn name_seal(
    ctx: &Ctx,
    agency_code: &str,
    user: &str,
    name: &str,
) -> Result<Seal, SealError> {
    let all = table::of_agency(&mut ctx.db.reader(), agency_code, SealType::Personal).await?;
    let now = ctx.now();
    let own = |seal: &Seal| seal.custodian == user && seal.name == name;
    let found = all.into_iter().find(|s| own(s) && s.is_usable_at(now));
    let found = found.ok_or_else(|| SealError::NoNameSeal(name.to_owned()))?;
    ctx.actor.require(Permission::SealUse, &found.target())?;
    Ok(found)
}

/// A seal that the actor may use by itself now, and for which kinds of documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Usable {
    pub seal: Seal,
    /// Width and height of the impression, millimetres.
    pub size_mm: (u32, u32),
    /// What the authorisations name, in alphabetical order.
    pub document_kinds: Vec<String>,
}

/// The seals for which the actor holds an authorisation in force, by owner and name.
pub async fn usable(ctx: &Ctx) -> Result<Vec<Usable>, SealError> {
    let now = ctx.now();
    let holder = HolderKind::of(&ctx.actor);
    let mut reader = ctx.db.reader();
    let held = table_use::held_by(&mut reader, holder, &ctx.actor.id, now).await?;
    let mut all: Vec<Usable> = Vec::new();
    for (key, document_kind) in held {
        if let Some(known) = all.iter_mut().find(|one| one.seal.key == key) {
            known.document_kinds.push(document_kind);
            continue;
        }
        let seal = load(&mut reader, &key).await?;
        let may = ctx.actor.require(Permission::SealUse, &seal.target());
        if may.is_err() || !seal.is_usable_at(now) {
            continue;
        }
        let material = table::material(&mut reader, &key).await?;
        let size_mm = material.map_or((0, 0), |made| (made.width_mm, made.height_mm));
        all.push(Usable {
            seal,
            size_mm,
            document_kinds: vec![document_kind],
        });
    }
    all.sort_by(|a, b| (&a.seal.owner.name, &a.seal.name).cmp(&(&b.seal.owner.name, &b.seal.name)));
    Ok(all)
}

/// Which seals a list shows: those of one agency, or of a region with all below it.
#[derive(Clone, Debug)]
pub enum Seals {
    Agency { code: String, region: String },
    Region(String),
}

/// One page of seals.
pub async fn seals(ctx: &Ctx, list: &Seals, page: PageRequest) -> Result<Page<Seal>, SealError> {
    let target = match list {
        Seals::Agency { code, region } => Target {
            agency: Some(code),
            region: Some(region),
            ..Target::default()
        },
        Seals::Region(region) => Target {
            region: Some(region),
            ..Target::default()
        },
    };
    ctx.actor.require(Permission::SealManage, &target)?;
    let mut reader = ctx.db.reader();
    let part = (page.offset(), i64::from(page.size));
    let (rows, total) = match list {
        Seals::Agency { code, .. } => (
            table::page_of_agency(&mut reader, code, part).await?,
            table::count_of_agency(&mut reader, code).await?,
        ),
        Seals::Region(region) => {
            let (from, to) = below(region);
            let range = (from.as_str(), to.as_str());
            (
                table::in_regions(&mut reader, range, part).await?,
                table::count_in_regions(&mut reader, range).await?,
            )
        }
    };
    Ok(Page::new(rows, total, page))
}

/// The range of codes of a region and all below it: 990100 → 9901 … 9902.
pub(crate) fn below(region: &str) -> (String, String) {
    let mut prefix = region;
    while prefix.len() > 2 && prefix.len() <= 6 && prefix.ends_with("00") {
        prefix = &prefix[..prefix.len() - 2];
    }
    // After every digit, so that the range holds all codes that begin with the prefix.
    (prefix.to_owned(), format!("{prefix}:"))
}

/// One seal with its record, history and authorisations.
pub async fn detail(ctx: &Ctx, seal_key: &str) -> Result<SealDetail, SealError> {
    let mut reader = ctx.db.reader();
    let seal = load(&mut reader, seal_key).await?;
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    let material = table::material(&mut reader, seal_key)
        .await?
        .ok_or(SealError::NotFound)?;
    let serial = |der: &[u8]| -> Result<Option<String>, SealError> {
        match der {
            [] => Ok(None),
            der => Ok(Some(gm::Certificate::from_der(der)?.serial())),
        }
    };
    let today = kernel::time::beijing_date(ctx.now());
    let all = Uses {
        agency: seal.owner.agency_code.clone(),
        seal: Some(seal.key.clone()),
        ..Uses::default()
    };
    Ok(SealDetail {
        signature_version: 4,
        signer: crate::forge::maker_of(&material.seal)?,
        signing_time: seal.made_at,
        certificate_serial: serial(&material.signer)?,
        pdf_certificate_serial: serial(&material.pdf_signer)?,
        certificates: [
            Certificate::of(&material.signer)?,
            Certificate::of(&material.pdf_signer)?,
        ]
        .into_iter()
        .flatten()
        .collect(),
        size_mm: (material.width_mm, material.height_mm),
        origin: material.origin,
        files: table_file::files(&mut reader, seal_key).await?,
        requests: table_request::get(&mut reader, seal_key)
            .await?
            .map(CertificateRequests::of)
            .transpose()?,
        used_today: table_use::used_on(&mut reader, seal_key, today).await?,
        used: table_use::count(&mut reader, &all).await?,
        history: table::states(&mut reader, seal_key, Timestamp::MAX).await?,
        authorisations: table::authorisations(&mut reader, seal_key).await?,
        seal,
    })
}

/// The impression as PNG on transparent ground, to be looked at.
pub async fn impression(ctx: &Ctx, seal_key: &str) -> Result<Vec<u8>, SealError> {
    let mut reader = ctx.db.reader();
    let seal = load(&mut reader, seal_key).await?;
    ctx.actor.require(Permission::SealManage, &seal.target())?;
    let material = table::material(&mut reader, seal_key).await?;
    Ok(material.ok_or(SealError::NotFound)?.impression)
}

/// The same by 印章标识, as documents name the seal they carry.
pub async fn impression_of(ctx: &Ctx, es_id: &str) -> Result<Vec<u8>, SealError> {
    let key = table::key_of(&mut ctx.db.reader(), es_id).await?;
    impression(ctx, &key.ok_or(SealError::NotFound)?).await
}

/// The state a seal was in at a moment, by its 印章标识; none when this platform has no such seal
/// or had it not yet. Signatures carry whole seconds: within one, a seal counts as in use if it
/// was in use at any time of that second [I-12].
pub async fn state_at(ctx: &Ctx, es_id: &str, at: Timestamp) -> Result<Option<State>, SealError> {
    let mut reader = ctx.db.reader();
    let Some(key) = table::key_of(&mut reader, es_id).await? else {
        return Ok(None);
    };
    let whole = at.subsec_nanosecond() == 0;
    let until = if whole {
        at + SignedDuration::from_millis(999)
    } else {
        at
    };
    let history = table::states(&mut reader, &key, until).await?;
    let (before, within): (Vec<_>, Vec<_>) = history.iter().partition(|change| change.at <= at);
    let came_into_use = within.iter().find(|change| change.state == State::Active);
    let found = came_into_use.or(before.last()).or(within.last());
    Ok(found.map(|change| change.state))
}

/// Which uses a list shows.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// The owner agency [I-15].
    pub agency: String,
    /// Its region, for the scope of whoever asks.
    pub region: String,
    /// One of its seals only.
    pub seal: Option<String>,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
    pub document_kind: Option<String>,
    /// A part of the purpose, or a whole 办件编号.
    pub purpose: Option<String>,
}

/// One page of the uses of an agency's seals, newest first [I-15].
pub async fn uses(ctx: &Ctx, list: &Uses, page: PageRequest) -> Result<Page<SealUse>, SealError> {
    let target = Target {
        agency: Some(&list.agency),
        region: (!list.region.is_empty()).then_some(list.region.as_str()),
        ..Target::default()
    };
    ctx.actor.require(Permission::SealReadUses, &target)?;
    let mut reader = ctx.db.reader();
    let total = table_use::count(&mut reader, list).await?;
    let part = (page.offset(), i64::from(page.size));
    let rows = table_use::page(&mut reader, list, part).await?;
    Ok(Page::new(rows, total, page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_holds_what_lies_below_it() {
        let (from, to) = below("990100");
        for inside in ["990100", "990102", "990121", "990121100"] {
            assert!(from.as_str() <= inside && inside < to.as_str(), "{inside}");
        }
        for outside in ["990000", "990200"] {
            assert!(
                !(from.as_str() <= outside && outside < to.as_str()),
                "{outside}"
            );
        }
        let (from, to) = below("990102");
        assert!(from.as_str() <= "990102001" && "990102001" < to.as_str());
        assert!("990103" >= to.as_str());
    }
}

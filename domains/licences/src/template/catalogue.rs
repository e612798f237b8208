//! 证照目录 [H-08 to H-11]: what kinds of licences there are, in two levels, with what is being drawn and
//! what was stopped.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Permission, Target};
use store::Ctx;

use super::{TemplateChanged, TemplateState, table};
use crate::definition::{Catalogue, LicenceType};
use crate::error::LicenceError;
use crate::kind;

/// A class of the first level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    pub code: String,
    pub name: String,
}

/// A type in the catalogue.
#[derive(Clone, Debug)]
pub struct Entry {
    /// As it is in use; as it is drawn where it never was.
    pub kind: Arc<LicenceType>,
    /// The version in use.
    pub in_use: Option<u32>,
    /// The version that is being worked on, with its state.
    pub open: Option<(u32, TemplateState)>,
    pub stopped: bool,
}

/// What of the catalogue is wanted; empty: everything.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name or of a code.
    pub text: String,
    pub first: String,
    pub second: String,
    pub category: String,
    pub holder_kind: String,
    /// Code of an agency that issues it.
    pub agency: String,
    /// `used`, `stopped`, `draft`, `review`.
    pub state: String,
}

impl Filter {
    fn takes(&self, entry: &Entry) -> bool {
        let kind = &entry.kind;
        let shelf = kind.shelf();
        let is = |wanted: &str, value: &str| wanted.is_empty() || wanted == value;
        let text = self.text.trim().to_uppercase();
        let named = [&kind.type_name, &kind.type_short_code, &kind.type_code];
        let open = entry.open.map(|(_, state)| state);
        let state = match self.state.as_str() {
            "used" => entry.in_use.is_some() && !entry.stopped,
            "stopped" => entry.stopped,
            "draft" => open == Some(TemplateState::Draft),
            "review" => open == Some(TemplateState::InReview),
            _ => true,
        };
        state
            && is(&self.first, &shelf.first)
            && is(&self.second, &shelf.second)
            && is(&self.category, &kind.category)
            && is(&self.holder_kind, &kind.holder_kind)
            && (self.agency.is_empty() || kind.issuing_agencies.contains(&self.agency))
            && (text.is_empty() || named.iter().any(|n| n.to_uppercase().contains(&text)))
    }
}

/// The catalogue, by name.
pub async fn catalogue(ctx: &Ctx, filter: &Filter) -> Result<Vec<Entry>, LicenceError> {
    super::require_reader(ctx)?;
    let mut all: BTreeMap<String, Entry> = BTreeMap::new();
    for kind in kind::licence_types(ctx).await? {
        let entry = Entry {
            in_use: Some(kind.style.style_version),
            open: None,
            stopped: kind.stopped,
            kind: kind.clone(),
        };
        all.insert(kind.type_short_code.clone(), entry);
    }
    for state in [TemplateState::Draft, TemplateState::InReview] {
        for found in table::in_state(&mut ctx.db.reader(), state).await? {
            let entry = all.entry(found.type_code.clone()).or_insert_with(|| Entry {
                kind: found.kind.clone(),
                in_use: None,
                open: None,
                stopped: false,
            });
            entry.open = Some((found.version, state));
        }
    }
    let mut found: Vec<Entry> = all.into_values().filter(|one| filter.takes(one)).collect();
    found.sort_by(|a, b| a.kind.type_name.cmp(&b.kind.type_name));
    Ok(found)
}

/// The first level.
pub async fn classes(ctx: &Ctx) -> Result<Vec<Class>, LicenceError> {
    super::require_reader(ctx)?;
    table::classes(&mut ctx.db.reader()).await
}

/// Adds a class to the first level, which the province keeps [H-09].
pub async fn add_class(ctx: &Ctx, class: Class) -> Result<(), LicenceError> {
    let directory = agencies::directory(ctx)
        .await
        .map_err(LicenceError::other)?;
    let top = directory.regions().iter().find(|r| r.parent_code.is_none());
    let target = Target {
        region: top.map(|region| region.code.as_str()),
        ..Target::default()
    };
    ctx.actor.require(Permission::LicenceTypePublish, &target)?;
    let wrong = |name: &str, why: &str| Err(LicenceError::Field(name.into(), why.into()));
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if class.code.is_empty() || class.code.len() > 40 || !class.code.chars().all(plain) {
        return wrong("一级目录代码", "须为小写字母、数字和下划线，不超过40位");
    }
    if class.name.trim().is_empty() || class.name.chars().count() > 40 {
        return wrong("一级目录名称", "须有1至40个字");
    }
    let event = TemplateChanged::of(&class.code, None, "class");
    let (inner, work) = (ctx.clone(), Arc::new((class, event)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (class, event) = &*work;
                table::add_class(tx, class).await?;
                journal::append(tx, &ctx, &event.stream(), event).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await
}

/// A place in the catalogue: its first level is one that the province keeps.
pub(super) async fn check_place(ctx: &Ctx, place: &Catalogue) -> Result<(), LicenceError> {
    let wrong = |name: &str, why: &str| Err(LicenceError::Field(name.into(), why.into()));
    let known = table::classes(&mut ctx.db.reader()).await?;
    if !known.iter().any(|class| class.code == place.first) {
        return wrong("一级目录", "没有这一类");
    }
    match place.second.chars().count() {
        0..=40 => Ok(()),
        _ => wrong("二级目录", "不能超过40字"),
    }
}

/// Puts a published type elsewhere in the catalogue.
pub async fn reorganise(ctx: &Ctx, code: &str, to: Catalogue) -> Result<(), LicenceError> {
    check_place(ctx, &to).await?;
    let used = super::templates(ctx, code).await?;
    let used = used.into_iter().find(|t| t.state == TemplateState::InUse);
    let was = used.ok_or(LicenceError::NoTemplate)?;
    super::require(ctx, Permission::LicenceTypePublish, &was.kind).await?;
    let mut kind = LicenceType::clone(&was.kind);
    kind.catalogue = Some(to);
    let rev = was.rev;
    let now = super::Template {
        kind: Arc::new(kind),
        ..was
    };
    let event = TemplateChanged::of(code, None, "reorganised");
    let (inner, work) = (ctx.clone(), Arc::new((now, event)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (now, event) = &*work;
                table::replace(tx, now, rev).await?;
                let data = serde_json::to_string(&*now.kind)?;
                let svg = now.kind.ground.kept();
                crate::table::kind::put(tx, &now.type_code, &data, &svg).await?;
                journal::append(tx, &ctx, &event.stream(), event).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await?;
    kind::forget(ctx);
    Ok(())
}

/// Stops a type: no new licences of it; those that were issued keep their lives.
pub async fn stop_type(ctx: &Ctx, code: &str) -> Result<(), LicenceError> {
    set_stopped(ctx, code, true).await
}

/// Takes a stopped type up again.
pub async fn resume_type(ctx: &Ctx, code: &str) -> Result<(), LicenceError> {
    set_stopped(ctx, code, false).await
}

async fn set_stopped(ctx: &Ctx, code: &str, stopped: bool) -> Result<(), LicenceError> {
    let kind = kind::licence_type(ctx, code).await?;
    super::require(ctx, Permission::LicenceTypePublish, &kind).await?;
    if kind.stopped == stopped {
        return Err(LicenceError::Stale);
    }
    let act = if stopped { "stopped" } else { "resumed" };
    let event = TemplateChanged::of(code, None, act);
    let (inner, work) = (ctx.clone(), Arc::new((code.to_owned(), event)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (code, event) = &*work;
                let at = stopped.then(|| ctx.now());
                if !crate::table::kind::stop(tx, code, at).await? {
                    return Err(LicenceError::UnknownType(code.clone()));
                }
                journal::append(tx, &ctx, &event.stream(), event).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await?;
    kind::forget(ctx);
    Ok(())
}

/// Deletes a stopped type of which no licence was ever made, with all its versions.
pub async fn delete_type(ctx: &Ctx, code: &str) -> Result<(), LicenceError> {
    let kind = kind::licence_type(ctx, code).await?;
    super::require(ctx, Permission::LicenceTypePublish, &kind).await?;
    if !kind.stopped {
        return Err(LicenceError::NotDeletable("须先停用"));
    }
    let directory = agencies::directory(ctx)
        .await
        .map_err(LicenceError::other)?;
    for agency in directory.agencies() {
        if table::has_licence(&mut ctx.db.reader(), &agency.code, code).await? {
            return Err(LicenceError::NotDeletable("已签发过这种证照，只能停用"));
        }
    }
    let event = TemplateChanged::of(code, None, "deleted");
    let (inner, work) = (ctx.clone(), Arc::new((code.to_owned(), event)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (code, event) = &*work;
                table::delete_all(tx, code).await?;
                journal::append(tx, &ctx, &event.stream(), event).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await?;
    kind::forget(ctx);
    Ok(())
}

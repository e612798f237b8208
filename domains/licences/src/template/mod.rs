//! 证照模板: the versions of a licence type, from draft to retirement [H-83]. A version holds the whole
//! definition with its base picture; the one in use is what licences are issued by.

mod catalogue;
mod check;
mod compare;
mod draft;
mod event;
mod preview;
mod review;
mod sample;
mod state;
mod table;

use std::sync::Arc;

use jiff::Timestamp;
use kernel::{Permission, Target};
use serde::{Deserialize, Serialize};
use store::{Ctx, Run, Tx};

use crate::definition::LicenceType;
use crate::error::LicenceError;

pub use catalogue::{
    Class, Entry, Filter, add_class, catalogue, classes, delete_type, reorganise, resume_type,
    stop_type,
};
pub(crate) use check::check;
pub use compare::{Difference, differences};
pub use draft::{NewType, begin_type, begin_version, drop_draft, save_draft};
pub use event::TemplateChanged;
pub use preview::{Page, blank_picture, preview};
pub use review::{publish, return_draft, submit};
pub use sample::Filled;
pub use state::{
    Event as TemplateEvent, IllegalMove as IllegalTemplateMove, MOVES as TEMPLATE_MOVES,
    State as TemplateState,
};

/// A version of a type.
#[derive(Clone, Debug)]
pub struct Template {
    pub type_code: String,
    pub version: u32,
    pub state: TemplateState,
    /// Changes with every change; whoever saves says which one was read.
    pub rev: i64,
    pub kind: Arc<LicenceType>,
    pub told: Told,
}

/// Who did what to a version, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// User name of who began it; empty where it was imported.
    #[serde(default)]
    pub author: String,
    #[serde(default)]
    pub begun_at: Option<Timestamp>,
    /// Who saved it last: that person does not publish it.
    #[serde(default)]
    pub editor: String,
    #[serde(default)]
    pub edited_at: Option<Timestamp>,
    #[serde(default)]
    pub submitted_by: String,
    #[serde(default)]
    pub submitted_at: Option<Timestamp>,
    #[serde(default)]
    pub reviewer: String,
    #[serde(default)]
    pub reviewed_at: Option<Timestamp>,
    /// What the reviewer said of it.
    #[serde(default)]
    pub opinion: String,
    #[serde(default)]
    pub retired_at: Option<Timestamp>,
}

/// Takes an imported type: new ones are in use at once; where a later version was published, that
/// one stays.
pub(crate) async fn take(tx: &mut Tx<'_>, kind: &LicenceType) -> Result<(), LicenceError> {
    let code = &kind.type_short_code;
    let version = kind.style.style_version;
    let in_use = table::in_use(tx, code).await?;
    if in_use.as_ref().is_some_and(|(used, _)| *used > version) {
        return Ok(());
    }
    let text = serde_json::to_string(kind)?;
    let svg = kind.ground.kept();
    match table::load(tx, code, version).await {
        Ok(was) if was.state == TemplateState::InUse => {
            table::set_data(tx, code, version, &text, &svg).await?;
        }
        // It was retired, or somebody works on a version of this number.
        Ok(_) => return Ok(()),
        Err(LicenceError::NoTemplate) => {
            if let Some((used, rev)) = in_use {
                table::set_state(tx, (code, used), rev, TemplateState::Retired).await?;
            }
            let new = Template {
                type_code: code.clone(),
                version,
                state: TemplateState::InUse,
                rev: 1,
                kind: Arc::new(kind.clone()),
                told: Told::default(),
            };
            table::insert(tx, &new).await?;
        }
        Err(error) => return Err(error),
    }
    crate::table::kind::put(tx, code, &text, &svg).await?;
    Ok(())
}

/// Data and base picture of a version that was published.
pub(crate) async fn kept(
    run: &mut impl Run,
    code: &str,
    version: u32,
) -> Result<Option<(String, String)>, LicenceError> {
    match table::load(run, code, version).await {
        Ok(found) if matches!(found.state, TemplateState::InUse | TemplateState::Retired) => {
            Ok(Some((
                serde_json::to_string(&*found.kind)?,
                found.kind.ground.kept(),
            )))
        }
        Ok(_) | Err(LicenceError::NoTemplate) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the actor holds a permission for one of the agencies that issue a type.
async fn may(ctx: &Ctx, permission: Permission, kind: &LicenceType) -> Result<bool, LicenceError> {
    let directory = agencies::directory(ctx)
        .await
        .map_err(LicenceError::other)?;
    let issuers = kind.issuing_agencies.iter();
    let mut targets = issuers.filter_map(|code| directory.agency(code));
    Ok(targets.any(|agency| {
        let target = Target {
            agency: Some(&agency.code),
            region: Some(&agency.region_code),
            ..Target::default()
        };
        ctx.actor.require(permission, &target).is_ok()
    }))
}

/// Whether the actor may draw versions of this type.
pub async fn may_draw(ctx: &Ctx, kind: &LicenceType) -> Result<bool, LicenceError> {
    may(ctx, Permission::LicenceTypeEdit, kind).await
}

/// Whether the actor may publish versions of this type.
pub async fn may_publish(ctx: &Ctx, kind: &LicenceType) -> Result<bool, LicenceError> {
    may(ctx, Permission::LicenceTypePublish, kind).await
}

async fn require(
    ctx: &Ctx,
    permission: Permission,
    kind: &LicenceType,
) -> Result<(), LicenceError> {
    match may(ctx, permission, kind).await? {
        true => Ok(()),
        false => Err(kernel::Denied(permission).into()),
    }
}

/// Who may look at types: whoever queries licences, draws types or publishes them.
fn require_reader(ctx: &Ctx) -> Result<(), LicenceError> {
    let reads = [
        Permission::LicenceQuery,
        Permission::LicenceTypeEdit,
        Permission::LicenceTypePublish,
    ];
    let scopes = |permission: Permission| !ctx.actor.scopes(permission).is_empty();
    match reads.into_iter().any(scopes) {
        true => Ok(()),
        false => Err(kernel::Denied(Permission::LicenceQuery).into()),
    }
}

/// A version of a type.
pub async fn template(ctx: &Ctx, code: &str, version: u32) -> Result<Template, LicenceError> {
    require_reader(ctx)?;
    table::load(&mut ctx.db.reader(), code, version).await
}

/// All versions of a type, newest first; none where there is no such type.
pub async fn templates(ctx: &Ctx, code: &str) -> Result<Vec<Template>, LicenceError> {
    require_reader(ctx)?;
    table::of_type(&mut ctx.db.reader(), code).await
}

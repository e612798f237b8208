//! 数据校验与更正: the data of an issued licence are compared with the registers by the machine and
//! looked at by an officer; what was collected wrongly is corrected by a new version that a second
//! person approves [H-57, H-43].

mod check;
mod decide;
mod event;
mod propose;
mod table;

use std::collections::BTreeMap;

use jiff::Timestamp;
use kernel::{Permission, Target};
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::error::LicenceError;
use crate::licence::Licence;

pub use check::{DataCheck, FieldCheck, data_check};
pub use decide::{approve_correction, refuse_correction, withdraw_correction};
pub use event::CorrectionMoved;
pub use propose::{corrections_waiting, propose_correction};

kernel::codes! {
    /// Where a correction stands.
    CorrectionState {
        Proposed = "proposed", "待复核", "waits for approval";
        Made = "made", "已更正", "made";
        Refused = "refused", "未同意", "refused";
        Withdrawn = "withdrawn", "已撤回", "withdrawn";
    }
}

/// One field of a correction. Personal data: for those who may see the face in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub was: String,
    /// Empty where the field is to be left out.
    pub will: String,
}

/// A correction of one version of a licence.
#[derive(Clone, Debug)]
pub struct Correction {
    pub correction_key: String,
    pub licence_key: String,
    /// The version that is wrong.
    pub version: u32,
    pub agency: String,
    pub region: String,
    pub state: CorrectionState,
    /// Staff user name.
    pub proposer: String,
    pub proposed_at: Timestamp,
    pub decider: Option<String>,
    pub decided_at: Option<Timestamp>,
    /// The version that was made of it.
    pub made_version: Option<u32>,
    pub body: CorrectionBody,
}

/// What is encrypted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CorrectionBody {
    /// By field code.
    pub changes: BTreeMap<String, Change>,
    pub reason: String,
    /// What the second person said.
    pub note: String,
}

fn target<'a>(agency: &'a str, region: &'a str) -> Target<'a> {
    Target {
        agency: Some(agency),
        region: Some(region),
        ..Target::default()
    }
}

/// Who may correct: state and full data of a licence are theirs to handle.
fn may_propose(ctx: &Ctx, licence: &Licence) -> Result<(), LicenceError> {
    let target = target(&licence.agency, &licence.region);
    ctx.actor.require(Permission::LicenceChange, &target)?;
    ctx.actor.require(Permission::LicenceReveal, &target)?;
    Ok(())
}

fn may_approve(ctx: &Ctx, licence: &Licence) -> Result<(), LicenceError> {
    let target = target(&licence.agency, &licence.region);
    Ok(ctx.actor.require(Permission::LicenceApprove, &target)?)
}

/// A reason or a note, in somebody's own words.
pub(crate) fn words(name: &str, text: &str) -> Result<String, LicenceError> {
    let text = text.trim();
    let wrong = |why: &str| LicenceError::Field(name.into(), why.into());
    match text.chars().count() {
        0 => Err(wrong("请填写")),
        1..=500 => Ok(text.to_owned()),
        _ => Err(wrong("最多500字")),
    }
}

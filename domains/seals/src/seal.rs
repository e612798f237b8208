//! What a seal is [I-04, I-05, I-06].

use jiff::Timestamp;
use kernel::Target;
use serde::{Deserialize, Serialize};

use crate::ask::Asked;
use crate::state::State;

kernel::codes! {
    /// 印章类型 [I-06].
    SealType {
        /// 公章.
        Official = "official", "公章", "official seal";
        Acceptance = "acceptance", "受理专用章", "acceptance seal";
        Licence = "licence", "电子证照专用章", "licence seal";
        /// Any other dedicated seal; its purpose is said in the application.
        Business = "business", "业务专用章", "business seal";
        /// 个人名章 of a responsible officer.
        Personal = "personal", "个人名章", "personal name seal";
    }
}

impl SealType {
    /// What stands in the line below the star; official seals and name seals have none.
    pub fn purpose(self) -> Option<&'static str> {
        match self {
            SealType::Official | SealType::Personal => None,
            SealType::Acceptance | SealType::Licence | SealType::Business => Some(self.zh()),
        }
    }

    /// Width and height of the impression in millimetres.
    pub fn size_mm(self) -> u16 {
        match self {
            SealType::Official => 42,
            SealType::Acceptance | SealType::Licence | SealType::Business => 40,
            SealType::Personal => 20,
        }
    }
}

/// The agency a seal belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub agency_code: String,
    /// 统一社会信用代码.
    pub uscc: String,
    /// Full name, as it is cut into the seal.
    pub name: String,
    pub region_code: String,
}

/// A seal as its record shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seal {
    /// Internal key.
    pub key: String,
    /// 印章标识: six digits of the region and eight running ones.
    pub es_id: String,
    pub owner: Owner,
    pub seal_type: SealType,
    /// The agency's name and the purpose; the person's name for a name seal.
    pub name: String,
    /// Why the agency needs it: the document that orders it.
    pub basis: String,
    pub state: State,
    pub rev: i64,
    /// Staff user names.
    pub custodian: String,
    pub applicant: String,
    pub applied_at: Timestamp,
    pub reviewer: Option<String>,
    pub maker: Option<String>,
    pub made_at: Option<Timestamp>,
    pub valid_from: Option<Timestamp>,
    pub valid_to: Option<Timestamp>,
    /// 备案号.
    pub filing_no: Option<String>,
    pub filed_at: Option<Timestamp>,
    pub released_at: Option<Timestamp>,
    /// What somebody asked for and another person has to approve.
    pub asked: Option<Asked>,
    /// Key of the seal that this one renews.
    pub replaces: Option<String>,
    /// Since when nothing is signed any more, while the seal is being taken out of use.
    pub frozen_at: Option<Timestamp>,
}

impl Seal {
    /// What permissions are asked on.
    pub fn target(&self) -> Target<'_> {
        Target {
            region: Some(&self.owner.region_code),
            agency: Some(&self.owner.agency_code),
            ..Target::default()
        }
    }

    /// May sign at that moment, as far as state and validity say.
    pub fn is_usable_at(&self, at: Timestamp) -> bool {
        self.state == State::Active && self.frozen_at.is_none() && self.is_valid_at(at)
    }

    /// Lies within its validity at that moment.
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        self.valid_from.is_some_and(|from| from <= at) && self.valid_to.is_some_and(|to| at <= to)
    }
}

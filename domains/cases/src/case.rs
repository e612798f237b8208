//! What a case is.

use std::collections::BTreeMap;

use calendar::{CaseClock, Limit, Reading};
use conditions::Answers;
use jiff::{SignedDuration, Timestamp};
use kernel::{Actor, Channel, Denied, Permission, Target};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::posts::PostTime;
use crate::state::{Event, State, next};

/// Days before the end of the applicant's time at which the applicant is told [D-37].
const REMIND_DAYS: i64 = 3;

/// 办件: one application and everything done on it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Internal key, never shown.
    pub case_id: String,
    /// Raised by every change; a change made on an older one is refused.
    pub rev: i64,
    pub state: State,
    pub updated_at: Timestamp,
    /// When the applicant's time is over, if something waits for the applicant.
    pub deadline: Option<Timestamp>,
    pub data: CaseData,
    pub private: Private,
}

/// What may be read without unsealing: codes, times, flow. No personal data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseData {
    /// 办件编号, given with the submission or the intake.
    pub case_no: Option<String>,
    /// Random token of the QR codes [D-17].
    pub token: String,
    pub item_id: String,
    pub item_version: u32,
    pub item_name: String,
    /// The account the case belongs to: the represented one, if any.
    pub owner: String,
    /// The account of the person who acts.
    pub person: String,
    pub delegation: Option<String>,
    pub agency: String,
    pub region: String,
    pub channel: Channel,
    /// The hall at whose window it was taken in: its windows act on it, no others.
    #[serde(default)]
    pub hall: Option<String>,
    /// Begun at the window: visits are counted without a maximum [D-02].
    pub at_window: bool,
    pub max_visits: u32,
    pub visits: u32,
    pub immediate: bool,
    pub answers: Answers,
    /// Which steps of the form were saved.
    #[serde(default)]
    pub filled: Vec<String>,
    pub created_at: Timestamp,
    pub submitted_at: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    pub clock: Option<CaseClock>,
    pub flow: Option<flow::State>,
    /// The time of each open post, by its code.
    #[serde(default)]
    pub posts: BTreeMap<String, PostTime>,
    /// The applicant was told that the time is nearly over.
    #[serde(default)]
    pub reminded: bool,
    /// The state before CORRECTING or AWAITING_PAYMENT, to which the case returns.
    pub origin: Option<State>,
    /// 预受理 [D-63].
    pub provisional: Option<Mark>,
    pub correction: Option<Correction>,
    /// Corrections asked in review; one at most.
    #[serde(default)]
    pub review_corrections: u32,
    pub decision: Option<Decision>,
    pub result: Option<CaseResult>,
    pub special_no: Option<i64>,
    pub fee: Option<Fee>,
    pub parcel: Option<String>,
}

/// An officer's mark with its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub by: String,
    pub at: Timestamp,
}

/// 补正: what was asked, once and completely [D-21].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub items: Vec<CorrectionItem>,
    pub asked_at: Timestamp,
    pub deadline: Timestamp,
    pub by: String,
    pub in_review: bool,
}

/// One thing to complete or correct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionItem {
    /// None: the form itself.
    pub material_code: Option<String>,
    pub name: String,
    pub what: String,
}

/// 决定.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub approve: bool,
    pub reason: String,
    pub basis: String,
    pub by: String,
    pub at: Timestamp,
}

/// 办结结果 with the codes of K-44.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseResult {
    /// 1 licence, 2 document, 3 approved, 4 rejected, 5 withdrawn, 6 aborted, 7 not accepted.
    pub kind: u8,
    pub name: String,
    pub licence_key: Option<String>,
    pub description: String,
}

/// 缴费.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// 分.
    pub amount: i64,
    pub basis: String,
    pub paid_at: Option<Timestamp>,
    pub receipt_no: Option<String>,
}

/// What people wrote in their own words. It may name anybody, so it is taken out of [`CaseData`]
/// before that is stored, and kept with the private part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Words {
    /// Of each thing to correct, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    correction: Vec<String>,
    /// Reason and basis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    /// Number of the payment's receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    receipt_no: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parcel: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answers: Option<Answers>,
}

impl CaseData {
    /// Takes the words out.
    pub(crate) fn take_words(&mut self) -> Words {
        let asked = self.correction.iter_mut().flat_map(|c| &mut c.items);
        Words {
            correction: asked.map(|i| std::mem::take(&mut i.what)).collect(),
            decision: self.decision.as_mut().map(|d| {
                let (reason, basis) = (&mut d.reason, &mut d.basis);
                (std::mem::take(reason), std::mem::take(basis))
            }),
            result: self
                .result
                .as_mut()
                .map(|r| std::mem::take(&mut r.description)),
            receipt_no: self.fee.as_mut().and_then(|f| f.receipt_no.take()),
            parcel: self.parcel.take(),
            answers: Some(std::mem::take(&mut self.answers)),
        }
    }

    /// Puts them back.
    pub(crate) fn put_words(&mut self, words: Words) {
        let asked = self.correction.iter_mut().flat_map(|c| &mut c.items);
        for (item, what) in asked.zip(words.correction) {
            item.what = what;
        }
        if let (Some(decision), Some((reason, basis))) = (&mut self.decision, words.decision) {
            decision.reason = reason;
            decision.basis = basis;
        }
        if let (Some(result), Some(description)) = (&mut self.result, words.result) {
            result.description = description;
        }
        if let (Some(fee), Some(no)) = (&mut self.fee, words.receipt_no) {
            fee.receipt_no = Some(no);
        }
        self.parcel = words.parcel.or(self.parcel.take());
        if let Some(answers) = words.answers {
            self.answers = answers;
        }
    }
}

/// What only authorised people read; stored encrypted whole.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Private {
    pub applicant: Applicant,
    /// 联系人.
    pub contact_name: String,
    pub contact_mobile: String,
    /// The form's values.
    pub values: Map<String, Value>,
    /// What was filled from registers and the user space, with its sources.
    pub prefilled: forms::Prefilled,
}

/// 申请人.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applicant {
    pub is_legal: bool,
    pub name: String,
    /// Identity number or USCC.
    pub id: String,
    /// 111 identity card, 001 USCC.
    pub id_type: String,
    pub legal_representative: Option<String>,
}

impl CaseData {
    /// What scopes ask when this is done on the case. Reading, and what is done behind the windows,
    /// is bound to no hall.
    pub fn target(&self, permission: Permission) -> Target<'_> {
        let window = matches!(
            permission,
            Permission::CaseIntake | Permission::CasePreReview | Permission::CaseAccept
        );
        Target {
            region: Some(&self.region),
            agency: Some(&self.agency),
            hall: self.hall.as_deref().filter(|_| window),
            item: Some(&self.item_id),
            owner: Some(&self.owner),
        }
    }

    /// Whether the actor holds the permission on the case.
    pub fn allows(&self, actor: &Actor, permission: Permission) -> Result<(), Denied> {
        actor.require(permission, &self.target(permission))
    }
}

/// How a material came to the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "way")]
pub enum Collected {
    /// Cited from the licence library.
    Licence { licence_key: String },
    /// A file of the user space.
    File { file_key: String },
    /// The form itself.
    Form,
    /// Read from a register or a credential; names the source.
    Shared { source: String },
    /// Promised, to follow (承诺后补).
    Promised,
    /// Seen on paper at the window.
    Paper,
}

/// 申请材料 of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseMaterial {
    /// Key inside the case.
    pub entry: String,
    pub material_code: String,
    pub name: String,
    pub collected: Collected,
    pub at: Timestamp,
    /// A to D; none for the form and shared data.
    pub trust: Option<String>,
    /// Result of the authenticity check at citing [D-65].
    pub verified: Option<String>,
    /// Returned for correction, with the reason.
    pub returned: Option<String>,
}

impl Case {
    /// The step the person reads as 办件编号; a draft has none.
    pub fn number(&self) -> &str {
        self.data.case_no.as_deref().unwrap_or_default()
    }

    /// The journal's stream of this case.
    pub fn stream(&self) -> String {
        format!("case/{}", self.case_id)
    }

    /// Whether the applicant may withdraw: from every state that is not terminal, before the decision.
    pub fn is_withdrawable(&self) -> bool {
        next(Some(self.state), Event::Withdraw, self.data.origin).is_ok()
    }

    /// When the applicant is to be told that the time is nearly over.
    pub(crate) fn remind_at(&self) -> Option<Timestamp> {
        let told = self.data.reminded || !self.state.is_reminded();
        let deadline = self.deadline.filter(|_| !told)?;
        Some(deadline - SignedDuration::from_hours(24 * REMIND_DAYS))
    }

    /// What the clock shows, none before acceptance.
    pub fn reading(&self, calendar: &calendar::Calendar, now: Timestamp) -> Option<Reading> {
        self.data
            .clock
            .as_ref()
            .and_then(|c| c.reading(calendar, now).ok())
    }

    /// Starts the clock with the promised limit.
    pub(crate) fn start_clock(&mut self, limit: Limit, at: Timestamp) {
        self.data.clock = Some(CaseClock::started(limit, at));
    }
}

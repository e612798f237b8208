//! What the journal tells of seals. No personal data: staff are named by user name, documents by
//! digest.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Ctx, Tx};

use crate::error::SealError;
use crate::seal::{Seal, SealType};
use crate::state::{Event, State};
use crate::usage::{UseResult, UsedDocument};

/// What every step in a seal's life tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub seal: String,
    pub es_id: String,
    pub agency: String,
    pub seal_type: SealType,
    pub state: State,
    /// Reason, filing number, custody receipt: whatever the step was given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

macro_rules! moves {
    ($($name:ident, $event:ident = $kind:literal;)*) => {
        $(
            #[doc = concat!("`", $kind, "`.")]
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $name(pub Moved);

            impl journal::Event for $name {
                const KIND: &'static str = $kind;
            }
        )*

        /// Tells of a step, in the transaction of the step.
        pub(crate) async fn tell(
            tx: &mut Tx<'_>,
            ctx: &Ctx,
            event: Event,
            seal: &Seal,
            note: &str,
        ) -> Result<(), SealError> {
            let moved = Moved {
                seal: seal.key.clone(),
                es_id: seal.es_id.clone(),
                agency: seal.owner.agency_code.clone(),
                seal_type: seal.seal_type,
                state: seal.state,
                note: note.to_owned(),
            };
            let stream = stream(&seal.key);
            match event {
                $(Event::$event => journal::append(tx, ctx, &stream, &$name(moved)).await?,)*
            };
            Ok(())
        }

        /// The code of the step that a kind of event, without `seal.`, tells of.
        pub(crate) fn code(kind: &str) -> Option<&'static str> {
            match kind {
                $(_ if $kind.strip_prefix("seal.") == Some(kind) => Some(Event::$event.code()),)*
                _ => None,
            }
        }

        /// The kind under which the journal tells of a step.
        #[cfg(test)]
        fn kind(event: Event) -> &'static str {
            match event { $(Event::$event => <$name as journal::Event>::KIND,)* }
        }
    };
}

moves! {
    SealApplied, Apply = "seal.applied";
    SealRefused, Refuse = "seal.refused";
    SealApproved, Approve = "seal.approved";
    SealMade, Make = "seal.made";
    SealFiled, File = "seal.filed";
    SealReleased, Release = "seal.released";
    SealAuthorised, Authorise = "seal.authorised";
    SealWithdrawn, Withdraw = "seal.withdrawn";
    SealLost, ReportLoss = "seal.lost";
    SealRecovered, Recover = "seal.recovered";
    SealDestroyed, Destroy = "seal.destroyed";
    SealExpired, Expire = "seal.expired";
}

/// `seal.asked`: a recovery or destruction was asked for, or declined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealAsked {
    pub seal: String,
    /// `recover`, `destroy`.
    pub request: String,
    pub declined: bool,
    pub reason: String,
}

impl journal::Event for SealAsked {
    const KIND: &'static str = "seal.asked";
}

/// `seal.certificates_asked`: certificates were asked of an outside authority, or that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealCertificatesAsked {
    pub seal: String,
    pub cancelled: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl journal::Event for SealCertificatesAsked {
    const KIND: &'static str = "seal.certificates_asked";
}

/// `seal.grant_changed`: an authorisation of a seal in use was added, changed or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealGrantChanged {
    pub seal: String,
    pub authorisation: String,
    /// `added`, `changed`, `ended`.
    pub what: String,
    pub holder: String,
    pub document_kind: String,
    pub valid_to: Timestamp,
    pub daily_maximum: i64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl journal::Event for SealGrantChanged {
    const KIND: &'static str = "seal.grant_changed";
}

/// `seal.use_reserved`: somebody was allowed to sign once [I-15].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealUseReserved {
    pub seal: String,
    pub es_id: String,
    pub agency: String,
    pub document_kind: String,
    pub purpose: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub case_no: String,
    /// On whose act the caller signs: a staff user name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub person: String,
}

impl journal::Event for SealUseReserved {
    const KIND: &'static str = "seal.use_reserved";
}

/// `seal.use_finished`: what became of it [I-15].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealUseFinished {
    pub agency: String,
    pub result: UseResult,
    pub documents: Vec<UsedDocument>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl journal::Event for SealUseFinished {
    const KIND: &'static str = "seal.use_finished";
}

/// The stream of a seal.
pub(crate) fn stream(seal_key: &str) -> String {
    format!("seal/{seal_key}")
}

/// The stream of one use: its own, so that a busy agency does not queue behind itself.
pub(crate) fn use_stream(use_key: &str) -> String {
    format!("seal_use/{use_key}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_step_has_a_kind_of_its_own() {
        let kinds: HashSet<&str> = Event::ALL.iter().map(|&event| kind(event)).collect();
        assert_eq!(kinds.len(), Event::ALL.len());
        assert!(kinds.iter().all(|kind| kind.starts_with("seal.")));
    }
}

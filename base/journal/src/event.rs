//! What an event is.

use jiff::Timestamp;
use kernel::{Actor, ActorKind, Channel};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::Ctx;

use crate::JournalError;

/// A thing that happened, as a domain tells it. Holds no personal data outside [`Event::detail`].
pub trait Event: Serialize + Send + Sync {
    /// `case.submitted`: domain and past participle.
    const KIND: &'static str;
    /// Raised when the shape changes; old shapes stay readable.
    const VERSION: u32 = 1;

    /// Before-and-after values of personal data. Stored encrypted and hashed as ciphertext.
    fn detail(&self) -> Option<serde_json::Value> {
        None
    }
}

/// Who acted, as it stands in every event [U-09].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorStamp {
    pub kind: ActorKind,
    pub id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub staff_no: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub represented: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegation: Option<String>,
    pub channel: Channel,
    /// The interface client that acted in the actor's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl From<&Actor> for ActorStamp {
    fn from(a: &Actor) -> Self {
        Self {
            kind: a.kind,
            id: a.id.clone(),
            staff_no: a.staff_no.clone(),
            represented: a.represented.as_ref().map(|r| r.account.clone()),
            delegation: a.represented.as_ref().and_then(|r| r.delegation.clone()),
            channel: a.channel,
            client: a.client.clone(),
            agency: a.agency.clone(),
            region: a.region.clone(),
        }
    }
}

/// An event as it stands in the journal.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    pub stream: String,
    pub seq: i64,
    pub id: String,
    pub at: Timestamp,
    pub kind: String,
    pub version: u32,
    pub actor: ActorStamp,
    pub payload: serde_json::Value,
    /// Encrypted; see [`Event::detail`].
    pub detail: Option<Vec<u8>>,
}

impl StoredEvent {
    /// Reads the payload as the domain's type, none when this is another kind of event.
    pub fn read<E: Event + DeserializeOwned>(&self) -> Option<E> {
        if self.kind != E::KIND {
            return None;
        }
        serde_json::from_value(self.payload.clone()).ok()
    }

    /// The decrypted detail, none where the event has none.
    pub fn open_detail(&self, ctx: &Ctx) -> Result<Option<serde_json::Value>, JournalError> {
        let Some(sealed) = &self.detail else {
            return Ok(None);
        };
        let key = format!("{}/{}", self.stream, self.seq);
        let plain = ctx
            .open_sealed("event", "detail", &key, sealed)
            .map_err(|e| JournalError::Vault(e.to_string()))?;
        Ok(Some(serde_json::from_slice(&plain)?))
    }
}

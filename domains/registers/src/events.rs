//! What this domain tells.

use journal::Event;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Register;

/// Records of a register were added or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterImported {
    pub register: Register,
    pub added: u64,
    pub changed: u64,
}

impl Event for RegisterImported {
    const KIND: &'static str = "register.imported";
}

/// Somebody other than the platform itself looked a record up. Whose it was stands in the
/// encrypted detail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterQueried {
    pub register: Register,
    pub found: bool,
    #[serde(skip)]
    pub subject: String,
}

impl Event for RegisterQueried {
    const KIND: &'static str = "register.queried";

    fn detail(&self) -> Option<Value> {
        Some(json!({ "subject": self.subject }))
    }
}

/// The platform added an entry to somebody's credit record. Whose it is stands in the encrypted
/// detail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditNoted {
    pub record_no: String,
    pub kind: String,
    #[serde(skip)]
    pub subject: String,
}

impl Event for CreditNoted {
    const KIND: &'static str = "register.credit_noted";

    fn detail(&self) -> Option<Value> {
        Some(json!({ "subject": self.subject }))
    }
}

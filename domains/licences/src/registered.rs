//! What the base libraries say of a licence's holder.

use kernel::IdNumber;
use serde_json::Value;
use store::Ctx;

use crate::error::LicenceError;
use crate::licence::Licence;

/// The holder's entry in the population register or in that of legal persons.
pub(crate) struct Registered(Option<Value>);

impl Registered {
    /// Looks the holder up. A number that no register can know is nobody's.
    pub async fn holder(ctx: &Ctx, licence: &Licence) -> Result<Self, LicenceError> {
        let (system, body) = (ctx.as_system(), &licence.body);
        if body.holder_id_type == "001" {
            let found = registers::legal_person(&system, &body.holder_id).await;
            let found = found.map_err(LicenceError::other)?;
            return Ok(Self(found.map(|one| one.data)));
        }
        let Ok(id) = IdNumber::resident(&body.holder_id) else {
            return Ok(Self(None));
        };
        let found = registers::person(&system, &id).await;
        let found = found.map_err(LicenceError::other)?;
        Ok(Self(found.map(|one| one.data)))
    }

    /// Whether a register knows the holder.
    pub fn is_known(&self) -> bool {
        self.0.is_some()
    }

    /// A text of the entry: `name`, `registered_address`.
    pub fn text(&self, path: &str) -> Option<String> {
        let value = registers::lookup_path(self.0.as_ref()?, path)?;
        value.as_str().map(str::to_owned)
    }
}

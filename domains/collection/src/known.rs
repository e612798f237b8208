//! What rows are compared with: the extracts in memory, then the registers of the platform.

use std::borrow::Cow;
use std::sync::Arc;

use cleaning::{BaseLibrary, Holder, Match, RegisterError, Registers};
use kernel::{IdNumber, number};
use store::Ctx;
use tokio::runtime::Handle;

/// Extracts and registers together. Asked from threads that may wait, never from async ones.
pub(crate) struct Known {
    pub ctx: Ctx,
    pub handle: Handle,
    pub library: Arc<BaseLibrary>,
}

impl Known {
    fn registered(&self, id_type: &str, id: &str) -> Result<Option<Holder<'_>>, RegisterError> {
        let failed = |error: registers::RegistersError| RegisterError(error.to_string());
        let own = |id: String, name: String, state: &str| Holder {
            id: Cow::Owned(id),
            name: Cow::Owned(name),
            state: Cow::Owned(state.to_owned()),
        };
        match id_type {
            "111" => {
                let Ok(number) = IdNumber::resident(id) else {
                    return Ok(None);
                };
                let asked = registers::person(&self.ctx, &number);
                let found = self.handle.block_on(asked).map_err(failed)?;
                Ok(found.map(|one| {
                    let state = if one.alive { "normal" } else { "deceased" };
                    own(id.to_owned(), one.name, state)
                }))
            }
            "001" => {
                let asked = registers::legal_person(&self.ctx, id);
                let found = self.handle.block_on(asked).map_err(failed)?;
                Ok(found.map(|one| {
                    let state = one.status.clone();
                    own(one.uscc, one.name, &state)
                }))
            }
            _ => Ok(None),
        }
    }
}

impl Registers for Known {
    fn by_id(&self, id_type: &str, id: &str) -> Result<Option<Holder<'_>>, RegisterError> {
        match self.library.by_id(id_type, id)? {
            Some(holder) => Ok(Some(holder)),
            None => self.registered(id_type, id),
        }
    }

    fn by_name_and_stem(
        &self,
        id_type: &str,
        name: &str,
        stem: &str,
    ) -> Result<Match<'_>, RegisterError> {
        let found = self.library.by_name_and_stem(id_type, name, stem)?;
        if found != Match::None {
            return Ok(found);
        }
        // One last character alone makes a good number of these seventeen.
        let good = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().find_map(|last| {
            let id = format!("{stem}{last}");
            let valid = match id_type {
                "111" => number::resident_id(&id).is_ok(),
                "001" => number::uscc(&id).is_ok(),
                _ => false,
            };
            valid.then_some(id)
        });
        let Some(id) = good else {
            return Ok(Match::None);
        };
        Ok(match self.registered(id_type, &id)? {
            Some(holder) if holder.name == name => Match::One(holder),
            _ => Match::None,
        })
    }
}

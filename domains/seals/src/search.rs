//! The list of seals in somebody's scope.

use kernel::{Denied, Page, PageRequest, Permission, Scope};
use store::Ctx;

use crate::error::SealError;
use crate::query::below;
use crate::seal::{Seal, SealType};
use crate::state::State;
use crate::table_search::{self, Part};

/// Which seals; everything left out matches all.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub agency: Option<String>,
    pub state: Option<State>,
    pub seal_type: Option<SealType>,
    /// A part of the name, or the beginning of the identifier.
    pub text: Option<String>,
}

/// One page of the seals whose management lies in the actor's scope, by region, agency and type.
pub async fn search(
    ctx: &Ctx,
    wanted: &Wanted,
    page: PageRequest,
) -> Result<Page<Seal>, SealError> {
    let scopes = ctx.actor.scopes(Permission::SealManage);
    if scopes.is_empty() {
        return Err(Denied(Permission::SealManage).into());
    }
    let mut parts = Vec::new();
    for scope in scopes {
        match scope {
            Scope::All => parts.push(Part::All),
            Scope::Region(code) => {
                let (from, to) = below(code);
                parts.push(Part::Regions(from, to));
            }
            Scope::Agency(code) => parts.push(Part::Agency(code.clone())),
            // A seal belongs to no hall, item or person.
            Scope::Hall(_) | Scope::Item(_) | Scope::OwnItem(_) | Scope::Own => {}
        }
    }
    let mut reader = ctx.db.reader();
    let total = table_search::count(&mut reader, &parts, wanted).await?;
    let part = (page.offset(), i64::from(page.size));
    let rows = table_search::page(&mut reader, &parts, wanted, part).await?;
    Ok(Page::new(rows, total, page))
}

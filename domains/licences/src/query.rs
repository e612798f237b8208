//! 证照库: search and detail for staff, files for those who may have them.

use kernel::{Page, PageRequest, Permission, Target};
use sealing::Verdict;
use store::Ctx;

use crate::error::LicenceError;
use crate::issue::number_digests;
use crate::library;
use crate::licence::{Format, Licence, Version};
use crate::state::State;
use crate::table;
use crate::wallet::{LicenceCard, card, require_reader};

/// What to look for. A number wins over everything else.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pub licence_no: Option<String>,
    pub states: Vec<State>,
}

/// A row of the list.
pub type Row = LicenceCard;

/// Licences of the agencies in the actor's scope.
pub async fn search(
    ctx: &Ctx,
    query: &Query,
    page: PageRequest,
) -> Result<Page<Row>, LicenceError> {
    if ctx.actor.scopes(Permission::LicenceQuery).is_empty() {
        return Err(kernel::Denied(Permission::LicenceQuery).into());
    }
    let reader = &mut ctx.db.reader();
    let (found, total) = match &query.licence_no {
        Some(no) => {
            let (_, digest) = number_digests(ctx, "", "", no);
            let mut all = Vec::new();
            for key in table::by_number(reader, &digest).await? {
                all.push(table::load(reader, ctx, &key).await?);
            }
            let count = all.len() as u64;
            (all, count)
        }
        None => {
            let agencies = agencies_in_scope(ctx).await?;
            let states: Vec<&str> = if query.states.is_empty() {
                State::ALL.iter().map(|s| s.code()).collect()
            } else {
                query.states.iter().map(|s| s.code()).collect()
            };
            table::of_agencies(reader, ctx, agencies.as_deref(), &states, page).await?
        }
    };
    let mut rows = Vec::new();
    for licence in &found {
        if readable(ctx, licence) {
            rows.push(card(ctx, licence).await?);
        }
    }
    Ok(Page::new(rows, total, page))
}

fn readable(ctx: &Ctx, l: &Licence) -> bool {
    let target = Target {
        agency: Some(&l.agency),
        region: Some(&l.region),
        ..Target::default()
    };
    ctx.actor.require(Permission::LicenceQuery, &target).is_ok()
}

/// The agencies in the actor's scope; none when it covers all.
async fn agencies_in_scope(ctx: &Ctx) -> Result<Option<Vec<String>>, LicenceError> {
    let directory = agencies::directory(ctx)
        .await
        .map_err(LicenceError::other)?;
    let (mut mine, mut all) = (Vec::new(), true);
    for a in directory.agencies() {
        let target = Target {
            agency: Some(&a.code),
            region: Some(&a.region_code),
            ..Target::default()
        };
        if ctx.actor.require(Permission::LicenceQuery, &target).is_ok() {
            mine.push(a.code.clone());
        } else {
            all = false;
        }
    }
    Ok((!all).then_some(mine))
}

/// A licence with its current version and the verdict on its file.
#[derive(Clone, Debug)]
pub struct Detail {
    pub card: LicenceCard,
    pub version: Version,
    pub verdict: Verdict,
}

/// Everything of one licence, for its holder or for staff in scope.
pub async fn detail(ctx: &Ctx, key: &str) -> Result<Detail, LicenceError> {
    let reader = &mut ctx.db.reader();
    let licence = table::load(reader, ctx, key).await?;
    require_reader(ctx, &licence).await?;
    Ok(Detail {
        card: card(ctx, &licence).await?,
        version: table::version(reader, ctx, key, licence.version).await?,
        verdict: library::check_file(ctx, &licence).await?,
    })
}

/// A file of the current version, for its holder or for staff in scope.
pub async fn file(ctx: &Ctx, key: &str, format: Format) -> Result<Vec<u8>, LicenceError> {
    let reader = &mut ctx.db.reader();
    let licence = table::load(reader, ctx, key).await?;
    require_reader(ctx, &licence).await?;
    let version = table::version(reader, ctx, key, licence.version).await?;
    library::read(ctx, &version, format).await
}

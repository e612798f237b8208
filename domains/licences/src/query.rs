//! 证照库: search and detail for staff, files for those who may have them.

use jiff::civil::Date;
use kernel::{ActorKind, Page, PageRequest, Permission, Target};
use sealing::Verdict;
use store::{Ctx, Reader};

use crate::error::LicenceError;
use crate::events::{LicenceRead, read_stream};
use crate::issue::{holder_digest, name_digest, number_digests};
use crate::library;
use crate::licence::{Format, Licence, Version};
use crate::state::State;
use crate::table;
use crate::wallet::{LicenceCard, card, require_reader};

/// What to look for. A number or a name finds by itself, and the rest narrows what it finds.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// 证照编号, or the holder's identity number or credit code.
    pub licence_no: Option<String>,
    /// The holder's name in full.
    pub holder: Option<String>,
    /// Agency code.
    pub agency: Option<String>,
    /// Short code of the type.
    pub type_code: Option<String>,
    /// First and last day of issue.
    pub issued_from: Option<Date>,
    pub issued_to: Option<Date>,
    /// None: all.
    pub states: Vec<State>,
}

impl Query {
    fn admits(&self, l: &Licence, issued: Option<Date>) -> bool {
        let state = self.states.is_empty() || self.states.contains(&l.state);
        let of = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|w| w == is);
        let from = self.issued_from.is_none_or(|day| issued >= Some(day));
        let to = self
            .issued_to
            .is_none_or(|day| issued.is_some_and(|issued| issued <= day));
        state && of(&self.agency, &l.agency) && of(&self.type_code, &l.type_code) && from && to
    }
}

/// A row of the list.
pub type Row = LicenceCard;

/// 综合查询: licences of the agencies in the actor's scope [H-49].
pub async fn search(
    ctx: &Ctx,
    query: &Query,
    page: PageRequest,
) -> Result<Page<Row>, LicenceError> {
    if ctx.actor.scopes(Permission::LicenceQuery).is_empty() {
        return Err(kernel::Denied(Permission::LicenceQuery).into());
    }
    let reader = &mut ctx.db.reader();
    let (found, total) = match found(reader, ctx, query).await? {
        Some(all) => {
            let total = all.len() as u64;
            let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
            let some = all.into_iter().skip(skip).take(page.size as usize);
            (some.collect::<Vec<_>>(), total)
        }
        None => list(reader, ctx, query, page).await?,
    };
    let mut rows = Vec::new();
    for licence in &found {
        rows.push(card(ctx, licence).await?);
    }
    Ok(Page::new(rows, total, page))
}

/// What a number or a name finds; none where neither is given.
async fn found(
    reader: &mut Reader,
    ctx: &Ctx,
    query: &Query,
) -> Result<Option<Vec<Licence>>, LicenceError> {
    let mut keys = Vec::new();
    if let Some(no) = &query.licence_no {
        let (_, digest) = number_digests(ctx, "", "", no);
        keys.extend(table::by_number(reader, &digest).await?);
        keys.extend(table::query::by_holder(reader, &holder_digest(ctx, no)).await?);
    } else if let Some(name) = &query.holder {
        keys.extend(table::query::by_name(reader, &name_digest(ctx, name)).await?);
    } else {
        return Ok(None);
    }
    keys.sort();
    keys.dedup();
    let mut all = Vec::new();
    for key in keys {
        let licence = table::load(reader, ctx, &key).await?;
        let by_name = query.holder.as_ref().is_none_or(|name| {
            kernel::number::fold(name) == kernel::number::fold(&licence.body.holder)
        });
        if !by_name || !readable(ctx, &licence) {
            continue;
        }
        let dated = query.issued_from.is_some() || query.issued_to.is_some();
        let issued = match dated {
            true => {
                let version = table::version(reader, ctx, &key, licence.version).await?;
                Some(version.data.issue_date)
            }
            false => None,
        };
        if query.admits(&licence, issued) {
            all.push(licence);
        }
    }
    all.sort_by_key(|one| std::cmp::Reverse(one.updated_at));
    Ok(Some(all))
}

async fn list(
    reader: &mut Reader,
    ctx: &Ctx,
    query: &Query,
    page: PageRequest,
) -> Result<(Vec<Licence>, u64), LicenceError> {
    let mut agencies = agencies_in_scope(ctx).await?;
    if let Some(wanted) = &query.agency {
        let mine = agencies.as_ref().is_none_or(|all| all.contains(wanted));
        agencies = Some(if mine {
            vec![wanted.clone()]
        } else {
            Vec::new()
        });
    }
    let states: Vec<&str> = match query.states.is_empty() {
        true => State::ALL.iter().map(|s| s.code()).collect(),
        false => query.states.iter().map(|s| s.code()).collect(),
    };
    let narrow = table::query::Narrow {
        type_code: query.type_code.as_deref(),
        issued_from: query.issued_from,
        issued_to: query.issued_to,
    };
    table::query::of_agencies(reader, ctx, agencies.as_deref(), &states, &narrow, page).await
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
pub(crate) async fn agencies_in_scope(ctx: &Ctx) -> Result<Option<Vec<String>>, LicenceError> {
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
    called(ctx, key, "data").await?;
    Ok(Detail {
        card: card(ctx, &licence).await?,
        version: table::version(reader, ctx, key, licence.version).await?,
        verdict: library::check_file(ctx, &licence).await?,
    })
}

/// Journals that a client of the interface reads a licence, before it is given anything. What people
/// look at on our own pages is not a call.
async fn called(ctx: &Ctx, key: &str, what: &str) -> Result<(), LicenceError> {
    if ctx.actor.client.is_none() && ctx.actor.kind != ActorKind::Machine {
        return Ok(());
    }
    let read = LicenceRead {
        licence_key: key.to_owned(),
        what: what.to_owned(),
    };
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, read) = (inner.clone(), read.clone());
            Box::pin(async move {
                journal::append(tx, &ctx, &read_stream(&read.licence_key), &read).await?;
                Ok::<_, LicenceError>(())
            })
        })
        .await
}

/// A file of the current version, for its holder or for staff in scope.
pub async fn file(ctx: &Ctx, key: &str, format: Format) -> Result<Vec<u8>, LicenceError> {
    let reader = &mut ctx.db.reader();
    let licence = table::load(reader, ctx, key).await?;
    require_reader(ctx, &licence).await?;
    called(ctx, key, format.code()).await?;
    let version = table::version(reader, ctx, key, licence.version).await?;
    library::read(ctx, &version, format).await
}

/// Width of the picture of a face, pixels: sharp on a screen of twice the usual resolution.
const FACE: f64 = 1_440.0;

/// The face as a PNG, drawn from the sealed OFD with its seal: what is looked at is what was signed.
pub async fn face_picture(ctx: &Ctx, key: &str) -> Result<Vec<u8>, LicenceError> {
    let bytes = file(ctx, key, Format::Ofd).await?;
    let drawn = tokio::task::spawn_blocking(move || {
        let document = ofd::read::Document::open(&bytes, &ofd::Limits::default())?;
        let (width, _) = document.page_size(0).unwrap_or((210.0, 297.0));
        let dpi = (FACE / width * 25.4) as f32;
        Ok(document.draw_png(0, dpi, &seals::stamps(&bytes))?.png)
    });
    drawn.await.map_err(|e| LicenceError::Data(e.to_string()))?
}

//! 证照类型 in use: loaded once, imported from files.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use kernel::{Permission, Target};
use store::Ctx;

use crate::definition::LicenceType;
use crate::drawn::Ground;
use crate::error::LicenceError;
use crate::numbering::Scheme;
use crate::schema;
use crate::table;
use crate::template;

/// A type as it is imported: definition, base picture, numbering.
#[derive(Clone, Debug)]
pub struct TypeFile {
    pub definition: serde_json::Value,
    pub svg: String,
    pub numbering: Scheme,
    /// Where a face field of a collected licence comes from, first source first: `stock.address`,
    /// `legal.…`, `population.…`, `id.sex`, `id.birth_date`, `agency.name`, `'a constant'`.
    pub stock_face: BTreeMap<String, Vec<String>>,
}

/// How long a type is taken from memory: another process may have published a new version of it.
const FRESH: Duration = Duration::from_secs(10);

/// The types in use, and former styles that licences were issued with.
#[derive(Default)]
struct Types {
    all: RwLock<HashMap<String, (Instant, Arc<LicenceType>)>>,
}

/// Loads types; a second import changes nothing, and what was published since stays in use.
pub async fn import_types(ctx: &Ctx, files: Vec<TypeFile>) -> Result<usize, LicenceError> {
    ctx.actor
        .require(Permission::SystemAdmin, &Target::default())?;
    let mut rows = Vec::new();
    for file in files {
        let label = file.definition["type_short_code"]
            .as_str()
            .unwrap_or("?")
            .to_owned();
        schema::check_type(&file.definition)
            .map_err(|why| LicenceError::TypeFile(format!("{label}: {why}")))?;
        let mut kind: LicenceType = serde_json::from_value(file.definition)
            .map_err(|e| LicenceError::TypeFile(format!("{label}: {e}")))?;
        kind.numbering = Some(file.numbering);
        kind.stock_face = file.stock_face;
        kind.ground = Arc::new(Ground::Svg(file.svg));
        template::check(&kind)?;
        rows.push(kind);
    }
    let count = rows.len();
    let rows = Arc::new(rows);
    ctx.db
        .write(move |tx| {
            let rows = rows.clone();
            Box::pin(async move {
                for kind in rows.iter() {
                    template::take(tx, kind).await?;
                }
                Ok::<_, LicenceError>(())
            })
        })
        .await?;
    forget(ctx);
    Ok(count)
}

/// Types are read anew after one of them changed.
pub(crate) fn forget(ctx: &Ctx) {
    ctx.shared.put(Arc::new(Types::default()));
}

/// A type by its short code.
pub async fn licence_type(ctx: &Ctx, code: &str) -> Result<Arc<LicenceType>, LicenceError> {
    let types = ctx.shared.get_or_make::<Types>();
    if let Some(known) = types.known(code) {
        return Ok(known);
    }
    let found = table::kind::get(&mut ctx.db.reader(), code).await?;
    let found = found.ok_or_else(|| LicenceError::UnknownType(code.to_owned()))?;
    let mut kind = read(&found.data, found.svg)?;
    kind.stopped = found.stopped;
    Ok(types.keep(code, kind))
}

/// The type as it was when licences of this style were issued; as it is now where that style is not
/// known.
pub async fn licence_type_at(
    ctx: &Ctx,
    code: &str,
    style_id: &str,
) -> Result<Arc<LicenceType>, LicenceError> {
    let now = licence_type(ctx, code).await?;
    if now.style.style_id == style_id {
        return Ok(now);
    }
    let types = ctx.shared.get_or_make::<Types>();
    if let Some(known) = types.known(style_id) {
        return Ok(known);
    }
    let version = style_id
        .strip_prefix(code)
        .and_then(|rest| rest.strip_prefix("-V"))
        .and_then(|version| version.parse::<u32>().ok());
    let Some(version) = version else {
        return Ok(now);
    };
    match template::kept(&mut ctx.db.reader(), code, version).await? {
        Some((data, svg)) => Ok(types.keep(style_id, read(&data, svg)?)),
        None => Ok(now),
    }
}

pub(crate) fn read(data: &str, svg: String) -> Result<LicenceType, LicenceError> {
    let mut kind: LicenceType = serde_json::from_str(data)?;
    kind.ground = Arc::new(Ground::of_kept(svg)?);
    Ok(kind)
}

impl Types {
    fn known(&self, name: &str) -> Option<Arc<LicenceType>> {
        let all = self.all.read().unwrap_or_else(|p| p.into_inner());
        let (read, kind) = all.get(name)?;
        (read.elapsed() < FRESH).then(|| kind.clone())
    }

    fn keep(&self, name: &str, kind: LicenceType) -> Arc<LicenceType> {
        let kind = Arc::new(kind);
        let mut all = self.all.write().unwrap_or_else(|p| p.into_inner());
        all.insert(name.to_owned(), (Instant::now(), kind.clone()));
        kind
    }
}

/// All types, by their codes.
pub async fn licence_types(ctx: &Ctx) -> Result<Vec<Arc<LicenceType>>, LicenceError> {
    let mut all = Vec::new();
    for code in table::kind::codes(&mut ctx.db.reader()).await? {
        all.push(licence_type(ctx, &code).await?);
    }
    Ok(all)
}

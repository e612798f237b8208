//! 基础数据: extracts of the population and legal-person registers, and of existing libraries, that
//! rows are compared with [H-18, H-86].

use std::sync::Arc;

use cleaning::BaseLibrary;
use jiff::Timestamp;
use kernel::Permission;
use store::Ctx;
use tables::{FieldNames, Input, Mapping, Options, Row, Table};
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use crate::error::{CollectionError, filled};
use crate::events::BaseTaken;
use crate::pieces::{self, ROWS};
use crate::table;

/// An extract.
#[derive(Clone, Debug)]
pub struct BaseSource {
    pub base_key: String,
    /// Where it comes from: 人口库, 法人库.
    pub name: String,
    pub at: Timestamp,
    pub taken_by: String,
    pub rows: u64,
    pub rejects: u64,
    /// Rows are compared with it; a former extract of the same name is not.
    pub current: bool,
}

/// What an extract says of one holder: kind of number, number, name, state.
type Known = [String; 4];

const FIELDS: &[FieldNames] = &[
    FieldNames {
        code: "holder_id_type",
        names: &["证件类型", "证件类型代码", "主体证件类型"],
    },
    FieldNames {
        code: "holder_id",
        names: &["证件号码", "公民身份号码", "身份证号", "统一社会信用代码"],
    },
    FieldNames {
        code: "holder_name",
        names: &["姓名", "名称", "单位名称", "企业名称", "持证主体"],
    },
    FieldNames {
        code: "state",
        names: &["状态", "登记状态", "存续状态"],
    },
];

fn require(ctx: &Ctx) -> Result<(), CollectionError> {
    let own = crate::batch::target(
        ctx.actor.agency.as_deref().unwrap_or_default(),
        ctx.actor.region.as_deref().unwrap_or_default(),
    );
    Ok(ctx.actor.require(Permission::LicenceCollect, &own)?)
}

/// Takes an extract in, in place of the former one of that name.
pub async fn take_base(
    ctx: &Ctx,
    name: &str,
    file: impl Input + 'static,
) -> Result<BaseSource, CollectionError> {
    take_in(ctx, name, Box::new(file)).await
}

async fn take_in(
    ctx: &Ctx,
    name: &str,
    file: Box<dyn Input>,
) -> Result<BaseSource, CollectionError> {
    require(ctx)?;
    let name = filled("数据来源", name, 60)?;
    let (inner, handle) = (ctx.clone(), Handle::current());
    let read = tokio::task::spawn_blocking(move || read(&inner, &handle, file));
    let (pieces, rows, rejects) = read.await.map_err(CollectionError::data)??;
    if rows == 0 {
        return Err(CollectionError::Field("文件", "没有可用的数据行".into()));
    }
    let base = BaseSource {
        base_key: ctx.rng.key(),
        name,
        at: ctx.now(),
        taken_by: ctx.actor.id.clone(),
        rows,
        rejects,
        current: true,
    };
    let (inner, work) = (ctx.clone(), Arc::new((base, pieces)));
    let given = work.clone();
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), given.clone());
            Box::pin(async move {
                let (base, pieces) = &*work;
                table::base::replace(tx, base, pieces).await?;
                let event = BaseTaken {
                    base_key: base.base_key.clone(),
                    name: base.name.clone(),
                    rows: base.rows,
                    rejects: base.rejects,
                };
                let stream = format!("collection_base/{}", base.base_key);
                journal::append(tx, &ctx, &stream, &event).await?;
                Ok::<_, CollectionError>(())
            })
        })
        .await?;
    Ok(work.0.clone())
}

/// Names of the pieces, rows that count, rows that do not.
type Extract = (Vec<String>, u64, u64);

fn read(ctx: &Ctx, handle: &Handle, file: Box<dyn Input>) -> Result<Extract, CollectionError> {
    let mut table = Table::open(file, &Options::default())?;
    let mapping = Mapping::propose(table.headings(), FIELDS, &[]);
    for (at, field) in FIELDS.iter().enumerate() {
        if mapping.column(at).is_none() {
            let what = field.names.first().copied().unwrap_or(field.code);
            return Err(CollectionError::Field("文件", format!("缺少“{what}”一栏")));
        }
    }
    let (mut names, mut open): (Vec<String>, Vec<Known>) = (Vec::new(), Vec::new());
    let (mut rows, mut rejects) = (0_u64, 0_u64);
    let (mut row, mut cells) = (Row::default(), Vec::new());
    loop {
        let more = match table.next_row(&mut row) {
            Ok(more) => more,
            Err(error) if error.of_one_row() => {
                rejects += 1;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if more {
            mapping.apply(&row.cells, &mut cells);
            match <Known>::try_from(std::mem::take(&mut cells)) {
                Ok(known) if known.iter().take(3).all(|cell| !cell.trim().is_empty()) => {
                    open.push(known.map(|cell| cell.trim().to_owned()));
                    rows += 1;
                }
                _ => rejects += 1,
            }
        }
        if open.len() == ROWS * 10 || (!more && !open.is_empty()) {
            names.push(handle.block_on(pieces::put(ctx, &open))?);
            open.clear();
        }
        if !more {
            return Ok((names, rows, rejects));
        }
    }
}

/// Extracts for those who collect.
pub async fn bases(ctx: &Ctx) -> Result<Vec<BaseSource>, CollectionError> {
    if ctx.actor.scopes(Permission::LicenceCollect).is_empty() {
        return Err(kernel::Denied(Permission::LicenceCollect).into());
    }
    table::base::newest(&mut ctx.db.reader()).await
}

/// Rows of extracts that stay in memory between the originals that are typed.
const AT_HAND: u64 = 500_000;

/// The extracts as they were when somebody last asked, by their keys.
#[derive(Default)]
struct AtHand(Mutex<Option<(Vec<String>, Arc<BaseLibrary>)>>);

/// All extracts that count, kept in memory for the next who asks unless they are many.
pub(crate) async fn library_at_hand(ctx: &Ctx) -> Result<Arc<BaseLibrary>, CollectionError> {
    let current = table::base::current(&mut ctx.db.reader()).await?;
    let keys: Vec<String> = current.iter().map(|one| one.base_key.clone()).collect();
    let rows: u64 = current.iter().map(|one| one.rows).sum();
    let held = ctx.shared.get_or_make::<AtHand>();
    let mut at_hand = held.0.lock().await;
    if let Some((known, library)) = &*at_hand
        && *known == keys
    {
        return Ok(library.clone());
    }
    let library = Arc::new(library(ctx).await?);
    if rows <= AT_HAND {
        *at_hand = Some((keys, library.clone()));
    }
    Ok(library)
}

/// All extracts that count, in memory.
pub(crate) async fn library(ctx: &Ctx) -> Result<BaseLibrary, CollectionError> {
    let mut library = BaseLibrary::default();
    let mut reader = ctx.db.reader();
    for base in table::base::current(&mut reader).await? {
        for blob in table::base::pieces(&mut reader, &base.base_key).await? {
            for [id_type, id, name, state] in pieces::get::<Known>(ctx, &blob).await? {
                library
                    .add(&id_type, &id, &name, &state)
                    .map_err(CollectionError::data)?;
            }
        }
    }
    Ok(library)
}

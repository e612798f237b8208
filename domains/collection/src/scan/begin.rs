//! A new stack of originals: of one licence type and one issuer, from an archive or from a case.

use std::sync::Arc;

use agencies::Agency;
use kernel::Permission;
use licences::LicenceType;
use store::Ctx;

use crate::batch::{Batch, BatchBody, BatchState, SourceClass, collecting_agencies, moved, target};
use crate::error::{CollectionError, filled};
use crate::table;

/// The case that originals came with: its materials, or its result on paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfCase {
    /// 办件编号.
    pub case_no: String,
    /// B or C.
    pub class: SourceClass,
}

/// What is said of a stack.
#[derive(Clone, Debug)]
pub struct NewScan {
    /// Short code of the licence type.
    pub type_code: String,
    /// Code of the agency that issued the originals.
    pub agency: String,
    /// 来源系统, at most 60 characters.
    pub source_system: String,
    /// None: from an archive, class A. Whoever names a case has shown that the actor handles it.
    pub of_case: Option<OfCase>,
    /// Random words of the form: sent twice, they begin one stack.
    pub once: String,
}

/// The licence types whose originals the actor may scan, with the agencies that issued them.
pub async fn scan_choices(
    ctx: &Ctx,
) -> Result<Vec<(Arc<LicenceType>, Vec<Agency>)>, CollectionError> {
    let mine = collecting_agencies(ctx).await?;
    if mine.is_empty() {
        return Err(kernel::Denied(Permission::LicenceCollect).into());
    }
    let kinds = licences::licence_types(ctx).await?;
    let of = |kind: Arc<LicenceType>| {
        let issues = |one: &&Agency| kind.issuing_agencies.contains(&one.code);
        let all: Vec<Agency> = mine.iter().filter(issues).cloned().collect();
        (!all.is_empty()).then_some((kind, all))
    };
    Ok(kinds.into_iter().filter_map(of).collect())
}

/// Begins a stack; gives the key of its batch.
pub async fn begin_scan(ctx: &Ctx, new: NewScan) -> Result<String, CollectionError> {
    let directory = agencies::directory(ctx)
        .await
        .map_err(CollectionError::other)?;
    let agency = directory
        .agency(&new.agency)
        .ok_or_else(|| CollectionError::Field("颁发机构", "请选择".into()))?;
    let (code, region) = (agency.code.clone(), agency.region_code.clone());
    ctx.actor
        .require(Permission::LicenceCollect, &target(&code, &region))?;
    let kind = licences::licence_type(ctx, &new.type_code).await?;
    if !kind.issuing_agencies.contains(&code) {
        let why = "该机构无权核发这种证照".into();
        return Err(CollectionError::Field("颁发机构", why));
    }
    let system = filled("来源系统", &new.source_system, 60)?;
    let once = filled("表单", &new.once, 100)?;
    let (source_class, case_no) = match new.of_case {
        None => (SourceClass::A, None),
        Some(of) if matches!(of.class, SourceClass::B | SourceClass::C) => {
            (of.class, Some(of.case_no))
        }
        Some(_) => return Err(CollectionError::Field("来源类别", "请选择".into())),
    };
    let batch = Batch {
        batch_key: ctx.rng.key(),
        agency: code,
        region,
        state: BatchState::Scanning,
        rev: 1,
        source_class,
        source_system: system,
        collector: ctx.actor.id.clone(),
        started_at: ctx.now(),
        rows: 0,
        case_no,
        summary: None,
        body: BatchBody {
            file_name: format!("{}（扫描）", kind.type_name),
            scanned: Some(kind.type_short_code.clone()),
            ..BatchBody::default()
        },
    };
    let once = ctx.lookup("collection_scan_once", &format!("{}/{once}", ctx.actor.id));
    let (inner, work) = (ctx.clone(), Arc::new((batch, once)));
    ctx.db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move {
                let (batch, once) = &*work;
                if let Some(there) = table::batch::of_digest(tx, once).await? {
                    return Ok(there);
                }
                table::batch::insert(tx, &ctx, batch, once).await?;
                moved(tx, &ctx, batch, "begun", 0, 0).await?;
                Ok(batch.batch_key.clone())
            })
        })
        .await
}

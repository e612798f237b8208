//! 窗口采集 [H-20 B, C]: licences on paper that came with a case, and the result of a case on paper,
//! go the way of every scanned original: typed beside the picture, checked by a second person, made
//! into an electronic licence.

use collection::{CollectionError, NewScan, OfCase, SourceClass};
use kernel::Permission;
use store::Ctx;

use crate::case::{Case, Collected};
use crate::error::CaseError;
use crate::officer::{self, Opened};
use crate::table;

/// What the clerk has at hand.
#[derive(Clone, Debug)]
pub struct Digitise {
    /// B: a licence among the applicant's materials. C: the result of this case.
    pub class: SourceClass,
    /// Short code of the licence type, and the agency that issued it.
    pub type_code: String,
    pub agency: String,
    /// Files of the case's materials that show it.
    pub materials: Vec<String>,
    /// Further scans: name and content.
    pub scans: Vec<(String, Vec<u8>)>,
    /// Random words of the form: sent twice, they begin one stack.
    pub once: String,
}

/// Begins a stack of originals of a case; gives the key of its batch. A file that cannot be read
/// leaves no stack.
pub async fn digitise(ctx: &Ctx, case_id: &str, asked: Digitise) -> Result<String, CaseError> {
    let Opened { case, .. } = officer::open(ctx, case_id.into(), Permission::CaseRead).await?;
    ready(&case, asked.class)?;
    let files = chosen(ctx, &case, asked.materials, asked.scans).await?;
    let new = NewScan {
        type_code: asked.type_code,
        agency: asked.agency,
        source_system: format!("办件{}", case.number()),
        of_case: Some(OfCase {
            case_no: case.number().to_owned(),
            class: asked.class,
        }),
        once: asked.once,
    };
    let key = collection::begin_scan(ctx, new)
        .await
        .map_err(CaseError::other)?;
    let there = collection::scan(ctx, &key)
        .await
        .map_err(CaseError::other)?;
    for (name, bytes) in files {
        if let Err(error) = collection::add_scan(ctx, &key, &name, bytes).await {
            // What an earlier sending of this form brought stays: somebody may have typed it.
            if there.pages.is_empty() {
                undo(ctx, &key).await?;
            }
            return Err(named(&name, error));
        }
    }
    Ok(key)
}

/// The stack is ended, if nobody ended it before: the same form sent again begins another.
async fn undo(ctx: &Ctx, key: &str) -> Result<(), CaseError> {
    let there = collection::scan(ctx, key).await.map_err(CaseError::other)?;
    match collection::end_batch(ctx, key, there.batch.rev).await {
        Ok(()) | Err(CollectionError::WrongState) => Ok(()),
        Err(error) => Err(CaseError::other(error)),
    }
}

fn named(name: &str, error: CollectionError) -> CaseError {
    let problem = kernel::Problem::from(error);
    CaseError::rule(
        "scan",
        format!("{name}：{}", problem.zh),
        format!("{name}: {}", problem.en),
    )
}

/// Materials are collected once they passed acceptance, results once there is one [H-20].
fn ready(case: &Case, class: SourceClass) -> Result<(), CaseError> {
    let data = &case.data;
    match class {
        SourceClass::B if data.accepted_at.is_none() => Err(CaseError::rule(
            "not_accepted_yet",
            "办件受理后才能采集申请材料中的证照",
            "Licences among the materials are collected once the case is accepted",
        )),
        SourceClass::C if data.completed_at.is_none() || !approved(case) => Err(CaseError::rule(
            "not_completed_yet",
            "办件准予并办结后才能采集审批结果",
            "The result is collected once the case is approved and completed",
        )),
        // [H-34] Paper and electronic licence are one, with one number.
        SourceClass::C if has_licence(case) => Err(CaseError::rule(
            "licence_there",
            "本办件的电子证照已经生成",
            "This case has its electronic licence already",
        )),
        SourceClass::B | SourceClass::C => Ok(()),
        _ => Err(CaseError::input(
            "class",
            "请选择采集申请材料还是审批结果",
            "Choose whether a material or the result is collected",
        )),
    }
}

/// A licence, a document, or an approval without either.
fn approved(case: &Case) -> bool {
    case.data.result.as_ref().is_some_and(|one| one.kind <= 3)
}

fn has_licence(case: &Case) -> bool {
    let result = case.data.result.as_ref();
    result.is_some_and(|one| one.licence_key.is_some())
}

/// What may be collected of this case now.
pub fn digitisable(case: &Case) -> Vec<SourceClass> {
    let all = [SourceClass::B, SourceClass::C];
    all.into_iter()
        .filter(|class| ready(case, *class).is_ok())
        .collect()
}

async fn chosen(
    ctx: &Ctx,
    case: &Case,
    materials: Vec<String>,
    scans: Vec<(String, Vec<u8>)>,
) -> Result<Vec<(String, Vec<u8>)>, CaseError> {
    let known = table::materials(&mut ctx.db.reader(), ctx, &case.case_id).await?;
    let mut files = Vec::new();
    for wanted in materials {
        let of_case = known.iter().any(
            |one| matches!(&one.collected, Collected::File { file_key } if *file_key == wanted),
        );
        if !of_case {
            return Err(CaseError::NotFound);
        }
        let (card, bytes) = materials::read(ctx, &wanted)
            .await
            .map_err(CaseError::other)?;
        files.push((card.name, bytes));
    }
    files.extend(scans.into_iter().filter(|(_, bytes)| !bytes.is_empty()));
    match files.is_empty() {
        true => Err(CaseError::input(
            "files",
            "请选择办件中的材料，或上传扫描件",
            "Choose a material of the case, or a scan",
        )),
        false => Ok(files),
    }
}

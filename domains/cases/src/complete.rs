//! Completion: the licence is composed and sealed against the case's revision, then one short
//! transaction writes licence, wallet and case together, or nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow::Step;
use items::{DecisionDocument, FeeStep};
use kernel::Permission;
use licences::{Holder, IssueRequest};
use store::Ctx;

use crate::case::{Case, CaseResult};
use crate::commit::{Change, Write};
use crate::error::CaseError;
use crate::face;
use crate::officer::{self, Opened};
use crate::papers;
use crate::seen::Seen;
use crate::state::{self, Event};

/// The value of `delivery_way` that asks for nothing on paper.
const ELECTRONIC_ONLY: &str = "仅电子证照（文书）";

/// What the licence officer adds: face fields that nothing else gives.
#[derive(Clone, Debug, Default)]
pub struct Complete {
    pub face: BTreeMap<String, String>,
    pub note: String,
}

/// The face as it would be printed now, and the required fields that are still empty: what the
/// officer's screen shows before completion.
pub async fn preview_face(ctx: &Ctx, seen: Seen<'_>) -> Result<Option<face::Face>, CaseError> {
    let opened = officer::open(ctx, seen, Permission::CaseComplete).await?;
    let approved = opened
        .case
        .data
        .decision
        .as_ref()
        .is_some_and(|d| d.approve);
    match &opened.item.result_licence_type {
        Some(kind) if approved => {
            face::compose(ctx, &opened.case, &opened.item, kind, &BTreeMap::new())
                .await
                .map(Some)
        }
        _ => Ok(None),
    }
}

/// 办结.
pub async fn complete(ctx: &Ctx, seen: Seen<'_>, complete: &Complete) -> Result<Case, CaseError> {
    let mut opened = officer::open(ctx, seen, Permission::CaseComplete).await?;
    state::next(Some(opened.case.state), Event::Complete, None)?;
    let post = opened.post(ctx, &[Step::Complete])?.code.clone();
    let unpaid = opened
        .case
        .data
        .fee
        .as_ref()
        .is_none_or(|f| f.paid_at.is_none());
    if opened.item.fee_step == Some(FeeStep::AfterDecision) && approved(&opened.case) && unpaid {
        return Err(CaseError::rule(
            "fee_first",
            "本事项在决定后缴费，缴费前不能办结",
            "The fee is due before completion",
        ));
    }
    let prepared = prepare_licence(ctx, &opened, &complete.face).await?;
    opened.complete_post(&post, &ctx.actor.id)?;
    let Opened { case, item } = opened;
    let mut change = Change::of(ctx, item, case, Event::Complete)?
        .at_post(&post)
        .saying(&complete.note);
    change.case.data.completed_at = Some(change.now());
    change.case.data.result = Some(result(&change, prepared.as_deref()));
    if let Some(prepared) = &prepared {
        change.write(Write::Licence(prepared.clone()));
    } else if change.item.decision_document == DecisionDocument::None {
        papers::completion(ctx, &mut change).await?;
    }
    let item = change.item.clone();
    let done = match change.commit(ctx).await {
        Ok(done) => done,
        Err(error) => {
            // The signature was made and counts as a use of the seal; the licence never was.
            if let Some(prepared) = &prepared {
                licences::abandon(ctx, prepared)
                    .await
                    .map_err(CaseError::other)?;
            }
            return Err(error);
        }
    };
    deliver_electronically(ctx, done, item).await
}

fn approved(case: &Case) -> bool {
    case.data.decision.as_ref().is_some_and(|d| d.approve)
}

async fn prepare_licence(
    ctx: &Ctx,
    opened: &Opened,
    extra: &BTreeMap<String, String>,
) -> Result<Option<Arc<licences::Prepared>>, CaseError> {
    let Some(kind) = opened
        .item
        .result_licence_type
        .as_deref()
        .filter(|_| approved(&opened.case))
    else {
        return Ok(None);
    };
    let face = face::compose(ctx, &opened.case, &opened.item, kind, extra).await?;
    if !face.missing.is_empty() {
        let names: Vec<_> = face.missing.iter().map(|(_, name)| name.clone()).collect();
        return Err(CaseError::input(
            "face_incomplete",
            format!("请补全照面信息：{}", names.join("、")),
            format!("Face fields are missing: {}", names.join(", ")),
        ));
    }
    let applicant = &opened.case.private.applicant;
    let request = IssueRequest {
        type_code: kind.to_owned(),
        issuer: opened.case.data.agency.clone(),
        region: opened.case.data.region.clone(),
        holder: Holder {
            account: Some(opened.case.data.owner.clone()),
            name: face
                .holder_name
                .clone()
                .unwrap_or_else(|| applicant.name.clone()),
            id: face
                .holder_id
                .clone()
                .unwrap_or_else(|| applicant.id.clone()),
            id_type: applicant.id_type.clone(),
        },
        face: face.values,
        photo: face.photo,
        case_no: Some(opened.case.number().to_owned()),
        item_code: Some(opened.item.implementation_code.clone()),
        replaces: face.replaces,
    };
    let prepared = licences::prepare(ctx, &request)
        .await
        .map_err(CaseError::other)?;
    Ok(Some(Arc::new(prepared)))
}

/// The codes of K-44.
fn result(change: &Change, prepared: Option<&licences::Prepared>) -> CaseResult {
    let approve = approved(&change.case);
    let kind = match (approve, prepared, change.item.decision_document) {
        (false, ..) => 4,
        (true, Some(_), _) => 1,
        (true, None, DecisionDocument::Document) => 2,
        (true, None, _) => 3,
    };
    CaseResult {
        kind,
        name: change.item.result_name.clone(),
        licence_key: prepared.map(|p| p.licence_key.clone()),
        description: change
            .case
            .data
            .decision
            .as_ref()
            .map(|d| d.reason.clone())
            .unwrap_or_default(),
    }
}

/// A result that is electronic only is delivered at once, by the platform [D-37].
pub(crate) async fn deliver_electronically(
    ctx: &Ctx,
    case: Case,
    item: Arc<items::Item>,
) -> Result<Case, CaseError> {
    let way = case
        .private
        .values
        .get("delivery_way")
        .and_then(|v| v.as_str());
    let fee_open = item.fee_step == Some(FeeStep::BeforeHandOver)
        && approved(&case)
        && case.data.fee.as_ref().is_none_or(|f| f.paid_at.is_none());
    if way != Some(ELECTRONIC_ONLY) || fee_open {
        return Ok(case);
    }
    let system = ctx.as_system();
    let mut change = Change::of(&system, item, case, Event::ElectronicDelivery)?;
    change.case.data.delivered_at = Some(change.now());
    change.commit(&system).await
}

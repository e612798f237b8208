//! A case as the API shows it. Its owner sees everything; staff see personal data masked, and
//! unmask them with an act that is logged.

use cases::{Case, Detail};
use jiff::Timestamp;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::view_parts::{
    CaseMaterialView, ClockView, HintView, PointView, PostView, SpecialView, StepView,
};

/// 办件.
#[derive(Serialize, ToSchema)]
pub struct CaseView {
    /// For addresses.
    pub id: String,
    /// Also the `ETag`; acts name it in `If-Match`.
    pub rev: i64,
    /// 办件编号; a draft has none.
    pub case_no: Option<String>,
    /// Opens the public progress together with the number. For the owner only.
    pub progress_token: Option<String>,
    pub item_id: String,
    pub item_version: u32,
    pub item_name: String,
    pub agency: String,
    pub region: String,
    /// State of D-37: `DRAFT`, `SUBMITTED`, …
    pub state: &'static str,
    pub state_name: &'static str,
    pub mode: &'static str,
    pub visits: u32,
    pub max_visits: u32,
    pub updated_at: Timestamp,
    pub submitted_at: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    /// When the applicant's time is over, if something waits for the applicant.
    pub deadline: Option<Timestamp>,
    pub clock: Option<ClockView>,
    pub applicant: ApplicantView,
    /// Answers to the situation questions.
    #[schema(value_type = Object)]
    pub answers: Value,
    /// Values of the form.
    #[schema(value_type = Object)]
    pub values: Map<String, Value>,
    /// Fields whose values came from a register and cannot be changed.
    pub locked_fields: Vec<String>,
    /// Personal data in `applicant` and `values` are masked.
    pub masked: bool,
    pub materials: Vec<CaseMaterialView>,
    /// Materials that are asked for and not there, by code.
    pub missing_materials: Vec<String>,
    pub steps: Vec<StepView>,
    pub posts: Vec<PostView>,
    pub specials: Vec<SpecialView>,
    pub points: Vec<PointView>,
    pub hints: Vec<HintView>,
    pub correction: Option<CorrectionView>,
    pub decision: Option<DecisionView>,
    pub result: Option<ResultView>,
    pub fee: Option<FeeView>,
    pub parcel_no: Option<String>,
}

/// 申请人.
#[derive(Serialize, ToSchema)]
pub struct ApplicantView {
    pub is_legal: bool,
    pub name: String,
    /// Identity number or 统一社会信用代码.
    pub id_number: String,
    pub contact_name: String,
    pub contact_mobile: String,
}

/// 补正.
#[derive(Serialize, ToSchema)]
pub struct CorrectionView {
    items: Vec<CorrectionItemView>,
    asked_at: Timestamp,
    deadline: Timestamp,
}

/// One thing to correct.
#[derive(Serialize, ToSchema)]
struct CorrectionItemView {
    /// None: the form itself.
    material_code: Option<String>,
    name: String,
    what: String,
}

/// 决定.
#[derive(Serialize, ToSchema)]
pub struct DecisionView {
    approve: bool,
    reason: String,
    basis: String,
    at: Timestamp,
}

/// 办结结果.
#[derive(Serialize, ToSchema)]
pub struct ResultView {
    /// 1 licence, 2 document, 3 approved, 4 rejected, 5 withdrawn, 6 aborted, 7 not accepted.
    kind: u8,
    name: String,
    licence_key: Option<String>,
    description: String,
}

/// 缴费.
#[derive(Serialize, ToSchema)]
pub struct FeeView {
    /// 分.
    amount: i64,
    basis: String,
    paid_at: Option<Timestamp>,
    receipt_no: Option<String>,
}

/// The applicant, masked or not, as the use case gave it.
pub fn applicant(case: &Case) -> ApplicantView {
    let p = &case.private;
    ApplicantView {
        is_legal: p.applicant.is_legal,
        name: p.applicant.name.clone(),
        id_number: p.applicant.id.clone(),
        contact_name: p.contact_name.clone(),
        contact_mobile: p.contact_mobile.clone(),
    }
}

impl CaseView {
    pub fn of(detail: &Detail) -> Self {
        let (case, item) = (&detail.case, &detail.item);
        let d = &case.data;
        let missing = item
            .materials_for(&d.answers)
            .into_iter()
            .filter(|need| need.required)
            .map(|need| need.material.material_code.clone())
            .filter(|code| !detail.materials.iter().any(|m| m.material_code == *code))
            .collect();
        Self {
            id: case.case_id.clone(),
            rev: case.rev,
            case_no: d.case_no.clone(),
            progress_token: (!detail.masked && d.case_no.is_some()).then(|| d.token.clone()),
            item_id: d.item_id.clone(),
            item_version: d.item_version,
            item_name: d.item_name.clone(),
            agency: d.agency.clone(),
            region: d.region.clone(),
            state: case.state.code(),
            state_name: case.state.zh(),
            mode: item.mode.code(),
            visits: d.visits,
            max_visits: d.max_visits,
            updated_at: case.updated_at,
            submitted_at: d.submitted_at,
            accepted_at: d.accepted_at,
            decided_at: d.decided_at,
            completed_at: d.completed_at,
            delivered_at: d.delivered_at,
            deadline: case.deadline,
            clock: detail.reading.map(ClockView::of),
            applicant: applicant(case),
            answers: serde_json::to_value(&d.answers).unwrap_or_default(),
            values: case.private.values.clone(),
            locked_fields: item
                .form
                .fields()
                .filter(|f| case.private.prefilled.locked(&f.name).is_some())
                .map(|f| f.name.clone())
                .collect(),
            masked: detail.masked,
            materials: detail.materials.iter().map(Into::into).collect(),
            missing_materials: missing,
            steps: detail.steps.iter().map(Into::into).collect(),
            posts: posts(detail),
            specials: detail.specials.iter().map(Into::into).collect(),
            points: detail.checks.iter().map(Into::into).collect(),
            hints: detail.hints.iter().map(Into::into).collect(),
            correction: correction(case),
            decision: d.decision.as_ref().map(|x| DecisionView {
                approve: x.approve,
                reason: x.reason.clone(),
                basis: x.basis.clone(),
                at: x.at,
            }),
            result: d.result.as_ref().map(|x| ResultView {
                kind: x.kind,
                name: x.name.clone(),
                licence_key: x.licence_key.clone(),
                description: x.description.clone(),
            }),
            fee: d.fee.as_ref().map(|x| FeeView {
                amount: x.amount,
                basis: x.basis.clone(),
                paid_at: x.paid_at,
                receipt_no: x.receipt_no.clone(),
            }),
            parcel_no: d.parcel.clone(),
        }
    }
}

fn posts(detail: &Detail) -> Vec<PostView> {
    let view = |task: &cases::TaskView| {
        let post = detail.item.flow.post(&task.post)?;
        Some(PostView {
            code: post.code.clone(),
            name: post.name.clone(),
            step: post.step,
            holder: task.holder.clone(),
            opened_at: task.opened_at,
            clock: task.reading.map(ClockView::of),
        })
    };
    detail.tasks.iter().filter_map(view).collect()
}

fn correction(case: &Case) -> Option<CorrectionView> {
    let asked = case.data.correction.as_ref()?;
    let items = asked.items.iter().map(|i| CorrectionItemView {
        material_code: i.material_code.clone(),
        name: i.name.clone(),
        what: i.what.clone(),
    });
    Some(CorrectionView {
        items: items.collect(),
        asked_at: asked.asked_at,
        deadline: asked.deadline,
    })
}

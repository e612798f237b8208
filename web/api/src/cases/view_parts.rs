//! Parts of a case as the API shows them.

use calendar::Reading;
use cases::{CaseMaterial, Collected, PointCheck, Special, StepRecord};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// What the clock shows [D-36].
#[derive(Serialize, ToSchema)]
pub struct ClockView {
    /// 届满, Beijing time.
    due: Option<Timestamp>,
    /// `working_day`, `natural_day` or `minute`: what the numbers count.
    #[schema(value_type = String)]
    counted: calendar::Counted,
    total: i64,
    elapsed: i64,
    remaining: i64,
    overdue: bool,
    /// `running`, `paused` or `ended`.
    #[schema(value_type = String)]
    state: calendar::RunState,
    /// `green`, `yellow`, `red` or `paused`.
    #[schema(value_type = String)]
    lamp: calendar::Lamp,
}

impl ClockView {
    pub fn of(r: Reading) -> Self {
        Self {
            due: r.due_at(),
            counted: r.counted,
            total: r.total,
            elapsed: r.elapsed,
            remaining: r.remaining,
            overdue: r.overdue,
            state: r.state,
            lamp: r.lamp,
        }
    }
}

/// A material of a case.
#[derive(Serialize, ToSchema)]
pub struct CaseMaterialView {
    /// Key inside the case, for addresses.
    entry: String,
    material_code: String,
    name: String,
    /// `licence`, `file`, `form`, `shared`, `promised` or `paper`.
    way: &'static str,
    /// The cited licence or the file, by its key.
    key: Option<String>,
    /// The register or credential that the data came from.
    source: Option<String>,
    at: Timestamp,
    /// `A` to `D`.
    trust: Option<String>,
    /// Returned for correction, with the reason.
    returned: Option<String>,
}

impl From<&CaseMaterial> for CaseMaterialView {
    fn from(m: &CaseMaterial) -> Self {
        let (way, key, source) = match &m.collected {
            Collected::Licence { licence_key } => ("licence", Some(licence_key.clone()), None),
            Collected::File { file_key } => ("file", Some(file_key.clone()), None),
            Collected::Form => ("form", None, None),
            Collected::Shared { source } => ("shared", None, Some(source.clone())),
            Collected::Promised => ("promised", None, None),
            Collected::Paper => ("paper", None, None),
        };
        Self {
            entry: m.entry.clone(),
            material_code: m.material_code.clone(),
            name: m.name.clone(),
            way,
            key,
            source,
            at: m.at,
            trust: m.trust.clone(),
            returned: m.returned.clone(),
        }
    }
}

/// 办理环节: what was done.
#[derive(Serialize, ToSchema)]
pub struct StepView {
    event: &'static str,
    event_name: &'static str,
    from: Option<&'static str>,
    to: &'static str,
    name: String,
    post: Option<String>,
    agency: String,
    staff_no: String,
    opinion: String,
    started_at: Timestamp,
    ended_at: Timestamp,
}

impl From<&StepRecord> for StepView {
    fn from(s: &StepRecord) -> Self {
        let open = &s.open;
        Self {
            event: open.event.code(),
            event_name: open.event.zh(),
            from: open.from.map(|state| state.code()),
            to: open.to.code(),
            name: open.name.clone(),
            post: open.post.clone(),
            agency: open.agency.clone(),
            staff_no: open.staff_no.clone(),
            opinion: s.private.opinion.clone(),
            started_at: open.started_at,
            ended_at: open.ended_at,
        }
    }
}

/// A post of the flow that is open.
#[derive(Serialize, ToSchema)]
pub struct PostView {
    pub code: String,
    pub name: String,
    /// `accept`, `review`, `decide`, …
    #[schema(value_type = String)]
    pub step: flow::Step,
    /// User name of who claimed it, or to whom it was handed.
    pub holder: Option<String>,
    /// When the case came to it.
    pub opened_at: Option<Timestamp>,
    /// Its own clock; none where it has no limit.
    pub clock: Option<ClockView>,
}

/// 特别程序.
#[derive(Serialize, ToSchema)]
pub struct SpecialView {
    name: String,
    kind: String,
    start: Timestamp,
    planned_days: u32,
    end: Option<Timestamp>,
    reason: String,
    result: String,
}

impl From<&Special> for SpecialView {
    fn from(s: &Special) -> Self {
        Self {
            name: s.open.name.clone(),
            kind: s.open.kind.clone(),
            start: s.open.start,
            planned_days: s.open.planned_days,
            end: s.open.end,
            reason: s.private.reason.clone(),
            result: s.private.result.clone(),
        }
    }
}

/// A review point that was marked.
#[derive(Serialize, ToSchema)]
pub struct PointView {
    material_code: String,
    point_no: i64,
    passed: bool,
    by: String,
    at: Timestamp,
}

impl From<&PointCheck> for PointView {
    fn from(p: &PointCheck) -> Self {
        Self {
            material_code: p.material_code.clone(),
            point_no: p.point_no,
            passed: p.passed,
            by: p.by.clone(),
            at: p.at,
        }
    }
}

/// What the registers have to say about acceptance.
#[derive(Serialize, ToSchema)]
pub struct HintView {
    code: String,
    zh: String,
    en: String,
}

impl From<&cases::Hint> for HintView {
    fn from(h: &cases::Hint) -> Self {
        Self {
            code: h.code.clone(),
            zh: h.zh.clone(),
            en: h.en.clone(),
        }
    }
}

//! Items as the API shows them.

use items::{Item, Material, ReviewPoint};
use serde::Serialize;
use utoipa::ToSchema;

/// An item in a list.
#[derive(Serialize, ToSchema)]
pub struct ItemRow {
    /// Short code, for addresses.
    pub item_id: String,
    pub implementation_code: String,
    pub version: u32,
    pub name: String,
    pub everyday_names: Vec<String>,
    pub item_type: String,
    pub item_type_name: String,
    pub agency_code: String,
    pub agency_name: String,
    pub region: String,
    /// `pre_review`, `verification` or `fully_online`.
    pub mode: &'static str,
    pub max_visits: u32,
    pub online_available: bool,
    pub for_natural_persons: bool,
    pub for_legal_persons: bool,
    /// `5个工作日`.
    pub promised_limit: String,
}

impl ItemRow {
    pub fn of(item: &Item) -> Self {
        Self {
            item_id: item.item_id.clone(),
            implementation_code: item.implementation_code.clone(),
            version: item.version,
            name: item.name.clone(),
            everyday_names: item.everyday_names().map(str::to_owned).collect(),
            item_type: item.item_type.clone(),
            item_type_name: item.item_type_zh().to_owned(),
            agency_code: item.agency_code.clone(),
            agency_name: item.agency_name.clone(),
            region: item.region.clone(),
            mode: item.mode.code(),
            max_visits: item.max_visits,
            online_available: item.online_available,
            for_natural_persons: item.for_natural_persons(),
            for_legal_persons: item.for_legal_persons(),
            promised_limit: item.facts().promised,
        }
    }
}

/// A material of an item.
#[derive(Serialize, ToSchema)]
pub struct MaterialView {
    pub material_code: String,
    pub name: String,
    /// Without it the application is not complete. In a guide: for everybody.
    pub required: bool,
    /// Situations that ask for it, in words; empty when everybody needs it.
    pub when: Vec<String>,
    pub source: String,
    pub from_form: bool,
    pub electronic: bool,
    /// It may be promised and handed in later.
    pub promise_allowed: bool,
    /// `A` to `D`.
    pub accepted_trust_levels: Vec<String>,
    pub file_formats: Vec<String>,
    pub max_files: u32,
    /// Licence type that stands for it.
    pub satisfied_by_licence_type: Option<String>,
    pub filling_notes: String,
    pub acceptance_standard: String,
    pub review_points: Vec<PointView>,
}

/// A review point of a material.
#[derive(Serialize, ToSchema)]
pub struct PointView {
    pub no: u32,
    pub text: String,
    /// `formal` or `substantive`.
    pub kind: String,
}

impl PointView {
    fn of(point: &ReviewPoint) -> Self {
        Self {
            no: point.no,
            text: point.text.clone(),
            kind: point.kind.clone(),
        }
    }
}

impl MaterialView {
    pub fn of(m: &Material, required: bool, when: Vec<String>) -> Self {
        Self {
            material_code: m.material_code.clone(),
            name: m.material_name.clone(),
            required,
            when,
            source: m.source.zh().to_owned(),
            from_form: m.from_form,
            electronic: m.electronic,
            promise_allowed: m.promise_allowed,
            accepted_trust_levels: m.accepted_trust_levels.clone(),
            file_formats: m.file_formats.clone(),
            max_files: m.max_files,
            satisfied_by_licence_type: m.satisfied_by_licence_type.clone(),
            filling_notes: m.filling_notes.clone(),
            acceptance_standard: m.acceptance_standard.clone(),
            review_points: m.review_points.iter().map(PointView::of).collect(),
        }
    }
}

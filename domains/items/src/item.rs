//! 事项: one version of an implementation list, read and typed.

use std::sync::Arc;

use calendar::Limit;
use conditions::Questions;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::codes;
use crate::filter::Audience;
use crate::material::Material;
use crate::parallel::ParallelApproval;
use crate::review_rules::RawRules;
use crate::state::State;
use crate::types::{
    DecisionDocument, Faq, Fee, FeeStep, HandlingItem, LegalBasis, Mode, OrgRef, Place,
    ResultSample, RunningSystem, Situation, SpecialProcedure,
};

/// One version of a service item: the 36 elements [C-23], the supplementary ones [C-24], and what
/// is configured beside them. Made by reading a version's content; never changed.
#[derive(Debug)]
pub struct Item {
    /// Short local code, `SPJYXK-XB`.
    pub item_id: String,
    pub version: u32,
    /// As of reading. Ask the [`crate::Catalogue`] for what is in use now.
    pub state: State,
    /// When this version came into use.
    pub published_at: Option<Timestamp>,
    /// Items that took its place after a split or merge.
    pub successors: Vec<String>,

    // The 36 elements, in their order.
    pub name: String,
    /// 12 digits [C-28].
    pub base_code: String,
    /// 31 characters [C-28].
    pub implementation_code: String,
    /// Code of [C-25].
    pub item_type: String,
    pub legal_basis: Vec<LegalBasis>,
    pub exercise_content: String,
    pub agency_code: String,
    pub agency_uscc: String,
    pub agency_name: String,
    pub statutory_limit: Limit,
    pub statutory_note: String,
    pub promised_limit: Limit,
    pub promised_note: String,
    /// Empty when the item has no result.
    pub result_name: String,
    pub result_sample: Option<ResultSample>,
    pub fees: Vec<Fee>,
    pub fee_basis: Option<String>,
    pub materials: Vec<Arc<Material>>,
    pub flow: flow::Definition,
    /// Codes of [C-27].
    pub handling_form: Vec<String>,
    pub review_standard: String,
    pub cross_region_scope: String,
    pub appointment_supported: bool,
    pub online_payment_supported: bool,
    pub courier_supported: bool,
    pub places: Vec<Place>,
    pub hours_text: String,
    pub calendar_id: String,
    pub consultation_phone: Vec<String>,
    pub supervision_phone: Vec<String>,
    /// Code of [C-26].
    pub exercise_level: String,
    pub authority_division: String,
    pub agency_nature: String,
    pub acceptance_condition: String,
    pub co_agencies: Vec<OrgRef>,
    pub intermediary_service: String,
    pub quantity_limit: String,
    /// Codes of element 33.
    pub service_object: Vec<String>,
    pub case_type: String,
    pub running_system: RunningSystem,
    pub faq: Vec<Faq>,

    // Supplementary elements.
    /// Everyday names as written, `开饭店、开餐馆`.
    pub everyday_name: String,
    pub synonyms: Vec<String>,
    pub themes_natural: Vec<String>,
    pub themes_legal: Vec<String>,
    pub mode: Mode,
    pub max_visits: u32,
    pub visits_reason: Option<String>,
    pub online_available: bool,
    pub online_url: String,
    pub guide_url: String,
    pub online_depth: String,
    pub special_procedures: Vec<SpecialProcedure>,
    pub jurisdiction: String,
    pub power_source: String,
    pub entrusting_agency: Option<String>,
    /// Short name of the agency that does the work.
    pub undertaking_agency: String,
    pub in_hall: bool,
    pub kiosk_supported: bool,
    pub village_agent_supported: bool,
    /// Short code of the licence type that results.
    pub result_licence_type: Option<String>,
    pub decision_document: DecisionDocument,
    pub decision_document_name: Option<String>,
    pub fee_step: Option<FeeStep>,
    pub planned_effective_date: Option<Date>,
    pub planned_cancel_date: Option<Date>,
    /// Region whose applicants it is for.
    pub region: String,
    /// Local codes of up to 50 characters beside the standard ones [C-28].
    pub local_base_code: Option<String>,
    pub local_implementation_code: Option<String>,
    /// Words for an item type that is an extension.
    pub(crate) item_type_name: Option<String>,

    // What is configured beside the elements.
    pub handling_items: Vec<HandlingItem>,
    pub questions: Questions,
    pub situations: Vec<Situation>,
    pub form: forms::Form,
    /// 审查方式 in words.
    pub method_names: Vec<String>,
    pub(crate) rules: RawRules,
    pub parallel: Option<ParallelApproval>,
    /// Decided on the spot: promised limit 0.
    pub immediate: bool,
    /// The content as it was imported.
    pub raw: serde_json::Value,
}

impl Item {
    /// Natural persons can apply.
    pub fn for_natural_persons(&self) -> bool {
        self.service_object.iter().any(|o| o == "1")
    }

    /// Enterprises, institutions or other organisations can apply.
    pub fn for_legal_persons(&self) -> bool {
        self.service_object.iter().any(|o| o != "1")
    }

    pub fn is_for(&self, audience: Audience) -> bool {
        match audience {
            Audience::Natural => self.for_natural_persons(),
            Audience::Legal => self.for_legal_persons(),
        }
    }

    pub fn themes(&self, audience: Audience) -> &[String] {
        match audience {
            Audience::Natural => &self.themes_natural,
            Audience::Legal => &self.themes_legal,
        }
    }

    /// 一件事.
    pub fn is_together(&self) -> bool {
        self.parallel.is_some()
    }

    /// A power of the administration, which reconsideration and litigation are open against; else
    /// a public service.
    pub fn is_power(&self) -> bool {
        self.item_type.starts_with(['0', '1'])
    }

    pub fn item_type_zh(&self) -> &str {
        match &self.item_type_name {
            Some(name) if !codes::ITEM_TYPES.has(&self.item_type) => name,
            _ => codes::ITEM_TYPES.zh(&self.item_type),
        }
    }

    /// The everyday names, one by one.
    pub fn everyday_names(&self) -> impl Iterator<Item = &str> {
        self.everyday_name
            .split(['、', '，', '；', ',', ';'])
            .map(str::trim)
            .filter(|name| !name.is_empty())
    }

    /// The handling item that these answers lead to, else the first.
    pub fn handling_item(&self, answers: &conditions::Answers) -> Option<&HandlingItem> {
        let fits = |h: &&HandlingItem| {
            let mut wanted = h.situation_answers.iter();
            wanted.all(|(question, answer)| answers.get(question) == Some(answer))
        };
        // The one that asks for most fits best; of equals, the first.
        let fitting = self.handling_items.iter().rev().filter(fits);
        fitting
            .max_by_key(|h| h.situation_answers.iter().count())
            .or(self.handling_items.first())
    }

    /// The outward flow chart as an SVG picture, drawn from the flow [C-34].
    pub fn flow_chart(&self) -> String {
        self.flow.outward_chart(&flow::ChartHead {
            item_name: &self.name,
            statutory: self.statutory_limit,
            promised: self.promised_limit,
        })
    }
}

impl Situation {
    /// It holds for everybody.
    pub fn is_base(&self) -> bool {
        self.condition == conditions::Condition::always()
    }
}

//! 事项信息: the exchange record of an item [K-40].

use calendar::{Limit, Unit};
use serde::Serialize;

use crate::codes;
use crate::item::Item;
use crate::types::{Faq, Fee, LegalBasis, OrgRef, Place, SpecialProcedure};

/// A time limit: value, unit, note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LimitRecord {
    pub value: u32,
    pub unit: Unit,
    pub note: String,
}

/// A material of the record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MaterialRecord {
    pub material_code: String,
    pub material_name: String,
    pub material_type: String,
    pub required: crate::Required,
    pub source: crate::Source,
    pub original_count: u32,
    pub copy_count: u32,
    pub paper_size: String,
    pub electronic: bool,
    pub basis: Option<String>,
    pub issuing_department: Option<String>,
    pub filling_notes: String,
    pub acceptance_standard: String,
    pub licence_type: Option<String>,
    pub situations: Vec<String>,
}

/// A question with its options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuestionRecord {
    pub code: String,
    pub question: String,
    pub options: Vec<conditions::Choice>,
}

/// A step of the outward flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepRecord {
    pub no: u32,
    pub code: String,
    pub name: String,
    pub actor: String,
    pub duration: String,
    pub note: String,
}

/// The record of one item version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemRecord {
    /// Short local code.
    pub item_id: String,
    pub base_code: String,
    pub implementation_code: String,
    pub handling_item_code: Vec<String>,
    pub item_name: String,
    pub everyday_name: String,
    pub item_type: String,
    pub item_type_name: String,
    pub legal_basis: Vec<LegalBasis>,
    pub exercise_level: String,
    pub exercise_content: String,
    pub authority_division: String,
    pub agency: String,
    /// 统一社会信用代码.
    pub agency_code: String,
    pub agency_nature: String,
    pub entrusting_agency: Option<String>,
    pub statutory_limit: LimitRecord,
    pub promised_limit: LimitRecord,
    pub acceptance_condition: String,
    pub flow: Vec<StepRecord>,
    pub special_procedure: Vec<SpecialProcedure>,
    pub is_fee: bool,
    pub fee_basis: Option<String>,
    pub service_object: Vec<String>,
    pub case_type: String,
    pub handling_form: Vec<String>,
    pub max_visits: u32,
    pub place: Vec<Place>,
    pub hours: String,
    pub consultation: Vec<String>,
    pub supervision: Vec<String>,
    pub result_name: String,
    /// Short code of the licence type that results, if one does.
    pub result_type: Option<String>,
    /// Path of the sample.
    pub result_sample: Option<String>,
    pub co_agencies: Vec<OrgRef>,
    pub intermediary: String,
    pub quantity_limit: String,
    pub cross_region_scope: String,
    pub online: bool,
    pub online_url: String,
    pub payment: bool,
    pub courier: bool,
    pub appointment: bool,
    pub themes_natural: Vec<String>,
    pub themes_legal: Vec<String>,
    /// 1 in use, 2 suspended, 3 cancelled.
    pub item_state: &'static str,
    pub item_version: u32,
    pub planned_effective_date: Option<jiff::civil::Date>,
    pub planned_cancel_date: Option<jiff::civil::Date>,
    pub region: String,
    /// Items that took its place.
    pub successors: Vec<String>,
    pub materials: Vec<MaterialRecord>,
    pub fees: Vec<Fee>,
    pub questions: Vec<QuestionRecord>,
    pub faq: Vec<Faq>,
}

impl Item {
    /// The exchange record; none for versions that are not public.
    pub fn record(&self) -> Option<ItemRecord> {
        let item_state = self.state.exchange_code()?;
        let limit = |limit: Limit, note: &str| LimitRecord {
            value: limit.value,
            unit: limit.unit,
            note: note.to_owned(),
        };
        Some(ItemRecord {
            item_id: self.item_id.clone(),
            base_code: self.base_code.clone(),
            implementation_code: self.implementation_code.clone(),
            handling_item_code: self.handling_items.iter().map(|h| h.code.clone()).collect(),
            item_name: self.name.clone(),
            everyday_name: self.everyday_name.clone(),
            item_type: self.item_type.clone(),
            item_type_name: self.item_type_zh().to_owned(),
            legal_basis: self.legal_basis.clone(),
            exercise_level: self.exercise_level.clone(),
            exercise_content: self.exercise_content.clone(),
            authority_division: self.authority_division.clone(),
            agency: self.agency_name.clone(),
            agency_code: self.agency_uscc.clone(),
            agency_nature: self.agency_nature.clone(),
            entrusting_agency: self.entrusting_agency.clone(),
            statutory_limit: limit(self.statutory_limit, &self.statutory_note),
            promised_limit: limit(self.promised_limit, &self.promised_note),
            acceptance_condition: self.acceptance_condition.clone(),
            flow: self.flow.outward.iter().map(step).collect(),
            special_procedure: self.special_procedures.clone(),
            is_fee: !self.fees.is_empty(),
            fee_basis: self.fee_basis.clone(),
            service_object: self.service_object.clone(),
            case_type: self.case_type.clone(),
            handling_form: self.handling_form.clone(),
            max_visits: self.max_visits,
            place: self.places.clone(),
            hours: self.hours_text.clone(),
            consultation: self.consultation_phone.clone(),
            supervision: self.supervision_phone.clone(),
            result_name: self.result_name.clone(),
            result_type: self.result_licence_type.clone(),
            result_sample: self.result_sample.as_ref().map(|s| s.file.clone()),
            co_agencies: self.co_agencies.clone(),
            intermediary: self.intermediary_service.clone(),
            quantity_limit: self.quantity_limit.clone(),
            cross_region_scope: codes::CROSS_REGION_SCOPES
                .zh(&self.cross_region_scope)
                .to_owned(),
            online: self.online_available,
            online_url: self.online_url.clone(),
            payment: self.online_payment_supported,
            courier: self.courier_supported,
            appointment: self.appointment_supported,
            themes_natural: self.themes_natural.clone(),
            themes_legal: self.themes_legal.clone(),
            item_state,
            item_version: self.version,
            planned_effective_date: self.planned_effective_date,
            planned_cancel_date: self.planned_cancel_date,
            region: self.region.clone(),
            successors: self.successors.clone(),
            materials: self.materials.iter().map(|m| material(m)).collect(),
            fees: self.fees.clone(),
            questions: self
                .questions
                .iter()
                .map(|q| QuestionRecord {
                    code: q.code.clone(),
                    question: q.text.clone(),
                    options: q.options.clone(),
                })
                .collect(),
            faq: self.faq.clone(),
        })
    }
}

fn step(step: &flow::OutwardStep) -> StepRecord {
    StepRecord {
        no: step.no,
        code: step.code.clone(),
        name: step.name.clone(),
        actor: step.actor.clone(),
        duration: step.duration_text.clone(),
        note: step.note.clone(),
    }
}

fn material(m: &crate::Material) -> MaterialRecord {
    MaterialRecord {
        material_code: m.material_code.clone(),
        material_name: m.material_name.clone(),
        material_type: m.material_type.clone(),
        required: m.required,
        source: m.source,
        original_count: m.paper_copies.original,
        copy_count: m.paper_copies.copy,
        paper_size: m.paper_copies.size.clone(),
        electronic: m.electronic,
        basis: m
            .basis
            .as_ref()
            .map(|b| format!("《{}》{}", b.law, b.clause)),
        issuing_department: m.issuing_department.clone(),
        filling_notes: m.filling_notes.clone(),
        acceptance_standard: m.acceptance_standard.clone(),
        licence_type: m.satisfied_by_licence_type.clone(),
        situations: m.situation_codes.clone(),
    }
}

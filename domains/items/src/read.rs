//! Reading the content of a version: element by element, so that every fault is named.

use std::sync::Arc;

use calendar::{Limit, Unit};
use conditions::Questions;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::element::{ELEMENTS, element};
use crate::fault::Fault;
use crate::item::Item;
use crate::material::Material;
use crate::state::State;
use crate::types::{DecisionDocument, FeeStep, Mode, OrgRef, SpecialProcedure};

/// What the database says of a version, beside its content.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub version: u32,
    pub state: State,
    pub published_at: Option<Timestamp>,
    pub successors: Vec<String>,
}

impl Standing {
    /// Of a version that is being looked at before it is taken in.
    pub fn draft() -> Self {
        Self {
            version: 0,
            state: State::Draft,
            published_at: None,
            successors: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
struct RawLimit {
    value: u32,
    unit: Unit,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Deserialize)]
struct RawHours {
    text: String,
    calendar_id: String,
}

/// The flow element names its review methods in words too.
#[derive(Deserialize)]
struct RawMethods {
    #[serde(default)]
    method_names: Vec<String>,
}

/// Supplementary elements [C-24] and settings.
#[derive(Deserialize)]
struct RawSupplement {
    item_id: String,
    everyday_name: String,
    #[serde(default)]
    synonyms: Vec<String>,
    #[serde(default)]
    service_theme_natural: Vec<String>,
    #[serde(default)]
    service_theme_legal: Vec<String>,
    mode: Mode,
    max_visits: u32,
    visits_reason: Option<String>,
    online_available: bool,
    #[serde(default)]
    online_url: String,
    #[serde(default)]
    guide_url: String,
    online_depth: String,
    #[serde(default)]
    special_procedures: Vec<SpecialProcedure>,
    #[serde(default)]
    jurisdiction: String,
    #[serde(default)]
    power_source: String,
    entrusting_agency: Option<String>,
    undertaking_agency: String,
    #[serde(default)]
    in_hall: bool,
    #[serde(default)]
    kiosk_supported: bool,
    #[serde(default)]
    village_agent_supported: bool,
    result_licence_type: Option<String>,
    decision_document: DecisionDocument,
    decision_document_name: Option<String>,
    fee_step: Option<FeeStep>,
    planned_effective_date: Option<Date>,
    planned_cancel_date: Option<Date>,
    target_region: String,
    local_base_code: Option<String>,
    local_implementation_code: Option<String>,
    item_type_name: Option<String>,
}

struct Reader<'c> {
    elements: &'c Map<String, Value>,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    /// An element of the type wanted; null stands for a missing one only where the type has none.
    fn get<T: DeserializeOwned>(&mut self, no: u8) -> Option<T> {
        let element = element(no)?;
        let Some(value) = self.elements.get(element.code) else {
            let (zh, en) = (
                format!("缺少要素“{}”", element.zh),
                format!("{} is missing", element.en),
            );
            self.faults.push(Fault::new("C-23/missing", no, zh, en));
            return None;
        };
        match T::deserialize(value) {
            Ok(read) => Some(read),
            Err(error) => {
                let zh = format!("要素“{}”格式不对：{error}", element.zh);
                let en = format!("{} is malformed: {error}", element.en);
                self.faults.push(Fault::new("C-23/type", no, zh, en));
                None
            }
        }
    }
}

/// A part outside the 36 elements.
fn part<T: DeserializeOwned>(content: &Value, name: &str, faults: &mut Vec<Fault>) -> Option<T> {
    let value = content.get(name).unwrap_or(&Value::Null);
    match T::deserialize(value) {
        Ok(read) => Some(read),
        Err(error) => {
            let zh = format!("“{name}”格式不对：{error}");
            let en = format!("{name} is malformed: {error}");
            faults.push(Fault::new("C-23/type", None, zh, en).at(name));
            None
        }
    }
}

pub(crate) fn item_name(content: &Value) -> Option<&str> {
    content.pointer("/elements/item_name")?.as_str()
}

/// Reads a content. Gives all faults of shape; the rules between elements are [`crate::check`]'s.
pub(crate) fn read(content: Value, standing: Standing) -> Result<Item, Vec<Fault>> {
    let empty = Map::new();
    let elements = content
        .get("elements")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let mut r = Reader {
        elements,
        faults: Vec::new(),
    };
    for name in elements
        .keys()
        .filter(|name| ELEMENTS.iter().all(|e| e.code != name.as_str()))
    {
        let (zh, en) = (
            format!("没有要素“{name}”"),
            format!("There is no element {name}"),
        );
        r.faults
            .push(Fault::new("C-23/unknown", None, zh, en).at(name));
    }
    let item_name = r.get::<String>(1);
    let base_code = r.get(2);
    let implementation_code = r.get(3);
    let item_type = r.get(4);
    let legal_basis = r.get(5);
    let exercise_content = r.get(6);
    let agency = r.get::<OrgRef>(7);
    let statutory = r.get::<RawLimit>(8);
    let promised = r.get::<RawLimit>(9);
    let result_name = r.get::<Option<String>>(10);
    let result_sample = r.get(11);
    let fees = r.get(12);
    let fee_basis = r.get(13);
    let materials = r.get::<Vec<Material>>(14);
    let flow = r.get::<flow::Definition>(15);
    let methods = r
        .elements
        .get("flow")
        .and_then(|f| RawMethods::deserialize(f).ok());
    let handling_form = r.get(16);
    let review_standard = r.get(17);
    let cross_region_scope = r.get(18);
    let appointment_supported = r.get(19);
    let online_payment_supported = r.get(20);
    let courier_supported = r.get(21);
    let places = r.get(22);
    let hours = r.get::<RawHours>(23);
    let consultation_phone = r.get(24);
    let supervision_phone = r.get(25);
    let exercise_level = r.get(26);
    let authority_division = r.get::<Option<String>>(27);
    let agency_nature = r.get(28);
    let acceptance_condition = r.get(29);
    let co_agencies = r.get(30);
    let intermediary_service = r.get::<Option<String>>(31);
    let quantity_limit = r.get::<Option<String>>(32);
    let service_object = r.get(33);
    let case_type = r.get(34);
    let running_system = r.get(35);
    let faq = r.get(36);
    let mut faults = r.faults;
    let supplement = part::<RawSupplement>(&content, "supplement", &mut faults);
    let handling_items = part(&content, "handling_items", &mut faults);
    let questions = part::<Questions>(&content, "questions", &mut faults);
    let situations = part(&content, "situations", &mut faults);
    let rules = part(&content, "review_rules", &mut faults);
    let parallel =
        part::<Option<crate::ParallelApproval>>(&content, "parallel_approval", &mut faults);
    let form = questions.as_ref().and_then(|questions| {
        let schema = content.get("form").unwrap_or(&Value::Null);
        forms::Form::parse(schema, questions)
            .map_err(|error| {
                let fault = Fault::new("R-14/form", None, error.to_string(), error.to_string());
                faults.push(fault.at("form"));
            })
            .ok()
    });
    let built = (|| {
        let s = supplement?;
        let agency = agency?;
        let (statutory, promised) = (statutory?, promised?);
        let hours = hours?;
        let promised_limit = Limit::new(promised.value, promised.unit);
        Some(Item {
            item_id: s.item_id,
            version: standing.version,
            state: standing.state,
            published_at: standing.published_at,
            successors: standing.successors,
            name: item_name?,
            base_code: base_code?,
            implementation_code: implementation_code?,
            item_type: item_type?,
            legal_basis: legal_basis?,
            exercise_content: exercise_content?,
            agency_code: agency.agency_code,
            agency_uscc: agency.uscc,
            agency_name: agency.name,
            statutory_limit: Limit::new(statutory.value, statutory.unit),
            statutory_note: statutory.note.unwrap_or_default(),
            promised_limit,
            promised_note: promised.note.unwrap_or_default(),
            result_name: result_name?.unwrap_or_default(),
            result_sample: result_sample?,
            fees: fees?,
            fee_basis: fee_basis?,
            materials: materials?.into_iter().map(Arc::new).collect(),
            flow: flow?,
            handling_form: handling_form?,
            review_standard: review_standard?,
            cross_region_scope: cross_region_scope?,
            appointment_supported: appointment_supported?,
            online_payment_supported: online_payment_supported?,
            courier_supported: courier_supported?,
            places: places?,
            hours_text: hours.text,
            calendar_id: hours.calendar_id,
            consultation_phone: consultation_phone?,
            supervision_phone: supervision_phone?,
            exercise_level: exercise_level?,
            authority_division: authority_division?.unwrap_or_default(),
            agency_nature: agency_nature?,
            acceptance_condition: acceptance_condition?,
            co_agencies: co_agencies?,
            intermediary_service: intermediary_service?.unwrap_or_default(),
            quantity_limit: quantity_limit?.unwrap_or_default(),
            service_object: service_object?,
            case_type: case_type?,
            running_system: running_system?,
            faq: faq?,
            everyday_name: s.everyday_name,
            synonyms: s.synonyms,
            themes_natural: s.service_theme_natural,
            themes_legal: s.service_theme_legal,
            mode: s.mode,
            max_visits: s.max_visits,
            visits_reason: s.visits_reason.filter(|reason| !reason.trim().is_empty()),
            online_available: s.online_available,
            online_url: s.online_url,
            guide_url: s.guide_url,
            online_depth: s.online_depth,
            special_procedures: s.special_procedures,
            jurisdiction: s.jurisdiction,
            power_source: s.power_source,
            entrusting_agency: s.entrusting_agency,
            undertaking_agency: s.undertaking_agency,
            in_hall: s.in_hall,
            kiosk_supported: s.kiosk_supported,
            village_agent_supported: s.village_agent_supported,
            result_licence_type: s.result_licence_type,
            decision_document: s.decision_document,
            decision_document_name: s.decision_document_name,
            fee_step: s.fee_step,
            planned_effective_date: s.planned_effective_date,
            planned_cancel_date: s.planned_cancel_date,
            region: s.target_region,
            local_base_code: s.local_base_code,
            local_implementation_code: s.local_implementation_code,
            item_type_name: s.item_type_name,
            handling_items: handling_items?,
            questions: questions?,
            situations: situations?,
            form: form?,
            method_names: methods.map(|m| m.method_names).unwrap_or_default(),
            rules: rules?,
            parallel: parallel?,
            immediate: promised_limit.is_immediate(),
            raw: Value::Null,
        })
    })();
    match built {
        Some(item) if faults.is_empty() => Ok(Item {
            raw: content,
            ..item
        }),
        _ => Err(faults),
    }
}

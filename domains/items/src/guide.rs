//! 办事指南: generated element by element from the implementation list, never edited apart
//! [B-20, C-36].

use conditions::Questions;
use flow::{OutwardStep, limit_words};
use serde::Serialize;

use crate::codes;
use crate::element::{Element, GUIDE_ELEMENTS, element};
use crate::item::Item;
use crate::material::{MaterialCounts, MaterialRow};
use crate::types::{Faq, LegalBasis, Mode, Place, ResultSample};

/// The guide of one item version.
#[derive(Clone, Debug)]
pub struct Guide<'i> {
    pub item: &'i Item,
    /// The 22 elements in their order.
    pub elements: [GuideElement<'i>; 22],
    /// The four facts at the top.
    pub facts: Facts,
    pub hints: Hints,
    /// Materials with the situations that ask for them.
    pub materials: Vec<MaterialRow>,
    /// The steps that face the applicant.
    pub steps: &'i [OutwardStep],
    /// Questions whose answers choose the situation.
    pub questions: &'i Questions,
    pub faq: &'i [Faq],
    pub remedies: Remedies,
}

/// One element of a guide.
#[derive(Clone, Debug)]
pub struct GuideElement<'i> {
    /// 1 to 22.
    pub no: u8,
    /// Its number, name and code among the 36.
    pub element: &'static Element,
    pub value: GuideValue<'i>,
}

/// What an element says.
#[derive(Clone, Debug)]
pub enum GuideValue<'i> {
    Text(String),
    Laws(&'i [LegalBasis]),
    Limit {
        /// `5个工作日`, `当场办结`.
        words: String,
        note: &'i str,
    },
    Sample(&'i ResultSample),
    Fees(Vec<FeeRow>),
    Materials(Vec<MaterialRow>),
    Steps(&'i [OutwardStep]),
    Words(Vec<&'i str>),
    YesNo(bool),
    Places(&'i [Place]),
    Phones(&'i [String]),
    /// Nothing to say, in words: 「本事项不收费」.
    None(&'static str),
}

/// One line of the fees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeeRow {
    pub name: String,
    /// `20.00元/证`.
    pub standard: String,
    /// When it is due.
    pub due: &'static str,
    /// Who need not pay, and why.
    pub reduction: Option<String>,
}

/// The four facts of the key-facts strip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// 承诺办结.
    pub promised: String,
    /// 法定办结, in small.
    pub statutory: String,
    /// 到现场次数.
    pub visits: u32,
    /// `不用到现场`, `最多到现场1次`.
    pub visits_words: String,
    pub visits_reason: Option<String>,
    /// `不收费`, `20.00元/证`.
    pub fee: String,
    /// Of somebody in the base situation.
    pub materials: MaterialCounts,
    /// 办件类型.
    pub case_type: String,
    /// 网办方式, with the most visits it allows [B-28].
    pub mode: Mode,
}

/// 办理提示 [B-21].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hints {
    pub forms: Vec<&'static str>,
    pub online: bool,
    pub at_window: bool,
    pub kiosk: bool,
    pub village_agent: bool,
    pub appointment: bool,
    pub cross_region: String,
    pub online_payment: bool,
    pub courier: bool,
}

/// 法律救济: what somebody can do against a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remedies {
    /// 行政复议; none against a public service.
    pub reconsideration: Option<&'static str>,
    /// 行政诉讼; none against a public service.
    pub litigation: Option<&'static str>,
    /// 监督投诉.
    pub complaint: String,
}

const NO_FEE: &str = "本事项不收费";

/// 行政复议法（2023年修订）第十一条、第二十条.
const RECONSIDERATION: &str =
    "对行政行为不服的，可以自知道或者应当知道该行政行为之日起60日内，向本级人民政府申请行政复议";
/// 行政诉讼法第四十五条、第四十六条.
const LITIGATION: &str = "对行政行为不服的，可以自知道或者应当知道作出行政行为之日起6个月内，\
     直接向人民法院提起行政诉讼；对复议决定不服的，可以在收到复议决定书之日起15日内起诉";

impl Item {
    /// The service guide of this version [C-36].
    pub fn guide(&self) -> Guide<'_> {
        let mut no = 0;
        let elements = GUIDE_ELEMENTS.map(|of| {
            no += 1;
            // Every number of the guide is one of the 36.
            let element = element(of).unwrap_or(&crate::ELEMENTS[0]);
            GuideElement {
                no,
                element,
                value: self.guide_value(of),
            }
        });
        Guide {
            item: self,
            elements,
            facts: self.facts(),
            hints: self.hints(),
            materials: self.material_rows(),
            steps: &self.flow.outward,
            questions: &self.questions,
            faq: &self.faq,
            remedies: self.remedies(),
        }
    }

    fn guide_value(&self, of: u8) -> GuideValue<'_> {
        let limit = |limit, note| GuideValue::Limit {
            words: limit_words(limit),
            note,
        };
        match of {
            1 => GuideValue::Text(self.name.clone()),
            4 => GuideValue::Text(self.item_type_zh().to_owned()),
            5 => GuideValue::Laws(&self.legal_basis),
            7 => GuideValue::Text(self.agency_name.clone()),
            8 => limit(self.statutory_limit, &self.statutory_note),
            9 => limit(self.promised_limit, &self.promised_note),
            10 if self.result_name.is_empty() => GuideValue::None("本事项没有结果文书"),
            10 => GuideValue::Text(self.result_name.clone()),
            11 => match &self.result_sample {
                Some(sample) => GuideValue::Sample(sample),
                None => GuideValue::None("本事项没有结果样本"),
            },
            12 if self.fees.is_empty() => GuideValue::None(NO_FEE),
            12 => GuideValue::Fees(self.fee_rows()),
            13 => match &self.fee_basis {
                Some(basis) if !self.fees.is_empty() => GuideValue::Text(basis.clone()),
                _ => GuideValue::None(NO_FEE),
            },
            14 => GuideValue::Materials(self.material_rows()),
            15 => GuideValue::Steps(&self.flow.outward),
            16 => GuideValue::Words(
                self.handling_form
                    .iter()
                    .map(|f| codes::HANDLING_FORMS.zh(f))
                    .collect(),
            ),
            17 => GuideValue::Text(self.review_standard.clone()),
            18 => GuideValue::Text(
                codes::CROSS_REGION_SCOPES
                    .zh(&self.cross_region_scope)
                    .to_owned(),
            ),
            19 => GuideValue::YesNo(self.appointment_supported),
            20 => GuideValue::YesNo(self.online_payment_supported),
            21 => GuideValue::YesNo(self.courier_supported),
            22 => GuideValue::Places(&self.places),
            23 => GuideValue::Text(self.hours_text.clone()),
            24 => GuideValue::Phones(&self.consultation_phone),
            25 => GuideValue::Phones(&self.supervision_phone),
            _ => GuideValue::None("无"),
        }
    }

    fn fee_rows(&self) -> Vec<FeeRow> {
        let row = |fee: &crate::types::Fee| FeeRow {
            name: fee.name.clone(),
            standard: format!("{}{}", fee.standard, fee.unit),
            due: fee.step.zh(),
            reduction: fee
                .reduction_basis
                .clone()
                .filter(|_| fee.reduction_allowed),
        };
        self.fees.iter().map(row).collect()
    }

    /// The four facts at the top of the guide.
    pub fn facts(&self) -> Facts {
        let visits_words = match self.max_visits {
            0 => "不用到现场".to_owned(),
            n => format!("最多到现场{n}次"),
        };
        let fee = match self.fees.as_slice() {
            [] => "不收费".to_owned(),
            fees => fees
                .iter()
                .map(|f| format!("{}{}", f.standard, f.unit))
                .collect::<Vec<_>>()
                .join("；"),
        };
        Facts {
            promised: limit_words(self.promised_limit),
            statutory: limit_words(self.statutory_limit),
            visits: self.max_visits,
            visits_words,
            visits_reason: self.visits_reason.clone(),
            fee,
            materials: MaterialCounts::of(&self.materials_for(&conditions::Answers::new())),
            case_type: codes::CASE_TYPES.zh(&self.case_type).to_owned(),
            mode: self.mode,
        }
    }

    fn hints(&self) -> Hints {
        let words = |code: &String| {
            let row = codes::HANDLING_FORMS.rows.iter().find(|row| row.0 == code);
            row.map(|row| row.1)
        };
        Hints {
            forms: self.handling_form.iter().filter_map(words).collect(),
            online: self.online_available,
            at_window: self.in_hall,
            kiosk: self.kiosk_supported,
            village_agent: self.village_agent_supported,
            appointment: self.appointment_supported,
            cross_region: codes::CROSS_REGION_SCOPES
                .zh(&self.cross_region_scope)
                .to_owned(),
            online_payment: self.online_payment_supported,
            courier: self.courier_supported,
        }
    }

    fn remedies(&self) -> Remedies {
        let open = self.is_power();
        Remedies {
            reconsideration: open.then_some(RECONSIDERATION),
            litigation: open.then_some(LITIGATION),
            complaint: format!(
                "对办理过程有意见的，可以拨打监督电话{}投诉",
                self.supervision_phone.join("、")
            ),
        }
    }
}

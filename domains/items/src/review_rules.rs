//! 审查工作细则: the eleven parts of an item's internal working rules [C-38, C-39, C-43].

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::item::Item;

/// What the import file adds to the item itself. Parts that repeat elements are not kept: they
/// are generated, so that they cannot differ.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct RawRules {
    application: RawApplication,
    acceptance: RawAcceptance,
    decision: RawDecision,
    licence_making_and_delivery: RawMaking,
    publication: RawPublication,
    consultation: RawConsultation,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct RawApplication {
    receive: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct RawAcceptance {
    check: String,
    correction: String,
    refusal: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct RawDecision {
    rule: String,
    #[serde(default)]
    collective: bool,
}

/// Who decides, as the review rules put it [C-42].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decides {
    /// 即时决定, 当场决定: whoever accepts or reviews.
    OnTheSpot,
    /// 由决定人作出决定.
    Decider,
}

impl RawRules {
    /// Who decides by the words of the decision part; none where they say neither, or both.
    pub(crate) fn decides(&self) -> Option<Decides> {
        let rule = &self.decision.rule;
        let on_the_spot = rule.contains("即时决定") || rule.contains("当场决定");
        match (on_the_spot, rule.contains("决定人")) {
            (true, false) => Some(Decides::OnTheSpot),
            (false, true) => Some(Decides::Decider),
            _ => None,
        }
    }

    /// Whether the decision part asks for a collective review.
    pub(crate) fn is_collective(&self) -> bool {
        self.decision.collective
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct RawMaking {
    way: String,
    limit: String,
    undeliverable: String,
    archive: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct RawPublication {
    way: String,
    limit: String,
    content: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct RawConsultation {
    ways: Vec<String>,
    reply_limit_working_days: u32,
}

/// One of the eleven parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RulePart {
    /// 1 to 11.
    pub no: u8,
    pub code: &'static str,
    pub zh: &'static str,
    pub lines: Vec<RuleLine>,
}

/// One line of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleLine {
    pub name: String,
    pub text: String,
}

fn line(name: impl Into<String>, text: impl Into<String>) -> RuleLine {
    RuleLine {
        name: name.into(),
        text: text.into(),
    }
}

impl Item {
    /// The review rules, generated from the implementation list and its working rules [C-38].
    pub fn review_rules(&self) -> [RulePart; 11] {
        let part = |no, code, zh, lines| RulePart {
            no,
            code,
            zh,
            lines,
        };
        let rules = &self.rules;
        [
            part(1, "basic_information", "基本信息", self.basic_information()),
            part(2, "staff", "工作人员", self.staff()),
            part(3, "business_flow", "业务流程", self.business_flow()),
            part(4, "application", "申请", self.application()),
            part(
                5,
                "acceptance",
                "受理",
                vec![
                    line("受理审查", &rules.acceptance.check),
                    line("补正", &rules.acceptance.correction),
                    line("不予受理", &rules.acceptance.refusal),
                    line("受理条件", &self.acceptance_condition),
                ],
            ),
            part(6, "review", "审查", self.review()),
            part(7, "decision", "决定", self.decision()),
            part(
                8,
                "licence_making_and_delivery",
                "证件制作与送达",
                self.making(),
            ),
            part(
                9,
                "publication",
                "决定公开",
                vec![
                    line("公开方式", &rules.publication.way),
                    line("公开时限", &rules.publication.limit),
                    line("公开内容", &rules.publication.content),
                ],
            ),
            part(10, "fees", "收费", self.fee_lines()),
            part(
                11,
                "consultation",
                "咨询",
                vec![
                    line("咨询方式", rules.consultation.ways.join("、")),
                    line("咨询电话", self.consultation_phone.join("、")),
                    line(
                        "答复时限",
                        format!("{}个工作日", rules.consultation.reply_limit_working_days),
                    ),
                    line("要求", "工作人员对答复的准确、可靠负责"),
                ],
            ),
        ]
    }

    /// The ten elements of the basic information [C-39].
    fn basic_information(&self) -> Vec<RuleLine> {
        let objects: Vec<&str> = self
            .service_object
            .iter()
            .map(|o| codes::SERVICE_OBJECTS.zh(o))
            .collect();
        let forms: Vec<&str> = self
            .handling_form
            .iter()
            .map(|f| codes::HANDLING_FORMS.zh(f))
            .collect();
        let co: Vec<&str> = self.co_agencies.iter().map(|a| a.name.as_str()).collect();
        vec![
            line("事项（子项）名称", &self.name),
            line("实施编码", &self.implementation_code),
            line("实施机构", &self.agency_name),
            line(
                "联办机构",
                if co.is_empty() {
                    "无".into()
                } else {
                    co.join("、")
                },
            ),
            line("服务对象", objects.join("、")),
            line("法定办结时限", flow::limit_words(self.statutory_limit)),
            line("承诺办结时限", flow::limit_words(self.promised_limit)),
            line("咨询电话", self.consultation_phone.join("、")),
            line("监督电话", self.supervision_phone.join("、")),
            line("办理形式", forms.join("、")),
        ]
    }

    fn staff(&self) -> Vec<RuleLine> {
        self.flow
            .posts
            .iter()
            .map(|p| line(&p.name, p.staff.join("、")))
            .collect()
    }

    fn business_flow(&self) -> Vec<RuleLine> {
        let words = |post: &flow::Post| {
            let limit = match post.limit_minutes {
                Some(minutes) => format!("{minutes}分钟"),
                None => post.limit.words(post.limit_unit),
            };
            line(&post.name, format!("{}（{limit}）", post.duty))
        };
        self.flow.posts.iter().map(words).collect()
    }

    fn application(&self) -> Vec<RuleLine> {
        let names: Vec<&str> = self
            .materials
            .iter()
            .map(|m| m.material_name.as_str())
            .collect();
        vec![
            line("接收", &self.rules.application.receive),
            line("申请材料", names.join("；")),
        ]
    }

    fn review(&self) -> Vec<RuleLine> {
        vec![
            line("审查方式", self.method_names.join("、")),
            line("审查标准", &self.review_standard),
        ]
    }

    fn decision(&self) -> Vec<RuleLine> {
        let rules = &self.rules.decision;
        let mut lines = vec![line("决定规则", &rules.rule)];
        if rules.collective {
            lines.push(line("集体审查", "须经集体审查后作出决定"));
        }
        if let Some(name) = &self.decision_document_name {
            lines.push(line("决定文书", name));
        }
        lines
    }

    fn making(&self) -> Vec<RuleLine> {
        let rules = &self.rules.licence_making_and_delivery;
        vec![
            line("名称", &self.result_name),
            line("送达方式", &rules.way),
            line("送达时限", &rules.limit),
            line("无法送达的处理", &rules.undeliverable),
            line("归档", &rules.archive),
        ]
    }

    pub(crate) fn fee_lines(&self) -> Vec<RuleLine> {
        if self.fees.is_empty() {
            return vec![line("收费", "本事项不收费")];
        }
        let mut lines: Vec<RuleLine> = self
            .fees
            .iter()
            .map(|fee| {
                let mut text = format!("{}{}，{}", fee.standard, fee.unit, fee.step.zh());
                if let Some(basis) = fee
                    .reduction_basis
                    .as_ref()
                    .filter(|_| fee.reduction_allowed)
                {
                    text.push_str("；减免：");
                    text.push_str(basis);
                }
                line(&fee.name, text)
            })
            .collect();
        lines.push(line(
            "收费依据",
            self.fee_basis.as_deref().unwrap_or_default(),
        ));
        lines
    }
}

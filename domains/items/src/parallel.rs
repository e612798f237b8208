//! 一件事: several items applied for at once.

use conditions::{Answer, Answers, Condition};
use serde::{Deserialize, Serialize};

/// 并联审批: what a parent item consists of.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ParallelApproval {
    pub goal: String,
    /// Code of the lead agency.
    pub lead_agency: String,
    pub stages: Vec<Stage>,
    pub stage_limit_unit: calendar::Unit,
    pub children: Vec<Child>,
    #[serde(default)]
    pub joint_site_check: Option<JointSiteCheck>,
    pub merged_materials: Vec<MergedMaterial>,
    #[serde(default)]
    pub delivery_way: String,
    #[serde(default)]
    pub result_rule: String,
}

/// A stage and how long it may take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    pub stage_no: u32,
    pub stage_name: String,
    pub limit: f64,
}

/// 子项: one of the items, when it is included, and its answers.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Child {
    pub item_id: String,
    pub implementation_code: String,
    pub agency_code: String,
    pub stage_no: u32,
    pub limit: u32,
    pub included_when: Condition,
    /// Answers of the child; `$question` takes the parent's answer to that question.
    pub answers: Answers,
    #[serde(default)]
    pub depends_on: Vec<String>,
}

/// 联合踏勘.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JointSiteCheck {
    pub post_code: String,
    /// Beside the post's least number, one of each included agency signs.
    pub one_signer_per_included_agency: bool,
    pub organiser: String,
    pub participants: Vec<String>,
    pub within_working_days: u32,
}

/// 合并材料: given once, sent to several agencies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedMaterial {
    pub material_code: String,
    pub sent_to: Vec<String>,
    pub child_materials: Vec<ChildMaterials>,
}

/// Which materials of a child a merged one stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChildMaterials {
    pub item_id: String,
    pub material_codes: Vec<String>,
}

impl ParallelApproval {
    /// The children that these answers include, in the listed order.
    pub fn included<'p>(&'p self, answers: &'p Answers) -> impl Iterator<Item = &'p Child> {
        self.children
            .iter()
            .filter(|child| child.included_when.holds(answers))
    }
}

impl Child {
    /// The child's own answers, from those of its parent.
    pub fn answers_from(&self, parent: &Answers) -> Answers {
        let given = self.answers.iter().filter_map(|(question, answer)| {
            let answer = match answer {
                Answer::One(text) => match text.strip_prefix('$') {
                    Some(of_parent) => parent.get(of_parent)?.clone(),
                    None => answer.clone(),
                },
                many => many.clone(),
            };
            Some((question.to_owned(), answer))
        });
        given.collect()
    }

    /// Questions of the parent that its answers refer to.
    pub(crate) fn refers_to(&self) -> impl Iterator<Item = &str> {
        self.answers.iter().filter_map(|(_, answer)| match answer {
            Answer::One(text) => text.strip_prefix('$'),
            Answer::Many(_) => None,
        })
    }
}

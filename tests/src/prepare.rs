//! Applications that wait for one act: drafts ready to submit, cases ready to be decided.

use std::collections::HashMap;

use cases::{Case, CaseError, SignedOpinion};
use flow::Step;
use materials::{Group, Upload};
use serde_json::{Map, Value};
use store::Ctx;

use crate::{Town, drawing};

/// What a register says of an applicant: another applicant's form gets these from the registers.
const PERSONAL: [&str; 11] = [
    "applicant_name",
    "applicant_id",
    "sex",
    "birth_date",
    "contact_mobile",
    "address",
    "household_address",
    "residence_address",
    "delivery_address",
    "photo",
    "licence_no",
];

/// A scenario's form for an item.
pub fn form_of(town: &Town, item: &str) -> Value {
    let forms: Vec<Value> = town.city.part("scenario_forms.json", "forms").unwrap();
    forms.into_iter().find(|f| f["item_id"] == item).unwrap()
}

impl Town {
    /// A draft with everything filled in, so that one press submits it. The scenario's form is
    /// used for the things that no register knows; `more` is put over it.
    pub async fn ready_draft(
        &self,
        me: &Ctx,
        item: &str,
        more: &Map<String, Value>,
    ) -> Result<Case, CaseError> {
        let draft = cases::start(me, item).await?;
        let id = draft.case_id.as_str();
        let form = form_of(self, item);
        let answers: HashMap<String, Vec<String>> = form["answers"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(k, v)| (k.clone(), vec![v.as_str().unwrap().to_owned()]))
            .collect();
        cases::save_answers(me, id, &answers).await?;
        let own = form["applicant_username"].as_str().unwrap();
        let mine = identity::account_by_login(self.ctx(), own).await.unwrap();
        let another = mine.is_none_or(|a| a.key != me.actor.owner());
        let mut values = form["form_data"].as_object().cloned().unwrap();
        if another {
            values.retain(|name, _| !PERSONAL.contains(&name.as_str()));
        }
        values.extend(more.clone());
        cases::save_values(me, id, values).await?;
        let detail = cases::detail(me, id).await?;
        for need in detail.item.materials_for(&detail.case.data.answers) {
            let code = &need.material.material_code;
            let there = detail.materials.iter().any(|m| m.material_code == *code);
            if !need.required || there {
                continue;
            }
            let upload = Upload {
                owner: me.actor.owner().to_owned(),
                name: format!("{}.png", need.material.material_name),
                group: Group::SelfMade,
                bytes: drawing(&need.material.material_name, me.now()),
            };
            let file = materials::upload(me, upload).await.unwrap();
            cases::attach_file(me, id, code, &file.file_key).await?;
        }
        Ok(cases::detail(me, id).await?.case)
    }

    /// Officers of the open post of a step.
    pub async fn on_duty(&self, case: &Case, step: Step) -> Vec<String> {
        let detail = cases::detail(self.ctx(), &case.case_id).await.unwrap();
        let Some(flow) = detail.case.data.flow.as_ref() else {
            return Vec::new();
        };
        flow.tasks()
            .filter_map(|(code, _)| detail.item.flow.post(code))
            .filter(|post| post.step == step)
            .flat_map(|post| post.staff.clone())
            .collect()
    }

    /// Takes a submitted case through acceptance and review to where it waits for its decision.
    pub async fn until_decision(&self, case: Case) -> Result<Case, CaseError> {
        let id = case.case_id.clone();
        let clerk = self.on_duty(&case, Step::Accept).await.remove(0);
        let clerk = self.officer(&clerk).await;
        if case.data.max_visits == 2 {
            cases::pass_pre_review(&clerk, &id, "材料齐全").await?;
            cases::take_originals(&clerk, &id).await?;
        }
        let mut case = cases::accept(&clerk, &id, "材料齐全，符合法定形式").await?;
        for step in [Step::Review, Step::TechnicalReview, Step::SiteCheck] {
            for officer in self.on_duty(&case, step).await {
                if self.on_duty(&case, step).await.is_empty() {
                    break;
                }
                let opinion = SignedOpinion {
                    agree: true,
                    text: "符合条件，建议准予".into(),
                };
                let officer = self.officer(&officer).await;
                case = cases::sign_opinion(&officer, &id, &opinion).await?;
            }
        }
        Ok(case)
    }
}

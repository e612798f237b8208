//! Applications as the scenarios of the city fill them in.

use std::collections::HashMap;

use cases::Case;
use materials::{Group, Upload};
use serde_json::Value;
use store::Ctx;

use crate::{Town, drawing};

impl Town {
    /// What the scenarios say of an item: answers and form.
    pub fn filing(&self, item: &str) -> Value {
        let forms: Vec<Value> = self.city.part("scenario_forms.json", "forms").unwrap();
        forms.into_iter().find(|f| f["item_id"] == item).unwrap()
    }

    /// A draft with the answers and the form of the scenarios, and a drawing for every material
    /// that the platform does not hold.
    pub async fn draft(&self, me: &Ctx, item: &str) -> Case {
        let filing = self.filing(item);
        let case = cases::start(me, item).await.unwrap();
        let id = case.case_id.as_str();
        cases::save_answers(me, id, &answers(&filing["answers"]))
            .await
            .unwrap();
        let values = filing["form_data"].as_object().cloned().unwrap();
        cases::save_values(me, id, values).await.unwrap();
        let detail = cases::detail(me, id).await.unwrap();
        for need in detail.item.materials_for(&detail.case.data.answers) {
            let material = &need.material;
            let there = detail
                .materials
                .iter()
                .any(|m| m.material_code == material.material_code);
            if !need.required || there {
                continue;
            }
            let upload = Upload {
                owner: detail.case.data.owner.clone(),
                name: format!("{}.png", material.material_name),
                group: Group::SelfMade,
                bytes: drawing(&material.material_name, me.now()),
            };
            let file = materials::upload(me, upload).await.unwrap();
            cases::attach_file(me, id, &material.material_code, &file.file_key)
                .await
                .unwrap();
        }
        cases::detail(me, id).await.unwrap().case
    }

    /// The same, submitted.
    pub async fn submitted(&self, me: &Ctx, item: &str) -> Case {
        let draft = self.draft(me, item).await;
        cases::submit(me, &draft.case_id).await.unwrap().case
    }
}

fn answers(of: &Value) -> HashMap<String, Vec<String>> {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let read = |v: &Value| match v.as_array() {
        Some(list) => list.iter().map(text).collect(),
        None => vec![text(v)],
    };
    let all = of.as_object().unwrap().iter();
    all.map(|(name, value)| (name.clone(), read(value))).collect()
}

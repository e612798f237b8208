//! Every condition of the demonstration items with every combination of answers.

use conditions::{Answers, Condition, Questions};
use serde_json::Value;

use crate::{cel, reference};

fn items() -> Vec<Value> {
    let folder = format!("{}/../../demo/items", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    files
        .map(|path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
        .collect()
}

/// Everything under a key that holds a condition.
fn collect<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                let condition = matches!(
                    &key[..],
                    "conditions" | "when" | "visible_when" | "included_when"
                );
                if condition && !inner.is_null() {
                    found.push(inner)
                } else {
                    collect(inner, found)
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| collect(inner, found)),
        _ => {}
    }
}

fn combinations(questions: &Questions) -> Vec<Answers> {
    let mut all = vec![Answers::new()];
    for question in questions {
        let mut next = all.clone();
        for option in &question.options {
            next.extend(all.iter().map(|answers| {
                let mut answers = answers.clone();
                answers.set(&question.code, option.value.as_str());
                answers
            }));
        }
        all = next;
    }
    all
}

#[test]
fn every_demo_condition_with_all_answers() {
    let (mut conditions, mut outcomes) = (0, [0, 0]);
    for item in items() {
        let id = item["supplement"]["item_id"].as_str().unwrap();
        let questions: Questions = serde_json::from_value(item["questions"].clone()).unwrap();
        let mut found = Vec::new();
        collect(&item, &mut found);
        for raw in found {
            let condition =
                Condition::parse_for(raw, &questions).unwrap_or_else(|e| panic!("{id}: {e}"));
            assert_eq!(condition.to_json(), *raw, "{id}");
            conditions += 1;
            for answers in combinations(&questions) {
                let given = serde_json::to_value(&answers).unwrap();
                let expected = reference::holds(raw, &given);
                assert_eq!(condition.holds(&answers), expected, "{id} {raw} {given}");
                let by_cel = cel::evaluate(&condition, &questions, &answers);
                assert_eq!(by_cel, expected, "{id} {raw} {given} in CEL");
                outcomes[usize::from(expected)] += 1;
            }
        }
    }
    assert!(conditions >= 90, "{conditions} conditions");
    assert!(outcomes[0] > 100 && outcomes[1] > 100, "{outcomes:?}");
}

/// The materials each scenario needs follow from its answers.
#[test]
fn scenario_situations() {
    let path = format!(
        "{}/../../demo/scenario_forms.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let forms: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let items = items();
    for form in forms["forms"].as_array().unwrap() {
        let item = items
            .iter()
            .find(|i| i["supplement"]["item_id"] == form["item_id"])
            .unwrap();
        let answers: Answers = serde_json::from_value(form["answers"].clone()).unwrap();
        let questions: Questions = serde_json::from_value(item["questions"].clone()).unwrap();
        assert!(questions.check(&answers).is_empty());
        let (mut names, mut materials) = (Vec::new(), Vec::new());
        for situation in item["situations"].as_array().unwrap() {
            if Condition::parse(&situation["conditions"])
                .unwrap()
                .holds(&answers)
            {
                names.push(situation["situation_code"].clone());
                materials.extend(
                    situation["material_codes"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .cloned(),
                );
            }
        }
        materials.sort_by_key(|m| m.as_str().map(str::to_owned));
        assert_eq!(Value::from(names), form["expected_situations"]);
        assert_eq!(Value::from(materials), form["expected_materials"]);
    }
}

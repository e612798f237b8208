//! The forms of the demonstration items.

use forms::{Kind, Rule};
use serde_json::{Value, json};

use crate::{Sheet, form, item_ids, load, scenario};

#[test]
fn every_demo_form_is_read() {
    let ids = item_ids();
    assert_eq!(ids.len(), 29);
    let mut fields = 0;
    for id in ids {
        let form = form(&id);
        let properties = &load(&format!("items/{id}.json"))["form"]["properties"];
        assert_eq!(
            form.fields().count(),
            properties.as_object().unwrap().len(),
            "{id}"
        );
        fields += form.fields().count();
        assert!(
            form.title().ends_with("申请表") || !form.title().is_empty(),
            "{id}"
        );
        // Nothing filled in: exactly the required fields are missing, and in order.
        let errors = form.check(Sheet::default().filling(), crate::TODAY);
        assert!(
            errors.iter().all(|error| error.rule == Rule::Required),
            "{id}"
        );
        let missing: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        let empty = Sheet::default();
        let needed = form
            .visible(&empty.answers)
            .map(|field| field.name.as_str());
        let needed = needed.filter(|name| form.is_required(name, empty.filling()));
        assert_eq!(missing, needed.collect::<Vec<_>>(), "{id}");
        assert!(missing.len() > 3, "{id}");
    }
    assert_eq!(fields, 548);
}

#[test]
fn scenario_data_passes_and_nothing_of_it_is_superfluous() {
    let all = load("scenario_forms.json");
    for one in all["forms"].as_array().unwrap() {
        let id = one["item_id"].as_str().unwrap();
        let (form, sheet) = (form(id), scenario(id));
        assert_eq!(sheet.errors(&form), [], "{id}");
        assert_eq!(
            form.pruned(&sheet.values, &sheet.answers),
            sheet.values,
            "{id}"
        );
        assert!(form.is_promised(sheet.filling()));
        for name in sheet.values.keys() {
            let mut less = sheet.clone();
            less.values.remove(name);
            let missing = form.is_required(name, sheet.filling());
            assert_eq!(
                !less.errors(&form).is_empty(),
                missing,
                "{id} without {name}"
            );
        }
    }
}

#[test]
fn a_broken_value_of_every_field_is_found() {
    for one in load("scenario_forms.json")["forms"].as_array().unwrap() {
        let id = one["item_id"].as_str().unwrap();
        let (form, sheet) = (form(id), scenario(id));
        for field in form
            .fields()
            .filter(|field| sheet.values.contains_key(&field.name))
        {
            let broken = match field.kind {
                Kind::Text => json!("長".repeat(5000)),
                Kind::Boolean => json!("true"),
                Kind::Integer | Kind::Number => json!(-1),
                Kind::List => json!(["没有的选项"]),
            };
            let mut sheet = sheet.clone();
            sheet.values.insert(field.name.clone(), broken);
            let errors = sheet.errors(&form);
            let fields: Vec<_> = errors.iter().map(|(field, _)| field.as_str()).collect();
            // A broken choice may change what else is required, so others may follow.
            assert!(
                fields.contains(&field.name.as_str()),
                "{id} {}: {errors:?}",
                field.name
            );
        }
    }
}

#[test]
fn courier_delivery_needs_an_address() {
    let (form, mut sheet) = (form("SPJYXK-XB"), scenario("SPJYXK-XB"));
    sheet.values.remove("delivery_address");
    let missing = (
        "delivery_address".to_owned(),
        "请填写快递收件地址".to_owned(),
    );
    assert_eq!(sheet.errors(&form), [missing]);
    sheet
        .values
        .insert("delivery_way".into(), json!("窗口领取"));
    assert_eq!(sheet.errors(&form), []);
}

#[test]
fn what_is_required_follows_the_kind_of_applicant() {
    let form = form("LMCF");
    let needs = |kind: Option<&str>, field: &str| {
        let mut sheet = Sheet::default();
        if let Some(kind) = kind {
            sheet.values.insert("applicant_type".into(), json!(kind));
        }
        let required = form.is_required(field, sheet.filling());
        let missing = sheet.errors(&form).iter().any(|(name, _)| name == field);
        assert_eq!(required, missing, "{kind:?} {field}");
        required
    };
    assert!(needs(Some("legal_person"), "registered_address"));
    assert!(!needs(Some("natural_person"), "registered_address"));
    assert!(needs(Some("natural_person"), "birth_date"));
    assert!(!needs(Some("legal_person"), "birth_date"));
}

#[test]
fn the_agents_section_comes_and_goes_with_the_answer() {
    let (form, mut sheet) = (form("SPJYXK-XB"), scenario("SPJYXK-XB"));
    let titles = |sheet: &Sheet| {
        form.sections(sheet.filling())
            .iter()
            .map(forms::Section::heading)
            .collect::<Vec<_>>()
    };
    let alone = [
        "申请单位信息",
        "申请事项信息（1/2）",
        "申请事项信息（2/2）",
        "送达与承诺",
    ];
    assert_eq!(titles(&sheet), alone);
    sheet.values.insert("agent_id".into(), json!("不是号码"));
    assert_eq!(sheet.errors(&form), [], "hidden fields do not count");
    assert!(
        !form
            .pruned(&sheet.values, &sheet.answers)
            .contains_key("agent_id")
    );
    sheet.answers.set("agent", "yes");
    assert_eq!(titles(&sheet).len(), 5);
    assert_eq!(
        sheet.errors(&form),
        [("agent_id".into(), "代办人公民身份号码应为18位".into())]
    );
}

#[test]
fn forms_are_the_same_for_machines() {
    let schema = load("items/PSXK.json")["form"].clone();
    assert_eq!(*form("PSXK").schema(), schema);
    let view = form("PSXK").sections(scenario("PSXK").filling());
    let json: Value = serde_json::to_value(&view[0].fields[1]).unwrap();
    assert_eq!(
        (&json["name"], &json["kind"]),
        (&json!("applicant_id"), &json!("text"))
    );
    assert_eq!(json["value"], json!(["91990102MA2024336R"]));
}

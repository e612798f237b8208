//! Posted pages into typed values.

use forms::{Origin, Rule};
use serde_json::{Value, json};

use crate::sheet::{form, values};
use crate::{Sheet, form as item_form, load, posted, scenario};

#[test]
fn values_are_typed_and_folded() {
    let page = posted(&[
        ("name", &["　陈䶮 "]),
        ("id", &["990103 19960919 228ｘ"]),
        ("code", &["92990102ma2008117r"]),
        ("mobile", &["+86 199-0012-0007"]),
        ("day", &["2026年11月16日"]),
        ("time", &["2026-11-20T09:30"]),
        ("count", &["１２"]),
        ("area", &["1,086.50"]),
        ("open", &["false", "on"]),
        ("kind", &["b"]),
        ("parts", &["x", "", "z"]),
        ("note", &["一\r\n二\r\n"]),
        ("csrf_token", &["secret"]),
    ]);
    let form = form();
    let all: Vec<_> = form.fields().map(|field| field.name.as_str()).collect();
    let reading = form.read(Sheet::default().filling(), &page, &all);
    assert_eq!(reading.errors, []);
    assert_eq!(
        Value::Object(reading.values),
        json!({
            "name": "陈䶮", "id": "99010319960919228X", "code": "92990102MA2008117R",
            "mobile": "19900120007", "day": "2026-11-16", "time": "2026-11-20T09:30:00+08:00",
            "count": 12, "area": 1086.5, "open": true, "kind": "b", "parts": ["x", "z"],
            "note": "一\n二"
        })
    );
}

#[test]
fn what_cannot_be_read_is_kept_for_the_page() {
    let page = posted(&[
        ("count", &["5.5"]),
        ("area", &["about 80"]),
        ("day", &["31/12"]),
        ("open", &["maybe"]),
    ]);
    let mut sheet = Sheet::default();
    sheet.values.insert("count".into(), json!(7));
    let reading = form().read(sheet.filling(), &page, &["count", "area", "day", "open"]);
    let rules: Vec<_> = reading
        .errors
        .iter()
        .map(|e| (e.field.as_str(), e.rule))
        .collect();
    let expected = [
        ("day", Rule::Date),
        ("count", Rule::NotInteger),
        ("area", Rule::NotNumber),
        ("open", Rule::Type),
    ];
    assert_eq!(rules, expected);
    assert!(
        reading.values.is_empty(),
        "the old value does not stay behind a new one"
    );
    assert_eq!(reading.typed["area"], ["about 80"]);
    assert_eq!(
        reading.errors[2].words.zh,
        "面积（平方米）请填写数字，例如86.5"
    );
}

#[test]
fn only_the_fields_of_the_step_change() {
    let mut sheet = Sheet {
        values: values().as_object().unwrap().clone(),
        ..Sheet::default()
    };
    let page = posted(&[
        ("name", &["奚琳"]),
        ("count", &["9"]),
        ("agent_name", &["某"]),
        ("photo", &["photos/P99.png"]),
    ]);
    let reading = form().read(
        sheet.filling(),
        &page,
        &["name", "parts", "agent_name", "photo"],
    );
    assert_eq!(reading.values["name"], "奚琳");
    assert_eq!(reading.values["count"], 5, "not of this step");
    assert!(!reading.values.contains_key("parts"), "no box ticked");
    assert_eq!(
        reading.values["agent_name"], "奚琳",
        "hidden: the page cannot have asked"
    );
    assert_eq!(
        reading.values["photo"], "photos/P01.png",
        "no photo is taken from text"
    );
    sheet.answers.set("agent", "yes");
    let reading = form().read(sheet.filling(), &page, &["agent_name"]);
    assert_eq!(reading.values["agent_name"], "某");
}

#[test]
fn what_was_filled_in_for_good_cannot_be_overwritten() {
    let mut sheet = Sheet::default();
    let id = json!("990102197803120639");
    let origin = |readonly| Origin {
        source: "population.id_number".into(),
        readonly,
        verified: true,
    };
    sheet.prefilled.values.insert("id".into(), id.clone());
    sheet.prefilled.origins.insert("id".into(), origin(true));
    let read = |sheet: &Sheet, typed: &[&str]| {
        form().read(sheet.filling(), &posted(&[("id", typed)]), &["id"])
    };
    for same in [
        &["990102197803120639"][..],
        &["990102 19780312 0639"],
        &[""],
        &[],
    ] {
        let reading = read(&sheet, same);
        assert_eq!(
            (reading.errors.len(), &reading.values["id"]),
            (0, &id),
            "{same:?}"
        );
    }
    let other = read(&sheet, &["99010319960919228X"]);
    assert_eq!(
        (other.errors[0].rule, &other.values["id"]),
        (Rule::Locked, &id)
    );
    // Nor by any other way.
    sheet
        .values
        .insert("id".into(), json!("99010319960919228X"));
    let errors = sheet.errors(&form());
    assert!(
        errors.contains(&("id".into(), "“身份号码”由系统带出，不能修改".into())),
        "{errors:?}"
    );
    let mut renewed = sheet.clone();
    renewed.prefilled.keep_locked(&mut renewed.values);
    assert_eq!(renewed.values["id"], id, "a draft older than its register");
    sheet.prefilled.origins.insert("id".into(), origin(false));
    assert_eq!(
        read(&sheet, &["99010319960919228X"]).errors,
        [],
        "prefilled, but free to change"
    );
}

/// What a page shows of a value, posted back, is that value.
#[test]
fn scenario_data_survive_the_page() {
    for one in load("scenario_forms.json")["forms"].as_array().unwrap() {
        let id = one["item_id"].as_str().unwrap();
        let (form, sheet) = (item_form(id), scenario(id));
        let mut values = sheet.values.clone();
        for section in form.sections(sheet.filling()) {
            let page = section
                .fields
                .iter()
                .map(|v| (v.field.name.clone(), v.value.clone()))
                .collect();
            let now = Sheet {
                values,
                ..sheet.clone()
            };
            let reading = form.read(now.filling(), &page, &section.names());
            assert_eq!(reading.errors, [], "{id}");
            values = reading.values;
        }
        // 42.0 and 42 are the same number in two spellings.
        let plain = |value: &Value| value.as_f64().map_or(value.clone(), |n| json!(n));
        let plain = |values: &forms::Values| {
            values
                .iter()
                .map(|(k, v)| (k.clone(), plain(v)))
                .collect::<Vec<_>>()
        };
        assert_eq!(plain(&values), plain(&sheet.values), "{id}");
    }
}

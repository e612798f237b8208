//! Prefilling from the demonstration city's registers, and who vouches for what.

use std::collections::HashMap;

use forms::{Form, Sources};
use serde_json::{Value, json};

use crate::{Sheet, form, load, scenario};

/// The registers as seen by one applicant.
struct City {
    population: Value,
    legal: Value,
    licences: Vec<Value>,
    unverified: &'static str,
}

impl City {
    fn of(person: &str, legal: Option<&str>) -> Self {
        let find = |file: &str, list: &str, username: &str| {
            let all = load(file);
            let all = all[list].as_array().unwrap().iter();
            all.clone()
                .find(|entry| entry["username"] == username)
                .unwrap()
                .clone()
        };
        let population = find("persons.json", "persons", person);
        let legal = legal.map_or(json!({}), |username| {
            find("legal_persons.json", "legal_persons", username)
        });
        let holder = legal.get("uscc").unwrap_or(&population["id_number"]);
        let licences = load("licences.json")["licences"]
            .as_array()
            .unwrap()
            .clone();
        let licences = licences
            .into_iter()
            .filter(|licence| licence["holder_id"] == *holder)
            .collect();
        Self {
            population,
            legal,
            licences,
            unverified: "nothing",
        }
    }
}

impl Sources for City {
    fn lookup(&self, path: &str) -> Option<Value> {
        if let Some(rest) = path.strip_prefix("licence:") {
            let (kind, field) = rest.split_once('.')?;
            let licence = self
                .licences
                .iter()
                .find(|l| l["type_short_code"] == kind)?;
            return match field {
                "licence_no" => Some(licence["licence_no"].clone()),
                "face" => Some(licence["face_data"]["business_items"].clone()),
                field => licence["face_data"].get(field).cloned(),
            };
        }
        let (register, rest) = path.split_once('.')?;
        let start = match register {
            "population" | "user_space" => &self.population,
            "legal" => &self.legal,
            _ => return None,
        };
        let found = rest
            .split('.')
            .try_fold(start, |value, key| value.get(key))?;
        (!found.is_null()).then(|| found.clone())
    }

    fn is_verified(&self, path: &str) -> bool {
        !path.starts_with(self.unverified)
    }
}

fn filled(form: &Form, city: &City, mut sheet: Sheet) -> Sheet {
    sheet.prefilled = form.prefill(city);
    sheet
}

#[test]
fn scenario_forms_are_prefilled_with_the_expected_values() {
    let (mut compared, mut locked) = (0, 0);
    for one in load("scenario_forms.json")["forms"].as_array().unwrap() {
        let id = one["item_id"].as_str().unwrap();
        let (applicant, operator) = (
            one["applicant_username"].as_str().unwrap(),
            one["operator_username"].as_str().unwrap(),
        );
        let legal = (applicant != operator).then_some(applicant);
        let (form, city) = (form(id), City::of(operator, legal));
        let sheet = filled(&form, &city, scenario(id));
        for (field, value) in &sheet.prefilled.values {
            let Some(expected) = sheet.values.get(field) else {
                continue;
            };
            // The scenario's applicant overwrote these.
            let changed = ["after", "household_address", "residence_address"];
            if !changed.contains(&field.as_str()) {
                assert_eq!(value, expected, "{id} {field}");
                compared += 1;
            }
            let origin = &sheet.prefilled.origins[field];
            let prefill = form.field(field).unwrap().prefill.as_ref().unwrap();
            assert_eq!(
                (&origin.source, origin.readonly),
                (&prefill.sources[0], prefill.readonly)
            );
            locked += usize::from(origin.readonly);
        }
        assert_eq!(sheet.errors(&form), [], "{id}");
    }
    assert!(
        compared >= 60 && locked >= 10,
        "{compared} compared, {locked} locked"
    );
}

#[test]
fn licences_fill_in_their_fields() {
    let city = City::of("u_p20", Some("c_c02"));
    let prefilled = form("SPJYXK-BG").prefill(&city);
    assert_eq!(prefilled.values["licence_no"], "JY29901020010130");
    assert_eq!(
        prefilled.origins["licence_no"].source,
        "licence:SPJYXKZ.licence_no"
    );
    assert_eq!(prefilled.values["before"], "热食类食品制售、冷食类食品制售");
}

/// A table of paths as a source.
struct Table(HashMap<&'static str, Value>);

impl Sources for Table {
    fn lookup(&self, path: &str) -> Option<Value> {
        self.0.get(path).cloned()
    }
}

fn table(entries: &[(&'static str, Value)]) -> Table {
    Table(entries.iter().cloned().collect())
}

#[test]
fn values_take_the_type_of_their_field_or_stay_away() {
    let item = form("SPJYXK-XB");
    let prefill = |path, value| item.prefill(&table(&[(path, value)])).values;
    assert_eq!(prefill("legal.employees", json!("5"))["staff_count"], 5);
    assert_eq!(
        prefill("legal.uscc", json!("92990102ma2008117r"))["applicant_id"],
        "92990102MA2008117R"
    );
    assert_eq!(
        prefill("legal.name", json!(["甲", "乙"]))["applicant_name"],
        "甲、乙"
    );
    assert_eq!(
        prefill("legal.name", json!({ "名称": "甲" }))["applicant_name"],
        "名称：甲"
    );
    for (path, value) in [
        ("legal.employees", json!("many")),
        ("legal.employees", json!(-5)),
        ("legal.employees", json!(2.5)),
        ("legal.uscc", json!("92990102MA2008117Q")),
        ("legal.name", json!("长".repeat(201))),
        ("legal.name", json!(null)),
        ("legal.name", json!(" ")),
    ] {
        assert!(prefill(path, value.clone()).is_empty(), "{path} = {value}");
    }
    let item = form("CJRZ");
    let dates = item.prefill(&table(&[
        ("population.birth_date", json!("19870808")),
        ("population.sex", json!("1")),
    ]));
    assert_eq!(dates.values["birth_date"], "1987-08-08");
    assert!(!dates.values.contains_key("sex"), "not one of the options");
}

#[test]
fn sources_are_tried_in_order() {
    let mut schema = crate::sheet::schema();
    schema["properties"]["name"]["x_prefill"] =
        json!({ "source": "legal.name", "alternatives": ["population.name"], "readonly": false });
    let form = Form::parse(&schema, &crate::sheet::questions()).unwrap();
    let both = table(&[
        ("legal.name", json!("甲店")),
        ("population.name", json!("乙")),
    ]);
    assert_eq!(form.prefill(&both).values["name"], "甲店");
    let one = table(&[
        ("legal.name", json!("名字太长放不下")),
        ("population.name", json!("乙")),
    ]);
    let prefilled = form.prefill(&one);
    assert_eq!(prefilled.origins["name"].source, "population.name");
    let text = serde_json::to_string(&prefilled).unwrap();
    assert_eq!(
        serde_json::from_str::<forms::Prefilled>(&text).unwrap(),
        prefilled
    );
}

#[test]
fn unverified_data_are_found() {
    let form = form("YSZC");
    let mut sheet = filled(&form, &City::of("u_p38", None), scenario("YSZC"));
    assert_eq!(
        form.unverified(sheet.filling()),
        ["scope", "hire_from"],
        "typed in"
    );
    assert!(
        form.is_promised(sheet.filling()),
        "and covered by the promise"
    );
    sheet.values.insert("address".into(), json!("别处"));
    sheet.values.insert("promise".into(), json!(false));
    assert_eq!(
        form.unverified(sheet.filling()),
        ["address", "scope", "hire_from"],
        "changed"
    );
    assert!(!form.is_promised(sheet.filling()));
    let city = City {
        unverified: "user_space.mobile",
        ..City::of("u_p38", None)
    };
    let sheet = filled(&form, &city, scenario("YSZC"));
    assert_eq!(
        form.unverified(sheet.filling()),
        ["contact_mobile", "scope", "hire_from"]
    );
    assert!(!Sheet::default().filling().values.contains_key("promise"));
    assert!(!form.is_promised(Sheet::default().filling()));
}

#[test]
fn fields_show_their_source_until_they_are_changed() {
    let form = form("YSZC");
    let mut sheet = filled(&form, &City::of("u_p38", None), scenario("YSZC"));
    let source = |sheet: &Sheet, name: &str| {
        let sections = form.sections(sheet.filling());
        let mut views = sections.into_iter().flat_map(|section| section.fields);
        views.find(|view| view.field.name == name).unwrap().source
    };
    assert_eq!(
        source(&sheet, "applicant_name").as_deref(),
        Some("population.name")
    );
    assert_eq!(source(&sheet, "scope"), None);
    sheet.values.insert("applicant_name".into(), json!("施"));
    assert_eq!(source(&sheet, "applicant_name"), None);
}

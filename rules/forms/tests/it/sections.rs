//! What is drawn, and what it comes to in words.

use forms::{Input, STEP_FIELDS, Widget};
use serde_json::json;

use crate::sheet::{form, values};
use crate::{Sheet, form as item_form, item_ids, scenario};

#[test]
fn no_step_is_too_long() {
    let mut cut = 0;
    for id in item_ids() {
        let sections = item_form(&id).sections(Sheet::default().filling());
        for section in &sections {
            assert!(
                (1..=STEP_FIELDS).contains(&section.fields.len()),
                "{id} {}",
                section.heading()
            );
            cut += usize::from(section.parts > 1);
        }
    }
    assert_eq!(cut, 6, "three long sections in two parts each");
    let sheet = form().sections(Sheet::default().filling());
    assert_eq!(
        sheet.iter().map(|s| s.fields.len()).collect::<Vec<_>>(),
        [5, 5, 3, 1]
    );
    assert_eq!(sheet[1].heading(), "基本（2/2）");
}

#[test]
fn fields_say_what_they_need() {
    let mut sheet = Sheet {
        values: values().as_object().unwrap().clone(),
        ..Sheet::default()
    };
    sheet.answers.set("agent", "yes");
    let view = |sheet: &Sheet, name: &str| {
        let sections = form().sections(sheet.filling());
        let mut views = sections.into_iter().flat_map(|section| section.fields);
        views.find(|view| view.field.name == name).unwrap()
    };
    let note = view(&sheet, "note");
    assert!(!note.required);
    let when = note.required_when.unwrap();
    assert_eq!((when.field.as_str(), when.value.as_str()), ("kind", "b"));
    assert_eq!(when.words.zh, "“类别”为“乙”时必填");
    assert_eq!(
        view(&sheet, "agent_name").required_when,
        None,
        "it is required anyway"
    );
    sheet.values.insert("kind".into(), json!("b"));
    assert!(view(&sheet, "note").required);

    let id = view(&sheet, "id");
    assert_eq!(
        (id.field.input(), id.field.sensitive),
        (Input::ResidentId, true)
    );
    assert_eq!(id.field.hint.unwrap().zh, "18位，最后一位可以是字母X");
    assert_eq!(view(&sheet, "mobile").field.input(), Input::Mobile);
    assert_eq!(view(&sheet, "area").field.input(), Input::Decimal);
    assert_eq!(view(&sheet, "time").value, ["2026-11-20T09:30"]);
    assert_eq!(
        view(&sheet, "time").field.widget,
        Widget::Datetime,
        "from the format"
    );
    assert_eq!(view(&sheet, "parts").value, ["x", "z"]);
    assert_eq!(view(&sheet, "open").value, ["false"]);
    assert_eq!(view(&sheet, "kind").field.options[1].label, "乙");
    let photo = view(&sheet, "photo").field;
    assert_eq!(
        photo.hint.unwrap().zh,
        "png、jpeg格式，358×441像素，不超过200KB"
    );
    assert_eq!(
        view(&sheet, "note").field.max_length,
        Some(4000),
        "every text has a bound"
    );
}

#[test]
fn a_form_in_words() {
    let sheet = Sheet {
        values: values().as_object().unwrap().clone(),
        ..Sheet::default()
    };
    let rows = form().summary(sheet.filling());
    let said = |name: &str| rows.iter().find(|row| row.name == name).unwrap();
    let value = |name: &str| said(name).value.as_deref();
    assert_eq!(value("day"), Some("2026年11月16日"));
    assert_eq!(value("time"), Some("2026年11月20日 09:30"));
    assert_eq!(value("open"), Some("否"));
    assert_eq!(value("promise"), Some("是"));
    assert_eq!(value("kind"), Some("甲"));
    assert_eq!(value("parts"), Some("x、z"));
    assert_eq!(value("area"), Some("86.5"));
    assert_eq!(value("note"), Some("一\n二"));
    assert!(said("id").sensitive && !said("name").sensitive);
    assert_eq!(
        (said("name").section.as_str(), said("name").label.as_str()),
        ("基本", "姓名")
    );
    assert!(!rows.iter().any(|row| row.name == "agent_name"), "hidden");
    let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).take(3).collect();
    assert_eq!(names, ["name", "id", "code"]);
    let empty = form().summary(Sheet::default().filling());
    assert!(empty.iter().all(|row| row.value.is_none()));

    let rows = item_form("CJRZ").summary(scenario("CJRZ").filling());
    let way = rows.iter().find(|row| row.name == "category").unwrap();
    assert_eq!(way.value.as_deref(), Some("肢体"));
    assert!(
        rows.iter()
            .find(|row| row.name == "photo")
            .unwrap()
            .sensitive
    );
}

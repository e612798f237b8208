//! Each rule with its words, and forms that are refused.

use forms::{Form, FormError, Rule};
use kernel::Locale;
use serde_json::{Value, json};

use crate::sheet::{form, questions, schema, values};
use crate::{Sheet, TODAY};

fn sheet() -> Sheet {
    let mut sheet = Sheet {
        values: values().as_object().unwrap().clone(),
        ..Sheet::default()
    };
    sheet.answers.set("agent", "yes");
    sheet
}

fn errors(field: &str, value: Value) -> Vec<(String, Rule, String)> {
    let mut sheet = sheet();
    match value {
        Value::Null => sheet.values.remove(field),
        value => sheet.values.insert(field.into(), value),
    };
    let errors = form().check(sheet.filling(), TODAY).into_iter();
    errors
        .map(|error| (error.field, error.rule, error.words.zh))
        .collect()
}

#[test]
fn a_right_form_has_no_errors() {
    assert_eq!(sheet().errors(&form()), []);
}

#[test]
fn every_rule_has_its_words() {
    for (field, value, rule, words) in [
        ("name", json!(null), Rule::Required, "请填写姓名"),
        (
            "name",
            json!("一二三四五六"),
            Rule::TooLong,
            "姓名最多5个字",
        ),
        ("name", json!(5), Rule::Type, "姓名填写不对，请核对"),
        (
            "id",
            json!("99010219780312063"),
            Rule::NumberLength,
            "身份号码应为18位",
        ),
        (
            "id",
            json!("9901021978031206A9"),
            Rule::NumberCharacter,
            "身份号码中有不允许的字符",
        ),
        (
            "id",
            json!("990102197813120639"),
            Rule::BirthDate,
            "身份号码中的出生日期不存在或在将来",
        ),
        (
            "id",
            json!("990102202611171232"),
            Rule::BirthDate,
            "身份号码中的出生日期不存在或在将来",
        ),
        (
            "id",
            json!("990102197803120638"),
            Rule::CheckDigit,
            "身份号码校验位不对，请核对",
        ),
        (
            "id",
            json!("99010319960919228x"),
            Rule::Pattern,
            "身份号码填写不对，应为：18位，最后一位可以是字母X",
        ),
        (
            "code",
            json!("92990102MA2008117Q"),
            Rule::CheckDigit,
            "统一社会信用代码校验位不对，请核对",
        ),
        (
            "code",
            json!("92990102MA2O08117R"),
            Rule::NumberCharacter,
            "统一社会信用代码中有不允许的字符",
        ),
        (
            "mobile",
            json!("1990012000"),
            Rule::Pattern,
            "手机填写不对，应为：11位手机号码",
        ),
        (
            "day",
            json!("2026-02-30"),
            Rule::Date,
            "日期请按“2026-11-16”填写",
        ),
        (
            "day",
            json!("2026/11/16"),
            Rule::Pattern,
            "日期填写不对，请核对",
        ),
        ("day", json!(null), Rule::Required, "请填写日期"),
        (
            "time",
            json!("2026-11-16"),
            Rule::Date,
            "时间请按“2026-11-16 09:30”填写",
        ),
        ("count", json!(0), Rule::TooSmall, "人数不能小于1"),
        ("count", json!(100), Rule::TooLarge, "人数不能大于99"),
        (
            "count",
            json!(1.5),
            Rule::Type,
            "人数填写不对，应为：填写整数",
        ),
        (
            "area",
            json!(-0.5),
            Rule::TooSmall,
            "面积（平方米）不能小于0",
        ),
        ("kind", json!("c"), Rule::Choice, "请从所列选项中选择类别"),
        ("kind", json!(null), Rule::Required, "请选择类别"),
        ("parts", json!([]), Rule::TooFew, "请选择项目"),
        (
            "parts",
            json!(["x", "y", "z"]),
            Rule::TooMany,
            "项目最多选2项",
        ),
        (
            "parts",
            json!(["x", "x"]),
            Rule::Repeated,
            "项目有重复的选项",
        ),
        (
            "parts",
            json!(["w"]),
            Rule::Choice,
            "请从所列选项中选择项目",
        ),
        (
            "note",
            json!("长".repeat(4001)),
            Rule::TooLong,
            "备注最多4000个字",
        ),
        ("photo", json!(null), Rule::Required, "请上传照片"),
        ("promise", json!(null), Rule::Required, "请勾选“承诺属实”"),
        ("promise", json!(false), Rule::Consent, "请勾选“承诺属实”"),
        ("other", json!("x"), Rule::Unknown, "表单没有字段“other”"),
    ] {
        let expected = [(field.to_owned(), rule, words.to_owned())];
        assert_eq!(errors(field, value.clone()), expected, "{field} = {value}");
    }
}

#[test]
fn english_words_name_the_field_too() {
    let mut sheet = sheet();
    sheet.values.remove("name");
    sheet
        .values
        .insert("id".into(), json!("990102197803120638"));
    let errors = form().check(sheet.filling(), TODAY);
    let english: Vec<_> = errors
        .iter()
        .map(|error| error.words.pick(Locale::En))
        .collect();
    let digit = "The check digit of “身份号码” is wrong, please compare";
    assert_eq!(english, ["Please fill in “姓名”", digit]);
}

#[test]
fn errors_come_in_the_order_of_the_form_and_by_step() {
    let mut empty = Sheet::default();
    empty.answers.set("agent", "yes");
    let fields = |errors: Vec<forms::FieldError>| {
        errors
            .into_iter()
            .map(|error| error.field)
            .collect::<Vec<_>>()
    };
    let all = fields(form().check(empty.filling(), TODAY));
    assert_eq!(
        all,
        [
            "name",
            "day",
            "kind",
            "parts",
            "photo",
            "agent_name",
            "promise"
        ]
    );
    let step = fields(form().check_fields(empty.filling(), &["day", "id", "parts"], TODAY));
    assert_eq!(step, ["day", "parts"]);
    empty.answers.set("agent", "no");
    let without = fields(form().check(empty.filling(), TODAY));
    assert!(
        !without.contains(&"agent_name".to_owned()),
        "hidden, so not required"
    );
    empty.values.insert("kind".into(), json!("b"));
    let kind_b = fields(form().check(empty.filling(), TODAY));
    assert!(
        kind_b.contains(&"note".to_owned()),
        "required by the other field"
    );
    assert!(
        !kind_b.contains(&"agent_name".to_owned()),
        "hidden, whatever the schema says"
    );
}

#[test]
fn forms_that_cannot_be_used_are_refused() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut schema = schema();
        change(&mut schema);
        Form::parse(&schema, &questions()).unwrap_err()
    };
    let field = |key: &'static str, value: Value| {
        refused(&move |schema| schema["properties"]["name"][key] = value.clone())
    };
    let is_field = |error| matches!(error, FormError::Field { field, .. } if field == "name");
    assert!(is_field(field("type", json!("object"))));
    assert!(is_field(field("x_widget", json!("slider"))));
    assert!(
        is_field(field("x_widget", json!("radio"))),
        "a radio without options"
    );
    assert!(is_field(field("title", json!(""))));
    assert!(is_field(field("x_prefill", json!({ "source": 5 }))));
    assert!(is_field(field("x_photo", json!({ "width_px": "wide" }))));
    assert!(matches!(
        field("format", json!("ipv99")),
        FormError::Schema { .. }
    ));
    assert!(matches!(
        field("pattern", json!("(")),
        FormError::Schema { .. }
    ));
    assert!(is_field(field("format", json!("email"))));
    let names = refused(&|schema| schema["properties"]["kind"]["x_enum_names"] = json!(["甲"]));
    assert!(matches!(names, FormError::Field { .. }));
    for place in ["https://example.org/schema.json", "file:///etc/passwd"] {
        let fetched = refused(&|schema| schema["properties"]["name"]["$ref"] = json!(place));
        assert!(
            matches!(fetched, FormError::Schema { .. }),
            "nothing is fetched: {place}"
        );
    }
    let twice = refused(&|schema| schema["x_sections"][1]["fields"] = json!(["name"]));
    assert_eq!(
        twice,
        FormError::Sections {
            field: "name".into()
        }
    );
    let nowhere = refused(&|schema| schema["x_sections"][3]["fields"] = json!([]));
    assert_eq!(
        nowhere,
        FormError::Sections {
            field: "promise".into()
        }
    );
    let ghost = refused(&|schema| schema["required"] = json!(["ghost"]));
    assert_eq!(
        ghost,
        FormError::Required {
            field: "ghost".into()
        }
    );
    let ghost = refused(&|schema| schema["allOf"][0]["then"]["required"] = json!(["ghost"]));
    assert_eq!(
        ghost,
        FormError::Required {
            field: "ghost".into()
        }
    );
    let condition =
        refused(&|schema| schema["x_sections"][2]["visible_when"]["value"] = json!("maybe"));
    assert!(matches!(condition, FormError::Condition { section, .. } if section == "代办"));
    assert!(matches!(
        Form::parse(&json!({}), &questions()),
        Err(FormError::Schema { .. })
    ));
    assert!(matches!(
        Form::parse(&json!([]), &questions()),
        Err(FormError::Schema { .. })
    ));
}

//! A form with one field of every kind.

use conditions::{Choice, Question, Questions};
use forms::Form;
use serde_json::{Value, json};

pub fn questions() -> Questions {
    let option = |v: &str| Choice {
        value: v.into(),
        label: v.into(),
    };
    Questions::new(vec![Question {
        code: "agent".into(),
        text: "由谁申请？".into(),
        options: vec![option("yes"), option("no")],
        multiple: false,
    }])
}

pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "样表", "type": "object", "additionalProperties": false,
        "properties": {
            "name": { "title": "姓名", "type": "string", "maxLength": 5 },
            "id": { "title": "身份号码", "type": "string", "format": "resident-id",
                "pattern": "^\\d{17}[0-9X]$", "x_sensitive": true,
                "x_prefill": { "source": "population.id_number", "readonly": true } },
            "code": { "title": "统一社会信用代码", "type": "string", "format": "uscc" },
            "mobile": { "title": "手机", "type": "string", "pattern": "^1\\d{10}$" },
            "day": { "title": "日期", "type": "string", "format": "date", "x_widget": "date" },
            "time": { "title": "时间", "type": "string", "format": "date-time" },
            "count": { "title": "人数", "type": "integer", "minimum": 1, "maximum": 99 },
            "area": { "title": "面积（平方米）", "type": "number", "minimum": 0 },
            "open": { "title": "是否营业", "type": "boolean", "x_widget": "switch" },
            "kind": { "title": "类别", "type": "string", "enum": ["a", "b"], "x_enum_names": ["甲", "乙"] },
            "parts": { "title": "项目", "type": "array", "items": { "type": "string", "enum": ["x", "y", "z"] },
                "uniqueItems": true, "minItems": 1, "maxItems": 2 },
            "note": { "title": "备注", "type": "string", "x_widget": "textarea" },
            "photo": { "title": "照片", "type": "string", "pattern": "^photos/", "x_widget": "photo",
                "x_photo": { "width_px": 358, "height_px": 441, "formats": ["png", "jpeg"], "max_kb": 200 } },
            "agent_name": { "title": "代办人姓名", "type": "string", "maxLength": 20 },
            "promise": { "title": "承诺属实", "type": "boolean", "const": true, "x_widget": "checkbox" }
        },
        "required": ["name", "kind", "parts", "photo", "day", "agent_name", "promise"],
        "x_sections": [
            { "title": "基本", "fields": ["name", "id", "code", "mobile", "day", "time", "count", "area", "open", "kind"] },
            { "title": "其他", "fields": ["parts", "note", "photo"] },
            { "title": "代办", "fields": ["agent_name"],
                "visible_when": { "question": "agent", "op": "eq", "value": "yes" } },
            { "title": "承诺", "fields": ["promise"] }
        ],
        "allOf": [
            { "if": { "properties": { "kind": { "const": "b" } }, "required": ["kind"] },
              "then": { "required": ["note", "agent_name"] } }
        ]
    })
}

pub fn form() -> Form {
    Form::parse(&schema(), &questions()).unwrap()
}

pub fn values() -> Value {
    json!({
        "name": "陈䶮", "id": "990102197803120639", "code": "92990102MA2008117R",
        "mobile": "19900120007", "day": "2026-11-16", "time": "2026-11-20T09:30:00+08:00",
        "count": 5, "area": 86.5, "open": false, "kind": "a", "parts": ["x", "z"],
        "note": "一\n二", "photo": "photos/P01.png", "agent_name": "奚琳", "promise": true
    })
}

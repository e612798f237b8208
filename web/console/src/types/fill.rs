//! A definition as the values of the designer's form.

use licences::{Element, LicenceType};
use ui::FormData;

use super::parts;

/// Every value of the form. Lists are numbered from 0: `f.0.code` is the code of the first field.
pub(super) fn data_of(kind: &LicenceType) -> FormData {
    let mut data = FormData::default();
    let mut put = |name: String, value: String| data.push(name, value);
    let on = |value: bool| if value { "on" } else { "" }.to_owned();
    let style = &kind.style;
    for (name, value) in [
        ("name", kind.type_name.clone()),
        ("category", kind.category.clone()),
        ("second", kind.shelf().second),
        ("first", kind.shelf().first),
        ("scope", style.scope.clone()),
        ("w", kind.paper.width_mm.to_string()),
        ("h", kind.paper.height_mm.to_string()),
        ("size_name", kind.paper.size_name.clone()),
        ("labels", on(style.draws_labels)),
        ("qr.x", style.boxes.qr_code.x_mm.to_string()),
        ("qr.y", style.boxes.qr_code.y_mm.to_string()),
        ("qr.s", style.boxes.qr_code.size_mm.to_string()),
        ("seal.x", style.boxes.seal.x_mm.to_string()),
        ("seal.y", style.boxes.seal.y_mm.to_string()),
        ("seal.s", style.boxes.seal.diameter_mm.to_string()),
        ("validity.text", kind.validity.text.clone()),
        ("no.text", kind.numbering_rule.text.clone()),
        ("no.pattern", kind.numbering_rule.pattern.clone()),
        ("annual", on(kind.annual_inspection)),
        ("suspends", on(kind.inspection_missed_suspends)),
        ("sharing", kind.sharing_attribute.clone()),
        ("escalation", kind.review_escalation_days.to_string()),
        ("seal_type", kind.seal_type.clone()),
        ("produced", kind.produced_by_items.join(" ")),
        ("used", kind.used_as_material_by_items.join(" ")),
        ("note", kind.note.clone()),
    ] {
        put(name.into(), value);
    }
    if let Some(photo) = style.boxes.photo {
        put("photo".into(), "on".into());
        put("photo.x".into(), photo.x_mm.to_string());
        put("photo.y".into(), photo.y_mm.to_string());
        put("photo.w".into(), photo.width_mm.to_string());
        put("photo.h".into(), photo.height_mm.to_string());
    }
    if let Some(mark) = &style.watermark {
        put("mark.text".into(), mark.text.clone());
        put("mark.colour".into(), mark.colour.0.clone());
    }
    if let Some(years) = kind.validity.years {
        put("validity.years".into(), years.to_string());
    }
    let days = kind.reminder_days_before_expiry.iter();
    let days: Vec<String> = days.map(i64::to_string).collect();
    put("reminders".into(), days.join(" "));
    let reviewers = kind.reviewers.iter().map(|one| match &one.deputy {
        Some(deputy) => format!("{} {deputy}", one.username),
        None => one.username.clone(),
    });
    put("reviewers".into(), reviewers.collect::<Vec<_>>().join("\n"));
    if let Some(field) = &kind.numbering_rule.face_field {
        put("no.field".into(), field.clone());
    }
    put(
        "no.derived".into(),
        on(kind.numbering_rule.derived_from_identity),
    );
    put(
        "no.parts".into(),
        kind.numbering
            .as_ref()
            .map(parts::lines)
            .unwrap_or_default(),
    );
    for issuer in &kind.issuing_agencies {
        put("issuers".into(), issuer.clone());
    }
    for field in &kind.face_match_fields {
        put("match".into(), field.clone());
    }
    fields(kind, &mut put);
    elements(kind, &mut put);
    data
}

fn fields(kind: &LicenceType, put: &mut impl FnMut(String, String)) {
    for (at, field) in kind.face_fields.iter().enumerate() {
        let p = field.position;
        let on = |value: bool| if value { "on" } else { "" }.to_owned();
        for (name, value) in [
            ("code", field.field_code.clone()),
            ("name", field.field_name.clone()),
            ("type", field.data_type.clone()),
            ("length", field.length.to_string()),
            ("list", field.code_list.clone().unwrap_or_default()),
            ("required", on(field.required)),
            ("sensitive", on(field.sensitive)),
            ("derived", on(field.derived_from_identity)),
            ("lx", p.label_x_mm.to_string()),
            ("ly", p.label_y_mm.to_string()),
            ("x", p.value_x_mm.to_string()),
            ("y", p.value_y_mm.to_string()),
            ("w", p.value_width_mm.to_string()),
            ("line", p.line_height_mm.to_string()),
            ("size", p.font_size_mm.to_string()),
            ("max", p.max_lines.to_string()),
        ] {
            put(format!("f.{at}.{name}"), value);
        }
    }
}

fn elements(kind: &LicenceType, put: &mut impl FnMut(String, String)) {
    for (at, element) in kind.style.elements.iter().enumerate() {
        let mut put = |name: &str, value: String| put(format!("e.{at}.{name}"), value);
        match element {
            Element::Text {
                text,
                x_mm,
                y_mm,
                size_mm,
                align,
                colour,
            } => {
                put("kind", "text".into());
                put("text", text.clone());
                put("x", x_mm.to_string());
                put("y", y_mm.to_string());
                put("size", size_mm.to_string());
                put("align", align.code().into());
                put("colour", colour.0.clone());
            }
            Element::Line {
                x_mm,
                y_mm,
                to_x_mm,
                to_y_mm,
                width_mm,
                colour,
            } => {
                put("kind", "line".into());
                put("x", x_mm.to_string());
                put("y", y_mm.to_string());
                put("x2", to_x_mm.to_string());
                put("y2", to_y_mm.to_string());
                put("line", width_mm.to_string());
                put("colour", colour.0.clone());
            }
            Element::Frame {
                x_mm,
                y_mm,
                width_mm,
                height_mm,
                line_mm,
                colour,
            } => {
                put("kind", "frame".into());
                put("x", x_mm.to_string());
                put("y", y_mm.to_string());
                put("w", width_mm.to_string());
                put("h", height_mm.to_string());
                put("line", line_mm.to_string());
                put("colour", colour.0.clone());
            }
        }
    }
}

//! The designer's form read back into a definition: what is no number, no part, no choice is told at
//! its field.

use std::collections::BTreeSet;
use std::sync::Arc;

use licences::{
    Boxes, Catalogue, Element, FaceField, Ground, LicenceType, PhotoBox, PhotoRule, Position,
    QrBox, Reviewer, SealBox, Stand, Tint, Watermark,
};
use ui::{FormData, L};

use super::parts;

/// A form that is being read.
pub(super) struct Reading<'a> {
    data: &'a FormData,
    l: &'a L,
    /// Names of fields with what is wrong with them.
    pub wrong: Vec<(String, String)>,
}

/// The definition of a form; what the form does not have stays as it was.
pub(super) fn read(
    data: &FormData,
    was: &LicenceType,
    ground: Option<Ground>,
    l: &L,
) -> (LicenceType, Vec<(String, String)>) {
    let mut form = Reading {
        data,
        l,
        wrong: Vec::new(),
    };
    let mut kind = was.clone();
    kind.type_name = form.text("name");
    kind.category = form.text("category");
    kind.catalogue = Some(Catalogue {
        first: form.text("first"),
        second: form.text("second"),
    });
    kind.paper.width_mm = form.mm("w");
    kind.paper.height_mm = form.mm("h");
    kind.paper.size_name = form.text("size_name");
    kind.paper.orientation = match kind.paper.width_mm >= kind.paper.height_mm {
        true => "landscape".into(),
        false => "portrait".into(),
    };
    kind.issuing_agencies = data.all("issuers").map(str::to_owned).collect();
    kind.face_match_fields = data.all("match").map(str::to_owned).collect();
    kind.sharing_attribute = form.text("sharing");
    kind.seal_type = form.text("seal_type");
    kind.review_escalation_days = form.whole("escalation");
    kind.note = form.text("note");
    kind.produced_by_items = codes(data.get("produced"));
    kind.used_as_material_by_items = codes(data.get("used"));
    kind.annual_inspection = data.get("annual") == "on";
    kind.inspection_missed_suspends = data.get("suspends") == "on";
    validity(&mut form, &mut kind);
    numbering(&mut form, &mut kind);
    style(&mut form, &mut kind);
    kind.face_fields = fields(&mut form);
    kind.style.elements = elements(&mut form);
    let known: BTreeSet<&str> = kind
        .face_fields
        .iter()
        .map(|f| f.field_code.as_str())
        .collect();
    // A field that was taken away takes with it what refers to it.
    kind.face_match_fields
        .retain(|code| known.contains(code.as_str()));
    kind.stock_face
        .retain(|code, _| known.contains(code.as_str()));
    if let Some(ground) = ground {
        kind.ground = Arc::new(ground);
    }
    (kind, form.wrong)
}

impl Reading<'_> {
    fn text(&self, name: &str) -> String {
        self.data.get(name).to_owned()
    }

    fn fail(&mut self, name: &str, key: &str) {
        self.wrong.push((name.to_owned(), self.l.t(key)));
    }

    /// Millimetres.
    fn mm(&mut self, name: &str) -> f32 {
        let number = self.data.get(name).parse::<f32>().ok();
        match number.filter(|n| n.is_finite() && n.abs() <= 2_000.0) {
            Some(number) => number,
            None => {
                self.fail(name, "console-types-not-number");
                0.0
            }
        }
    }

    fn whole<T: std::str::FromStr + Default>(&mut self, name: &str) -> T {
        match self.data.get(name).parse() {
            Ok(number) => number,
            Err(_) => {
                self.fail(name, "console-types-not-whole");
                T::default()
            }
        }
    }

    fn on(&self, name: &str) -> bool {
        self.data.get(name) == "on"
    }

    /// How many of a list were sent.
    fn count(&self, list: char, key: &str) -> usize {
        let mut at = 0;
        while self.data.has(&format!("{list}.{at}.{key}")) {
            at += 1;
        }
        at
    }
}

/// Codes between blanks or commas, each once.
fn codes(text: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let parts = text.split(|c: char| c.is_whitespace() || ",，、；;".contains(c));
    parts
        .filter(|code| !code.is_empty() && seen.insert(code.to_string()))
        .map(str::to_owned)
        .collect()
}

fn validity(form: &mut Reading<'_>, kind: &mut LicenceType) {
    kind.validity.years = match form.data.get("validity.years") {
        "" => None,
        _ => Some(form.whole("validity.years")),
    };
    kind.validity.long_term = kind.validity.years.is_none();
    kind.validity.text = match (form.text("validity.text"), kind.validity.years) {
        (text, _) if !text.is_empty() => text,
        (_, Some(years)) => format!("自颁发之日起{years}年"),
        (_, None) => "长期".into(),
    };
    let days = codes(form.data.get("reminders"));
    let read: Result<Vec<i64>, _> = days.iter().map(|day| day.parse::<i64>()).collect();
    match read {
        Ok(days) => kind.reminder_days_before_expiry = days,
        Err(_) => form.fail("reminders", "console-types-not-whole"),
    }
    let reviewers = form.data.get("reviewers").lines().map(codes);
    kind.reviewers = reviewers
        .filter_map(|mut names| {
            let deputy = names.get(1).cloned();
            (!names.is_empty()).then(|| Reviewer {
                username: names.swap_remove(0),
                deputy,
            })
        })
        .collect();
}

fn numbering(form: &mut Reading<'_>, kind: &mut LicenceType) {
    let rule = &mut kind.numbering_rule;
    rule.text = form.text("no.text");
    rule.pattern = form.text("no.pattern");
    rule.face_field = Some(form.text("no.field")).filter(|field| !field.is_empty());
    rule.derived_from_identity = form.on("no.derived");
    rule.sensitive = rule.derived_from_identity || rule.sensitive;
    match parts::scheme(form.data.get("no.parts")) {
        Ok(scheme) => kind.numbering = Some(scheme),
        Err(line) => {
            let words = form.l.t1("console-types-not-part", "line", line);
            form.wrong.push(("no.parts".into(), words));
        }
    }
}

fn style(form: &mut Reading<'_>, kind: &mut LicenceType) {
    let has_photo = form.on("photo");
    let style = &mut kind.style;
    style.scope = form.text("scope");
    style.draws_labels = form.on("labels");
    style.boxes = Boxes {
        qr_code: QrBox {
            x_mm: form.mm("qr.x"),
            y_mm: form.mm("qr.y"),
            size_mm: form.mm("qr.s"),
        },
        seal: SealBox {
            x_mm: form.mm("seal.x"),
            y_mm: form.mm("seal.y"),
            diameter_mm: form.mm("seal.s"),
        },
        photo: has_photo.then(|| photo(form)),
    };
    let text = form.text("mark.text");
    style.watermark = (!text.is_empty()).then(|| Watermark {
        text,
        colour: tint(form, "mark.colour"),
    });
    kind.photo = match (has_photo, kind.photo.take()) {
        (false, _) => None,
        (true, Some(rule)) => Some(rule),
        (true, None) => Some(PhotoRule {
            source: "form.photo".into(),
            r#box: "photo".into(),
            sensitive: true,
        }),
    };
}

/// A photo box that was just switched on begins with the usual size.
fn photo(form: &mut Reading<'_>) -> PhotoBox {
    if form.data.get("photo.w").is_empty() {
        return PhotoBox {
            x_mm: 10.0,
            y_mm: 10.0,
            width_mm: 26.0,
            height_mm: 32.0,
        };
    }
    PhotoBox {
        x_mm: form.mm("photo.x"),
        y_mm: form.mm("photo.y"),
        width_mm: form.mm("photo.w"),
        height_mm: form.mm("photo.h"),
    }
}

fn tint(form: &Reading<'_>, name: &str) -> Tint {
    Tint(match form.data.get(name) {
        "" => "#c9d2dc".into(),
        colour => colour.to_lowercase(),
    })
}

fn fields(form: &mut Reading<'_>) -> Vec<FaceField> {
    let count = form.count('f', "code");
    let mut all: Vec<FaceField> = Vec::new();
    for at in 0..count {
        let name = |key: &str| format!("f.{at}.{key}");
        if form.on(&name("drop")) {
            continue;
        }
        let data_type = form.text(&name("type"));
        let length = match data_type.as_str() {
            "date" => 10,
            "uscc" | "id" => 18,
            _ => form.whole(&name("length")),
        };
        let derived = form.on(&name("derived"));
        all.push(FaceField {
            field_code: form.text(&name("code")),
            field_name: form.text(&name("name")),
            length,
            required: form.on(&name("required")),
            code_list: Some(form.text(&name("list")))
                .filter(|list| !list.is_empty() && data_type == "code"),
            sensitive: form.on(&name("sensitive")) || derived || data_type == "id",
            derived_from_identity: derived,
            position: Position {
                label_x_mm: form.mm(&name("lx")),
                label_y_mm: form.mm(&name("ly")),
                value_x_mm: form.mm(&name("x")),
                value_y_mm: form.mm(&name("y")),
                value_width_mm: form.mm(&name("w")),
                line_height_mm: form.mm(&name("line")),
                font_size_mm: form.mm(&name("size")),
                max_lines: form.whole(&name("max")),
            },
            data_type,
        });
    }
    all
}

fn elements(form: &mut Reading<'_>) -> Vec<Element> {
    let count = form.count('e', "kind");
    let mut all = Vec::new();
    for at in 0..count {
        let name = |key: &str| format!("e.{at}.{key}");
        if form.on(&name("drop")) {
            continue;
        }
        let (x_mm, y_mm) = (form.mm(&name("x")), form.mm(&name("y")));
        let colour = tint(form, &name("colour"));
        all.push(match form.data.get(&name("kind")) {
            "line" => Element::Line {
                x_mm,
                y_mm,
                to_x_mm: form.mm(&name("x2")),
                to_y_mm: form.mm(&name("y2")),
                width_mm: form.mm(&name("line")),
                colour,
            },
            "frame" => Element::Frame {
                x_mm,
                y_mm,
                width_mm: form.mm(&name("w")),
                height_mm: form.mm(&name("h")),
                line_mm: form.mm(&name("line")),
                colour,
            },
            _ => Element::Text {
                text: form.text(&name("text")),
                x_mm,
                y_mm,
                size_mm: form.mm(&name("size")),
                align: Stand::from_code(form.data.get(&name("align"))).unwrap_or(Stand::Left),
                colour,
            },
        });
    }
    all
}

/// Something new in the middle of the page, for whoever asked to add it.
pub(super) fn add(kind: &mut LicenceType, what: &str) {
    let (w, h) = (kind.paper.width_mm, kind.paper.height_mm);
    let tenth = |mm: f32| (mm * 10.0).round() / 10.0;
    let (x, y) = (tenth(w * 0.4), tenth(h * 0.5));
    let red = Tint("#b3271e".into());
    let size = tenth((h.min(w) / 45.0).clamp(1.6, 6.0));
    match what {
        "add-text" => kind.style.elements.push(Element::Text {
            text: "文字".into(),
            x_mm: x,
            y_mm: y,
            size_mm: size,
            align: Stand::Left,
            colour: Tint("#111111".into()),
        }),
        "add-line" => kind.style.elements.push(Element::Line {
            x_mm: tenth(w * 0.2),
            y_mm: y,
            to_x_mm: tenth(w * 0.8),
            to_y_mm: y,
            width_mm: 0.3,
            colour: red,
        }),
        "add-frame" => kind.style.elements.push(Element::Frame {
            x_mm: tenth(w * 0.2),
            y_mm: tenth(h * 0.4),
            width_mm: tenth(w * 0.6),
            height_mm: tenth(h * 0.2),
            line_mm: 0.3,
            colour: red,
        }),
        "add-field" => {
            let taken = |code: &str| kind.face_fields.iter().any(|f| f.field_code == code);
            let code = (1..)
                .map(|n| format!("field_{n}"))
                .find(|code| !taken(code));
            kind.face_fields.push(FaceField {
                field_code: code.unwrap_or_default(),
                field_name: "新字段".into(),
                data_type: "string".into(),
                length: 50,
                required: false,
                code_list: None,
                position: Position {
                    label_x_mm: tenth(w * 0.1),
                    label_y_mm: y,
                    value_x_mm: x,
                    value_y_mm: y,
                    value_width_mm: tenth(w * 0.4),
                    line_height_mm: tenth(size * 1.35),
                    font_size_mm: size,
                    max_lines: 1,
                },
                sensitive: false,
                derived_from_identity: false,
            });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::fill::data_of;

    fn demo(code: &str) -> LicenceType {
        let path = format!(
            "{}/../../demo/licence_types/{code}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn words() -> std::sync::Arc<ui::Catalog> {
        ui::Catalog::build(&[ui::TEXTS, crate::TEXTS]).unwrap()
    }

    /// What the form shows is what it gives back: no field of a definition is lost on the way.
    #[test]
    fn a_definition_comes_back_from_its_form() {
        for code in ["SPJYXKZ", "JZZ", "DLYSCYZGZ", "PSXKZ"] {
            let mut kind = demo(code);
            kind.catalogue = Some(kind.shelf());
            kind.numbering = Some(licences::Scheme::default());
            add(&mut kind, "add-text");
            add(&mut kind, "add-line");
            add(&mut kind, "add-frame");
            add(&mut kind, "add-field");
            let (back, wrong) = read(&data_of(&kind), &kind, None, &words().l(kernel::Locale::Zh));
            assert_eq!(wrong, [], "{code}");
            assert_eq!(
                back.definition().unwrap(),
                kind.definition().unwrap(),
                "{code}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_told_at_its_field() {
        let kind = demo("SPJYXKZ");
        let mut data = FormData::default();
        for (name, value) in data_of(&kind).pairs() {
            let value = match name.as_str() {
                "f.0.x" => "左边",
                "qr.s" => "NaN",
                "f.1.max" => "1.5",
                "no.parts" => "编号 6",
                "f.2.drop" => "",
                _ => value,
            };
            data.push(name.clone(), value);
        }
        data.push("f.3.drop", "on");
        let (back, wrong) = read(&data, &kind, None, &words().l(kernel::Locale::Zh));
        let names: Vec<&str> = wrong.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["no.parts", "qr.s", "f.0.x", "f.1.max"]);
        assert_eq!(back.face_fields.len(), kind.face_fields.len() - 1);
    }
}

//! The demonstration data as the measure: whatever stands in it must be drawn.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use paper::{
    Document, Error, Item, LaidItem, Page, Scale, Text, TextBox, base_picture, lay_out, to_png,
};
use serde_json::Value;

fn demo(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../demo")
        .join(name)
}

fn json(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(demo(name)).unwrap()).unwrap()
}

/// All texts in a JSON value.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| texts(item, found)),
        _ => {}
    }
}

#[test]
fn every_name_of_the_demonstration_city_is_drawn() {
    let mut found = BTreeSet::new();
    for file in [
        "persons.json",
        "legal_persons.json",
        "staff.json",
        "agencies.json",
        "licences.json",
        "halls.json",
    ] {
        texts(&json(file), &mut found);
    }
    let stock = std::fs::read_to_string(demo("stock_licences.csv")).unwrap();
    found.extend(stock.split([',', '\n', '"']).map(str::to_owned));
    assert!(found.contains("陈䶮"));
    let characters: BTreeSet<char> = found
        .iter()
        .flat_map(|text| text.chars())
        .filter(|c| !c.is_whitespace())
        .collect();
    assert!(characters.len() > 500, "{}", characters.len());

    // One character a cell of 5 mm, forty in a row; every cell must carry ink.
    let mut page = Page::new(200.0, 5.0 * characters.len().div_ceil(40) as f32);
    let cell = |index: usize| ((index % 40) as f32 * 5.0, (index / 40) as f32 * 5.0);
    for (index, character) in characters.iter().enumerate() {
        let (x, y) = cell(index);
        page.items.push(Item::Text(Text::new(
            character.to_string(),
            x + 0.5,
            y + 4.0,
            4.0,
        )));
    }
    let laid = lay_out(&Document {
        pages: vec![page],
        ..Document::default()
    })
    .unwrap();
    assert_eq!(laid.pages[0].items.len(), characters.len());
    let png = to_png(&laid, 0, Scale::Dpi(127.0)).unwrap();
    let image = image::load_from_memory(&png).unwrap().into_luma8();
    for (index, character) in characters.iter().enumerate() {
        let (x, y) = cell(index);
        let (left, top) = ((x * 5.0) as u32, (y * 5.0) as u32);
        let inked = (left..left + 25)
            .flat_map(|x| (top..top + 25).map(move |y| (x, y)))
            .any(|(x, y)| image.get_pixel(x, y).0[0] < 160);
        assert!(inked, "{character} leaves no ink");
    }
}

#[test]
fn every_base_picture_is_drawn_and_gives_up_its_labels() {
    let mut styles = 0;
    for entry in std::fs::read_dir(demo("licence_types")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "json") {
            continue;
        }
        styles += 1;
        let style: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let size = |name: &str| style["paper"][name].as_f64().unwrap() as f32;
        let (width, height) = (size("width_mm"), size("height_mm"));
        let svg = std::fs::read_to_string(path.with_extension("svg")).unwrap();
        let base = base_picture(&svg, width, height, 100.0).unwrap();
        let written = svg.matches("</text>").count() - svg.matches("></text>").count();
        assert_eq!(base.labels.len(), written, "{path:?}");
        // A title stands where the type says, in its size.
        let title = style["style"]["title"]["text"].as_str().unwrap();
        let label = base
            .labels
            .iter()
            .find(|label| label.content == title)
            .unwrap();
        let asked = style["style"]["title"]["font_size_mm"].as_f64().unwrap() as f32;
        assert!((label.size - asked).abs() < 0.1, "{path:?}: {}", label.size);
        assert!((label.x - width / 2.0).abs() < 0.1);
        // The labels are part of the laid-out page, before anything else.
        let mut page = Page::new(width, height);
        page.base = Some(base.clone());
        let laid = lay_out(&Document {
            pages: vec![page],
            ..Document::default()
        })
        .unwrap();
        let runs = laid.pages[0]
            .items
            .iter()
            .filter(|item| matches!(item, LaidItem::Run(_)));
        assert!(runs.count() >= base.labels.len());
        assert!(laid.pages[0].text().contains(title));
    }
    assert_eq!(styles, 12);
}

#[test]
fn a_name_no_font_has_stops_the_document_and_is_named() {
    let mut page = Page::a4();
    page.items
        .push(Item::Text(Text::new("王\u{2fa20}", 20.0, 20.0, 5.0)));
    let error = lay_out(&Document {
        pages: vec![page],
        ..Document::default()
    })
    .unwrap_err();
    assert_eq!(error, Error::NoGlyph('\u{2fa20}'));
}

#[test]
fn every_licence_of_the_demonstration_city_fits_its_boxes() {
    let licences = json("licences.json");
    let mut fields = 0;
    for licence in licences["licences"].as_array().unwrap() {
        let kind = licence["type_short_code"].as_str().unwrap();
        let style = json(&format!("licence_types/{kind}.json"));
        let size = |name: &str| style["paper"][name].as_f64().unwrap() as f32;
        let mut page = Page::new(size("width_mm"), size("height_mm"));
        for field in style["face_fields"].as_array().unwrap() {
            let code = field["field_code"].as_str().unwrap();
            let Some(value) = licence["face_data"][code].as_str() else {
                continue;
            };
            let at = |name: &str| field["position"][name].as_f64().unwrap() as f32;
            let lines = field["position"]["max_lines"].as_u64().unwrap() as usize;
            let name = field["field_name"].as_str().unwrap();
            page.items.push(Item::TextBox(
                TextBox::new(name, value)
                    .at(at("value_x_mm"), at("value_y_mm"), at("value_width_mm"))
                    .set(at("font_size_mm"), at("line_height_mm"), lines),
            ));
            fields += 1;
        }
        let document = Document {
            pages: vec![page],
            ..Document::default()
        };
        let laid = lay_out(&document).unwrap_or_else(|error| panic!("{kind}: {error}"));
        for item in &laid.pages[0].items {
            let LaidItem::Run(run) = item else { continue };
            assert!(
                run.size >= 1.2 && run.x + run.width() <= laid.pages[0].width,
                "{kind}"
            );
        }
    }
    assert!(fields > 200, "{fields}");
}

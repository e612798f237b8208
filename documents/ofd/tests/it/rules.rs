//! The rules under which independent readers draw a file alike, each checked on a written file.

use std::collections::{BTreeMap, BTreeSet};

use ofd::xml::Element;
use ofd::{Package, compose, resolve};
use paper::lay_out;

use crate::sample::{info, sample};

fn package() -> Package {
    compose(&lay_out(&sample()).unwrap(), &info()).unwrap()
}

fn walk<'a>(element: &'a Element, found: &mut Vec<&'a Element>) {
    found.push(element);
    element.children.iter().for_each(|child| walk(child, found));
}

fn all(element: &Element) -> Vec<&Element> {
    let mut found = Vec::new();
    walk(element, &mut found);
    found
}

fn numbers(text: &str) -> Vec<f32> {
    text.split(' ')
        .map(|number| number.parse().unwrap())
        .collect()
}

fn contents(package: &Package) -> Vec<(String, Element)> {
    let paths = package.parts().iter().map(|part| part.path.clone());
    paths
        .filter(|path| path.ends_with("Content.xml"))
        .map(|path| (path.clone(), package.xml(&path).unwrap()))
        .collect()
}

/// DeltaX with `g count value` written out.
fn advances(text: &str) -> Vec<f32> {
    let mut words = text.split(' ');
    let mut values = Vec::new();
    while let Some(word) = words.next() {
        if word == "g" {
            let count = words.next().unwrap().parse().unwrap();
            let value: f32 = words.next().unwrap().parse().unwrap();
            values.extend(std::iter::repeat_n(value, count));
        } else {
            values.push(word.parse().unwrap());
        }
    }
    values
}

#[test]
fn paths_are_relative_and_numbered_from_nought() {
    let package = package();
    let document = package.xml("Doc_0/Document.xml").unwrap();
    let pages: Vec<_> = document.child("Pages").unwrap().all("Page").collect();
    for (index, page) in pages.iter().enumerate() {
        let expected = format!("Pages/Page_{index}/Content.xml");
        assert_eq!(page.attribute("BaseLoc"), Some(expected.as_str()));
    }
    let common = document.child("CommonData").unwrap();
    assert_eq!(common.child_text("PublicRes"), Some("PublicRes.xml"));
    assert_eq!(common.child_text("DocumentRes"), Some("DocumentRes.xml"));
    let template = common.child("TemplatePage").unwrap();
    assert_eq!(
        template.attribute("BaseLoc"),
        Some("Tpls/Tpl_0/Content.xml")
    );
    for location in [
        "Pages/Page_1/Content.xml",
        "PublicRes.xml",
        "Tpls/Tpl_0/Content.xml",
    ] {
        let path = resolve("Doc_0/Document.xml", location).unwrap();
        assert!(package.get(&path).is_some(), "{path}");
    }
}

#[test]
fn ids_are_unique_rise_in_paint_order_and_templates_lie_below() {
    let package = package();
    let document = package.xml("Doc_0/Document.xml").unwrap();
    let id = |element: &Element| element.attribute("ID").unwrap().parse::<u32>().unwrap();
    let mut seen = BTreeSet::new();
    let mut highest_of_templates = 0;
    let mut lowest_of_pages = u32::MAX;
    for (path, content) in contents(&package) {
        let objects: Vec<u32> = all(&content)
            .into_iter()
            .filter(|e| e.attribute("ID").is_some())
            .map(id)
            .collect();
        assert!(objects.is_sorted_by(|a, b| a < b), "{path}: {objects:?}");
        assert!(objects.iter().all(|id| seen.insert(*id)), "{path}");
        if path.contains("Tpls") {
            highest_of_templates = objects.into_iter().max().unwrap().max(highest_of_templates);
        } else {
            lowest_of_pages = objects.into_iter().min().unwrap().min(lowest_of_pages);
        }
    }
    assert!(highest_of_templates > 0 && highest_of_templates < lowest_of_pages);
    let common = document.child("CommonData").unwrap();
    let templates = common.all("TemplatePage").map(id).collect::<Vec<_>>();
    let pages = document
        .child("Pages")
        .unwrap()
        .all("Page")
        .map(id)
        .collect::<Vec<_>>();
    assert!(templates.iter().max() < pages.iter().min());
    for more in templates.into_iter().chain(pages) {
        assert!(seen.insert(more));
    }
    for res in ["Doc_0/PublicRes.xml", "Doc_0/DocumentRes.xml"] {
        let res = package.xml(res).unwrap();
        for element in all(&res)
            .into_iter()
            .filter(|e| e.attribute("ID").is_some())
        {
            assert!(seen.insert(id(element)));
        }
    }
    let max: u32 = common.child_text("MaxUnitID").unwrap().parse().unwrap();
    assert_eq!(seen.last(), Some(&max));
}

#[test]
fn every_text_says_the_advance_of_every_glyph_but_the_last() {
    let package = package();
    let mut texts = 0;
    for (_, content) in contents(&package) {
        for object in all(&content).into_iter().filter(|e| e.name == "TextObject") {
            texts += 1;
            let code = object.child("TextCode").unwrap();
            let count = code.text.chars().count();
            let given = code.attribute("DeltaX").map_or(Vec::new(), advances);
            assert_eq!(given.len(), count - 1, "{}", code.text);
            assert_eq!(code.text.trim(), code.text, "no blanks at the ends");
            let size: f32 = object.attribute("Size").unwrap().parse().unwrap();
            let boundary = numbers(object.attribute("Boundary").unwrap());
            assert_eq!(numbers(code.attribute("Y").unwrap()), [size]);
            assert!(
                boundary[2] >= given.iter().sum::<f32>() + size,
                "{}",
                code.text
            );
            assert!((boundary[3] - size * 1.3).abs() < 0.01);
            assert!(object.child("FillColor").is_some());
            assert_eq!(object.attribute("CTM"), None);
        }
    }
    assert!(texts >= 9, "{texts}");
}

#[test]
fn a_character_beyond_the_basic_plane_is_an_object_with_its_glyph() {
    let package = package();
    let (_, page) = contents(&package)
        .into_iter()
        .find(|(p, _)| p.contains("Page_0"))
        .unwrap();
    let objects = all(&page);
    let mut beyond = objects
        .iter()
        .filter(|e| e.name == "TextObject")
        .filter(|e| {
            e.child("TextCode")
                .unwrap()
                .text
                .chars()
                .any(|c| u32::from(c) > 0xffff)
        });
    let object = beyond.next().unwrap();
    assert!(beyond.next().is_none());
    assert_eq!(object.child("TextCode").unwrap().text, "𬭎");
    let transform = object.child("CGTransform").unwrap();
    assert_eq!(transform.attribute("CodeCount"), Some("2"));
    let order: Vec<&str> = object
        .children
        .iter()
        .map(|child| child.name.as_str())
        .collect();
    assert_eq!(order, ["FillColor", "CGTransform", "TextCode"]);
    // The glyph it names is that character's in the embedded font.
    let font = package
        .get(&format!(
            "Doc_0/Res/font_{}.ttf",
            object.attribute("Font").unwrap()
        ))
        .unwrap();
    let face = ttf_parser::Face::parse(font, 0).unwrap();
    let glyph: u16 = transform.child_text("Glyphs").unwrap().parse().unwrap();
    assert_eq!(face.glyph_index('𬭎'), Some(ttf_parser::GlyphId(glyph)));
    // What follows it on the line stands where the layout put it.
    let next = objects
        .iter()
        .find(|e| e.name == "TextObject" && e.child("TextCode").unwrap().text == "陈");
    assert!(numbers(next.unwrap().attribute("Boundary").unwrap())[0] > 105.4 + 2.0 * 6.6 + 1.0);
}

#[test]
fn embedded_fonts_map_every_character_drawn_in_them() {
    let package = package();
    let mut by_font: BTreeMap<String, String> = BTreeMap::new();
    for (_, content) in contents(&package) {
        for object in all(&content).into_iter().filter(|e| e.name == "TextObject") {
            let font = object.attribute("Font").unwrap().to_owned();
            by_font
                .entry(font)
                .or_default()
                .push_str(&object.child("TextCode").unwrap().text);
        }
    }
    assert_eq!(by_font.len(), 2);
    let res = package.xml("Doc_0/PublicRes.xml").unwrap();
    assert_eq!(res.attribute("BaseLoc"), Some("Res"));
    for font in res.child("Fonts").unwrap().all("Font") {
        let file = package
            .get(&format!(
                "Doc_0/Res/{}",
                font.child_text("FontFile").unwrap()
            ))
            .unwrap();
        let face = ttf_parser::Face::parse(file, 0).unwrap();
        assert!(face.tables().glyf.is_some() && face.tables().cff.is_none());
        for character in by_font[font.attribute("ID").unwrap()].chars() {
            assert!(face.glyph_index(character).is_some(), "{character}");
        }
        let family = font.attribute("FontName").unwrap();
        assert!(["WenQuanYi Micro Hei", "Noto Sans CJK SC"].contains(&family));
    }
}

#[test]
fn pictures_are_placed_by_their_matrix_and_stored_once() {
    let package = package();
    let res = package.xml("Doc_0/DocumentRes.xml").unwrap();
    let media: Vec<_> = res
        .child("MultiMedias")
        .unwrap()
        .all("MultiMedia")
        .collect();
    assert_eq!(
        media.len(),
        3,
        "base picture, QR code, and the picture used twice"
    );
    for entry in &media {
        let file = package.get(&format!(
            "Doc_0/Res/{}",
            entry.child_text("MediaFile").unwrap()
        ));
        assert!(file.unwrap().starts_with(b"\x89PNG"));
        assert_eq!(entry.attribute("Format"), Some("PNG"));
    }
    let mut placed = 0;
    for (path, content) in contents(&package) {
        for object in all(&content)
            .into_iter()
            .filter(|e| e.name == "ImageObject")
        {
            placed += 1;
            let boundary = numbers(object.attribute("Boundary").unwrap());
            let matrix = numbers(object.attribute("CTM").unwrap());
            assert_eq!(matrix, [boundary[2], 0.0, 0.0, boundary[3], 0.0, 0.0]);
            if path.contains("Tpls") {
                assert_eq!(boundary, [0.0, 0.0, 420.0, 297.0]);
            }
        }
    }
    assert_eq!(placed, 4);
}

#[test]
fn paths_are_drawn_from_their_boundary_with_simple_commands() {
    let package = package();
    let (_, page) = contents(&package)
        .into_iter()
        .find(|(p, _)| p.contains("Page_0"))
        .unwrap();
    let paths: Vec<_> = all(&page)
        .into_iter()
        .filter(|e| e.name == "PathObject")
        .collect();
    assert_eq!(paths.len(), 2);
    assert_eq!(
        numbers(paths[0].attribute("Boundary").unwrap()),
        [19.75, 199.75, 40.5, 0.5]
    );
    assert_eq!(paths[0].attribute("Stroke"), Some("true"));
    assert_eq!(paths[0].attribute("Fill"), Some("false"));
    assert_eq!(
        paths[0].child_text("AbbreviatedData"),
        Some("M 0.25 0.25 L 40.25 0.25")
    );
    assert_eq!(paths[1].attribute("Stroke"), Some("false"));
    assert_eq!(paths[1].attribute("Fill"), Some("true"));
    assert_eq!(
        paths[1].child_text("AbbreviatedData"),
        Some("M 0 5 B 0 0 10 0 10 5 C")
    );
    for path in paths {
        assert_eq!(path.attribute("Rule"), None);
        let last = path.children.last().unwrap();
        assert_eq!(last.name, "AbbreviatedData");
    }
}

#[test]
fn part_names_are_plain_and_none_is_part_of_another() {
    let package = package();
    let names: Vec<&str> = package
        .parts()
        .iter()
        .map(|part| part.path.rsplit('/').next().unwrap())
        .collect();
    for (part, name) in package.parts().iter().zip(&names) {
        assert!(part.path.is_ascii());
        assert_eq!(
            name.contains("xml"),
            part.bytes.starts_with(b"<?xml"),
            "{name}"
        );
    }
    let resources: Vec<&&str> = names
        .iter()
        .filter(|name| !name.ends_with(".xml"))
        .collect();
    for (index, name) in resources.iter().enumerate() {
        for (other_index, other) in resources.iter().enumerate() {
            assert!(
                index == other_index || !other.contains(**name),
                "{name} in {other}"
            );
        }
    }
}

#[test]
fn pages_name_their_template_first_and_say_their_own_size() {
    let package = package();
    let pages = contents(&package);
    let order = |part: &str| -> Vec<String> {
        let (_, page) = pages.iter().find(|(path, _)| path.contains(part)).unwrap();
        page.children
            .iter()
            .map(|child| child.name.clone())
            .collect()
    };
    assert_eq!(order("Page_0"), ["Template", "Area", "Content"]);
    assert_eq!(order("Page_1"), ["Area", "Content"]);
    let (_, second) = pages
        .iter()
        .find(|(path, _)| path.contains("Page_1"))
        .unwrap();
    assert_eq!(
        second.child("Area").unwrap().child_text("PhysicalBox"),
        Some("0 0 210 297")
    );
}

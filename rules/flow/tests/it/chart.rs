//! The outward flow chart.

use calendar::{Limit, Unit};
use flow::{ChartHead, limit_words};

use crate::{Item, item, items};

fn chart(item: &Item) -> String {
    let elements = &item.raw["elements"];
    let limit = |key: &str| serde_json::from_value::<Limit>(elements[key].clone()).unwrap();
    item.flow.outward_chart(&ChartHead {
        item_name: elements["item_name"].as_str().unwrap(),
        statutory: limit("statutory_limit"),
        promised: limit("promised_limit"),
    })
}

/// Every tag closed in order, every attribute quoted.
fn well_formed(svg: &str) -> bool {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        let Some(length) = rest[start..].find('>') else {
            return false;
        };
        let tag = &rest[start + 1..start + length];
        rest = &rest[start + length + 1..];
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/'])
            .next()
            .unwrap();
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.matches('"').count().is_multiple_of(2) {
            return false;
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    open.is_empty()
}

/// [C-34] The flow chart is drawn with statutory steps and shortened limits, with words, as
/// picture file, and is regenerated when the flow changes.
#[test]
fn charts_hold_steps_and_limits_in_words_and_follow_the_flow() {
    for item in items() {
        let svg = chart(&item);
        assert!(well_formed(&svg), "{}", item.id);
        for step in &item.flow.outward {
            assert!(
                svg.contains(&format!("　{}</text>", step.name)),
                "{} {}",
                item.id,
                step.name
            );
        }
    }
    let mut food = item("SPJYXK-XB");
    let before = chart(&food);
    assert!(before.contains("法定办结时限：10个工作日　承诺办结时限：5个工作日"));
    let posts = "审查1.5个工作日；现场核查1.5个工作日（按情形）；决定1个工作日";
    assert!(before.contains(posts), "{before}");
    food.flow.outward[2].name = "受理登记".into();
    food.flow.posts[3].limit = flow::Span::hundredths(50);
    let after = chart(&food);
    assert!(after.contains("受理登记") && after.contains("决定0.5个工作日"));
}

#[test]
fn charts_obey_the_content_security_policy() {
    let mut food = item("SPJYXK-XB");
    food.flow.outward[0].name = "<script>alert(1)</script>\u{8}&\"".into();
    let svg = chart(&food);
    assert!(well_formed(&svg), "{svg}");
    for refused in ["style=", "<style", "<script", "onload", "href", "\u{8}"] {
        assert!(!svg.contains(refused), "{refused}");
    }
    assert!(svg.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp;&quot;"));
}

#[test]
fn every_way_without_a_post_marks_it() {
    let licence = chart(&item("YPLS"));
    assert!(licence.contains("技术审查3个工作日（按情形）"), "{licence}");
    let permit = chart(&item("SGXK"));
    assert!(
        permit.contains("技术审查1个工作日；决定1个工作日"),
        "both branches are always taken"
    );
    let spot = chart(&item("SPJYXK-BF"));
    assert!(spot.contains("审查20分钟；决定20分钟"));
    assert!(spot.contains("承诺办结时限：当场办结"));
}

#[test]
fn limits_in_words() {
    let words = |value, unit| limit_words(Limit::new(value, unit));
    assert_eq!(words(0, Unit::WorkingDay), "当场办结");
    assert_eq!(words(3, Unit::Month), "3个月");
    assert_eq!(words(60, Unit::NaturalDay), "60日");
}

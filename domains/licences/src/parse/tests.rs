//! Other regions' structures, and bytes of any kind.

use proptest::prelude::*;

use super::fields::{ELEMENTS, element_named};
use super::leaves::{Leaf, of_attachment};
use super::*;

fn sorted(content: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let mut all = Vec::new();
    parsed.attach("a", "a.xml", content.as_bytes(), &mut all);
    parsed.sort_in(all);
    parsed
}

fn of<'p>(parsed: &'p Parsed, code: &str) -> Option<&'p str> {
    let found = parsed.metadata.iter().find(|(one, _)| one.code == code);
    found.map(|(_, value)| value.as_str())
}

/// The same licence as three systems write it comes out the same.
#[test]
fn structures_of_other_regions_become_one() {
    let written = [
        r#"{"head": {"ZZMC": "道路运输证", "ZZBH": "330101001", "ZZBFJG": "某市交通运输局",
            "ZZBFRQ": "20240305", "ZZYXQJZRQ": null, "CZZT": "某某公司"},
            "KZ_ZM": {"车牌号码": "浙A00001", "吨位": 5}, "logo": "a.png"}"#,
        r#"<?xml version="1.0" encoding="UTF-8"?><c:cert xmlns:c="urn:x"><c:证照名称>道路运输证</c:证照名称>
            <c:证照编号>330101001</c:证照编号><c:发证机关>某市交通运输局</c:发证机关>
            <c:发证日期>2024年3月5日</c:发证日期><c:有效期至>长期</c:有效期至>
            <c:持证主体>某某公司</c:持证主体><c:logo>a.png</c:logo>
            <c:照面信息><c:车牌号码>浙A00001</c:车牌号码><c:吨位>5</c:吨位></c:照面信息></c:cert>"#,
        r#"<items><item name="证照类型名称" value="道路运输证"/><item name="证照号码" value="330101001"/>
            <item name="颁发机构" value="某市交通运输局"/><item name="颁发日期" value="2024-03-05 00:00:00"/>
            <item name="有效期截止日期" value="永久"/><item name="持有人" value="某某公司"/>
            <item name="logo" value="a.png"/>
            <group name="surface"><item name="车牌号码" value="浙A00001"/><item name="吨位">5</item></group></items>"#,
        r#"[{"name": "证照名称", "value": "道路运输证"}, {"name": "证照编号", "value": "330101001"},
            {"name": "发证单位", "value": "某市交通运输局"}, {"name": "签发日期", "value": "2024/3/5"},
            {"name": "有效期止", "value": "长期有效"}, {"name": "持证人", "value": "某某公司"},
            {"name": "logo", "value": "a.png"},
            {"faceData": [{"name": "车牌号码", "value": "浙A00001"}, {"name": "吨位", "value": "5"}]}]"#,
    ];
    for content in written {
        let parsed = sorted(content);
        for (code, value) in [
            ("ZZMC", "道路运输证"),
            ("ZZBH", "330101001"),
            ("ZZBFJG", "某市交通运输局"),
            ("ZZBFRQ", "2024-03-05"),
            ("ZZYXQJZRQ", "长期"),
            ("CZZT", "某某公司"),
        ] {
            assert_eq!(of(&parsed, code), Some(value), "{code}: {content}");
        }
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut face = parsed.face;
        face.sort();
        assert_eq!(face, [pair("吨位", "5"), pair("车牌号码", "浙A00001")]);
        assert_eq!(parsed.other, [pair("logo", "a.png")], "{content}");
    }
}

/// Each element is found by its code in any case, and by its name; no name belongs to two.
#[test]
fn every_name_leads_to_one_element() {
    let standard = include_str!("../../../../docs/standards/schemas/licence-metadata.schema.json");
    let standard: serde_json::Value = serde_json::from_str(standard).unwrap();
    for code in standard["properties"].as_object().unwrap().keys() {
        if code == "KZ_ZM" {
            continue;
        }
        let element = element_named(code).unwrap_or_else(|| panic!("{code}"));
        for name in [
            code.to_lowercase(),
            element.zh.to_owned(),
            format!(" {code}："),
        ] {
            assert_eq!(element_named(&name), Some(element), "{name}");
        }
    }
    let mut names = std::collections::BTreeSet::new();
    for element in ELEMENTS {
        let own = [element.code, element.zh]
            .into_iter()
            .chain(element.names.iter().copied());
        for name in own {
            assert!(names.insert(name), "{name} twice");
            assert_eq!(element_named(name), Some(element), "{name}");
        }
    }
    for name in ["姓名", "", "编号备注"] {
        assert_eq!(element_named(name), None);
    }
}

#[test]
fn days_that_are_none_stay_as_they_are() {
    let issued = element_named("ZZBFRQ").unwrap();
    for (written, told) in [
        ("2024.3.5", "2024-03-05"),
        ("20240305120000", "2024-03-05"),
        ("2024-13-05", "2024-13-05"),
        ("三月五日", "三月五日"),
        ("", ""),
    ] {
        assert_eq!(issued.uniform(written), told);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _: Vec<Leaf> = of_attachment(&bytes);
        let _ = read(&bytes);
        let _ = sealing::pdf::attachments(&bytes);
    }

    #[test]
    fn any_structure_is_read_without_harm(text in r#"[\[{"a<>/:,=长期1 ]{0,200}"#) {
        let _ = of_attachment(text.as_bytes());
    }
}

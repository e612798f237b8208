//! Themes in life-cycle order [B-11, B-12].

use crate::filter::Audience;

/// The 31 themes for natural persons [B-11].
pub const NATURAL_THEMES: [&str; 31] = [
    "生育收养",
    "户籍办理",
    "民族宗教",
    "教育科研",
    "入伍服役",
    "就业创业",
    "设立变更",
    "准营准办",
    "抵押质押",
    "职业资格",
    "行政缴费",
    "婚姻登记",
    "优待抚恤",
    "规划建设",
    "住房保障",
    "社会保障（社会保险、社会救助）",
    "证件办理",
    "交通出行",
    "旅游观光",
    "出境入境",
    "消费维权",
    "公共安全",
    "司法公证",
    "知识产权",
    "环保绿化",
    "文化体育",
    "公用事业",
    "医疗卫生",
    "离职退休",
    "死亡殡葬",
    "其他",
];

/// The 34 themes for legal persons [B-12].
pub const LEGAL_THEMES: [&str; 34] = [
    "设立变更",
    "准营准办",
    "资质认证",
    "年检年审",
    "税收财务",
    "人力资源",
    "社会保障",
    "投资审批",
    "融资信贷",
    "抵押质押",
    "商务贸易",
    "招标拍卖",
    "海关口岸",
    "涉外服务",
    "农林牧渔",
    "国土和规划建设",
    "交通运输",
    "环保绿化",
    "应对气候变化",
    "水务气象",
    "医疗卫生",
    "科技创新",
    "文体教育",
    "知识产权",
    "民族宗教",
    "质量技术",
    "检验检疫",
    "安全生产",
    "公安消防",
    "司法公证",
    "公用事业",
    "法人注销",
    "档案文物",
    "其他",
];

/// The themes of an audience.
pub(crate) fn themes(audience: Audience) -> &'static [&'static str] {
    match audience {
        Audience::Natural => &NATURAL_THEMES,
        Audience::Legal => &LEGAL_THEMES,
    }
}

/// Identifier for addresses: `n01` to `n31`, `l01` to `l34`.
pub(crate) fn theme_id(audience: Audience, name: &str) -> Option<String> {
    let at = themes(audience).iter().position(|theme| *theme == name)?;
    Some(format!("{}{:02}", audience.letter(), at + 1))
}

/// The theme of an identifier.
pub(crate) fn theme_of(id: &str) -> Option<(Audience, &'static str)> {
    let audience = [Audience::Natural, Audience::Legal]
        .into_iter()
        .find(|a| id.starts_with(a.letter()))?;
    let number: usize = id.get(1..)?.parse().ok()?;
    let name = themes(audience).get(number.checked_sub(1)?)?;
    (theme_id(audience, name)? == id).then_some((audience, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_lead_to_themes_and_back() {
        assert_eq!(
            theme_id(Audience::Natural, "生育收养").as_deref(),
            Some("n01")
        );
        assert_eq!(theme_id(Audience::Legal, "其他").as_deref(), Some("l34"));
        assert_eq!(theme_of("l02"), Some((Audience::Legal, "准营准办")));
        for odd in ["", "n", "n0", "n00", "n1", "n32", "x01", "n001", "食01"] {
            assert_eq!(theme_of(odd), None, "{odd}");
        }
    }
}

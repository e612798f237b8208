//! Test data of a type: what stands on the face when a style is tried, from the usual to the longest
//! and rarest that real names bring.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::number;

use crate::definition::{FaceField, LicenceType};

kernel::codes! {
    /// What the face is filled with.
    Filled {
        Usual = "usual", "常见内容", "usual values";
        Longest = "longest", "最长内容", "the longest values";
        Rare = "rare", "生僻字", "rare characters";
        Minority = "minority", "少数民族姓名", "long names with dots";
        Sparse = "sparse", "只有必填项", "required fields alone";
    }
}

/// A day that stands for any.
const DAY: Date = Date::constant(2026, 12, 28);
/// Rows of text that addresses and scopes of business are cut from.
const PROSE: &str = "预包装食品销售，散装食品销售，特殊食品销售，热食类食品制售，冷食类食品制售，自制饮品制售；\
    道路货物运输（不含危险货物），普通货物仓储服务，国内货物运输代理，装卸搬运。（依法须经批准的项目，经相关部门批准后方可开展经营活动）";
/// Characters of the general standard table's third level and beyond it, as names have them.
const RARE: &str = "䶮㛃㴋祎晢镕玥堃喆赟頔翀矞砉珺昉旻暐雩";

/// The face of a sample.
pub(super) fn face(kind: &LicenceType, filled: Filled) -> BTreeMap<String, String> {
    let wanted = kind
        .face_fields
        .iter()
        .filter(|field| filled != Filled::Sparse || field.required);
    wanted
        .map(|field| (field.field_code.clone(), value(kind, field, filled)))
        .collect()
}

/// A number that is checked is never a real one: identity numbers of nobody's region, the code of
/// the authority that defined the type.
fn value(kind: &LicenceType, field: &FaceField, filled: Filled) -> String {
    match field.data_type.as_str() {
        "date" => DAY.to_string(),
        "id" => identity(),
        "uscc" => kind.defining_authority_code.clone(),
        "decimal" if filled == Filled::Longest => "9".repeat(field.length.min(12)),
        "decimal" => "1280.50".into(),
        "code" => usual(&field.field_name).into(),
        _ => words(kind, field, filled),
    }
}

fn words(kind: &LicenceType, field: &FaceField, filled: Filled) -> String {
    let length = field.length.max(1);
    let code = field.field_code.as_str();
    let is_name = [
        "holder",
        "legal_representative",
        "name",
        "person",
        "operator",
    ]
    .iter()
    .any(|part| code.contains(part))
        || field.field_name.ends_with("姓名");
    let person = is_name && (kind.holder_kind == "natural_person" || code != "holder");
    if kind.fills_itself(code) && code != "issuer" {
        return cut(&number_like(length), length);
    }
    let text = match filled {
        Filled::Longest if person => "阿卜杜热合曼·阿卜杜克里木·买买提吐尔逊·艾合买提江".repeat(2),
        Filled::Longest if is_name || code == "issuer" => {
            "云岭省云州市高新技术产业开发区国际物流与供应链管理服务（集团）有限责任公司第一分公司"
                .repeat(3)
        }
        Filled::Longest => PROSE.repeat(length / PROSE.chars().count() + 1),
        Filled::Rare if person => RARE.chars().take(4).collect(),
        Filled::Rare => RARE.into(),
        Filled::Minority if person => "古丽巴哈尔·阿卜杜克里木".into(),
        _ if person => "张晓明".into(),
        _ if is_name => "云州市云东区晓明餐饮管理有限公司".into(),
        _ if code == "issuer" => kind.defining_authority.clone(),
        _ => usual(&field.field_name).into(),
    };
    cut(&text, length)
}

/// What usually stands in a field of this name.
fn usual(name: &str) -> &'static str {
    const USUAL: [(&str, &str); 13] = [
        ("电话", "0990-12345"),
        ("地址", "云州市云东区人民路88号2幢101室"),
        ("住址", "云州市云东区人民路88号2幢101室"),
        ("住所", "云州市云东区人民路88号2幢101室"),
        ("场所", "云州市云东区东湖路16号"),
        ("机构", "云州市云东区东湖管理所"),
        ("机关", "云州市云东区东湖管理所"),
        ("人员", "李建国"),
        ("范围", "预包装食品销售，热食类食品制售，自制饮品制售"),
        ("项目", "热食类食品制售，冷食类食品制售"),
        ("性别", "女"),
        ("民族", "汉族"),
        ("类别", "一类"),
    ];
    let found = USUAL.iter().find(|(part, _)| name.contains(part));
    found.map_or("示例内容", |(_, words)| words)
}

fn number_like(length: usize) -> String {
    "NO20260001234567890123456789"
        .chars()
        .take(length.min(24))
        .collect()
}

fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

/// An identity number with a right check digit of a region that does not exist.
fn identity() -> String {
    let head = "99010219900307888";
    let checks = "0123456789X".chars();
    let all = checks.map(|check| format!("{head}{check}"));
    let mut right = all.filter(|id| number::resident_id(id).is_ok());
    right.next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_number_is_right_and_nobodys() {
        let id = identity();
        assert!(number::resident_id(&id).is_ok(), "{id}");
        assert!(id.starts_with("99"));
    }
}

//! Materials and situations [C-16, C-30, C-31, C-32].

use std::collections::BTreeSet;

use crate::codes;
use crate::fault::Fault;
use crate::item::Item;
use crate::material::{Material, Required, Source};

/// Words of catch-all clauses: 「其他材料」, 「法律法规规定的其他材料」 [C-31].
const CATCH_ALL: &[&str] = &[
    "其他材料",
    "其它材料",
    "其他所需材料",
    "其他需要的材料",
    "其他应当提交的材料",
    "其他要求的材料",
    "其他相关材料",
    "其他有关材料",
    "规定的其他",
    "需要提供的其他",
    "要求的其他",
    "认为需要的其他",
];

fn is_catch_all(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    CATCH_ALL.iter().any(|words| plain.contains(words))
}

pub(crate) fn check(item: &Item, faults: &mut Vec<Fault>) {
    let mut codes = BTreeSet::new();
    for material in &item.materials {
        if !codes.insert(material.material_code.as_str()) {
            let fault = Fault::new(
                "C-30/twice",
                14,
                "材料编码重复",
                "The material code is used twice",
            );
            faults.push(fault.at(&material.material_code));
        }
        one(material, faults);
    }
    situations(item, &codes, faults);
}

fn one(material: &Material, faults: &mut Vec<Fault>) {
    let mut push = |rule, zh: &str, en: &str| {
        faults.push(Fault::new(rule, 14, zh, en).at(&material.material_name));
    };
    if material.material_name.trim().is_empty() {
        push("C-30/name", "材料没有名称", "The material has no name");
    }
    if is_catch_all(&material.material_name) {
        push(
            "C-31/catch_all",
            "不得设“其他材料”等兜底条款",
            "Catch-all clauses such as \"other materials\" are not allowed",
        );
    }
    let cited = material
        .basis
        .as_ref()
        .is_some_and(|b| !b.law.trim().is_empty() && !b.clause.trim().is_empty());
    if material.required != Required::Optional && !cited {
        push(
            "C-31/basis",
            "要求提交的材料须写明法律、法规或规范性文件依据",
            "A required material cites its law, rule or normative document",
        );
    }
    if !codes::MATERIAL_TYPES.has(&material.material_type) {
        push(
            "C-30/type",
            "没有这种材料类型",
            "There is no such material type",
        );
    }
    if material
        .sample
        .as_ref()
        .is_none_or(|s| s.content.trim().is_empty())
    {
        push("C-32/sample", "材料没有样例", "The material has no sample");
    }
    if material.filling_notes.trim().is_empty() || material.acceptance_standard.trim().is_empty() {
        push(
            "C-30/notes",
            "材料须有填报须知和受理标准",
            "The material needs filling notes and an acceptance standard",
        );
    }
    match material.source {
        Source::Agency if material.issuing_department.is_none() => push(
            "C-32/issuer",
            "由政府部门核发的材料须写明出具部门",
            "A material that an agency issues names this agency",
        ),
        Source::Intermediary
            if material
                .intermediary
                .as_ref()
                .is_none_or(|i| i.phone.trim().is_empty()) =>
        {
            push(
                "C-32/intermediary",
                "由中介或法定机构产生的材料须写明查询和联系方式",
                "A material of an intermediary gives query and contact data",
            );
        }
        _ => {}
    }
    let levels = &material.accepted_trust_levels;
    if levels.is_empty()
        || levels
            .iter()
            .any(|l| !["A", "B", "C", "D"].contains(&l.as_str()))
    {
        push("B-39/levels", "可信等级须为A至D", "Trust levels are A to D");
    }
    let formats = &material.file_formats;
    let safe = |f: &String| ["pdf", "ofd", "jpg", "png"].contains(&f.as_str());
    if material.max_files == 0 || formats.is_empty() || !formats.iter().all(safe) {
        push(
            "B-44/formats",
            "材料文件格式须为pdf、ofd、jpg、png，至少可上传一个",
            "Files are pdf, ofd, jpg or png, and at least one can be uploaded",
        );
    }
    let numbers: BTreeSet<u32> = material.review_points.iter().map(|p| p.no).collect();
    if numbers.len() != material.review_points.len() {
        push(
            "C-41/points",
            "审查要点编号重复",
            "Two review points have the same number",
        );
    }
}

fn situations(item: &Item, codes: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
    let mut listed = BTreeSet::new();
    let mut names = BTreeSet::new();
    for situation in &item.situations {
        let mut push = |rule, zh: String, en: String| {
            faults.push(Fault::new(rule, 14, zh, en).at(&situation.code));
        };
        if !names.insert(&situation.code) {
            push(
                "C-16/twice",
                "情形编码重复".into(),
                "The situation code is used twice".into(),
            );
        }
        if let Err(error) = situation.condition.check(&item.questions) {
            push("C-16/condition", error.to_string(), error.to_string());
        }
        for code in &situation.material_codes {
            if !codes.contains(code.as_str()) {
                push(
                    "C-16/material",
                    format!("情形引用的材料“{code}”不存在"),
                    format!("The situation names material {code}, which does not exist"),
                );
            }
            listed.insert(code.as_str());
        }
    }
    for code in codes.iter().filter(|code| !listed.contains(*code)) {
        let fault = Fault::new(
            "C-16/unused",
            14,
            "材料不属于任何情形，永远不会要求提交",
            "No situation asks for the material",
        );
        faults.push(fault.at(*code));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [C-31] "other materials required" cannot be saved
    #[test]
    fn catch_all_clauses_are_recognised() {
        for name in [
            "其他材料",
            "法律、法规规定的其他材料",
            "其他（相关）材料",
            "审批机关要求的其他文件",
        ] {
            assert!(is_catch_all(name), "{name}");
        }
        for name in [
            "营业执照或其他主体资格证明",
            "食品安全规章制度目录清单",
            "其他组织登记证书",
        ] {
            assert!(!is_catch_all(name), "{name}");
        }
    }
}

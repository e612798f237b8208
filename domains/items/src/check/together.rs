//! 一件事: a parent item and its children.

use std::collections::BTreeSet;

use crate::fault::Fault;
use crate::item::Item;

/// What can be told from the parent alone.
pub(crate) fn check(item: &Item, faults: &mut Vec<Fault>) {
    let Some(parallel) = &item.parallel else {
        return;
    };
    let mut push = |place: &str, zh: String, en: String| {
        faults.push(Fault::new("N/parallel", None, zh, en).at(place));
    };
    if parallel.children.is_empty() {
        push("", "一件事没有子项".into(), "It has no child items".into());
    }
    let stages: BTreeSet<u32> = parallel.stages.iter().map(|s| s.stage_no).collect();
    let mut children = BTreeSet::new();
    for child in &parallel.children {
        let id = child.item_id.as_str();
        if !children.insert(id) || id == item.item_id {
            push(id, "子项重复".into(), "The child stands twice".into());
        }
        if let Err(error) = child.included_when.check(&item.questions) {
            push(id, error.to_string(), error.to_string());
        }
        if !stages.contains(&child.stage_no) {
            push(
                id,
                "子项所在阶段不存在".into(),
                "The child's stage does not exist".into(),
            );
        }
        for question in child
            .refers_to()
            .filter(|q| item.questions.get(q).is_none())
        {
            push(
                id,
                format!("子项回答引用的问题“{question}”不存在"),
                format!("The child's answers refer to {question}, which is not asked"),
            );
        }
    }
    for child in &parallel.children {
        for other in child
            .depends_on
            .iter()
            .filter(|o| !children.contains(o.as_str()))
        {
            push(
                &child.item_id,
                format!("所依赖的子项“{other}”不存在"),
                format!("It depends on {other}, which is no child"),
            );
        }
    }
    if let Some(joint) = &parallel.joint_site_check
        && item.flow.post(&joint.post_code).is_none()
    {
        push(
            &joint.post_code,
            "联合踏勘岗不存在".into(),
            "The post of the joint site check does not exist".into(),
        );
    }
    for merged in &parallel.merged_materials {
        let code = merged.material_code.as_str();
        if !item.materials.iter().any(|m| m.material_code == code) {
            push(
                code,
                "合并材料不存在".into(),
                "The merged material does not exist".into(),
            );
        }
        for part in merged
            .child_materials
            .iter()
            .filter(|p| !children.contains(p.item_id.as_str()))
        {
            push(
                code,
                format!("合并材料对应的子项“{}”不存在", part.item_id),
                format!(
                    "The merged material stands for {}, which is no child",
                    part.item_id
                ),
            );
        }
    }
}

/// What needs the children: that they exist, with these codes, answers and materials.
pub(crate) fn children<'c>(
    item: &Item,
    find: impl Fn(&str) -> Option<&'c Item>,
    faults: &mut Vec<Fault>,
) {
    let Some(parallel) = &item.parallel else {
        return;
    };
    let mut push = |place: &str, zh: String, en: String| {
        faults.push(Fault::new("N/parallel", None, zh, en).at(place));
    };
    for child in &parallel.children {
        let id = child.item_id.as_str();
        let Some(known) = find(id) else {
            push(
                id,
                format!("子项“{id}”不存在"),
                format!("There is no item {id}"),
            );
            continue;
        };
        if known.implementation_code != child.implementation_code
            || known.agency_code != child.agency_code
        {
            push(
                id,
                "子项的实施编码或机构不符".into(),
                "The child's implementation code or agency does not fit".into(),
            );
        }
        for (question, answer) in child.answers.iter() {
            let fixed = || {
                answer
                    .values()
                    .iter()
                    .filter(|value| !value.starts_with('$'))
            };
            let takes = |q: &conditions::Question| fixed().all(|value| q.takes(value));
            if !known.questions.get(question).is_some_and(takes) {
                push(
                    id,
                    format!("子项没有问题“{question}”或其选项"),
                    format!("The child does not ask {question}, or has no such option"),
                );
            }
        }
    }
    for merged in &parallel.merged_materials {
        for part in &merged.child_materials {
            let Some(known) = find(&part.item_id) else {
                continue;
            };
            for code in &part.material_codes {
                if !known.materials.iter().any(|m| &m.material_code == code) {
                    push(
                        &merged.material_code,
                        format!("子项材料“{code}”不存在"),
                        format!("There is no material {code}"),
                    );
                }
            }
        }
    }
}

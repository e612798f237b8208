//! Codes [C-28].

use std::collections::BTreeSet;

use kernel::number;

use crate::fault::Fault;
use crate::item::Item;

const LONGEST_LOCAL: usize = 50;

fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|b| b.is_ascii_digit())
}

/// region (2) + item type (2) + department (2) + main item (3) + sub-item (3).
pub(crate) fn is_base_code(code: &str) -> bool {
    digits(code, 12)
}

/// Agency USCC (18) + exercise level (1) + base code (12).
pub(crate) fn is_implementation_code(code: &str) -> bool {
    code.len() == 31
        && code.is_ascii()
        && number::uscc(&code[..18]).is_ok()
        && digits(&code[18..], 13)
}

/// Implementation code and two digits.
fn is_handling_code(code: &str) -> bool {
    code.len() == 33
        && code.is_ascii()
        && is_implementation_code(&code[..31])
        && digits(&code[31..], 2)
}

pub(crate) fn check(item: &Item, faults: &mut Vec<Fault>) {
    let short = &item.item_id;
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    // It stands in addresses; 31 characters could be mistaken for an implementation code.
    if short.is_empty() || short.len() > 30 || !short.bytes().all(plain) {
        faults.push(Fault::new(
            "C-28/short_code",
            None,
            "事项短码应为30位以内的大写字母、数字、横线或下划线",
            "The short code has at most 30 capital letters, digits, dashes or underscores",
        ));
    }
    if !is_base_code(&item.base_code) {
        faults.push(Fault::new(
            "C-28/base_code",
            2,
            "基本编码应为12位数字：区域2位、事项类型2位、部门2位、主项3位、子项3位",
            "The base code has 12 digits: region 2, item type 2, department 2, main item 3, sub-item 3",
        ));
    } else if item.base_code[2..4] != item.item_type {
        faults.push(Fault::new(
            "C-28/base_code_type",
            2,
            format!("基本编码第3、4位应为事项类型{}", item.item_type),
            format!(
                "Digits 3 and 4 of the base code should be the item type {}",
                item.item_type
            ),
        ));
    }
    if let Err(error) = number::uscc(&item.agency_uscc) {
        faults.push(Fault::new(
            "C-28/uscc",
            7,
            format!("实施机构统一社会信用代码：{error}"),
            format!("Credit code of the agency: {}", error.en()),
        ));
    }
    let code = &item.implementation_code;
    let made = format!(
        "{}{}{}",
        item.agency_uscc, item.exercise_level, item.base_code
    );
    if !is_implementation_code(code) {
        faults.push(Fault::new(
            "C-28/implementation_code",
            3,
            "实施编码应为31位：统一社会信用代码18位、行使层级1位、基本编码12位",
            "The implementation code has 31 characters: credit code 18, level 1, base code 12",
        ));
    } else if *code != made {
        faults.push(Fault::new(
            "C-28/implementation_parts",
            3,
            format!("实施编码与机构、行使层级、基本编码不一致，应为{made}"),
            format!("The implementation code does not fit agency, level and base code: {made}"),
        ));
    }
    handling_items(item, faults);
    for (code, what) in [
        (&item.local_base_code, 2),
        (&item.local_implementation_code, 3),
    ] {
        if code
            .as_ref()
            .is_some_and(|c| c.chars().count() > LONGEST_LOCAL)
        {
            faults.push(Fault::new(
                "C-28/local_code",
                what,
                "地方编码最长50位",
                "A local code has at most 50 characters",
            ));
        }
    }
}

fn handling_items(item: &Item, faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for handling in &item.handling_items {
        let code = &handling.code;
        if !is_handling_code(code) || !code.starts_with(&item.implementation_code) {
            let fault = Fault::new(
                "C-28/handling_code",
                3,
                "业务办理项编码应为实施编码加2位数字",
                "A handling item code is the implementation code and two digits",
            );
            faults.push(fault.at(code));
        } else if !seen.insert(code) {
            let fault = Fault::new(
                "C-28/handling_twice",
                3,
                "业务办理项编码重复",
                "The handling item code is used twice",
            );
            faults.push(fault.at(code));
        }
        for (question, answer) in handling.situation_answers.iter() {
            let known = item.questions.get(question);
            if !known.is_some_and(|q| answer.values().iter().all(|value| q.takes(value))) {
                let fault = Fault::new(
                    "C-16/handling_answers",
                    None,
                    format!("办理项引用的问题“{question}”或选项不存在"),
                    format!(
                        "The handling item names a question {question} or option that does not exist"
                    ),
                );
                faults.push(fault.at(code));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_check_digits() {
        assert!(is_base_code("000131001001"));
        assert!(!is_base_code("00013100100x") && !is_base_code("00013100100"));
        let code = "11990102MB9134259F4000131001001";
        assert!(is_implementation_code(code));
        assert!(!is_implementation_code(&code.replace("259F", "259G")));
        assert!(!is_implementation_code("食品经营许可证许可证"));
        assert!(is_handling_code(&format!("{code}01")));
        assert!(!is_handling_code(code) && !is_handling_code(&format!("{code}0a")));
    }
}

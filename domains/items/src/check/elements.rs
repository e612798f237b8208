//! Elements by themselves: required, length, code [C-23, C-25 to C-27].

use crate::codes::{self, CodeList};
use crate::element::element;
use crate::fault::Fault;
use crate::item::Item;

fn zh(no: u8) -> &'static str {
    element(no).map_or("", |e| e.zh)
}

fn en(no: u8) -> &'static str {
    element(no).map_or("", |e| e.en)
}

struct Check<'f> {
    faults: &'f mut Vec<Fault>,
}

impl Check<'_> {
    fn filled(&mut self, no: u8, filled: bool) {
        if !filled {
            let (zh, en) = (
                format!("“{}”不能为空", zh(no)),
                format!("{} must be given", en(no)),
            );
            self.faults.push(Fault::new("C-23/required", no, zh, en));
        }
    }

    fn text(&mut self, no: u8, text: &str) {
        self.filled(no, !text.trim().is_empty());
    }

    fn length(&mut self, no: u8, text: &str, most: usize) {
        if text.chars().count() > most {
            let zh = format!("“{}”最长{most}字", zh(no));
            let en = format!("{} has at most {most} characters", en(no));
            self.faults.push(Fault::new("C-23/length", no, zh, en));
        }
    }

    fn code(&mut self, no: u8, list: &CodeList, code: &str) {
        if !list.has(code) {
            let zh = format!("“{}”没有代码“{code}”", list.zh);
            let en = format!("{} has no code {code}", en(no));
            self.faults
                .push(Fault::new("C-23/code", no, zh, en).at(code));
        }
    }

    fn each_code(&mut self, no: u8, list: &CodeList, codes: &[String]) {
        self.filled(no, !codes.is_empty());
        for (i, code) in codes.iter().enumerate() {
            self.code(no, list, code);
            if codes[..i].contains(code) {
                let zh = format!("“{}”中“{code}”重复", zh(no));
                let en = format!("{code} stands twice in {}", en(no));
                self.faults
                    .push(Fault::new("C-23/twice", no, zh, en).at(code));
            }
        }
    }
}

pub(crate) fn check(item: &Item, faults: &mut Vec<Fault>) {
    let mut c = Check { faults };
    c.text(1, &item.name);
    c.length(1, &item.name, 200);
    if !codes::is_item_type(&item.item_type) {
        c.code(4, &codes::ITEM_TYPES, &item.item_type);
    }
    c.filled(5, !item.legal_basis.is_empty());
    for basis in &item.legal_basis {
        if basis.law.trim().is_empty() || basis.clause.trim().is_empty() {
            let zh = "设定依据须写明法律文件名称和条款".to_owned();
            let en = "A legal basis names its law and clause".to_owned();
            c.faults
                .push(Fault::new("C-23/legal_basis", 5, zh, en).at(&basis.law));
        }
    }
    c.text(6, &item.exercise_content);
    c.text(7, &item.agency_name);
    c.length(10, &item.result_name, 100);
    c.filled(14, !item.materials.is_empty());
    c.each_code(16, &codes::HANDLING_FORMS, &item.handling_form);
    c.text(17, &item.review_standard);
    c.code(18, &codes::CROSS_REGION_SCOPES, &item.cross_region_scope);
    c.filled(22, !item.places.is_empty());
    c.text(23, &item.hours_text);
    c.filled(
        24,
        item.consultation_phone.iter().any(|p| !p.trim().is_empty()),
    );
    c.filled(
        25,
        item.supervision_phone.iter().any(|p| !p.trim().is_empty()),
    );
    c.code(26, &codes::LEVELS, &item.exercise_level);
    c.length(27, &item.authority_division, 1000);
    if item.exercise_level == "7" {
        c.text(27, &item.authority_division);
    }
    c.code(28, &codes::AGENCY_NATURES, &item.agency_nature);
    c.text(29, &item.acceptance_condition);
    c.length(31, &item.intermediary_service, 2000);
    c.length(32, &item.quantity_limit, 200);
    c.each_code(33, &codes::SERVICE_OBJECTS, &item.service_object);
    c.code(34, &codes::CASE_TYPES, &item.case_type);
    c.text(35, &item.running_system.name);
    // A licence-type item needs at least one question.
    if item.item_type == "01" {
        c.filled(36, !item.faq.is_empty());
    }
    if !codes::ONLINE_DEPTHS.has(&item.online_depth) {
        let zh = format!("网办深度没有代码“{}”", item.online_depth);
        let en = format!("There is no online depth {}", item.online_depth);
        c.faults.push(Fault::new("C-24/online_depth", None, zh, en));
    }
    if item.everyday_names().next().is_none() {
        c.faults.push(Fault::new(
            "C-24/everyday_name",
            None,
            "缺少通俗名称",
            "The everyday name is missing",
        ));
    }
}

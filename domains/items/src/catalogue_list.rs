//! 目录清单: the common list of items with base elements [C-01, C-03, C-04].

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::check::{is_base_code, is_implementation_code};
use crate::codes;
use crate::fault::Fault;
use crate::types::LegalBasis;

/// A catalogue list as it is published and imported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CatalogueList {
    pub catalogue_name: String,
    pub region_code: String,
    /// `2026年第3版`.
    pub version: String,
    pub published_on: String,
    #[serde(default)]
    pub coding_rule: String,
    pub main_items: Vec<MainItem>,
}

/// 主项 with its sub-items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MainItem {
    pub main_item_name: String,
    /// Ends with 000.
    pub main_base_code: String,
    pub item_type: String,
    pub sub_items: Vec<ListEntry>,
}

/// 子项: what the lists of all levels and regions have in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListEntry {
    #[serde(default)]
    pub item_id: String,
    pub item_name: String,
    pub base_code: String,
    pub item_type: String,
    pub legal_basis: Vec<LegalBasis>,
    pub exercise_levels: Vec<String>,
    #[serde(default)]
    pub implementations: Vec<ListedImplementation>,
    #[serde(default)]
    pub catalogue_state: String,
    #[serde(default)]
    pub catalogue_version: u32,
}

/// An implementation that the list names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedImplementation {
    pub agency_code: String,
    pub implementation_code: String,
    /// Where its implementation list is, if it is at hand.
    #[serde(default)]
    pub file: Option<String>,
}

impl CatalogueList {
    /// All entries with their main items, in order.
    pub fn entries(&self) -> impl Iterator<Item = (&MainItem, &ListEntry)> {
        self.main_items
            .iter()
            .flat_map(|main| main.sub_items.iter().map(move |sub| (main, sub)))
    }
}

/// What is wrong with an entry. `seen` gathers the codes and names of the entries before it.
pub(crate) fn check<'e>(
    main: &'e MainItem,
    entry: &'e ListEntry,
    seen: &mut BTreeSet<&'e str>,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut push = |rule, element: u8, zh: &str, en: &str| {
        faults.push(Fault::new(rule, element, zh, en));
    };
    let (code, of_main) = (entry.base_code.as_str(), main.main_base_code.as_str());
    if !is_base_code(of_main) || !of_main.ends_with("000") {
        push(
            "C-28/main_code",
            2,
            "主项编码应为12位数字，子项位为000",
            "A main item's code has 12 digits and ends with 000",
        );
    }
    if !is_base_code(code) {
        push(
            "C-28/base_code",
            2,
            "基本编码应为12位数字",
            "The base code has 12 digits",
        );
    } else {
        if !is_base_code(of_main) || code[..9] != of_main[..9] {
            push(
                "C-28/main_prefix",
                2,
                "子项的前9位应与主项相同",
                "The first 9 digits are those of the main item",
            );
        }
        if code[2..4] != entry.item_type {
            push(
                "C-28/base_code_type",
                2,
                "基本编码第3、4位应为事项类型",
                "Digits 3 and 4 are the item type",
            );
        }
    }
    if !codes::is_item_type(&entry.item_type) || entry.item_type != main.item_type {
        push(
            "C-25/type",
            4,
            "没有这种事项类型，或与主项不同",
            "There is no such item type, or it differs from the main item",
        );
    }
    if entry.item_name.trim().is_empty() || entry.item_name.chars().count() > 200 {
        push(
            "C-23/name",
            1,
            "事项名称须为1至200字",
            "A name has 1 to 200 characters",
        );
    }
    if entry.legal_basis.is_empty() {
        push(
            "C-23/legal_basis",
            5,
            "至少有一条设定依据",
            "There is at least one legal basis",
        );
    }
    if !entry
        .exercise_levels
        .iter()
        .all(|level| codes::LEVELS.has(level))
    {
        push(
            "C-26/level",
            26,
            "没有这种行使层级",
            "There is no such exercise level",
        );
    }
    if !seen.insert(code) {
        push(
            "C-10/code_twice",
            2,
            "基本编码重复",
            "The base code stands twice",
        );
    }
    if !seen.insert(&entry.item_name) {
        push(
            "C-10/name_twice",
            1,
            "事项名称重复",
            "The name stands twice",
        );
    }
    for implementation in &entry.implementations {
        let code = &implementation.implementation_code;
        if !is_implementation_code(code) || code[19..] != entry.base_code {
            let fault = Fault::new(
                "C-28/implementation_code",
                3,
                "实施编码与基本编码不符",
                "The implementation code does not fit the base code",
            );
            faults.push(fault.at(code));
        }
    }
    faults
}

/// Base elements are inherited and cannot be changed below [C-03].
pub(crate) fn inherited(item: &crate::Item, entry: &ListEntry, faults: &mut Vec<Fault>) {
    let mut push = |rule, no: u8, zh: &str| {
        let element = crate::element::element(no);
        let en = element.map_or("It", |e| e.en);
        faults.push(Fault::new(
            rule,
            no,
            zh,
            format!("{en} differs from the catalogue list"),
        ));
    };
    if item.name != entry.item_name {
        push("C-03/name", 1, "事项名称与目录清单不一致");
    }
    if item.item_type != entry.item_type {
        push("C-03/type", 4, "事项类型与目录清单不一致");
    }
    if item.legal_basis != entry.legal_basis {
        push("C-03/legal_basis", 5, "设定依据与目录清单不一致");
    }
    if !entry.exercise_levels.contains(&item.exercise_level) {
        push("C-03/level", 26, "目录清单中本事项没有这一行使层级");
    }
}

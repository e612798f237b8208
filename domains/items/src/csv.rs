//! Tables as CSV (RFC 4180) that spreadsheet programs open as they are.

use crate::codes;
use crate::item::Item;

/// A table being written.
pub(crate) struct Table {
    out: String,
}

impl Table {
    /// Begins with a mark of UTF-8, without which Chinese turns to rubbish in spreadsheets.
    pub fn new(head: &[&str]) -> Self {
        let mut table = Self {
            out: "\u{feff}".into(),
        };
        table.row(head);
        table
    }

    pub fn row(&mut self, cells: &[&str]) {
        for (i, cell) in cells.iter().enumerate() {
            if i > 0 {
                self.out.push(',');
            }
            self.cell(cell);
        }
        self.out.push_str("\r\n");
    }

    fn cell(&mut self, text: &str) {
        // A spreadsheet runs what begins like a formula.
        let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        if !formula && !text.contains(['"', ',', '\n', '\r']) {
            self.out.push_str(text);
            return;
        }
        self.out.push('"');
        if formula {
            self.out.push('\'');
        }
        self.out.push_str(&text.replace('"', "\"\""));
        self.out.push('"');
    }

    pub fn finish(self) -> String {
        self.out
    }
}

/// The list of items as a table [C-13, C-18, B-51].
pub fn export_csv<'i>(items: impl IntoIterator<Item = &'i Item>) -> String {
    let mut table = Table::new(&[
        "事项短码",
        "事项名称",
        "通俗名称",
        "基本编码",
        "实施编码",
        "事项类型",
        "实施机构",
        "行使层级",
        "服务对象",
        "办件类型",
        "法定办结时限",
        "承诺办结时限",
        "网办方式",
        "到现场次数",
        "收费",
        "材料数",
        "结果名称",
        "状态",
        "版本",
        "发布日期",
    ]);
    for item in items {
        let objects: Vec<&str> = item
            .service_object
            .iter()
            .map(|o| codes::SERVICE_OBJECTS.zh(o))
            .collect();
        let published = item
            .published_at
            .map(|at| kernel::time::beijing_date(at).to_string());
        table.row(&[
            &item.item_id,
            &item.name,
            &item.everyday_name,
            &item.base_code,
            &item.implementation_code,
            item.item_type_zh(),
            &item.agency_name,
            codes::LEVELS.zh(&item.exercise_level),
            &objects.join("、"),
            codes::CASE_TYPES.zh(&item.case_type),
            &flow::limit_words(item.statutory_limit),
            &flow::limit_words(item.promised_limit),
            item.mode.zh(),
            &item.max_visits.to_string(),
            if item.fees.is_empty() {
                "不收费"
            } else {
                "收费"
            },
            &item.materials.len().to_string(),
            &item.result_name,
            item.state.zh(),
            &item.version.to_string(),
            &published.unwrap_or_default(),
        ]);
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_defused() {
        let mut table = Table::new(&["a", "b"]);
        table.row(&["甲,乙", "说\"好\""]);
        table.row(&["=SUM(A1)", "-1"]);
        assert_eq!(
            table.finish(),
            "\u{feff}a,b\r\n\"甲,乙\",\"说\"\"好\"\"\"\r\n\"'=SUM(A1)\",\"'-1\"\r\n"
        );
    }
}

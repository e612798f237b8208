//! Code lists of the implementation list [C-23, C-25, C-26, C-27].

/// A closed list of codes with their words.
#[derive(Clone, Copy, Debug)]
pub struct CodeList {
    /// What the list is of.
    pub zh: &'static str,
    /// Code, Chinese, English.
    pub rows: &'static [(&'static str, &'static str, &'static str)],
}

impl CodeList {
    fn row(&self, code: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
        self.rows.iter().find(|row| row.0 == code)
    }

    pub fn has(&self, code: &str) -> bool {
        self.row(code).is_some()
    }

    /// Chinese words, or the code itself when it is not in the list.
    pub fn zh<'c>(&self, code: &'c str) -> &'c str {
        self.row(code).map_or(code, |row| row.1)
    }

    /// English words, or the code itself when it is not in the list.
    pub fn en<'c>(&self, code: &'c str) -> &'c str {
        self.row(code).map_or(code, |row| row.2)
    }
}

/// 事项类型 [C-25]. Extensions 12–19 and 22–29 are named by the item itself.
pub const ITEM_TYPES: CodeList = CodeList {
    zh: "事项类型",
    rows: &[
        ("00", "行政权力", "Administrative power"),
        ("01", "行政许可", "Administrative licence"),
        ("02", "行政处罚", "Penalty"),
        ("03", "行政强制", "Coercion"),
        ("04", "行政征收", "Levy"),
        ("05", "行政给付", "Payment"),
        ("06", "行政检查", "Inspection"),
        ("07", "行政确认", "Confirmation"),
        ("08", "行政奖励", "Reward"),
        ("09", "行政裁决", "Ruling"),
        ("10", "其他行政权力", "Other power"),
        ("11", "内部审批", "Internal approval"),
        ("20", "公共服务", "Public service"),
    ],
};

/// True for codes of [C-25], extensions included.
pub fn is_item_type(code: &str) -> bool {
    ITEM_TYPES.has(code)
        || code.len() == 2
            && code.bytes().all(|b| b.is_ascii_digit())
            && matches!(code.as_bytes().first(), Some(b'1' | b'2'))
}

/// 行使层级 [C-26].
pub const LEVELS: CodeList = CodeList {
    zh: "行使层级",
    rows: &[
        ("1", "国家级", "National"),
        ("2", "省级", "Province"),
        ("3", "市级", "City"),
        ("4", "县级", "County"),
        ("5", "镇（乡、街道）级", "Township or sub-district"),
        ("6", "村（社区）级", "Village or community"),
        ("7", "多级管理", "Managed by several levels"),
    ],
};

/// 办理形式 [C-27].
pub const HANDLING_FORMS: CodeList = CodeList {
    zh: "办理形式",
    rows: &[
        ("1", "窗口办理", "At the window"),
        ("2", "网上办理（电脑端）", "Online on a computer"),
        ("3", "网上办理（移动端）", "Online on a phone"),
        ("4", "快递申请", "By courier"),
        ("9", "其他", "Other"),
    ],
};

/// 服务对象.
pub const SERVICE_OBJECTS: CodeList = CodeList {
    zh: "服务对象",
    rows: &[
        ("1", "自然人", "Natural person"),
        ("2", "企业法人", "Enterprise"),
        ("3", "事业法人", "Institution"),
        ("4", "社会组织法人", "Social organisation"),
        ("5", "行政机关", "Government organ"),
        (
            "6",
            "其他组织（含个体工商户）",
            "Other organisation, individual business included",
        ),
    ],
};

/// 办件类型.
pub const CASE_TYPES: CodeList = CodeList {
    zh: "办件类型",
    rows: &[
        ("1", "即办件", "Immediate case"),
        ("2", "承诺件", "Promised case"),
        ("9", "其他", "Other"),
    ],
};

/// 实施主体性质.
pub const AGENCY_NATURES: CodeList = CodeList {
    zh: "实施主体性质",
    rows: &[
        ("1", "法定机关", "Statutory organ"),
        ("2", "授权组织", "Authorised organisation"),
        ("3", "受委托组织", "Entrusted organisation"),
        ("9", "其他", "Other"),
    ],
};

/// 通办范围.
pub const CROSS_REGION_SCOPES: CodeList = CodeList {
    zh: "通办范围",
    rows: &[
        ("nationwide", "全国通办", "Nationwide"),
        ("cross-province", "跨省通办", "Across provinces"),
        ("cross-city", "全省通办", "Across cities"),
        ("cross-county", "全市通办", "Across counties"),
        ("none", "不通办", "At its own place only"),
    ],
};

/// 材料类型.
pub const MATERIAL_TYPES: CodeList = CodeList {
    zh: "材料类型",
    rows: &[
        ("1", "申请表格文书", "Application form"),
        ("2", "证件证书证明", "Certificate or proof"),
        ("3", "自拟文书", "Self-made document"),
        ("4", "图纸资料", "Drawings"),
        (
            "5",
            "中介或法定机构报告",
            "Report of an intermediary or statutory body",
        ),
        ("6", "合同协议凭证", "Contract or voucher"),
        ("9", "其他", "Other"),
    ],
};

/// 网上办理深度: 1 information, 2 appointment, 3 application, 4 fully online.
pub const ONLINE_DEPTHS: CodeList = CodeList {
    zh: "网办深度",
    rows: &[
        ("1", "信息发布", "Information"),
        ("2", "网上预约", "Appointment"),
        ("3", "网上申报", "Application"),
        ("4", "全程网办", "Fully online"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    /// [C-25] the item type codes, extensions included
    #[test]
    fn item_types_and_their_extensions() {
        for code in ["00", "01", "10", "11", "19", "20", "21", "29"] {
            assert!(is_item_type(code), "{code}");
        }
        for code in ["", "1", "30", "2x", "001"] {
            assert!(!is_item_type(code), "{code}");
        }
        assert_eq!(ITEM_TYPES.zh("07"), "行政确认");
        assert_eq!(ITEM_TYPES.zh("15"), "15");
        assert_eq!(ITEM_TYPES.en("01"), "Administrative licence");
    }
}

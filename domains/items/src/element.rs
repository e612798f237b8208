//! The 36 elements of the implementation list [C-23] and the 22 of the guide [C-36].

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// 1 to 36.
    pub no: u8,
    /// Code name, as in the import file.
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
}

const fn e(no: u8, code: &'static str, zh: &'static str, en: &'static str) -> Element {
    Element { no, code, zh, en }
}

/// The elements in their order.
pub const ELEMENTS: [Element; 36] = [
    e(1, "item_name", "事项名称", "Item name"),
    e(2, "base_code", "基本编码", "Base code"),
    e(3, "implementation_code", "实施编码", "Implementation code"),
    e(4, "item_type", "事项类型", "Item type"),
    e(5, "legal_basis", "设定依据", "Legal basis"),
    e(6, "exercise_content", "行使内容", "Exercise content"),
    e(7, "agency", "实施机构", "Agency"),
    e(8, "statutory_limit", "法定办结时限", "Statutory time limit"),
    e(9, "promised_limit", "承诺办结时限", "Promised time limit"),
    e(10, "result_name", "结果名称", "Result"),
    e(11, "result_sample", "结果样本", "Sample of the result"),
    e(12, "fee_standard", "收费标准", "Fees"),
    e(13, "fee_basis", "收费依据", "Basis of fees"),
    e(14, "materials", "申请材料", "Materials"),
    e(15, "flow", "办理流程", "Flow"),
    e(16, "handling_form", "办理形式", "Handling form"),
    e(17, "review_standard", "审查标准", "Review standard"),
    e(18, "cross_region_scope", "通办范围", "Cross-region scope"),
    e(19, "appointment_supported", "预约办理", "Appointment"),
    e(20, "online_payment_supported", "网上支付", "Online payment"),
    e(21, "courier_supported", "物流快递", "Courier"),
    e(22, "place", "办理地点", "Place"),
    e(23, "hours", "办理时间", "Hours"),
    e(24, "consultation_phone", "咨询电话", "Consultation phone"),
    e(25, "supervision_phone", "监督电话", "Supervision phone"),
    e(26, "exercise_level", "行使层级", "Exercise level"),
    e(
        27,
        "authority_division",
        "权限划分",
        "Division of authority",
    ),
    e(28, "agency_nature", "实施主体性质", "Nature of the agency"),
    e(
        29,
        "acceptance_condition",
        "受理条件",
        "Acceptance conditions",
    ),
    e(30, "co_agencies", "联办机构", "Co-handling agencies"),
    e(
        31,
        "intermediary_service",
        "中介服务",
        "Intermediary service",
    ),
    e(32, "quantity_limit", "数量限制", "Quantity limit"),
    e(33, "service_object", "服务对象", "Service object"),
    e(34, "case_type", "办件类型", "Case type"),
    e(35, "running_system", "运行系统", "Running system"),
    e(36, "faq", "常见问题", "Frequent questions"),
];

/// Numbers of the elements that a service guide has, in its order [C-36].
pub const GUIDE_ELEMENTS: [u8; 22] = [
    1, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
];

/// The element of a number.
pub(crate) fn element(no: u8) -> Option<&'static Element> {
    ELEMENTS.get(usize::from(no).checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_places_and_names_are_unique() {
        for (i, element) in ELEMENTS.iter().enumerate() {
            assert_eq!(usize::from(element.no), i + 1);
            assert!(
                ELEMENTS[..i]
                    .iter()
                    .all(|e| e.code != element.code && e.zh != element.zh)
            );
        }
        assert_eq!(element(0), None);
        assert_eq!(element(37), None);
    }

    /// [C-36] the service guide has 22 elements
    #[test]
    fn the_guide_has_its_22_elements() {
        let names: Vec<&str> = GUIDE_ELEMENTS
            .iter()
            .filter_map(|no| element(*no))
            .map(|e| e.zh)
            .collect();
        assert_eq!(
            names.join("、"),
            "事项名称、事项类型、设定依据、实施机构、法定办结时限、承诺办结时限、结果名称、结果样本、收费标准、\
             收费依据、申请材料、办理流程、办理形式、审查标准、通办范围、预约办理、网上支付、物流快递、办理地点、\
             办理时间、咨询电话、监督电话"
        );
    }
}

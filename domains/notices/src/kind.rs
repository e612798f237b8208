//! The kinds of electronic documents.

kernel::codes! {
    /// 文书种类. The Chinese words are the usual title.
    Kind {
        Receipt = "receipt", "收件凭证", "Intake receipt";
        Acceptance = "acceptance", "受理通知书", "Acceptance notice";
        Correction = "correction", "补齐补正通知书", "Correction notice";
        Refusal = "refusal", "不予受理通知书", "Non-acceptance notice";
        /// Its title is the item's own: 准予注册决定书, 登记通知书, ….
        DecisionApprove = "decision_approve", "准予行政许可决定书", "Decision to approve";
        DecisionReject = "decision_reject", "不予行政许可决定书", "Decision to reject";
        SpecialProcedure = "special_procedure", "特别程序告知书", "Special procedure notice";
        SiteRecord = "site_record", "现场核查笔录", "Site inspection record";
        Completion = "completion", "办结通知书", "Completion notice";
        PreReviewPass = "pre_review_pass", "预审通过通知", "Pre-review passed";
        Payment = "payment", "缴费通知单", "Payment notice";
        Withdrawal = "withdrawal", "撤回申请告知书", "Withdrawal notice";
        Abort = "abort", "终止办理告知书", "Termination notice";
        DeliveryReceipt = "delivery_receipt", "送达回证", "Delivery receipt";
    }
}

impl Kind {
    /// The character that stands for the kind in a document number: 云东市监**受**字….
    pub fn character(self) -> &'static str {
        match self {
            Kind::Receipt => "收",
            Kind::Acceptance => "受",
            Kind::Correction => "补",
            Kind::Refusal => "不受",
            Kind::DecisionApprove => "准",
            Kind::DecisionReject => "不准",
            Kind::SpecialProcedure => "特",
            Kind::SiteRecord => "核",
            Kind::Completion => "结",
            Kind::PreReviewPass => "预",
            Kind::Payment => "缴",
            Kind::Withdrawal => "撤",
            Kind::Abort => "终",
            Kind::DeliveryReceipt => "达",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_titles_and_characters_are_distinct() {
        let count = Kind::ALL.len();
        let distinct = |read: fn(Kind) -> &'static str| {
            Kind::ALL
                .iter()
                .map(|&kind| read(kind))
                .collect::<HashSet<_>>()
                .len()
        };
        assert_eq!(distinct(Kind::code), count);
        assert_eq!(distinct(Kind::zh), count);
        assert_eq!(distinct(Kind::character), count);
        for &kind in Kind::ALL {
            assert_eq!(Kind::from_code(kind.code()), Some(kind));
        }
    }
}

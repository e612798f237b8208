//! 审查方式, and who decides after them [C-41, C-42].

use serde::{Deserialize, Serialize};

/// 审查方式 [C-41].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// 书面审查.
    DocumentReview,
    /// 实地核查.
    SiteCheck,
    /// 招标.
    Bidding,
    /// 拍卖.
    Auction,
    /// 检验.
    Inspection,
    /// 检测.
    Testing,
    /// 检疫.
    Quarantine,
    /// 鉴定.
    Appraisal,
    /// 考试.
    Examination,
    /// 考核.
    Assessment,
    /// 专家评审.
    ExpertReview,
    /// 技术审查.
    TechnicalReview,
    /// 听证.
    Hearing,
    /// 听取利害关系人意见.
    InterestedParties,
    /// 集体审查.
    CollectiveReview,
    /// 法律法规规定的其他方式.
    Other,
}

/// Who makes the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhoDecides {
    /// 受理人员当场决定: nothing needs to be reviewed.
    Acceptor,
    /// 审查人员即时决定.
    Reviewer,
    /// 决定人员, on the reviewer's signed opinion.
    Decider,
    /// 决定人员, after the collective review.
    DeciderAfterCollectiveReview,
}

/// Who decides after these methods [C-42]. `standards_shown` says that the inspection, testing,
/// quarantine or appraisal result shows whether equipment, facilities, products or goods meet
/// technical standards; an appraisal of a person shows nothing of the kind.
pub fn who_decides(methods: &[Method], standards_shown: bool) -> WhoDecides {
    use Method::*;
    let weight = |method: &Method| match method {
        DocumentReview => 1,
        Inspection | Testing | Quarantine | Appraisal if standards_shown => 1,
        CollectiveReview => 3,
        // Others set by law are not known to be safe to decide on the spot.
        _ => 2,
    };
    match methods.iter().map(weight).max() {
        None => WhoDecides::Acceptor,
        Some(1) => WhoDecides::Reviewer,
        Some(2) => WhoDecides::Decider,
        Some(_) => WhoDecides::DeciderAfterCollectiveReview,
    }
}

/// Whether whoever accepts or reviews decides on the spot, without a decider.
pub fn decides_on_the_spot(methods: &[Method], standards_shown: bool) -> bool {
    matches!(
        who_decides(methods, standards_shown),
        WhoDecides::Acceptor | WhoDecides::Reviewer
    )
}

#[cfg(test)]
mod tests {
    use super::Method::*;
    use super::*;

    /// [C-42] what the acceptor can decide on the spot is decided on the spot; what the reviewer
    /// can decide after document review is decided on the spot; with a test result that shows
    /// technical standards the reviewer decides on the spot; after site check and its like the
    /// decider decides on a signed opinion; after collective review the decider decides.
    #[test]
    fn decision_rules() {
        let who = who_decides;
        assert_eq!(who(&[], false), WhoDecides::Acceptor);
        assert_eq!(who(&[DocumentReview], false), WhoDecides::Reviewer);
        for test in [Inspection, Testing, Quarantine, Appraisal] {
            assert_eq!(
                who(&[DocumentReview, test], true),
                WhoDecides::Reviewer,
                "{test:?}"
            );
            assert_eq!(
                who(&[DocumentReview, test], false),
                WhoDecides::Decider,
                "{test:?}"
            );
        }
        let decider = [
            SiteCheck,
            Bidding,
            Auction,
            Examination,
            Assessment,
            ExpertReview,
            TechnicalReview,
            Hearing,
            InterestedParties,
            Other,
        ];
        for method in decider {
            assert_eq!(
                who(&[DocumentReview, method], true),
                WhoDecides::Decider,
                "{method:?}"
            );
            assert!(!decides_on_the_spot(&[method, Testing], true), "{method:?}");
        }
        let all = [DocumentReview, SiteCheck, CollectiveReview, ExpertReview];
        assert_eq!(who(&all, true), WhoDecides::DeciderAfterCollectiveReview);
        assert!(decides_on_the_spot(&[], false) && decides_on_the_spot(&[DocumentReview], false));
        assert!(!decides_on_the_spot(&[CollectiveReview], true));
    }
}

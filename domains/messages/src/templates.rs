//! What the applicant is told at each event. Official messages are Chinese.

use cases::Event;

/// One message: a title for the site, a text for both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub title: &'static str,
    pub text: String,
    /// Whether it goes out as SMS too.
    pub sms: bool,
}

/// The message of an event, none where the applicant need not be told. `until` is the applicant's
/// deadline or the due date, in words.
pub fn told(event: Event, item: &str, case_no: &str, until: Option<&str>) -> Option<Told> {
    let by = |words: &str| until.map(|u| format!("{words}{u}。")).unwrap_or_default();
    let (title, text, sms) = match event {
        Event::Submit => (
            "申请已提交",
            format!("您的“{item}”申请已提交，办件编号{case_no}。请留意后续通知。"),
            true,
        ),
        Event::ProvisionallyAccept => (
            "申请已预受理",
            format!("您的“{item}”申请（{case_no}）已预受理，正在核对材料。"),
            false,
        ),
        Event::AskCorrection | Event::AskCorrectionInReview => (
            "请补正材料",
            format!(
                "您的“{item}”申请（{case_no}）需要补正，请登录查看需补正的内容。{}",
                by("请在此前提交：")
            ),
            true,
        ),
        Event::Resubmit | Event::CorrectionReceived => (
            "补正已收到",
            format!("您的“{item}”申请（{case_no}）补正材料已收到，将继续办理。"),
            false,
        ),
        Event::PreReviewPass => (
            "预审通过，请到窗口",
            format!(
                "您的“{item}”申请（{case_no}）预审通过，请携带材料原件到窗口办理。{}",
                by("请在此前办理：")
            ),
            true,
        ),
        Event::Intake => (
            "窗口已接件",
            format!("您的“{item}”申请材料已由窗口接收，办件编号{case_no}。"),
            true,
        ),
        Event::Accept => (
            "申请已受理",
            format!(
                "您的“{item}”申请（{case_no}）已受理。{}",
                by("承诺办结时间：")
            ),
            true,
        ),
        Event::Refuse => (
            "不予受理",
            format!("您的“{item}”申请（{case_no}）不予受理，理由和救济途径见通知书。"),
            true,
        ),
        Event::Suspend => (
            "办理暂停计时",
            format!("您的“{item}”申请（{case_no}）进入特别程序，期间不计入办理时限。"),
            true,
        ),
        Event::Resume => (
            "恢复办理",
            format!(
                "您的“{item}”申请（{case_no}）已恢复办理。{}",
                by("承诺办结时间：")
            ),
            false,
        ),
        Event::Extend => (
            "办理期限延长",
            format!(
                "您的“{item}”申请（{case_no}）经批准延长期限。{}",
                by("承诺办结时间：")
            ),
            true,
        ),
        Event::DecideApprove => (
            "已作出准予决定",
            format!("您的“{item}”申请（{case_no}）已作出准予决定。"),
            false,
        ),
        Event::DecideReject => (
            "已作出不予决定",
            format!("您的“{item}”申请（{case_no}）已作出不予决定，理由和救济途径见决定书。"),
            true,
        ),
        Event::FeeDue => (
            "请缴费",
            format!(
                "您的“{item}”申请（{case_no}）需要缴费。{}",
                by("请在此前缴清：")
            ),
            true,
        ),
        Event::Paid => (
            "已确认缴费",
            format!("您的“{item}”申请（{case_no}）缴费已确认。"),
            false,
        ),
        Event::Remind => (
            "期限将到",
            format!(
                "您的“{item}”申请（{case_no}）在等您办理，请登录查看。{}逾期将终止办理。",
                by("请在此前完成：")
            ),
            true,
        ),
        Event::Complete => (
            "已办结",
            format!("您的“{item}”申请（{case_no}）已办结，请登录查看结果和领取方式。"),
            true,
        ),
        Event::Ship => (
            "结果已寄出",
            format!("您的“{item}”结果（{case_no}）已交寄。"),
            true,
        ),
        Event::HandOver | Event::CourierSigned | Event::ElectronicDelivery => (
            "结果已送达",
            format!("您的“{item}”结果（{case_no}）已送达。"),
            false,
        ),
        Event::OriginalsMismatch => (
            "原件核对不符",
            format!("您的“{item}”办件（{case_no}）领取时原件核对不符，结果暂不发放，正在复核。"),
            true,
        ),
        Event::OriginalsInOrder => (
            "复核相符",
            format!("您的“{item}”办件（{case_no}）原件复核相符，可以领取结果。"),
            true,
        ),
        Event::DecisionWithdrawn => (
            "决定已撤销",
            format!("您的“{item}”办件（{case_no}）经复核撤销原决定，理由和救济途径见决定书。"),
            true,
        ),
        Event::Abort | Event::PaymentTimeout => (
            "办理中止",
            format!("您的“{item}”申请（{case_no}）已中止办理。"),
            true,
        ),
        Event::CorrectionTimeout | Event::PreReviewTimeout => (
            "申请已按撤回处理",
            format!("您的“{item}”申请（{case_no}）逾期未办，已按撤回处理，可以重新申请。"),
            true,
        ),
        Event::Withdraw => (
            "申请已撤回",
            format!("您的“{item}”申请（{case_no}）已撤回。"),
            false,
        ),
        Event::StartForm
        | Event::Push
        | Event::Assign
        | Event::Claim
        | Event::Release
        | Event::Transfer
        | Event::ReviewOpinion
        | Event::SiteCheckSign
        | Event::ReturnStep
        | Event::Archive => return None,
    };
    Some(Told { title, text, sms })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever is reminded is told until when, and what follows.
    #[test]
    fn a_reminder_names_the_end_of_the_time() {
        let told = told(Event::Remind, "取水许可", "123", Some("12月16日")).unwrap();
        for words in ["取水许可", "123", "12月16日", "逾期"] {
            assert!(told.text.contains(words), "{}", told.text);
        }
        assert!(told.sms);
    }

    /// The four reminders that B-29 names go out as SMS and name the case.
    #[test]
    fn acceptance_refusal_correction_and_completion_are_told_by_sms() {
        for event in [
            Event::Accept,
            Event::Refuse,
            Event::AskCorrection,
            Event::Complete,
        ] {
            let told = told(
                event,
                "食品经营许可",
                "990102202611160000011",
                Some("11月25日17:00"),
            );
            let told = told.unwrap();
            assert!(told.sms, "{event:?}");
            assert!(told.text.contains("990102202611160000011"));
        }
        assert_eq!(told(Event::Push, "x", "1", None), None);
    }
}

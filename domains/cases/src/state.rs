//! The states of a case and what moves it between them: the table of [D-37], with D-04, D-63, D-64.
//! Pure: no clock, no database.

kernel::codes! {
    /// 办件状态.
    State {
        Draft = "DRAFT", "草稿";
        Submitted = "SUBMITTED", "已提交";
        Correcting = "CORRECTING", "待补正";
        PreReviewed = "PRE_REVIEWED", "预审通过";
        TakenIn = "TAKEN_IN", "已接件";
        Accepted = "ACCEPTED", "已受理";
        NotAccepted = "NOT_ACCEPTED", "不予受理";
        InReview = "IN_REVIEW", "审查中";
        CorrectingInReview = "CORRECTING_IN_REVIEW", "审查补正";
        Suspended = "SUSPENDED", "挂起";
        Aborted = "ABORTED", "异常中止";
        Withdrawn = "WITHDRAWN", "已撤回";
        Decided = "DECIDED", "已决定";
        AwaitingPayment = "AWAITING_PAYMENT", "待缴费";
        Completed = "COMPLETED", "已办结";
        ReReview = "RE_REVIEW", "复核中";
        Delivered = "DELIVERED", "已送达";
        Archived = "ARCHIVED", "已归档";
    }
}

kernel::codes! {
    /// What happens to a case. Acts that leave the state as it is stand here too: they are allowed
    /// in some states only.
    Event {
        StartForm = "start_form", "开始填报";
        Submit = "submit", "提交申请";
        ProvisionallyAccept = "provisionally_accept", "预受理";
        AskCorrection = "ask_correction", "一次性告知补正";
        Resubmit = "resubmit", "提交补正";
        CorrectionTimeout = "correction_timeout", "逾期未补正";
        PreReviewPass = "pre_review_pass", "预审通过";
        PreReviewTimeout = "pre_review_timeout", "逾期未到窗口";
        Intake = "intake", "窗口接件";
        Accept = "accept", "受理";
        Refuse = "refuse", "不予受理";
        Push = "push", "转审查";
        Assign = "assign", "分派";
        Claim = "claim", "认领";
        Release = "release", "放回待领";
        Transfer = "transfer", "转办";
        ReviewOpinion = "review_opinion", "审查意见";
        SiteCheckSign = "site_check_sign", "现场核查签字";
        ReturnStep = "return_step", "退回上一环节";
        AskCorrectionInReview = "ask_correction_in_review", "审查补正";
        CorrectionReceived = "correction_received", "收到补正";
        Suspend = "suspend", "挂起";
        Resume = "resume", "恢复";
        Extend = "extend", "延长期限";
        Abort = "abort", "异常中止";
        Withdraw = "withdraw", "撤回申请";
        DecideApprove = "decide_approve", "决定准予";
        DecideReject = "decide_reject", "决定不予";
        FeeDue = "fee_due", "通知缴费";
        Paid = "paid", "已缴费";
        PaymentTimeout = "payment_timeout", "逾期未缴费";
        Complete = "complete", "办结";
        Ship = "ship", "交寄";
        HandOver = "hand_over", "窗口发放";
        CourierSigned = "courier_signed", "快递签收";
        ElectronicDelivery = "electronic_delivery", "电子送达";
        Remind = "remind", "期限提醒";
        OriginalsMismatch = "originals_mismatch", "原件不符";
        OriginalsInOrder = "originals_in_order", "原件复核相符";
        DecisionWithdrawn = "decision_withdrawn", "撤销决定";
        Archive = "archive", "归档";
    }
}

/// What a move does to the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockMove {
    /// Nothing changes.
    Stay,
    Start,
    Stop,
    Run,
    /// The limit grows.
    Longer,
    End,
}

/// Where a move leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    To(State),
    /// Back to the state that the case was in before it waited: kept in the case.
    Origin,
    /// The state stays.
    Same,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    pub from: Option<State>,
    pub event: Event,
    pub to: Target,
    pub clock: ClockMove,
}

/// A move that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event {} is not possible in the state {}", .event.code(), .from.map_or("none", State::code))]
pub struct IllegalMove {
    pub from: Option<State>,
    pub event: Event,
}

const fn row(from: Option<State>, event: Event, to: Target, clock: ClockMove) -> Move {
    Move {
        from,
        event,
        to,
        clock,
    }
}

use ClockMove::{End, Longer, Run, Start, Stay, Stop};
use Event as E;
use State as S;
use Target::{Origin, Same, To};

/// The table of [D-37] but for its last row, which [`next`] knows.
pub const MOVES: &[Move] = &[
    row(None, E::StartForm, To(S::Draft), Stay),
    row(Some(S::Draft), E::Submit, To(S::Submitted), Stay),
    row(Some(S::Submitted), E::ProvisionallyAccept, Same, Stay),
    row(
        Some(S::Submitted),
        E::AskCorrection,
        To(S::Correcting),
        Stay,
    ),
    row(Some(S::Correcting), E::Resubmit, Origin, Stay),
    row(
        Some(S::Correcting),
        E::CorrectionTimeout,
        To(S::Withdrawn),
        Stay,
    ),
    row(
        Some(S::Submitted),
        E::PreReviewPass,
        To(S::PreReviewed),
        Stay,
    ),
    row(Some(S::Submitted), E::Intake, To(S::TakenIn), Stay),
    row(None, E::Intake, To(S::TakenIn), Stay),
    row(Some(S::PreReviewed), E::Intake, To(S::TakenIn), Stay),
    row(
        Some(S::PreReviewed),
        E::PreReviewTimeout,
        To(S::Withdrawn),
        Stay,
    ),
    row(Some(S::Submitted), E::Accept, To(S::Accepted), Start),
    row(Some(S::TakenIn), E::Accept, To(S::Accepted), Start),
    row(Some(S::Submitted), E::Refuse, To(S::NotAccepted), Stay),
    row(Some(S::TakenIn), E::Refuse, To(S::NotAccepted), Stay),
    row(Some(S::TakenIn), E::AskCorrection, To(S::Correcting), Stay),
    row(Some(S::Accepted), E::Push, To(S::InReview), Run),
    row(Some(S::InReview), E::Assign, Same, Stay),
    row(Some(S::InReview), E::ReviewOpinion, Same, Stay),
    row(Some(S::InReview), E::SiteCheckSign, Same, Stay),
    row(Some(S::InReview), E::ReturnStep, Same, Stay),
    row(
        Some(S::InReview),
        E::AskCorrectionInReview,
        To(S::CorrectingInReview),
        Stop,
    ),
    row(
        Some(S::CorrectingInReview),
        E::CorrectionReceived,
        To(S::InReview),
        Run,
    ),
    row(Some(S::InReview), E::Suspend, To(S::Suspended), Stop),
    row(Some(S::Suspended), E::Resume, To(S::InReview), Run),
    row(Some(S::InReview), E::Extend, Same, Longer),
    row(Some(S::Accepted), E::Abort, To(S::Aborted), End),
    row(Some(S::InReview), E::Abort, To(S::Aborted), End),
    row(Some(S::Suspended), E::Abort, To(S::Aborted), End),
    row(Some(S::InReview), E::DecideApprove, To(S::Decided), Run),
    row(Some(S::InReview), E::DecideReject, To(S::Decided), Run),
    // The fee step's four places [D-64].
    row(Some(S::Submitted), E::FeeDue, To(S::AwaitingPayment), Stay),
    row(Some(S::TakenIn), E::FeeDue, To(S::AwaitingPayment), Stay),
    row(Some(S::InReview), E::FeeDue, To(S::AwaitingPayment), Stop),
    row(Some(S::Decided), E::FeeDue, To(S::AwaitingPayment), Stop),
    row(Some(S::Completed), E::FeeDue, To(S::AwaitingPayment), Stay),
    row(Some(S::AwaitingPayment), E::Paid, Origin, Run),
    row(
        Some(S::AwaitingPayment),
        E::PaymentTimeout,
        To(S::Aborted),
        End,
    ),
    row(Some(S::Decided), E::Complete, To(S::Completed), End),
    row(Some(S::Completed), E::Ship, Same, Stay),
    row(Some(S::Completed), E::HandOver, To(S::Delivered), Stay),
    row(Some(S::Completed), E::CourierSigned, To(S::Delivered), Stay),
    row(
        Some(S::Completed),
        E::ElectronicDelivery,
        To(S::Delivered),
        Stay,
    ),
    row(
        Some(S::Completed),
        E::OriginalsMismatch,
        To(S::ReReview),
        Stay,
    ),
    row(
        Some(S::ReReview),
        E::OriginalsInOrder,
        To(S::Completed),
        Stay,
    ),
    row(
        Some(S::ReReview),
        E::DecisionWithdrawn,
        To(S::Decided),
        Stay,
    ),
    row(Some(S::Completed), E::Archive, To(S::Archived), Stay),
    row(Some(S::Delivered), E::Archive, To(S::Archived), Stay),
    // Withdrawal: every state that is not terminal, before DECIDED.
    row(Some(S::Draft), E::Withdraw, To(S::Withdrawn), End),
    row(Some(S::Submitted), E::Withdraw, To(S::Withdrawn), End),
    row(Some(S::Correcting), E::Withdraw, To(S::Withdrawn), End),
    row(Some(S::PreReviewed), E::Withdraw, To(S::Withdrawn), End),
    row(Some(S::TakenIn), E::Withdraw, To(S::Withdrawn), End),
    row(Some(S::Accepted), E::Withdraw, To(S::Withdrawn), End),
    row(Some(S::InReview), E::Withdraw, To(S::Withdrawn), End),
    row(
        Some(S::CorrectingInReview),
        E::Withdraw,
        To(S::Withdrawn),
        End,
    ),
    row(Some(S::Suspended), E::Withdraw, To(S::Withdrawn), End),
    // Where the fee is due before the decision; see `next`.
    row(Some(S::AwaitingPayment), E::Withdraw, To(S::Withdrawn), End),
    // The applicant is told before the time is over.
    row(Some(S::Correcting), E::Remind, Same, Stay),
    row(Some(S::PreReviewed), E::Remind, Same, Stay),
    row(Some(S::AwaitingPayment), E::Remind, Same, Stay),
    // Terminal states accept no event but archive.
    row(Some(S::NotAccepted), E::Archive, To(S::Archived), Stay),
    row(Some(S::Withdrawn), E::Archive, To(S::Archived), Stay),
    row(Some(S::Aborted), E::Archive, To(S::Archived), Stay),
];

/// Looks the move up. `origin` is the state a waiting case came from.
pub fn next(
    from: Option<State>,
    event: Event,
    origin: Option<State>,
) -> Result<(State, ClockMove), IllegalMove> {
    let illegal = IllegalMove { from, event };
    // The last row: who works on a task does not move the case.
    if let Some(same) = from.filter(|from| event.is_of_pool() && from.has_tasks()) {
        return Ok((same, Stay));
    }
    let found = MOVES
        .iter()
        .find(|m| m.from == from && m.event == event)
        .ok_or(illegal)?;
    let decided = matches!(origin, None | Some(S::Decided | S::Completed));
    if from == Some(S::AwaitingPayment) && event == E::Withdraw && decided {
        return Err(illegal);
    }
    let to = match found.to {
        To(state) => state,
        Same => from.ok_or(illegal)?,
        Origin => origin.ok_or(illegal)?,
    };
    Ok((to, found.clock))
}

impl Event {
    /// Among officers only; the case itself does not move.
    pub fn is_of_pool(self) -> bool {
        matches!(self, E::Claim | E::Release | E::Transfer)
    }
}

impl State {
    /// Ended for good: only archiving may follow.
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            S::NotAccepted | S::Withdrawn | S::Aborted | S::Archived
        )
    }

    /// Officers have open tasks on it.
    pub fn has_tasks(self) -> bool {
        !self.is_terminal() && !matches!(self, S::Draft | S::Delivered)
    }

    /// Still to be worked on by somebody.
    pub fn is_open(self) -> bool {
        !self.is_terminal() && !matches!(self, S::Completed | S::Delivered)
    }

    /// Ends by itself when the applicant's time is over; the applicant is told before.
    pub fn is_reminded(self) -> bool {
        next(Some(self), E::Remind, None).is_ok()
    }

    /// Waits for the applicant.
    pub fn waits_for_applicant(self) -> bool {
        matches!(
            self,
            S::Draft | S::Correcting | S::CorrectingInReview | S::PreReviewed | S::AwaitingPayment
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [D-37] The rows of the requirement, written out again: from, event, to.
    const REQUIRED: &[(&str, &str, &str)] = &[
        ("", "start_form", "DRAFT"),
        ("DRAFT", "submit", "SUBMITTED"),
        ("SUBMITTED", "ask_correction", "CORRECTING"),
        ("CORRECTING", "resubmit", "origin"),
        ("CORRECTING", "correction_timeout", "WITHDRAWN"),
        ("SUBMITTED", "pre_review_pass", "PRE_REVIEWED"),
        ("SUBMITTED", "intake", "TAKEN_IN"),
        ("", "intake", "TAKEN_IN"),
        ("PRE_REVIEWED", "intake", "TAKEN_IN"),
        ("SUBMITTED", "accept", "ACCEPTED"),
        ("TAKEN_IN", "accept", "ACCEPTED"),
        ("SUBMITTED", "refuse", "NOT_ACCEPTED"),
        ("TAKEN_IN", "refuse", "NOT_ACCEPTED"),
        ("TAKEN_IN", "ask_correction", "CORRECTING"),
        ("PRE_REVIEWED", "pre_review_timeout", "WITHDRAWN"),
        ("ACCEPTED", "push", "IN_REVIEW"),
        (
            "IN_REVIEW",
            "ask_correction_in_review",
            "CORRECTING_IN_REVIEW",
        ),
        ("CORRECTING_IN_REVIEW", "correction_received", "IN_REVIEW"),
        ("IN_REVIEW", "suspend", "SUSPENDED"),
        ("SUSPENDED", "resume", "IN_REVIEW"),
        ("IN_REVIEW", "extend", "IN_REVIEW"),
        ("ACCEPTED", "abort", "ABORTED"),
        ("IN_REVIEW", "abort", "ABORTED"),
        ("SUSPENDED", "abort", "ABORTED"),
        ("IN_REVIEW", "decide_approve", "DECIDED"),
        ("IN_REVIEW", "decide_reject", "DECIDED"),
        ("DECIDED", "fee_due", "AWAITING_PAYMENT"),
        ("AWAITING_PAYMENT", "paid", "origin"),
        ("AWAITING_PAYMENT", "payment_timeout", "ABORTED"),
        ("DECIDED", "complete", "COMPLETED"),
        ("COMPLETED", "hand_over", "DELIVERED"),
        ("COMPLETED", "courier_signed", "DELIVERED"),
        ("COMPLETED", "electronic_delivery", "DELIVERED"),
        ("COMPLETED", "originals_mismatch", "RE_REVIEW"),
        ("RE_REVIEW", "originals_in_order", "COMPLETED"),
        ("RE_REVIEW", "decision_withdrawn", "DECIDED"),
        ("COMPLETED", "archive", "ARCHIVED"),
        ("DELIVERED", "archive", "ARCHIVED"),
        // D-64: before acceptance, before decision, before hand-over
        ("SUBMITTED", "fee_due", "AWAITING_PAYMENT"),
        ("TAKEN_IN", "fee_due", "AWAITING_PAYMENT"),
        ("IN_REVIEW", "fee_due", "AWAITING_PAYMENT"),
        ("COMPLETED", "fee_due", "AWAITING_PAYMENT"),
        // D-63: a mark, no move
        ("SUBMITTED", "provisionally_accept", "SUBMITTED"),
        // acts inside a state
        ("IN_REVIEW", "assign", "IN_REVIEW"),
        ("IN_REVIEW", "review_opinion", "IN_REVIEW"),
        ("IN_REVIEW", "site_check_sign", "IN_REVIEW"),
        ("IN_REVIEW", "return_step", "IN_REVIEW"),
        ("COMPLETED", "ship", "COMPLETED"),
        // told before the time is over
        ("CORRECTING", "remind", "CORRECTING"),
        ("PRE_REVIEWED", "remind", "PRE_REVIEWED"),
        ("AWAITING_PAYMENT", "remind", "AWAITING_PAYMENT"),
        // terminal states accept no event but archive
        ("NOT_ACCEPTED", "archive", "ARCHIVED"),
        ("WITHDRAWN", "archive", "ARCHIVED"),
        ("ABORTED", "archive", "ARCHIVED"),
    ];

    const WITHDRAWABLE: &[&str] = &[
        "DRAFT",
        "SUBMITTED",
        "CORRECTING",
        "PRE_REVIEWED",
        "TAKEN_IN",
        "ACCEPTED",
        "IN_REVIEW",
        "CORRECTING_IN_REVIEW",
        "SUSPENDED",
    ];

    const WITHOUT_TASKS: &str = "DRAFT NOT_ACCEPTED ABORTED WITHDRAWN DELIVERED ARCHIVED";
    fn required(from: &str, event: &str) -> Option<&'static str> {
        if ["claim", "release", "transfer"].contains(&event) {
            let tasks = !from.is_empty() && WITHOUT_TASKS.split(' ').all(|s| s != from);
            return tasks.then_some("same");
        }
        if event == "withdraw" {
            return WITHDRAWABLE.contains(&from).then_some("WITHDRAWN");
        }
        REQUIRED
            .iter()
            .find(|r| r.0 == from && r.1 == event)
            .map(|r| r.2)
    }

    /// [D-37] Every state with every event: exactly the rows of the table are possible, and each
    /// leads where the table says.
    #[test]
    fn every_row_and_every_illegal_move() {
        let origin = Some(State::Decided);
        let froms = std::iter::once(None).chain(State::ALL.iter().copied().map(Some));
        for from in froms {
            for &event in Event::ALL {
                let name = from.map_or("", State::code);
                let got = next(from, event, origin).map(|(to, _)| to.code());
                match required(name, event.code()) {
                    Some("same") => assert_eq!(got, Ok(name), "{name} {event:?}"),
                    Some("origin") => assert_eq!(got, Ok("DECIDED"), "{name} {event:?}"),
                    Some(to) => assert_eq!(got, Ok(to), "{name} {event:?}"),
                    None => assert_eq!(got, Err(IllegalMove { from, event }), "{name} {event:?}"),
                }
            }
        }
    }

    /// A case that waits for a fee is withdrawn where the fee is due before the decision, and only
    /// there.
    #[test]
    fn a_case_that_waits_for_a_fee_is_withdrawn_before_the_decision_only() {
        for &origin in State::ALL {
            let got = next(Some(S::AwaitingPayment), E::Withdraw, Some(origin));
            let before = matches!(origin, S::Submitted | S::TakenIn | S::InReview);
            let asked = MOVES
                .iter()
                .any(|m| m.from == Some(origin) && m.event == E::FeeDue);
            if asked {
                assert_eq!(got.is_ok(), before, "{origin:?}");
            }
        }
        assert!(next(Some(S::AwaitingPayment), E::Withdraw, None).is_err());
    }

    #[test]
    fn the_clock_starts_stops_and_ends_where_the_table_says() {
        let clock = |from, event| next(Some(from), event, Some(S::InReview)).unwrap().1;
        assert_eq!(clock(S::Submitted, E::Accept), Start);
        assert_eq!(clock(S::TakenIn, E::Accept), Start);
        assert_eq!(clock(S::Accepted, E::Push), Run);
        assert_eq!(clock(S::InReview, E::AskCorrectionInReview), Stop);
        assert_eq!(clock(S::CorrectingInReview, E::CorrectionReceived), Run);
        assert_eq!(clock(S::InReview, E::Suspend), Stop);
        assert_eq!(clock(S::Suspended, E::Resume), Run);
        assert_eq!(clock(S::InReview, E::Extend), Longer);
        assert_eq!(clock(S::Suspended, E::Abort), End);
        assert_eq!(clock(S::InReview, E::DecideApprove), Run);
        assert_eq!(clock(S::Decided, E::FeeDue), Stop);
        assert_eq!(clock(S::AwaitingPayment, E::Paid), Run);
        assert_eq!(clock(S::Decided, E::Complete), End);
        // A case paid before hand-over keeps its completion time [D-64].
        assert_eq!(clock(S::Completed, E::FeeDue), Stay);
    }

    #[test]
    fn codes_are_read_back() {
        for &state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(state));
        }
        for &event in Event::ALL {
            assert_eq!(Event::from_code(event.code()), Some(event));
        }
    }

    #[test]
    fn a_waiting_case_without_origin_goes_nowhere() {
        assert!(next(Some(S::Correcting), E::Resubmit, None).is_err());
    }
}

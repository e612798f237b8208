//! The fee step [D-41, D-64]: the window sends the payment notice and confirms the receipt.

use items::FeeStep;
use kernel::Permission;
use store::Ctx;

use crate::accept::applicant_deadline;
use crate::case::{Case, Fee};
use crate::commit::Change;
use crate::error::CaseError;
use crate::officer::{self, Opened};
use crate::papers;
use crate::seen::Seen;
use crate::state::{Event, State};

/// 通知缴费: `amount` in fen, checked by the window against the item's standard.
pub async fn request_fee(ctx: &Ctx, seen: Seen<'_>, amount: i64) -> Result<Case, CaseError> {
    let Opened { case, item } = officer::open(ctx, seen, Permission::CaseAccept).await?;
    let place = match item.fee_step {
        Some(FeeStep::BeforeAcceptance) => &[State::Submitted, State::TakenIn][..],
        Some(FeeStep::BeforeDecision) => &[State::InReview],
        Some(FeeStep::AfterDecision) => &[State::Decided],
        Some(FeeStep::BeforeHandOver) => &[State::Completed],
        None => {
            return Err(CaseError::rule(
                "no_fee",
                "本事项不收费",
                "This item is free of charge",
            ));
        }
    };
    if !place.contains(&case.state) {
        return Err(CaseError::rule(
            "fee_elsewhere",
            "本事项不在当前环节缴费",
            "The fee of this item is due at another step",
        ));
    }
    if amount <= 0 {
        return Err(CaseError::input(
            "amount",
            "请核定应缴金额",
            "The amount must be positive",
        ));
    }
    if case.data.fee.as_ref().is_some_and(|f| f.paid_at.is_some()) {
        return Err(CaseError::rule(
            "paid_before",
            "本办件已缴费",
            "The fee was paid already",
        ));
    }
    let basis = item.fee_basis.clone().unwrap_or_default();
    let mut change = Change::of(ctx, item, case, Event::FeeDue)?;
    change.case.deadline = Some(applicant_deadline(change.now()));
    change.case.data.fee = Some(Fee {
        amount,
        basis,
        paid_at: None,
        receipt_no: None,
    });
    papers::payment(ctx, &mut change).await?;
    change.commit(ctx).await
}

/// 确认缴费: the bank's receipt is at hand. A second confirmation changes nothing.
pub async fn confirm_payment(
    ctx: &Ctx,
    seen: Seen<'_>,
    receipt_no: &str,
) -> Result<Case, CaseError> {
    let Opened { case, item } = officer::open(ctx, seen, Permission::CaseAccept).await?;
    if receipt_no.trim().is_empty() {
        return Err(CaseError::input(
            "receipt",
            "请填写缴费凭证号",
            "Give the receipt's number",
        ));
    }
    let known = case.data.fee.as_ref().and_then(|f| f.receipt_no.as_deref());
    if known == Some(receipt_no.trim()) {
        return Ok(case);
    }
    let mut change = Change::of(ctx, item, case, Event::Paid)?.saying(receipt_no);
    let now = change.now();
    change.case.deadline = None;
    if let Some(fee) = &mut change.case.data.fee {
        fee.paid_at = Some(now);
        fee.receipt_no = Some(receipt_no.trim().to_owned());
    }
    let item = change.item.clone();
    let paid = change.commit(ctx).await?;
    if paid.state == State::Completed {
        return crate::complete::deliver_electronically(ctx, paid, item).await;
    }
    Ok(paid)
}
